//! Our own syntax tree of a Rust file: what readers of migrations and entities look at. Calls in
//! a row lie side by side, not inside each other, so that no walk goes deep.

use std::{ops::Range, rc::Rc};

/// Bytes of the file.
pub(crate) type At = Range<usize>;

/// The condition under which something is compiled, as it is written.
pub(crate) type Cfg = Option<Rc<str>>;

/// The items of one file, or of a module inside it.
pub(crate) type Items = Rc<[Rc<Item>]>;

#[derive(Debug)]
pub(crate) enum Item {
    Function(Rc<Function>),
    Enum(Enum),
    Struct(Struct),
    /// `const` and `static`.
    Constant(Constant),
    Use(Import),
    Module(Module),
    Impl(Impl),
    /// `type A = b::C;`
    Alias {
        name: String,
        ty: Type,
        cfg: Cfg,
    },
}

impl Item {
    /// What it declares; `None`: an import, or functions of a type.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Item::Function(own) => Some(&own.name),
            Item::Enum(own) => Some(&own.name),
            Item::Struct(own) => Some(&own.name),
            Item::Constant(own) => Some(&own.name),
            Item::Module(own) => Some(&own.name),
            Item::Alias { name, .. } => Some(name),
            Item::Use(_) | Item::Impl(_) => None,
        }
    }

    pub(crate) fn cfg(&self) -> &Cfg {
        match self {
            Item::Function(own) => &own.cfg,
            Item::Enum(own) => &own.cfg,
            Item::Struct(own) => &own.cfg,
            Item::Constant(own) => &own.cfg,
            Item::Module(own) => &own.cfg,
            Item::Alias { cfg, .. } => cfg,
            Item::Use(own) => &own.cfg,
            Item::Impl(own) => &own.cfg,
        }
    }

    /// Whether its name is one of values, and not of types and modules alone.
    pub(crate) fn is_value(&self) -> bool {
        matches!(self, Item::Function(_) | Item::Constant(_))
    }
}

#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) value: Expr,
    pub(crate) cfg: Cfg,
}

#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// `#[path = "…"]`.
    pub(crate) path: Option<String>,
    /// `None`: it lies in a file of its own.
    pub(crate) items: Option<Items>,
    pub(crate) cfg: Cfg,
}

/// One name that `use` brings in.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// `None`: `*`.
    pub(crate) name: Option<String>,
    pub(crate) cfg: Cfg,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<Pattern>,
    pub(crate) body: Block,
    /// From `fn` to the end of what it returns.
    pub(crate) header: At,
    pub(crate) cfg: Cfg,
}

#[derive(Debug, Clone)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) at: At,
    pub(crate) cfg: Cfg,
}

#[derive(Debug, Clone)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) at: At,
}

#[derive(Debug, Clone)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    /// Those of a tuple have the names `0`, `1` …
    pub(crate) fields: Vec<Field>,
    /// From its name on; without its fields.
    pub(crate) at: At,
    pub(crate) cfg: Cfg,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) at: At,
}

#[derive(Debug)]
pub(crate) struct Impl {
    /// `None`: the type's own functions.
    pub(crate) of: Option<Vec<String>>,
    pub(crate) on: Type,
    pub(crate) functions: Vec<Rc<Function>>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) cfg: Cfg,
}

/// A type as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Type {
    /// The names of its path: `std`, `option`, `Option`. Of an array or a slice `[]`, of a tuple
    /// `()`; empty where it is something else.
    pub(crate) path: Vec<String>,
    pub(crate) args: Vec<Type>,
    pub(crate) at: At,
}

impl Type {
    /// The last name of its path.
    pub(crate) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// `#[name(args)]`, `#[name = "value"]`.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) args: Vec<Argument>,
    pub(crate) value: Option<Rc<Expr>>,
}

/// `name`, `name = value`, `name(args)` in an attribute. A path is kept as `a::b`.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) value: Option<Rc<Expr>>,
    pub(crate) args: Vec<Argument>,
}

impl Argument {
    /// The text that it is set to.
    pub(crate) fn text(&self) -> Option<&str> {
        self.value.as_ref()?.text()
    }
}

