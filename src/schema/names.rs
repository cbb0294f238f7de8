//! The names that PostgreSQL makes up (`makeObjectName` and `ChooseRelationName` in its
//! source; recorded in the experiments on auto-names, PostgreSQL 10–18).

use crate::ir::Name;

/// PostgreSQL's limit for an identifier, in bytes (NAMEDATALEN - 1).
const MAX: usize = 63;

/// Cuts an identifier at 63 bytes, at a character boundary, as the server does.
pub fn clip(name: &str) -> &str {
    if name.len() <= MAX {
        return name;
    }
    let mut end = MAX;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// `first_second_label`, where the two parts are shortened in turn so that the label survives.
pub(super) fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(second.is_some());
    let room = MAX.saturating_sub(overhead);
    let (mut a, mut b) = (first.len(), second.map_or(0, str::len));
    while a + b > room {
        if a > b { a -= 1 } else { b -= 1 }
    }
    let cut = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text[..at].to_owned()
    };
    match second {
        Some(second) => format!("{}_{}_{label}", cut(first, a), cut(second, b)),
        None => format!("{}_{label}", cut(first, a)),
    }
}

/// The sequence that `serial` and identity make for a column.
pub fn sequence_name(table: &Name, column: &str) -> Name {
    table.sibling(&object_name(&table.name, Some(column), "seq"))
}

/// The name that PostgreSQL takes from an index's expression for the column's
/// (`FigureIndexColname`): a call's, a column's under COLLATE or a cast, or else that of the type
/// it is cast to. `None`: it has none, and `expr` stands for it.
pub fn called(sql: &str) -> Option<String> {
    let mut sql = sql.trim();
    let mut casts: Option<String> = None;
    for _ in 0..MAX_WRAPPED {
        if let Some(inner) = enclosed(sql) {
            sql = inner.trim();
        } else if let Some((inner, _)) = parted(sql, " COLLATE ") {
            sql = inner;
        } else if let Some((inner, ty)) = cast(sql) {
            sql = inner;
            casts = casts.or_else(|| type_name(ty));
        } else {
            break;
        }
    }
    call(sql).or_else(|| plain(sql)).or(casts).or_else(|| case(sql))
}

/// Parentheses, casts and COLLATE around an expression that are looked through.
const MAX_WRAPPED: usize = 64;

/// What stands in the parentheses that hold all of it.
fn enclosed(sql: &str) -> Option<&str> {
    let inner = sql.strip_prefix('(')?.strip_suffix(')')?;
    balanced(inner).then_some(inner)
}

fn balanced(sql: &str) -> bool {
    let mut depth = 0;
    let mut closes = true;
    for c in sql.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        closes &= depth >= 0;
    }
    closes && depth == 0
}

/// `a::b` of one operand, or `CAST(a AS b)`.
fn cast(sql: &str) -> Option<(&str, &str)> {
    let head = sql.get(..5).filter(|head| head.eq_ignore_ascii_case("cast("));
    if let Some(inner) = head.and_then(|_| enclosed(&sql[4..])) {
        return parted(inner, " AS ");
    }
    let (inner, ty) = sql.rsplit_once("::").filter(|(inner, _)| balanced(inner))?;
    is_operand(inner.trim()).then_some((inner.trim(), ty.trim()))
}

/// Whether no operator but casts stands outside of parentheses and quotes.
fn is_operand(sql: &str) -> bool {
    let (mut depth, mut quote) = (0, None);
    sql.chars().all(|c| {
        match c {
            _ if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '\'' | '"' => quote = Some(c),
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => return depth > 0 || c.is_alphanumeric() || matches!(c, '_' | '.' | ':'),
        }
        true
    })
}

/// The last such word outside of parentheses, in either case.
fn parted<'s>(sql: &'s str, word: &str) -> Option<(&'s str, &'s str)> {
    let at = sql.to_ascii_uppercase().rfind(word)?;
    let (before, after) = (&sql[..at], &sql[at + word.len()..]);
    balanced(before).then_some((before.trim(), after.trim()))
}

fn call(sql: &str) -> Option<String> {
    if sql.ends_with(']') && sql.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("array[")) {
        return Some("array".to_owned());
    }
    let (name, rest) = sql.split_once('(')?;
    // The parenthesis at the end has to be the one that the call opened.
    let closes = balanced(rest.strip_suffix(')')?);
    let name = name.trim_end().rsplit('.').next()?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (closes && is_name && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// `CASE … END`: what its ELSE is called, or `case`.
fn case(sql: &str) -> Option<String> {
    let upper = sql.to_ascii_uppercase();
    let inner = upper.strip_prefix("CASE")?.strip_suffix("END")?;
    let ends = |c: Option<char>| c.is_some_and(char::is_whitespace);
    if !ends(inner.chars().next()) || !ends(inner.chars().next_back()) {
        return None;
    }
    let otherwise = parted(&sql[..sql.len() - 3], " ELSE ").map(|(_, sql)| sql);
    let named = otherwise.and_then(|sql| call(sql).or_else(|| plain(sql)));
    Some(named.unwrap_or_else(|| "case".to_owned()))
}

/// A column alone.
fn plain(sql: &str) -> Option<String> {
    let name = sql.rsplit('.').next()?;
    if let Some(quoted) = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        return (!quoted.contains('"')).then(|| quoted.to_owned());
    }
    let is_name = sql.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"'));
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let is_value = ["true", "false", "null"].iter().any(|word| name.eq_ignore_ascii_case(word));
    (is_name && starts && !is_value).then(|| name.to_ascii_lowercase())
}

