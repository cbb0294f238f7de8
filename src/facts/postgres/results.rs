//! The types that expressions have on PostgreSQL: what a function, an operator, a UNION yields.
//!
//! A type whose name is `unknown` is the server's own pseudo-type: a text or NULL that takes
//! the type it is asked for. One without a name is not known here.

use std::{collections::HashMap, sync::OnceLock};

use crate::types::SqlType;

/// The names of the catalogue's functions, with the result where it is always the same type.
fn catalogue() -> &'static HashMap<&'static str, Option<&'static str>> {
    static FUNCTIONS: OnceLock<HashMap<&'static str, Option<&'static str>>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let lines = include_str!("functions.txt").lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| match line.split_once(' ') {
                Some((name, ty)) => (name, Some(ty)),
                None => (line, None),
            })
            .collect()
    })
}

/// What is written like a call and is none (gram.y, `func_expr_common_subexpr`).
const SYNTAX: &[&str] = &[
    "array",
    "cast",
    "coalesce",
    "exists",
    "extract",
    "greatest",
    "grouping",
    "json",
    "json_array",
    "json_exists",
    "json_object",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_value",
    "least",
    "normalize",
    "nullif",
    "row",
    "treat",
    "trim",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
];

/// Whether a function is PostgreSQL's own. None of these makes, alters or drops a table.
pub fn is_builtin(name: &str) -> bool {
    SYNTAX.contains(&name) || name.starts_with("pg_") || catalogue().contains_key(name)
}

/// In the order in which they convert by themselves (manual, 10.5; pg_cast).
const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const STRINGS: [&str; 4] = ["character", "character varying", "name", "text"];
const TIMES: [&str; 3] = ["date", "timestamp without time zone", "timestamp with time zone"];

/// The one type of several values: CASE, COALESCE, UNION, VALUES, ARRAY (manual, 10.5).
pub fn common(types: &[SqlType]) -> SqlType {
    if types.iter().any(SqlType::is_unknown) {
        return SqlType::unknown();
    }
    let untyped = types.iter().any(is_untyped);
    let mut known = types.iter().filter(|ty| !is_untyped(ty));
    let Some(first) = known.next() else { return SqlType::named("unknown") };
    known.fold(if untyped { bare(first) } else { first.clone() }, |chosen, next| match () {
        () if chosen == *next => chosen,
        () if chosen.name == next.name && chosen.dims == next.dims => bare(&chosen),
        () => wider(&chosen, next),
    })
}

fn wider(chosen: &SqlType, next: &SqlType) -> SqlType {
    let of = |group: &[&str]| {
        let place = |ty: &SqlType| group.iter().position(|name| *name == ty.name);
        Some((place(chosen)?, place(next)?))
    };
    if chosen.dims != 0 || next.dims != 0 {
        return SqlType::unknown();
    }
    if let Some((a, b)) = of(&NUMBERS).or(of(&TIMES)) {
        return bare(if a >= b { chosen } else { next });
    }
    // Every string converts to every other, so only the preferred one wins over the first.
    if of(&STRINGS).is_some() {
        return bare(if next.name == "text" { next } else { chosen });
    }
    SqlType::unknown()
}

pub fn is_untyped(ty: &SqlType) -> bool {
    ty.name == "unknown" && ty.dims == 0
}

/// Without length or precision.
fn bare(ty: &SqlType) -> SqlType {
    SqlType { args: Vec::new(), ..ty.clone() }
}

fn element(ty: &SqlType) -> SqlType {
    match ty.dims {
        0 => SqlType::unknown(),
        _ => SqlType { dims: 0, args: Vec::new(), ..ty.clone() },
    }
}

fn is_number(ty: &SqlType) -> bool {
    ty.dims == 0 && NUMBERS.contains(&ty.name.as_str())
}

/// Integers and numeric: where a function has no version for integers, numeric's is taken for
/// numeric only, and that for double precision for integers, as it is the preferred type.
fn floating(ty: &SqlType) -> SqlType {
    match ty.name.as_str() {
        "numeric" if ty.dims == 0 => bare(ty),
        _ if is_number(ty) || is_untyped(ty) => SqlType::named("double precision"),
        _ => SqlType::unknown(),
    }
}

