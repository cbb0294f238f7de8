//! What paths lead to: functions, constants, variants and records of the project, and what other
//! packages have.

use std::rc::Rc;

use super::{
    machine::{Arguments, MAX_DEPTH, Machine, Stop},
    value::{Record, Scope, Value},
};
use crate::{
    frontend::rust::{
        crates::{Member, ModuleId, Resolved, Target, variant},
        syntax::{Enum, Expr, Function, Item},
    },
    source::Span,
};

/// How deep a constant's parts are the own of each who names it.
const FRESH: usize = 3;

impl Machine<'_, '_> {
    pub(super) fn call_resolved(
        &mut self,
        resolved: Resolved,
        path: &[String],
        args: Vec<Value>,
        span: Span,
    ) -> Value {
        let reaches = self.reaches(&args);
        let shown = path.join("::");
        self.spend(path.len());
        match (resolved.target, resolved.rest.as_slice()) {
            (Target::Foreign(path), _) => self.foreign_call(&path, args, span),
            (Target::Item(module, item), rest) => match (&*item, rest) {
                (Item::Function(function), []) => {
                    self.call(module, function, None, Arguments::of(args))
                }
                // A tuple struct.
                (Item::Struct(_), []) => {
                    self.spend(args.len());
                    let fields = args.into_iter().enumerate().map(|(at, v)| (at.to_string(), v));
                    self.record(module, Rc::clone(&item), fields.collect())
                }
                (Item::Enum(own), [name]) if self.has_variant(own, &item, name) => {
                    Value::variant(module, &item, name, args, Vec::new())
                }
                (Item::Enum(own), [name]) => {
                    let ty = own.name.clone();
                    self.associated(module, &ty, name, args, span, &shown)
                }
                (Item::Struct(own), [name]) => {
                    let ty = own.name.clone();
                    self.associated(module, &ty, name, args, span, &shown)
                }
                (Item::Alias { ty, .. }, rest) => {
                    let mut path = ty.path.clone();
                    path.extend(rest.iter().cloned());
                    let resolved = self.crates.resolve(module, &path);
                    match resolved.target {
                        Target::Foreign(path) => self.foreign_call(&path, args, span),
                        _ if reaches && self.depth > MAX_DEPTH / 2 => {
                            self.beyond(span, &format!("what `{shown}` does is not known"))
                        }
                        _ if self.depth > MAX_DEPTH / 2 => Value::unknown("a type is not known"),
                        _ => {
                            self.depth += 1;
                            let value = self.call_resolved(resolved, &path, args, span);
                            self.depth -= 1;
                            value
                        }
                    }
                }
                _ if reaches => self.beyond(span, &format!("what `{shown}` does is not known")),
                _ => Value::unknown("what is called is not known"),
            },
            (Target::Unclear(reason), _) if reaches => self.beyond(span, &reason),
            (Target::Unclear(reason), _) => Value::Unknown(reason),
            (Target::Module(module), rest) if self.is_beyond(module, rest) => {
                let rest = rest.to_vec();
                self.foreign_call(&rest, args, span)
            }
            (Target::Module(module), rest) => self.entity_call(module, rest, args, span, &shown),
        }
    }

    fn has_variant(&mut self, of: &Enum, item: &Item, name: &str) -> bool {
        self.spend(of.variants.len() / 8);
        variant(item, name).is_some()
    }

    /// Whether a name in a module can only be something that it has from another package by `*`.
    fn is_beyond(&mut self, module: ModuleId, rest: &[String]) -> bool {
        self.spend(self.crates.items(module).len() / 8);
        !rest.is_empty() && self.crates.error(module).is_none() && !self.is_entity(module)
    }

