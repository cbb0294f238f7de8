use sea_orm_migration::prelude::*;

fn visit(nodes: &[Node], seen: &mut Vec<String>) -> bool {
    let mut any = false;
    for node in nodes {
        any |= visit(&node.children, seen);
    }
    any
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let table = loop {
            break "broken";
        };
        db.execute_unprepared(&format!("CREATE TABLE {table} (id int)")).await?;
        'outer: for a in ["a", "b"] {
            for b in ["a", "b"] {
                if a == b {
                    continue 'outer;
                }
                db.execute_unprepared(&format!("CREATE TABLE {a}_{b} (id int)")).await?;
                break 'outer;
            }
        }
        let label = 'found: {
            for name in ["x", "y"] {
                if name == "y" {
                    break 'found name;
                }
            }
            "none"
        };
        db.execute_unprepared(&format!("CREATE TABLE label_{label} (id int)")).await?;
        const { db.execute_unprepared("CREATE TABLE in_const (id int)") };
        let tried: Result<(), DbErr> = try {
            db.execute_unprepared("DROP TABLE broken").await?;
        };
        let later = async {
            db.execute_unprepared("CREATE TABLE in_async (id int)").await?;
            return Ok(());
        };
        later.await?;
        for name in ["p", "q"] {
            if std::env::var(name).is_ok() {
                continue;
            }
            db.execute_unprepared(&format!("CREATE TABLE maybe_{name} (id int)")).await?;
        }
        db.execute_unprepared("CREATE TABLE after_loop (id int)").await?;
        let mut seen = vec![];
        if visit(&std::env::vars().collect(), &mut seen) {
            db.execute_unprepared("CREATE TABLE visited (id int)").await?;
        }
        let Ok(_) = std::env::var("STOP") else {
            return Ok(());
        };
        db.execute_unprepared("CREATE TABLE perhaps (id int)").await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("there is no way back".to_owned()))?
    }
}
