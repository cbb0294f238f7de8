use sea_orm_migration::prelude::*;

pub trait Money {
    fn euros(&mut self, manager: &SchemaManager) -> &mut Self;
}

impl Money for ColumnDef {
    fn euros(&mut self, manager: &SchemaManager) -> &mut Self {
        match manager.get_database_backend() {
            DbBackend::Postgres => self.decimal_len(12, 2),
            _ => self.big_integer(),
        }
    }
}
