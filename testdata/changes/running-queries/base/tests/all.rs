const SQL: &str = "SELECT tested FROM tasks";
