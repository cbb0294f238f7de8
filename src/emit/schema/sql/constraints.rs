//! Constraints and indexes.

use super::{Script, columns::is_enclosed};
use crate::{
    ir::{Constraint, ConstraintKind, ForeignKey, IndexPart, Indexed, Name},
    schema::{Table, TableIndex, called},
};

const NULLS: &str = ", with NULLS NOT DISTINCT, which PostgreSQL has from 15 on";

/// A table's constraints: keys, rules, references.
pub(super) fn in_order(table: &Table) -> Vec<&Constraint> {
    let mut all: Vec<&Constraint> = table.constraints.iter().collect();
    all.sort_by_key(|c| match c.kind {
        ConstraintKind::PrimaryKey => 0,
        ConstraintKind::Unique { .. } => 1,
        ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } | ConstraintKind::NotNull => {
            2
        }
        ConstraintKind::ForeignKey(_) => 3,
    });
    all
}

impl Script<'_> {
    /// A constraint, but for foreign keys, as CREATE TABLE and ADD CONSTRAINT write it, or why it
    /// cannot be written.
    pub(super) fn constraint(&self, table: &Table, c: &Constraint) -> Result<String, String> {
        let named = |kind: &str| match &c.name {
            Some(name) => format!("{kind} {}", self.name(name)),
            None => format!("a {kind} of {}", self.qualified(&table.name)),
        };
        let mut text = match &c.name {
            Some(name) => format!("CONSTRAINT {} ", self.name(name)),
            None => String::new(),
        };
        let keyed = |what: &str| {
            if !self.has(&table.name, &c.columns) || c.columns.is_empty() {
                return Err(named(&what.to_lowercase()) + ", over a column that is not known");
            }
            let include = match c.include.as_slice() {
                [] => String::new(),
                include => format!(" INCLUDE ({})", self.list(include)),
            };
            Ok(format!("{what} ({}){include}", self.list(&c.columns)))
        };
        text.push_str(&match &c.kind {
            ConstraintKind::PrimaryKey => keyed("PRIMARY KEY")?,
            ConstraintKind::Unique { nulls_not_distinct: true } if !self.has_nulls_clause() => {
                return Err(named("unique constraint") + NULLS);
            }
            ConstraintKind::Unique { nulls_not_distinct: true } => {
                keyed("UNIQUE NULLS NOT DISTINCT")?
            }
            ConstraintKind::Unique { .. } => keyed("UNIQUE")?,
            ConstraintKind::Check { sql: Some(sql) } if self.stands(table, sql) => {
                let inherit = if c.no_inherit { " NO INHERIT" } else { "" };
                format!("CHECK ({}){inherit}", sql.trim())
            }
            ConstraintKind::Check { .. } => return Err(named("check")),
            ConstraintKind::Exclude { sql: Some(sql) } if self.stands(table, sql) => {
                format!("EXCLUDE {}", sql.trim())
            }
            ConstraintKind::Exclude { .. } => return Err(named("exclusion constraint")),
            ConstraintKind::NotNull => match c.columns.as_slice() {
                [column] => format!("NOT NULL {}", self.name(column)),
                _ => return Err(named("not null constraint")),
            },
            ConstraintKind::ForeignKey(_) if !self.has(&table.name, &c.columns) => {
                return Err(named("foreign key") + ", over a column that is not known");
            }
            ConstraintKind::ForeignKey(fk) => self.foreign_key(c, fk),
        });
        if let Some(action) = c.on_conflict.as_ref().filter(|_| self.database.is_sqlite()) {
            text.push_str(&format!(" ON CONFLICT {action}"));
        }
        if c.deferrable {
            text.push_str(" DEFERRABLE");
        }
        if c.initially_deferred {
            text.push_str(" INITIALLY DEFERRED");
        }
        if !c.enforced {
            text.push_str(" NOT ENFORCED");
        } else if !c.validated && self.database.is_postgres() {
            text.push_str(" NOT VALID");
        }
        Ok(text)
    }

    fn has_nulls_clause(&self) -> bool {
        self.database.at_least((15, 0))
    }

    fn foreign_key(&self, c: &Constraint, fk: &ForeignKey) -> String {
        let mut text =
            format!("FOREIGN KEY ({}) REFERENCES {}", self.list(&c.columns), self.target(fk));
        if !fk.columns.is_empty() {
            text.push_str(&format!(" ({})", self.list(&fk.columns)));
        }
        if fk.match_full {
            text.push_str(" MATCH FULL");
        }
        if let Some(action) = &fk.on_update {
            text.push_str(&format!(" ON UPDATE {action}"));
        }
        if let Some(action) = &fk.on_delete {
            text.push_str(&format!(" ON DELETE {action}"));
            if !fk.set_columns.is_empty() {
                text.push_str(&format!(" ({})", self.list(&fk.set_columns)));
            }
        }
        text
    }

    /// SQLite's REFERENCES stays in the table's own database file.
    fn target(&self, fk: &ForeignKey) -> String {
        match self.database.is_sqlite() {
            true => self.name(&fk.table.name),
            false => self.qualified(&fk.table),
        }
    }

    /// Why PostgreSQL would not take a foreign key of what was written; `None`: it does.
    pub(super) fn dangling(
        &self,
        table: &Table,
        c: &Constraint,
        fk: &ForeignKey,
    ) -> Option<String> {
        if !self.has(&table.name, &c.columns) {
            return Some("over a column that is not known".to_owned());
        }
        let Some(target) = self.written.get(&fk.table) else {
            return Some(format!("to {}, which the history does not make", fk.table));
        };
        let mut columns: Vec<&str> = match fk.columns.as_slice() {
            [] => target.primary.clone(),
            columns => columns.iter().map(String::as_str).collect(),
        };
        columns.sort_unstable();
        (columns.is_empty() || !target.keys.contains(&columns))
            .then(|| format!("to columns of {} that nothing shows to be unique", fk.table))
    }

    /// An index of a table or a materialized view. `alone`: its partitions have none of the kind.
    pub(super) fn index(
        &self,
        of: &Name,
        index: &TableIndex,
        alone: bool,
        stands: impl Fn(&str) -> bool,
    ) -> Result<String, String> {
        let parts: Option<Vec<String>> =
            index.index.parts.iter().map(|part| self.part(part, &stands)).collect();
        let what = || format!("index {} on {}", self.name(&index.name), self.qualified(of));
        if index.index.nulls_not_distinct && !self.has_nulls_clause() {
            return Err(what() + NULLS);
        }
        let parts = parts.filter(|parts| !parts.is_empty()).ok_or_else(what)?;
        let unique = if index.index.unique { "UNIQUE " } else { "" };
        let (name, table) = match (self.database.is_sqlite(), &of.schema) {
            (true, Some(_)) => (self.qualified(&of.sibling(&index.name)), self.name(&of.name)),
            _ => (self.name(&index.name), self.qualified(of)),
        };
        let only = if alone { "ONLY " } else { "" };
        let mut text = format!("CREATE {unique}INDEX {name} ON {only}{table}");
        if let Some(method) = index.index.method.as_ref().filter(|m| *m != "btree") {
            text.push_str(&format!(" USING {}", self.name(method)));
        }
        text.push_str(&format!(" ({})", parts.join(", ")));
        if !index.index.include.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", self.list(&index.index.include)));
        }
        if index.index.nulls_not_distinct {
            text.push_str(" NULLS NOT DISTINCT");
        }
        if let Some(storage) = &index.index.storage {
            text.push_str(&format!(" WITH ({storage})"));
        }
        match &index.index.predicate {
            None => Ok(text),
            Some(sql) if stands(sql) => Ok(format!("{text} WHERE {}", sql.trim())),
            Some(_) => Err(what()),
        }
    }

    fn part(&self, part: &IndexPart, stands: &impl Fn(&str) -> bool) -> Option<String> {
        let mut text = match &part.of {
            Indexed::Column(name) => self.name(name),
            Indexed::Expression(sql) if !stands(sql) => return None,
            Indexed::Expression(sql) => {
                let sql = sql.trim();
                let alone = is_enclosed(sql) || called(sql).is_some();
                if alone { sql.to_owned() } else { format!("({sql})") }
            }
        };
        if let Some(collation) = &part.collation {
            text.push_str(&format!(" COLLATE {}", self.collation(collation)));
        }
        if let Some(opclass) = &part.opclass {
            text.push_str(&format!(" {opclass}"));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        if let Some(first) = part.nulls_first.filter(|first| *first != part.descending) {
            text.push_str(if first { " NULLS FIRST" } else { " NULLS LAST" });
        }
        Some(text)
    }
}
