//! Names that a revision uses and nothing in its file binds: Python's NameError.

use std::collections::HashSet;

use ruff_python_ast::{
    AnyParameterRef, ExceptHandler, Expr, ExprContext, Pattern, Stmt,
    visitor::source_order::{
        SourceOrderVisitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt,
    },
};

use super::module::{Item, Module, span_of};
use crate::source::Span;

/// What Python itself binds in every module: `builtins`, and a module's own attributes.
const BUILTIN: &str = "\
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod \
    compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter \
    float format frozenset getattr globals hasattr hash help hex id input int isinstance \
    issubclass iter len license list locals map max memoryview min next object oct open ord pow \
    print property quit range repr reversed round set setattr slice sorted staticmethod str sum \
    super tuple type vars zip Ellipsis NotImplemented __annotations__ __builtins__ __cached__ \
    __class__ __debug__ __doc__ __file__ __import__ __loader__ __module__ __name__ __package__ \
    __path__ __qualname__ __spec__ \
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup \
    BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError \
    ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError \
    DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup \
    FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError \
    ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError \
    KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError \
    NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning \
    PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError \
    ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError \
    SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError \
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning \
    UserWarning ValueError Warning WindowsError ZeroDivisionError";

/// The names without a binding anywhere in the file, each where it is used first. Where a name
/// may come from elsewhere (`import *`, `exec`, `globals()`), there are none.
pub(super) fn unbound(module: &Module) -> Vec<(Span, String)> {
    let mut names = Names::default();
    for item in &module.items {
        match item {
            // Parsed apart from their statement, so that functions can be shared.
            Item::Function(def) => {
                names.bound.insert(def.name.as_str());
                names.function(&def.parameters);
                def.decorator_list.iter().for_each(|d| names.visit_decorator(d));
                def.parameters.iter().for_each(|p| names.parameter(p));
                def.body.iter().for_each(|stmt| names.visit_stmt(stmt));
            }
            Item::Class(def) => {
                names.bound.insert(def.name.as_str());
                def.decorator_list.iter().for_each(|d| names.visit_decorator(d));
                if let Some(arguments) = &def.arguments {
                    names.visit_arguments(arguments);
                }
                def.body.iter().for_each(|stmt| names.visit_stmt(stmt));
            }
            Item::Other(stmt) => names.visit_stmt(stmt),
        }
    }
    if names.open {
        return Vec::new();
    }
    let builtin: HashSet<&str> = BUILTIN.split_whitespace().collect();
    let mut told = HashSet::new();
    let free = names.used.iter().filter(|(name, _)| {
        !names.bound.contains(name) && !builtin.contains(name) && told.insert(*name)
    });
    free.map(|(name, expr)| (span_of(module.file, *expr), (*name).to_owned())).collect()
}

#[derive(Default)]
struct Names<'a> {
    bound: HashSet<&'a str>,
    used: Vec<(&'a str, &'a Expr)>,
    /// Names may come from where they cannot be seen.
    open: bool,
}

impl<'a> Names<'a> {
    fn function(&mut self, parameters: &'a ruff_python_ast::Parameters) {
        self.bound.extend(parameters.iter().map(|p| p.name().as_str()));
    }

    /// A default is evaluated; an annotation may never be.
    fn parameter(&mut self, parameter: AnyParameterRef<'a>) {
        if let Some(default) = parameter.default() {
            self.visit_expr(default);
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.bound.insert(bound.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.open |= alias.name.as_str() == "*";
                    self.bound.insert(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::FunctionDef(def) => {
                self.bound.insert(def.name.as_str());
                self.function(&def.parameters);
                def.decorator_list.iter().for_each(|d| self.visit_decorator(d));
                def.parameters.iter().for_each(|p| self.parameter(p));
                def.body.iter().for_each(|stmt| self.visit_stmt(stmt));
            }
            Stmt::ClassDef(def) => {
                self.bound.insert(def.name.as_str());
                walk_stmt(self, stmt);
            }
            Stmt::Global(global) => self.bound.extend(global.names.iter().map(|n| n.as_str())),
            Stmt::Nonlocal(names) => self.bound.extend(names.names.iter().map(|n| n.as_str())),
            // Annotations may be left unevaluated.
            Stmt::AnnAssign(assign) => {
                self.visit_expr(&assign.target);
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
            }
            // What is caught may be meant.
            Stmt::Try(attempt) if !attempt.handlers.is_empty() => {
                self.open |= attempt.handlers.iter().any(catches_names);
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => {
                    let word = name.id.as_str();
                    self.open |= matches!(word, "exec" | "globals" | "locals" | "vars");
                    self.used.push((word, expr));
                }
                _ => {
                    self.bound.insert(name.id.as_str());
                }
            },
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.function(parameters);
                }
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bound.extend(inner.name.as_ref().map(|name| name.as_str()));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(of) => self.bound.extend(of.name.as_ref().map(|n| n.as_str())),
            Pattern::MatchStar(of) => self.bound.extend(of.name.as_ref().map(|n| n.as_str())),
            Pattern::MatchMapping(of) => self.bound.extend(of.rest.as_ref().map(|n| n.as_str())),
            _ => {}
        }
        walk_pattern(self, pattern);
    }
}

/// A handler that takes a NameError.
fn catches_names(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    let named = |expr: &Expr| matches!(expr, Expr::Name(name) if matches!(name.id.as_str(), "NameError" | "Exception" | "BaseException"));
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(named),
        Some(expr) => named(expr),
    }
}
