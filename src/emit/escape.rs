//! Text that comes from the project, made harmless for the languages it is put into.
//!
//! All of it has gone through [`super::clean`] before: there are no control characters and no
//! line ends in it.

/// Text and attribute values of XML 1.0, and so of HTML; XML has no way to write some characters at all
/// (section 2.2, `Char`).
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&c.escape_unicode().to_string());
            }
            _ => out.push(c),
        }
    }
    out
}

/// A path as a URI reference (RFC 3986): everything but unreserved characters and `/` is
/// percent-encoded.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A message as GitHub-flavoured Markdown that shows what it says and does nothing, in a table's
/// cell too. What stands between backticks stays code.
pub(super) fn markdown(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    let mut out = String::with_capacity(message.len());
    for (at, part) in parts.iter().enumerate() {
        let inside = at % 2 == 1;
        let closed = at + 1 < parts.len();
        match (inside, closed) {
            (false, _) => out.push_str(&prose(part)),
            (true, true) if !part.is_empty() => out.push_str(&code(part)),
            (true, true) => out.push_str("&#96;&#96;"),
            (true, false) => {
                out.push_str("&#96;");
                out.push_str(&prose(part));
            }
        }
    }
    out
}

/// Text as code within a line of Markdown, or a cell.
pub(super) fn code(text: &str) -> String {
    // Backticks do for what cannot end them or a cell; a row of them never comes to stand
    // against another.
    let plain = !text.contains(['`', '|', '\\']) && text.trim() == text && !text.is_empty();
    if plain { format!("`{text}`") } else { format!("<code>{}</code>", entities(text)) }
}

/// Text in an HTML tag within Markdown: no character is left that either knows.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '-' | '/' | ',' | '%' | '=' | '(' | ')' => out.push(c),
            '@' => out.push_str("&#64;&#8203;"),
            _ if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

/// Text outside of code. Mentions, references and addresses are parted by a zero-width space,
/// as Dependabot and Renovate do it: they are looked for where escapes are gone already.
fn prose(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1).copied();
        let in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A backslash before it would not keep it from ending a cell.
            '|' => out.push_str("&#124;"),
            '`' => out.push_str("&#96;"),
            '_' if in_word(before) && in_word(after) => out.push(c),
            '\\' | '*' | '_' | '[' | ']' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("\\#&#8203;"),
            '-' if before.is_some_and(|c| c.eq_ignore_ascii_case(&'h'))
                && after.is_some_and(|c| c.is_ascii_digit()) =>
            {
                out.push_str("-&#8203;");
            }
            ':' if after == Some('/') => out.push_str(":&#8203;"),
            '.' if before.is_some_and(|c| c.eq_ignore_ascii_case(&'w')) && in_word(after) => {
                out.push_str("&#46;");
            }
            _ => out.push(c),
        }
    }
    out
}

/// Code in a fence that nothing in it can end; `language` is ours.
pub(super) fn fence(language: &str, code: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ticks = "`".repeat((longest + 1).max(3));
    format!("{ticks}{language}\n{code}\n{ticks}\n")
}

#[cfg(test)]
mod tests {
    use super::{fence, markdown, uri, xml};

    #[test]
    fn xml_has_no_markup_and_no_illegal_character_left() {
        assert_eq!(xml("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
        assert_eq!(xml("]]>"), "]]&gt;");
        assert_eq!(xml("a\u{0}\u{1b}\u{fffe}b"), "a\\u{0}\\u{1b}\\u{fffe}b");
        assert_eq!(xml("é\u{1f600}"), "é\u{1f600}");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ç%41#?:x.py"), "a%20b/%C3%A7%2541%23%3F%3Ax.py");
        assert_eq!(uri("javascript:x"), "javascript%3Ax");
    }

    #[test]
    fn ordinary_messages_stay_as_they_are() {
        let message =
            "column `is_recurring` is added to `tasks` as NOT NULL (23502), if a row's in it";
        assert_eq!(markdown(message), message);
        assert_eq!(markdown("near \"ALTER\": is_recurring"), "near \"ALTER\": is_recurring");
    }

    #[test]
    fn messages_do_nothing() {
        assert_eq!(markdown("[x](https://e.org)"), "\\[x\\](https:&#8203;//e.org)");
        assert_eq!(markdown("@all #12 a*b* _c_"), "@&#8203;all \\#&#8203;12 a\\*b\\* \\_c\\_");
        assert_eq!(markdown("GH-12"), "GH-&#8203;12");
        assert_eq!(markdown("a|b <img>"), "a&#124;b &lt;img&gt;");
        assert_eq!(markdown("![i] www.e.org"), "\\!\\[i\\] www&#46;e.org");
    }

    #[test]
    fn names_cannot_leave_their_code() {
        assert_eq!(markdown("`a|b`"), "<code>a&#124;b</code>");
        assert_eq!(markdown("`a\\|b`"), "<code>a&#92;&#124;b</code>");
        assert_eq!(markdown("`@all`"), "`@all`");
        assert_eq!(markdown("table `t` @all `u`"), "table `t` @&#8203;all `u`");
        assert_eq!(markdown("table `t @all"), "table &#96;t @&#8203;all");
        assert_eq!(markdown("``"), "&#96;&#96;");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("sql", "x"), "```sql\nx\n```\n");
        assert_eq!(fence("", "a````b"), "`````\na````b\n`````\n");
    }
}
