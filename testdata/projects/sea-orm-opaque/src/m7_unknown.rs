use sea_orm_migration::prelude::*;

struct Held<'a> {
    manager: &'a SchemaManager<'a>,
}

#[async_trait::async_trait]
trait Make {
    fn manager(&self) -> &SchemaManager<'_>;

    async fn make(&self) -> Result<(), DbErr> {
        self.manager().drop_table(Table::drop().table("of_held").to_owned()).await
    }
}

impl Make for Held<'_> {
    fn manager(&self) -> &SchemaManager<'_> {
        self.manager
    }
}

fn pick<T, E>(asked: Result<T, E>) -> fn(&DatabaseTransaction) -> Ran {
    match asked {
        Ok(_) => one,
        Err(_) => two,
    }
}

fn one(_: &DatabaseTransaction) -> Ran {
    Box::pin(async { Ok(()) })
}

fn two(_: &DatabaseTransaction) -> Ran {
    Box::pin(async { Ok(()) })
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let held = Held { manager };
        held.make().await?;
        let some = Some(manager);
        some.map_or_else(|| (), |m| block_on(m.truncate_table(Table::truncate().table("of_map"))));
        let run = pick(std::env::var("X"));
        db.transaction::<_, (), DbErr>(run).await?;
        let pool = other::pool();
        pool.execute_unprepared("CREATE TABLE of_pool (id int)").await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("there is no way back".to_owned()))
    }
}