    /// A function of a type: `Status::names()`.
    fn associated(
        &mut self,
        module: ModuleId,
        ty: &str,
        name: &str,
        args: Vec<Value>,
        span: Span,
        shown: &str,
    ) -> Value {
        match self.crates.function(module, ty, name) {
            Member::Found(function) => {
                return self.call(module, &function, Some(ty), Arguments::of(args));
            }
            Member::Unclear(reason) => {
                return match self.reaches(&args) {
                    true => self.beyond(span, &reason),
                    false => Value::Unknown(reason),
                };
            }
            Member::Missing => {}
        }
        if ty == "Entity" || ty == "ActiveModel" {
            return self.entity_call(module, &[ty.to_owned(), name.to_owned()], args, span, shown);
        }
        match name {
            "default" if args.is_empty() => {
                let item = self.crates.resolve(module, &[ty.to_owned()]);
                match item.target {
                    Target::Item(module, item) => self.record(module, item, Vec::new()),
                    _ => Value::unknown("a value is not known"),
                }
            }
            "iter" => self.variants(module, ty),
            _ if self.reaches(&args) => {
                self.beyond(span, &format!("what `{shown}` does is not known"))
            }
            _ => Value::unknown(&format!("what `{shown}` returns is not known")),
        }
    }

    /// strum's and SeaORM's `iter()`: the variants in their order.
    fn variants(&mut self, module: ModuleId, ty: &str) -> Value {
        let resolved = self.crates.resolve(module, &[ty.to_owned()]);
        let Target::Item(module, item) = resolved.target else {
            return Value::unknown("a list is not known");
        };
        let Item::Enum(own) = &*item else { return Value::unknown("a list is not known") };
        let one = |name: &str| Value::variant(module, &item, name, Vec::new(), Vec::new());
        let values = own.variants.iter().map(|v| one(&v.name)).collect();
        self.list(values)
    }

    /// A function that is written for a type in its module; `None`: none, or it cannot be told
    /// which.
    pub(super) fn method_of(
        &mut self,
        module: ModuleId,
        ty: &str,
        name: &str,
    ) -> Option<(ModuleId, Rc<Function>)> {
        match self.crates.function(module, ty, name) {
            Member::Found(function) => Some((module, function)),
            _ => None,
        }
    }

    pub(super) fn record(
        &self,
        module: ModuleId,
        item: Rc<Item>,
        fields: Vec<(String, Value)>,
    ) -> Value {
        Value::Record(Record::new(module, item, fields, self.level))
    }

    /// What a path leads to, `Self` and the items of blocks included.
    pub(super) fn resolve(&mut self, path: &[String], scope: &Scope) -> Resolved {
        self.spend(scope.depth() / 8);
        let own: Vec<String> = match (path.first().map(String::as_str), &scope.0.of) {
            (Some("Self"), Some(of)) => of.iter().chain(path.iter().skip(1)).cloned().collect(),
            _ => path.to_vec(),
        };
        if let Some((first, rest)) = own.split_first()
            && let Some(item) = scope.item(first)
        {
            return Resolved { target: Target::Item(scope.0.module, item), rest: rest.to_vec() };
        }
        let found = self.crates.resolve(scope.0.module, &own);
        let looks = self.crates.looks();
        self.spend(looks / 4);
        found
    }

    pub(super) fn path(&mut self, path: &[String], scope: &Scope) -> Value {
        self.spend(path.len() + scope.depth() / 8);
        if let [name] = path {
            if let Some(value) = scope.get(name) {
                return value;
            }
            if name == "None" {
                return Value::None;
            }
        }
        let resolved = self.resolve(path, scope);
        self.value_of(resolved)
    }

