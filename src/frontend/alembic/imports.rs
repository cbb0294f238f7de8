//! The imports that run when a module is loaded, read off its text: most modules of an
//! application are looked at for nothing else, and a syntax tree costs ten times as much.

use super::module::{Item, Module, is_type_checking};
use ruff_python_ast::Stmt;

/// One import statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Import {
    /// `import a.b, c`.
    Plain(Vec<String>),
    /// `from ..a import b, c`; dots, what follows them, names.
    From { level: u32, path: String, names: Vec<String> },
}

impl Import {
    /// A statement of the syntax tree; `None` for any other one.
    pub(super) fn of(stmt: &Stmt) -> Option<Import> {
        match stmt {
            Stmt::Import(import) => {
                Some(Import::Plain(import.names.iter().map(|a| a.name.to_string()).collect()))
            }
            Stmt::ImportFrom(import) => Some(Import::From {
                level: import.level,
                path: import.module.as_ref().map(ToString::to_string).unwrap_or_default(),
                names: import.names.iter().map(|a| a.name.to_string()).collect(),
            }),
            _ => None,
        }
    }
}

/// The import statements that run when a module is loaded; with `inner`, those of its functions
/// too.
pub(super) fn statements(module: &Module, inner: bool) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut todo: Vec<&Stmt> = Vec::new();
    for item in module.items.iter().rev() {
        match item {
            Item::Other(stmt) => todo.push(stmt),
            Item::Function(def) if inner => todo.extend(def.body.iter().rev()),
            _ => {}
        }
    }
    while let Some(stmt) = todo.pop() {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(stmt),
            Stmt::If(test) => {
                for clause in test.elif_else_clauses.iter().rev() {
                    todo.extend(clause.body.iter().rev());
                }
                if !is_type_checking(&test.test) {
                    todo.extend(test.body.iter().rev());
                }
            }
            Stmt::Try(attempt) => {
                todo.extend(attempt.finalbody.iter().rev());
                todo.extend(attempt.orelse.iter().rev());
                for handler in attempt.handlers.iter().rev() {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    todo.extend(handler.body.iter().rev());
                }
                todo.extend(attempt.body.iter().rev());
            }
            Stmt::With(with) => todo.extend(with.body.iter().rev()),
            Stmt::For(each) => todo.extend(each.body.iter().chain(&each.orelse).rev()),
            Stmt::While(each) => todo.extend(each.body.iter().chain(&each.orelse).rev()),
            _ => {}
        }
    }
    found
}

/// The names of functions that a text calls in lines that are not indented.
pub(super) fn called(text: &str) -> Vec<String> {
    let runs = |line: &&str| {
        let starts = line.starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts && !["def ", "async ", "class "].iter().any(|word| line.starts_with(word))
    };
    let mut names = Vec::new();
    for line in text.lines().filter(runs) {
        for (at, _) in line.match_indices('(') {
            let before = &line[..at];
            let name = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
            if name.len() < at {
                names.push(before[name.len()..].to_owned());
            }
        }
    }
    names
}

/// The same from a text, without those of functions; `None` where the text is written in a way
/// that takes a parser.
pub(super) fn scan(text: &str) -> Option<Vec<Import>> {
    // A line that ends in a carriage return alone.
    if text.split('\r').skip(1).any(|rest| !rest.starts_with('\n')) {
        return None;
    }
    let mut found = Vec::new();
    // Blocks around the line, by the indentation of their headers, and whether what is in them runs.
    let mut blocks: Vec<(usize, bool)> = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some(line) = lines.next()? {
        let body = line.text.trim_start_matches([' ', '\t', '\x0c', '\u{feff}']);
        let indent = line.text.len() - body.len();
        while blocks.last().is_some_and(|(outer, _)| indent <= *outer) {
            blocks.pop();
        }
        let runs = blocks.last().is_none_or(|(_, runs)| *runs);
        let word_end =
            body.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(body.len());
        let (word, rest) = body.split_at(word_end);
        match word {
            "import" | "from" if runs => found.push(import(word, rest)?),
            "import" | "from" => {}
            _ if !runs => {}
            "if" | "elif" | "else" | "try" | "except" | "finally" | "with" | "for" | "while" => {
                let test = rest.trim().trim_end_matches(':').trim();
                let test = test.trim_matches(['(', ')']);
                let checks = word == "if"
                    && (test == "TYPE_CHECKING"
                        || test.ends_with(".TYPE_CHECKING")
                            && test.chars().all(|c| c == '.' || c == '_' || c.is_alphanumeric()));
                if !ends_header(rest) && rest.contains("import") {
                    return None;
                }
                blocks.push((indent, !checks));
            }
            "def" | "class" | "async" | "match" => {
                blocks.push((indent, false));
            }
            // Two statements on a line.
            _ if rest.contains(';') && rest.contains("import") => return None,
            _ => {}
        }
    }
    Some(found)
}

