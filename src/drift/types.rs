//! Types, as a database sees them: never by their spelling.

use super::Harm;
use crate::{database::Database, facts::sqlite::affinity_name, types::SqlType};

/// What comes of a column that is of another type than the model's; `None`: the database makes
/// no difference between the two, or one of them is not known.
pub(super) fn differ(
    database: Database,
    model: &SqlType,
    made: &SqlType,
) -> Option<(Harm, &'static str)> {
    if model.is_unknown() || made.is_unknown() || model == made {
        return None;
    }
    match database.is_sqlite() {
        true => on_sqlite(model, made),
        false => on_postgres(model, made),
    }
}

/// SQLite takes any value in any column; what differs is what becomes of it (datatype3.html, 3).
fn on_sqlite(model: &SqlType, made: &SqlType) -> Option<(Harm, &'static str)> {
    // "A column that uses INTEGER affinity behaves the same as a column with NUMERIC affinity",
    // but in a CAST.
    let stored = |ty: &SqlType| match affinity_name(ty).name.as_str() {
        "INT" => "NUM".to_owned(),
        name => name.to_owned(),
    };
    (stored(model) != stored(made))
        .then_some((Harm::Risk, "SQLite stores some values in another form"))
}

fn on_postgres(model: &SqlType, made: &SqlType) -> Option<(Harm, &'static str)> {
    let (from, to) = (model.name.as_str(), made.name.as_str());
    let unbound = |ty: &SqlType| ty.args.is_empty();
    if model.dims != made.dims && (model.dims == 0 || made.dims == 0) {
        return Some((Harm::Breaks, "values of the one are none of the other"));
    }
    if from == to {
        return arguments(model, made);
    }
    // The same storage and the same checks: none.
    let texts = |name: &str| matches!(name, "text" | "character varying");
    if texts(from) && texts(to) && unbound(model) && unbound(made) {
        return Some((Harm::None, "the two hold the same values"));
    }
    match family(from).zip(family(to)) {
        Some((a, b)) if a == b => match widths(from, to) {
            Some(true) => Some((
                Harm::Risk,
                "the column is narrower: values that the model allows do not fit",
            )),
            _ => Some((Harm::Risk, "the column holds other values than the model says")),
        },
        Some(_) => Some((Harm::Breaks, "values of the one are none of the other")),
        // Types of extensions, domains, enums: what casts there are is not known.
        None => Some((Harm::Risk, "the column holds other values than the model says")),
    }
}

/// The same type with another length, precision or scale.
fn arguments(model: &SqlType, made: &SqlType) -> Option<(Harm, &'static str)> {
    if normal(model) == normal(made) {
        return None;
    }
    let narrower = match (model.length(), made.length()) {
        (Some(declared), Some(there)) => there < declared,
        (None, Some(_)) => true,
        _ => false,
    };
    Some(match narrower {
        true => (Harm::Risk, "the column is narrower: values that the model allows do not fit"),
        false => (Harm::Risk, "the column takes values that the model does not expect"),
    })
}

/// The arguments without those that are the default (manual, 8.1.2 and 8.5).
fn normal(ty: &SqlType) -> Vec<&str> {
    let args = ty.args.iter().map(|arg| arg.trim());
    match ty.name.as_str() {
        "numeric" => {
            let mut args: Vec<&str> = args.collect();
            if let [_, "0"] = args[..] {
                args.pop();
            }
            args
        }
        name if name.starts_with("time") || name == "interval" => {
            args.filter(|arg| *arg != "6").collect()
        }
        _ => args.collect(),
    }
}

/// Integers and floats: whether the second one is the narrower; `None`: that is not the question.
fn widths(model: &str, made: &str) -> Option<bool> {
    let width = |name: &str| {
        Some(match name {
            "smallint" => 2,
            "integer" => 4,
            "bigint" => 8,
            _ => return None,
        })
    };
    width(model).zip(width(made)).map(|(declared, there): (u8, u8)| there < declared)
}

/// Types whose values the drivers send for each other.
fn family(name: &str) -> Option<u8> {
    Some(match name {
        "text" | "character varying" | "character" | "citext" | "name" => 0,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => 1,
        "timestamp without time zone" | "timestamp with time zone" | "date" => 2,
        "time without time zone" | "time with time zone" => 3,
        "json" | "jsonb" => 4,
        "boolean" => 5,
        "uuid" => 6,
        "bytea" => 7,
        "interval" => 8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Harm, differ};
    use crate::{database::Database, types::SqlType};

    #[test]
    fn types_are_compared_as_the_database_sees_them() {
        let postgres = |a: &str, b: &str| {
            let (a, b) = (SqlType::postgres(a), SqlType::postgres(b));
            differ(Database::POSTGRES, &a, &b).map(|(harm, _)| harm)
        };
        let sqlite = |a: &str, b: &str| {
            let (a, b) = (SqlType::sqlite(a), SqlType::sqlite(b));
            differ(Database::SQLITE, &a, &b).map(|(harm, _)| harm)
        };
        assert_eq!(postgres("int4", "INTEGER"), None);
        assert_eq!(postgres("timestamptz", "timestamptz(6)"), None);
        assert_eq!(postgres("numeric(10,0)", "numeric(10)"), None);
        assert_eq!(postgres("text", "varchar"), Some(Harm::None));
        assert_eq!(postgres("text", "varchar(9)"), Some(Harm::Risk));
        assert_eq!(postgres("bigint", "int"), Some(Harm::Risk));
        assert_eq!(postgres("int", "uuid"), Some(Harm::Breaks));
        assert_eq!(postgres("text[]", "text"), Some(Harm::Breaks));
        assert_eq!(postgres("", "text"), None);
        assert_eq!(sqlite("VARCHAR(50)", "TEXT"), None);
        assert_eq!(sqlite("DATETIME", "TIMESTAMP"), None);
        assert_eq!(sqlite("BOOLEAN", "INTEGER"), None);
        assert_eq!(sqlite("TEXT", "INTEGER"), Some(Harm::Risk));
    }
}
