//! Type changes that succeed and lose data (measured on PostgreSQL 15 and 18: silent on both),
//! and those that fail on the first value that does not fit.

use crate::types::SqlType;

/// What happens to values that the new type cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// They are changed without a word; the text says how.
    Silent(&'static str),
    /// The statement fails: SQLSTATE, and the server's words.
    Fails { sqlstate: &'static str, message: &'static str },
}

const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];

/// What a change between two known types does to values that do not fit; `None`: all fit.
/// `explicit`: a USING casts to the type by name, which cuts strings where the assignment fails.
pub fn loss(from: &SqlType, to: &SqlType, explicit: bool) -> Option<Loss> {
    if from.dims > 0 || to.dims > 0 {
        return None;
    }
    let integer = |ty: &SqlType| INTEGERS.iter().position(|name| *name == ty.name);
    if let (Some(a), Some(b)) = (integer(from), integer(to)) {
        return (a > b).then_some(Loss::Fails { sqlstate: "22003", message: "out of range" });
    }
    let string =
        |ty: &SqlType| matches!(ty.name.as_str(), "text" | "character varying" | "character");
    match (from.name.as_str(), to.name.as_str()) {
        ("double precision" | "real" | "numeric", name) if INTEGERS.contains(&name) => {
            (from.name != "numeric" || from.args.get(1).is_none_or(|scale| scale != "0"))
                .then_some(Loss::Silent("fractions are rounded away"))
        }
        ("double precision", "real")
        | ("bigint", "double precision" | "real")
        | ("integer", "real") => {
            Some(Loss::Silent("digits beyond the precision of the new type are lost"))
        }
        ("numeric", "double precision" | "real") => {
            Some(Loss::Silent("decimal values become binary approximations"))
        }
        ("numeric", "numeric") => numeric(from, to),
        ("timestamp without time zone" | "timestamp with time zone", "date") => {
            Some(Loss::Silent("the time of day is dropped"))
        }
        (
            "timestamp without time zone" | "timestamp with time zone",
            "time without time zone" | "time with time zone",
        ) => Some(Loss::Silent("the date is dropped")),
        ("timestamp with time zone", "timestamp without time zone") if !explicit => Some(
            Loss::Silent("the offset is dropped, and the result depends on the session's TimeZone"),
        ),
        (a, b) if a == b && (a.starts_with("timestamp") || a.starts_with("time ")) => {
            precision(from, to)
        }
        ("json", "jsonb") => None,
        ("inet", "cidr") => Some(Loss::Silent("the host part of each address is zeroed")),
        _ if string(from) && string(to) => text(from, to, explicit),
        _ => None,
    }
}

fn numeric(from: &SqlType, to: &SqlType) -> Option<Loss> {
    let scale = |ty: &SqlType| ty.args.get(1).map_or(Some(0), |s| s.parse::<i32>().ok());
    if to.args.is_empty() {
        return None;
    }
    let new_scale = scale(to)?;
    if from.args.is_empty() || scale(from)? > new_scale {
        return Some(Loss::Silent("digits after the decimal point are rounded away"));
    }
    let whole = |ty: &SqlType| Some(ty.length()? as i32 - scale(ty)?);
    (whole(from)? > whole(to)?)
        .then_some(Loss::Fails { sqlstate: "22003", message: "numeric field overflow" })
}

fn precision(from: &SqlType, to: &SqlType) -> Option<Loss> {
    let digits = |ty: &SqlType| ty.length().unwrap_or(6);
    (digits(from) > digits(to)).then_some(Loss::Silent("fractions of a second are rounded away"))
}

fn text(from: &SqlType, to: &SqlType, explicit: bool) -> Option<Loss> {
    let limit = to.length()?;
    if from.length().is_some_and(|old| old <= limit) {
        return None;
    }
    if explicit {
        return Some(Loss::Silent("an explicit cast cuts longer values without an error"));
    }
    Some(Loss::Fails { sqlstate: "22001", message: "value too long" })
}

#[cfg(test)]
mod tests {
    use super::{Loss, loss};
    use crate::types::SqlType;

    #[test]
    fn growing_is_safe_and_shrinking_is_not() {
        let of = |a: &str, b: &str, explicit| {
            loss(&SqlType::postgres(a), &SqlType::postgres(b), explicit)
        };
        assert_eq!(of("varchar(10)", "varchar(20)", false), None);
        assert_eq!(of("varchar(10)", "text", false), None);
        assert_eq!(of("integer", "bigint", false), None);
        assert_eq!(of("numeric(10,2)", "numeric(12,2)", false), None);
        assert!(matches!(
            of("text", "varchar(3)", false),
            Some(Loss::Fails { sqlstate: "22001", .. })
        ));
        assert!(matches!(of("text", "varchar(3)", true), Some(Loss::Silent(_))));
        assert!(matches!(
            of("bigint", "integer", false),
            Some(Loss::Fails { sqlstate: "22003", .. })
        ));
        assert!(matches!(of("numeric(12,4)", "numeric(12,2)", false), Some(Loss::Silent(_))));
        assert!(matches!(of("numeric(14,2)", "numeric(10,2)", false), Some(Loss::Fails { .. })));
        assert!(matches!(of("timestamptz", "date", false), Some(Loss::Silent(_))));
        assert!(matches!(of("timestamp", "timestamp(0)", false), Some(Loss::Silent(_))));
    }
}
