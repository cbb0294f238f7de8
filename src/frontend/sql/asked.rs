//! What the SQL of code asks of a schema: which tables its statements need, and which of their
//! columns. A name counts where it can be no other one's; what is not sure is left out.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
};

use sqlparser::{
    ast::{
        self, AccessExpr, Assignment, AssignmentTarget, ConflictTarget, Delete, Distinct, Expr,
        FromTable, FunctionArg, FunctionArguments, GroupByExpr, Ident, Insert, JoinConstraint,
        JoinOperator, ObjectName, OnConflictAction, OnInsert, Query, Select, SelectItem, SetExpr,
        SqliteOnConflict, TableFactor, TableObject, TableWithJoins, Update, UpdateTableFromKind,
        Value, Visit, Visitor,
    },
    tokenizer::Token,
};

use super::{
    MAX_NESTING,
    named::folded,
    nesting,
    query::{MAX_PARSED, parser},
    scan::{self, Kind},
};
use crate::{
    database::Dialect,
    ir::Name,
    schema::{Lookup, Schema},
};

/// How a statement that reads or writes rows begins.
const VERBS: &[&str] = &["select", "insert", "update", "delete", "with"];
/// The longest statement that code is taken to have, in bytes.
const MAX_STATEMENT: usize = 20_000;
/// Tokens in which the name of what is made stands.
const MAX_HEADER: usize = 20;

/// What is needed: tables under the names that the schema keeps them by, with the columns that
/// are named. Columns of one table that other statements name are with them.
pub(super) type Asked = BTreeMap<Name, BTreeSet<String>>;

/// What one statement of a text asks for.
#[derive(Debug)]
pub struct Request {
    pub asked: Asked,
    pub inserted: Vec<Inserted>,
    /// The tables whose rows it adds, changes or takes away.
    pub written: BTreeSet<Name>,
    /// The bytes that it lies in.
    pub start: usize,
    pub end: usize,
}

/// Rows that a statement puts into a table, if it puts in any.
#[derive(Debug)]
pub struct Inserted {
    /// As the schema keeps its name.
    pub table: Name,
    pub given: Given,
}

/// The columns that get a value in every row; NULL and DEFAULT, where they are written down, are
/// none.
#[derive(Debug)]
pub enum Given {
    /// As they are written; the schema may not have them.
    Named(BTreeSet<String>),
    /// No column is named: for the first ones of the table, whether they get a value.
    First(Vec<bool>),
}

/// Reads SQL of code that knows a schema.
pub struct Asker<'s> {
    schema: &'s Schema,
    /// Names as they are written, and as the schema keeps them.
    resolved: RefCell<HashMap<Name, Name>>,
}

/// Whether a text begins as a statement on rows does; comments may stand before it. A sentence
/// begins with a capital letter, a verb of SQL is written in one way.
pub fn asks(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let comment = match () {
            () if rest.starts_with("--") => rest.find('\n'),
            () if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
            () => break,
        };
        let Some(length) = comment else { return false };
        rest = rest[length..].trim_start();
    }
    let first = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let even = |case: fn(&u8) -> bool| first.bytes().all(|byte| case(&byte));
    let is_even = even(u8::is_ascii_lowercase) || even(u8::is_ascii_uppercase);
    is_even && VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// The names of the temporary tables and views that a text makes, in small letters: while they
/// are there, they hide the schema's.
pub fn temporary(text: &str, dialect: Dialect) -> Vec<String> {
    let tokens = scan::tokens(text, dialect);
    let mut found = Vec::new();
    for statement in scan::statements(text, &tokens) {
        let words: Vec<&str> = statement
            .tokens
            .iter()
            .take(MAX_HEADER)
            .map(|token| scan::slice(text, *token))
            .collect();
        let is = |at: usize, known: &[&str]| {
            words.get(at).is_some_and(|word| known.iter().any(|k| k.eq_ignore_ascii_case(word)))
        };
        if !is(0, &["create"]) {
            continue;
        }
        let mut at = 1;
        while is(at, &["or", "replace", "local", "global"]) {
            at += 1;
        }
        if !is(at, &["temp", "temporary"]) {
            continue;
        }
        at += 1;
        while is(at, &["recursive", "table", "view", "if", "not", "exists"]) {
            at += 1;
        }
        let last = words.get(at..).unwrap_or_default().split(|word| *word == ".");
        let named: Vec<&[&str]> = last.take_while(|part| !part.is_empty()).collect();
        let name = match named.as_slice() {
            [[_], [name, ..], ..] | [[name, ..]] | [[name, _, ..], ..] => name,
            _ => continue,
        };
        found.push(name.trim_matches(['"', '`', '[', ']']).to_lowercase());
    }
    found
}

