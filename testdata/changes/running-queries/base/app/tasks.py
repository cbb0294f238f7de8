def quiet(cursor, table, where):
    cursor.execute("SELECT id " f"FROM {table} WHERE formatted = 1")
    cursor.execute(f"SELECT formatted FROM tasks WHERE {where}")
    cursor.execute("SELECT pieces FROM tasks" + where)
    cursor.execute("SELECT text_piece " "FROM labels")
    logger.info("select said from tasks")


def loud(cursor, name):
    cursor.execute(
        "SELECT used "
        "FROM tasks "
        "WHERE title = %s",
        (name,),
    )
    cursor.execute("UPDATE tasks SET python = %(name)s", {"name": name})
