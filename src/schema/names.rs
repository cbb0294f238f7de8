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

/// The function that an index's expression is a call of: PostgreSQL takes its name for the
/// column's, and `expr` for all other expressions.
pub fn called(sql: &str) -> Option<String> {
    let mut sql = sql.trim();
    while let Some(inner) = sql.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
        sql = inner.trim();
    }
    let (name, rest) = sql.split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    // The parenthesis at the end has to be the one that the call opened.
    let mut depth = 0;
    let closes = arguments.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    });
    let name = name.trim_end().rsplit('.').next()?;
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (closes && is_name && !name.is_empty()).then(|| name.to_ascii_lowercase())
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
/// Nothing for no columns.
pub(super) fn joined<'a>(columns: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
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
        names.push(name);
    }
    (!names.is_empty()).then(|| names.join("_"))
}

/// So many names of one kind are tried one by one.
const FEW: u32 = 16;

#[cfg(test)]
mod tests {
    use super::{MadeUp, called, clip, joined};

    #[test]
    fn a_call_gives_an_index_its_name() {
        for (sql, name) in [
            ("lower(mail)", Some("lower")),
            ("(app.Canon(lower(mail), 1))", Some("canon")),
            ("lower(a) || lower(b)", None),
            ("(a) + (b)", None),
            ("a ->> 'b'", None),
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