/// The statements of a block, with the items that are declared among them.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) items: Items,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Let {
        pattern: Pattern,
        value: Option<Expr>,
        /// `let … else { … }`.
        otherwise: Option<Block>,
        cfg: Cfg,
    },
    /// `value`: without a semicolon behind it.
    Expr { expr: Expr, value: bool },
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    /// All of it, with its parentheses, and without its attributes.
    pub(crate) at: At,
}

impl Expr {
    /// The value of a string literal.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text { value, .. } => Some(value),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// `start`: the byte of the file at which its value stands as it is, without escapes.
    Text {
        value: Rc<str>,
        start: Option<usize>,
    },
    Int(i128),
    Float(Rc<str>),
    Bool(bool),
    Char(char),
    Path(Vec<String>),
    /// Fields, calls of methods and indexes in a row. `.await` and `?` are in it.
    Chain {
        base: Box<Expr>,
        links: Vec<Link>,
    },
    Call {
        function: Box<Expr>,
        args: Vec<Expr>,
    },
    /// `args`: those of a macro that takes a list of expressions.
    Macro {
        name: String,
        args: Option<Vec<Expr>>,
        /// The names in it, where it takes something else.
        words: Vec<String>,
    },
    /// `&mut a`
    Lent(Box<Expr>),
    /// `*a`, where something is assigned to it.
    Deref(Box<Expr>),
    /// `value as ty`, with the last name of the type.
    Cast {
        value: Box<Expr>,
        ty: String,
    },
    Not(Box<Expr>),
    Negative(Box<Expr>),
    /// `first + a + b`: operators of one level in a row, from the left.
    Binary {
        first: Box<Expr>,
        rest: Vec<(Operator, Expr)>,
    },
    /// `+=` where an operator is given.
    Assign {
        place: Box<Expr>,
        operator: Option<Operator>,
        value: Box<Expr>,
    },
    /// The condition of `if let` and `while let`.
    Let {
        pattern: Pattern,
        value: Box<Expr>,
    },
    If {
        test: Box<Expr>,
        then: Block,
        otherwise: Option<Box<Expr>>,
    },
    Match {
        on: Box<Expr>,
        arms: Vec<Arm>,
    },
    For {
        label: Option<String>,
        pattern: Pattern,
        over: Box<Expr>,
        body: Block,
    },
    While {
        label: Option<String>,
        test: Box<Expr>,
        body: Block,
    },
    Loop {
        label: Option<String>,
        body: Block,
    },
    /// Also `unsafe { … }` and `const { … }`.
    Block {
        label: Option<String>,
        body: Block,
    },
    Async(Block),
    Closure {
        params: Rc<[Pattern]>,
        body: Rc<Expr>,
        /// The names in it; `*` for all, where there are too many.
        words: Rc<[String]>,
    },
    Array(Vec<Expr>),
    Repeat {
        value: Box<Expr>,
        times: Box<Expr>,
    },
    Tuple(Vec<Expr>),
    Struct {
        path: Vec<String>,
        fields: Vec<(String, Expr)>,
        rest: Option<Box<Expr>>,
    },
    Return(Option<Box<Expr>>),
    Break {
        label: Option<String>,
        value: Option<Box<Expr>>,
    },
    Continue {
        label: Option<String>,
    },
    Range {
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        closed: bool,
    },
    /// An expression that is compiled under a condition.
    Configured {
        cfg: Rc<str>,
        inner: Box<Expr>,
    },
    /// Something that nothing here reads, with the names in it.
    Other {
        what: &'static str,
        words: Vec<String>,
    },
}

#[derive(Debug)]
pub(crate) enum Link {
    Method { name: String, args: Vec<Expr>, at: At },
    Field(String),
    Index(Expr),
    Await,
    Try,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Other,
}

#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) body: Expr,
    pub(crate) cfg: Cfg,
}

#[derive(Debug)]
pub(crate) enum Pattern {
    Any,
    /// `..`
    Rest,
    Name(String),
    Literal(Box<Expr>),
    Path(Vec<String>),
    /// `Some(x)`; `path` is empty for a tuple.
    Tuple {
        path: Vec<String>,
        inner: Vec<Pattern>,
    },
    Struct {
        path: Vec<String>,
        fields: Vec<(String, Pattern)>,
    },
    /// `[a, b]`
    Slice(Vec<Pattern>),
    /// `name @ inner`
    At {
        name: String,
        inner: Box<Pattern>,
    },
    Or(Vec<Pattern>),
    Other,
}
