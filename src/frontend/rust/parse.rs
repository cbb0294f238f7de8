//! Text into our own tree, by way of `syn`.

use std::{cell::Cell, ops::Range, rc::Rc};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Meta,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
};

use super::{
    guard::{self, Seen},
    syntax::{
        Argument, Arm, At, Attribute, Block, Cfg, Constant, Enum, Expr, Field, Function, Impl,
        Import, Item, Items, Kind, Link, Module, Operator, Pattern, Statement, Struct, Type,
        Variant,
    },
    tokens,
};

/// How often all tokens of a file may be parsed again, as arguments of macros in each other.
const MAX_AGAIN: usize = 8;

/// Parses a file.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn parse(text: &str) -> Result<Items, (At, String)> {
    // A mark in front of the text is no part of it for the parser, but is for places.
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bare = bare.get(shebang(bare)..).unwrap_or_default();
    let read =
        read::<syn::File, _>(bare, text.len() - bare.len(), |lower, file| lower.items(file.items));
    proc_macro2::extra::invalidate_current_thread_spans();
    read
}

/// Parses one expression, such as one in an attribute's string. Its places mean nothing.
pub(crate) fn expression(text: &str) -> Option<Expr> {
    let read = read::<syn::Expr, _>(text, 0, |lower, expr| lower.expr(expr));
    proc_macro2::extra::invalidate_current_thread_spans();
    read.ok()
}

fn read<P: syn::parse::Parse, T>(
    text: &str,
    shift: usize,
    then: impl FnOnce(&Lower<'_>, P) -> T,
) -> Result<T, (At, String)> {
    if let Some(why) = guard::too_long(text) {
        return Err((0..0, why.to_owned()));
    }
    let wrong = |error: syn::Error| {
        let Range { start, end } = error.span().byte_range();
        (start + shift..end + shift, format!("syntax error: {error}"))
    };
    let stream: TokenStream = text.parse().map_err(|error| wrong(syn::Error::from(error)))?;
    let tokens = seen(&stream);
    if let Some(why) = guard::refuse(&tokens) {
        return Err((0..0, why.to_owned()));
    }
    let lower = Lower { text, shift, again: Cell::new(tokens.len().saturating_mul(MAX_AGAIN)) };
    match syn::parse2::<P>(stream) {
        Ok(found) => Ok(then(&lower, found)),
        Err(error) => Err(wrong(error)),
    }
}

/// The length of `#!/usr/bin/env …`.
fn shebang(text: &str) -> usize {
    let is = text.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    if is { text.find('\n').unwrap_or(text.len()) } else { 0 }
}

/// The tokens of a stream in a row, brackets among them.
fn each(stream: &TokenStream, mut see: impl FnMut(Seen, Option<&proc_macro2::Ident>)) {
    let mut open = vec![(stream.clone().into_iter(), None)];
    while let Some((inner, brace)) = open.last_mut() {
        match inner.next() {
            None => {
                if let Some(brace) = *brace {
                    see(Seen::Close { brace }, None);
                }
                open.pop();
            }
            Some(TokenTree::Group(group)) => {
                see(Seen::Open, None);
                let brace = group.delimiter() == Delimiter::Brace;
                open.push((group.stream().into_iter(), Some(brace)));
            }
            // The mark of a lifetime is no operator.
            Some(TokenTree::Punct(punct)) if punct.as_char() == '\'' => {}
            Some(TokenTree::Punct(punct)) => see(Seen::mark(punct.as_char()), None),
            Some(TokenTree::Ident(ident)) => see(Seen::word(&ident.to_string()), Some(&ident)),
            Some(TokenTree::Literal(_)) => see(Seen::Literal, None),
        }
    }
}

fn seen(stream: &TokenStream) -> Vec<Seen> {
    let mut found = Vec::new();
    each(stream, |token, _| found.push(token));
    found
}

/// The names in a stream.
fn words(stream: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    each(stream, |_, word| found.extend(word.map(name)));
    found.sort_unstable();
    found.dedup();
    found
}

struct Lower<'t> {
    text: &'t str,
    shift: usize,
    /// Tokens that may still be parsed again.
    again: Cell<usize>,
}

