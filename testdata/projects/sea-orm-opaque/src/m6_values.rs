use sea_orm_migration::prelude::*;

#[derive(PartialEq)]
enum Kind {
    Old,
    New,
}

struct Step {
    kind: Kind,
    table: &'static str,
}

enum Action {
    Make { name: &'static str, last: bool },
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if one::KIND == other::KIND {
            db.execute_unprepared("CREATE TABLE same_name (id int)").await?;
        }
        if one::Kind::Old == one::Kind::New {
            db.execute_unprepared("CREATE TABLE never (id int)").await?;
        }
        let step = Step { kind: Kind::Old, table: "v_old" };
        match step {
            Step { kind: Kind::New, table } => {
                db.execute_unprepared(&format!("CREATE TABLE {table}_new (id int)")).await?;
            }
            Step { kind: Kind::Old, table } => {
                db.execute_unprepared(&format!("CREATE TABLE {table} (id int)")).await?;
            }
        }
        let action = Action::Make { name: "v_made", last: true };
        if let Action::Make { last: true, name } = action {
            db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        }
        let (first, .., last) = ("v_first", "v_middle", "v_last");
        db.execute_unprepared(&format!("CREATE TABLE {last} (id int)")).await?;
        let [a, b] = ["v_slice_a", "v_slice_b"];
        db.execute_unprepared(&format!("CREATE TABLE {b} (id int)")).await?;
        match "v_at" {
            whole @ "v_at" => {
                db.execute_unprepared(&format!("CREATE TABLE {whole} (id int)")).await?;
            }
            _ => {}
        }
        let (mut left, mut right) = ("v_left", "v_right");
        (left, right) = (right, left);
        db.execute_unprepared(&format!("CREATE TABLE {left} (id int)")).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
