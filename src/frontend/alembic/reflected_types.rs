//! SQLAlchemy's type classes: what reflection makes of a column's type, and what a type answers
//! when it is asked for its class or its options.

use std::rc::Rc;

use super::value::{Call, Callee, Value};
use crate::{
    ir::Name,
    schema::{Schema, TypeKind},
    source::Span,
    types::SqlType,
};

/// A type class, and the generic classes above it (`sqlalchemy.types`).
const CLASSES: &[(&str, &[&str])] = &[
    ("VARCHAR", &["String"]),
    ("CHAR", &["String"]),
    ("NVARCHAR", &["Unicode", "String"]),
    ("Unicode", &["String"]),
    ("AutoString", &["String"]),
    ("TEXT", &["Text", "String"]),
    ("CLOB", &["Text", "String"]),
    ("Text", &["String"]),
    ("UnicodeText", &["Text", "String"]),
    ("INTEGER", &["Integer"]),
    ("BIGINT", &["BigInteger", "Integer"]),
    ("BigInteger", &["Integer"]),
    ("SMALLINT", &["SmallInteger", "Integer"]),
    ("SmallInteger", &["Integer"]),
    ("BOOLEAN", &["Boolean"]),
    ("NUMERIC", &["Numeric"]),
    ("DECIMAL", &["Numeric"]),
    ("FLOAT", &["Float", "Numeric"]),
    ("Float", &["Numeric"]),
    ("REAL", &["Float", "Numeric"]),
    ("DOUBLE", &["Double", "Float", "Numeric"]),
    ("DOUBLE_PRECISION", &["Double", "Float", "Numeric"]),
    ("TIMESTAMP", &["DateTime"]),
    ("DATETIME", &["DateTime"]),
    ("DATE", &["Date"]),
    ("TIME", &["Time"]),
    ("INTERVAL", &[]),
    ("BYTEA", &["LargeBinary"]),
    ("BLOB", &["LargeBinary"]),
    ("UUID", &["Uuid"]),
    ("JSON", &[]),
    ("JSONB", &["JSON"]),
    ("ENUM", &["Enum", "String"]),
    ("Enum", &["String"]),
    ("ARRAY", &[]),
    ("INET", &[]),
    ("CIDR", &[]),
    ("MACADDR", &[]),
    ("TSVECTOR", &[]),
    ("CITEXT", &[]),
    ("HSTORE", &[]),
    // The generic ones themselves.
    ("String", &[]),
    ("Integer", &[]),
    ("Boolean", &[]),
    ("Numeric", &[]),
    ("DateTime", &[]),
    ("Date", &[]),
    ("Time", &[]),
    ("LargeBinary", &[]),
    ("Uuid", &[]),
    ("Interval", &[]),
];

/// The value that reflection gives for a column's type. A type without a class here is its SQL
/// name, one that is not known is unknown.
pub(super) fn reflect(schema: &Schema, ty: &SqlType, span: Span) -> Value {
    if ty.is_unknown() {
        return Value::unknown("the type of the column is not known");
    }
    let made = |name: &str, args: Vec<Value>, kwargs: Vec<(&str, Value)>| {
        let kwargs = kwargs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let callee = Callee::External(Rc::from(format!("sqlalchemy.types.{name}")));
        Value::Call(Rc::new(Call::new(callee, args, kwargs, span)))
    };
    let numbers = || ty.args.iter().filter_map(|a| a.parse().ok()).map(Value::Int).collect();
    let as_written = || Value::str(&ty.to_string());
    if ty.dims > 0 {
        let item = reflect(schema, &SqlType { dims: ty.dims - 1, ..ty.clone() }, span);
        return made("ARRAY", vec![item], Vec::new());
    }
    if schema.database().is_sqlite() {
        let name = ty.name.to_ascii_uppercase();
        let known = matches!(
            name.as_str(),
            "VARCHAR"
                | "CHAR"
                | "TEXT"
                | "INTEGER"
                | "BIGINT"
                | "SMALLINT"
                | "BOOLEAN"
                | "NUMERIC"
                | "DECIMAL"
                | "FLOAT"
                | "REAL"
                | "DOUBLE"
                | "TIMESTAMP"
                | "DATETIME"
                | "DATE"
                | "TIME"
                | "BLOB"
                | "JSON"
        );
        return if known { made(&name, numbers(), Vec::new()) } else { as_written() };
    }
    let zoned = |zoned: bool| ("timezone", Value::Bool(zoned));
    let class = match ty.name.as_str() {
        "timestamp with time zone" => return made("TIMESTAMP", Vec::new(), vec![zoned(true)]),
        "timestamp without time zone" => return made("TIMESTAMP", Vec::new(), vec![zoned(false)]),
        "time with time zone" => return made("TIME", Vec::new(), vec![zoned(true)]),
        "time without time zone" => return made("TIME", Vec::new(), vec![zoned(false)]),
        "character varying" => "VARCHAR",
        "character" => "CHAR",
        "text" => "TEXT",
        "integer" => "INTEGER",
        "bigint" => "BIGINT",
        "smallint" => "SMALLINT",
        "boolean" => "BOOLEAN",
        "numeric" => "NUMERIC",
        "real" => "REAL",
        "double precision" => "DOUBLE_PRECISION",
        "date" => "DATE",
        "interval" => "INTERVAL",
        "bytea" => "BYTEA",
        "uuid" => "UUID",
        "json" => "JSON",
        "jsonb" => "JSONB",
        "inet" => "INET",
        "cidr" => "CIDR",
        "macaddr" => "MACADDR",
        "tsvector" => "TSVECTOR",
        "citext" => "CITEXT",
        "hstore" => "HSTORE",
        _ => {
            let name = Name::plain(&ty.name);
            let Some(TypeKind::Enum { labels }) = schema.ty(&name).found().map(|t| &t.kind) else {
                return as_written();
            };
            let labels = labels.iter().map(|label| Value::str(label)).collect();
            let name = ("name", Value::str(&name.name));
            return made("ENUM", labels, vec![name, ("create_type", Value::Bool(false))]);
        }
    };
    made(class, numbers(), Vec::new())
}

