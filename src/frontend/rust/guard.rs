//! Refuses text whose syntax tree would be too deep to build, walk or drop, before it is parsed.
//!
//! It looks at the parser's own tokens, for what another reader takes for a text may be brackets
//! to the parser. Neither making nor dropping them goes into the depth.

/// Deepest nesting of brackets.
const MAX_BRACKETS: usize = 100;
/// Longest chain of calls, operators and words that take an expression behind them, summed up
/// over the open brackets.
const MAX_CHAIN: usize = 2_000;
/// The longest text, in bytes: code that people wrote stays far below.
const MAX_TEXT: usize = 4 * 1024 * 1024;
/// The longest name, in bytes: names are copied wherever they are used.
const MAX_NAME: usize = 1_000;

/// Words behind which an expression, a type or a pattern nests.
const NESTING: &[&str] = &[
    "if", "else", "match", "while", "for", "loop", "return", "break", "move", "as", "async",
    "await", "unsafe", "dyn", "impl", "mut", "ref", "let", "yield", "fn", "in", "const", "extern",
    "static", "box", "where", "use",
];

/// Words behind a block with which the same expression goes on.
const GOES_ON: &[&str] = &["else", "as"];

/// A token, as far as depth depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Open,
    /// `brace`: a curly one.
    Close {
        brace: bool,
    },
    /// `,` and `;`.
    End,
    /// `#`
    Hash,
    /// `!`
    Bang,
    Mark,
    Word {
        nests: bool,
        goes_on: bool,
        long: bool,
    },
    Literal,
}

impl Seen {
    pub(super) fn word(word: &str) -> Seen {
        Seen::Word {
            nests: NESTING.contains(&word),
            goes_on: GOES_ON.contains(&word),
            long: word.len() > MAX_NAME,
        }
    }

    pub(super) fn mark(mark: char) -> Seen {
        match mark {
            ',' | ';' => Seen::End,
            '#' => Seen::Hash,
            '!' => Seen::Bang,
            _ => Seen::Mark,
        }
    }
}

/// Why a text is not even split into tokens; `None`: it may be.
pub(super) fn too_long(text: &str) -> Option<&'static str> {
    (text.len() > MAX_TEXT).then_some("it is too long to be read")
}

/// Why a Rust file is not parsed; `None`: it may be.
pub(super) fn refuse(tokens: &[Seen]) -> Option<&'static str> {
    let mut open = vec![0usize];
    let mut chain = 0usize;
    // Attributes, doc comments among them, stand in a row and not in each other.
    let attribute = |at: usize| {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        match before(1) {
            Some(Seen::Hash) => true,
            Some(Seen::Bang) => before(2) == Some(&Seen::Hash),
            _ => false,
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        let mut end = || {
            if let Some(top) = open.last_mut() {
                chain -= std::mem::take(top);
            }
        };
        match token {
            Seen::End => end(),
            Seen::Open => {
                if !attribute(at) {
                    link(&mut open, &mut chain);
                }
                open.push(0);
            }
            Seen::Hash => {}
            Seen::Bang if attribute(at) => {}
            Seen::Close { brace } => {
                if open.len() > 1 {
                    chain -= open.pop().unwrap_or(0);
                }
                let next = tokens.get(at + 1);
                let ends = *brace
                    && next.is_none_or(|next| {
                        matches!(next, Seen::Hash | Seen::Word { goes_on: false, .. })
                    });
                if ends && let Some(top) = open.last_mut() {
                    chain -= std::mem::take(top);
                }
            }
            Seen::Word { long: true, .. } => return Some("a name in it is too long to be read"),
            Seen::Bang | Seen::Mark | Seen::Word { nests: true, .. } => link(&mut open, &mut chain),
            Seen::Word { .. } | Seen::Literal => {}
        }
        if open.len() > MAX_BRACKETS {
            return Some("its brackets are nested too deeply to be read");
        }
        if chain > MAX_CHAIN {
            return Some("an expression has too many terms to be read");
        }
    }
    None
}

fn link(open: &mut [usize], chain: &mut usize) {
    if let Some(top) = open.last_mut() {
        *top += 1;
        *chain += 1;
    }
}
