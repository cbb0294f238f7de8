//! Refuses text whose syntax tree would be too deep to walk, before it is parsed.
//!
//! Parsers and, worse, the dropping of their trees recurse; a stack that runs out takes the
//! whole process with it.

/// Deepest nesting of brackets.
const MAX_BRACKETS: usize = 200;
/// Longest chain of operators, calls and attributes: `a + a + a …`, `f()()() …`.
const MAX_CHAIN: usize = 2_500;
/// Widest indentation, in columns: every level of blocks costs at least one.
const MAX_INDENT: usize = 400;

/// Why a Python file is not parsed; `None`: it may be.
pub(super) fn refuse(text: &str) -> Option<&'static str> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, stack: vec![0], chain: 0 };
    scan.run()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The length of the chain in each open bracket.
    stack: Vec<usize>,
    /// The sum of `stack`.
    chain: usize,
}

impl Scan<'_> {
    fn run(&mut self) -> Option<&'static str> {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            match byte {
                b'#' => self.comment(),
                b'\'' | b'"' => {
                    let from = self.at;
                    let formatted = self.formatted();
                    self.string(byte);
                    if formatted && too_deep(&self.bytes[from..self.at]) {
                        return Some("a formatted string is nested too deeply to be read");
                    }
                }
                b'(' | b'[' | b'{' => {
                    self.link();
                    self.stack.push(0);
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    if self.stack.len() > 1 {
                        self.chain -= self.stack.pop().unwrap_or(0);
                    }
                    self.at += 1;
                }
                b',' | b';' => self.end_item(),
                b'\n' => {
                    if self.stack.len() == 1 {
                        self.end_item();
                    } else {
                        self.at += 1;
                    }
                    let indent = self.bytes[self.at..]
                        .iter()
                        .take_while(|b| matches!(b, b' ' | b'\t'))
                        .count();
                    if indent > MAX_INDENT && self.stack.len() == 1 {
                        return Some("it is indented too deeply to be read");
                    }
                    self.at += indent;
                }
                b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'@' | b'~' | b'<'
                | b'>' | b'.' => {
                    self.link();
                    self.at += 1;
                }
                _ if byte.is_ascii_alphabetic() || byte == b'_' => self.word(),
                _ => self.at += 1,
            }
            if self.stack.len() > MAX_BRACKETS {
                return Some("its brackets are nested too deeply to be read");
            }
            if self.chain > MAX_CHAIN {
                return Some("an expression has too many terms to be read");
            }
        }
        None
    }

    fn link(&mut self) {
        if let Some(top) = self.stack.last_mut() {
            *top += 1;
            self.chain += 1;
        }
    }

    fn end_item(&mut self) {
        if let Some(top) = self.stack.last_mut() {
            self.chain -= std::mem::take(top);
        }
        self.at += 1;
    }

    fn comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }

    /// Whether the quote at hand has an f or t before it.
    fn formatted(&self) -> bool {
        let before = &self.bytes[self.at.saturating_sub(2)..self.at];
        before.iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'))
    }

    fn string(&mut self, quote: u8) {
        let triple = self.bytes[self.at..].starts_with(&[quote, quote, quote]);
        self.at += if triple { 3 } else { 1 };
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'\n' if !triple => return,
                _ if byte == quote && !triple => {
                    self.at += 1;
                    return;
                }
                _ if byte == quote && self.bytes[self.at..].starts_with(&[quote, quote, quote]) => {
                    self.at += 3;
                    return;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    fn word(&mut self) {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            self.at += 1;
        }
        if matches!(
            &self.bytes[from..self.at],
            b"not" | b"lambda" | b"if" | b"else" | b"await" | b"for" | b"yield"
        ) {
            self.link();
        }
    }
}

fn too_deep(text: &[u8]) -> bool {
    let (mut depth, mut deepest, mut links) = (0usize, 0usize, 0usize);
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'+' | b'-' | b'*' | b'.' | b'~' => links += 1,
            _ => {}
        }
    }
    deepest > MAX_BRACKETS || (deepest > 0 && links > 20 * MAX_CHAIN)
}

#[cfg(test)]
mod tests {
    use super::refuse;

    #[test]
    fn hostile_text_is_refused_and_large_data_is_not() {
        assert!(refuse(&format!("x = {}1{}", "(".repeat(100_000), ")".repeat(100_000))).is_some());
        assert!(refuse(&format!("x = 1{}", "+1".repeat(200_000))).is_some());
        assert!(refuse(&format!("x = a{}", ".f(1, 2)".repeat(100_000))).is_some());
        assert!(refuse(&format!("x = {}1", "not ".repeat(100_000))).is_some());
        assert!(refuse(&format!("x = {}1", "lambda: ".repeat(100_000))).is_some());
        assert!(
            refuse(&format!("x = [{}]", "{'a': -1.5, 'b': (1 + 2)},\n".repeat(50_000))).is_none()
        );
        assert!(refuse("def f():\n    '''it's (((fine'''\n    return 1\n").is_none());
    }
}
