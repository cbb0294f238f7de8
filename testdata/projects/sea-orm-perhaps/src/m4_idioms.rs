use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for n in 0..2 {
            db.execute_unprepared(&format!("CREATE TABLE i_{n:02}_{:3} (id int)", 100 + n)).await?;
        }
        let texts = " CREATE TABLE i_trim_a (id int); CREATE TABLE i_trim_b (id int) ";
        for text in texts.split(';').map(str::trim) {
            db.execute_unprepared(text).await?;
        }
        for name in ["i_shown"].iter().map(ToString::to_string).map(Alias::new) {
            let id = ColumnDef::new(Alias::new("id")).integer().to_owned();
            manager.create_table(Table::create().table(name).col(id).to_owned()).await?;
        }
        let names = ["i_collected"].iter().map(|name| Ok(name)).collect::<Result<Vec<_>, DbErr>>()?;
        for name in names {
            db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        }
        let name = match std::env::var("NAME").as_deref() {
            Ok("a") => "i_matched",
            _ => return Err(DbErr::Custom("no name".to_owned())),
        };
        db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        let on = manager.get_database_backend() == DbBackend::Postgres;
        let name = on.then(|| "i_then").unwrap_or("i_otherwise");
        db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        if "Ä".to_ascii_lowercase() == "Ä" {
            db.execute_unprepared("CREATE TABLE i_ascii (id int)").await?;
        }
        let lines: Vec<&str> = "i_line\r\ni_other\r\n".lines().collect();
        let half = 1.50;
        let create = format!("CREATE TABLE {} (id int DEFAULT {half})", lines[0]);
        db.execute_unprepared(&create).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("there is no way back".to_owned()))
    }
}

#[cfg(all(test, unix))]
impl Migration {
    fn tested() {}
}
