//! A revision's header: `revision`, `down_revision`, labels, without running anything.

use ruff_python_ast::{Expr, Stmt};

use super::{
    guard,
    module::{self, Item, Module, span_of},
};
use crate::{
    history::{Broken, Migration},
    source::{FileId, SourceFile, Sources, Span},
};

/// What a file turned out to be.
pub(super) enum Header {
    Migration(Box<Migration>),
    Broken(Broken),
    /// A helper beside the revisions.
    Other,
}

pub(super) fn read(sources: &Sources, path: &str) -> Header {
    let file = match sources.load(path) {
        Ok(file) => file,
        Err(reason) => {
            let file = sources.placeholder(path);
            return broken(
                Span::top(file),
                format!("`{path}` {reason}"),
                "A revision that cannot be read is left out of everything that follows.",
            );
        }
    };
    let source = sources.file(file);
    if !source.text.contains("revision") {
        return Header::Other;
    }
    if let Some(reason) = guard::refuse(&source.text) {
        return broken(
            Span::top(file),
            format!("this file is not read: {reason}"),
            "Python would refuse it too, or take very long.",
        );
    }
    // The header stands before the first function; most of the file need not be parsed twice.
    let head = source.text.find("\ndef ").map(|at| &source.text[..at]);
    if let Some(head) = head
        && let Ok(module) = module::parse_text(head, file, &source.path)
        && module.error.is_none()
        && module.bindings.contains_key("revision")
        && module.bindings.contains_key("down_revision")
    {
        return header(&source, file, &module, true);
    }
    match module::parse_text(&source.text, file, &source.path) {
        Ok(module) => {
            let has_upgrade = module.bindings.contains_key("upgrade")
                || module.bindings.contains_key("revision") && star_import(&module);
            header(&source, file, &module, has_upgrade)
        }
        Err(reason) => broken(
            Span::top(file),
            format!("this file is not read: {reason}"),
            "Python would refuse it too.",
        ),
    }
}

fn star_import(module: &Module) -> bool {
    module.items.iter().any(|item| matches!(item, Item::Other(Stmt::ImportFrom(import)) if import.names.iter().any(|a| a.name.as_str() == "*")))
}

fn broken(span: Span, message: String, help: &str) -> Header {
    Header::Broken(Broken { span, message, help: help.to_owned(), related: Vec::new() })
}

fn header(source: &SourceFile, file: FileId, module: &Module, has_upgrade: bool) -> Header {
    let Some((id, id_span)) = assigned(module, "revision") else {
        if let Some((span, error)) = &module.error
            && source.text.contains("\nrevision")
        {
            return broken(
                *span,
                format!("this revision has a syntax error: {error}"),
                "Alembic cannot load it, and stops.",
            );
        }
        return Header::Other;
    };
    // A name like `revision` in a helper is no header.
    if !module.bindings.contains_key("down_revision") && !has_upgrade {
        return Header::Other;
    }
    let span = span_of(file, id_span);
    let Some(id) = literal(id) else {
        return broken(
            span,
            "the revision's id is not a plain string".to_owned(),
            "Write the id out, so that it can be read without running the file.",
        );
    };
    let defines = has_upgrade
        && (source.text.contains("def upgrade")
            || source.text.contains("upgrade =")
            || source.text.contains("upgrade,")
            || source.text.contains("import upgrade")
            || star_import(module));
    if !defines {
        return broken(
            span,
            format!("revision `{id}` has no upgrade()"),
            "Alembic stops with an AttributeError when it runs it; write `def upgrade(): pass` for an empty one.",
        );
    }
    let (parents, parent_span) = match assigned(module, "down_revision") {
        Some((value, stmt)) => match list(value) {
            Some(parents) => (parents, Some(span_of(file, stmt))),
            None => {
                return broken(
                    span_of(file, stmt),
                    format!("what revision `{id}` follows is not written out"),
                    "Write `down_revision` as a string, a tuple of strings, or None.",
                );
            }
        },
        None => (Vec::new(), None),
    };
    let strings =
        |name: &str| assigned(module, name).and_then(|(value, _)| list(value)).unwrap_or_default();
    // A label that is a name of the project tells branches apart as well as its value would.
    let labels = match assigned(module, "branch_labels") {
        Some((value, _)) => list(value).unwrap_or_else(|| {
            vec![source.slice(span_of(file, value)).trim_matches(['(', ')', ',']).to_owned()]
        }),
        None => Vec::new(),
    };
    let title = module
        .docstring
        .as_deref()
        .and_then(|doc| doc.lines().map(str::trim).find(|line| !line.is_empty()));
    Header::Migration(Box::new(Migration {
        id,
        parents,
        depends_on: strings("depends_on"),
        labels,
        title: title.unwrap_or_default().to_owned(),
        file,
        down_file: None,
        repeatable: false,
        id_span: span,
        parent_span: parent_span.or(Some(span)),
    }))
}

/// The last value assigned to a name at the top level.
fn assigned<'m>(module: &'m Module, name: &str) -> Option<(&'m Expr, &'m Stmt)> {
    let Item::Other(stmt) = &module.items[*module.bindings.get(name)?] else { return None };
    match stmt {
        Stmt::Assign(assign) => Some((&assign.value, stmt)),
        Stmt::AnnAssign(assign) => Some((assign.value.as_ref()?, stmt)),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    }
}

/// None, a string, or a tuple or list of strings.
fn list(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::NoneLiteral(_) => Some(Vec::new()),
        Expr::StringLiteral(text) => Some(vec![text.value.to_str().to_owned()]),
        Expr::Tuple(tuple) => tuple.elts.iter().map(literal).collect(),
        Expr::List(items) => items.elts.iter().map(literal).collect(),
        Expr::Set(items) => items.elts.iter().map(literal).collect(),
        _ => None,
    }
}