/// A type as the catalog names it: `int4`, `varchar`.
fn type_name(written: &str) -> Option<String> {
    let written = written.split(['(', '[']).next()?.trim();
    let name = written.rsplit('.').next()?.trim_matches('"').to_ascii_lowercase();
    let known = match name.as_str() {
        "int" | "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "float" | "double precision" => "float8",
        "decimal" | "dec" => "numeric",
        "character varying" => "varchar",
        "character" | "char" => "bpchar",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other,
    };
    let is_name = known.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && !known.is_empty()).then(|| known.to_owned())
}

/// A made-up name before it is made: the table, the columns, and what it is for.
pub(super) struct MadeUp<'a> {
    pub(super) table: &'a str,
    /// `None`: the name has no columns in it, as `t_pkey`.
    pub(super) columns: Option<String>,
    pub(super) label: &'a str,
}

impl MadeUp<'_> {
    /// The first of `t_a_key`, `t_a_key1`, `t_a_key2` … that is free. The number belongs to the
    /// label, so a long name is shortened for it.
    pub(super) fn free(&self, taken: impl Fn(&str) -> bool) -> String {
        let name = |label: &str| object_name(self.table, self.columns.as_deref(), label);
        let plain = name(self.label);
        if !taken(&plain) {
            return plain;
        }
        let numbered = |n: u32| name(&format!("{}{n}", self.label));
        let free = |n: u32| !taken(&numbered(n));
        if let Some(first) = (1..=FEW).find(|n| free(*n)) {
            return numbered(first);
        }
        // Thousands of one name have no gap to be found: the end of them is looked for by halves.
        let (mut known, mut end) = (FEW, FEW * 2);
        while !free(end) && end < u32::MAX {
            (known, end) = (end, end.saturating_mul(2));
        }
        while end - known > 1 {
            let middle = known + (end - known) / 2;
            if free(middle) { end = middle } else { known = middle }
        }
        numbered(end)
    }
}

/// The names of an index's columns, in one: a second `a` is `a1` (`ChooseIndexColumnNames`).
/// Nothing for no columns. The server stops, too, where no more of it can be in a name
/// (`ChooseIndexNameAddition`).
pub(super) fn joined<'a>(columns: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let mut length = 0;
    for column in columns {
        if length > MAX {
            break;
        }
        let mut name = column.to_owned();
        let mut number = 0u32;
        while names.contains(&name) {
            number += 1;
            let digits = number.to_string();
            let mut end = column.len().min(MAX - digits.len());
            while !column.is_char_boundary(end) {
                end -= 1;
            }
            name = format!("{}{digits}", &column[..end]);
        }
        length += name.len() + 1;
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join("_"))
}

/// The names of a foreign key's columns, in one (`ChooseForeignKeyConstraintNameAddition`).
pub(super) fn written<'a>(columns: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = columns.take(MAX + 1).collect();
    Some(names.join("_"))
}

/// So many names of one kind are tried one by one.
const FEW: u32 = 16;

#[cfg(test)]
mod tests {
    use super::{MadeUp, called, clip, joined};

    #[test]
    fn an_expression_gives_an_index_its_name() {
        for (sql, name) in [
            ("lower(mail)", Some("lower")),
            ("(app.Canon(lower(mail), 1))", Some("canon")),
            ("lower(a) || lower(b)", None),
            ("(a) + (b)", None),
            ("a ->> 'b'", None),
            ("a || b::text", None),
            ("(a::int)", Some("a")),
            ("\"Q\"::text", Some("Q")),
            ("(c ->> 'k')::int", Some("int4")),
            ("(c ->> 'k')::varchar(10)", Some("varchar")),
            ("CAST(c->>'k' AS bigint)", Some("int8")),
            ("lower(a)::varchar", Some("lower")),
            ("(c->>'k')::text COLLATE \"C\"", Some("text")),
            ("(lower(a) COLLATE \"C\")", Some("lower")),
            ("(true)", None),
            ("a::text::int", Some("a")),
            ("(c ->> 'k')::text::int", Some("int4")),
            ("ARRAY[a, b]", Some("array")),
            ("CASE WHEN a = 'x' THEN 1 END", Some("case")),
            ("CASE WHEN a = 'x' THEN 1 ELSE b END", Some("b")),
        ] {
            assert_eq!(called(sql).as_deref(), name, "{sql}");
        }
    }

    #[test]
    fn long_parts_are_cut_so_that_the_suffix_survives() {
        let (table, column) = ("t".repeat(60), "c".repeat(60));
        let made = MadeUp { table: &table, columns: Some(column), label: "key" };
        let name = made.free(|_| false);
        assert_eq!(name, format!("{}_{}_key", "t".repeat(29), "c".repeat(29)));
        let second = made.free(|taken| taken == name);
        assert_eq!(second, format!("{}_{}_key1", "t".repeat(29), "c".repeat(28)));
        let twice = joined(["a", "b", "a"].into_iter());
        assert_eq!(twice.as_deref(), Some("a_b_a1"));
        assert_eq!(clip(&"ä".repeat(40)).len(), 62);
    }
}