impl<'s> Asker<'s> {
    pub fn new(schema: &'s Schema) -> Asker<'s> {
        Asker { schema, resolved: RefCell::default() }
    }

    /// The statements of a text that are read; `None`: the text defines things, so it is no code
    /// that asks for rows.
    pub fn statements(&self, text: &str) -> Option<Vec<Request>> {
        let dialect = self.dialect();
        let tokens = scan::tokens(text, dialect);
        let mut found = Vec::new();
        for statement in scan::statements(text, &tokens) {
            let first = statement.tokens.first().map(|token| scan::slice(text, *token))?;
            if ["create", "alter", "drop"].iter().any(|word| first.eq_ignore_ascii_case(word)) {
                return None;
            }
            found.extend(self.statement(text, &statement));
        }
        Some(found)
    }

    fn dialect(&self) -> Dialect {
        self.schema.database().dialect
    }

    fn statement(&self, text: &str, statement: &scan::Statement<'_>) -> Option<Request> {
        let tokens = statement.tokens;
        let (start, end) = (statement.start as usize, statement.end as usize);
        let written = text.get(start..end)?;
        let long = tokens.len() > MAX_PARSED || written.len() > MAX_STATEMENT;
        if long || nesting(tokens) > MAX_NESTING || !asks(written) {
            return None;
        }
        let parsed = self.parse(written).or_else(|| self.parse(&bound(text, tokens)?))?;
        let mut with = With(HashSet::new(), self.dialect());
        let _ = parsed.visit(&mut with);
        let mut walk = Walk {
            asker: self,
            with: with.0,
            scopes: Vec::new(),
            no_columns: HashSet::new(),
            asked: Asked::default(),
            inserted: Vec::new(),
            written: BTreeSet::new(),
        };
        let _ = parsed.visit(&mut walk);
        let Walk { asked, inserted, written, .. } = walk;
        Some(Request { asked, inserted, written, start, end })
    }

    fn parse(&self, text: &str) -> Option<ast::Statement> {
        let mut parser = parser(self.dialect()).try_with_sql(text).ok()?;
        let statement = parser.parse_statement().ok()?;
        (parser.peek_token().token == Token::EOF).then_some(statement)
    }

    fn resolve(&self, name: Name) -> Name {
        if let Some(known) = self.resolved.borrow().get(&name) {
            return known.clone();
        }
        let resolved = self.schema.resolve(&name);
        self.resolved.borrow_mut().insert(name, resolved.clone());
        resolved
    }

    /// A table's name; `None` for what is no plain name.
    fn table(&self, name: &ObjectName) -> Option<Name> {
        let parts: Vec<String> = name
            .0
            .iter()
            .map(|part| part.as_ident().map(|ident| folded(ident, self.dialect())))
            .collect::<Option<_>>()?;
        let (name, schema) = parts.split_last()?;
        Some(self.resolve(Name::new(schema.last().map(String::as_str), name)))
    }
}

/// The statement with all that is bound written in one way, which every grammar reads.
fn bound(text: &str, tokens: &[scan::Token]) -> Option<String> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let mut out = String::new();
    let mut at = first.start as usize;
    for token in tokens.iter().filter(|token| token.kind == Kind::Bind) {
        out.push_str(text.get(at..token.start as usize)?);
        out.push_str("$1");
        at = token.end as usize;
    }
    out.push_str(text.get(at..last.end as usize)?);
    (at > first.start as usize).then_some(out)
}

/// The names of a statement's common table expressions, wherever they hold.
struct With(HashSet<String>, Dialect);

