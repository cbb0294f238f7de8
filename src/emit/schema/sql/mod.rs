//! The schema as SQL that makes it again on a server. What is not known is a comment that begins
//! with `-- unknown:`, never a guess.

mod columns;
mod constraints;
mod order;
mod postgres;
mod sqlite;

use std::{
    collections::{HashMap, HashSet},
    io::{self, Write},
};

use super::Replayed;
use crate::{
    database::{Database, Dialect},
    ddl,
    emit::clean,
    ir::Name,
    quote,
    schema::{Schema, Table, each_token},
};

/// # Errors
/// Those of the writer.
pub(super) fn sql(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    let database = replayed.schema.database();
    let mut script = Script {
        replayed,
        schema: replayed.schema,
        database,
        text: String::new(),
        written: HashMap::new(),
        standing: HashSet::new(),
        routines: replayed.schema.routines().iter().map(|r| r.name.name.as_str()).collect(),
    };
    script.head();
    match database.dialect {
        Dialect::Postgres => script.postgres(),
        Dialect::Sqlite => script.sqlite(),
    }
    out.write_all(script.text.trim_end().as_bytes())?;
    writeln!(out)
}

/// Statements that are put down one after the other.
struct Script<'a> {
    replayed: &'a Replayed<'a>,
    schema: &'a Schema,
    database: Database,
    text: String,
    /// The tables that were written, with what of them.
    written: HashMap<&'a Name, Written<'a>>,
    /// Of these, the ones whose statement is behind: their rows are a type.
    standing: HashSet<&'a Name>,
    /// The names of functions that the script makes.
    routines: HashSet<&'a str>,
}

/// What a table was written with.
#[derive(Default)]
struct Written<'a> {
    columns: HashSet<&'a str>,
    /// Columns that are there, and were left out.
    left_out: Vec<&'a str>,
    /// The columns of primary keys, unique constraints and unique indexes, sorted.
    keys: HashSet<Vec<&'a str>>,
    /// The columns of the primary key, in order.
    primary: Vec<&'a str>,
}

impl<'a> Script<'a> {
    fn head(&mut self) {
        let heads: Vec<String> = self.replayed.heads.iter().map(|head| clean(head)).collect();
        let at = match heads.as_slice() {
            [] => String::new(),
            heads => format!(" at {}", heads.join(", ")),
        };
        self.text.push_str(&format!(
            "-- The schema that {}{at}, for {}.\n",
            self.replayed.words.makes, self.database
        ));
        if self.replayed.opaque > 0 {
            let places = crate::emit::count(self.replayed.opaque, "place");
            self.unknown(&format!(
                "what {places} of {} do, which could not be read{}",
                self.replayed.words.whole, self.replayed.words.listed
            ));
        }
    }

    /// A statement on its own. A control character has no way to be written in a name.
    fn statement(&mut self, sql: &str) {
        let plain = |line: &str| clean(line) == line;
        if !sql.split(['\n', '\t', '\r']).all(plain) {
            let first: String = sql.chars().take(60).collect();
            return self.unknown(&format!("a control character stands in {first} …"));
        }
        self.text.push_str(sql);
        self.text.push_str(";\n");
    }

    fn unknown(&mut self, what: &str) {
        self.text.push_str(&format!("-- unknown: {}\n", clean(what)));
    }

    /// An empty line between groups.
    fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn name(&self, name: &str) -> String {
        quote::name(name, self.database.dialect)
    }

    fn qualified(&self, name: &Name) -> String {
        quote::qualified(name, self.database.dialect)
    }

    fn list<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> String {
        ddl::list(names, self.database.dialect)
    }

    /// Whether columns of a table were all written.
    fn has(&self, table: &Name, columns: &[String]) -> bool {
        let written = self.written.get(table);
        written.is_some_and(|w| columns.iter().all(|c| w.columns.contains(c.as_str())))
    }

    /// Whether an expression can be written: it names nothing that was left out, and of a table
    /// that is known in part only columns that are known.
    fn stands(&self, table: &Table, sql: &str) -> bool {
        let left_out = self.written.get(&table.name).map_or(&[][..], |w| &w.left_out);
        let known = || names_in(sql).all(|name| table.column(&name).found().is_some());
        !sql.trim().is_empty()
            && (table.complete || known())
            && !left_out.iter().any(|column| crate::schema::mentions(sql, column, table.folds))
    }
}

/// What is not known of a table that is not known in full.
fn partly(table: &Table, name: &str) -> String {
    match table.columns.is_empty() {
        true => format!("the table {name}, which the history uses and does not make"),
        false => format!(
            "what else the table {name} has: something made or changed it that was not read"
        ),
    }
}

/// The words of an expression that can only be columns: no keyword, no call, no type of a cast.
fn names_in(sql: &str) -> impl Iterator<Item = String> {
    let mut names = Vec::new();
    each_token(sql, false, |token, before, next| {
        let Some(first) = token.chars().next() else { return };
        let called = matches!(next, '(' | '.' | '\'') || before == ':';
        if first == '"' && before != ':' && next != '.' {
            names.push(token.trim_matches('"').to_owned());
        } else if quote::starts_name(first) && !called && !quote::is_word(token) {
            names.push(token.to_lowercase());
        }
    });
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn an_expression_names_its_columns() {
        let names: Vec<String> =
            names_in("a > 0 AND lower(\"B c\") = 'd' OR e::text IS NULL AND f ~ E'g'").collect();
        assert_eq!(names, ["a", "B c", "e", "f"]);
    }
}
