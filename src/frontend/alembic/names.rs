//! Names that a revision uses and nothing in its file binds: Python's NameError.

use std::collections::HashSet;

use ruff_python_ast::{
    AnyParameterRef, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt, StmtClassDef,
    StmtFunctionDef, TypeParam,
    visitor::source_order::{
        SourceOrderVisitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt,
        walk_type_param,
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
            Item::Function(def) => names.function(def),
            Item::Class(def) => names.class(def),
            Item::Other(stmt) => names.visit_stmt(stmt),
        }
    }
    if names.open {
        return Vec::new();
    }
    let mut free: Vec<Use<'_>> =
        names.used.iter().filter(|used| !names.bound.contains(used.name)).copied().collect();
    if free.is_empty() {
        return Vec::new();
    }
    let builtin: HashSet<&str> = BUILTIN.split_whitespace().collect();
    // A helper that nothing names is not called.
    let called: HashSet<&str> = names.used.iter().map(|used| used.name).collect();
    let runs = |helper: &str| matches!(helper, "upgrade" | "downgrade") || called.contains(helper);
    let mut told = HashSet::new();
    free.retain(|used| {
        !builtin.contains(used.name) && used.inside.is_none_or(runs) && told.insert(used.name)
    });
    free.iter().map(|used| (span_of(module.file, used.expr), used.name.to_owned())).collect()
}

/// A name that is read.
#[derive(Clone, Copy)]
struct Use<'a> {
    name: &'a str,
    expr: &'a Expr,
    /// The function at the top level that it stands in.
    inside: Option<&'a str>,
}

#[derive(Default)]
struct Names<'a> {
    bound: HashSet<&'a str>,
    used: Vec<Use<'a>>,
    inside: Option<&'a str>,
    /// Names may come from where they cannot be seen.
    open: bool,
}

impl<'a> Names<'a> {
    fn function(&mut self, def: &'a StmtFunctionDef) {
        self.bound.insert(def.name.as_str());
        self.parameters(&def.parameters);
        def.decorator_list.iter().for_each(|d| self.visit_decorator(d));
        def.type_params.iter().for_each(|params| self.visit_type_params(params));
        def.parameters.iter().for_each(|p| self.parameter(p));
        let outer = self.inside;
        self.inside = outer.or(Some(def.name.as_str()));
        def.body.iter().for_each(|stmt| self.visit_stmt(stmt));
        self.inside = outer;
    }

    fn class(&mut self, def: &'a StmtClassDef) {
        self.bound.insert(def.name.as_str());
        def.decorator_list.iter().for_each(|d| self.visit_decorator(d));
        def.type_params.iter().for_each(|params| self.visit_type_params(params));
        def.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        def.body.iter().for_each(|stmt| self.visit_stmt(stmt));
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
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
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
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
                    self.used.push(Use { name: word, expr, inside: self.inside });
                }
                _ => {
                    self.bound.insert(name.id.as_str());
                }
            },
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.parameters(parameters);
                }
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_type_param(&mut self, param: &'a TypeParam) {
        self.bound.insert(param.name().as_str());
        walk_type_param(self, param);
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
