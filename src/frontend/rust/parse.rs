//! Text into our own tree, by way of `syn`.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Meta,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
};

use super::{
    guard,
    syntax::{
        Argument, Arm, At, Attribute, Block, Enum, Expr, Field, Function, Impl, Import, Item,
        Items, Kind, Link, Module, Operator, Pattern, Statement, Struct, Type, Variant,
    },
    tokens,
};

/// Parses a file.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn parse(text: &str) -> Result<Items, (At, String)> {
    if let Some(why) = guard::refuse(text, &tokens::tokens(text)) {
        return Err((0..0, why.to_owned()));
    }
    // A mark in front of the text is no part of it for the parser, but is for places.
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lower = Lower { text: bare, shift: text.len() - bare.len() };
    let read = match syn::parse_file(bare) {
        Ok(file) => Ok(lower.items(file.items)),
        Err(error) => {
            let at = lower.range(error.span());
            Err((at, format!("syntax error: {error}")))
        }
    };
    proc_macro2::extra::invalidate_current_thread_spans();
    read
}

/// Parses one expression, such as one in an attribute's string. Its places mean nothing.
pub(crate) fn expression(text: &str) -> Option<Expr> {
    guard::refuse(text, &tokens::tokens(text)).is_none().then_some(())?;
    let lower = Lower { text, shift: 0 };
    let read = syn::parse_str::<syn::Expr>(text).ok().map(|expr| lower.expr(expr));
    proc_macro2::extra::invalidate_current_thread_spans();
    read
}

struct Lower<'t> {
    text: &'t str,
    shift: usize,
}

