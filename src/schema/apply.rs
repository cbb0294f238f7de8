//! What an operation leaves behind.

use super::{Mark, Schema};
use crate::ir::Op;

impl Schema {
    /// Applies one operation.
    pub fn apply(&mut self, _op: &Op) {}

    /// A point to which the schema can be put back.
    pub fn mark(&self) -> Mark {
        Mark([
            self.tables.len(),
            self.types.len(),
            self.views.len(),
            self.sequences.len(),
            self.index_owners.len(),
            self.open.len(),
        ])
    }

    pub fn rollback(&mut self, to: Mark) {
        let Mark([tables, types, views, sequences, owners, open]) = to;
        self.tables.rollback(tables);
        self.types.rollback(types);
        self.views.rollback(views);
        self.sequences.rollback(sequences);
        self.index_owners.rollback(owners);
        self.open.rollback(open);
    }
}
