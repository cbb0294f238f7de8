//! Loops: how often they run, and what is not known where that is not.

use super::{
    machine::{Machine, Out, Stop},
    value::{Scope, Value},
};
use crate::{
    frontend::rust::syntax::{Block, Expr, Kind, Link, Pattern, Statement},
    ir::OpaqueEffect,
};

/// How a loop goes on.
enum Turn {
    Next,
    Over(Value),
}

/// What a loop makes of the end of its body.
fn turn(out: Out, label: Option<&String>) -> Result<Turn, Stop> {
    match out {
        Ok(_) | Err(Stop::Continue(None)) => Ok(Turn::Next),
        Err(Stop::Break(None, value)) => Ok(Turn::Over(value)),
        Err(Stop::Continue(own)) if own.as_ref() == label => Ok(Turn::Next),
        Err(Stop::Break(own, value)) if own.as_ref() == label => Ok(Turn::Over(value)),
        Err(stop) => Err(stop),
    }
}

impl Machine<'_, '_> {
    /// `while` and `loop`.
    pub(super) fn repeat(
        &mut self,
        label: Option<&String>,
        test: Option<&Expr>,
        body: &Block,
        scope: &Scope,
    ) -> Out {
        self.scoped(|machine| machine.turns(label, test, body, scope))
    }

    fn turns(
        &mut self,
        label: Option<&String>,
        test: Option<&Expr>,
        body: &Block,
        scope: &Scope,
    ) -> Out {
        loop {
            if !self.step() {
                return Err(Stop::Return(Value::unknown("too much to follow")));
            }
            let inner = scope.inner();
            let made = self.ops.len();
            let test = match test {
                Some(test) => self.expr(test, &inner)?,
                None => Value::Bool(true),
            };
            let left = self.left;
            match test {
                Value::Bool(true) => match turn(self.block(body, &inner), label)? {
                    Turn::Next => {}
                    Turn::Over(value) => return Ok(value),
                },
                Value::Bool(false) => return Ok(Value::Unit),
                _ => {
                    self.blur(body, &inner);
                    self.perhaps(label, body, &inner)?;
                    return Ok(Value::Unit);
                }
            }
            // Whether there is another turn is not known, nor is how many.
            if self.left > left {
                self.again(body, made);
                return Ok(Value::unknown("how often a loop runs is not known"));
            }
        }
    }

    /// The body of a loop that may run any number of times.
    fn perhaps(&mut self, label: Option<&String>, body: &Block, scope: &Scope) -> Out {
        self.undecided(|machine| turn(machine.block(body, scope), label).map(|_| Value::Unit))
    }

    pub(super) fn each(
        &mut self,
        label: Option<&String>,
        pattern: &Pattern,
        over: &Expr,
        body: &Block,
        scope: &Scope,
    ) -> Out {
        let lent = matches!(over.kind, Kind::Lent(_));
        let over = self.expr(over, scope)?;
        self.scoped(|machine| machine.gone_over(label, pattern, (&over, lent), body, scope))
    }

    fn gone_over(
        &mut self,
        label: Option<&String>,
        pattern: &Pattern,
        (over, lent): (&Value, bool),
        body: &Block,
        scope: &Scope,
    ) -> Out {
        let Some(values) = super::methods::elements(over) else {
            let inner = scope.inner();
            self.blur(body, &inner);
            self.bind(pattern, Value::unknown("what a loop goes over is not known"), &inner);
            return self.perhaps(label, body, &inner).map(|_| Value::Unit);
        };
        self.spend(values.len());
        let exact = super::methods::exact(over);
        if let (true, Value::List(list)) = (lent, over) {
            super::methods::lend(list);
        }
        for value in values {
            let inner = scope.inner();
            let there = exact || !super::methods::may_be_missing(&value);
            self.bind(pattern, value, &inner);
            if !there {
                self.undecided(|machine| match turn(machine.block(body, &inner), label)? {
                    Turn::Next => Ok(Value::Unit),
                    Turn::Over(value) => Err(Stop::Break(None, value)),
                })?;
                continue;
            }
            match turn(self.block(body, &inner), label)? {
                Turn::Next => {}
                Turn::Over(_) => break,
            }
        }
        Ok(Value::Unit)
    }

    /// What the body of a loop changes is something else in each turn, and how many there are
    /// is not known.
    fn blur(&mut self, body: &Block, scope: &Scope) {
        for name in self.changed(body) {
            let db = |value| matches!(value, Value::Manager(_) | Value::Connection(_));
            if !scope.get(&name).is_none_or(db) {
                let reason = "it is changed in a loop of unknown length";
                scope.assign(&name, Value::unknown(reason), self.level);
            }
        }
    }

