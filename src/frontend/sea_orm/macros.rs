//! Macros that migrations use.

use super::{
    machine::{Machine, Out, Stop},
    value::{Scope, Text, Value},
};
use crate::{
    frontend::rust::{
        SAY, STOP,
        syntax::{At, Expr, Kind, Operator},
    },
    ir::OpaqueEffect,
    project::{join, parent},
};

/// Whether a macro of this name ends everything.
pub(super) fn stops(name: &str) -> bool {
    STOP.contains(&name)
}

/// The value of an argument, without the name that it may be given.
fn bare(arg: &Expr) -> &Expr {
    match &arg.kind {
        Kind::Assign { operator: None, value, .. } => value,
        _ => arg,
    }
}

impl Machine<'_, '_> {
    pub(super) fn macro_call(&mut self, name: &str, args: &[Expr], at: &At, scope: &Scope) -> Out {
        if STOP.contains(&name) {
            return Err(Stop::Return(Value::Err));
        }
        Ok(match name {
            "vec" => self.listed(args, scope)?,
            "format" => self.formatted(args, scope)?,
            "concat" => {
                let values = self.macro_args(args, scope)?;
                match self.joined(&values, "") {
                    Some(text) => self.text(&text),
                    None => Value::unknown("a text is not known"),
                }
            }
            "include_str" => {
                let values = self.exprs(args, scope)?;
                self.included(values.first(), scope)
            }
            "env" => match args.first().and_then(Expr::text) {
                Some("CARGO_MANIFEST_DIR") => {
                    let path = self.crates.sources.path(self.crates.file(scope.0.module));
                    match self.crates.package_of(&path) {
                        Some(dir) => Value::text(&format!("/{dir}")),
                        None => Value::unknown("the folder of the package is not known"),
                    }
                }
                _ => Value::unknown("the environment of the build is not known"),
            },
            "matches" => match self.exprs(args, scope)?.as_slice() {
                [on, pattern] => match self.same(on, pattern) {
                    Some(same) => Value::Bool(same),
                    None => Value::unknown("whether a pattern matches is not known"),
                },
                _ => Value::unknown("whether a pattern matches is not known"),
            },
            "write" | "writeln" => {
                let Some((target, rest)) = args.split_first() else { return Ok(Value::ok()) };
                let mut text = self.formatted(rest, scope)?;
                if name == "writeln" {
                    text = self.operate(Operator::Add, &text, &Value::text("\n"));
                }
                return self.written_to(target, text, scope);
            }
            name => {
                let mut values = self.macro_args(args, scope)?;
                if SAY.contains(&name) {
                    return Ok(match values.pop() {
                        Some(value) if name == "dbg" && values.is_empty() => value,
                        _ => Value::Unit,
                    });
                }
                if self.reaches(&values) {
                    let span = self.span(scope, at);
                    let reason = format!("what `{name}!` does is not known");
                    self.opaque(span, &reason, OpaqueEffect::Anything);
                }
                Value::unknown(&format!("what `{name}!` makes is not known"))
            }
        })
    }

    /// A macro whose arguments are no list of expressions.
    pub(super) fn unread_macro(
        &mut self,
        name: &str,
        words: &[String],
        at: &At,
        scope: &Scope,
    ) -> Out {
        if STOP.contains(&name) {
            return Err(Stop::Return(Value::Err));
        }
        // What is only shown does nothing, unless something is waited for to show it.
        let quiet = SAY.contains(&name) && !words.iter().any(|word| word == "await" || word == "*");
        if !quiet && name != "matches" && self.names_reach(words, scope) {
            let span = self.span(scope, at);
            let reason = format!("what `{name}!` does is not known");
            self.opaque(span, &reason, OpaqueEffect::Anything);
        }
        Ok(Value::unknown(&format!("what `{name}!` makes is not known")))
    }

    fn macro_args(&mut self, args: &[Expr], scope: &Scope) -> Result<Vec<Value>, Stop> {
        args.iter().map(|arg| self.expr(bare(arg), scope)).collect()
    }

    fn formatted(&mut self, args: &[Expr], scope: &Scope) -> Out {
        let Some((pattern, rest)) = args.split_first() else { return Ok(Value::text("")) };
        let pattern = match self.expr(pattern, scope)? {
            Value::Text(text) => text,
            _ => return Ok(Value::unknown("a text is not known")),
        };
        let (mut values, mut named) = (Vec::new(), Vec::new());
        for arg in rest {
            match &arg.kind {
                Kind::Assign { place, operator: None, value } => {
                    let value = self.expr(value, scope)?;
                    if let Kind::Path(path) = &place.kind {
                        named.push((path.join("::"), value));
                    }
                }
                _ => values.push(self.expr(arg, scope)?),
            }
        }
        if rest.is_empty() && !pattern.text.contains(['{', '}']) {
            return Ok(Value::Text(pattern));
        }
        let look = |machine: &mut Self, name: &str| {
            machine.spend(named.len() / 4);
            let own = named.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
            own.or_else(|| {
                let path = Kind::Path(vec![name.to_owned()]);
                machine.expr(&Expr { kind: path, at: 0..0 }, scope).ok()
            })
        };
        Ok(match self.format(&pattern.text, &values, &look) {
            Some(text) => self.text(&text),
            None => Value::unknown("a text is put together from what is not known"),
        })
    }

    /// The text of a file of the project.
    fn included(&mut self, path: Option<&Value>, scope: &Scope) -> Value {
        let Some(Value::Text(path)) = path else {
            return Value::unknown("which file is included is not known");
        };
        let own = self.crates.sources.path(self.crates.file(scope.0.module));
        let full = match path.text.strip_prefix('/') {
            Some(path) => join("", path),
            None => join(parent(&own), &path.text),
        };
        match self.crates.sources.load(&full) {
            Ok(file) => {
                let source = self.crates.sources.file(file);
                self.spend(source.text.len() / 16);
                Value::Text(Text { text: source.text.as_str().into(), place: Some((file, 0)) })
            }
            Err(why) => Value::unknown(&format!("the included file {full} {why}")),
        }
    }
}
