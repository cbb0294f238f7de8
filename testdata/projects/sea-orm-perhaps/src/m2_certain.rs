use sea_orm_migration::prelude::*;

struct T;

trait Named {
    fn name() -> &'static str;
}

impl Named for T {
    fn name() -> &'static str {
        "of_derived"
    }
}

impl T {
    fn name() -> &'static str {
        "of_inherent"
    }
}

#[derive(Clone, Copy)]
struct Plan {
    table: &'static str,
}

async fn or_return(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    std::env::var("PROD").is_err() || return Ok(());
    db.execute_unprepared("CREATE TABLE of_or (id int)").await?;
    Ok(())
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        or_return(db).await?;
        let ask = std::env::var("X").is_ok();
        if ask && db.execute_unprepared("CREATE TABLE of_and (id int)").await.is_ok() {}
        match std::env::var("X").unwrap_or_default().as_str() {
            "a" => {}
            _ if db.execute_unprepared("CREATE TABLE of_guard (id int)").await.is_ok() => {}
            _ => {}
        }
        let either = match std::env::var("X") {
            Ok(_) => manager.get_connection(),
            Err(_) => manager.get_connection(),
        };
        either.execute_unprepared("CREATE TABLE of_either (id int)").await?;
        let table = "of_shadow";
        let drop = || format!("DROP TABLE {table}");
        let table = "of_or";
        db.execute_unprepared(&drop()).await?;
        db.execute_unprepared(&format!("DROP TABLE {}", T::name())).await?;
        let mut maybe = Vec::new();
        if ask {
            maybe.push("x");
        }
        for _ in &maybe {
            db.execute_unprepared("CREATE TABLE of_element (id int)").await?;
        }
        maybe.iter().for_each(|_| {
            block_on(db.execute_unprepared("CREATE TABLE of_over (id int)"));
        });
        let large = -1i32 as u32;
        if large > 5 {
            db.execute_unprepared("CREATE TABLE of_cast (id int)").await?;
        }
        let names = ["of_array", "of_or"];
        let mut turned = names;
        turned.reverse();
        db.execute_unprepared(&format!("DROP TABLE {}", names[0])).await?;
        let mut plan = Plan { table: "of_copied" };
        let before = plan;
        plan.table = "of_or";
        db.execute_unprepared(&format!("DROP TABLE {}", before.table)).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("there is no way back".to_owned()))
    }
}
