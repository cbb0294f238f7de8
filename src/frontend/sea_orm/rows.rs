//! The results of queries, as a migration looks at them.

use super::{
    machine::Machine,
    value::{Foreign, Value},
};
use crate::{facts::catalog::Cell, frontend::sql::answer::answer, schema::Table};

/// What a row of a result is called among the values.
const ROW: &str = "QueryResult";

impl Machine<'_, '_> {
    /// The rows of a query of the catalog, or of a database without rows; `None` where it cannot
    /// be told. `one`: the first, if any.
    pub(super) fn answered(&mut self, sql: &str, one: bool) -> Option<Value> {
        self.spend(sql.len() / 4);
        let size = self.schema.as_deref()?.tables().map(Table::size).sum::<usize>();
        self.spend(size * 2);
        if !self.step() {
            return None;
        }
        let schema = self.schema.as_deref()?;
        let found = answer(sql, &[], schema)?;
        let row = |cells: Vec<Cell>| {
            let values = cells.into_iter().map(value);
            let fields = found.columns.iter().cloned().zip(values).collect();
            Value::foreign_with(vec![ROW.to_owned()], Vec::new(), fields)
        };
        let mut rows: Vec<Value> = found.rows.into_iter().map(row).collect();
        self.spend(rows.len() * (1 + found.columns.len()));
        let result = match one {
            true if rows.is_empty() => Value::None,
            true => Value::some(rows.swap_remove(0)),
            false => self.list(rows),
        };
        Some(Value::okay(result))
    }

    /// `row.try_get("", "name")`, `row.try_get_by_index(0)`; `None`: no method of a row.
    pub(super) fn row_method(
        &mut self,
        row: &Foreign,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        if row.name() != ROW {
            return None;
        }
        self.spend(row.fields.len() / 4);
        let cell = match (name, args) {
            ("try_get", [_, Value::Text(column)]) | ("try_get_by", [Value::Text(column)]) => {
                row.fields.iter().find(|(own, _)| *own == *column.text)
            }
            ("try_get_by_index" | "try_get_by", [Value::Int(at)]) => {
                usize::try_from(*at).ok().and_then(|at| row.fields.get(at))
            }
            _ => return None,
        };
        Some(match cell {
            Some((_, value)) => Value::okay(value.clone()),
            None => Value::Err,
        })
    }
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::None,
        Cell::Bool(value) => Value::Bool(value),
        Cell::Int(number) => Value::Int(i128::from(number)),
        Cell::Text(text) => Value::text(&text),
        Cell::List(cells) => Value::list(cells.into_iter().map(value).collect(), 0),
        Cell::Unknown => Value::unknown("a value of the database is not known"),
    }
}