/// What a call yields.
pub fn function(name: &str, args: &[SqlType]) -> SqlType {
    let first = args.first().cloned().unwrap_or_default();
    let named = |name: &str| SqlType::named(name);
    match name {
        "coalesce" | "greatest" | "least" => common(args),
        // The operator that compares is text's for these.
        "nullif" if is_untyped(&first) || first.name == "character varying" => named("text"),
        "nullif" => first,
        "exists" | "xmlexists" | "json_exists" => named("boolean"),
        "grouping" => named("integer"),
        "current_date" => named("date"),
        "current_timestamp" => named("timestamp with time zone"),
        "localtimestamp" => named("timestamp without time zone"),
        "current_time" => named("time with time zone"),
        "localtime" => named("time without time zone"),
        "current_role" | "user" | "current_catalog" => named("name"),
        "extract" => named("numeric"),
        "sum" => match first.name.as_str() {
            "smallint" | "integer" => named("bigint"),
            "bigint" | "numeric" => named("numeric"),
            "real" | "double precision" | "interval" | "money" => bare(&first),
            _ => SqlType::unknown(),
        },
        "avg" | "stddev" | "stddev_pop" | "stddev_samp" | "variance" | "var_pop" | "var_samp" => {
            match first.name.as_str() {
                "smallint" | "integer" | "bigint" | "numeric" => named("numeric"),
                "real" | "double precision" => named("double precision"),
                "interval" if name == "avg" => bare(&first),
                _ => SqlType::unknown(),
            }
        }
        // There is no version for `character varying`; an array's and an enum's is its own.
        "max" | "min" => match first.name.as_str() {
            "character varying" | "name" | "unknown" => named("text"),
            _ => bare(&first),
        },
        "abs" | "mod" | "any_value" | "mode" | "lag" | "lead" | "first_value" | "last_value"
        | "nth_value" | "array_append" | "array_cat" | "array_remove" | "array_replace"
        | "array_reverse" | "array_sample" | "array_shuffle" | "array_sort" | "trim_array"
        | "percentile_disc" => match args {
            [only] if !is_untyped(only) => bare(only),
            // An ordered-set aggregate orders what it yields.
            [.., last] if name == "percentile_disc" => bare(last),
            [first, second, ..] if name == "mod" => common(&[bare(first), bare(second)]),
            [first, ..] if !is_untyped(first) => bare(first),
            _ => SqlType::unknown(),
        },
        "array_prepend" => args.get(1).map(bare).unwrap_or_default(),
        "array_agg" if first.is_unknown() || is_untyped(&first) => SqlType::unknown(),
        "array_agg" => bare(&first).array_of(),
        "unnest" => element(&first),
        "date_trunc" | "age" | "date_bin" => match (name, args) {
            ("age", _) => named("interval"),
            (_, [_, of, ..]) => match of.name.as_str() {
                "date" | "timestamp with time zone" => named("timestamp with time zone"),
                "timestamp without time zone" | "interval" => bare(of),
                _ => SqlType::unknown(),
            },
            _ => SqlType::unknown(),
        },
        "timezone" => match first.name.as_str() {
            "timestamp with time zone" => named("timestamp without time zone"),
            "timestamp without time zone" | "date" => named("timestamp with time zone"),
            "time without time zone" | "time with time zone" => named("time with time zone"),
            _ => SqlType::unknown(),
        },
        "ceil" | "ceiling" | "floor" | "exp" | "ln" | "log" | "sqrt" | "sign" | "trunc"
        | "power" | "pow"
            if args.len() == 1 || matches!(name, "power" | "pow") =>
        {
            match args.iter().any(|ty| ty.name == "numeric")
                && args.iter().all(|ty| !matches!(ty.name.as_str(), "real" | "double precision"))
            {
                true => named("numeric"),
                false => floating(&first),
            }
        }
        "round" | "trunc" if args.len() == 2 => named("numeric"),
        "round" => floating(&first),
        "random" if args.is_empty() => named("double precision"),
        "generate_series" => match first.name.as_str() {
            "date" => named("timestamp with time zone"),
            _ => common(&args.iter().take(2).map(bare).collect::<Vec<_>>()),
        },
        "lower" | "upper" if first.name.ends_with("range") => SqlType::unknown(),
        "substring" | "substr" | "overlay" | "btrim" | "ltrim" | "rtrim" | "reverse"
            if matches!(first.name.as_str(), "bytea" | "bit" | "bit varying") =>
        {
            bare(&first)
        }
        "lower" | "upper" | "substring" | "substr" | "overlay" | "ltrim" | "rtrim" | "reverse"
        | "btrim" | "normalize" => named("text"),
        "string_agg" if first.name == "bytea" => bare(&first),
        "string_agg" => named("text"),
        "length" => named("integer"),
        _ => match catalogue().get(name) {
            Some(Some(ty)) => SqlType::postgres(ty),
            _ => SqlType::unknown(),
        },
    }
}

