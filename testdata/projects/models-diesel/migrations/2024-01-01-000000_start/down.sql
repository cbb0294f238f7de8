DROP TABLE heroes;
DROP TABLE teams;
