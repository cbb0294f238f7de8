//! Python files as syntax trees, parsed once, with what they bind at the top level.

use std::{collections::HashMap, rc::Rc};

use ruff_python_ast::{
    Expr, PySourceType, Stmt, StmtClassDef, StmtFunctionDef,
    visitor::source_order::{SourceOrderVisitor, walk_stmt},
};
use ruff_text_size::Ranged;

use super::guard;
use crate::source::{FileId, Sources, Span};

/// One file's top level.
pub(super) struct Module {
    pub(super) file: FileId,
    /// Its folder under the root, for relative imports.
    pub(super) dir: String,
    /// `pkg/__init__.py` is the package itself.
    pub(super) package: bool,
    pub(super) items: Vec<Item>,
    /// The last item that binds a name.
    pub(super) bindings: HashMap<String, usize>,
    /// The items that are `from … import *`.
    pub(super) stars: Vec<usize>,
    /// The first syntax error, if any.
    pub(super) error: Option<(Span, String)>,
    pub(super) docstring: Option<String>,
}

pub(super) enum Item {
    Function(Rc<StmtFunctionDef>),
    Class(Rc<StmtClassDef>),
    Other(Stmt),
}

/// Parses a file; fails only where parsing would not be safe.
pub(super) fn parse(sources: &Sources, file: FileId) -> Result<Module, &'static str> {
    let source = sources.file(file);
    parse_text(&source.text, file, &source.path)
}

pub(super) fn parse_text(text: &str, file: FileId, path: &str) -> Result<Module, &'static str> {
    Ok(build(syntax(text)?, file, path))
}

/// A syntax tree that no module was made of yet: it can go from thread to thread.
pub(super) struct Syntax {
    suite: Vec<Stmt>,
    error: Option<(ruff_text_size::TextRange, String)>,
}

/// Parses a text; fails only where parsing would not be safe.
pub(super) fn syntax(text: &str) -> Result<Syntax, &'static str> {
    if let Some(reason) = guard::refuse(text) {
        return Err(reason);
    }
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let error = parsed.errors().first().map(|e| (e.location, e.error.to_string()));
    Ok(Syntax { suite: parsed.into_suite().into_iter().collect(), error })
}

/// The statements of a text; fails only where parsing would not be safe.
pub(super) fn suite(text: &str) -> Result<Vec<Stmt>, &'static str> {
    Ok(syntax(text)?.suite)
}

/// Makes a module of a file's syntax tree.
pub(super) fn build(syntax: Syntax, file: FileId, path: &str) -> Module {
    let error = syntax.error.map(|(range, error)| (span(file, range), error));
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut module = Module {
        file,
        dir: dir.to_owned(),
        package: name == "__init__.py",
        items: Vec::new(),
        bindings: HashMap::new(),
        stars: Vec::new(),
        error,
        docstring: None,
    };
    for (at, stmt) in syntax.suite.into_iter().enumerate() {
        if at == 0
            && let Stmt::Expr(expr) = &stmt
            && let Expr::StringLiteral(text) = expr.value.as_ref()
        {
            module.docstring = Some(text.value.to_str().to_owned());
        }
        let at = module.items.len();
        bind(&stmt, at, &mut module.bindings);
        if let Stmt::ImportFrom(import) = &stmt
            && import.names.iter().any(|alias| alias.name.as_str() == "*")
        {
            module.stars.push(at);
        }
        module.items.push(match stmt {
            Stmt::FunctionDef(def) => Item::Function(Rc::new(def)),
            Stmt::ClassDef(def) => Item::Class(Rc::new(def)),
            other => Item::Other(other),
        });
    }
    module
}

/// The names that a statement binds, also inside `if` and `try` at the top level.
fn bind(stmt: &Stmt, at: usize, bindings: &mut HashMap<String, usize>) {
    let mut target = |expr: &Expr| {
        names(expr, &mut |name| {
            bindings.insert(name.to_owned(), at);
        })
    };
    match stmt {
        Stmt::FunctionDef(def) => {
            bindings.insert(def.name.to_string(), at);
        }
        Stmt::ClassDef(def) => {
            bindings.insert(def.name.to_string(), at);
        }
        Stmt::Assign(assign) => assign.targets.iter().for_each(target),
        Stmt::AnnAssign(assign) if assign.value.is_some() => target(&assign.target),
        Stmt::Import(import) => {
            for alias in &import.names {
                let bound = alias.asname.as_ref().map_or_else(
                    || alias.name.split('.').next().unwrap_or_default().to_owned(),
                    ToString::to_string,
                );
                bindings.insert(bound, at);
            }
        }
        Stmt::ImportFrom(import) => {
            for alias in &import.names {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                bindings.insert(bound.to_string(), at);
            }
        }
        Stmt::If(test) => {
            if !is_type_checking(&test.test) {
                test.body.iter().for_each(|s| bind(s, at, bindings));
            }
            test.elif_else_clauses.iter().flat_map(|c| &c.body).for_each(|s| bind(s, at, bindings));
        }
        Stmt::Try(attempt) => attempt.body.iter().for_each(|s| bind(s, at, bindings)),
        _ => {}
    }
}

/// Every import statement of a module, wherever it stands.
pub(super) fn imports(module: &Module) -> Vec<&Stmt> {
    let mut imports = Imports { found: Vec::new() };
    for item in &module.items {
        match item {
            Item::Function(def) => def.body.iter().for_each(|stmt| imports.visit_stmt(stmt)),
            Item::Class(def) => def.body.iter().for_each(|stmt| imports.visit_stmt(stmt)),
            Item::Other(stmt) => imports.visit_stmt(stmt),
        }
    }
    imports.found
}

struct Imports<'a> {
    found: Vec<&'a Stmt>,
}

impl<'a> SourceOrderVisitor<'a> for Imports<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.found.push(stmt),
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// `if TYPE_CHECKING`: what only a type checker sees.
pub(super) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

/// Calls back with each name that an assignment target binds.
pub(super) fn names(target: &Expr, found: &mut impl FnMut(&str)) {
    match target {
        Expr::Name(name) => found(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| names(e, found)),
        Expr::List(list) => list.elts.iter().for_each(|e| names(e, found)),
        Expr::Starred(starred) => names(&starred.value, found),
        _ => {}
    }
}

pub(super) fn span(file: FileId, range: ruff_text_size::TextRange) -> Span {
    Span { file, start: range.start().to_u32(), end: range.end().to_u32() }
}

pub(super) fn span_of(file: FileId, node: &impl Ranged) -> Span {
    span(file, node.range())
}
