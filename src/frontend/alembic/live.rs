//! Models of the application that a revision uses: they are what the code says when the revision
//! runs, not what the table was when it was written.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use ruff_python_ast::{
    Expr, ExprContext, Stmt, StmtFunctionDef,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};

use super::{
    machine::Machine,
    module::{self, Item, Module, span_of},
    orm,
    value::{Class, Scope, Value},
};
use crate::{
    frontend::{Live, Used},
    ir::Name,
    schema::Schema,
    source::{FileId, Span},
};

/// Functions of one revision that are looked through.
const MAX_FUNCTIONS: usize = 200;
/// Names that are looked up.
const MAX_USES: usize = 20_000;

/// What may be a column's name in a revision: attributes, keywords, strings.
pub(super) type Words = HashSet<String>;

/// The models that `upgrade`, `downgrade` and what they call use, each where it is used first.
/// What lies below the folder of the migrations does not change with the application.
pub(super) fn models(
    machine: &mut Machine<'_, '_>,
    scope: &Rc<Scope>,
    frozen: &str,
) -> (Vec<Live>, Words) {
    let module = Rc::clone(&scope.module);
    if !imports_modules(machine, &module) {
        return Default::default();
    }
    let mut finder = Finder {
        machine,
        scope,
        frozen,
        tables: HashMap::new(),
        found: Vec::new(),
        words: Words::new(),
        left: MAX_USES,
    };
    for def in reached(&module) {
        finder.function(def);
    }
    let Finder { mut found, words, .. } = finder;
    let imports = bound(&module);
    for live in &mut found {
        let first = live.name.split('.').next().unwrap_or_default();
        live.import = imports.get(first).copied();
    }
    (found, words)
}

/// Adds the columns that the revision speaks of, of those that the table has there.
pub(super) fn look_up(live: &mut Live, words: &Words, schema: &Schema) {
    let Some(table) = schema.table(&live.table).found() else { return };
    for column in table.columns.iter().map(|column| &column.column) {
        let known = live.columns.iter().any(|(name, _)| *name == column.name);
        if !known && words.contains(&column.name) {
            live.columns.push((column.name.clone(), column.ty.clone()));
        }
    }
}

/// Whether anything is imported that lies in the project.
fn imports_modules(machine: &mut Machine<'_, '_>, module: &Module) -> bool {
    module::imports(module).iter().any(|stmt| match stmt {
        Stmt::ImportFrom(import) => {
            import.level > 0
                || machine.project.module_of(import, module).is_some()
                || import.names.iter().any(|alias| {
                    let name = alias.name.as_str();
                    let value = machine.project.external_or_package(import, name, module);
                    matches!(value, Value::Module(_))
                })
        }
        Stmt::Import(import) => import.names.iter().any(|alias| {
            let first = alias.name.split('.').next().unwrap_or_default();
            let path = alias.name.as_str();
            machine.project.absolute(first).or_else(|| machine.project.absolute(path)).is_some()
        }),
        _ => false,
    })
}

/// Where each name is bound by an import.
fn bound(module: &Module) -> HashMap<String, Span> {
    let mut places = HashMap::new();
    for stmt in module::imports(module) {
        for name in names(stmt) {
            places.entry(name.to_owned()).or_insert_with(|| span_of(module.file, stmt));
        }
    }
    places
}

/// The names that an import binds.
fn names(stmt: &Stmt) -> Vec<&str> {
    let aliases = match stmt {
        Stmt::Import(import) => &import.names,
        Stmt::ImportFrom(import) => &import.names,
        _ => return Vec::new(),
    };
    let bound = aliases.iter().map(|alias| match &alias.asname {
        Some(name) => name.as_str(),
        None => alias.name.split('.').next().unwrap_or_default(),
    });
    bound.collect()
}

