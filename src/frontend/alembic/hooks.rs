//! How revisions change what SQLAlchemy writes for a constraint (`@compiles`). That holds for the
//! whole history: Alembic loads every revision before it runs one.

use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

use super::module::{self, Item, span_of};
use crate::{
    database::Dialect,
    ir::{Constraint, ConstraintType, OpKind},
    project::Tree,
    source::{Sources, Span},
};

/// What a hook does to the constraints of one kind.
#[derive(Clone, Copy)]
enum Effect {
    Nothing,
    /// They lose the name that they were given: the server makes one up.
    Unnamed,
    /// It is not read.
    Unread(Span),
}

/// The hooks of a tree.
#[derive(Default)]
pub(super) struct Hooks(Vec<Hook>);

struct Hook {
    of: ConstraintType,
    /// The dialect that it is for; none: all for which there is no other.
    dialect: Option<Dialect>,
    effect: Effect,
}

/// SQLAlchemy's classes of constraints.
const CONSTRAINTS: &[(&str, ConstraintType)] = &[
    ("CheckConstraint", ConstraintType::Check),
    ("ForeignKeyConstraint", ConstraintType::ForeignKey),
    ("PrimaryKeyConstraint", ConstraintType::PrimaryKey),
    ("UniqueConstraint", ConstraintType::Unique),
];

impl Hooks {
    pub(super) fn read(sources: &Sources, tree: &Tree) -> Hooks {
        let mut found: Vec<Hook> = Vec::new();
        for path in tree.env.iter().chain(&tree.files) {
            let Ok(file) = sources.load(path) else { continue };
            if !sources.file(file).text.contains("compiles(") {
                continue;
            }
            let Ok(module) = module::parse(sources, file) else { continue };
            for item in &module.items {
                let Item::Function(def) = item else { continue };
                let hooks = def.decorator_list.iter().filter_map(|of| registered(&of.expression));
                let unread = Effect::Unread(span_of(file, &def.name));
                let effect = effect(def).unwrap_or(unread);
                for (of, dialects) in hooks {
                    for dialect in dialects {
                        // The last that is registered counts.
                        found.retain(|hook| (hook.of, hook.dialect) != (of, dialect));
                        found.push(Hook { of, dialect, effect });
                    }
                }
            }
        }
        Hooks(found)
    }

    /// Does to the constraints of an operation what the hooks do. Returns the place of one that is
    /// not read, where it is asked.
    pub(super) fn apply(&self, kind: &mut OpKind, dialect: Dialect) -> Option<Span> {
        if self.0.is_empty() {
            return None;
        }
        match kind {
            OpKind::CreateTable(create) => self.each(create.constraints.iter_mut(), dialect),
            OpKind::AddColumn { constraints, .. } => self.each(constraints.iter_mut(), dialect),
            OpKind::AddConstraint { constraint, .. } => {
                self.each([constraint].into_iter(), dialect)
            }
            _ => None,
        }
    }

    fn each<'c>(
        &self,
        constraints: impl Iterator<Item = &'c mut Constraint>,
        dialect: Dialect,
    ) -> Option<Span> {
        let mut unread = None;
        for constraint in constraints {
            let of = constraint.ty();
            let on = |on: Option<Dialect>| {
                self.0.iter().find(|hook| hook.of == of && hook.dialect == on)
            };
            match on(Some(dialect)).or_else(|| on(None)).map(|hook| hook.effect) {
                Some(Effect::Unnamed) => constraint.name = None,
                Some(Effect::Unread(span)) => unread = Some(span),
                Some(Effect::Nothing) | None => {}
            }
        }
        unread
    }
}

/// `@compiles(sa.ForeignKeyConstraint, "postgresql")`: the kind of constraint, and the dialects;
/// `None` among them is whichever.
fn registered(decorator: &Expr) -> Option<(ConstraintType, Vec<Option<Dialect>>)> {
    let Expr::Call(call) = decorator else { return None };
    if last_name(&call.func) != Some("compiles") {
        return None;
    }
    let (class, dialects) = call.arguments.args.split_first()?;
    let class = last_name(class)?;
    let (_, of) = CONSTRAINTS.iter().find(|(name, _)| *name == class)?;
    if dialects.is_empty() {
        return Some((*of, vec![None]));
    }
    let text = |expr: &Expr| match expr {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    };
    let named: Vec<String> = dialects.iter().map(text).collect::<Option<_>>()?;
    let known = [Dialect::Postgres, Dialect::Sqlite].into_iter();
    let meant = known.filter(|dialect| named.iter().any(|name| name == dialect.sqlalchemy()));
    Some((*of, meant.map(Some).collect()))
}

/// `def hook(element, compiler, **kw)`: `element.name = None` and what SQLAlchemy itself writes.
/// `None`: it has another form.
fn effect(def: &StmtFunctionDef) -> Option<Effect> {
    let mut parameters = def.parameters.args.iter().map(|p| p.parameter.name.as_str());
    let (element, compiler) = (parameters.next()?, parameters.next()?);
    let mut effect = Effect::Nothing;
    for stmt in &def.body {
        match stmt {
            Stmt::Expr(expr) if expr.value.is_string_literal_expr() => {}
            Stmt::Assign(assign) => {
                let [Expr::Attribute(target)] = assign.targets.as_slice() else { return None };
                let names = target.attr.as_str() == "name" && is(&target.value, element);
                if !names || !assign.value.is_none_literal_expr() {
                    return None;
                }
                effect = Effect::Unnamed;
            }
            Stmt::Return(ret) => {
                let Expr::Call(call) = ret.value.as_deref()? else { return None };
                let Expr::Attribute(method) = call.func.as_ref() else { return None };
                let own = method.attr.as_str().starts_with("visit_");
                let same = call.arguments.args.first().is_some_and(|first| is(first, element));
                return (own && same && is(&method.value, compiler)).then_some(effect);
            }
            _ => return None,
        }
    }
    None
}

fn is(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Name(found) if found.id.as_str() == name)
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