    fn value_of(&mut self, resolved: Resolved) -> Value {
        let rest = resolved.rest.as_slice();
        match resolved.target {
            Target::Foreign(path) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                Value::foreign(&path)
            }
            Target::Unclear(reason) => Value::Unknown(reason),
            Target::Module(module) if self.is_beyond(module, rest) => {
                let path: Vec<&str> = rest.iter().map(String::as_str).collect();
                Value::foreign(&path)
            }
            Target::Module(module) => self.entity_value(module, rest),
            Target::Item(module, item) => match (&*item, rest) {
                (Item::Enum(own), [name]) => {
                    if self.has_variant(own, &item, name) {
                        return Value::variant(module, &item, name, Vec::new(), Vec::new());
                    }
                    let ty = own.name.clone();
                    self.constant_of(module, &ty, name)
                }
                (Item::Struct(own), [name]) => {
                    let ty = own.name.clone();
                    self.constant_of(module, &ty, name)
                }
                (Item::Struct(_), []) => self.record(module, item, Vec::new()),
                (Item::Constant(own), []) => {
                    let scope = Scope::new(module, None, None);
                    self.constant(&own.value, &scope)
                }
                (Item::Function(function), []) => Value::Function(module, Rc::clone(function)),
                (Item::Alias { ty, .. }, rest) if self.depth < MAX_DEPTH / 2 => {
                    let mut path = ty.path.clone();
                    path.extend(rest.iter().cloned());
                    let resolved = self.crates.resolve(module, &path);
                    self.depth += 1;
                    let value = self.value_of(resolved);
                    self.depth -= 1;
                    value
                }
                _ => Value::unknown("a name leads to nothing that is read"),
            },
        }
    }

    /// `const` in an `impl`, or a function as a value.
    fn constant_of(&mut self, module: ModuleId, ty: &str, name: &str) -> Value {
        match self.crates.constant(module, ty, name) {
            Member::Found(own) => {
                let of: Rc<[String]> = Rc::from([ty.to_owned()]);
                let scope = Scope::new(module, Some(of), None);
                return match own.get() {
                    Some(constant) => self.constant(&constant.value, &scope),
                    None => Value::Unit,
                };
            }
            Member::Unclear(reason) => return Value::Unknown(reason),
            Member::Missing => {}
        }
        match self.crates.function(module, ty, name) {
            Member::Found(function) => Value::Function(module, function),
            Member::Unclear(reason) => Value::Unknown(reason),
            Member::Missing => Value::unknown("a name leads to nothing that is read"),
        }
    }

    /// A constant is looked at once: what it is does not depend on where it is named.
    fn constant(&mut self, value: &Expr, scope: &Scope) -> Value {
        let key = std::ptr::from_ref(value);
        if let Some(known) = self.constants.get(&key).cloned() {
            return self.fresh(&known, FRESH);
        }
        let level = std::mem::take(&mut self.level);
        let found = match self.expr(value, scope) {
            Ok(value) | Err(Stop::Return(value)) => value,
            Err(_) => Value::Unit,
        };
        self.level = level;
        self.constants.insert(key, found.clone());
        self.fresh(&found, FRESH)
    }

    /// A value of its own, as each who names a constant has one. Constants of constants multiply:
    /// what lies deeper is shared.
    fn fresh(&mut self, value: &Value, deep: usize) -> Value {
        let Some(deeper) = deep.checked_sub(1) else { return value.clone() };
        match value {
            Value::List(list) => {
                let Some(values) = list.all() else { return value.clone() };
                let values = values.iter().map(|value| self.fresh(value, deeper)).collect();
                let made = self.list(values);
                if let (Value::List(made), true) = (&made, list.is_array()) {
                    made.set_array();
                }
                made
            }
            Value::Tuple(tuple) => {
                self.spend(tuple.values.len());
                Value::tuple(tuple.values.iter().map(|value| self.fresh(value, deeper)).collect())
            }
            Value::Record(record) => {
                let fields = record.fields();
                self.spend(fields.len());
                let fresh = |(name, value): (String, Value)| (name, self.fresh(&value, deeper));
                let fields = fields.into_iter().map(fresh).collect();
                self.record(record.module, Rc::clone(&record.item), fields)
            }
            value => value.clone(),
        }
    }

    pub(super) fn structure(
        &mut self,
        path: &[String],
        fields: Vec<(String, Value)>,
        scope: &Scope,
    ) -> Value {
        let resolved = self.resolve(path, scope);
        match (resolved.target, resolved.rest.as_slice()) {
            (Target::Item(module, item), []) if matches!(&*item, Item::Struct(_)) => {
                self.record(module, item, fields)
            }
            (Target::Item(module, item), [name]) if matches!(&*item, Item::Enum(_)) => {
                let (names, args) = fields.into_iter().unzip();
                Value::variant(module, &item, name, args, names)
            }
            (Target::Module(module), rest) => self.entity_value(module, rest),
            (Target::Foreign(path), _) => Value::foreign_with(path, Vec::new(), fields),
            (Target::Unclear(reason), _) => Value::Unknown(reason),
            _ => Value::unknown("a value is not known"),
        }
    }
}
