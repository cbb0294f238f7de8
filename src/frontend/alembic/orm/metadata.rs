//! Whose tables they are: the `MetaData` that a class or a `Table` belongs to.

use std::rc::Rc;

use ruff_python_ast::{
    Expr,
    visitor::source_order::{SourceOrderVisitor, walk_expr},
};

use super::{
    super::{
        env::conventions,
        machine::Machine,
        module::Item,
        naming::Conventions,
        value::{Call, Callee, Class, Scope, Value},
    },
    annotations::last,
    classes::{line, mentions, own_value},
};

/// Which object a metadata is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The call that made it.
    Call(usize),
    /// The class that brings its own.
    Class(usize),
    /// One that lies in a package, by its dotted path.
    Path(String),
}

/// A metadata, and what it says of all its tables.
#[derive(Clone)]
pub(super) struct Meta {
    pub(super) key: Key,
    pub(super) conventions: Option<Conventions>,
    /// It has some that cannot be read.
    pub(super) unread_conventions: bool,
    pub(super) schema: Option<String>,
}

/// How env.py puts the tables of one metadata into another: the documented `to_metadata`, its old
/// name, and what is below both.
const JOINS: &[&str] = &[".to_metadata(", ".tometadata(", "._add_table("];

/// Names in env.py that are looked at for metadata.
const MAX_MENTIONED: usize = 1_000;

/// Where env.py puts the tables of one metadata into another, in a loop or a function of its own:
/// every metadata that it mentions at its top level.
pub(super) fn joined(machine: &mut Machine<'_, '_>, env: &Rc<Scope>) -> Vec<Key> {
    let module = Rc::clone(&env.module);
    let file = machine.project.sources.file(module.file);
    if !JOINS.iter().any(|join| file.text.contains(join)) {
        return Vec::new();
    }
    let mut mentioned = Mentioned(Vec::new());
    for item in &module.items {
        if let Item::Other(stmt) = item {
            mentioned.visit_stmt(stmt);
        }
    }
    let values = mentioned.0.into_iter().take(MAX_MENTIONED);
    let keys = values.filter_map(|expr| {
        let value = machine.eval(expr, env);
        of_value(machine, &value).map(|meta| meta.key)
    });
    keys.collect()
}

/// The names and attributes in statements, outer ones before those in them.
struct Mentioned<'a>(Vec<&'a Expr>);

impl<'a> SourceOrderVisitor<'a> for Mentioned<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if matches!(expr, Expr::Name(_) | Expr::Attribute(_)) {
            self.0.push(expr);
        }
        walk_expr(self, expr);
    }
}

impl Meta {
    fn of(key: Key) -> Meta {
        Meta { key, conventions: None, unread_conventions: false, schema: None }
    }

    fn call(call: &Rc<Call>) -> Meta {
        let given = call.get("naming_convention");
        let given = given.as_ref().or_else(|| call.kwarg("naming_convention"));
        let read = given.and_then(conventions);
        Meta {
            key: Key::Call(Rc::as_ptr(call) as usize),
            unread_conventions: given.is_some_and(|v| v.truth() != Some(false)) && read.is_none(),
            conventions: read,
            schema: call.arg(0, "schema").and_then(Value::as_str).map(|s| s.to_string()),
        }
    }
}

/// How the tables of a class are declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Declarative,
    /// A table's name follows from the class's.
    Flask,
    SqlModel,
}