impl Visitor for With {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0.extend(tables.map(|cte| folded(&cte.alias.name, self.1)));
        ControlFlow::Continue(())
    }
}

/// Something that columns can be of.
struct Source {
    /// What the statement calls it.
    called: String,
    /// `None`: no table, or one that is not sure.
    table: Option<Name>,
    /// A column of it can be named alone; not so of `excluded`.
    free: bool,
}

/// Where a column's name is looked up: inner ones first.
#[derive(Default)]
struct Scope {
    sources: Vec<Source>,
    /// Names that the query gives to what it yields.
    made: HashSet<String>,
    /// Nothing is known of what a name alone means here.
    dark: bool,
}

struct Walk<'a, 's> {
    asker: &'a Asker<'s>,
    with: HashSet<String>,
    scopes: Vec<Scope>,
    /// Expressions of the tree that are written like a column, and are none.
    no_columns: HashSet<*const Expr>,
    asked: Asked,
    inserted: Vec<Inserted>,
    written: BTreeSet<Name>,
}

impl Walk<'_, '_> {
    fn folded(&self, ident: &Ident) -> String {
        folded(ident, self.asker.dialect())
    }

    fn key(&self, name: &str) -> String {
        self.asker.dialect().key(name)
    }

    /// The table that a name stands for, if no expression of the statement has the name.
    fn real(&self, name: &ObjectName) -> Option<Name> {
        let table = self.asker.table(name)?;
        let own = name.0.len() == 1
            && name.0.iter().any(|part| {
                part.as_ident().is_some_and(|ident| self.with.contains(&self.folded(ident)))
            });
        (!own).then_some(table)
    }

