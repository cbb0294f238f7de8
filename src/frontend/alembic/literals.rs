//! The texts in Python's code that are whole: constants that nothing else is added to.

use ruff_python_ast::{
    Expr, Operator, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};
use ruff_text_size::Ranged;

use super::module;

/// What is called to tell people something.
const TELLS: &[&str] =
    &["critical", "debug", "error", "exception", "info", "log", "print", "warn", "warning"];

/// The string constants of a text, with their places: what is written in pieces as one; no
/// docstrings, no formatted strings, nothing that is put together. Nothing where it is not safe
/// to parse it.
pub fn strings(text: &str) -> Vec<(String, usize, usize)> {
    let Ok(suite) = module::suite(text) else { return Vec::new() };
    let mut finder = Finder { found: Vec::new() };
    for stmt in &suite {
        finder.visit_stmt(stmt);
    }
    finder.found
}

struct Finder {
    found: Vec<(String, usize, usize)>,
}

impl<'a> SourceOrderVisitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // A docstring, or a text that is used for a comment.
            Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)) => {}
            // `sql += '…'`
            Stmt::AugAssign(assign) if matches!(*assign.value, Expr::StringLiteral(_)) => {}
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(literal) => {
                let range = literal.range();
                let (start, end) = (range.start().to_usize(), range.end().to_usize());
                self.found.push((literal.value.to_str().to_owned(), start, end));
            }
            Expr::FString(_) | Expr::TString(_) => {}
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                for side in [&sum.left, &sum.right] {
                    if !matches!(**side, Expr::StringLiteral(_)) {
                        self.visit_expr(side);
                    }
                }
            }
            Expr::Call(call) => {
                let name = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => "",
                };
                if !TELLS.contains(&name) {
                    walk_expr(self, expr);
                }
            }
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
    return 'SELECT a FROM %s' % x
"#;
        let found: Vec<String> = strings(text).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(found, ["SELECT a FROM pieces", "x\ny", "inner", "SELECT a FROM %s"]);
    }
}
