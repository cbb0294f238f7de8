//! What a module adds to tables that are made already: `hero.append_column(Column(…))`,
//! `Hero.__table__.append_constraint(…)`, `Hero.age = Column(…)`.

use std::{collections::HashMap, rc::Rc};

use ruff_python_ast::{Expr, Stmt};

use super::{
    super::{
        machine::Machine,
        module::span_of,
        value::{Scope, Value},
    },
    tables::{Def, Tables},
};
use crate::{
    ir::Name,
    source::{FileId, Span},
};

/// The methods of a table that add to it.
const METHODS: &[&str] = &["append_constraint", "append_column"];

/// Events at which a function sees a table before it is whole; those of `create_all` come too late
/// for what Alembic compares.
const LISTENERS: &[&str] = &["before_parent_attach", "after_parent_attach"];
/// What such a function says that adds to a table; others set an option.
const ADDS: &[&str] = &["append_", "Column(", "Constraint(", "Index("];

/// Where a module lets a listener add to tables while they are declared.
pub(super) fn listener(text: &str) -> Option<usize> {
    let at = LISTENERS.iter().find_map(|event| text.find(event))?;
    let rest = &text[at..];
    let decorates = text[..at].rsplit('\n').next().is_some_and(|line| line.starts_with('@'));
    let body = match rest.find("\ndef ").filter(|_| decorates) {
        Some(def) => {
            let body = rest[def + 1..].lines().skip(1);
            let inside = |line: &&str| line.is_empty() || line.starts_with([' ', '\t', ')']);
            body.take_while(inside).collect::<Vec<_>>().join("\n")
        }
        // A function that is named stands anywhere.
        None => text.to_owned(),
    };
    ADDS.iter().any(|word| body.contains(word)).then_some(at)
}

/// What was added, in the order of the modules.
#[derive(Default)]
pub(super) struct Appended {
    parts: Vec<(Name, Value)>,
    /// Statements of a file that were followed.
    followed: HashMap<FileId, usize>,
}

/// The table and the part of `table.append_column(part)`.
fn method(expr: &Expr) -> Option<(&Expr, &Expr)> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Attribute(of) = call.func.as_ref() else { return None };
    let part = call.arguments.args.first()?;
    METHODS.contains(&of.attr.as_str()).then_some((of.value.as_ref(), part))
}

/// Follows such a statement at the top level of a module; whether it is one.
pub(super) fn follow(
    machine: &mut Machine<'_, '_>,
    stmt: &Stmt,
    scope: &Rc<Scope>,
    tables: &mut Tables,
) -> bool {
    let file = scope.module.file;
    match stmt {
        Stmt::Expr(stmt) => {
            let Some((table, part)) = method(&stmt.value) else { return false };
            let table = machine.eval(table, scope);
            let Some(name) = machine.table_name(&table) else { return false };
            let part = machine.eval(part, scope);
            tables.appended.parts.push((name, part));
            *tables.appended.followed.entry(file).or_default() += 1;
            true
        }
        Stmt::Assign(assign) => {
            let [Expr::Attribute(target)] = assign.targets.as_slice() else { return false };
            if !matches!(assign.value.as_ref(), Expr::Call(_)) || target.attr.starts_with("__") {
                return false;
            }
            let Value::Class(class) = machine.eval(&target.value, scope) else { return false };
            let value = machine.eval(&assign.value, scope);
            let span = span_of(file, stmt);
            tables.assigned(machine, &class, target.attr.as_str(), &value, span);
            false
        }
        _ => false,
    }
}

impl Appended {
    /// Adds the parts to their tables.
    pub(super) fn put(&self, defs: &mut [Def]) {
        let mut places: HashMap<_, usize> = HashMap::new();
        for (at, def) in defs.iter().enumerate() {
            places.entry(def.table.clone()).or_insert(at);
        }
        for (name, part) in &self.parts {
            if let Some(&at) = places.get(name) {
                defs[at].parts.push(part.clone());
            }
        }
    }

    /// What is added in the file of a table, and was not followed.
    pub(super) fn unread(&self, machine: &Machine<'_, '_>, def: &Def) -> Option<(Span, String)> {
        let file = machine.project.sources.file(def.span.file);
        let calls = METHODS.iter().map(|method| file.text.matches(&format!(".{method}(")).count());
        let followed = self.followed.get(&def.span.file).copied().unwrap_or_default();
        (calls.sum::<usize>() > followed).then(|| {
            let reason = format!(
                "what is appended to tables in the file of `{}` is not followed",
                def.table
            );
            (def.span, reason)
        })
    }
}
