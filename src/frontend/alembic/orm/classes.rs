//! Classes that map tables: what their bodies bind, and the columns that they declare.

use std::{collections::HashMap, rc::Rc};

use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::{
    super::{
        machine::Machine,
        module::{span, span_of},
        value::{Body, Call, Callee, Class, Function, Scope, Value},
    },
    annotations::{Annotation, last},
};
use crate::source::Span;

/// Classes above a class that are looked at, at the most.
pub(super) const MAX_LINE: usize = 64;

/// What a class body binds.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: Option<Value>,
    pub(super) annotation: Option<Rc<Expr>>,
    /// The whole statement.
    pub(super) span: Span,
    /// A function that is called with the class that inherits it (`declared_attr`).
    pub(super) declared: bool,
    /// And for each table below a table, too (`declared_attr.cascading`).
    pub(super) cascades: bool,
}

/// What is above a class, in the order in which Python looks for attributes.
pub(super) struct Line {
    /// The class itself first.
    pub(super) classes: Vec<Rc<Class>>,
    /// Bases that are no classes of the project.
    pub(super) outside: Vec<Value>,
}

/// Depth first, a class that is reached twice where it is reached last: the order of C3 where
/// no class is listed before its own child.
pub(super) fn line(machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> Line {
    let mut found = Line { classes: Vec::new(), outside: Vec::new() };
    let mut todo = vec![Value::Class(Rc::clone(class))];
    let mut seen = 0;
    while let Some(at) = todo.pop() {
        seen += 1;
        if seen > MAX_LINE * 4 || found.classes.len() > MAX_LINE {
            break;
        }
        let class = match at {
            Value::Class(class) => class,
            Value::External(path) if known(last(&path)) => match machine.known_mixin(last(&path)) {
                Some(class) => class,
                None => continue,
            },
            other => {
                // `declarative_base(cls=Base)`: the class is the base's own base.
                if let Value::Call(call) = &other
                    && let Some(class @ Value::Class(_)) = call.kwarg("cls")
                {
                    todo.push(class.clone());
                }
                found.outside.push(other);
                continue;
            }
        };
        found.classes.retain(|known| !Rc::ptr_eq(known, &class));
        todo.extend(class.bases.iter().rev().cloned());
        found.classes.push(class);
    }
    found
}

/// Mixins of libraries, in Python as a reader would write them down.
const KNOWN: &str = include_str!("known.py");

fn known(name: &str) -> bool {
    KNOWN.contains(&format!("\nclass {name}:")) || KNOWN.contains(&format!("\nclass {name}("))
}

impl Machine<'_, '_> {
    /// A library's mixin that is written down here.
    fn known_mixin(&mut self, name: &str) -> Option<Rc<Class>> {
        let scope = match self.project.known.clone() {
            Some(scope) => scope,
            None => {
                let file = self.project.sources.add("(libraries)", KNOWN.to_owned());
                let module = super::super::module::parse_text(KNOWN, file, "(libraries)").ok()?;
                let scope = Scope::of_module(Rc::new(module));
                self.project.known = Some(Rc::clone(&scope));
                scope
            }
        };
        match self.module_name(name, &scope) {
            Some(Value::Class(class)) => Some(class),
            _ => None,
        }
    }

    /// The attributes of one class body, in order, its own only.
    pub(super) fn attributes(&mut self, class: &Rc<Class>) -> Vec<Attribute> {
        let values: HashMap<String, Value> = self.members(class).iter().cloned().collect();
        let file = class.scope.module.file;
        let mut found: Vec<Attribute> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut add = |name: &str, annotation: Option<&Expr>, stmt: &Stmt, by: &[Decorator]| {
            let value = values.get(name).cloned();
            let annotation = annotation.map(|expr| Rc::new(expr.clone()));
            let made = Attribute {
                name: name.to_owned(),
                value,
                annotation,
                span: span_of(file, stmt),
                declared: by.iter().any(|d| mentions(&d.expression, &["declared_attr"])),
                cascades: by.iter().any(|d| mentions(&d.expression, &["cascading"])),
            };
            // The last one counts, in the place of the first.
            match places.get(name) {
                Some(&at) => found[at] = made,
                None => {
                    places.insert(name.to_owned(), found.len());
                    found.push(made);
                }
            }
        };
        for stmt in self.flat(&class.def, &class.scope) {
            match stmt {
                Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        super::super::module::names(target, &mut |name| add(name, None, stmt, &[]));
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let Expr::Name(name) = assign.target.as_ref() {
                        add(name.id.as_str(), Some(&assign.annotation), stmt, &[]);
                    }
                }
                Stmt::FunctionDef(def) => {
                    add(&def.name, def.returns.as_deref(), stmt, &def.decorator_list);
                }
                _ => {}
            }
        }
        found
    }

    /// The statements of a class body, with those of the branch that an `if` takes.
    pub(in super::super) fn flat<'d>(
        &mut self,
        def: &'d StmtClassDef,
        scope: &Rc<Scope>,
    ) -> Vec<&'d Stmt> {
        let mut flat = Vec::new();
        let mut todo: Vec<&Stmt> = def.body.iter().rev().collect();
        while let Some(stmt) = todo.pop() {
            let Stmt::If(test) = stmt else {
                flat.push(stmt);
                continue;
            };
            if self.eval(&test.test, scope).truth() == Some(true) {
                todo.extend(test.body.iter().rev());
                continue;
            }
            for clause in &test.elif_else_clauses {
                let holds = match &clause.test {
                    Some(test) => self.eval(test, scope).truth(),
                    None => Some(true),
                };
                if holds == Some(true) {
                    todo.extend(clause.body.iter().rev());
                    break;
                }
            }
        }
        flat
    }

    /// A class attribute as it stands for a class: a `declared_attr` is called.
    pub(super) fn declared_value(
        &mut self,
        attribute: &Attribute,
        class: &Rc<Class>,
    ) -> Option<Value> {
        let value = attribute.value.clone()?;
        match &value {
            Value::Function(function) if attribute.declared => {
                Some(self.call_with_class(function, class))
            }
            _ => Some(value),
        }
    }

    /// Where a column is said to be: a mixin of a library has no place in the project.
    pub(super) fn shown(&self, attribute: &Attribute, class: &Rc<Class>, at: &Rc<Class>) -> Span {
        let library = self.project.known.as_ref().map(|scope| scope.module.file);
        if library == Some(at.scope.module.file) { header(class) } else { attribute.span }
    }

    pub(super) fn call_with_class(&mut self, function: &Rc<Function>, class: &Rc<Class>) -> Value {
        let this = Value::Class(Rc::clone(class));
        self.call_function(function, vec![this], Vec::new())
    }
}

