//! `MetaData(naming_convention=…)`: the names that SQLAlchemy gives to constraints and
//! indexes that have none.

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use crate::{
    database::Dialect,
    ir::{ConstraintType, Name},
};

/// Templates by kind: `ix`, `uq`, `ck`, `fk`, `pk`.
#[derive(Debug, Clone, Default)]
pub(super) struct Conventions(pub(super) BTreeMap<String, String>);

/// Cuts a name as a dialect does. SQLite's has no limit that a name could reach
/// (`DefaultDialect.max_identifier_length`, 9999).
pub(super) fn cut(name: String, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => shorten(name),
        Dialect::Sqlite => name,
    }
}

/// What a template may speak of.
pub(super) struct Subject<'a> {
    pub(super) table: &'a Name,
    pub(super) columns: &'a [String],
    pub(super) referred: Option<(&'a Name, &'a [String])>,
    /// The name given by hand, which a `ck` convention wraps.
    pub(super) given: Option<&'a str>,
}

/// The longest identifier of PostgreSQL; SQLAlchemy shortens conventional names itself.
const MAX: usize = 63;

impl Conventions {
    /// The conventional name of a constraint; `None`: the server names it.
    pub(super) fn constraint(&self, ty: ConstraintType, subject: &Subject<'_>) -> Option<String> {
        self.fill(self.0.get(key(ty)?)?, subject)
    }

    pub(super) fn index(&self, subject: &Subject<'_>) -> Option<String> {
        let default = "ix_%(column_0_label)s".to_owned();
        self.fill(self.0.get("ix").unwrap_or(&default), subject)
    }

    /// Whether a function of the project gives a part of the name of such a constraint.
    pub(super) fn calls(&self, ty: ConstraintType) -> bool {
        key(ty).is_some_and(|key| self.has_function(key))
    }

    /// The same of indexes.
    pub(super) fn calls_for_indexes(&self) -> bool {
        self.has_function("ix")
    }

    fn has_function(&self, key: &str) -> bool {
        let template = self.0.get(key);
        let tokens = template.into_iter().flat_map(|t| t.split("%(").skip(1));
        tokens.filter_map(|rest| rest.split(')').next()).any(|token| !is_known(token))
    }

    fn fill(&self, template: &str, subject: &Subject<'_>) -> Option<String> {
        let mut name = String::new();
        let mut rest = template;
        while let Some(at) = rest.find("%(") {
            name.push_str(&rest[..at]);
            let close = rest[at..].find(")s")? + at;
            name.push_str(&token(&rest[at + 2..close], subject)?);
            rest = &rest[close + 2..];
        }
        name.push_str(rest);
        Some(name)
    }
}

/// The key of a kind of constraint in a convention.
fn key(ty: ConstraintType) -> Option<&'static str> {
    Some(match ty {
        ConstraintType::PrimaryKey => "pk",
        ConstraintType::Unique => "uq",
        ConstraintType::ForeignKey => "fk",
        ConstraintType::Check => "ck",
        ConstraintType::Exclude | ConstraintType::NotNull => return None,
    })
}

/// Whether a token is one of SQLAlchemy's (`ConventionDict` of sqlalchemy.sql.naming): any other one
/// is a function of the project.
fn is_known(token: &str) -> bool {
    let counted = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    matches!(token, "table_name" | "constraint_name" | "referred_table_name")
        || token.strip_prefix("column_").is_some_and(counted)
        || token.strip_prefix("referred_column_").is_some_and(counted)
}

fn token(token: &str, subject: &Subject<'_>) -> Option<String> {
    let table = &subject.table.name;
    let label = |column: &String| match &subject.table.schema {
        Some(schema) => format!("{}_{table}_{column}", schema.replace('.', "_")),
        None => format!("{table}_{column}"),
    };
    let first = subject.columns.first();
    let list = |names: &[String], by: &str| names.join(by);
    Some(match token {
        "table_name" => table.clone(),
        "constraint_name" => subject.given?.to_owned(),
        "column_0_name" | "column_0_key" => first?.clone(),
        "column_0_label" => label(first?),
        "column_0_N_name" | "column_0_N_key" => list(subject.columns, "_"),
        "column_0N_name" | "column_0N_key" => list(subject.columns, ""),
        "column_0_N_label" => subject.columns.iter().map(label).collect::<Vec<_>>().join("_"),
        "column_0N_label" => subject.columns.iter().map(label).collect::<String>(),
        "referred_table_name" => subject.referred?.0.name.clone(),
        "referred_column_0_name" => subject.referred?.1.first()?.clone(),
        "referred_column_0_N_name" => list(subject.referred?.1, "_"),
        _ => {
            let position =
                token.strip_prefix("column_")?.split('_').next()?.parse::<usize>().ok()?;
            subject.columns.get(position)?.clone()
        }
    })
}

/// SQLAlchemy cuts a conventional name that is too long and adds the last four digits of its
/// MD5 (`IdentifierPreparer._truncate_and_render_maxlen_name`).
fn shorten(name: String) -> String {
    if name.len() <= MAX {
        return name;
    }
    let digest = Md5::digest(name.as_bytes());
    let mut end = MAX - 8;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:02x}{:02x}", &name[..end], digest[14], digest[15])
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn long_names_end_in_four_digits_of_their_md5() {
        let long = shorten("x".repeat(70));
        assert_eq!(long.len(), 60);
        assert!(long.starts_with(&"x".repeat(55)));
    }
}