/// The type class of a value: `VARCHAR` of `sa.VARCHAR(20)` and of `sa.VARCHAR`.
fn class_of(value: &Value) -> Option<&str> {
    let path = match value {
        Value::External(path) => path,
        Value::Call(call) => match &call.callee {
            Callee::External(path) => path,
            _ => return None,
        },
        _ => return None,
    };
    let (module, name) = path.rsplit_once('.')?;
    let own = module.starts_with("sqlalchemy") || module.starts_with("sqlmodel");
    (own && CLASSES.iter().any(|(class, _)| *class == name)).then_some(name)
}

/// `isinstance(type, class)`; `None`: one of the two is no type that is known here.
pub(super) fn is_instance(value: &Value, class: &Value) -> Option<bool> {
    let own = class_of(value)?;
    let wanted = match class {
        Value::External(path) => path.rsplit('.').next()?,
        _ => return None,
    };
    if wanted == "TypeEngine" {
        return Some(true);
    }
    let known = wanted == "NullType" || CLASSES.iter().any(|(name, _)| *name == wanted);
    let above = CLASSES.iter().find(|(name, _)| *name == own).map(|(_, above)| *above)?;
    known.then(|| own == wanted || above.contains(&wanted))
}

/// An option of a type that was called: `.length`, `.timezone`, `.enums`.
pub(super) fn option(value: &Value, name: &str) -> Option<Value> {
    let class = class_of(value)?;
    let Value::Call(call) = value else { return None };
    let given = |at: usize| call.arg(at, name).cloned().unwrap_or(Value::None);
    match (name, class) {
        ("timezone", "TIMESTAMP" | "DATETIME" | "DateTime" | "TIME" | "Time") => {
            Some(call.arg(0, name).cloned().unwrap_or(Value::Bool(false)))
        }
        ("length", _) => Some(given(0)),
        ("precision", "NUMERIC" | "DECIMAL" | "Numeric" | "FLOAT" | "Float") => Some(given(0)),
        ("scale", "NUMERIC" | "DECIMAL" | "Numeric") => Some(given(1)),
        ("item_type", "ARRAY") => Some(given(0)),
        ("enums", "ENUM" | "Enum") if call.args.iter().all(|a| a.as_str().is_some()) => {
            Some(Value::list(call.args.clone()))
        }
        ("name", "ENUM" | "Enum") => Some(call.kwarg("name").cloned().unwrap_or(Value::None)),
        _ => None,
    }
}

/// What `str()` prints of a type: its name and its numbers.
pub(super) fn display(value: &Value) -> Option<String> {
    let class = class_of(value)?.to_uppercase().replace('_', " ");
    let Value::Call(call) = value else { return None };
    let numbers: Vec<String> = call
        .args
        .iter()
        .filter_map(|a| if let Value::Int(n) = a { Some(n.to_string()) } else { None })
        .collect();
    Some(if numbers.is_empty() { class } else { format!("{class}({})", numbers.join(", ")) })
}
