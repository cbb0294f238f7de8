//! The texts in Python's code that are whole: constants that nothing else is added to.

use std::collections::HashSet;

use ruff_python_ast::{
    Expr, ExprCall, ExprStringLiteral, Operator, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};
use ruff_text_size::Ranged;

use super::module;

/// What is called to tell people something.
const TELLS: &[&str] =
    &["critical", "debug", "error", "exception", "info", "log", "print", "warn", "warning"];
/// Arguments that document something.
const DOCUMENTS: &[&str] = &["description", "doc", "epilog", "help", "summary", "title"];
/// Methods of a text that make another one of it.
const CHANGES: &[&str] = &["format", "format_map", "join", "replace", "translate"];

/// The string constants of a text, with their places: what is written in pieces as one; no
/// docstrings, no formatted strings, nothing that is put together. Nothing where it is not safe
/// to parse it.
pub fn strings(text: &str) -> Vec<(String, usize, usize)> {
    let Ok(suite) = module::suite(text) else { return Vec::new() };
    let mut finder = Finder { found: Vec::new(), scopes: vec![Scope::default()] };
    for stmt in &suite {
        finder.visit_stmt(stmt);
    }
    finder.leave();
    finder.found.sort_by_key(|(_, start, _)| *start);
    finder.found
}

type Found = (String, usize, usize);

/// What a function, or the module, calls its texts.
#[derive(Default)]
struct Scope {
    named: Vec<(String, Found)>,
    /// Names of texts that something is added to, or another text is made of.
    grown: HashSet<String>,
}

struct Finder {
    found: Vec<Found>,
    scopes: Vec<Scope>,
}

fn whole(literal: &ExprStringLiteral) -> Found {
    let range = literal.range();
    (literal.value.to_str().to_owned(), range.start().to_usize(), range.end().to_usize())
}

/// The elements of a list that is written down.
fn elements(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => &[],
    }
}

impl Finder {
    /// Ends a scope; a name that grows inside of a function may be one of those around it.
    fn leave(&mut self) {
        let Some(Scope { named, grown }) = self.scopes.pop() else { return };
        let whole = named.into_iter().filter(|(name, _)| !grown.contains(name));
        self.found.extend(whole.map(|(_, found)| found));
        if let Some(around) = self.scopes.last_mut() {
            around.grown.extend(grown);
        }
    }

    fn grows(&mut self, expr: &Expr) {
        if let (Expr::Name(name), Some(scope)) = (expr, self.scopes.last_mut()) {
            scope.grown.insert(name.id.to_string());
        }
    }

    /// What is inside of an expression that is no text itself, or of which another text is made.
    fn parts(&mut self, expr: &Expr) {
        self.grows(expr);
        if !matches!(expr, Expr::StringLiteral(_)) {
            self.visit_expr(expr);
        }
    }

    /// `name = '…'`, `names = ['…', '…']`
    fn named(&mut self, name: &str, value: &Expr) {
        for text in std::slice::from_ref(value).iter().chain(elements(value)) {
            match (text, self.scopes.last_mut()) {
                (Expr::StringLiteral(text), Some(scope)) => {
                    scope.named.push((name.to_owned(), whole(text)));
                }
                _ if elements(text).is_empty() => self.visit_expr(text),
                _ => {}
            }
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        let (tells, joins) = (TELLS.contains(&name), name == "join");
        // `string.Template('… $x')`
        let fills = name == "Template";
        match &*call.func {
            Expr::Attribute(method) if CHANGES.contains(&name) => self.parts(&method.value),
            // `texts.append('…')`
            Expr::Attribute(method) if matches!(name, "append" | "extend") => {
                let list = match &*method.value {
                    Expr::Name(list) => list.id.as_str(),
                    other => {
                        self.visit_expr(other);
                        ""
                    }
                };
                call.arguments.args.iter().for_each(|given| self.named(list, given));
                return;
            }
            func => self.visit_expr(func),
        }
        for given in &call.arguments.args {
            match given {
                Expr::StringLiteral(_) if tells => {}
                _ if joins && !elements(given).is_empty() => {
                    elements(given).iter().for_each(|part| self.parts(part));
                }
                _ if joins || fills => self.parts(given),
                _ => self.visit_expr(given),
            }
        }
        for keyword in &call.arguments.keywords {
            let documents =
                keyword.arg.as_ref().is_some_and(|arg| DOCUMENTS.contains(&arg.as_str()));
            if fills {
                self.parts(&keyword.value);
            } else if !(documents || tells) || !matches!(keyword.value, Expr::StringLiteral(_)) {
                self.visit_expr(&keyword.value);
            }
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // A docstring, or a text that is used for a comment.
            Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)) => {}
            // `sql += '…'`
            Stmt::AugAssign(assign) => {
                self.grows(&assign.target);
                self.parts(&assign.value);
            }
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] => self.named(name.id.as_str(), &assign.value),
                _ => walk_stmt(self, stmt),
            },
            Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
                (Expr::Name(name), Some(value)) => self.named(name.id.as_str(), value),
                _ => walk_stmt(self, stmt),
            },
            Stmt::FunctionDef(_) => {
                self.scopes.push(Scope::default());
                walk_stmt(self, stmt);
                self.leave();
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(literal) => self.found.push(whole(literal)),
            Expr::FString(_) | Expr::TString(_) => {}
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.parts(&sum.left);
                self.parts(&sum.right);
            }
            // `'…%s…' % x`
            Expr::BinOp(filled) if filled.op == Operator::Mod => {
                self.parts(&filled.left);
                self.visit_expr(&filled.right);
            }
            Expr::Call(call) => self.call(call),
            _ => walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::strings;

    #[test]
    fn only_whole_texts_are_found() {
        let text = r#"
"""SELECT a FROM module"""


def f(x):
    """SELECT a FROM function"""
    run('SELECT a ' 'FROM pieces', "x\ny")
    run('SELECT a FROM sum ' + x)
    run(x + 'SELECT a FROM sum' + f('inner'))
    run(f'SELECT {x} FROM formatted', 'SELECT a ' f'FROM {x}')
    logger.info('SELECT a FROM log')
    sql += 'SELECT a FROM more'
    parts = ['SELECT a FROM list', 'more']
    parts.append('SELECT a FROM appended')
    run(Template('SELECT $a FROM filled'), string.Template(FILLED, template='SELECT $a FROM x'))
    run(''.join(parts), ''.join(['SELECT a FROM joined', f('part')]))
    grown: str = 'SELECT a FROM grown'
    grown += x
    run('SELECT a FROM old'.replace('old', 'new'), OLD.replace('older', 'new'))
    Field(x, description='select a from description')
    print(run('SELECT a FROM printed'), 'select a from print')
    return 'SELECT a FROM %s' % x


def g():
    grown = 'SELECT a FROM other'
    rows = ['SELECT a FROM rows']
    rows.append(run('SELECT a FROM asked'))


FILLED = 'SELECT a FROM filled'
OLD = 'SELECT a FROM older'
NEW = 'SELECT a FROM newer'
"#;
        let found: Vec<String> = strings(text).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(
            found,
            [
                "SELECT a FROM pieces",
                "x\ny",
                "inner",
                "part",
                "old",
                "new",
                "older",
                "new",
                "SELECT a FROM printed",
                "SELECT a FROM other",
                "SELECT a FROM rows",
                "SELECT a FROM asked",
                "SELECT a FROM newer",
            ]
        );
    }
}