    fn source(&self, factor: &TableFactor, scope: &mut Scope) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let last = name.0.last().and_then(|part| part.as_ident());
                let called = alias.as_ref().map(|alias| &alias.name).or(last);
                // `AS t (a, b)` gives the columns other names.
                let renamed = alias.as_ref().is_some_and(|alias| !alias.columns.is_empty());
                let table = self.real(name).filter(|_| !renamed);
                let called = called.map(|ident| self.folded(ident)).unwrap_or_default();
                scope.sources.push(Source { called: self.key(&called), table, free: true });
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.sources(std::slice::from_ref(table_with_joins), scope);
            }
            TableFactor::Table { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::TableFunction { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::NestedJoin { alias, .. } => {
                let called = alias.as_ref().map(|alias| self.folded(&alias.name));
                let called = self.key(&called.unwrap_or_default());
                scope.sources.push(Source { called, table: None, free: true });
            }
            _ => scope.dark = true,
        }
    }

    fn sources(&self, from: &[TableWithJoins], scope: &mut Scope) {
        for TableWithJoins { relation, joins } in from {
            self.source(relation, scope);
            for join in joins {
                self.source(&join.relation, scope);
            }
        }
    }

    fn select(&self, select: &Select) -> Scope {
        let mut scope = Scope::default();
        self.sources(&select.from, &mut scope);
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                scope.made.insert(self.key(&self.folded(alias)));
            }
        }
        scope
    }

    /// PostgreSQL looks for names of what is yielded in ORDER BY, which belongs to the query,
    /// where a name stands alone in DISTINCT ON, and last in GROUP BY. SQLite finds them anywhere.
    fn reads(&mut self, select: &Select) -> Scope {
        let mut scope = self.select(select);
        if self.asker.dialect() == Dialect::Sqlite {
            return scope;
        }
        let made = std::mem::take(&mut scope.made);
        let on = match &select.distinct {
            Some(Distinct::On(on)) => on.as_slice(),
            _ => &[],
        };
        let by = match &select.group_by {
            GroupByExpr::Expressions(by, _) => by.as_slice(),
            GroupByExpr::All(_) => &[],
        };
        for expr in on.iter().chain(by) {
            if let Expr::Identifier(ident) = expr
                && made.contains(&self.key(&self.folded(ident)))
            {
                self.no_columns.insert(expr);
            }
        }
        scope
    }

    /// The names of arguments: `make_interval(days => 5)`.
    fn arguments(&mut self, arguments: &[FunctionArg]) {
        for argument in arguments {
            if let FunctionArg::ExprNamed { name, .. } = argument {
                self.no_columns.insert(name);
            }
        }
    }

    /// The columns that a join takes from both of its sides.
    fn shared(&mut self, from: &[TableWithJoins], scope: &Scope) {
        for join in from.iter().flat_map(|from| &from.joins) {
            let (JoinOperator::Join(on)
            | JoinOperator::Inner(on)
            | JoinOperator::Left(on)
            | JoinOperator::LeftOuter(on)
            | JoinOperator::Right(on)
            | JoinOperator::RightOuter(on)
            | JoinOperator::FullOuter(on)) = &join.join_operator
            else {
                continue;
            };
            let JoinConstraint::Using(columns) = on else { continue };
            for column in columns.iter().filter_map(|name| name.0.last()?.as_ident()) {
                let column = self.folded(column);
                let tables = scope.sources.iter().filter_map(|source| source.table.as_ref());
                let having: Vec<Name> = tables
                    .filter(|table| self.has(table, &column) == Some(true))
                    .cloned()
                    .collect();
                if having.len() <= 2 {
                    having.iter().for_each(|table| self.need(table, &column));
                }
            }
        }
    }

    /// `None`: that is not known.
    fn has(&self, table: &Name, column: &str) -> Option<bool> {
        match self.asker.schema.table(table).found()?.column(column) {
            Lookup::Found(_) => Some(true),
            Lookup::Missing => Some(false),
            Lookup::Unknown => None,
        }
    }

    fn need(&mut self, table: &Name, column: &str) {
        let known = self.asker.schema.column(table, column).found();
        let Some(name) = known.map(|found| found.column.name.clone()) else { return };
        self.asked.entry(table.clone()).or_default().insert(name);
    }

    fn need_table(&mut self, name: &ObjectName) {
        if let Some(table) = self.real(name) {
            self.asked.entry(table).or_default();
        }
    }

    /// A column that is named alone.
    fn alone(&mut self, column: &str) {
        for scope in self.scopes.iter().rev() {
            if scope.dark || scope.made.contains(&self.key(column)) {
                return;
            }
            let mut having: Option<&Name> = None;
            let mut unsure = false;
            for source in scope.sources.iter().filter(|source| source.free) {
                match source.table.as_ref().map(|table| (table, self.has(table, column))) {
                    Some((table, Some(true))) if having.is_none() => having = Some(table),
                    // Two: USING, or nothing that a server takes.
                    Some((_, Some(true))) => return,
                    Some((_, Some(false))) => {}
                    Some((_, None)) | None => unsure = true,
                }
            }
            // What another source had, too, would be ambiguous.
            if let Some(table) = having.cloned() {
                return self.need(&table, column);
            }
            if unsure {
                return;
            }
        }
    }

    /// `t.column`
    fn of(&mut self, called: &str, column: &str) {
        let called = self.key(called);
        let mut sources = self.scopes.iter().rev().flat_map(|scope| &scope.sources);
        let source = sources.find(|source| source.called == called);
        if let Some(table) = source.and_then(|source| source.table.clone()) {
            self.need(&table, column);
        }
    }

    fn assigned(&mut self, table: &Name, assignments: &[Assignment]) {
        let names = assignments.iter().flat_map(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
            AssignmentTarget::Tuple(names) => names.as_slice(),
        });
        // A part of a composite value is named by two: `place.street`.
        let whole: Vec<String> = names
            .filter(|name| name.0.len() == 1)
            .filter_map(|name| Some(self.folded(name.0.first()?.as_ident()?)))
            .collect();
        whole.iter().for_each(|column| self.need(table, column));
    }

    fn insert(&mut self, insert: &Insert) -> Scope {
        let mut scope = Scope::default();
        let TableObject::TableName(name) = &insert.table else {
            scope.dark = true;
            return scope;
        };
        self.need_table(name);
        let Some(table) = self.real(name) else {
            scope.dark = true;
            return scope;
        };
        // A part of a composite value is named by two: `place.street`.
        self.written.insert(table.clone());
        let columns = insert.columns.iter().filter_map(|name| name.0.first()?.as_ident());
        let columns: Vec<String> = columns.map(|ident| self.folded(ident)).collect();
        columns.iter().for_each(|column| self.need(&table, column));
        // What OR IGNORE inserts is left out in silence, where a server would refuse it.
        if insert.or != Some(SqliteOnConflict::Ignore) {
            let given = given(insert, &columns);
            self.inserted.extend(given.map(|given| Inserted { table: table.clone(), given }));
        }
        if let Some(OnInsert::OnConflict(on)) = &insert.on {
            if let Some(ConflictTarget::Columns(columns)) = &on.conflict_target {
                let columns: Vec<String> = columns.iter().map(|c| self.folded(c)).collect();
                columns.iter().for_each(|column| self.need(&table, column));
            }
            if let OnConflictAction::DoUpdate(update) = &on.action {
                self.assigned(&table, &update.assignments);
            }
        }
        let last = name.0.last().and_then(|part| part.as_ident());
        let called = insert.table_alias.as_ref().map(|alias| &alias.alias).or(last);
        let called = called.map(|ident| self.folded(ident)).unwrap_or_default();
        let excluded = self.key("excluded");
        let free = Source { called: self.key(&called), table: Some(table.clone()), free: true };
        scope.sources.push(free);
        scope.sources.push(Source { called: excluded, table: Some(table), free: false });
        scope
    }

    fn update(&mut self, update: &Update) -> Scope {
        let mut scope = Scope::default();
        self.sources(std::slice::from_ref(&update.table), &mut scope);
        if let Some(table) = scope.sources.first().and_then(|source| source.table.clone()) {
            self.assigned(&table, &update.assignments);
            self.written.insert(table);
        }
        match &update.from {
            Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => {
                self.sources(from, &mut scope)
            }
            None => {}
        }
        scope
    }

    fn delete(&mut self, delete: &Delete) -> Scope {
        let mut scope = Scope::default();
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        self.sources(from, &mut scope);
        self.written.extend(scope.sources.first().and_then(|source| source.table.clone()));
        self.sources(delete.using.as_deref().unwrap_or_default(), &mut scope);
        scope
    }
}

