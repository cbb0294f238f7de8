//! Classes of Pydantic and SQLModel that describe what an API takes and gives, and map no table.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{
    Arguments, Expr, Stmt, StmtClassDef, StmtFunctionDef,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};
use ruff_text_size::Ranged;

use super::module;

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
    /// Its bytes in the file.
    pub place: (usize, usize),
    /// Of the class itself.
    pub own: bool,
    /// Its value comes from somewhere else: `Field(alias=…)`; or it has none on purpose:
    /// `deprecated=True`, `exclude=True`.
    pub aliased: bool,
}

/// What a file has of them, and how values come to be where no field of a row is.
#[derive(Debug, Default)]
pub struct ApiModule {
    pub classes: Vec<ApiClass>,
    /// What classes bind: attributes, methods, properties; what is set on them from outside
    /// (`Task.note = …`), and what they are called with (`TaskRead(note=…)`).
    pub bound: HashSet<(String, String)>,
    /// What code gives to something by its name: keys, `{"note": …}`, and attributes,
    /// `out.note = …`.
    pub given: HashSet<String>,
    /// Classes that answer to any name (`__getattr__`), or whose fields may be filled by what no
    /// field says: an alias generator, a validator of what comes in.
    pub open: HashSet<String>,
}

/// Classes above a class that are followed at the most.
const MAX_BASES: usize = 8;
/// Bytes in which a class's bases end, where nothing is parsed.
const MAX_HEADER: usize = 2_000;

/// Reads one file; nothing where it cannot be parsed.
pub fn api(text: &str) -> ApiModule {
    let Ok(suite) = module::suite(text) else { return ApiModule::default() };
    let defs: Vec<&StmtClassDef> = suite
        .iter()
        .filter_map(|stmt| match stmt {
            Stmt::ClassDef(def) => Some(def),
            _ => None,
        })
        .collect();
    let by_name: HashMap<&str, &StmtClassDef> =
        defs.iter().map(|def| (def.name.as_str(), *def)).collect();
    let mut found = ApiModule::default();
    for def in &defs {
        found.open.extend(is_open(def).then(|| def.name.to_string()));
        let line = line(def, &by_name);
        if !line.iter().any(|at| is_api(at)) || line.iter().any(|at| is_mapped(at)) {
            let names = def.body.iter().filter_map(bound);
            found.bound.extend(names.map(|name| (def.name.to_string(), name)));
            continue;
        }
        let fields = line
            .iter()
            .enumerate()
            .flat_map(|(at, class)| class.body.iter().filter_map(move |stmt| field(stmt, at == 0)));
        found.classes.push(ApiClass { name: def.name.to_string(), fields: fields.collect() });
    }
    let mut outside = Outside { bound: &mut found.bound, given: &mut found.given, in_class: false };
    for stmt in &suite {
        outside.visit_stmt(stmt);
    }
    found
}

/// The names of the classes that a text defines at the beginning of a line, each with the last
/// parts of its bases' names. Nothing is parsed.
pub fn bases_in(text: &str) -> Vec<(&str, Vec<&str>)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let starts = text.match_indices("class ").filter(|(at, _)| {
        *at == 0 || text.as_bytes().get(at - 1).is_some_and(|byte| *byte == b'\n')
    });
    let class = |(at, word): (usize, &str)| {
        let rest = text.get(at + word.len()..)?.trim_start();
        let end = rest.find(|c| !is_name(c))?;
        let (name, rest) = rest.split_at(end);
        let bases = rest.trim_start().strip_prefix('(').and_then(|rest| {
            let end =
                (0..=rest.len().min(MAX_HEADER)).rev().find(|at| rest.is_char_boundary(*at))?;
            Some(rest[..end].split_once("):")?.0)
        });
        let bases = bases.unwrap_or_default();
        let last = |base: &'_ str| base.rsplit('.').next().unwrap_or(base).len();
        let names = bases.split(',').map(str::trim).filter(|base| !base.contains('='));
        let names = names.map(|base| &base[base.len() - last(base)..]);
        Some((name, names.filter(|base| !base.is_empty()).take(MAX_BASES).collect()))
    };
    starts.filter_map(class).collect()
}

/// What is set on classes, and given to them, from outside.
struct Outside<'f> {
    bound: &'f mut HashSet<(String, String)>,
    given: &'f mut HashSet<String>,
    /// In the body of a class, where examples of what it describes are.
    in_class: bool,
}

