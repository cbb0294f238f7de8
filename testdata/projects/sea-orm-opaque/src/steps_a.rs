pub async fn run(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    db.execute_unprepared("CREATE TABLE a (id int)").await
}