/// `upgrade`, `downgrade`, and the functions of the file that these name, in turn.
fn reached(module: &Module) -> Vec<&StmtFunctionDef> {
    let function = |name: &str| match module.bindings.get(name).map(|at| &module.items[*at]) {
        Some(Item::Function(def)) => Some(def.as_ref()),
        _ => None,
    };
    let mut found: Vec<&StmtFunctionDef> =
        ["upgrade", "downgrade"].into_iter().filter_map(function).collect();
    let mut known: HashSet<&str> = found.iter().map(|def| def.name.as_str()).collect();
    let mut at = 0;
    while let Some(def) = found.get(at).copied() {
        at += 1;
        let mut words = Read::default();
        def.body.iter().for_each(|stmt| words.visit_stmt(stmt));
        for word in words.found {
            if found.len() < MAX_FUNCTIONS
                && let Some(next) = function(word)
                && known.insert(next.name.as_str())
            {
                found.push(next);
            }
        }
    }
    found
}

/// The names that are read.
#[derive(Default)]
struct Read<'a> {
    found: Vec<&'a str>,
}

impl<'a> SourceOrderVisitor<'a> for Read<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && matches!(name.ctx, ExprContext::Load)
        {
            self.found.push(name.id.as_str());
        }
        walk_expr(self, expr);
    }
}

struct Finder<'m, 'r, 's, 'f> {
    machine: &'m mut Machine<'r, 's>,
    scope: &'m Rc<Scope>,
    frozen: &'f str,
    /// What a class maps, by the class.
    tables: HashMap<usize, Option<Name>>,
    found: Vec<Live>,
    words: Words,
    left: usize,
}

impl Finder<'_, '_, '_, '_> {
    fn function(&mut self, def: &StmtFunctionDef) {
        let mut local = Local::default();
        local.names.extend(def.parameters.iter().map(|p| p.name().to_string()));
        def.body.iter().for_each(|stmt| local.visit_stmt(stmt));
        let scope = Scope::inside(self.scope);
        for stmt in &local.imports {
            if names(stmt).iter().any(|name| local.names.contains(*name)) {
                continue;
            }
            self.machine.body(std::slice::from_ref(*stmt), &scope);
        }
        let uses = local.uses;
        self.words.extend(local.words);
        for chain in uses {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return;
            }
            if !local.names.contains(chain.names[0]) {
                self.chain(&chain, &scope);
            }
        }
    }

    /// `Hero`, `models.Hero.name`.
    fn chain(&mut self, chain: &Chain<'_>, scope: &Rc<Scope>) {
        let Some((first, mut rest)) = chain.names.split_first() else { return };
        let own = scope.vars.borrow().get(*first).cloned();
        let mut value = own.or_else(|| self.machine.module_name(first, self.scope));
        let mut name = (*first).to_owned();
        while let Some(Value::Module(module)) = &value
            && let Some((next, after)) = rest.split_first()
        {
            value = self.machine.module_attribute(next, &Rc::clone(module));
            name = format!("{name}.{next}");
            rest = after;
        }
        let Some(value) = value else { return };
        let Some(table) = self.table(&value) else { return };
        if self.is_constant(&value, rest) {
            return;
        }
        let used = match (&value, rest) {
            (_, [.., "create"]) => Used::Create,
            (_, ["__table__", "c" | "columns", _, ..]) => Used::Columns,
            (Value::Class(_), ["query" | "__table__", ..] | []) => Used::Rows,
            (Value::Class(_), _) | (_, ["c" | "columns", _, ..]) => Used::Columns,
            _ => Used::Rows,
        };
        let span = span_of(self.scope.module.file, chain.expr);
        match self.found.iter_mut().find(|live| live.table == table) {
            Some(known) if known.used == used => {}
            Some(known) => known.used = Used::Rows,
            None => {
                self.found.push(Live { span, name, table, import: None, columns: Vec::new(), used })
            }
        }
    }

    /// The table that a model of the application declares.
    fn table(&mut self, value: &Value) -> Option<Name> {
        match value {
            Value::Class(class) => self.mapped(class),
            Value::Attribute(of) if of.1 == "__table__" => match &of.0 {
                Value::Class(class) => self.mapped(class),
                _ => None,
            },
            Value::Call(call) if call.name() == "Table" && self.is_live(call.span.file) => {
                orm::has_metadata(self.machine, value).then(|| self.machine.table_name(value))?
            }
            _ => None,
        }
    }

    fn mapped(&mut self, class: &Rc<Class>) -> Option<Name> {
        let id = Rc::as_ptr(class) as usize;
        if let Some(known) = self.tables.get(&id) {
            return known.clone();
        }
        let live = self.is_live(class.scope.module.file);
        let table = if live { orm::table_of(self.machine, class) } else { None };
        self.tables.insert(id, table.clone());
        table
    }

    /// Whether a file belongs to the application, and not to the migrations.
    fn is_live(&self, file: FileId) -> bool {
        let path = self.machine.project.sources.path(file);
        let below = path.strip_prefix(self.frozen).is_some_and(|rest| rest.starts_with('/'));
        file != self.scope.module.file && !below && !path.starts_with('(')
    }

    /// Whether what is asked of a model does not depend on its columns: its name, a constant or a
    /// function of the class, a column's type.
    fn is_constant(&mut self, value: &Value, rest: &[&str]) -> bool {
        let words = ["__tablename__", "__name__", "name", "schema", "fullname", "type", "metadata"];
        let Some(next) = rest.first() else { return false };
        match value {
            Value::Class(class) => match self.machine.class_member(class, next) {
                Some(
                    Value::Str(_)
                    | Value::Int(_)
                    | Value::Class(_)
                    | Value::Member(_)
                    | Value::Function(_)
                    | Value::List(_)
                    | Value::Tuple(_)
                    | Value::Dict(_),
                ) => true,
                _ => rest.len() > 1 && words.contains(&rest[rest.len() - 1]) || *next == "metadata",
            },
            _ => rest.last().is_some_and(|last| words.contains(last)),
        }
    }
}

