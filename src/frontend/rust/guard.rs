//! Refuses text whose syntax tree would be too deep to build, walk or drop, before it is parsed.

use super::tokens::{Kind, Token};

/// Deepest nesting of brackets.
const MAX_BRACKETS: usize = 100;
/// Longest chain of calls, operators and words that take an expression behind them, summed up
/// over the open brackets.
const MAX_CHAIN: usize = 2_000;
/// The longest text, in bytes: code that people wrote stays far below.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Words behind which an expression, a type or a pattern nests.
const NESTING: &[&str] = &[
    "if", "else", "match", "while", "for", "loop", "return", "break", "move", "as", "async",
    "await", "unsafe", "dyn", "impl", "mut", "ref", "let", "yield", "fn", "in", "const", "extern",
    "static", "box", "where", "use",
];

/// Words behind a block with which the same expression goes on.
const GOES_ON: &[&str] = &["else", "as"];

/// Why a Rust file is not parsed; `None`: it may be.
pub(super) fn refuse(text: &str, tokens: &[Token]) -> Option<&'static str> {
    if text.len() > MAX_TEXT {
        return Some("it is too long to be read");
    }
    let mut open = vec![0usize];
    let mut chain = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        let mut end = || {
            if let Some(top) = open.last_mut() {
                chain -= std::mem::take(top);
            }
        };
        match &token.kind {
            Kind::Mark(',' | ';') => end(),
            Kind::Mark('(' | '[' | '{') => {
                link(&mut open, &mut chain);
                open.push(0);
            }
            Kind::Mark(close @ (')' | ']' | '}')) => {
                if open.len() > 1 {
                    chain -= open.pop().unwrap_or(0);
                }
                let next = tokens.get(at + 1);
                let ends = *close == '}'
                    && next.is_none_or(|next| {
                        next.word().is_some_and(|word| !GOES_ON.contains(&word)) || next.is('#')
                    });
                if ends && let Some(top) = open.last_mut() {
                    chain -= std::mem::take(top);
                }
            }
            Kind::Mark(_) => link(&mut open, &mut chain),
            Kind::Word(word) if NESTING.contains(&word.as_str()) => link(&mut open, &mut chain),
            Kind::Word(_) | Kind::Text(_) => {}
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

#[cfg(test)]
mod tests {
    use super::{super::tokens::tokens, refuse};

    #[test]
    fn hostile_text_is_refused_and_large_data_is_not() {
        let refused = |text: &str| refuse(text, &tokens(text)).is_some();
        let many = |text: &str| text.repeat(100_000);
        assert!(refused(&format!("fn f() {{ {}1{} }}", many("("), many(")"))));
        assert!(refused(&format!("fn f() {{ a{} }}", many(".b(1, 2)"))));
        assert!(refused(&format!("fn f() {{ {}1 }}", many("!"))));
        assert!(refused(&format!("fn f() {{ {}1 }}", many("return "))));
        assert!(refused(&format!("fn f() {{ {{1}}{} }}", many("+{1}"))));
        assert!(refused(&format!("fn f() {{ if a {{}} {} }}", many("else if b {}"))));
        assert!(refused(&format!("type T = {}u8;", many("Vec<"))));
        assert!(!refused(&many("fn f() { if a { b() } else { c.d() } }\n")));
        assert!(!refused(&format!("const A: &[u8] = &[{}];", many("-1, a::b(2).c(), "))));
    }
}
