//! Which type changes PostgreSQL makes by itself, and which types a foreign key can join.
//!
//! Recorded: `ALTER COLUMN TYPE` and `FOREIGN KEY` over 52 × 52 types on PostgreSQL 10–18
//! (testdata/truth/pg-type-change-matrix.json); the matrix is the same on all majors but for
//! timestamp and timestamptz, which differ in cost only.

use crate::{
    ir::{DefaultValue, Name, OpKind},
    schema::{Lookup, Schema, TypeKind},
    source::Span,
    types::SqlType,
};

/// What `ALTER COLUMN … TYPE` without USING does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// The same type, or an assignment cast exists.
    Automatic,
    /// Refused: 42804 "column … cannot be cast automatically to type …".
    NeedsUsing,
    /// A type that is not known here.
    Unknown,
}

/// Everything casts to these by its output function.
const STRINGS: [&str; 4] = ["character", "character varying", "text", "name"];
const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "real", "double precision", "numeric"];

/// The assignment casts besides those to strings and among numbers.
const CASTS: &[(&str, &[&str])] = &[
    ("smallint", &["oid"]),
    ("integer", &["money", "oid"]),
    ("bigint", &["money", "oid"]),
    ("numeric", &["money"]),
    ("money", &["numeric"]),
    ("oid", &["integer", "bigint"]),
    ("date", &["timestamp without time zone", "timestamp with time zone"]),
    ("time without time zone", &["time with time zone", "interval"]),
    ("time with time zone", &["time without time zone"]),
    (
        "timestamp without time zone",
        &["date", "time without time zone", "timestamp with time zone"],
    ),
    (
        "timestamp with time zone",
        &["date", "time without time zone", "time with time zone", "timestamp without time zone"],
    ),
    ("interval", &["time without time zone"]),
    ("json", &["jsonb"]),
    ("jsonb", &["json"]),
    ("inet", &["cidr"]),
    ("cidr", &["inet"]),
    ("bit", &["bit varying"]),
    ("bit varying", &["bit"]),
];

/// The other built-in types of the matrix, which cast to nothing but strings.
const PLAIN: &[&str] = &[
    "boolean",
    "bytea",
    "uuid",
    "xml",
    "macaddr",
    "point",
    "tsvector",
    "int4range",
    "character",
    "character varying",
    "text",
    "name",
    "real",
    "double precision",
    "numeric",
    "citext",
];

/// Pairs (child, parent) beyond equal types that an index on the parent can serve.
const JOINS: &[(&str, &[&str])] = &[
    ("smallint", &["integer", "bigint", "real", "double precision", "numeric", "oid"]),
    ("integer", &["smallint", "bigint", "real", "double precision", "numeric", "oid"]),
    ("bigint", &["smallint", "integer", "real", "double precision", "numeric", "oid"]),
    ("real", &["double precision"]),
    ("double precision", &["real"]),
    ("numeric", &["real", "double precision"]),
    ("character", &["character varying", "text", "name"]),
    ("character varying", &["character", "text", "name"]),
    ("text", &["character", "character varying", "name"]),
    ("name", &["character varying", "text"]),
    ("date", &["timestamp without time zone", "timestamp with time zone"]),
    ("timestamp without time zone", &["date", "timestamp with time zone"]),
    ("timestamp with time zone", &["date", "timestamp without time zone"]),
    ("time without time zone", &["time with time zone", "interval"]),
    ("inet", &["cidr"]),
    ("cidr", &["inet"]),
    ("bit", &["bit varying"]),
    ("bit varying", &["bit"]),
];

/// What a type change without USING does.
pub fn conversion(schema: &Schema, from: &SqlType, to: &SqlType) -> Conversion {
    let (Some(from), Some(to)) = (base(schema, from), base(schema, to)) else {
        return Conversion::Unknown;
    };
    if from == to {
        return Conversion::Automatic;
    }
    match (from, to) {
        (Base::Array(from), Base::Array(to)) => convert_base(from, to),
        (Base::Array(_), Base::Scalar(to)) if STRINGS.contains(&to) => Conversion::Automatic,
        (Base::Array(_), _) | (_, Base::Array(_)) => Conversion::NeedsUsing,
        (Base::Scalar(from), Base::Scalar(to)) => convert_base(from, to),
        (Base::Enum(_), Base::Scalar(to)) if STRINGS.contains(&to) => Conversion::Automatic,
        (Base::Enum(_), _) | (_, Base::Enum(_)) => Conversion::NeedsUsing,
    }
}

/// A change of a column's type that the server refuses, whatever the values are (42804).
pub struct Uncast {
    pub column: String,
    pub from: SqlType,
    pub to: SqlType,
    /// The default that cannot be cast, though USING says how the values are.
    pub default: Option<DefaultValue>,
    /// Where the column has its type from.
    pub made: Span,
}

impl Uncast {
    /// Without USING, there has to be an assignment cast; a default needs one in any case, and
    /// NULL has it. `None`: it is taken, or that is not known.
    pub fn of(schema: &Schema, op: &OpKind) -> Option<Uncast> {
        let OpKind::AlterColumn { table, column, change } = op else { return None };
        let ty = change.ty.as_ref().filter(|_| schema.database().is_postgres())?;
        let old = &schema.column(table, column).found()?.column;
        if conversion(schema, &old.ty, &ty.to) != Conversion::NeedsUsing {
            return None;
        }
        let default = || {
            let kept = old.default.as_ref().filter(|_| change.default.is_none());
            kept.filter(|default| default.sql.is_some() && !default.is_null()).cloned()
        };
        let default = match ty.using {
            None => None,
            Some(_) => Some(default()?),
        };
        let (from, to) = (old.ty.clone(), ty.to.clone());
        Some(Uncast { column: old.name.clone(), from, to, default, made: old.span })
    }

