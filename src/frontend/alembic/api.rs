//! Classes of Pydantic and SQLModel that describe what an API takes and gives, and map no table.

use std::collections::HashMap;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};

use super::module::{self, Item, span_of};
use crate::source::{FileId, Sources, Span};

/// A class with annotated fields that is no table.
#[derive(Debug, Clone)]
pub struct ApiClass {
    pub name: String,
    /// Its own fields, and those of the classes above it in its file.
    pub fields: Vec<ApiField>,
}

#[derive(Debug, Clone)]
pub struct ApiField {
    pub name: String,
    pub span: Span,
    /// Of the class itself.
    pub own: bool,
    /// Its value comes from somewhere else: `Field(alias=…)`.
    pub aliased: bool,
}

/// What a file has of them, and the names that its other classes bind: attributes, methods,
/// properties, with the class.
#[derive(Debug, Default)]
pub struct ApiModule {
    pub classes: Vec<ApiClass>,
    pub bound: Vec<(String, String)>,
}

/// Classes above a class that are followed at the most.
const MAX_BASES: usize = 8;

/// Reads one file; nothing where it cannot be parsed.
pub fn api(sources: &Sources, file: FileId) -> ApiModule {
    let Ok(module) = module::parse(sources, file) else { return ApiModule::default() };
    let defs: Vec<&StmtClassDef> = module
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Class(def) => Some(&**def),
            _ => None,
        })
        .collect();
    let by_name: HashMap<&str, &StmtClassDef> =
        defs.iter().map(|def| (def.name.as_str(), *def)).collect();
    let mut found = ApiModule::default();
    for def in &defs {
        let line = line(def, &by_name);
        if !line.iter().any(|at| is_api(at)) || line.iter().any(|at| is_mapped(at)) {
            let names = def.body.iter().filter_map(bound);
            found.bound.extend(names.map(|name| (def.name.to_string(), name)));
            continue;
        }
        let fields = line.iter().enumerate().flat_map(|(at, class)| {
            class.body.iter().filter_map(move |stmt| field(stmt, file, at == 0))
        });
        found.classes.push(ApiClass { name: def.name.to_string(), fields: fields.collect() });
    }
    found
}

/// A class, and those above it in its file.
fn line<'a>(def: &'a StmtClassDef, all: &HashMap<&str, &'a StmtClassDef>) -> Vec<&'a StmtClassDef> {
    let mut line = vec![def];
    let mut at = 0;
    while let Some(class) = line.get(at).copied() {
        for known in bases(class).filter_map(|base| all.get(base).copied()) {
            if line.len() >= MAX_BASES {
                return line;
            }
            if !line.iter().any(|seen| seen.name == known.name) {
                line.push(known);
            }
        }
        at += 1;
    }
    line
}

/// The last part of each base's name.
fn bases(def: &StmtClassDef) -> impl Iterator<Item = &str> {
    let given = def.arguments.iter().flat_map(|arguments| arguments.args.iter());
    given.filter_map(|base| match base {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    })
}

fn is_api(def: &StmtClassDef) -> bool {
    bases(def).any(|base| {
        matches!(base, "BaseModel" | "SQLModel")
            || ["Model", "Schema"].iter().any(|end| base.len() > end.len() && base.ends_with(end))
    })
}

/// `table=True`, a table's name, or a column.
fn is_mapped(def: &StmtClassDef) -> bool {
    let keywords = def.arguments.iter().flat_map(|arguments| arguments.keywords.iter());
    let table =
        keywords.filter_map(|keyword| keyword.arg.as_ref()).any(|arg| arg.as_str() == "table");
    table || def.body.iter().any(|stmt| match stmt {
        Stmt::AnnAssign(assign) => names(&assign.annotation, "Mapped"),
        Stmt::Assign(assign) => {
            let tablename =
                |target: &Expr| matches!(target, Expr::Name(n) if n.id.as_str() == "__tablename__");
            assign.targets.iter().any(tablename) || names(&assign.value, "Column")
        }
        _ => false,
    })
}

/// Whether an expression calls or subscripts something of this name.
fn names(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Subscript(subscript) => names(&subscript.value, name),
        Expr::Call(call) => names(&call.func, name),
        Expr::Name(found) => found.id.as_str() == name,
        Expr::Attribute(found) => found.attr.as_str() == name,
        _ => false,
    }
}

fn field(stmt: &Stmt, file: FileId, own: bool) -> Option<ApiField> {
    let Stmt::AnnAssign(assign) = stmt else { return None };
    let Expr::Name(name) = &*assign.target else { return None };
    if names(&assign.annotation, "ClassVar")
        || name.id.starts_with('_')
        || name.id == "model_config"
    {
        return None;
    }
    let aliased =
        match assign.value.as_deref() {
            Some(Expr::Call(call)) => call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| arg.as_str().contains("alias"))
            }),
            _ => false,
        };
    Some(ApiField { name: name.id.to_string(), span: span_of(file, stmt), own, aliased })
}

fn bound(stmt: &Stmt) -> Option<String> {
    match stmt {
        Stmt::FunctionDef(def) => Some(def.name.to_string()),
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) => Some(name.id.to_string()),
            _ => None,
        },
        Stmt::Assign(assign) => match assign.targets.first() {
            Some(Expr::Name(name)) => Some(name.id.to_string()),
            _ => None,
        },
        _ => None,
    }
}