/// Whether a decorator names one of these: `@declared_attr`, `@declared_attr.directive`,
/// `@orm.declared_attr`, `@declared_attr(…)`.
pub(super) fn mentions(decorator: &Expr, names: &[&str]) -> bool {
    let mut at = decorator;
    loop {
        match at {
            Expr::Name(name) => return names.contains(&name.id.as_str()),
            Expr::Attribute(attribute) => {
                if names.contains(&attribute.attr.as_str()) {
                    return true;
                }
                at = &attribute.value;
            }
            Expr::Call(call) => at = &call.func,
            _ => return false,
        }
    }
}

/// The header of a class: `class Hero(Base)`.
pub(super) fn header(class: &Class) -> Span {
    let def = &class.def;
    let end = def.arguments.as_ref().map_or(def.name.range().end(), |a| a.range().end());
    let start = def.name.range().start();
    span(class.scope.module.file, ruff_text_size::TextRange::new(start, end.max(start)))
}

/// What an attribute's value is, as a column.
pub(super) enum Kind {
    Column(Rc<Call>),
    /// Something that is no column.
    Other,
    Unknown(String),
}

/// Takes the wrappers off a column: `deferred(Column(…))`, `column_property(Column(…))`.
pub(super) fn column_of(machine: &mut Machine<'_, '_>, value: &Value, depth: usize) -> Kind {
    if depth > 8 {
        return Kind::Other;
    }
    match value {
        Value::Call(call) => match call.name() {
            "Column" | "mapped_column" | "MappedColumn" => Kind::Column(Rc::clone(call)),
            "deferred" | "column_property" | "copy" | "_copy" => {
                let inner = match &call.callee {
                    Callee::Method(base, name) if matches!(name.as_str(), "copy" | "_copy") => {
                        Some(base.clone())
                    }
                    _ => call.args.first().cloned(),
                };
                match inner {
                    Some(inner) => column_of(machine, &inner, depth + 1),
                    None => Kind::Other,
                }
            }
            _ => match &call.callee {
                // A subclass of Column that hands its arguments on.
                Callee::Class(class) if machine.descends(class, &["Column", "MappedColumn"]) => {
                    let init = machine.class_member(&Rc::clone(class), "__init__").is_some();
                    let (args, kwargs) = super::super::instances::passed_on(call, init);
                    let callee = Callee::External(Rc::from("sqlalchemy.Column"));
                    Kind::Column(Rc::new(Call::new(callee, args, kwargs, call.span)))
                }
                // What a package makes may be a column, too.
                Callee::External(path) if !super::metadata::is_plain(path) => {
                    Kind::Unknown(format!("`{}` is not here", last(path)))
                }
                _ => Kind::Other,
            },
        },
        // `id = Mixin.id`.
        Value::Attribute(of) => match &of.0 {
            Value::Class(class) => match machine.class_member(class, &of.1) {
                Some(value) => column_of(machine, &value, depth + 1),
                None => Kind::Other,
            },
            _ => Kind::Other,
        },
        Value::Unknown(why) => Kind::Unknown(why.to_string()),
        _ => Kind::Other,
    }
}