impl Lower<'_> {
    fn range(&self, span: proc_macro2::Span) -> At {
        let Range { start, end } = span.byte_range();
        start + self.shift..end + self.shift
    }

    fn at(&self, node: &impl Spanned) -> At {
        self.range(node.span())
    }

    fn items(&self, items: Vec<syn::Item>) -> Items {
        items.into_iter().flat_map(|item| self.item(item)).collect()
    }

    fn item(&self, item: syn::Item) -> Items {
        let one = match item {
            syn::Item::Fn(function) => {
                if is_test(&function.attrs) {
                    return Vec::new();
                }
                Item::Function(self.function(function.sig, *function.block))
            }
            syn::Item::Enum(item) => Item::Enum(Enum {
                at: self.at(&item.ident),
                name: name(&item.ident),
                attributes: self.attributes(&item.attrs),
                variants: item.variants.into_iter().map(|v| self.variant(v)).collect(),
            }),
            syn::Item::Struct(item) => Item::Struct(Struct {
                at: self.at(&item.ident),
                name: name(&item.ident),
                attributes: self.attributes(&item.attrs),
                fields: self.fields(item.fields),
            }),
            syn::Item::Const(item) => {
                Item::Constant { name: name(&item.ident), value: self.expr(*item.expr) }
            }
            syn::Item::Static(item) => {
                Item::Constant { name: name(&item.ident), value: self.expr(*item.expr) }
            }
            syn::Item::Use(item) => {
                let mut found = Vec::new();
                imports(item.tree, &mut Vec::new(), &mut found);
                return found.into_iter().map(Item::Use).collect();
            }
            syn::Item::Mod(item) => {
                if is_test(&item.attrs) {
                    return Vec::new();
                }
                let attributes = self.attributes(&item.attrs);
                let path = attributes.iter().find(|a| a.name == "path");
                Item::Module(Module {
                    name: name(&item.ident),
                    path: path.and_then(|a| Some(a.value.as_ref()?.text()?.to_owned())),
                    items: item.content.map(|(_, items)| self.items(items)),
                    cfg: self.cfg(&item.attrs),
                })
            }
            syn::Item::Impl(item) => {
                let of = item.trait_.map(|(path, _)| path_names(&path));
                let on = self.ty(*item.self_ty);
                let (mut functions, mut constants) = (Vec::new(), Vec::new());
                for inner in item.items {
                    match inner {
                        syn::ImplItem::Fn(function) => {
                            functions.push(self.function(function.sig, function.block));
                        }
                        syn::ImplItem::Const(constant) => {
                            constants.push((name(&constant.ident), self.expr(constant.expr)));
                        }
                        _ => {}
                    }
                }
                Item::Impl(Impl { of, on, functions, constants })
            }
            syn::Item::Type(item) => Item::Alias { name: name(&item.ident), ty: self.ty(*item.ty) },
            _ => return Vec::new(),
        };
        vec![one]
    }

    fn function(&self, sig: syn::Signature, block: syn::Block) -> Function {
        let start = match &sig.asyncness {
            Some(word) => self.at(word).start,
            None => self.at(&sig.fn_token).start,
        };
        let end = self.at(&sig.paren_token.span.close()).end;
        let params = sig.inputs.into_iter().map(|input| match input {
            syn::FnArg::Receiver(_) => Pattern::Name("self".to_owned()),
            syn::FnArg::Typed(typed) => self.pattern(*typed.pat),
        });
        Function {
            name: name(&sig.ident),
            params: params.collect(),
            body: self.block(block),
            header: start..end,
        }
    }

    fn variant(&self, variant: syn::Variant) -> Variant {
        Variant {
            at: self.at(&variant.ident),
            name: name(&variant.ident),
            attributes: self.attributes(&variant.attrs),
        }
    }

    fn fields(&self, fields: syn::Fields) -> Vec<Field> {
        let field = |(position, field): (usize, syn::Field)| {
            let at = match &field.ident {
                Some(ident) => self.at(ident).start..self.at(&field.ty).end,
                None => self.at(&field.ty),
            };
            Field {
                name: field.ident.as_ref().map_or_else(|| position.to_string(), name),
                attributes: self.attributes(&field.attrs),
                ty: self.ty(field.ty),
                at,
            }
        };
        fields.into_iter().enumerate().map(field).collect()
    }

    fn ty(&self, ty: syn::Type) -> Type {
        let at = self.at(&ty);
        let other = |name: &str, args: Vec<Type>| Type {
            path: if name.is_empty() { Vec::new() } else { vec![name.to_owned()] },
            args,
            at: at.clone(),
        };
        match ty {
            syn::Type::Path(path) => {
                let args = path.path.segments.last().map(|last| match &last.arguments {
                    syn::PathArguments::AngleBracketed(args) => {
                        let types = args.args.iter().filter_map(|arg| match arg {
                            syn::GenericArgument::Type(ty) => Some(self.ty(ty.clone())),
                            _ => None,
                        });
                        types.collect()
                    }
                    _ => Vec::new(),
                });
                let args = args.unwrap_or_default();
                Type { path: path_names(&path.path), args, at }
            }
            syn::Type::Reference(inner) => self.ty(*inner.elem),
            syn::Type::Paren(inner) => self.ty(*inner.elem),
            syn::Type::Group(inner) => self.ty(*inner.elem),
            syn::Type::Array(inner) => other("[]", vec![self.ty(*inner.elem)]),
            syn::Type::Slice(inner) => other("[]", vec![self.ty(*inner.elem)]),
            syn::Type::Tuple(inner) => {
                other("()", inner.elems.into_iter().map(|ty| self.ty(ty)).collect())
            }
            _ => other("", Vec::new()),
        }
    }

    fn attributes(&self, attributes: &[syn::Attribute]) -> Vec<Attribute> {
        let read = |attribute: &syn::Attribute| {
            let name = joined(attribute.path());
            let (args, value) = match &attribute.meta {
                Meta::Path(_) => (Vec::new(), None),
                Meta::List(list) => (self.arguments(list.tokens.clone()), None),
                Meta::NameValue(pair) => (Vec::new(), Some(self.expr(pair.value.clone()))),
            };
            Attribute { name, args, value }
        };
        attributes.iter().filter(|a| !a.path().is_ident("doc")).map(read).collect()
    }

    /// `a, b = "c", d(e)`; what has another form is kept by its first name.
    fn arguments(&self, stream: TokenStream) -> Vec<Argument> {
        let mut found = Vec::new();
        let mut rest: Vec<TokenTree> = Vec::new();
        let mut finish = |rest: &mut Vec<TokenTree>| {
            found.extend(self.argument(std::mem::take(rest)));
        };
        for tree in stream {
            match &tree {
                TokenTree::Punct(punct) if punct.as_char() == ',' => finish(&mut rest),
                _ => rest.push(tree),
            }
        }
        finish(&mut rest);
        found
    }

    fn argument(&self, trees: Vec<TokenTree>) -> Option<Argument> {
        trees.first()?;
        let mut found = Argument { name: String::new(), value: None, args: Vec::new() };
        let mut trees = trees.into_iter();
        while let Some(tree) = trees.next() {
            match tree {
                TokenTree::Ident(ident) => {
                    let text = ident.to_string();
                    found.name.push_str(text.strip_prefix("r#").unwrap_or(&text));
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => found.name.push(':'),
                TokenTree::Punct(punct) if punct.as_char() == '=' => {
                    let value: TokenStream = trees.collect();
                    found.value = syn::parse2::<syn::Expr>(value).ok().map(|e| self.expr(e));
                    break;
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                    found.args = self.arguments(group.stream());
                }
                _ => break,
            }
        }
        Some(found)
    }

    /// The condition under which something is compiled, as it is written.
    fn cfg(&self, attributes: &[syn::Attribute]) -> Option<String> {
        let cfg = attributes.iter().find(|a| a.path().is_ident("cfg"))?;
        let at = cfg.meta.require_list().ok()?.tokens.span().byte_range();
        self.text.get(at).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn block(&self, block: syn::Block) -> Block {
        let mut found = Block::default();
        for statement in block.stmts {
            match statement {
                syn::Stmt::Item(item) => found.items.extend(self.item(item)),
                syn::Stmt::Local(local) => {
                    let pattern = self.pattern(local.pat);
                    let (value, otherwise) = match local.init {
                        Some(init) => (
                            Some(self.expr(*init.expr)),
                            init.diverge.map(|(_, expr)| match self.expr(*expr).kind {
                                Kind::Block(block) => block,
                                _ => Block::default(),
                            }),
                        ),
                        None => (None, None),
                    };
                    found.statements.push(Statement::Let { pattern, value, otherwise });
                }
                syn::Stmt::Expr(expr, semicolon) => {
                    let statement =
                        Statement::Expr { expr: self.expr(expr), value: semicolon.is_none() };
                    found.statements.push(statement);
                }
                syn::Stmt::Macro(statement) => {
                    let expr =
                        Expr { at: self.at(&statement.mac), kind: self.macro_call(statement.mac) };
                    let value = statement.semi_token.is_none();
                    found.statements.push(Statement::Expr { expr, value });
                }
            }
        }
        found
    }

    fn boxed(&self, expr: syn::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn exprs(&self, exprs: impl IntoIterator<Item = syn::Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&self, expr: syn::Expr) -> Expr {
        let at = self.at(&expr);
        let kind = match expr {
            syn::Expr::MethodCall(_)
            | syn::Expr::Field(_)
            | syn::Expr::Index(_)
            | syn::Expr::Await(_)
            | syn::Expr::Try(_) => self.chain(expr),
            syn::Expr::Binary(_) => self.binary(expr),
            syn::Expr::Lit(literal) => self.literal(literal.lit, &at),
            syn::Expr::Path(path) => Kind::Path(path_names(&path.path)),
            syn::Expr::Call(call) => {
                Kind::Call { function: self.boxed(*call.func), args: self.exprs(call.args) }
            }
            syn::Expr::Macro(call) => self.macro_call(call.mac),
            syn::Expr::Unary(unary) => match unary.op {
                syn::UnOp::Not(_) => Kind::Not(self.boxed(*unary.expr)),
                syn::UnOp::Neg(_) => Kind::Negative(self.boxed(*unary.expr)),
                _ => return self.expr(*unary.expr),
            },
            syn::Expr::Reference(inner) => return self.expr(*inner.expr),
            syn::Expr::Paren(inner) => return self.expr(*inner.expr),
            syn::Expr::Group(inner) => return self.expr(*inner.expr),
            syn::Expr::Cast(inner) => return self.expr(*inner.expr),
            syn::Expr::Assign(assign) => Kind::Assign {
                place: self.boxed(*assign.left),
                operator: None,
                value: self.boxed(*assign.right),
            },
            syn::Expr::Let(condition) => Kind::Let {
                pattern: self.pattern(*condition.pat),
                value: self.boxed(*condition.expr),
            },
            syn::Expr::If(_) => return self.conditional(expr),
            syn::Expr::Match(matched) => Kind::Match {
                on: self.boxed(*matched.expr),
                arms: matched.arms.into_iter().map(|arm| self.arm(arm)).collect(),
            },
            syn::Expr::ForLoop(each) => Kind::For {
                pattern: self.pattern(*each.pat),
                over: self.boxed(*each.expr),
                body: self.block(each.body),
            },
            syn::Expr::While(each) => {
                Kind::While { test: self.boxed(*each.cond), body: self.block(each.body) }
            }
            syn::Expr::Loop(each) => Kind::Loop(self.block(each.body)),
            syn::Expr::Block(inner) => Kind::Block(self.block(inner.block)),
            syn::Expr::Async(inner) => Kind::Block(self.block(inner.block)),
            syn::Expr::Unsafe(inner) => Kind::Block(self.block(inner.block)),
            syn::Expr::Closure(closure) => Kind::Closure {
                params: closure.inputs.into_iter().map(|p| self.pattern(p)).collect(),
                body: self.boxed(*closure.body),
            },
            syn::Expr::Array(array) => Kind::Array(self.configured(array.elems)),
            syn::Expr::Repeat(repeat) => {
                Kind::Repeat { value: self.boxed(*repeat.expr), times: self.boxed(*repeat.len) }
            }
            syn::Expr::Tuple(tuple) => Kind::Tuple(self.exprs(tuple.elems)),
            syn::Expr::Struct(literal) => Kind::Struct {
                path: path_names(&literal.path),
                fields: literal
                    .fields
                    .into_iter()
                    .map(|field| (member(&field.member), self.expr(field.expr)))
                    .collect(),
                rest: literal.rest.map(|rest| self.boxed(*rest)),
            },
            syn::Expr::Return(inner) => Kind::Return(inner.expr.map(|e| self.boxed(*e))),
            syn::Expr::Break(_) => Kind::Break,
            syn::Expr::Continue(_) => Kind::Continue,
            syn::Expr::Range(range) => Kind::Range {
                from: range.start.map(|e| self.boxed(*e)),
                to: range.end.map(|e| self.boxed(*e)),
                closed: matches!(range.limits, syn::RangeLimits::Closed(_)),
            },
            _ => Kind::Other("this form of an expression"),
        };
        Expr { kind, at }
    }

    /// `if`, `else if`, `else`, without going into the depth.
    fn conditional(&self, expr: syn::Expr) -> Expr {
        let mut tests = Vec::new();
        let mut next = Some(expr);
        let mut last = None;
        while let Some(expr) = next.take() {
            let at = self.at(&expr);
            match expr {
                syn::Expr::If(test) => {
                    tests.push((at, self.expr(*test.cond), self.block(test.then_branch)));
                    next = test.else_branch.map(|(_, other)| *other);
                }
                other => last = Some(Box::new(self.expr(other))),
            }
        }
        for (at, test, then) in tests.into_iter().rev() {
            let kind = Kind::If { test: Box::new(test), then, otherwise: last.take() };
            last = Some(Box::new(Expr { kind, at }));
        }
        last.map_or(Expr { kind: Kind::Other("this form of an expression"), at: 0..0 }, |e| *e)
    }

    fn chain(&self, expr: syn::Expr) -> Kind {
        let mut links = Vec::new();
        let mut base = expr;
        loop {
            base = match base {
                syn::Expr::MethodCall(call) => {
                    let at =
                        self.at(&call.method).start..self.at(&call.paren_token.span.close()).end;
                    let (name, args) = (name(&call.method), self.exprs(call.args));
                    links.push(Link::Method { name, args, at });
                    *call.receiver
                }
                syn::Expr::Field(field) => {
                    links.push(Link::Field(member(&field.member)));
                    *field.base
                }
                syn::Expr::Index(index) => {
                    links.push(Link::Index(self.expr(*index.index)));
                    *index.expr
                }
                syn::Expr::Await(inner) => {
                    links.push(Link::Await);
                    *inner.base
                }
                syn::Expr::Try(inner) => {
                    links.push(Link::Try);
                    *inner.expr
                }
                other => {
                    links.reverse();
                    return Kind::Chain { base: self.boxed(other), links };
                }
            };
        }
    }

    fn binary(&self, expr: syn::Expr) -> Kind {
        let mut rest = Vec::new();
        let mut first = expr;
        while let syn::Expr::Binary(binary) = first {
            if let Some(operator) = assigned(&binary.op) {
                let value = self.boxed(*binary.right);
                let place = self.boxed(*binary.left);
                return Kind::Assign { place, operator: Some(operator), value };
            }
            rest.push((operator(&binary.op), self.expr(*binary.right)));
            first = *binary.left;
        }
        rest.reverse();
        Kind::Binary { first: self.boxed(first), rest }
    }

    fn literal(&self, literal: syn::Lit, at: &At) -> Kind {
        match literal {
            syn::Lit::Str(text) => {
                let value = text.value();
                let source = self.text.get(at.start - self.shift..at.end - self.shift);
                let open = source.and_then(|source| {
                    let hashes = source
                        .strip_prefix('r')
                        .map_or(0, |rest| 1 + rest.len() - rest.trim_start_matches('#').len());
                    let open = hashes + 1;
                    source.get(open..)?.starts_with(&value).then_some(open)
                });
                // Where a line ends in two bytes, the value has one.
                let start = open.filter(|_| !value.is_empty()).map(|open| at.start + open);
                Kind::Text { value, start }
            }
            syn::Lit::Int(int) => match int.base10_parse::<i128>() {
                Ok(value) => Kind::Int(value),
                Err(_) => Kind::Other("a number of this size"),
            },
            syn::Lit::Float(float) => Kind::Float(float.base10_digits().to_owned()),
            syn::Lit::Bool(value) => Kind::Bool(value.value),
            syn::Lit::Char(value) => Kind::Char(value.value()),
            _ => Kind::Other("a literal of this kind"),
        }
    }

    fn macro_call(&self, call: syn::Macro) -> Kind {
        let called = path_names(&call.path).pop().unwrap_or_default();
        // A list, as most macros take it; behind a semicolon or a name with `=` too.
        let list = |input: ParseStream<'_>| {
            let (mut found, mut repeats) = (Vec::new(), false);
            while !input.is_empty() {
                if input.peek(syn::Ident::peek_any)
                    && input.peek2(syn::Token![=])
                    && !input.peek2(syn::Token![==])
                {
                    let own = syn::Ident::parse_any(input)?;
                    input.parse::<syn::Token![=]>()?;
                    found.push((Some(own), input.parse::<syn::Expr>()?));
                } else {
                    found.push((None, input.parse::<syn::Expr>()?));
                }
                if input.is_empty() {
                    break;
                }
                if input.peek(syn::Token![;]) {
                    repeats = true;
                    input.parse::<syn::Token![;]>()?;
                } else {
                    input.parse::<syn::Token![,]>()?;
                }
            }
            Ok((found, repeats))
        };
        let read = list.parse2(call.tokens).ok();
        let repeats = read.as_ref().is_some_and(|(_, repeats)| *repeats);
        let args: Option<Vec<Expr>> = read.map(|(found, _)| {
            let one = |(named, expr): (Option<syn::Ident>, syn::Expr)| match named {
                None => self.with_cfg(expr),
                Some(own) => {
                    let at = self.at(&own).start..self.at(&expr).end;
                    let place =
                        Box::new(Expr { at: self.at(&own), kind: Kind::Path(vec![name(&own)]) });
                    let value = self.boxed(expr);
                    Expr { kind: Kind::Assign { place, operator: None, value }, at }
                }
            };
            found.into_iter().map(one).collect()
        });
        match (called.as_str(), args) {
            // `vec![value; times]`
            ("vec", Some(args)) if repeats => {
                let mut args = args.into_iter();
                match (args.next(), args.next()) {
                    (Some(value), Some(times)) => {
                        Kind::Repeat { value: Box::new(value), times: Box::new(times) }
                    }
                    _ => Kind::Other("this form of `vec!`"),
                }
            }
            (_, args) => Kind::Macro { name: called, args },
        }
    }

    fn configured(&self, exprs: Punctuated<syn::Expr, syn::Token![,]>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.with_cfg(expr)).collect()
    }

    /// An element of a list, with the condition under which it is compiled.
    fn with_cfg(&self, expr: syn::Expr) -> Expr {
        let attributes: &[syn::Attribute] = match &expr {
            syn::Expr::Call(e) => &e.attrs,
            syn::Expr::Path(e) => &e.attrs,
            syn::Expr::Struct(e) => &e.attrs,
            syn::Expr::MethodCall(e) => &e.attrs,
            syn::Expr::Tuple(e) => &e.attrs,
            syn::Expr::Lit(e) => &e.attrs,
            _ => &[],
        };
        let cfg = self.cfg(attributes);
        let expr = self.expr(expr);
        match cfg {
            None => expr,
            Some(cfg) => {
                Expr { at: expr.at.clone(), kind: Kind::Configured { cfg, inner: Box::new(expr) } }
            }
        }
    }

    fn arm(&self, arm: syn::Arm) -> Arm {
        let cfg = self.cfg(&arm.attrs);
        let (pattern, guard) = match arm.pat {
            syn::Pat::Guard(inner) => (*inner.pat, Some(self.expr(*inner.guard))),
            pattern => (pattern, None),
        };
        Arm { cfg, pattern: self.pattern(pattern), guard, body: self.expr(*arm.body) }
    }

    fn pattern(&self, pattern: syn::Pat) -> Pattern {
        let all = |patterns: Punctuated<syn::Pat, syn::Token![,]>| -> Vec<Pattern> {
            patterns.into_iter().map(|pattern| self.pattern(pattern)).collect()
        };
        match pattern {
            syn::Pat::Wild(_) => Pattern::Any,
            syn::Pat::Ident(ident) if ident.subpat.is_none() => Pattern::Name(name(&ident.ident)),
            syn::Pat::Lit(literal) => Pattern::Literal(self.boxed(syn::Expr::Lit(literal))),
            syn::Pat::Path(path) => Pattern::Path(path_names(&path.path)),
            syn::Pat::TupleStruct(tuple) => {
                Pattern::Tuple { path: path_names(&tuple.path), inner: all(tuple.elems) }
            }
            syn::Pat::Tuple(tuple) => Pattern::Tuple { path: Vec::new(), inner: all(tuple.elems) },
            syn::Pat::Struct(pattern) => Pattern::Struct {
                path: path_names(&pattern.path),
                fields: pattern
                    .fields
                    .into_iter()
                    .map(|field| (member(&field.member), self.pattern(*field.pat)))
                    .collect(),
            },
            syn::Pat::Or(cases) => {
                Pattern::Or(cases.cases.into_iter().map(|pattern| self.pattern(pattern)).collect())
            }
            syn::Pat::Type(typed) => self.pattern(*typed.pat),
            syn::Pat::Reference(inner) => self.pattern(*inner.pat),
            syn::Pat::Paren(inner) => self.pattern(*inner.pat),
            _ => Pattern::Other,
        }
    }
}

