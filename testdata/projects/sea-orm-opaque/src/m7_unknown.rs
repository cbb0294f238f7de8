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

struct Label(String);

impl From<&str> for Label {
    fn from(name: &str) -> Self {
        Label(name.to_owned())
    }
}

impl From<i32> for Label {
    fn from(number: i32) -> Self {
        Label(format!("t{number}"))
    }
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
        let mut turn = 0;
        while std::env::var(format!("T{turn}")).is_ok() {
            db.execute_unprepared(&format!("CREATE TABLE while_{turn} (id int)")).await?;
            turn += 1;
        }
        let mut turn = 0;
        loop {
            db.execute_unprepared(&format!("CREATE TABLE turn_{turn} (id int)")).await?;
            turn += 1;
            if std::env::var("DONE").is_ok() {
                break;
            }
        }
        let mut name = Some("of_ref");
        if let Some(ref mut inner) = name {
            *inner = "of_mut";
        }
        db.execute_unprepared(&format!("CREATE TABLE {} (id int)", name.unwrap())).await?;
        let from = Label::from(1);
        db.execute_unprepared(&format!("CREATE TABLE {} (id int)", from.0)).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("there is no way back".to_owned()))
    }
}
