//! Whose SQL a text is, by words that only one database has.

use super::scan::{self, Kind, Token};
use crate::database::Dialect;

/// A family of SQL, as far as a text gives itself away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grammar {
    Postgres,
    Sqlite,
    MySql,
    SqlServer,
    /// Nothing in it belongs to one alone.
    Any,
}

const POSTGRES: &[&str] = &[
    "serial",
    "bigserial",
    "smallserial",
    "timestamptz",
    "jsonb",
    "plpgsql",
    "concurrently",
    "bytea",
    "gen_random_uuid",
    "uuid_generate_v4",
    "nextval",
    "setval",
    "regclass",
    "tsvector",
    "citext",
    "extension",
    "owner",
    "gin",
    "gist",
    "inet",
];
const SQLITE: &[&str] =
    &["autoincrement", "pragma", "rowid", "randomblob", "strftime", "datetime", "julianday"];
const MYSQL: &[&str] = &["engine", "auto_increment", "unsigned", "mediumtext", "longtext"];
const SQL_SERVER: &[&str] = &[
    "datetime2",
    "datetimeoffset",
    "uniqueidentifier",
    "nonclustered",
    "getdate",
    "getutcdate",
    "sysutcdatetime",
    "sysdatetime",
    "nocount",
];

/// Counts the telling words of a text, outside of its comments and strings.
pub fn grammar_of(text: &str) -> Grammar {
    let (mut postgres, mut sqlite, mut mysql, mut server) = (0usize, 0usize, 0usize, 0usize);
    let tokens = scan::tokens(text, Dialect::Postgres);
    let mut creates = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Word => {
                let word = scan::slice(text, *token).to_ascii_lowercase();
                let word = word.as_str();
                // Of the four only PostgreSQL has domains, whatever they are called.
                if creates && word == "domain" {
                    return Grammar::Postgres;
                }
                creates = word == "create";
                // SQLite has a function of that name.
                let called = tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Punct(b'('));
                let postgres_only = POSTGRES.contains(&word) && !(called && word == "jsonb");
                postgres += usize::from(postgres_only);
                sqlite += usize::from(SQLITE.contains(&word));
                mysql += usize::from(MYSQL.contains(&word));
                server += usize::from(SQL_SERVER.contains(&word) || is_batch_end(text, *token));
            }
            Kind::Text if text.as_bytes().get(token.start as usize) == Some(&b'$') => postgres += 1,
            Kind::Punct(b':') => {
                let next = tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Punct(b':'));
                postgres += usize::from(next);
            }
            _ => {}
        }
    }
    match () {
        () if server > postgres.max(sqlite).max(mysql) => Grammar::SqlServer,
        () if mysql > postgres && mysql > sqlite => Grammar::MySql,
        () if postgres > sqlite => Grammar::Postgres,
        () if sqlite > postgres => Grammar::Sqlite,
        () => Grammar::Any,
    }
}

/// `GO`, alone on its line.
fn is_batch_end(text: &str, token: Token) -> bool {
    // A line may be as long as the file: only this word is worth a look at it.
    if !scan::slice(text, token).eq_ignore_ascii_case("go") {
        return false;
    }
    let (start, end) = (token.start as usize, token.end as usize);
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let after = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t', '\r', ';']);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}

#[cfg(test)]
mod tests {
    use super::{Grammar, grammar_of};

    #[test]
    fn telling_words_decide_and_comments_do_not() {
        assert_eq!(grammar_of("CREATE TABLE t (id BIGSERIAL PRIMARY KEY)"), Grammar::Postgres);
        assert_eq!(
            grammar_of("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT) -- serial"),
            Grammar::Sqlite
        );
        assert_eq!(grammar_of("CREATE TABLE `t` (id INT) ENGINE=InnoDB"), Grammar::MySql);
        assert_eq!(grammar_of("CREATE TABLE t (id INT)"), Grammar::Any);
        assert_eq!(
            grammar_of("CREATE TABLE t (id INT IDENTITY(1, 1))\nGO\nCREATE TABLE u (id INT)\ngo\n"),
            Grammar::SqlServer
        );
        assert_eq!(grammar_of("UPDATE t SET a = jsonb('[]')"), Grammar::Any);
        // A domain of that name.
        let domain = "CREATE DOMAIN longtext AS text; CREATE TABLE t (a longtext, domain text)";
        assert_eq!(grammar_of(domain), Grammar::Postgres);
        // SQLite takes backticks too.
        assert_eq!(grammar_of("CREATE TABLE `t` (id INT)"), Grammar::Any);
    }
}