/// A declarative column: what is called, completed by what the annotation says
/// (`MappedColumn.declarative_scan`).
pub(super) fn completed(
    machine: &mut Machine<'_, '_>,
    name: &str,
    own: Option<&Rc<Call>>,
    annotation: Option<&Annotation>,
    map: &[(Value, Value)],
    span: Span,
) -> Value {
    let mut args: Vec<Value> = own.map(|call| call.args.clone()).unwrap_or_default();
    let mut kwargs = own.map(|call| call.kwargs.clone()).unwrap_or_default();
    // `Annotated[str, mapped_column(String(30))]`: what the column itself does not say.
    let annotated = annotation.into_iter().flat_map(|annotation| &annotation.extras);
    let annotated = annotated.filter_map(|extra| match extra {
        Value::Call(call) if call.name() == "mapped_column" => Some(Rc::clone(call)),
        _ => None,
    });
    for inner in annotated {
        let has_type = type_of(&args, &kwargs).is_some();
        for arg in &inner.args {
            let is_type = type_of(std::slice::from_ref(arg), &[]).is_some();
            let is_name = matches!(arg, Value::Str(_));
            if !(is_name || is_type && has_type) {
                args.push(arg.clone());
            }
        }
        for (key, value) in &inner.kwargs {
            if !kwargs.iter().any(|(known, _)| known == key) {
                kwargs.push((key.clone(), value.clone()));
            }
        }
    }
    let named = kwargs.iter().any(|(key, _)| matches!(key.as_str(), "name" | "__name_pos"));
    let first = matches!(args.first(), Some(Value::Str(_) | Value::Member(_)))
        || matches!(args.first(), Some(Value::Call(call)) if call.name() == "quoted_name");
    if args.first().is_some_and(Value::is_none) {
        args.remove(0);
    }
    if !named && !first {
        args.insert(0, Value::str(name));
    }
    let modern = own.is_none_or(|call| call.name() != "Column");
    if let Some(annotation) = annotation.filter(|_| modern) {
        let keyed =
            args.iter().any(|arg| matches!(arg, Value::Call(c) if c.name() == "ForeignKey"));
        if type_of(&args, &kwargs).is_none() && !keyed {
            let ty = machine.mapped_type(annotation, map, span);
            kwargs.push((
                "type_".to_owned(),
                ty.unwrap_or_else(|| Value::unknown("its type is not known")),
            ));
        }
        let has = |key: &str| kwargs.iter().any(|(known, _)| known == key);
        let key = kwargs.iter().any(|(k, v)| k == "primary_key" && v.truth() == Some(true));
        if !has("nullable") && !key {
            kwargs.push(("nullable".to_owned(), Value::Bool(annotation.optional)));
        }
    }
    Value::Call(Rc::new(Call::new(
        Callee::External(Rc::from("sqlalchemy.Column")),
        args,
        kwargs,
        span,
    )))
}

/// The argument of a column that is its type.
pub(super) fn type_of<'v>(args: &'v [Value], kwargs: &'v [(String, Value)]) -> Option<&'v Value> {
    let given = kwargs.iter().find(|(key, _)| key == "type_").map(|(_, value)| value);
    given.or_else(|| {
        args.iter().find(|arg| match arg {
            Value::Str(_) | Value::None | Value::Member(_) => false,
            Value::Call(call) => !matches!(
                call.name(),
                "ForeignKey"
                    | "Identity"
                    | "Computed"
                    | "CheckConstraint"
                    | "Sequence"
                    | "FetchedValue"
                    | "DefaultClause"
                    | "quoted_name"
                    | "Comment"
                    | "ColumnDefault"
            ),
            _ => true,
        })
    })
}

/// The value that a class binds itself, without calling anything.
pub(super) fn own_value(
    machine: &mut Machine<'_, '_>,
    class: &Rc<Class>,
    name: &str,
) -> Option<Value> {
    let members = machine.members(class);
    members.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// Whether a function is meant to be called with the class: `declared_attr`, `classmethod`.
pub(super) fn takes_class(function: &Function) -> bool {
    let Body::Def(def) = &function.body else { return false };
    def.decorator_list
        .iter()
        .any(|d| mentions(&d.expression, &["declared_attr", "classmethod", "classproperty"]))
}

/// The last name of a base from outside.
pub(super) fn base_name(base: &Value) -> Option<String> {
    match base {
        Value::External(path) => Some(last(path).to_owned()),
        Value::Attribute(of) => Some(of.1.clone()),
        Value::Call(call) => Some(call.name().to_owned()),
        _ => None,
    }
}