/// What an INSERT gives; `None`: that is not seen, as in `INSERT INTO t SELECT *`.
fn given(insert: &Insert, columns: &[String]) -> Option<Given> {
    // DEFAULT VALUES
    let Some(query) = &insert.source else { return Some(Given::Named(BTreeSet::new())) };
    let values = values(&query.body);
    if columns.is_empty() {
        return values.map(Given::First);
    }
    let mut named: BTreeSet<String> = columns.iter().cloned().collect();
    let lacking = columns.iter().zip(values.unwrap_or_default()).filter(|(_, given)| !given);
    lacking.for_each(|(column, _)| _ = named.remove(column));
    Some(Given::Named(named))
}

/// Whether what a query yields are values, one by one; `None`: how many there are is not seen.
fn values(body: &SetExpr) -> Option<Vec<bool>> {
    match body {
        SetExpr::Values(values) => {
            let first = values.rows.first()?;
            let has =
                |at: usize| values.rows.iter().all(|row| row.content.get(at).is_some_and(is_value));
            Some((0..first.content.len()).map(has).collect())
        }
        SetExpr::Select(select) => {
            let item = |item: &SelectItem| match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    Some(is_value(expr))
                }
                _ => None,
            };
            select.projection.iter().map(item).collect()
        }
        _ => None,
    }
}

fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => value.value != Value::Null,
        Expr::Identifier(ident) => {
            ident.quote_style.is_some() || !ident.value.eq_ignore_ascii_case("default")
        }
        _ => true,
    }
}