    /// The server's own words.
    pub fn says(&self) -> String {
        let Uncast { column, to, default, .. } = self;
        let what = if default.is_some() { "default for column" } else { "column" };
        format!("PostgreSQL: 42804 {what} \"{column}\" cannot be cast automatically to type {to}")
    }
}

/// Whether a foreign key from one type to the other can be built; `None`: not known.
pub fn comparable(schema: &Schema, child: &SqlType, parent: &SqlType) -> Option<bool> {
    let (child, parent) = (base(schema, child)?, base(schema, parent)?);
    if child == parent {
        return Some(true);
    }
    let (Base::Scalar(child), Base::Scalar(parent)) = (child, parent) else { return Some(false) };
    Some(JOINS.iter().any(|(from, to)| *from == child && to.contains(&parent)))
}

fn convert_base(from: &str, to: &str) -> Conversion {
    let listed = CASTS.iter().any(|(a, to_list)| *a == from && to_list.contains(&to));
    let numbers = NUMBERS.contains(&from) && NUMBERS.contains(&to);
    match listed || numbers || STRINGS.contains(&to) || from == to {
        true => Conversion::Automatic,
        false => Conversion::NeedsUsing,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base<'a> {
    Scalar(&'a str),
    Array(&'a str),
    Enum(&'a str),
}

/// A type without its modifiers; domains stand for what they are made of.
fn base<'a>(schema: &'a Schema, ty: &'a SqlType) -> Option<Base<'a>> {
    let known = |name: &str| {
        NUMBERS.contains(&name)
            || PLAIN.contains(&name)
            || CASTS.iter().any(|(from, _)| *from == name)
    };
    if known(&ty.name) {
        // citext behaves as text for casts and joins, by its extension's own casts.
        let name = if ty.name == "citext" { "text" } else { ty.name.as_str() };
        return Some(if ty.dims > 0 { Base::Array(name) } else { Base::Scalar(name) });
    }
    let name = match ty.name.split_once('.') {
        Some((schema, name)) => Name::new(Some(schema), name),
        None => Name::plain(&ty.name),
    };
    match schema.ty(&name) {
        Lookup::Found(found) => match &found.kind {
            TypeKind::Enum { .. } if ty.dims == 0 => Some(Base::Enum(&ty.name)),
            TypeKind::Domain { domain, .. } if ty.dims == 0 && known(&domain.base.name) => {
                Some(Base::Scalar(&domain.base.name))
            }
            _ => None,
        },
        Lookup::Missing | Lookup::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Conversion, comparable, conversion};
    use crate::{
        database::Database,
        ir::{Domain, Name, Op, OpKind, Style},
        schema::{Origin, Schema},
        source::{FileId, Span},
        types::SqlType,
    };

    fn schema() -> Schema {
        let span = Span::top(FileId(0));
        let mut schema = Schema::new(Database::POSTGRES, Origin { migration: 0, change: 0, span });
        let op = |kind| Op {
            kind,
            span,
            style: Style::Sql,
            transaction: Some(0),
            certain: true,
            only: false,
            if_exists: false,
            forgiven: Vec::new(),
        };
        for name in ["mood", "mood2"] {
            let labels = vec!["ok".to_owned()];
            schema.apply(&op(OpKind::CreateEnum {
                name: Name::plain(name),
                labels,
                checkfirst: false,
            }));
        }
        for (name, checked) in [("dint", false), ("dpos", true)] {
            let domain = Domain { nullable: !checked, ..Domain::over(SqlType::named("integer")) };
            schema.apply(&op(OpKind::CreateDomain { name: Name::plain(name), domain }));
        }
        schema
    }

    #[test]
    fn the_table_is_what_the_servers_did() {
        let text = include_str!("../../../testdata/truth/pg-type-change-matrix.json");
        let recorded: serde_json::Value = serde_json::from_str(text).expect("valid JSON");
        let schema = schema();
        let mut compared = 0;
        for (from, row) in recorded["alter_utc"].as_object().expect("rows") {
            for (to, class) in row.as_object().expect("cells") {
                let ours = conversion(&schema, &SqlType::postgres(from), &SqlType::postgres(to));
                let want = match class.as_str() {
                    Some("N" | "I" | "W") => Conversion::Automatic,
                    _ => Conversion::NeedsUsing,
                };
                assert_eq!(ours, want, "{from} -> {to}");
                compared += 1;
            }
        }
        assert_eq!(compared, 52 * 51);
        for (child, row) in recorded["fk"].as_object().expect("rows") {
            for (parent, class) in row.as_object().expect("cells") {
                let want = match class.as_str() {
                    Some("ok") => true,
                    Some("42804") => false,
                    _ => continue,
                };
                let ours =
                    comparable(&schema, &SqlType::postgres(child), &SqlType::postgres(parent));
                assert_eq!(ours, Some(want), "{child} references {parent}");
            }
        }
    }
}