impl Outside<'_> {
    fn set(&mut self, target: &Expr) {
        match target {
            Expr::Attribute(attribute) => {
                self.given.insert(attribute.attr.to_string());
                if let Expr::Name(class) = &*attribute.value {
                    self.bound.insert((class.id.to_string(), attribute.attr.to_string()));
                }
            }
            Expr::Subscript(subscript) => {
                if let Expr::StringLiteral(key) = &*subscript.slice {
                    self.given.insert(key.value.to_str().to_owned());
                }
            }
            _ => {}
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Outside<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.set(target)),
            Stmt::AnnAssign(assign) => self.set(&assign.target),
            Stmt::ClassDef(_) | Stmt::FunctionDef(_) => {
                let around = self.in_class;
                self.in_class = matches!(stmt, Stmt::ClassDef(_));
                walk_stmt(self, stmt);
                self.in_class = around;
                return;
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let (Expr::Dict(dict), false) = (expr, self.in_class) {
            for item in &dict.items {
                if let Some(Expr::StringLiteral(key)) = &item.key {
                    self.given.insert(key.value.to_str().to_owned());
                }
            }
        }
        if let Expr::Call(call) = expr
            && let Some(name) = last(&call.func)
        {
            let arguments = &call.arguments;
            let given = arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
            self.bound.extend(given.map(|given| (name.to_owned(), given.to_string())));
            if let (true, [Expr::Name(class), Expr::StringLiteral(given), ..]) =
                (name == "setattr", &*arguments.args)
            {
                self.bound.insert((class.id.to_string(), given.value.to_str().to_owned()));
            }
        }
        walk_expr(self, expr);
    }
}

/// The last part of a name.
fn last(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn is_open(def: &StmtClassDef) -> bool {
    def.body.iter().any(|stmt| match stmt {
        Stmt::FunctionDef(method) => {
            matches!(method.name.as_str(), "__getattr__" | "__getattribute__") || takes_all(method)
        }
        Stmt::Assign(assign) => generates(&assign.value),
        Stmt::AnnAssign(assign) => assign.value.as_deref().is_some_and(generates),
        // `class Config: alias_generator = …`
        Stmt::ClassDef(inner) => inner.body.iter().any(|stmt| match stmt {
            Stmt::Assign(assign) => assign.targets.iter().any(|target| {
                last(target).is_some_and(|name| matches!(name, "alias_generator" | "fields"))
            }),
            Stmt::FunctionDef(method) => method.name.as_str() == "alias_generator",
            _ => false,
        }),
        _ => false,
    })
}

/// `ConfigDict(alias_generator=…)`, `{"alias_generator": …}`
fn generates(value: &Expr) -> bool {
    match value {
        Expr::Call(call) => named(&call.arguments, "alias_generator").is_some(),
        Expr::Dict(dict) => dict.items.iter().any(|item| {
            matches!(&item.key, Some(Expr::StringLiteral(key)) if key.value.to_str() == "alias_generator")
        }),
        _ => false,
    }
}

/// A validator that sees the values before the fields do: `@model_validator(mode='before')`,
/// `@validator('note', pre=True)`.
fn takes_all(method: &StmtFunctionDef) -> bool {
    method.decorator_list.iter().any(|decorator| {
        let Expr::Call(call) = &decorator.expression else { return false };
        let validates = last(&call.func).is_some_and(|name| name.ends_with("validator"));
        let text = |name: &str| match named(&call.arguments, name) {
            Some(Expr::StringLiteral(text)) => text.value.to_str() != "after",
            Some(Expr::BooleanLiteral(value)) => value.value,
            Some(_) => true,
            None => false,
        };
        validates && (text("mode") || text("pre"))
    })
}

fn named<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a Expr> {
    let mut keywords = arguments.keywords.iter();
    let keyword = keywords.find(|k| k.arg.as_ref().is_some_and(|arg| arg.as_str() == name));
    keyword.map(|keyword| &keyword.value)
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
    given.filter_map(last)
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

fn field(stmt: &Stmt, own: bool) -> Option<ApiField> {
    let Stmt::AnnAssign(assign) = stmt else { return None };
    let Expr::Name(name) = &*assign.target else { return None };
    if names(&assign.annotation, "ClassVar")
        || name.id.starts_with('_')
        || name.id == "model_config"
    {
        return None;
    }
    let aliased = match assign.value.as_deref() {
        Some(Expr::Call(call)) => call.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| {
                arg.as_str().contains("alias") || matches!(arg.as_str(), "deprecated" | "exclude")
            })
        }),
        _ => false,
    };
    let range = stmt.range();
    let place = (range.start().to_usize(), range.end().to_usize());
    Some(ApiField { name: name.id.to_string(), place, own, aliased })
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

#[cfg(test)]
mod tests {
    use super::bases_in;

    #[test]
    fn bases_are_found_without_parsing() {
        let text = "class A(b.Base, C, metaclass=M):\n    pass\nclass Ä (É):\n    class In(X):\n";
        assert_eq!(bases_in(text), [("A", vec!["Base", "C"]), ("Ä", vec!["É"])]);
    }

    #[test]
    fn headers_that_never_end_are_looked_at_to_a_limit() {
        let text = "class A(\n".repeat(200_000) + "Base):\n";
        let found = bases_in(&text);
        assert_eq!(found.len(), 200_000);
        assert_eq!(found[0], ("A", vec![]));
    }
}
