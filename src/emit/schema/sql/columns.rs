//! Columns and their types.

use super::Script;
use crate::{
    ddl,
    facts::postgres::extensions,
    ir::{Column, ConstraintKind, Name},
    quote,
    schema::{Lookup, Table, TypeKind, sequence_name},
    types::SqlType,
};

/// One line of a CREATE TABLE, or a comment among them.
pub(super) enum Line {
    Item(String),
    Unknown(String),
}

impl Script<'_> {
    /// A type as SQL; `None`: nobody that was read makes it.
    pub(super) fn ty(&self, ty: &SqlType) -> Option<String> {
        if ty.is_unknown() {
            return None;
        }
        // PostgreSQL: 22023 length for type varchar cannot exceed 10485760.
        let sized = matches!(ty.name.as_str(), "character varying" | "character");
        if self.database.is_postgres() && sized && ty.length().is_some_and(|n| n > 10_485_760) {
            return None;
        }
        if self.database.is_sqlite() || ty.is_builtin() || ty.name.starts_with("interval ") {
            return Some(ty.to_string());
        }
        let name = self.user_type(&ty.name)?;
        let args = match ty.args.is_empty() {
            true => String::new(),
            false => format!("({})", ty.args.join(",")),
        };
        Some(format!("{name}{args}{}", "[]".repeat(usize::from(ty.dims))))
    }

    /// The name of a type that somebody has made, quoted.
    fn user_type(&self, spelled: &str) -> Option<String> {
        // The one-byte type, whose name is a keyword of another.
        if spelled == "char" {
            return Some("\"char\"".to_owned());
        }
        let candidates = [
            Some(Name::plain(spelled)),
            spelled.split_once('.').map(|(schema, name)| Name::new(Some(schema), name)),
        ];
        let known = |name: &Name| match self.schema.ty(name) {
            Lookup::Found(ty) => !matches!(&ty.kind, TypeKind::Other { sql: None }),
            // The rows of a table are a type once the table is there.
            _ => self.standing.contains(name),
        };
        if let Some(name) = candidates.iter().flatten().find(|name| known(name)) {
            return Some(self.qualified(name));
        }
        let name = candidates.into_iter().flatten().next_back()?;
        let extension = extensions::of_type(&name.name);
        let others = || {
            let mut all = self.schema.extensions();
            all.any(|(extension, _)| !CONTRIB.contains(&extension))
        };
        (extension.is_some() || others()).then(|| self.qualified(&name))
    }

    /// The line of a column, and what of it is not known. `key`: what stands behind a primary
    /// key that is written on the column.
    pub(super) fn column(&self, table: &Table, column: &Column, key: Option<&str>) -> Vec<Line> {
        let mut lines = Vec::new();
        let name = self.name(&column.name);
        let Some(ty) = self.ty(&column.ty) else {
            return self.untyped(column, &name, key);
        };
        let mut text = format!("{name} {ty}");
        let sequence = self.replayed.sequence(table, &column.name);
        let own_name = sequence_name(&table.name, &column.name);
        let usual = sequence.is_none_or(|s| s.name == own_name && s.is_usual(&column.ty));
        let serial = column.serial.then(|| ddl::serial(&column.ty.name)).flatten();
        match (serial, usual && !column.nullable) {
            (Some(serial), true) => text = format!("{name} {serial}"),
            (Some(_), false) => {
                let sequence = sequence.map_or(&own_name, |s| &s.name);
                let of = quote::text(&self.qualified(sequence));
                text.push_str(&format!(" DEFAULT nextval({of}::regclass)"));
            }
            (None, _) => {}
        }
        if let Some(collation) = &column.collation {
            text.push_str(&format!(
                " COLLATE {}",
                ddl::collation(collation, self.database.dialect)
            ));
        }
        // A partition gets its identity with its place (PostgreSQL 17).
        if let Some(identity) = column.identity.as_ref().filter(|_| table.bound.is_none()) {
            let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
            let mut options = Vec::new();
            if let Some(sequence) = sequence.filter(|s| s.name != own_name) {
                options.push(format!("SEQUENCE NAME {}", self.qualified(&sequence.name)));
            }
            options.extend(Some(identity.options.clone()).filter(|o| !o.is_empty()));
            text.push_str(&format!(" GENERATED {when} AS IDENTITY"));
            if !options.is_empty() {
                text.push_str(&format!(" ({})", options.join(" ")));
            }
        }
        match &column.generated {
            None => {}
            Some(generated) if self.stands(table, &generated.sql) => {
                text.push_str(&format!(" {}", ddl::generated(generated)));
            }
            Some(_) => lines.push(Line::Unknown(format!("what {name} is generated from"))),
        }
        match column.default.as_ref().map(|default| default.sql.as_deref()) {
            None => {}
            Some(Some(sql)) => {
                text.push_str(&format!(" DEFAULT {}", ddl::default(sql, self.database.dialect)))
            }
            Some(None) => lines.push(Line::Unknown(format!("the default of {name}"))),
        }
        if !column.nullable {
            let named = table
                .constraints
                .iter()
                .find(|c| c.kind == ConstraintKind::NotNull && c.columns == [column.name.as_str()]);
            if let Some(given) = named.and_then(|c| c.name.as_deref()) {
                text.push_str(&format!(" CONSTRAINT {}", self.name(given)));
            }
            text.push_str(" NOT NULL");
        }
        text.extend(key);
        lines.push(Line::Item(text));
        lines
    }

    /// A column without a known type. SQLite does without one.
    fn untyped(&self, column: &Column, name: &str, key: Option<&str>) -> Vec<Line> {
        if self.database.is_postgres() {
            let what = match column.ty.is_unknown() {
                true => format!("the type of {name}"),
                false => format!("the type {} of {name}, which is not there", column.ty),
            };
            return vec![Line::Unknown(what)];
        }
        let mut text = name.to_owned();
        if let Some(default) = column.default.as_ref().and_then(|d| d.sql.as_deref()) {
            text.push_str(&format!(" DEFAULT {}", ddl::default(default, self.database.dialect)));
        }
        if !column.nullable {
            text.push_str(" NOT NULL");
        }
        text.extend(key);
        vec![Line::Unknown(format!("the type of {name}, if it has one")), Line::Item(text)]
    }
}

/// Extensions whose types are all known by name.
const CONTRIB: &[&str] = &[
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "ltree",
    "moddatetime",
    "pg_stat_statements",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "seg",
    "tablefunc",
    "unaccent",
    "uuid-ossp",
];