    /// The names that a block gives other values, or lends to be changed.
    fn changed(&mut self, body: &Block) -> Vec<String> {
        let mut names = Vec::new();
        let mut todo: Vec<&Expr> = Vec::new();
        block_of(body, &mut todo);
        while let Some(expr) = todo.pop() {
            self.spend(1);
            match &expr.kind {
                Kind::Assign { place, .. } => root(place, &mut names),
                Kind::Lent(inner) => root(inner, &mut names),
                Kind::Macro { name, args: Some(args), .. }
                    if matches!(name.as_str(), "write" | "writeln") =>
                {
                    args.iter().take(1).for_each(|target| root(target, &mut names));
                }
                Kind::Chain { base, links } => {
                    let changes = links.iter().any(|link| match link {
                        Link::Method { name, .. } => super::places::changes(name),
                        _ => false,
                    });
                    if changes {
                        root(base, &mut names);
                    }
                }
                _ => {}
            }
            inner_of(expr, &mut todo);
        }
        names
    }

    /// What a loop makes in its further turns, of which nothing is known.
    fn again(&mut self, body: &Block, made: usize) {
        let own = self.ops.get(made..).unwrap_or_default();
        let Some(first) = own.iter().find(|op| !op.kind.is_data()).or(own.first()) else { return };
        let (span, data) = (first.span, first.kind.is_data());
        if self.changed(body).is_empty() {
            return;
        }
        let effect = if data { OpaqueEffect::Rows } else { OpaqueEffect::Anything };
        self.opaque(span, "how often a loop runs is not known", effect);
    }
}

/// The name of what a place lies in.
fn root(place: &Expr, names: &mut Vec<String>) {
    let mut todo = vec![place];
    while let Some(place) = todo.pop() {
        match &place.kind {
            Kind::Path(path) => names.extend(path.first().filter(|_| path.len() == 1).cloned()),
            Kind::Chain { base, .. } => todo.push(base),
            Kind::Lent(inner) | Kind::Deref(inner) | Kind::Cast { value: inner, .. } => {
                todo.push(inner);
            }
            Kind::Tuple(places) | Kind::Array(places) => todo.extend(places),
            _ => {}
        }
    }
}

fn block_of<'e>(block: &'e Block, found: &mut Vec<&'e Expr>) {
    for statement in &block.statements {
        match statement {
            Statement::Let { value, otherwise, .. } => {
                found.extend(value);
                if let Some(otherwise) = otherwise {
                    block_of(otherwise, found);
                }
            }
            Statement::Expr { expr, .. } => found.push(expr),
        }
    }
}

/// The expressions right inside one.
fn inner_of<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        Kind::Text { .. }
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Bool(_)
        | Kind::Char(_)
        | Kind::Path(_)
        | Kind::Continue { .. }
        | Kind::Macro { args: None, .. }
        | Kind::Other { .. } => {}
        Kind::Chain { base, links } => {
            found.push(base);
            for link in links {
                match link {
                    Link::Method { args, .. } => found.extend(args),
                    Link::Index(index) => found.push(index),
                    Link::Field(_) | Link::Await | Link::Try => {}
                }
            }
        }
        Kind::Call { function, args } => {
            found.push(function);
            found.extend(args);
        }
        Kind::Macro { args: Some(args), .. } => found.extend(args),
        Kind::Lent(inner)
        | Kind::Deref(inner)
        | Kind::Not(inner)
        | Kind::Negative(inner)
        | Kind::Let { value: inner, .. }
        | Kind::Cast { value: inner, .. }
        | Kind::Configured { inner, .. } => found.push(inner),
        Kind::Binary { first, rest } => {
            found.push(first);
            found.extend(rest.iter().map(|(_, expr)| expr));
        }
        Kind::Assign { place, value, .. } => found.extend([&**place, &**value]),
        Kind::If { test, then, otherwise } => {
            found.push(test);
            block_of(then, found);
            found.extend(otherwise.as_deref());
        }
        Kind::Match { on, arms } => {
            found.push(on);
            for arm in arms {
                found.extend(&arm.guard);
                found.push(&arm.body);
            }
        }
        Kind::For { over, body, .. } => {
            found.push(over);
            block_of(body, found);
        }
        Kind::While { test, body, .. } => {
            found.push(test);
            block_of(body, found);
        }
        Kind::Loop { body, .. } | Kind::Block { body, .. } | Kind::Async(body) => {
            block_of(body, found);
        }
        Kind::Closure { body, .. } => found.push(body),
        Kind::Array(values) | Kind::Tuple(values) => found.extend(values),
        Kind::Repeat { value, times } => found.extend([&**value, &**times]),
        Kind::Struct { fields, rest, .. } => {
            found.extend(fields.iter().map(|(_, expr)| expr));
            found.extend(rest.as_deref());
        }
        Kind::Return(value) | Kind::Break { value, .. } => found.extend(value.as_deref()),
        Kind::Range { from, to, .. } => {
            found.extend(from.as_deref().into_iter().chain(to.as_deref()))
        }
    }
}
