//! What wraps functions: decorators of the project, and context managers that it writes as
//! generators.

use std::rc::Rc;

use ruff_python_ast::{Expr, StmtFunctionDef, StmtWith};

use ruff_text_size::Ranged;

use super::{
    call::Args,
    machine::{Flow, Machine},
    module::span_of,
    value::{Body, Function, Scope, Value},
};

/// How much of a file is copied in one step.
const CHARACTERS_A_STEP: usize = 32;

/// A `with` whose context manager runs up to its `yield`.
pub(super) struct Entered {
    with: Rc<StmtWith>,
    /// The item of the `with` that is entered.
    at: usize,
    scope: Rc<Scope>,
    /// The conditions around the `with`, and the steps it may take.
    uncertain: usize,
    limit: usize,
    /// How the body ended, once it ran.
    ended: Option<(Flow, bool)>,
}

/// A context manager that is called in a `with`.
pub(super) struct Manager {
    function: Rc<Function>,
    args: Args,
}

impl Machine<'_, '_> {
    /// A function, in the wrapping that the project's own decorators give it. A decorator of a
    /// package is taken to call what it decorates.
    pub(super) fn wrapped(&mut self, def: Rc<StmtFunctionDef>, scope: &Rc<Scope>) -> Value {
        let plain = self.function(Rc::clone(&def), scope);
        if self.models {
            return plain;
        }
        let mut value = plain;
        for decorator in def.decorator_list.iter().rev() {
            let made = match &decorator.expression {
                Expr::Call(call) => match self.own_function(&call.func, scope) {
                    Some(maker) => {
                        let span = span_of(scope.module.file, call);
                        let args = self.arguments(call, span, scope);
                        self.call_function(&maker, args.args, args.kwargs)
                    }
                    None => continue,
                },
                named => match self.own_function(named, scope) {
                    Some(function) => Value::Function(function),
                    None => continue,
                },
            };
            let Value::Function(decorator) = made else { continue };
            let made = self.call_function(&decorator, vec![value.clone()], Vec::new());
            if matches!(made, Value::Function(_)) {
                value = made;
            }
        }
        value
    }

    /// A function of the project that a name stands for.
    fn own_function(&mut self, named: &Expr, scope: &Rc<Scope>) -> Option<Rc<Function>> {
        if !matches!(named, Expr::Name(_) | Expr::Attribute(_)) {
            return None;
        }
        match self.eval(named, scope) {
            Value::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The call of a function under `@contextmanager`.
    pub(super) fn manager(&mut self, of: &Expr, scope: &Rc<Scope>) -> Option<Manager> {
        let Expr::Call(call) = of else { return None };
        let function = self.own_function(&call.func, scope)?;
        let Body::Def(def) = &function.body else { return None };
        let is_manager = |of: &Expr| match of {
            Expr::Name(name) => name.id.as_str() == "contextmanager",
            Expr::Attribute(attribute) => attribute.attr.as_str() == "contextmanager",
            _ => false,
        };
        if !def.decorator_list.iter().any(|d| is_manager(&d.expression)) {
            return None;
        }
        let args = self.arguments(call, span_of(scope.module.file, call), scope);
        Some(Manager { function, args })
    }

    /// Runs a context manager; the body of the `with` runs at its `yield`.
    pub(super) fn managed(
        &mut self,
        manager: Manager,
        with: &StmtWith,
        at: usize,
        scope: &Rc<Scope>,
    ) -> Flow {
        let (uncertain, limit) = (self.uncertain, self.limit);
        // The body is copied, which costs as much as it is long.
        self.steps += with.range().len().to_usize() / CHARACTERS_A_STEP;
        self.managed.push(Entered {
            with: Rc::new(with.clone()),
            at,
            scope: Rc::clone(scope),
            uncertain,
            limit,
            ended: None,
        });
        let Manager { function, args } = manager;
        self.call_function(&function, args.args, args.kwargs);
        let Some(entered) = self.managed.pop() else { return Flow::Next };
        match entered.ended {
            Some((flow, maybe_returned)) => {
                self.maybe_returned |= maybe_returned;
                flow
            }
            // One that is not read up to its `yield` runs the body all the same.
            None => self.enter_items(with, at + 1, scope),
        }
    }

    /// `yield` in a context manager that is entered: what the `with` holds runs here.
    pub(super) fn yielded(&mut self, value: Option<&Expr>, scope: &Rc<Scope>) -> Value {
        let value = value.map_or(Value::None, |value| self.eval(value, scope));
        let Some(entered) = self.managed.pop() else {
            return Value::unknown("it is an expression that is not followed");
        };
        if entered.ended.is_some() {
            self.managed.push(entered);
            return Value::None;
        }
        let (uncertain, maybe_returned) = (self.uncertain, self.maybe_returned);
        let left = self.limit.saturating_sub(self.steps);
        (self.uncertain, self.maybe_returned, self.limit) =
            (entered.uncertain, false, entered.limit);
        if let Some(target) =
            entered.with.items.get(entered.at).and_then(|item| item.optional_vars.as_deref())
        {
            self.assign(target, value, &entered.scope);
        }
        let with = Rc::clone(&entered.with);
        let flow = self.enter_items(&with, entered.at + 1, &entered.scope);
        self.raising |= self.tries > 0 && matches!(flow, Flow::Raise);
        let ended = Some((flow, self.maybe_returned));
        self.limit = entered.limit.min(self.steps.saturating_add(left));
        (self.uncertain, self.maybe_returned) = (uncertain, maybe_returned);
        self.managed.push(Entered { ended, ..entered });
        Value::None
    }
}
