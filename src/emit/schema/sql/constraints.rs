//! Constraints and indexes.

use super::Script;
use crate::{
    ddl,
    ir::{Constraint, ConstraintKind, ForeignKey, Indexed, Name},
    schema::{Table, TableIndex},
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
        let keyed = !c.columns.is_empty() && self.has(&table.name, &c.columns);
        let over = |what: &str| Err(named(what) + ", over a column that is not known");
        let stands = |sql: &Option<String>| sql.as_ref().is_some_and(|sql| self.stands(table, sql));
        match &c.kind {
            ConstraintKind::PrimaryKey if !keyed => return over("primary key"),
            ConstraintKind::Unique { nulls_not_distinct: true } if !self.has_nulls_clause() => {
                return Err(named("unique constraint") + NULLS);
            }
            ConstraintKind::Unique { .. } if !keyed => return over("unique"),
            ConstraintKind::ForeignKey(_) if !self.has(&table.name, &c.columns) => {
                return over("foreign key");
            }
            ConstraintKind::Check { sql } if !stands(sql) => return Err(named("check")),
            ConstraintKind::Exclude { sql } if !stands(sql) => {
                return Err(named("exclusion constraint"));
            }
            _ => {}
        }
        ddl::constraint(c, self.database).ok_or_else(|| named("not null constraint"))
    }

    fn has_nulls_clause(&self) -> bool {
        self.database.at_least((15, 0))
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
        let what = || format!("index {} on {}", self.name(&index.name), self.qualified(of));
        if index.index.nulls_not_distinct && !self.has_nulls_clause() {
            return Err(what() + NULLS);
        }
        let expressions = index.index.parts.iter().filter_map(|part| match &part.of {
            Indexed::Expression(sql) => Some(sql),
            Indexed::Column(_) => None,
        });
        if !expressions.chain(&index.index.predicate).all(|sql| stands(sql)) {
            return Err(what());
        }
        ddl::index(of, &index.name, &index.index, alone, self.database).ok_or_else(what)
    }
}
