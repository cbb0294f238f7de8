//! SQLite's order: tables with all of their constraints, indexes, views, triggers.

use super::{
    Script, Written, columns::Line, constraints::in_order, order::sorted, partly, postgres::body,
};
use crate::{
    ir::{Constraint, ConstraintKind},
    schema::Table,
};

impl<'a> Script<'a> {
    pub(super) fn sqlite(&mut self) {
        let mut attached: Vec<&str> =
            self.replayed.tables().filter_map(|t| t.name.schema.as_deref()).collect();
        attached.sort_unstable();
        attached.dedup();
        for name in attached {
            let name = self.name(name);
            self.text.push_str(&format!("-- Attach a database as {name} first.\n"));
        }
        // A virtual table makes the tables that it keeps its rows in.
        let is_shadow = |table: &Table| {
            let owner =
                table.name.name.rsplit_once('_').map(|(owner, _)| table.name.sibling(owner));
            let owner = owner.and_then(|owner| self.schema.table(&owner).found());
            owner.is_some_and(|owner| owner.options.virtual_table)
        };
        let tables: Vec<&'a Table> = self.replayed.tables().filter(|t| !is_shadow(t)).collect();
        for table in &tables {
            self.lite_table(table);
        }
        for table in &tables {
            self.lite_indexes(table);
        }
        for view in sorted(self.schema.views(), |v| &v.name, |v| &v.tables) {
            self.gap();
            let name = self.qualified(&view.name);
            if let Some(why) = self.unreadable(view) {
                self.unknown(&format!("the view {name}, {why}"));
                continue;
            }
            let columns = match view.columns.as_slice() {
                [] => String::new(),
                columns => format!(" ({})", self.list(columns)),
            };
            let sql = view.sql.as_deref().unwrap_or_default();
            self.statement(&format!("CREATE VIEW {name}{columns} AS\n{sql}"));
            self.written.insert(&view.name, Written::default());
        }
        for table in tables {
            let triggers = match self.written.contains_key(&table.name) {
                true => table.triggers.as_slice(),
                false => &[],
            };
            for trigger in triggers {
                self.gap();
                match trigger.sql.as_deref() {
                    Some(sql) => self.statement(sql),
                    None => self.unknown(&format!(
                        "the trigger {} of {}",
                        self.name(&trigger.name),
                        self.qualified(&table.name)
                    )),
                }
            }
        }
    }

    fn lite_table(&mut self, table: &'a Table) {
        self.gap();
        let name = self.qualified(&table.name);
        if table.options.virtual_table {
            let Some(module) = &table.options.module else {
                return self.unknown(&format!("the virtual table {name}"));
            };
            self.statement(&format!("CREATE VIRTUAL TABLE {name} {module}"));
            self.written.insert(&table.name, Written::default());
            return;
        }
        if !table.complete {
            self.unknown(&partly(table, &name));
        }
        if table.columns.is_empty() {
            return;
        }
        let columns = table.columns.iter().map(|c| c.column.name.as_str()).collect();
        let mut written = Written { columns, ..Written::default() };
        written.note_keys(table);
        self.written.insert(&table.name, written);
        let counted = counted(table);
        let mut lines = Vec::new();
        for c in &table.columns {
            let key = counted.filter(|key| key.columns == [c.column.name.as_str()]);
            let key = key.map(|key| match &key.name {
                Some(name) => format!(" CONSTRAINT {} PRIMARY KEY AUTOINCREMENT", self.name(name)),
                None => " PRIMARY KEY AUTOINCREMENT".to_owned(),
            });
            lines.extend(self.column(table, &c.column, key.as_deref()));
        }
        for c in in_order(table) {
            if counted.is_some_and(|key| key == c) || c.kind == ConstraintKind::NotNull {
                continue;
            }
            lines.push(match self.constraint(table, c) {
                Ok(text) => Line::Item(text),
                Err(why) => Line::Unknown(why),
            });
        }
        let options: Vec<&str> =
            [(table.options.without_rowid, "WITHOUT ROWID"), (table.options.strict, "STRICT")]
                .into_iter()
                .filter_map(|(on, word)| on.then_some(word))
                .collect();
        let text = format!("CREATE TABLE {name} {} {}", body(lines), options.join(", "));
        self.statement(text.trim_end());
    }

    fn lite_indexes(&mut self, table: &'a Table) {
        if !self.written.contains_key(&table.name) {
            return;
        }
        for index in &table.indexes {
            self.gap();
            let columns: Vec<String> = index.index.columns().map(str::to_owned).collect();
            // SQLite takes a quoted name that is no column for a text.
            let known = !index.index.loose.is_empty()
                || columns.iter().all(|c| table.column(c).found().is_some());
            let made = match known {
                true => self.index(&table.name, index, false, |sql| self.stands(table, sql)),
                false => Err(format!(
                    "index {} on {}, over a column that is not known",
                    self.name(&index.name),
                    self.qualified(&table.name)
                )),
            };
            match made {
                Ok(text) => self.statement(&text),
                Err(why) => self.unknown(&why),
            }
        }
    }
}

/// The primary key of a table whose rows are numbered by AUTOINCREMENT, which can only be
/// written on the column (lang_createtable, "ROWIDs and the INTEGER PRIMARY KEY").
fn counted(table: &Table) -> Option<&Constraint> {
    table.primary_key().filter(|_| table.options.autoincrement && table.rowid().is_some())
}