/// Whether nothing follows the colon of a header.
fn ends_header(rest: &str) -> bool {
    rest.trim_end().ends_with(':')
}

/// `import a.b as c, d` or `from . import (a, b as c)`, the keyword taken off.
fn import(word: &str, rest: &str) -> Option<Import> {
    if rest.contains([';', '\'', '"']) {
        return None;
    }
    let names = |list: &str| -> Vec<String> {
        let list = list.split(',').map(|part| part.split_whitespace().next().unwrap_or_default());
        list.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    if word == "import" {
        // `import a . b`.
        let parts = rest.split_whitespace();
        if parts.clone().any(|part| part.starts_with('.') || part.ends_with('.')) {
            return None;
        }
        return Some(Import::Plain(names(rest)));
    }
    // `from .import a` has no space before the word.
    let mut at = rest.match_indices("import").filter(|(at, word)| {
        rest[..*at].ends_with([' ', '\t', '.'])
            && rest[at + word.len()..].starts_with([' ', '\t', '(', '*'])
    });
    let (at, word) = at.next()?;
    let (path, list) = (&rest[..at], &rest[at + word.len()..]);
    let list = list.trim().trim_start_matches('(').trim_end_matches(')');
    let path: String = path.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = path.trim_start_matches('.');
    let level = path.len() - bare.len();
    Some(Import::From { level: level as u32, path: bare.to_owned(), names: names(list) })
}

/// Whether every brace of a formatted string is closed in it. Doubled ones are counted as they
/// stand: in `{c:>{d}}` two that close meet, and stand for none of the text.
fn is_closed(string: &str) -> bool {
    string.matches('{').count() == string.matches('}').count()
}

/// Logical lines: without strings and comments, brackets and backslashes joined.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

struct Line {
    text: String,
}

impl Lines<'_> {
    /// The next line that says something; the outer `None` where a string has no end.
    fn next(&mut self) -> Option<Option<Line>> {
        let bytes = self.text.as_bytes();
        loop {
            if self.at >= bytes.len() {
                return Some(None);
            }
            let mut made: Vec<u8> = Vec::new();
            let mut depth = 0usize;
            while let Some(&byte) = bytes.get(self.at) {
                match byte {
                    b'\n' if depth == 0 => {
                        self.at += 1;
                        break;
                    }
                    b'\n' | b'\r' => {
                        made.push(b' ');
                        self.at += 1;
                    }
                    b'\\' => {
                        // A backslash at the end of a line joins the next one to it.
                        self.at += 1;
                        if bytes.get(self.at) == Some(&b'\r') {
                            self.at += 1;
                        }
                        if bytes.get(self.at) == Some(&b'\n') {
                            self.at += 1;
                        }
                        made.push(b' ');
                    }
                    b'#' => {
                        while bytes.get(self.at).is_some_and(|b| *b != b'\n') {
                            self.at += 1;
                        }
                    }
                    b'\'' | b'"' => {
                        let prefix = made.iter().rev().take_while(|b| b.is_ascii_alphabetic());
                        let formatted =
                            prefix.take(2).any(|b| matches!(b, b'f' | b'F' | b't' | b'T'));
                        let from = self.at;
                        self.string(byte)?;
                        // A string within it that ends it, to an eye that does not parse.
                        if formatted && !is_closed(self.text.get(from..self.at)?) {
                            return None;
                        }
                        made.extend(b"\"\"");
                    }
                    _ => {
                        match byte {
                            b'(' | b'[' | b'{' => depth += 1,
                            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                            _ => {}
                        }
                        made.push(byte);
                        self.at += 1;
                    }
                }
            }
            if made.iter().any(|b| !b.is_ascii_whitespace()) {
                // Bytes of whole characters only were taken out.
                return Some(Some(Line { text: String::from_utf8(made).ok()? }));
            }
        }
    }

    /// Skips a string; `None` where it has no end.
    fn string(&mut self, quote: u8) -> Option<()> {
        let bytes = self.text.as_bytes();
        let triple =
            bytes.get(self.at + 1) == Some(&quote) && bytes.get(self.at + 2) == Some(&quote);
        self.at += if triple { 3 } else { 1 };
        loop {
            match bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'\n' if !triple => return None,
                b if *b == quote => {
                    self.at += 1;
                    if !triple {
                        return Some(());
                    }
                    if bytes.get(self.at) == Some(&quote) && bytes.get(self.at + 1) == Some(&quote)
                    {
                        self.at += 2;
                        return Some(());
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{frontend::alembic::module, source::FileId};

    /// What the syntax tree says.
    fn parsed(text: &str) -> Vec<Import> {
        let module = module::parse_text(text, FileId(0), "m.py").unwrap_or_else(|e| panic!("{e}"));
        statements(&module, false).into_iter().filter_map(Import::of).collect()
    }

    #[test]
    fn a_look_at_the_text_finds_what_the_syntax_tree_has() {
        let texts = [
            "import a, b.c as d\nfrom . import x\nfrom .import y\nfrom ..p.q import (\n    r as s,  # why\n    t,\n)\nfrom z import *\n",
            "'''\nimport not_me\nfrom no import way\n'''\nimport a\n",
            "x = \"\"\"\nimport no\n\"\"\"; y = 'it\\'s'\nimport a  # import b\n",
            "def f():\n    import no\n    if x:\n        import no\nclass A:\n    import no\n\nimport a\n",
            "if TYPE_CHECKING:\n    import no\nelse:\n    import a\nif typing.TYPE_CHECKING:\n    from no import x\nif not TYPE_CHECKING:\n    import b\n",
            "try:\n    import a\nexcept ImportError:\n    import b\nelse:\n    import c\nfinally:\n    import d\nwith x() as y:\n    import e\n",
            "for a in b:\n    import no\nwhile x:\n    import no\nasync def f():\n    import no\nimport a\n",
            "from a \\\n    import b, \\\n    c\r\nimport d\r\n",
            "x = f(\n    'import no',\n    [\n        1\n    ])\nimport a\nif x: pass\nimport b\n",
            "importlib.import_module('x')\nfromage = 1\nmatch = 2\nimport a\n",
            "\u{feff}import a\n\n\nif (x and\n        y):\n    from b import (c)\n",
            "x = f\"{c:>{d}} {{a}} {b!r}\"\ny = f'{d.get(\"k\")}'\nimport a\n",
            "for a in b:\n    import c\nelse:\n    import d\n",
            "if not(typing.TYPE_CHECKING):\n    import a\n",
        ];
        for text in texts {
            assert_eq!(scan(text), Some(parsed(text)), "{text}");
        }
    }

    #[test]
    fn what_takes_a_parser_is_left_to_it() {
        let texts = [
            "import a; import b\n",
            "if x: import a\n",
            "x = 1; import a\n",
            "x = 1;import\ta\n",
            "try: from app import(b)\nexcept E: pass\n",
            "x = 1\rimport a\n",
            "import a . b\n",
            "x = f\"{d.get(\"(\")}\"\nimport a\n",
            "x = '\n",
            "'''",
        ];
        for text in texts {
            assert_eq!(scan(text), None, "{text}");
        }
    }
}
