use sea_orm_migration::prelude::*;

struct Holder {
    sql: String,
}

fn more(sql: &mut String) {
    sql.push_str("; DROP TABLE known");
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let mut sql = String::from("CREATE TABLE pushed (id int");
        sql.push_str(", name text");
        sql.insert_str(0, "  ");
        sql += ", body text";
        write!(&mut sql, ", n{} int", 1).unwrap();
        sql.push(char::from(41));
        db.execute_unprepared(&sql).await?;
        let mut known = String::new();
        known.push_str("CREATE TABLE known (id int)");
        writeln!(known, ";").unwrap();
        db.execute_unprepared(&known).await?;
        let mut drained = String::from("CREATE TABLE drained (id int)xxx");
        drained.drain(29..);
        db.execute_unprepared(&drained).await?;
        let mut lent = String::from("CREATE TABLE lent (id int)");
        more(&mut lent);
        db.execute_unprepared(&lent).await?;
        let mut text = String::from("CREATE TABLE text (id int)");
        let again = &mut text;
        again.push_str("; DROP TABLE known");
        db.execute_unprepared(&text).await?;
        let mut holder = Holder { sql: "CREATE TABLE held (id int".to_owned() };
        holder.sql.push_str(", note text)");
        db.execute_unprepared(&holder.sql).await?;
        let mut option = Some("CREATE TABLE taken (id int)");
        let first = option.take();
        if let Some(sql) = first {
            db.execute_unprepared(sql).await?;
        }
        if option.is_some() {
            db.execute_unprepared("DROP TABLE taken").await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