/// What an operator yields; `left` is missing for one that stands before its operand.
pub fn operator(symbol: &str, left: Option<&SqlType>, right: &SqlType) -> SqlType {
    let Some(left) = left else {
        return match symbol {
            "-" | "+" | "~" | "@" if is_number(right) || right.name == "interval" => bare(right),
            _ => SqlType::unknown(),
        };
    };
    let named = |name: &str| SqlType::named(name);
    // An untyped side is taken for the other's type, where such an operator exists.
    let (a, b) = match (is_untyped(left), is_untyped(right)) {
        (true, false) => (right, right),
        (false, true) => (left, left),
        _ => (left, right),
    };
    match symbol {
        "=" | "<>" | "!=" | "<" | ">" | "<=" | ">=" | "@>" | "<@" | "&&" | "~" | "~*" | "!~"
        | "!~*" | "~~" | "~~*" | "!~~" | "!~~*" | "@@" | "?" | "?|" | "?&" | "^@" => {
            named("boolean")
        }
        "->>" | "#>>" => named("text"),
        "->" | "#>" if matches!(left.name.as_str(), "json" | "jsonb") => bare(left),
        "||" => concatenation(left, right),
        "+" | "-" | "*" | "/" | "%" | "^" if is_number(a) && is_number(b) => {
            arithmetic(symbol, a, b)
        }
        "+" | "-" | "*" | "/" => dates(symbol, left, right),
        "&" | "|" | "#" if is_number(a) && is_number(b) => common(&[bare(a), bare(b)]),
        "<<" | ">>" if is_number(left) => bare(left),
        _ => SqlType::unknown(),
    }
}

fn arithmetic(symbol: &str, a: &SqlType, b: &SqlType) -> SqlType {
    let widest = common(&[bare(a), bare(b)]);
    let exact = |ty: &SqlType| !matches!(ty.name.as_str(), "real" | "double precision");
    match (symbol, widest.name.as_str()) {
        ("^", "numeric") => widest,
        ("^", _) => SqlType::named("double precision"),
        // Only real with real has a version of its own.
        (_, "real") if exact(a) || exact(b) => SqlType::named("double precision"),
        _ => widest,
    }
}

fn concatenation(left: &SqlType, right: &SqlType) -> SqlType {
    if left.is_unknown() || right.is_unknown() {
        return SqlType::unknown();
    }
    let (array, other) = if left.dims > 0 { (left, right) } else { (right, left) };
    if array.dims > 0 {
        let fits = other.name == array.name || is_untyped(other);
        return if fits { bare(array) } else { SqlType::unknown() };
    }
    let either = |name: &str| left.name == name || right.name == name;
    match () {
        () if left.name == right.name
            && matches!(left.name.as_str(), "jsonb" | "bytea" | "tsvector" | "tsquery") =>
        {
            bare(left)
        }
        () if either("unknown") && (either("jsonb") || either("bytea") || either("tsvector")) => {
            bare(if is_untyped(left) { right } else { left })
        }
        // Anything beside a text is put into one.
        () if [left, right].iter().any(|ty| STRINGS.contains(&ty.name.as_str()))
            || (is_untyped(left) && is_untyped(right)) =>
        {
            SqlType::named("text")
        }
        () if is_untyped(left) || is_untyped(right) => SqlType::named("text"),
        () => SqlType::unknown(),
    }
}

/// The manual, 9.9, table 9.32.
fn dates(symbol: &str, left: &SqlType, right: &SqlType) -> SqlType {
    let name = match (left.name.as_str(), symbol, right.name.as_str()) {
        ("date", "-", "date") => "integer",
        ("date", "+" | "-", "smallint" | "integer") => "date",
        ("integer", "+", "date") => "date",
        ("date", "+" | "-", "interval") | ("interval", "+", "date") => {
            "timestamp without time zone"
        }
        ("date", "+", "time without time zone") => "timestamp without time zone",
        (a, "-", b) if TIMES.contains(&a) && TIMES.contains(&b) => "interval",
        (a, "+" | "-", "interval" | "unknown") if TIMES.contains(&a) && a != "date" => {
            return match right.name.as_str() {
                "interval" => bare(left),
                _ => SqlType::unknown(),
            };
        }
        ("interval", "+", b) if TIMES.contains(&b) => return bare(right),
        ("interval", "+" | "-", "interval") => "interval",
        ("interval", "*" | "/", _) if is_number(right) => "interval",
        (_, "*", "interval") if is_number(left) => "interval",
        ("time without time zone", "+" | "-", "interval") => "time without time zone",
        ("money", "+" | "-", "money") => "money",
        ("money", "/", "money") => "double precision",
        ("money", "*" | "/", _) if is_number(right) => "money",
        ("jsonb", "-", _) => "jsonb",
        _ => return SqlType::unknown(),
    };
    SqlType::named(name)
}

/// The name that a column takes from a cast, where nothing else names it: the one of the
/// catalogue, not the one of the standard.
pub fn internal_name(ty: &SqlType) -> &str {
    match ty.name.as_str() {
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "boolean" => "bool",
        "real" => "float4",
        "double precision" => "float8",
        "character varying" => "varchar",
        "character" => "bpchar",
        "bit varying" => "varbit",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other.rsplit('.').next().unwrap_or(other),
    }
}
