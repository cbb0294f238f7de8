mod models;
mod schema;

use diesel::prelude::*;
use schema::{labels, tasks};

/// What `position` and `drafts` were for is gone.
fn colored(connection: &mut PgConnection) -> QueryResult<Vec<models::Task>> {
    tasks::table.filter(tasks::color.is_not_null()).select(models::Task::as_select()).load(connection)
}

fn main() {
    let _ = labels::table;
}
