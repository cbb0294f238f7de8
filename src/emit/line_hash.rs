//! The hash of a line that GitHub's code scanning knows an alert by, `primaryLocationLineHash`.
//!
//! As github/codeql-action computes it (`src/fingerprints.ts`, `hash`), which warns of every
//! result that says another: a polynomial to the base 37, modulo 2^64, over the first 100 UTF-16
//! units from the line's beginning on, spaces and tabs left out, CR and CRLF taken for LF, the
//! end of the file marked by 65535 and filled up with zeros. A number tells equal ones apart.

use std::collections::HashMap;

const WINDOW: usize = 100;
const BASE: u64 = 37;
const END: u64 = 65_535;

/// The hash of every line of a text. A CR alone ends a line here, as it does for the action.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let mut state = State {
        window: [0; WINDOW],
        starts: [false; WINDOW],
        at: 0,
        hash: 0,
        last: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE)),
        seen: HashMap::new(),
        hashes: Vec::new(),
    };
    let (mut line_start, mut after_cr) = (true, false);
    for unit in text.encode_utf16().map(u64::from).chain([END]) {
        let is = |c: char| unit == u64::from(u32::from(c));
        if is(' ') || is('\t') || (after_cr && is('\n')) {
            after_cr = false;
            continue;
        }
        after_cr = is('\r');
        let ends_line = after_cr || is('\n');
        state.flush();
        if line_start {
            state.starts[state.at] = true;
        }
        line_start = ends_line;
        state.push(if ends_line { u64::from(u32::from('\n')) } else { unit });
    }
    for _ in 0..WINDOW {
        state.flush();
        state.push(0);
    }
    state.hashes
}

struct State {
    window: [u64; WINDOW],
    /// Whether a line begins with the unit at this place of the window.
    starts: [bool; WINDOW],
    at: usize,
    hash: u64,
    /// The weight of the unit that leaves the window.
    last: u64,
    seen: HashMap<u64, usize>,
    hashes: Vec<String>,
}

impl State {
    /// The window is full for the line that began where it ends.
    fn flush(&mut self) {
        if !std::mem::take(&mut self.starts[self.at]) {
            return;
        }
        let count = self.seen.entry(self.hash).or_default();
        *count += 1;
        self.hashes.push(format!("{:x}:{count}", self.hash));
    }

    fn push(&mut self, unit: u64) {
        let gone = std::mem::replace(&mut self.window[self.at], unit);
        let left = self.last.wrapping_mul(gone);
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(unit).wrapping_sub(left);
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// What the action's own tests expect (`src/fingerprints.test.ts`).
    #[test]
    fn the_hashes_are_those_of_the_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        let lines = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1"];
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d")[..3], lines);
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d")[3], "a23a3dc5e078b07b:1");
        let open = line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End");
        assert_eq!(
            open,
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ]
        );
        let closed = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for ends in [["\n"; 6], ["\r"; 6], ["\r\n"; 6], ["\n", "\r\n", "\n", "\r", "\r", "\r\n"]] {
            let [a, b, c, d, e, f] = ends;
            let text = format!(" hello; \t{a}world!!!{b}{c}{d}  \t\tGreetings{e} End{f}");
            assert_eq!(line_hashes(&text), closed, "{text:?}");
        }
        assert_eq!(
            line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10)),
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }
}