/// A name, without `r#`.
fn name(ident: &syn::Ident) -> String {
    ident.unraw().to_string()
}

fn member(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(ident) => name(ident),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

fn path_names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| name(&segment.ident)).collect()
}

fn joined(path: &syn::Path) -> String {
    path_names(path).join("::")
}

/// Code that is compiled for tests only.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| {
        a.path().is_ident("test")
            || a.path().is_ident("cfg")
                && a.meta.require_list().is_ok_and(|l| l.tokens.to_string() == "test")
    })
}

fn imports(tree: syn::UseTree, path: &mut Vec<String>, found: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Path(inner) => {
            path.push(name(&inner.ident));
            imports(*inner.tree, path, found);
            path.pop();
        }
        syn::UseTree::Name(last) => {
            let last = name(&last.ident);
            if last == "self" {
                let own = path.last().cloned();
                found.push(Import { path: path.clone(), name: own });
            } else {
                let mut path = path.clone();
                path.push(last.clone());
                found.push(Import { path, name: Some(last) });
            }
        }
        syn::UseTree::Rename(last) => {
            let mut path = path.clone();
            let own = name(&last.ident);
            if own != "self" {
                path.push(own);
            }
            found.push(Import { path, name: Some(name(&last.rename)) });
        }
        syn::UseTree::Glob(_) => found.push(Import { path: path.clone(), name: None }),
        syn::UseTree::Group(group) => {
            for inner in group.items {
                imports(inner, path, found);
            }
        }
    }
}