/// Where a class gets its metadata from, and in which style it declares; `None`: it maps nothing.
pub(super) fn of_class(machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> Option<(Style, Meta)> {
    let line = line(machine, class);
    let sqlmodel = line
        .outside
        .iter()
        .any(|base| matches!(base, Value::External(path) if last(path) == "SQLModel"));
    let style = match sqlmodel {
        true => Style::SqlModel,
        false if line.outside.iter().any(is_flask) => Style::Flask,
        false => Style::Declarative,
    };
    for at in &line.classes {
        if let Some(value) = own_value(machine, at, "metadata")
            && let Some(meta) = of_value(machine, &value)
        {
            return Some((style, meta));
        }
        for holder in ["registry", "_sa_registry"] {
            if let Some(Value::Call(call)) = own_value(machine, at, holder) {
                return Some((style, of_registry(machine, &call)));
            }
        }
        if let Some((_, Value::Call(call))) = at.keywords.iter().find(|(key, _)| key == "registry")
        {
            return Some((style, of_registry(machine, call)));
        }
        let own = at.bases.iter().any(|base| matches!(base, Value::External(path) if matches!(last(path), "DeclarativeBase" | "DeclarativeBaseNoMeta")));
        let decorated = at
            .def
            .decorator_list
            .iter()
            .any(|d| mentions(&d.expression, &["as_declarative", "as_declarative_base"]));
        if own || decorated {
            return Some((style, Meta::of(Key::Class(Rc::as_ptr(at) as usize))));
        }
        if let Some(decorator) = at
            .def
            .decorator_list
            .iter()
            .find(|d| mentions(&d.expression, &["mapped", "mapped_as_dataclass"]))
        {
            // `@registry.mapped`: the registry is what the decorator is an attribute of.
            if let Some(owner) = owner_of(&decorator.expression) {
                let value = machine.eval(owner, &at.scope);
                if let Value::Call(call) = value {
                    return Some((style, of_registry(machine, &call)));
                }
            }
        }
    }
    // What is a declarative base for sure comes before what may be one.
    let (maybe, sure): (Vec<&Value>, Vec<&Value>) =
        line.outside.iter().partition(|base| matches!(base, Value::External(_)));
    let found = sure.into_iter().chain(maybe).find_map(|base| of_base(machine, base));
    found.map(|meta| (style, meta))
}

fn owner_of(decorator: &ruff_python_ast::Expr) -> Option<&ruff_python_ast::Expr> {
    match decorator {
        ruff_python_ast::Expr::Attribute(attribute) => Some(&attribute.value),
        ruff_python_ast::Expr::Call(call) => owner_of(&call.func),
        _ => None,
    }
}

fn is_flask(base: &Value) -> bool {
    matches!(base, Value::Attribute(of) if of.1 == "Model" && is_extension(&of.0))
}

/// `db = SQLAlchemy()`.
pub(in super::super) fn is_extension(value: &Value) -> bool {
    match value {
        Value::Call(call) => match &call.callee {
            Callee::External(path) => last(path) == "SQLAlchemy",
            Callee::Class(class) => class
                .bases
                .iter()
                .any(|base| matches!(base, Value::External(path) if last(path) == "SQLAlchemy")),
            Callee::Method(..) => false,
        },
        _ => false,
    }
}

fn of_base(machine: &mut Machine<'_, '_>, base: &Value) -> Option<Meta> {
    match base {
        Value::Call(call) => match call.name() {
            "declarative_base" | "automap_base" | "dynamic_declarative_base" => {
                Some(of_registry(machine, call))
            }
            "generate_base" => match &call.callee {
                Callee::Method(Value::Call(registry), _) => Some(of_registry(machine, registry)),
                _ => Some(Meta::call(call)),
            },
            _ => None,
        },
        Value::Attribute(of) if of.1 == "Model" => match &of.0 {
            Value::Call(call) if is_extension(&of.0) => Some(of_registry(machine, call)),
            _ => None,
        },
        Value::External(path) if !is_plain(path) => Some(Meta::of(Key::Path(path.to_string()))),
        _ => None,
    }
}

/// Bases from outside that are no declarative base for sure.
pub(super) fn is_plain(path: &str) -> bool {
    let first = path.split('.').next().unwrap_or_default();
    let standard = [
        "builtins",
        "typing",
        "typing_extensions",
        "abc",
        "enum",
        "dataclasses",
        "collections",
        "pydantic",
        "pydantic_settings",
    ];
    // What an application says of its users; `flask_security.models` is what declares columns.
    let of_users = matches!(first, "flask_login" | "flask_security")
        && matches!(last(path), "UserMixin" | "RoleMixin" | "AnonymousUserMixin");
    standard.contains(&first)
        || of_users
        || path.starts_with("sqlalchemy.") && last(path) != "DeclarativeBase"
        || matches!(last(path), "Generic" | "Protocol" | "AsyncAttrs" | "MappedAsDataclass" | "ABC")
}

/// The metadata that a registry, a declarative base or an extension was given, or makes itself.
fn of_registry(machine: &mut Machine<'_, '_>, call: &Rc<Call>) -> Meta {
    let given = call.kwarg("metadata").cloned().filter(|v| !v.is_none());
    given
        .and_then(|value| of_value(machine, &value))
        .unwrap_or_else(|| Meta { schema: None, ..Meta::call(call) })
}

/// A value that is a metadata.
pub(super) fn of_value(machine: &mut Machine<'_, '_>, value: &Value) -> Option<Meta> {
    match value {
        Value::Call(call) if call.name() == "MetaData" => Some(Meta::call(call)),
        Value::Call(call) if matches!(call.name(), "registry" | "declarative_base") => {
            Some(of_registry(machine, call))
        }
        Value::Attribute(of) if of.1 == "metadata" => match &of.0 {
            Value::Class(class) => of_class(machine, &Rc::clone(class)).map(|(_, meta)| meta),
            Value::Call(call) => {
                of_base(machine, &of.0).or_else(|| Some(of_registry(machine, call)))
            }
            Value::Attribute(inner) if inner.1 == "Model" => match &inner.0 {
                Value::Call(call) => Some(of_registry(machine, call)),
                _ => None,
            },
            _ => None,
        },
        Value::External(path) => {
            let owner = path.strip_suffix(".metadata")?;
            let owner = if last(owner) == "SQLModel" { "sqlmodel.SQLModel" } else { owner };
            Some(Meta::of(Key::Path(owner.to_owned())))
        }
        _ => None,
    }
}

impl Machine<'_, '_> {
    /// The convention that was set last for the metadata of a package's class.
    pub(super) fn conventions_of(&self, class: &str) -> Option<Conventions> {
        let mut set = self.named.iter().rev();
        set.find(|(owner, _)| owner == class).and_then(|(_, value)| conventions(value))
    }
}

impl Key {
    /// SQLModel is imported from several of its modules.
    pub(super) fn same(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Path(a), Key::Path(b)) => a == b || last(a) == last(b),
            _ => self == other,
        }
    }
}
