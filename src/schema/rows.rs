//! What is known of a table's rows, and of the values in its columns.

use super::{Filled, Rows, Schema};
use crate::{
    ir::{Filter, Value, Write, WriteKind},
    source::Span,
};

impl Schema {
    /// Takes every table for one that has been in use.
    pub fn fill(&mut self) {
        let names: Vec<crate::ir::Name> = self.tables.names().cloned().collect();
        for name in names {
            self.tables.edit(&name, |table| table.rows = Rows::Unknown);
        }
    }

    pub(super) fn write(&mut self, write: &Write, span: Span) {
        let change = self.now.change;
        self.edit(&write.table, |table| match write.kind {
            WriteKind::Insert | WriteKind::Copy => {
                if table.rows != Rows::Unknown {
                    table.rows = Rows::Written(span);
                }
                for column in &mut table.columns {
                    let given = write.columns.iter().find(|(name, _)| *name == column.column.name);
                    if !matches!(given, Some((_, Value::NotNull))) {
                        column.filled = Filled::No;
                    }
                }
            }
            WriteKind::Truncate => table.rows = Rows::Emptied(change),
            WriteKind::Delete if write.filter == Filter::All => table.rows = Rows::Emptied(change),
            WriteKind::Delete => {
                // Rows without a value are gone, so none is left that lacks it.
                if let Filter::IsNull(names) = &write.filter {
                    let lacked =
                        table.columns.iter_mut().filter(|c| names.contains(&c.column.name));
                    lacked.for_each(|column| column.filled = Filled::Fully(span));
                }
            }
            WriteKind::Update => {
                for (name, value) in &write.columns {
                    let Some(column) = table.columns.iter_mut().find(|c| c.column.name == *name)
                    else {
                        continue;
                    };
                    column.filled = match (&write.filter, value) {
                        (_, Value::Null) => Filled::No,
                        (Filter::All, _) => Filled::Fully(span),
                        (Filter::IsNull(filtered), _) if filtered.contains(name) => {
                            Filled::Fully(span)
                        }
                        _ if matches!(column.filled, Filled::Fully(_)) => column.filled,
                        _ => Filled::Partly(span),
                    };
                }
            }
        });
    }
}