impl Visitor for Walk<'_, '_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &ast::Statement) -> ControlFlow<()> {
        let scope = match statement {
            ast::Statement::Insert(insert) => self.insert(insert),
            ast::Statement::Update(update) => self.update(update),
            ast::Statement::Delete(delete) => self.delete(delete),
            ast::Statement::Query(_) => Scope::default(),
            _ => Scope { dark: true, ..Scope::default() },
        };
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, _: &ast::Statement) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    /// What is ordered by sees what the query reads.
    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let scope = match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select),
            _ => Scope { dark: true, ..Scope::default() },
        };
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let scope = self.reads(select);
        self.shared(&select.from, &scope);
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, args: None, .. } => self.need_table(name),
            TableFactor::Table { args: Some(given), .. } => self.arguments(&given.args),
            TableFactor::Function { args, .. } => self.arguments(args),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            _ if self.no_columns.contains(&std::ptr::from_ref(expr)) => {}
            Expr::Function(function) => {
                for given in [&function.args, &function.parameters] {
                    if let FunctionArguments::List(list) = given {
                        self.arguments(&list.args);
                    }
                }
            }
            // Fields of a composite value: `(t.place).street`.
            Expr::CompoundFieldAccess { access_chain, .. } => {
                for access in access_chain {
                    if let AccessExpr::Dot(field) = access {
                        self.no_columns.insert(field);
                    }
                }
            }
            // SQLite takes a double-quoted name that is no column for a text.
            Expr::Identifier(ident)
                if self.asker.dialect() == Dialect::Sqlite && ident.quote_style == Some('"') => {}
            Expr::Identifier(ident) => self.alone(&self.folded(ident)),
            Expr::CompoundIdentifier(parts) => {
                if let [.., called, column] = parts.as_slice() {
                    self.of(&self.folded(called), &self.folded(column));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Asker, asks, temporary};
    use crate::{
        database::{Database, Dialect},
        frontend::sql::{self, Place},
        ir::Name,
        schema::{Origin, Schema},
        source::{FileId, Span},
    };

    fn asked(statement: &str) -> Vec<String> {
        let place = Span::top(FileId(0));
        let database = Database::parse("postgres@16").expect("a database");
        let origin = Origin { migration: 0, change: 0, span: place };
        let mut schema = Schema::new(database, origin);
        schema.enter(0, 0, place);
        let made = "CREATE TABLE tasks (id int, title text, note text, days int);
            CREATE TABLE labels (id int, note text)";
        for op in sql::read(made, Place::Within(place), Dialect::Postgres) {
            schema.apply(&op);
        }
        let all = Asker::new(&schema).statements(statement).unwrap_or_default();
        let tasks = schema.resolve(&Name::new(None, "tasks"));
        all.into_iter().flat_map(|mut s| s.asked.remove(&tasks).unwrap_or_default()).collect()
    }

    #[test]
    fn a_name_counts_where_it_is_a_column() {
        let cases: &[(&str, &[&str])] = &[
            ("SELECT make_interval(days => 5) FROM tasks", &[]),
            ("SELECT id FROM tasks, make_interval(days => 5)", &["id"]),
            ("SELECT (t.title).note FROM tasks t", &["title"]),
            ("SELECT title AS note FROM tasks ORDER BY note", &["title"]),
            ("SELECT title AS note, count(*) FROM tasks GROUP BY note", &["title"]),
            ("SELECT DISTINCT ON (note) title AS note FROM tasks", &["title"]),
            ("SELECT title AS note FROM tasks WHERE note IS NULL", &["note", "title"]),
            ("SELECT coalesce(note, '') AS note FROM tasks", &["note"]),
            ("SELECT title AS days, days AS note FROM tasks", &["days", "title"]),
        ];
        for (statement, expected) in cases {
            assert_eq!(asked(statement), *expected, "{statement}");
        }
    }

    #[test]
    fn a_sentence_is_no_statement() {
        assert!(asks("SELECT note FROM tasks") && asks("-- all\nselect note from tasks"));
        assert!(!asks("Select note from tasks") && !asks("Selected"));
    }

    #[test]
    fn temporary_tables_are_found() {
        let text = "CREATE TEMP TABLE tasks (id int); SELECT 1; CREATE TABLE kept (id int);
            create local temporary table if not exists pg_temp.\"Labels\" as select 1;
            CREATE OR REPLACE TEMP VIEW seen AS SELECT 1";
        assert_eq!(temporary(text, Dialect::Postgres), ["tasks", "labels", "seen"]);
    }
}
