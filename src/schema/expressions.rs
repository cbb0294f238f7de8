//! The names in SQL text that a table carries along: checks, predicates, generated columns.

use std::sync::Arc;

use super::{Table, clip};
use crate::{
    ir::{Constraint, ConstraintKind, Index, Indexed},
    quote,
};

/// Whether an index falls with a column.
pub(super) fn index_mentions(index: &Index, column: &str, folds: bool) -> bool {
    index.predicate.as_deref().is_some_and(|p| mentions(p, column, folds))
        || index.include.iter().any(|name| name == column)
        || index.parts.iter().any(|part| match &part.of {
            Indexed::Column(name) => name == column,
            Indexed::Expression(sql) => mentions(sql, column, folds),
        })
}

pub(super) fn constraint_mentions(constraint: &Constraint, column: &str, folds: bool) -> bool {
    let text = match &constraint.kind {
        ConstraintKind::Check { sql } | ConstraintKind::Exclude { sql } => sql.as_deref(),
        _ => None,
    };
    constraint.columns.iter().chain(&constraint.include).any(|c| c == column)
        || text.is_some_and(|sql| mentions(sql, column, folds))
}

/// Whether SQL text names a column: as a word of its own, outside of strings, where neither a
/// call nor a cast is meant. `folds`: without case (SQLite).
pub fn mentions(sql: &str, column: &str, folds: bool) -> bool {
    let mut found = false;
    each_token(sql, folds, |token, before, next| {
        found |= names(token, column, folds) && What::Column.stands(token, before, next);
    });
    found
}

/// Follows the rename of a column: both servers keep expressions by what they mean.
pub(super) fn rename_column_in(table: &mut Table, from: &str, to: &str) {
    let folds = table.folds;
    edit_texts(table, &|text| renamed(text, from, to, What::Column, folds));
    for constraint in &mut table.constraints {
        let reads = constraint.reads.iter_mut().flatten();
        let names = constraint.columns.iter_mut().chain(&mut constraint.include).chain(reads);
        names.filter(|name| **name == from).for_each(|name| to.clone_into(name));
        if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind {
            fk.set_columns.iter_mut().filter(|c| **c == from).for_each(|c| to.clone_into(c));
        }
    }
    let generated = table.columns.iter_mut().filter(|c| c.column.generated.is_some());
    for column in generated {
        let generated = Arc::make_mut(&mut column.column).generated.iter_mut();
        let reads = generated.flat_map(|g| g.reads.iter_mut().flatten());
        reads.filter(|name| **name == from).for_each(|name| to.clone_into(name));
    }
    for index in &mut table.indexes {
        for part in &mut index.index.parts {
            if let Indexed::Column(name) = &mut part.of
                && *name == from
            {
                to.clone_into(name);
            }
        }
        let reads = index.index.reads.iter_mut().flatten();
        reads.filter(|c| **c == from).for_each(|c| to.clone_into(c));
        index.index.include.iter_mut().filter(|c| **c == from).for_each(|c| to.clone_into(c));
    }
    table.triggers.iter_mut().for_each(|trigger| trigger.sql = None);
}

/// Follows the rename of the table itself: `t.a` in a check.
pub(super) fn rename_table_in(table: &mut Table, from: &str, to: &str) {
    let folds = table.folds;
    edit_texts(table, &|text| renamed(text, from, to, What::Table, folds));
}

fn edit_texts(table: &mut Table, change: &dyn Fn(&str) -> String) {
    let edit = |text: &mut String| {
        let new = change(text);
        if new != *text {
            *text = new;
        }
    };
    for constraint in &mut table.constraints {
        if let ConstraintKind::Check { sql: Some(sql) }
        | ConstraintKind::Exclude { sql: Some(sql) } = &mut constraint.kind
        {
            edit(sql);
        }
    }
    for index in &mut table.indexes {
        index.index.predicate.iter_mut().for_each(edit);
        for part in &mut index.index.parts {
            if let Indexed::Expression(sql) = &mut part.of {
                edit(sql);
            }
        }
    }
    if let Some(by) = &mut table.options.partition_by {
        edit(by);
    }
    for column in table.columns.iter_mut().filter(|c| c.column.generated.is_some()) {
        if let Some(generated) = &mut Arc::make_mut(&mut column.column).generated {
            edit(&mut generated.sql);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Column,
    /// Only where a dot follows.
    Table,
}

impl What {
    fn stands(self, token: &str, before: char, next: char) -> bool {
        match self {
            What::Column => before != ':' && next != '.' && (next != '(' || token.starts_with('"')),
            What::Table => next == '.',
        }
    }
}

/// Whether a token is this name.
fn names(token: &str, name: &str, folds: bool) -> bool {
    let Some(first) = token.chars().next() else { return false };
    let inner = match first {
        '"' | '`' => token.trim_matches(first),
        '[' => token.trim_matches(['[', ']']),
        _ => token,
    };
    match (quote::starts_name(first), folds) {
        (false, _) if inner.len() == token.len() => false,
        (_, true) => inner.eq_ignore_ascii_case(name),
        (false, false) => inner == name,
        (true, false) => clip(&inner.to_lowercase()) == name,
    }
}

/// SQL text in which one name is another: strings, casts and calls stay as they are.
fn renamed(sql: &str, from: &str, to: &str, what: What, folds: bool) -> String {
    let mut out = String::with_capacity(sql.len());
    each_token(sql, folds, |token, before, next| {
        match names(token, from, folds) && what.stands(token, before, next) {
            true => out.push_str(&quote::any(to)),
            false => out.push_str(token),
        }
    });
    out
}

/// Every token of an expression, with the characters before and after it that are no space.
/// `brackets`: they quote names (SQLite).
pub fn each_token(sql: &str, brackets: bool, mut see: impl FnMut(&str, char, char)) {
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => closed(rest, first),
            '[' if brackets => closed(rest, ']'),
            _ if quote::starts_name(first) => {
                rest.find(|c| !quote::is_name(c)).unwrap_or(rest.len())
            }
            _ if first.is_ascii_digit() => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        see(token, before, tail.trim_start().chars().next().unwrap_or(' '));
        if !first.is_whitespace() {
            before = first;
        }
        rest = tail;
    }
}

/// The length of a quoted token; a doubled quote is part of it.
fn closed(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => drop(chars.next()),
                _ => return at + quote.len_utf8(),
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{What, renamed};

    #[test]
    fn expressions_follow_a_rename() {
        for (sql, want) in [
            ("a > 0 AND b <> 'a'", "c > 0 AND b <> 'a'"),
            ("t.a IS NULL", "t.c IS NULL"),
            ("a(a)", "a(c)"),
            ("x::a = \"a\"", "x::a = c"),
            ("ab > 1 OR A = 2", "ab > 1 OR c = 2"),
        ] {
            assert_eq!(renamed(sql, "a", "c", What::Column, false), want);
        }
        assert_eq!(renamed("a > 1", "a", "order", What::Column, false), "\"order\" > 1");
        assert_eq!(renamed("t.a > t", "t", "u", What::Table, false), "u.a > t");
    }
}
