//! Whether code asks the database for what a `table!` has. The macro has all that the database
//! has, so it proves nothing: a query names a column by its path, or reads it into a structure
//! that is made for the table.

use std::collections::{HashMap, HashSet};

use super::{Field, Mapped, Models};
use crate::{
    frontend::rust::tokens::{Token, pairs, tokens, without_tests},
    model::Look,
    project::{file_name, parent},
    source::{Glance, Span},
};

/// The first place for each that uses a table, or a column of it; `None`: nobody does.
pub(in crate::model) fn used(
    look: Look<'_>,
    models: &Models,
    all: &[(&Mapped, Option<&Field>)],
    glance: &mut Glance,
) -> Vec<Option<Span>> {
    let columns = |mapped: &Mapped| mapped.fields.iter().map(|field| field.name.clone()).collect();
    let columns: HashMap<&str, HashSet<String>> =
        models.mapped.iter().map(|mapped| (mapped.class.as_str(), columns(mapped))).collect();
    let declared: Vec<String> =
        all.iter().map(|(mapped, _)| look.sources.path(mapped.span.file)).collect();
    let none = HashSet::new();
    let wanted: Vec<Wanted<'_>> = all
        .iter()
        .zip(&declared)
        .map(|((mapped, field), declared)| Wanted {
            table: &mapped.class,
            module: module(declared),
            columns: columns.get(mapped.class.as_str()).unwrap_or(&none),
            others: &columns,
            column: field.map(|field| field.name.as_str()),
        })
        .collect();
    let asked = wanted.iter().zip(&declared).map(|(wanted, declared)| Asked {
        words: vec![wanted.column.unwrap_or(wanted.table)],
        declared,
    });
    let asked: Vec<Asked<'_>> = asked.collect();
    first(look, &asked, glance, |code, at| code.uses(&wanted[at]))
}

/// The first place for each that inserts rows into a table.
pub(in crate::model) fn inserts(
    look: Look<'_>,
    all: &[&Mapped],
    glance: &mut Glance,
) -> Vec<Option<Span>> {
    let declared: Vec<String> =
        all.iter().map(|mapped| look.sources.path(mapped.span.file)).collect();
    let asked = declared.iter().map(|declared| Asked {
        // A structure's table may follow from its name.
        words: vec!["insert_into", "Insertable"],
        declared,
    });
    let asked: Vec<Asked<'_>> = asked.collect();
    first(look, &asked, glance, |code, at| code.inserts(&all[at].class))
}

/// What one question needs of a file.
struct Asked<'a> {
    /// One of these words.
    words: Vec<&'a str>,
    /// The macros' own file, which proves nothing.
    declared: &'a str,
}

/// The first place in the code that fits each question. Each file is read once.
fn first(
    look: Look<'_>,
    asked: &[Asked<'_>],
    glance: &mut Glance,
    place: impl Fn(&Code<'_>, usize) -> Option<usize>,
) -> Vec<Option<Span>> {
    let mut found: Vec<Option<Span>> = vec![None; asked.len()];
    let mut open: Vec<usize> = (0..asked.len()).collect();
    for path in look.files(&["rs"]) {
        if open.is_empty() {
            break;
        }
        let Some(text) = glance.peek(look.sources, path) else { continue };
        let words = words(&text);
        let has = |at: &usize| {
            let Asked { words: any, declared } = &asked[*at];
            declared != path && any.iter().any(|word| words.contains(word))
        };
        let here: Vec<usize> = open.iter().copied().filter(has).collect();
        if here.is_empty() {
            continue;
        }
        let tokens = without_tests(tokens(&text));
        let code = Code { tokens: &tokens, pairs: pairs(&tokens) };
        for at in here {
            if !glance.spend(tokens.len()) {
                return found;
            }
            let Some(token) = place(&code, at).and_then(|at| tokens.get(at)) else { continue };
            let Ok(file) = look.sources.load(path) else { continue };
            found[at] = Some(Span::new(file, token.start, token.end));
        }
        open.retain(|at| found[*at].is_none());
    }
    found
}

/// What the module of a file is called inside of its crate; `None`: it is the crate.
fn module(path: &str) -> Option<&str> {
    let stem = file_name(path).strip_suffix(".rs")?;
    match stem {
        "lib" | "main" => None,
        "mod" => Some(file_name(parent(path))),
        stem => Some(stem),
    }
}

/// All names in a text.
fn words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// What is looked for, as the code calls it.
struct Wanted<'a> {
    table: &'a str,
    /// The module that has the macro; `None`: any may.
    module: Option<&'a str>,
    /// All columns of the table.
    columns: &'a HashSet<String>,
    /// Those of each table that is known.
    others: &'a HashMap<&'a str, HashSet<String>>,
    /// The one that is meant; `None`: the whole table.
    column: Option<&'a str>,
}

/// What a table's module has besides its columns (`diesel::table!`).
const PARTS: &[&str] = &["table", "dsl", "columns", "all_columns", "star"];
/// What makes a structure one that rows are read into, or made of.
const DERIVES: &[&str] = &[
    "Queryable",
    "Selectable",
    "HasQuery",
    "Insertable",
    "AsChangeset",
    "Identifiable",
    "Associations",
];
/// What is called on a column, and seldom on anything else.
const METHODS: &[&str] = &[
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "is_null",
    "is_not_null",
    "eq_any",
    "ne_all",
    "like",
    "ilike",
    "not_like",
    "between",
    "asc",
    "desc",
    "nullable",
    "is_not_distinct_from",
];
/// What columns are given to.
const TAKERS: &[&str] =
    &["select", "order", "order_by", "then_order_by", "returning", "group_by", "distinct_on"];
/// Tokens between a column and the call that it is given to at the most.
const MAX_NEAR: usize = 80;
/// Tokens of a structure's header, and of an import, that are looked at.
const MAX_LIST: usize = 2_000;
/// Imports of one table's columns that are looked at in a file.
const MAX_IMPORTS: usize = 100;

/// What a file imports of one column's name, and where it means something else.
#[derive(Default)]
struct Imports {
    /// Its name in an import.
    named: Option<usize>,
    /// Imports of all columns of a table that has it, or may have.
    all: Vec<Import>,
    /// Blocks in which a variable has the name.
    bound: Vec<(usize, usize)>,
}

struct Import {
    /// The brackets that it holds in, between places of tokens.
    block: (usize, usize),
    ours: bool,
}

struct Code<'t> {
    tokens: &'t [Token],
    pairs: Vec<usize>,
}

