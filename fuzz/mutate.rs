//! Changes to a project.

use crate::Project;

/// A file is not made larger than this, in bytes: enough to show what grows with the square.
const MAX_FILE: usize = 48 * 1024;

/// xorshift64*: the same numbers for the same seed, on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below a limit; 0 where the limit is.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() >> 16) as usize % limit }
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

/// What stands at the edges of the grammars that are read.
const EDGES: &[&str] = &[
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "é",
    "\u{1f600}",
    "\u{202e}",
    "\r\n",
    "\r",
    "\t",
    "\\",
    "\\.",
    "'",
    "''",
    "\"",
    "`",
    "$$",
    "$x$",
    "E'\\",
    "U&\"\\00e9\"",
    "/*",
    "*/",
    "--",
    "#",
    ";",
    ",",
    "(",
    ")",
    "((((((((",
    "[",
    "]",
    "{",
    "}",
    "{{ x }}",
    "${x}",
    ":x",
    "::",
    "$1",
    "?",
    "%",
    "%(here)s",
    "%I",
    "..",
    "@",
    "=",
    "\n[",
    "'''",
    "\"\"\"",
    "f'{",
    "lambda: ",
    "99999999999999999999",
    "0x",
    "1e999",
    "-1",
    "NULL",
    "DEFAULT",
    "CASCADE",
    "IF EXISTS ",
    "IF NOT EXISTS ",
    "ONLY ",
    "CONCURRENTLY ",
    "LIKE t INCLUDING ALL",
    "INHERITS (t)",
    "PARTITION OF t DEFAULT",
    "PARTITION BY RANGE (a)",
    "AS SELECT * FROM t",
    "WITH RECURSIVE x AS (SELECT 1 UNION SELECT 1)",
    "SET search_path TO a, public;",
    "DO $$ BEGIN ",
    " END $$;",
    "EXECUTE format('%s', x)",
    "BEGIN;",
    "GENERATED ALWAYS AS IDENTITY",
    "USING INDEX i",
    "NOT VALID",
    "DEFERRABLE",
    "OWNED BY t.a",
    "ALTER TABLE t ATTACH PARTITION u DEFAULT;",
    "RENAME TO t",
    "SET SCHEMA s",
    "pass\n",
    "for i in range(10 ** 9):\n        ",
    "while True:\n        ",
    "def f(): return f()\n",
    "op.get_bind()",
    "sa.inspect(op.get_bind())",
    "op.execute(",
    "with op.batch_alter_table('t') as b:",
    "down_revision = ('a', 'b')\n",
    "depends_on = 'x'\n",
    "branch_labels = ('x',)\n",
    "-- miglint: ignore[rename-as-drop-add] because until 2020-01-01\n",
    "# miglint: ignore-file\n",
    "-- +goose Up\n",
    "-- +goose StatementBegin\n",
    "-- migrate:up\n",
    "[alembic]\nscript_location = .\n",
    "[tool.miglint]\n",
    "[[trees]]\npath = '.'\n",
    "r#\"",
    "\"x\"r\"\\\"",
    "e\u{301}",
    "'a: ",
    "&mut ",
    "..",
    ".await?",
    ".clone()",
    ".to_owned()",
    "vec![",
    "vec![x; 10000]",
    "format!(\"{x}{0}\", ",
    "write!(x, \"{}\", ",
    "loop { ",
    "while x { ",
    "for x in 0..100000 { ",
    "if let Some(x) = ",
    "match x { ",
    "break 'a 1;",
    "return Ok(());",
    "x = Some(x);",
    "x = (x, x);",
    "x.push(x);",
    "|x| ",
    "async move { ",
    "Table::alter().table(x)",
    "ColumnDef::new(x)",
    "manager.get_connection().execute_unprepared(",
    "#[cfg(feature = \"a\")]\n",
    "#[path = \"lib.rs\"]\nmod again;\n",
    "use super::*;\n",
    "impl MigratorTrait for M {\n",
    "#[sea_orm(table_name = x, column_type = \"Array(\")]\n",
    "// miglint: ignore[rename-as-drop-add] because\n",
];

/// A seed with one to eight changes.
pub(crate) fn project(random: &mut Random, seeds: &[Project], words: &[String]) -> Project {
    let mut project = random.of(seeds).cloned().unwrap_or_default();
    for _ in 0..=random.below(8) {
        let at = random.below(project.len());
        let other = random.of(seeds).and_then(|seed| random.of(seed)).map(|(_, text)| text.clone());
        if let Some((_, text)) = project.get_mut(at) {
            change(random, text, words, &other.unwrap_or_default());
            text.truncate(MAX_FILE);
        }
    }
    if random.below(12) == 0 {
        shuffle(random, &mut project);
    }
    project
}

/// Two files change places, or one is gone.
fn shuffle(random: &mut Random, project: &mut Project) {
    let (a, b) = (random.below(project.len()), random.below(project.len()));
    if project.len() > 1 && random.below(2) == 0 {
        project.remove(a);
    } else if a != b {
        let text = std::mem::take(&mut project[a].1);
        project[a].1 = std::mem::replace(&mut project[b].1, text);
    }
}

fn change(random: &mut Random, text: &mut Vec<u8>, words: &[String], other: &[u8]) {
    let at = random.below(text.len() + 1);
    let length = match random.below(4) {
        0 => random.below(text.len() - at + 1),
        _ => random.below((text.len() - at + 1).min(24)),
    };
    let range = at..at + length;
    match random.below(10) {
        0 | 1 => insert(text, at, random.of(EDGES).map_or(b"", |edge| edge.as_bytes())),
        2 | 3 => {
            let word = random.of(words).cloned().unwrap_or_default();
            insert(text, at, format!(" {word} ").as_bytes());
        }
        // One word in the place of another.
        4 => {
            let (from, to) = word_at(text, at);
            let word = random.of(words).cloned().unwrap_or_default();
            text.splice(from..to, word.into_bytes());
        }
        5 => drop(text.drain(range)),
        6 => {
            let piece = text[range].to_vec();
            let to = random.below(text.len() + 1);
            insert(text, to, &piece);
        }
        7 => {
            let from = random.below(other.len() + 1);
            let to = from + random.below((other.len() - from + 1).min(400));
            insert(text, at, &other[from..to]);
        }
        8 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        // A piece, over and over.
        _ => {
            let times = 1 << random.below(14);
            let room = MAX_FILE.saturating_sub(text.len()) / length.max(1);
            let piece = text[range].repeat(times.min(room));
            insert(text, at, &piece);
        }
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

fn word_at(text: &[u8], at: usize) -> (usize, usize) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let from = text[..at].iter().rposition(|b| !is_word(b)).map_or(0, |from| from + 1);
    let to = text[at..].iter().position(|b| !is_word(b)).map_or(text.len(), |n| at + n);
    (from, to)
}
