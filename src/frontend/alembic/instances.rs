//! Instances of the project's classes: `__init__` is read, `self.x = …` is kept.

use std::rc::Rc;

use super::{
    call::Args,
    eval::bound,
    machine::Machine,
    value::{Body, Call, Callee, Class, Function, Scope, Value},
};
use crate::source::Span;

/// What stands for `super()`; its argument is the instance.
const SUPER: &str = "builtins.super";
/// The method that runs, in its scope: no name that Python has.
pub(super) const METHOD: &str = "the method";
/// Under which an instance keeps what it gave to `super().__init__`.
const PASSED_ON: &str = "super().__init__";

/// Classes above a class that are looked at.
const MAX_LINE: usize = 64;

impl Machine<'_, '_> {
    /// `Class(…)`.
    pub(super) fn instance(
        &mut self,
        class: &Rc<Class>,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        span: Span,
    ) -> Value {
        let made = self.kept(Callee::Class(Rc::clone(class)), args.clone(), kwargs.clone(), span);
        // What an application builds when it starts is not the migration's matter: only its own
        // classes and types are.
        let own = self.home == Some(class.scope.module.file) || is_sqlalchemys(class, 0);
        if own
            && let Some(Value::Function(init)) = self.class_member(class, "__init__")
            && let Value::Function(init) = bound(&init, made.clone())
        {
            self.call_function(&init, args, kwargs);
        }
        made
    }

    /// `self.impl` of a `TypeDecorator`: its implementation, called with what was passed on.
    pub(super) fn implementation(&mut self, class: &Rc<Class>, instance: &Rc<Call>) -> Value {
        let init = self.class_member(class, "__init__").is_some();
        let Some(of) = self.class_member(class, "impl") else {
            return Value::unknown("it has no `impl`");
        };
        let Value::External(path) = &of else { return of };
        let (args, kwargs) = passed_on(instance, init);
        self.kept(Callee::External(Rc::clone(path)), args, kwargs, instance.span)
    }

    /// `super()`: the instance at hand, whose parents are asked.
    pub(super) fn parent(&mut self, scope: &Rc<Scope>) -> Value {
        let this = ["self", "cls"].iter().map(|name| self.lookup(name, scope));
        let known = |value: &Value| match value {
            Value::Class(_) => true,
            Value::Call(call) => matches!(call.callee, Callee::Class(_)),
            _ => false,
        };
        match this.collect::<Vec<_>>().into_iter().find(known) {
            Some(this) => {
                let span = Span::top(scope.module.file);
                let home = match self.lookup(METHOD, scope) {
                    Value::Function(method) => self.home_of(&this, &method),
                    _ => None,
                };
                let args = std::iter::once(this).chain(home.map(Value::Class)).collect();
                self.kept(Callee::External(Rc::from(SUPER)), args, Vec::new(), span)
            }
            None => Value::unknown("the parent class is not followed"),
        }
    }

    /// The class whose body has a method: its parents are what `super()` asks.
    fn home_of(&mut self, this: &Value, method: &Rc<Function>) -> Option<Rc<Class>> {
        let Body::Def(def) = &method.body else { return None };
        let mut todo = vec![class_of(this)?];
        let mut seen = 0;
        while let Some(class) = todo.pop().filter(|_| seen < MAX_LINE) {
            seen += 1;
            let has = self.members(&class).iter().any(|(_, value)| match value {
                Value::Function(own) => matches!(&own.body, Body::Def(own) if Rc::ptr_eq(own, def)),
                _ => false,
            });
            if has {
                return Some(class);
            }
            todo.extend(class.bases.iter().rev().filter_map(|base| match base {
                Value::Class(base) => Some(Rc::clone(base)),
                _ => None,
            }));
        }
        None
    }

    /// `super().method(…)`; `None`: the value is no `super()`.
    pub(super) fn parent_method(&mut self, of: &Value, name: &str, args: &Args) -> Option<Value> {
        let Value::Call(call) = of else { return None };
        if !matches!(&call.callee, Callee::External(path) if &**path == SUPER) {
            return None;
        }
        let this = call.args.first()?.clone();
        let class = match call.args.get(1) {
            Some(Value::Class(home)) => Rc::clone(home),
            _ => class_of(&this)?,
        };
        for base in &class.bases {
            if let Value::Class(base) = base
                && let Some(Value::Function(function)) = self.class_member(base, name)
                && let Value::Function(function) = bound(&function, this.clone())
            {
                return Some(self.call_function(&function, args.args.clone(), args.kwargs.clone()));
            }
        }
        if name == "__init__"
            && let Value::Call(instance) = &this
        {
            let callee = Callee::External(Rc::from(PASSED_ON));
            let passed = self.kept(callee, args.args.clone(), args.kwargs.clone(), args.span);
            instance.set(PASSED_ON, passed);
            return Some(Value::None);
        }
        Some(Value::unknown("the parent class is not followed"))
    }
}

fn class_of(this: &Value) -> Option<Rc<Class>> {
    match this {
        Value::Class(class) => Some(Rc::clone(class)),
        Value::Call(instance) => match &instance.callee {
            Callee::Class(class) => Some(Rc::clone(class)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a class descends from one of SQLAlchemy's, such as `TypeDecorator`.
fn is_sqlalchemys(class: &Rc<Class>, depth: usize) -> bool {
    class.bases.iter().any(|base| match base {
        Value::External(path) => path.starts_with("sqlalchemy"),
        Value::Class(base) => depth < 8 && is_sqlalchemys(base, depth + 1),
        _ => false,
    })
}

/// The arguments that a class from outside gets of an instance of a subclass: those given to
/// `super().__init__`, none where a written `__init__` does not pass any on, else the instance's.
pub(super) fn passed_on(instance: &Rc<Call>, has_init: bool) -> (Vec<Value>, Vec<(String, Value)>) {
    match instance.get(PASSED_ON) {
        Some(Value::Call(passed)) => (passed.args.clone(), passed.kwargs.clone()),
        _ if has_init => Default::default(),
        _ => (instance.args.clone(), instance.kwargs.clone()),
    }
}