impl<'t> Code<'t> {
    fn word(&self, at: usize) -> Option<&'t str> {
        self.tokens.get(at)?.word()
    }

    fn is(&self, at: usize, mark: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(mark))
    }

    /// Whether `::` stands there.
    fn is_path(&self, at: usize) -> bool {
        self.is(at, ':') && self.is(at + 1, ':')
    }

    fn uses(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let by_path = (0..self.tokens.len()).find(|at| self.names(*at, wanted));
        by_path.or_else(|| self.in_structure(wanted)).or_else(|| self.imported(wanted))
    }

    /// `insert_into(tasks::table)`, or a structure that is made for it.
    fn inserts(&self, table: &str) -> Option<usize> {
        let called = |at: &usize| {
            let end = self.pairs.get(at + 1).copied().unwrap_or(at + 1).min(at + MAX_NEAR);
            self.word(*at) == Some("insert_into")
                && self.is(at + 1, '(')
                && (at + 2..end).any(|at| self.word(at) == Some(table))
        };
        let made = |attributes: &[(usize, usize)], name: usize| {
            let derives = |&(start, end): &(usize, usize)| {
                (start..end).any(|at| self.word(at) == Some("Insertable"))
            };
            let is_of = self.is_of(attributes, self.word(name).unwrap_or_default(), table);
            (is_of && attributes.iter().any(derives)).then_some(name)
        };
        (0..self.tokens.len()).find(called).or_else(|| self.structures(made))
    }

    /// `tasks::table`, `tasks::note`, `tasks::dsl::note`.
    fn names(&self, at: usize, wanted: &Wanted<'_>) -> bool {
        let Some(word) = self.word(at) else { return false };
        let Some(column) = wanted.column else {
            let next = self.word(at + 3).filter(|_| self.is_path(at + 1));
            let known = |next| {
                PARTS.contains(&next) && !self.is(at + 4, '(')
                    || wanted.columns.contains(next) && self.ends(at + 3)
            };
            return word == wanted.table && next.is_some_and(known) && self.is_ours(at, wanted);
        };
        if word != column || !self.ends(at) {
            return false;
        }
        let Some((from, of)) = self.before(at) else { return false };
        match of {
            of if of == wanted.table => self.is_ours(from, wanted),
            "dsl" | "columns" => self
                .before(from)
                .is_some_and(|(from, of)| of == wanted.table && self.is_ours(from, wanted)),
            _ => false,
        }
    }

    /// What stands before `::` and a name, and where.
    fn before(&self, at: usize) -> Option<(usize, &'t str)> {
        let from = at.checked_sub(3).filter(|from| self.is_path(from + 1))?;
        Some((from, self.word(from)?))
    }

    /// Whether a path ends at a name, and is not called.
    fn ends(&self, at: usize) -> bool {
        !self.is_path(at + 1) && !self.is(at + 1, '(')
    }

    /// Whether a table's name can be that of the macro's module: nothing of another module.
    fn is_ours(&self, at: usize, wanted: &Wanted<'_>) -> bool {
        let Some(of) = self.before(at).map(|(_, of)| of) else {
            // `<T as Trait>::tasks`
            return at.checked_sub(1).is_none_or(|before| !self.is(before, ':'));
        };
        let Some(module) = wanted.module else { return true };
        of == module || matches!(of, "crate" | "self" | "super")
    }

    /// A structure of the table, or the field of it.
    fn in_structure(&self, wanted: &Wanted<'_>) -> Option<usize> {
        self.structures(|attributes, name| {
            let is_of = self.is_of(attributes, self.word(name).unwrap_or_default(), wanted.table);
            match wanted.column {
                _ if !is_of => None,
                None => Some(name),
                Some(column) => self.field(name + 1, column),
            }
        })
    }

    /// The first answer for a structure: its attributes, and the place of its name.
    fn structures(
        &self,
        mut answer: impl FnMut(&[(usize, usize)], usize) -> Option<usize>,
    ) -> Option<usize> {
        let mut attributes: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if self.is(at, '#') && self.is(at + 1, '[') {
                let end = self.pairs.get(at + 1).copied().unwrap_or(at + 1);
                attributes.push((at + 1, end));
                at = end.max(at + 1) + 1;
                continue;
            }
            match self.word(at) {
                Some("struct") => {
                    if let Some(found) = answer(&attributes, at + 1) {
                        return Some(found);
                    }
                    attributes.clear();
                }
                Some("pub" | "crate") => {}
                _ if self.is(at, '(') || self.is(at, ')') => {}
                _ => attributes.clear(),
            }
            at += 1;
        }
        None
    }

    /// `#[diesel(table_name = tasks)]`, `#[table_name = "tasks"]`; without one, the name follows
    /// from the structure's.
    fn is_of(&self, attributes: &[(usize, usize)], name: &str, table: &str) -> bool {
        let mut derived = false;
        for &(start, end) in attributes {
            for at in start..end {
                match self.word(at) {
                    Some("table_name") if self.is(at + 1, '=') => {
                        let mut last = at + 2;
                        while self.is_path(last + 1) {
                            last += 3;
                        }
                        let token = self.tokens.get(last);
                        return token.and_then(|t| t.word().or(t.text())) == Some(table);
                    }
                    Some(word) => derived |= DERIVES.contains(&word),
                    None => {}
                }
            }
        }
        derived && plural(name) == table
    }

    /// A field of the structure whose name ends at a token.
    fn field(&self, from: usize, column: &str) -> Option<usize> {
        let is_open = |at: &usize| self.is(*at, '{') || self.is(*at, ';') || self.is(*at, '(');
        let open = (from..self.tokens.len()).take(MAX_LIST).find(is_open)?;
        if !self.is(open, '{') {
            return None;
        }
        let close = self.pairs.get(open).copied()?;
        let mut renamed: Option<usize> = None;
        let mut elsewhere = false;
        let mut at = open + 1;
        while at < close {
            if self.is(at, '#') && self.is(at + 1, '[') {
                let end = self.pairs.get(at + 1).copied().unwrap_or(at + 1);
                let name = (at..end).find(|at| self.word(*at) == Some("column_name"));
                renamed = name.map(|name| name + 2).or(renamed);
                elsewhere |= (at..end).any(|at| self.word(at) == Some("select_expression"));
                at = end.max(at + 1) + 1;
                continue;
            }
            let is_name = self.word(at).is_some() && self.is(at + 1, ':') && !self.is(at + 2, ':');
            if is_name {
                let named = renamed.take().unwrap_or(at);
                let token = self.tokens.get(named)?;
                // What is selected for it is named by its path.
                let own = !std::mem::take(&mut elsewhere);
                if own && token.word().or(token.text()) == Some(column) {
                    return Some(named);
                }
                // Its type: up to the comma that is not inside of it.
                at = self.end_of_type(at + 2, close);
                continue;
            }
            at += 1;
        }
        None
    }

    fn end_of_type(&self, from: usize, close: usize) -> usize {
        let (mut at, mut angle) = (from, 0usize);
        while at < close {
            match () {
                () if self.is(at, '<') => angle += 1,
                () if self.is(at, '>') => angle = angle.saturating_sub(1),
                () if self.is(at, ',') && angle == 0 => return at + 1,
                () => at = at.max(self.pairs.get(at).copied().unwrap_or(at)),
            }
            at += 1;
        }
        close
    }

    /// After `use tasks::dsl::*`, or with its name in that import.
    fn imported(&self, wanted: &Wanted<'_>) -> Option<usize> {
        let column = wanted.column?;
        let Imports { named, all, bound } = self.imports(wanted, column);
        if named.is_some() {
            return named;
        }
        if !all.iter().any(|import| import.ours) {
            return None;
        }
        let is_column = |at: &usize| {
            let free = at.checked_sub(1).is_none_or(|p| !self.is(p, '.') && !self.is(p, ':'));
            let method = self.word(at + 2).filter(|_| self.is(at + 1, '.'));
            self.word(*at) == Some(column)
                && free
                && (method.is_some_and(|m| METHODS.contains(&m)) || self.is_given(*at))
        };
        let means_it = |at: &usize| {
            let holds = |(start, end): &(usize, usize)| start <= at && at < end;
            if bound.iter().any(holds) {
                return false;
            }
            // Of imports, those of the innermost block count.
            let near = all.iter().filter(|import| holds(&import.block));
            let inner = near.clone().map(|import| import.block.0).max();
            let mut inner = near.filter(|import| Some(import.block.0) == inner).peekable();
            inner.peek().is_some() && inner.all(|import| import.ours)
        };
        (0..self.tokens.len()).filter(is_column).find(means_it)
    }

    /// Imports of columns, and variables that are called like one.
    fn imports(&self, wanted: &Wanted<'_>, column: &str) -> Imports {
        let mut found = Imports::default();
        let whole = (0, self.tokens.len());
        let mut blocks: Vec<(usize, usize)> = vec![whole];
        let mut import = whole;
        for at in 0..self.tokens.len() {
            while blocks.last().is_some_and(|(_, end)| *end <= at) {
                blocks.pop();
            }
            let block = blocks.last().copied().unwrap_or(whole);
            match self.word(at) {
                Some("use") => import = block,
                Some("let") => {
                    let name = at + 1 + usize::from(self.word(at + 1) == Some("mut"));
                    if self.word(name) == Some(column) && found.bound.len() < MAX_IMPORTS {
                        found.bound.push(block);
                    }
                }
                Some(table) if self.opens_columns(at) && found.all.len() < MAX_IMPORTS => {
                    let ours = table == wanted.table;
                    let mut all = self.is(at + 6, '*');
                    if self.is(at + 6, '{') {
                        let end = self.pairs.get(at + 6).copied().unwrap_or(at + 6);
                        let end = end.min(at + MAX_LIST);
                        all |= (at + 6..end).any(|at| self.is(at, '*'));
                        let named = (at + 6..end).find(|at| self.word(*at) == Some(column));
                        found.named = found.named.or(named.filter(|_| ours));
                    }
                    let has = |of: &HashSet<String>| of.contains(column);
                    if all && (ours || wanted.others.get(table).is_none_or(has)) {
                        found.all.push(Import { block: import, ours });
                    }
                }
                None if self.is(at, '{') => {
                    let end = self.pairs.get(at).copied().unwrap_or(at);
                    if end > at {
                        blocks.push((at, end));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// `tasks::dsl::`
    fn opens_columns(&self, at: usize) -> bool {
        self.is_path(at + 1)
            && matches!(self.word(at + 3), Some("dsl" | "columns"))
            && self.is_path(at + 4)
    }

    /// Whether it stands in the brackets of a call that takes columns.
    fn is_given(&self, at: usize) -> bool {
        if !(self.is(at + 1, ',') || self.is(at + 1, ')')) {
            return false;
        }
        let mut from = at;
        for _ in 0..MAX_NEAR {
            let Some(before) = from.checked_sub(1) else { return false };
            from = before;
            if self.is(from, '(') && self.pairs.get(from).is_some_and(|end| *end > at) {
                let taker = from.checked_sub(1).and_then(|at| self.word(at));
                match taker {
                    Some(word) => return TAKERS.contains(&word),
                    None => continue,
                }
            }
            if self.is(from, ';') || self.is(from, '{') {
                return false;
            }
        }
        false
    }
}

/// The table that Diesel takes a structure to be of: `BlogPost` of `blog_posts`.
fn plural(name: &str) -> String {
    let mut table = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            table.push('_');
        }
        table.extend(c.to_lowercase());
    }
    table + "s"
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{Code, Wanted, pairs, tokens};

    fn used(text: &str, column: Option<&str>) -> bool {
        let tokens = tokens(text);
        let code = Code { tokens: &tokens, pairs: pairs(&tokens) };
        let of = |columns: &[&str]| columns.iter().map(|c| (*c).to_owned()).collect();
        let columns: HashSet<String> = of(&["id", "note", "color"]);
        let others = HashMap::from([
            ("tasks", columns.clone()),
            ("labels", of(&["id", "note"])),
            ("users", of(&["id"])),
        ]);
        let (columns, others) = (&columns, &others);
        let module = Some("schema");
        code.uses(&Wanted { table: "tasks", module, columns, others, column }).is_some()
    }

    #[test]
    fn a_column_is_used_where_the_table_is_meant() {
        let yes = [
            "tasks::table.filter(tasks::note.eq(1))",
            "schema::tasks::dsl::note",
            "use crate::schema::tasks::dsl::*; fn f() { tasks.filter(note.eq(1)) }",
            "use tasks::dsl::{id, note};",
            "fn f() { use crate::schema::{tasks::dsl::*, users::dsl::*}; tasks.filter(note.eq(1)) }",
            "use labels::dsl::*; fn f() { use tasks::dsl::*; tasks.filter(note.eq(1)) }",
            "use tasks::dsl::*; fn f() { let note = 1; } fn g() { tasks.filter(note.eq(1)) }",
            "use tasks::dsl::*; fn f() { tasks.select((id, note)).load(c) }",
            "#[derive(Queryable)] pub struct Task { pub id: i32, pub note: Option<String> }",
            "#[derive(Insertable)] #[diesel(table_name = schema::tasks)] struct New<'a> { a: A<b, c>, note: &'a str }",
            "#[derive(Queryable)] #[table_name = \"tasks\"] struct Row { note: String }",
            "#[cfg_attr(feature = \"full\", derive(Queryable, Selectable))] #[cfg_attr(feature = \"full\", diesel(table_name = tasks))] struct Row { #[diesel(column_name = note)] text: String }",
        ];
        let no = [
            "struct Answer { note: String } fn f(tasks: Tasks) { tasks.note }",
            "#[derive(Serialize)] struct Task { note: String } use schema::tasks;",
            "#[derive(Queryable)] #[diesel(table_name = labels)] struct Label { note: String } tasks::table",
            "#[derive(Queryable)] #[diesel(table_name = tasks)] struct Row { #[diesel(column_name = color)] note: String }",
            "#[derive(Queryable)] #[diesel(table_name = tasks)] struct Row { #[diesel(select_expression = notes::text.nullable())] note: String }",
            "use tasks::dsl::*; fn f() { let note = 1; g(note) }",
            "labels::note",
            "fn f() { use tasks::dsl::*; } fn g() { use labels::dsl::*; labels.filter(note.eq(1)) }",
            "fn f() { use tasks::dsl::*; } fn g() { note.eq(1) }",
            "use tasks::dsl::*; fn f() { use labels::dsl::*; labels.filter(note.eq(1)) }",
            "use tasks::dsl::*; use other::dsl::*; fn f() { labels.filter(note.eq(1)) }",
            "use tasks::dsl::*; fn f() { let mut note = v(); if note.eq(&w) {} }",
            "crate::tasks::note::all(); tasks::note(1); other::tasks::note",
            "<T as Tables>::tasks::note",
        ];
        for text in yes {
            assert!(used(text, Some("note")), "{text}");
        }
        for text in no {
            assert!(!used(text, Some("note")), "{text}");
        }
    }

    #[test]
    fn rows_are_inserted_by_a_call_or_a_structure() {
        let inserts = |text: &str| {
            let tokens = tokens(text);
            Code { tokens: &tokens, pairs: pairs(&tokens) }.inserts("tasks").is_some()
        };
        assert!(inserts("diesel::insert_into(schema::tasks::table).values(&new)"));
        assert!(inserts("#[derive(Insertable)] #[diesel(table_name = tasks)] struct New {}"));
        assert!(!inserts("diesel::insert_into(labels::table).values(tasks)"));
        assert!(!inserts("#[derive(Queryable)] #[diesel(table_name = tasks)] struct Row {}"));
    }

    #[test]
    fn a_table_is_used_by_its_module_or_a_structure() {
        let yes = ["tasks::table.load(c)", "tasks::color", "#[derive(Insertable)] struct Task {}"];
        let no = [
            "let tasks = 1;",
            "struct Tasks { tasks: Vec<i32> }",
            "models::tasks::Thing",
            "models::tasks::table",
            "tasks::table()",
        ];
        for text in yes {
            assert!(used(text, None), "{text}");
        }
        for text in no {
            assert!(!used(text, None), "{text}");
        }
    }
}
