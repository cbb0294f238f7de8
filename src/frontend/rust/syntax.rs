//! Our own syntax tree of a Rust file: what readers of migrations and entities look at. Calls in
//! a row lie side by side, not inside each other, so that no walk goes deep.

use std::ops::Range;

/// Bytes of the file.
pub(crate) type At = Range<usize>;

/// The items of one file, or of a module inside it.
pub(crate) type Items = Vec<Item>;

#[derive(Debug, Clone)]
pub(crate) enum Item {
    Function(Function),
    Enum(Enum),
    Struct(Struct),
    /// `const` and `static`.
    Constant {
        name: String,
        value: Expr,
    },
    Use(Import),
    Module(Module),
    Impl(Impl),
    /// `type A = b::C;`
    Alias {
        name: String,
        ty: Type,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// `#[path = "…"]`.
    pub(crate) path: Option<String>,
    /// `None`: it lies in a file of its own.
    pub(crate) items: Option<Items>,
    pub(crate) cfg: Option<String>,
}

/// One name that `use` brings in.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// `None`: `*`.
    pub(crate) name: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<Pattern>,
    pub(crate) body: Block,
    /// From `fn` to the end of what it returns.
    pub(crate) header: At,
}

#[derive(Debug, Clone)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) at: At,
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
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) at: At,
}

#[derive(Debug, Clone)]
pub(crate) struct Impl {
    /// `None`: the type's own functions.
    pub(crate) of: Option<Vec<String>>,
    pub(crate) on: Type,
    pub(crate) functions: Vec<Function>,
    pub(crate) constants: Vec<(String, Expr)>,
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
    pub(crate) value: Option<Expr>,
}

/// `name`, `name = value`, `name(args)` in an attribute. A path is kept as `a::b`.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) value: Option<Expr>,
    pub(crate) args: Vec<Argument>,
}

impl Argument {
    /// The text that it is set to.
    pub(crate) fn text(&self) -> Option<&str> {
        self.value.as_ref()?.text()
    }
}

/// The statements of a block, with the items that are declared among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) items: Items,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub(crate) enum Statement {
    Let {
        pattern: Pattern,
        value: Option<Expr>,
        /// `let … else { … }`.
        otherwise: Option<Block>,
    },
    /// `value`: without a semicolon behind it.
    Expr { expr: Expr, value: bool },
}

#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
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

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// `start`: the byte of the file at which its value stands as it is, without escapes.
    Text {
        value: String,
        start: Option<usize>,
    },
    Int(i128),
    Float(String),
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
        pattern: Pattern,
        over: Box<Expr>,
        body: Block,
    },
    While {
        test: Box<Expr>,
        body: Block,
    },
    Loop(Block),
    /// Also `async { … }` and `unsafe { … }`.
    Block(Block),
    Closure {
        params: Vec<Pattern>,
        body: Box<Expr>,
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
    Break,
    Continue,
    Range {
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        closed: bool,
    },
    /// An expression that is compiled under a condition.
    Configured {
        cfg: String,
        inner: Box<Expr>,
    },
    /// Something that nothing here reads.
    Other(&'static str),
}

#[derive(Debug, Clone)]
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

#[derive(Debug, Clone)]
pub(crate) struct Arm {
    pub(crate) pattern: Pattern,
    pub(crate) guard: Option<Expr>,
    pub(crate) body: Expr,
    pub(crate) cfg: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Any,
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
    Or(Vec<Pattern>),
    Other,
}