impl Lower<'_> {
    fn range(&self, span: proc_macro2::Span) -> At {
        let Range { start, end } = span.byte_range();
        start + self.shift..end + self.shift
    }

    /// The place of something small: all its tokens are looked at.
    fn at(&self, node: &impl Spanned) -> At {
        self.range(node.span())
    }

    fn items(&self, items: Vec<syn::Item>) -> Items {
        items.into_iter().flat_map(|item| self.item(item)).map(Rc::new).collect()
    }

    fn item(&self, item: syn::Item) -> Vec<Item> {
        let one = match item {
            syn::Item::Fn(function) => {
                if is_test(&function.attrs) {
                    return Vec::new();
                }
                let cfg = self.cfg(&function.attrs);
                Item::Function(Rc::new(self.function(function.sig, *function.block, cfg)))
            }
            syn::Item::Enum(item) => Item::Enum(Enum {
                at: self.at(&item.ident),
                name: name(&item.ident),
                attributes: self.attributes(&item.attrs),
                variants: item.variants.into_iter().map(|v| self.variant(v)).collect(),
                cfg: self.cfg(&item.attrs),
            }),
            syn::Item::Struct(item) => Item::Struct(Struct {
                at: self.at(&item.ident),
                name: name(&item.ident),
                attributes: self.attributes(&item.attrs),
                fields: self.fields(item.fields),
                cfg: self.cfg(&item.attrs),
            }),
            syn::Item::Const(item) => Item::Constant(Constant {
                cfg: self.cfg(&item.attrs),
                name: name(&item.ident),
                value: self.expr(*item.expr),
            }),
            syn::Item::Static(item) => Item::Constant(Constant {
                cfg: self.cfg(&item.attrs),
                name: name(&item.ident),
                value: self.expr(*item.expr),
            }),
            syn::Item::Use(item) => {
                if is_test(&item.attrs) {
                    return Vec::new();
                }
                let cfg = self.cfg(&item.attrs);
                let mut found = Vec::new();
                imports(item.tree, &mut Vec::new(), &cfg, &mut found);
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
                if is_test(&item.attrs) {
                    return Vec::new();
                }
                let cfg = self.cfg(&item.attrs);
                let of = item.trait_.map(|(path, _)| path_names(&path));
                let on = self.ty(*item.self_ty);
                let (mut functions, mut constants) = (Vec::new(), Vec::new());
                for inner in item.items {
                    match inner {
                        syn::ImplItem::Fn(own) if is_test(&own.attrs) => {}
                        syn::ImplItem::Fn(own) => {
                            let cfg = self.cfg(&own.attrs);
                            functions.push(Rc::new(self.function(own.sig, own.block, cfg)));
                        }
                        syn::ImplItem::Const(own) => constants.push(Constant {
                            cfg: self.cfg(&own.attrs),
                            name: name(&own.ident),
                            value: self.expr(own.expr),
                        }),
                        _ => {}
                    }
                }
                Item::Impl(Impl { of, on, functions, constants, cfg })
            }
            syn::Item::Type(item) => Item::Alias {
                cfg: self.cfg(&item.attrs),
                name: name(&item.ident),
                ty: self.ty(*item.ty),
            },
            _ => return Vec::new(),
        };
        vec![one]
    }

    fn function(&self, sig: syn::Signature, block: syn::Block, cfg: Cfg) -> Function {
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
            cfg,
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
            let attributes = self.attributes(&field.attrs);
            let ty = self.ty(field.ty);
            let start = field.ident.as_ref().map_or(ty.at.start, |ident| self.at(ident).start);
            Field {
                name: field.ident.as_ref().map_or_else(|| position.to_string(), name),
                attributes,
                at: start..ty.at.end,
                ty,
            }
        };
        fields.into_iter().enumerate().map(field).collect()
    }

    fn ty(&self, ty: syn::Type) -> Type {
        let list =
            |name: &str, args: Vec<Type>, at: At| Type { path: vec![name.to_owned()], args, at };
        match ty {
            syn::Type::Path(own) => {
                let at = self.path_at(&own.path);
                let start = own.qself.map_or(at.start, |of| self.at(&of.lt_token).start);
                let path = path_names(&own.path);
                let args = match own.path.segments.into_iter().next_back().map(|s| s.arguments) {
                    Some(syn::PathArguments::AngleBracketed(args)) => {
                        let types = args.args.into_iter().filter_map(|arg| match arg {
                            syn::GenericArgument::Type(ty) => Some(self.ty(ty)),
                            _ => None,
                        });
                        types.collect()
                    }
                    _ => Vec::new(),
                };
                Type { path, args, at: start..at.end }
            }
            syn::Type::Reference(own) => {
                let start = self.at(&own.and_token).start;
                let inner = self.ty(*own.elem);
                Type { at: start..inner.at.end, ..inner }
            }
            syn::Type::Paren(own) => {
                let at = self.range(own.paren_token.span.join());
                Type { at, ..self.ty(*own.elem) }
            }
            syn::Type::Group(own) => self.ty(*own.elem),
            syn::Type::Array(own) => {
                let at = self.range(own.bracket_token.span.join());
                list("[]", vec![self.ty(*own.elem)], at)
            }
            syn::Type::Slice(own) => {
                let at = self.range(own.bracket_token.span.join());
                list("[]", vec![self.ty(*own.elem)], at)
            }
            syn::Type::Tuple(own) => {
                let at = self.range(own.paren_token.span.join());
                list("()", own.elems.into_iter().map(|ty| self.ty(ty)).collect(), at)
            }
            other => Type { path: Vec::new(), args: Vec::new(), at: self.at(&other) },
        }
    }

    /// From a path's first name to the end of its last arguments.
    fn path_at(&self, path: &syn::Path) -> At {
        let first = path.segments.first().map(|segment| self.at(&segment.ident).start);
        let start = path.leading_colon.as_ref().map(|colon| self.at(colon).start);
        let end = path.segments.last().map(|segment| match &segment.arguments {
            syn::PathArguments::AngleBracketed(args) => self.at(&args.gt_token).end,
            syn::PathArguments::Parenthesized(args) => {
                self.range(args.paren_token.span.close()).end
            }
            syn::PathArguments::None => self.at(&segment.ident).end,
        });
        let start = start.or(first).unwrap_or(0);
        start..end.unwrap_or(start)
    }

    fn attributes(&self, attributes: &[syn::Attribute]) -> Vec<Attribute> {
        let read = |attribute: &syn::Attribute| {
            let name = joined(attribute.path());
            let (args, value) = match &attribute.meta {
                Meta::Path(_) => (Vec::new(), None),
                Meta::List(list) => (self.arguments(list.tokens.clone()), None),
                Meta::NameValue(pair) => (Vec::new(), Some(Rc::new(self.expr(pair.value.clone())))),
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
                    let value = syn::parse2::<syn::Expr>(value).ok();
                    found.value = value.map(|expr| Rc::new(self.expr(expr)));
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
    fn cfg(&self, attributes: &[syn::Attribute]) -> Cfg {
        let mut cfgs = attributes.iter().filter(|a| a.path().is_ident("cfg"));
        cfgs.find_map(|cfg| {
            let at = cfg.meta.require_list().ok()?.tokens.span().byte_range();
            let text = self.text.get(at)?;
            // What is left out of tests alone is there.
            let always = text.chars().filter(|c| !c.is_whitespace()).eq("not(test)".chars());
            let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (!always).then(|| Rc::from(said))
        })
    }

    fn block(&self, block: syn::Block) -> Block {
        let (mut items, mut statements) = (Vec::new(), Vec::new());
        for statement in block.stmts {
            match statement {
                syn::Stmt::Item(item) => items.extend(self.item(item).into_iter().map(Rc::new)),
                syn::Stmt::Local(local) => {
                    let cfg = self.cfg(&local.attrs);
                    let lends = lends(&local.pat);
                    let pattern = self.pattern(local.pat);
                    let (value, otherwise) = match local.init {
                        Some(init) => (
                            Some(lent(self.expr(*init.expr), lends)),
                            init.diverge.map(|(_, expr)| match self.expr(*expr).kind {
                                Kind::Block { body, .. } => body,
                                _ => Block::default(),
                            }),
                        ),
                        None => (None, None),
                    };
                    statements.push(Statement::Let { pattern, value, otherwise, cfg });
                }
                syn::Stmt::Expr(expr, semicolon) => statements.push(Statement::Expr {
                    expr: self.with_cfg(expr),
                    value: semicolon.is_none(),
                }),
                syn::Stmt::Macro(own) => {
                    let cfg = self.cfg(&own.attrs);
                    let value = own.semi_token.is_none();
                    let expr = configured(self.macro_expr(own.mac), cfg);
                    statements.push(Statement::Expr { expr, value });
                }
            }
        }
        Block { items: items.into(), statements }
    }

    fn boxed(&self, expr: syn::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn exprs(&self, exprs: Punctuated<syn::Expr, syn::Token![,]>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.with_cfg(expr)).collect()
    }

    /// Its place is put together from those of its parts: to look at all tokens of each part
    /// again would cost the depth for each of them.
    fn expr(&self, expr: syn::Expr) -> Expr {
        let span = |span: proc_macro2::Span| self.range(span);
        let (kind, at) = match expr {
            syn::Expr::MethodCall(_)
            | syn::Expr::Field(_)
            | syn::Expr::Index(_)
            | syn::Expr::Await(_)
            | syn::Expr::Try(_) => return self.chain(expr),
            syn::Expr::Binary(_) => return self.binary(expr),
            syn::Expr::Lit(literal) => {
                let at = span(literal.lit.span());
                (self.literal(literal.lit, &at), at)
            }
            syn::Expr::Path(path) => {
                let at = self.path_at(&path.path);
                let start = path.qself.map_or(at.start, |of| self.at(&of.lt_token).start);
                (Kind::Path(path_names(&path.path)), start..at.end)
            }
            syn::Expr::Call(call) => {
                let end = span(call.paren_token.span.close()).end;
                let function = self.boxed(*call.func);
                let start = function.at.start;
                (Kind::Call { function, args: self.exprs(call.args) }, start..end)
            }
            syn::Expr::Macro(call) => return self.macro_expr(call.mac),
            syn::Expr::Unary(unary) => {
                let start = self.at(&unary.op).start;
                let inner = self.expr(*unary.expr);
                let at = start..inner.at.end;
                match unary.op {
                    syn::UnOp::Not(_) => (Kind::Not(Box::new(inner)), at),
                    syn::UnOp::Neg(_) => (Kind::Negative(Box::new(inner)), at),
                    _ => (inner.kind, at),
                }
            }
            syn::Expr::Reference(own) => {
                let start = self.at(&own.and_token).start;
                let inner = self.expr(*own.expr);
                let at = start..inner.at.end;
                match own.mutability {
                    Some(_) => (Kind::Lent(Box::new(inner)), at),
                    None => (inner.kind, at),
                }
            }
            syn::Expr::Paren(own) => (self.expr(*own.expr).kind, span(own.paren_token.span.join())),
            syn::Expr::Group(own) => return self.expr(*own.expr),
            syn::Expr::Cast(own) => {
                let ty = self.ty(*own.ty);
                let value = self.boxed(*own.expr);
                let at = value.at.start..ty.at.end;
                (Kind::Cast { value, ty: ty.name().to_owned() }, at)
            }
            syn::Expr::Assign(own) => {
                let place = self.place(*own.left);
                let value = self.boxed(*own.right);
                let at = place.at.start..value.at.end;
                (Kind::Assign { place, operator: None, value }, at)
            }
            syn::Expr::Let(own) => {
                let start = self.at(&own.let_token).start;
                let lends = lends(&own.pat);
                let pattern = self.pattern(*own.pat);
                let value = Box::new(lent(self.expr(*own.expr), lends));
                let at = start..value.at.end;
                (Kind::Let { pattern, value }, at)
            }
            syn::Expr::If(_) => return self.conditional(expr),
            syn::Expr::Match(own) => {
                let at = self.at(&own.match_token).start..span(own.brace_token.span.close()).end;
                let lends = own.arms.iter().any(|arm| lends(&arm.pat));
                let on = Box::new(lent(self.expr(*own.expr), lends));
                let arms = own.arms.into_iter().map(|arm| self.arm(arm)).collect();
                (Kind::Match { on, arms }, at)
            }
            syn::Expr::ForLoop(own) => {
                let at = self.at(&own.for_token).start..self.end(&own.body);
                let label = own.label.map(|label| name(&label.name.ident));
                let (pattern, over) = (self.pattern(*own.pat), self.boxed(*own.expr));
                (Kind::For { label, pattern, over, body: self.block(own.body) }, at)
            }
            syn::Expr::While(own) => {
                let at = self.at(&own.while_token).start..self.end(&own.body);
                let label = own.label.map(|label| name(&label.name.ident));
                let test = self.boxed(*own.cond);
                (Kind::While { label, test, body: self.block(own.body) }, at)
            }
            syn::Expr::Loop(own) => {
                let at = self.at(&own.loop_token).start..self.end(&own.body);
                let label = own.label.map(|label| name(&label.name.ident));
                (Kind::Loop { label, body: self.block(own.body) }, at)
            }
            syn::Expr::Block(own) => {
                let at = span(own.block.brace_token.span.join());
                let label = own.label.map(|label| name(&label.name.ident));
                (Kind::Block { label, body: self.block(own.block) }, at)
            }
            syn::Expr::Async(own) => {
                let at = self.at(&own.async_token).start..self.end(&own.block);
                (Kind::Async(self.block(own.block)), at)
            }
            syn::Expr::Unsafe(own) => {
                let at = self.at(&own.unsafe_token).start..self.end(&own.block);
                (Kind::Block { label: None, body: self.block(own.block) }, at)
            }
            syn::Expr::Const(own) => {
                let at = self.at(&own.const_token).start..self.end(&own.block);
                (Kind::Block { label: None, body: self.block(own.block) }, at)
            }
            syn::Expr::Closure(own) => {
                let start = match (&own.asyncness, &own.capture) {
                    (Some(word), _) => self.at(word).start,
                    (None, Some(word)) => self.at(word).start,
                    (None, None) => self.at(&own.inputs_begin).start,
                };
                let params = own.inputs.into_iter().map(|p| self.pattern(p)).collect();
                let body = Rc::new(self.expr(*own.body));
                let at = start..body.at.end;
                let words = self.words_at(&at).into();
                (Kind::Closure { params, body, words }, at)
            }
            syn::Expr::Array(own) => {
                let at = span(own.bracket_token.span.join());
                (Kind::Array(self.exprs(own.elems)), at)
            }
            syn::Expr::Repeat(own) => {
                let at = span(own.bracket_token.span.join());
                let (value, times) = (self.boxed(*own.expr), self.boxed(*own.len));
                (Kind::Repeat { value, times }, at)
            }
            syn::Expr::Tuple(own) => {
                let at = span(own.paren_token.span.join());
                (Kind::Tuple(self.exprs(own.elems)), at)
            }
            syn::Expr::Struct(own) => {
                let at = self.path_at(&own.path).start..span(own.brace_token.span.close()).end;
                let field = |field: syn::FieldValue| {
                    let cfg = self.cfg(&field.attrs);
                    (member(&field.member), configured(self.expr(field.expr), cfg))
                };
                let fields = own.fields.into_iter().map(field).collect();
                let rest = own.rest.map(|rest| self.boxed(*rest));
                (Kind::Struct { path: path_names(&own.path), fields, rest }, at)
            }
            syn::Expr::Return(own) => {
                let word = self.at(&own.return_token);
                let value = own.expr.map(|e| self.boxed(*e));
                let end = value.as_ref().map_or(word.end, |value| value.at.end);
                (Kind::Return(value), word.start..end)
            }
            syn::Expr::Break(own) => {
                let word = self.at(&own.break_token);
                let label = own.label.map(|label| name(&label.ident));
                let value = own.expr.map(|e| self.boxed(*e));
                let end = value.as_ref().map_or(word.end, |value| value.at.end);
                (Kind::Break { label, value }, word.start..end)
            }
            syn::Expr::Continue(own) => {
                let at = self.at(&own.continue_token);
                (Kind::Continue { label: own.label.map(|label| name(&label.ident)) }, at)
            }
            syn::Expr::Range(own) => {
                let limits = self.at(&own.limits);
                let closed = matches!(own.limits, syn::RangeLimits::Closed(_));
                let from = own.start.map(|e| self.boxed(*e));
                let to = own.end.map(|e| self.boxed(*e));
                let start = from.as_ref().map_or(limits.start, |from| from.at.start);
                let end = to.as_ref().map_or(limits.end, |to| to.at.end);
                (Kind::Range { from, to, closed }, start..end)
            }
            other => {
                let at = self.at(&other);
                let words = self.words_at(&at);
                (Kind::Other { what: "this form of an expression", words }, at)
            }
        };
        Expr { kind, at }
    }

    /// The names at a place.
    fn words_at(&self, at: &At) -> Vec<String> {
        let size = at.len() / 4;
        let Some(left) = self.again.get().checked_sub(size) else { return vec!["*".to_owned()] };
        self.again.set(left);
        let own = self.text.get(at.start - self.shift..at.end - self.shift);
        let tokens = tokens::tokens(own.unwrap_or_default());
        let mut words: Vec<_> =
            tokens.iter().filter_map(|token| token.word().map(str::to_owned)).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Where a block ends.
    fn end(&self, block: &syn::Block) -> usize {
        self.range(block.brace_token.span.close()).end
    }

    /// What is assigned to.
    fn place(&self, expr: syn::Expr) -> Box<Expr> {
        let through =
            matches!(&expr, syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)));
        let inner = self.boxed(expr);
        if !through {
            return inner;
        }
        let at = inner.at.clone();
        Box::new(Expr { kind: Kind::Deref(inner), at })
    }

    /// `if`, `else if`, `else`, without going into the depth.
    fn conditional(&self, expr: syn::Expr) -> Expr {
        let mut tests = Vec::new();
        let mut next = Some(expr);
        let mut last: Option<Box<Expr>> = None;
        while let Some(expr) = next.take() {
            match expr {
                syn::Expr::If(test) => {
                    let at = self.at(&test.if_token).start..self.end(&test.then_branch);
                    tests.push((at, self.expr(*test.cond), self.block(test.then_branch)));
                    next = test.else_branch.map(|(_, other)| *other);
                }
                other => last = Some(self.boxed(other)),
            }
        }
        for (at, test, then) in tests.into_iter().rev() {
            let end = last.as_ref().map_or(at.end, |last| last.at.end);
            let kind = Kind::If { test: Box::new(test), then, otherwise: last.take() };
            last = Some(Box::new(Expr { kind, at: at.start..end }));
        }
        let nothing = Kind::Other { what: "this form of an expression", words: Vec::new() };
        last.map_or(Expr { kind: nothing, at: 0..0 }, |expr| *expr)
    }

    fn chain(&self, expr: syn::Expr) -> Expr {
        let mut links = Vec::new();
        let mut base = expr;
        let mut end = 0;
        loop {
            let (next, own) = match base {
                syn::Expr::MethodCall(call) => {
                    let close = self.range(call.paren_token.span.close()).end;
                    let at = self.at(&call.method).start..close;
                    let (name, args) = (name(&call.method), self.exprs(call.args));
                    links.push(Link::Method { name, args, at });
                    (*call.receiver, close)
                }
                syn::Expr::Field(field) => {
                    let close = self.at(&field.member).end;
                    links.push(Link::Field(member(&field.member)));
                    (*field.base, close)
                }
                syn::Expr::Index(index) => {
                    let close = self.range(index.bracket_token.span.close()).end;
                    links.push(Link::Index(self.expr(*index.index)));
                    (*index.expr, close)
                }
                syn::Expr::Await(inner) => {
                    links.push(Link::Await);
                    (*inner.base, self.at(&inner.await_token).end)
                }
                syn::Expr::Try(inner) => {
                    links.push(Link::Try);
                    (*inner.expr, self.at(&inner.question_token).end)
                }
                other => {
                    links.reverse();
                    let base = self.boxed(other);
                    let at = base.at.start..end;
                    return Expr { kind: Kind::Chain { base, links }, at };
                }
            };
            end = end.max(own);
            base = next;
        }
    }

    fn binary(&self, expr: syn::Expr) -> Expr {
        let mut rest = Vec::new();
        let mut first = expr;
        while let syn::Expr::Binary(binary) = first {
            if let Some(operator) = assigned(&binary.op) {
                let value = self.boxed(*binary.right);
                let place = self.place(*binary.left);
                let at = place.at.start..value.at.end;
                return Expr { kind: Kind::Assign { place, operator: Some(operator), value }, at };
            }
            rest.push((operator(&binary.op), self.expr(*binary.right)));
            first = *binary.left;
        }
        rest.reverse();
        let first = self.boxed(first);
        let end = rest.last().map_or(first.at.end, |(_, last)| last.at.end);
        let at = first.at.start..end;
        Expr { kind: Kind::Binary { first, rest }, at }
    }

    fn literal(&self, literal: syn::Lit, at: &At) -> Kind {
        let other = |what| Kind::Other { what, words: Vec::new() };
        match literal {
            syn::Lit::Str(text) => {
                let value: Rc<str> = text.value().into();
                let source = self.text.get(at.start - self.shift..at.end - self.shift);
                let open = source.and_then(|source| {
                    let hashes = source
                        .strip_prefix('r')
                        .map_or(0, |rest| 1 + rest.len() - rest.trim_start_matches('#').len());
                    let open = hashes + 1;
                    source.get(open..)?.starts_with(&*value).then_some(open)
                });
                // Where a line ends in two bytes, the value has one.
                let start = open.filter(|_| !value.is_empty()).map(|open| at.start + open);
                Kind::Text { value, start }
            }
            syn::Lit::Int(int) => match int.base10_parse::<i128>() {
                Ok(value) => Kind::Int(value),
                Err(_) => other("a number of this size"),
            },
            // As it is shown: `1.50` is 1.5.
            syn::Lit::Float(float) => match float.base10_parse::<f64>() {
                Ok(value) => Kind::Float(value.to_string().into()),
                Err(_) => other("a number of this size"),
            },
            syn::Lit::Bool(value) => Kind::Bool(value.value),
            syn::Lit::Char(value) => Kind::Char(value.value()),
            _ => other("a literal of this kind"),
        }
    }

    fn macro_expr(&self, call: syn::Macro) -> Expr {
        let start = self.path_at(&call.path).start;
        let end = self.range(call.delimiter.span().close()).end;
        Expr { kind: self.macro_call(call), at: start..end }
    }

    fn macro_call(&self, call: syn::Macro) -> Kind {
        let called = path_names(&call.path).pop().unwrap_or_default();
        // Each level of macros in macros is parsed once more.
        let mut size = 0;
        each(&call.tokens, |_, _| size += 1);
        let left = self.again.get().checked_sub(size);
        let Some(left) = left else {
            return Kind::Macro { name: called, args: None, words: vec!["*".to_owned()] };
        };
        self.again.set(left);
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
        let read = list.parse2(call.tokens.clone()).ok();
        let repeats = read.as_ref().is_some_and(|(_, repeats)| *repeats);
        let args: Option<Vec<Expr>> = read.map(|(found, _)| {
            let one = |(named, expr): (Option<syn::Ident>, syn::Expr)| match named {
                None => self.with_cfg(expr),
                Some(own) => {
                    let own_at = self.at(&own);
                    let value = self.boxed(expr);
                    let at = own_at.start..value.at.end;
                    let place = Box::new(Expr { at: own_at, kind: Kind::Path(vec![name(&own)]) });
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
                    _ => Kind::Other { what: "this form of `vec!`", words: words(&call.tokens) },
                }
            }
            (_, args) => {
                let words = if args.is_none() { words(&call.tokens) } else { Vec::new() };
                Kind::Macro { name: called, args, words }
            }
        }
    }

    /// An expression, with the condition under which it is compiled.
    fn with_cfg(&self, expr: syn::Expr) -> Expr {
        let cfg = self.cfg(attributes_of(&expr));
        configured(self.expr(expr), cfg)
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
            syn::Pat::Ident(ident) => {
                let own = name(&ident.ident);
                match ident.subpat {
                    Some((_, inner)) => {
                        Pattern::At { name: own, inner: Box::new(self.pattern(*inner)) }
                    }
                    None => Pattern::Name(own),
                }
            }
            syn::Pat::Rest(_) => Pattern::Rest,
            syn::Pat::Slice(slice) => Pattern::Slice(all(slice.elems)),
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

/// Whether a pattern borrows a part of what it fits to change it: `ref mut a`.
fn lends(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Ident(ident) => {
            let inner = ident.subpat.as_ref().is_some_and(|(_, inner)| lends(inner));
            ident.by_ref.is_some() && ident.mutability.is_some() || inner
        }
        syn::Pat::Slice(slice) => slice.elems.iter().any(lends),
        syn::Pat::TupleStruct(tuple) => tuple.elems.iter().any(lends),
        syn::Pat::Tuple(tuple) => tuple.elems.iter().any(lends),
        syn::Pat::Struct(own) => own.fields.iter().any(|field| lends(&field.pat)),
        syn::Pat::Or(cases) => cases.cases.iter().any(lends),
        syn::Pat::Type(typed) => lends(&typed.pat),
        syn::Pat::Reference(inner) => lends(&inner.pat),
        syn::Pat::Paren(inner) => lends(&inner.pat),
        syn::Pat::Guard(inner) => lends(&inner.pat),
        _ => false,
    }
}

/// `&mut` of an expression, where that is what is meant.
fn lent(expr: Expr, lends: bool) -> Expr {
    match lends {
        true => Expr { at: expr.at.clone(), kind: Kind::Lent(Box::new(expr)) },
        false => expr,
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
    attributes.iter().any(|attribute| {
        let path = joined(attribute.path());
        if !path.ends_with("cfg") && !path.ends_with("test") {
            return false;
        }
        let args = attribute.meta.require_list().map(|list| format!("({})", list.tokens));
        tokens::is_test(&tokens::tokens(&(path + &args.unwrap_or_default())))
    })
}

fn imports(tree: syn::UseTree, path: &mut Vec<String>, cfg: &Cfg, found: &mut Vec<Import>) {
    let import = |path: Vec<String>, name| Import { path, name, cfg: cfg.clone() };
    match tree {
        syn::UseTree::Path(inner) => {
            path.push(name(&inner.ident));
            imports(*inner.tree, path, cfg, found);
            path.pop();
        }
        syn::UseTree::Name(last) => {
            let last = name(&last.ident);
            if last == "self" {
                let own = path.last().cloned();
                found.push(import(path.clone(), own));
            } else {
                let mut path = path.clone();
                path.push(last.clone());
                found.push(import(path, Some(last)));
            }
        }
        syn::UseTree::Rename(last) => {
            let mut path = path.clone();
            let own = name(&last.ident);
            if own != "self" {
                path.push(own);
            }
            found.push(import(path, Some(name(&last.rename))));
        }
        syn::UseTree::Glob(_) => found.push(import(path.clone(), None)),
        syn::UseTree::Group(group) => {
            for inner in group.items {
                imports(inner, path, cfg, found);
            }
        }
    }
}

/// An expression under a condition.
fn configured(expr: Expr, cfg: Cfg) -> Expr {
    match cfg {
        None => expr,
        Some(cfg) => {
            Expr { at: expr.at.clone(), kind: Kind::Configured { cfg, inner: Box::new(expr) } }
        }
    }
}

fn attributes_of(expr: &syn::Expr) -> &[syn::Attribute] {
    match expr {
        syn::Expr::Array(e) => &e.attrs,
        syn::Expr::Assign(e) => &e.attrs,
        syn::Expr::Async(e) => &e.attrs,
        syn::Expr::Await(e) => &e.attrs,
        syn::Expr::Binary(e) => &e.attrs,
        syn::Expr::Block(e) => &e.attrs,
        syn::Expr::Break(e) => &e.attrs,
        syn::Expr::Call(e) => &e.attrs,
        syn::Expr::Cast(e) => &e.attrs,
        syn::Expr::Closure(e) => &e.attrs,
        syn::Expr::Const(e) => &e.attrs,
        syn::Expr::Continue(e) => &e.attrs,
        syn::Expr::Field(e) => &e.attrs,
        syn::Expr::ForLoop(e) => &e.attrs,
        syn::Expr::If(e) => &e.attrs,
        syn::Expr::Index(e) => &e.attrs,
        syn::Expr::Lit(e) => &e.attrs,
        syn::Expr::Loop(e) => &e.attrs,
        syn::Expr::Macro(e) => &e.attrs,
        syn::Expr::Match(e) => &e.attrs,
        syn::Expr::MethodCall(e) => &e.attrs,
        syn::Expr::Paren(e) => &e.attrs,
        syn::Expr::Path(e) => &e.attrs,
        syn::Expr::Reference(e) => &e.attrs,
        syn::Expr::Repeat(e) => &e.attrs,
        syn::Expr::Return(e) => &e.attrs,
        syn::Expr::Struct(e) => &e.attrs,
        syn::Expr::Try(e) => &e.attrs,
        syn::Expr::TryBlock(e) => &e.attrs,
        syn::Expr::Tuple(e) => &e.attrs,
        syn::Expr::Unary(e) => &e.attrs,
        syn::Expr::Unsafe(e) => &e.attrs,
        syn::Expr::While(e) => &e.attrs,
        _ => &[],
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn hostile_text_is_refused_and_large_data_is_not() {
        let refused = |text: &str| parse(text).is_err();
        let many = |text: &str| text.repeat(100_000);
        assert!(refused(&format!("fn f() {{ {}1{} }}", many("("), many(")"))));
        assert!(refused(&format!("fn f() {{ a{} }}", many(".b(1, 2)"))));
        assert!(refused(&format!("fn f() {{ {}1 }}", many("!"))));
        assert!(refused(&format!("fn f() {{ {}1 }}", many("return "))));
        assert!(refused(&format!("fn f() {{ {{1}}{} }}", many("+{1}"))));
        assert!(refused(&format!("fn f() {{ if a {{}} {} }}", many("else if b {}"))));
        assert!(refused(&format!("type T = {}u8;", many("Vec<"))));
        assert!(refused(&format!("fn {}() {{}}", many("a"))));
        let more = |text: &str| text.repeat(10_000);
        assert!(!refused(&more("fn f() { if a { b() } else { c.d() } }\n")));
        assert!(!refused(&format!("{}\nfn f() {{}}", more("//! What it is for.\n"))));
        assert!(!refused(&format!("{}\nfn f() {{}}", more("/// What it is for.\n#[a(b)]\n"))));
        assert!(!refused(&format!("const A: &[u8] = &[{}];", more("-1, a::b(2).c(), "))));
    }

    #[test]
    fn what_looks_like_a_text_cannot_hide_brackets() {
        let deep = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
        let mark = '\u{301}';
        for text in [
            format!("fn f() {{ m!(\"x\"r\"a\\\"\"); {deep} }} // \""),
            format!("fn f() {{ m!('a'r\"\\\"); {deep} }} // \""),
            format!("fn f() {{ let e{mark}r = 1; m!(e{mark}r\"\\\"); {deep} }} // \""),
            format!("fn f() {{ m!(1r\"\\\"); {deep} }} // \""),
        ] {
            let why = parse(&text).expect_err("it is too deep").1;
            assert!(why.contains("too deeply") || why.contains("syntax error"), "{why}");
        }
    }

    #[test]
    fn depth_costs_no_more_than_size() {
        let parses = || {
            let inner = "a.b(1), ".repeat(10_000);
            for (open, close) in [("(1, ", ")"), ("vec![1, ", "]"), ("f(", ")"), ("-(", ")")] {
                let text = format!("fn f() {{ {}{inner}{} }}", open.repeat(45), close.repeat(45));
                assert!(parse(&text).is_ok());
            }
            let types = format!("type T = {}u8{};", "Vec<".repeat(900), ">".repeat(900));
            assert!(parse(&types.repeat(100)).is_ok());
        };
        let started = std::time::Instant::now();
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        thread.spawn(parses).expect("a thread").join().expect("it parses");
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