fn operator(op: &syn::BinOp) -> Operator {
    match op {
        syn::BinOp::Add(_) => Operator::Add,
        syn::BinOp::Sub(_) => Operator::Sub,
        syn::BinOp::Mul(_) => Operator::Mul,
        syn::BinOp::Div(_) => Operator::Div,
        syn::BinOp::Rem(_) => Operator::Rem,
        syn::BinOp::And(_) => Operator::And,
        syn::BinOp::Or(_) => Operator::Or,
        syn::BinOp::Eq(_) => Operator::Eq,
        syn::BinOp::Ne(_) => Operator::Ne,
        syn::BinOp::Lt(_) => Operator::Lt,
        syn::BinOp::Le(_) => Operator::Le,
        syn::BinOp::Gt(_) => Operator::Gt,
        syn::BinOp::Ge(_) => Operator::Ge,
        _ => Operator::Other,
    }
}

fn assigned(op: &syn::BinOp) -> Option<Operator> {
    match op {
        syn::BinOp::AddAssign(_) => Some(Operator::Add),
        syn::BinOp::SubAssign(_) => Some(Operator::Sub),
        syn::BinOp::MulAssign(_) => Some(Operator::Mul),
        syn::BinOp::DivAssign(_) => Some(Operator::Div),
        syn::BinOp::RemAssign(_) => Some(Operator::Rem),
        syn::BinOp::BitXorAssign(_)
        | syn::BinOp::BitAndAssign(_)
        | syn::BinOp::BitOrAssign(_)
        | syn::BinOp::ShlAssign(_)
        | syn::BinOp::ShrAssign(_) => Some(Operator::Other),
        _ => None,
    }
}
