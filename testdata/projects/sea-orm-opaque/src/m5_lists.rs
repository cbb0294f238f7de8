use sea_orm_migration::prelude::*;

struct Plan {
    table: &'static str,
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let mut names = vec!["l_c", "l_a", "l_b", "l_x"];
        names.truncate(3);
        names.sort();
        names.retain(|name| *name != "l_b");
        names.insert(0, "l_d");
        names[1] = "l_e";
        names.swap(0, 1);
        for name in &names {
            db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        }
        names.clear();
        for name in &names {
            db.execute_unprepared(&format!("DROP TABLE {name}")).await?;
        }
        let mut rotated = vec!["r_a", "r_b"];
        rotated.rotate_left(1);
        db.execute_unprepared(&format!("CREATE TABLE {} (id int)", rotated[0])).await?;
        let mut changed = vec!["c_a", "c_b"];
        for name in changed.iter_mut() {
            *name = "c_c";
        }
        db.execute_unprepared(&format!("CREATE TABLE {} (id int)", changed[0])).await?;
        let mut some = vec!["s_a"];
        if std::env::var("MORE").is_ok() {
            some.push("s_b");
        }
        if some.len() == 2 {
            db.execute_unprepared("CREATE TABLE two (id int)").await?;
        }
        let mut gone = vec!["g_a"];
        if std::env::var("LESS").is_ok() {
            gone.clear();
        }
        for name in gone {
            db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        }
        let mut plan = Plan { table: "p_a" };
        if std::env::var("OTHER").is_ok() {
            plan.table = "p_b";
        }
        db.execute_unprepared(&format!("CREATE TABLE {} (id int)", plan.table)).await?;
        let mut rows = vec![vec!["n_a"]; 2];
        rows[0].push("n_b");
        for name in &rows[1] {
            db.execute_unprepared(&format!("CREATE TABLE {name} (id int)")).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