/// `a.b.c`, with the expression of all of it.
struct Chain<'a> {
    names: Vec<&'a str>,
    expr: &'a Expr,
}

/// What one function binds, imports and uses.
#[derive(Default)]
struct Local<'a> {
    names: HashSet<String>,
    imports: Vec<&'a Stmt>,
    uses: Vec<Chain<'a>>,
    words: Words,
}

impl<'a> SourceOrderVisitor<'a> for Local<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.imports.push(stmt),
            Stmt::FunctionDef(def) => {
                self.names.insert(def.name.to_string());
                self.names.extend(def.parameters.iter().map(|p| p.name().to_string()));
                def.body.iter().for_each(|stmt| self.visit_stmt(stmt));
            }
            Stmt::ClassDef(def) => {
                self.names.insert(def.name.to_string());
                walk_stmt(self, stmt);
            }
            Stmt::AnnAssign(assign) => {
                self.visit_expr(&assign.target);
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_keyword(&mut self, keyword: &'a ruff_python_ast::Keyword) {
        self.words.extend(keyword.arg.as_ref().map(ToString::to_string));
        self.visit_expr(&keyword.value);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) => {
                self.words.insert(attribute.attr.to_string());
                let mut names = vec![attribute.attr.as_str()];
                let mut at = attribute.value.as_ref();
                while let Expr::Attribute(inner) = at {
                    self.words.insert(inner.attr.to_string());
                    names.push(inner.attr.as_str());
                    at = &inner.value;
                }
                match at {
                    Expr::Name(name) => {
                        names.push(name.id.as_str());
                        names.reverse();
                        self.uses.push(Chain { names, expr });
                    }
                    other => self.visit_expr(other),
                }
            }
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => {
                    self.uses.push(Chain { names: vec![name.id.as_str()], expr });
                }
                _ => {
                    self.names.insert(name.id.to_string());
                }
            },
            Expr::StringLiteral(text) => {
                self.words.insert(text.value.to_str().to_owned());
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.iter().flat_map(|p| p.iter());
                self.names.extend(parameters.map(|p| p.name().to_string()));
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}
