//! The manual is a test: a bad example prints what its page shows, a good one nothing.

use std::fs;

use miglint::{diagnostic::Report, rules};

use crate::{
    page::{Example, Page, pages},
    support::{full, home, run, updating},
};

/// What the page's own rule, alone, prints for an example.
fn printed(page: &Page, example: &Example) -> (String, Report) {
    let rule = rules::find(&page.name).expect("a rule for the page");
    let folder = example.project();
    let all = matches!(rule.check, rules::Check::Suppressions);
    let ran = if all { rules::RULES } else { &[rule][..] };
    // What is narrowed to a database is not judged as a whole.
    let databases = if all { Vec::new() } else { example.databases() };
    let (opened, report) = run(folder.path(), example.since(), &databases, ran);
    let mut report = report.expect("a report");
    report.diagnostics.retain(|d| d.rule == page.name);
    (full(&opened, &report), report)
}

#[test]
fn examples_print_what_their_pages_show() {
    let mut wrong = Vec::new();
    for page in pages() {
        let mut lines: Vec<String> = page.text.lines().map(str::to_owned).collect();
        let mut moved = 0isize;
        for example in &page.examples {
            let (text, report) = printed(&page, example);
            let place = format!("rules/{}.md:{}", page.name, example.line);
            for opaque in &report.opaque {
                wrong.push(format!("{place}: a part is opaque: {}", opaque.reason));
            }
            if example.bad && text.is_empty() {
                wrong.push(format!("{place}: a bad example prints nothing"));
            }
            if !example.bad && !text.is_empty() {
                wrong.push(format!("{place}: a good example prints\n{text}"));
            }
            if !example.bad {
                continue;
            }
            let shown = example.expected.as_ref().map(|(text, ..)| text.trim_end());
            if shown == Some(text.as_str()) {
                continue;
            }
            if !updating() {
                wrong.push(format!(
                    "{place}: the page shows another output (UPDATE=1 rewrites it) than\n{text}"
                ));
                continue;
            }
            moved += write(&mut lines, example, &text, moved);
        }
        if updating() {
            let text = lines.join("\n") + "\n";
            fs::write(home().join(format!("rules/{}.md", page.name)), text).expect("the page");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Puts the output behind the example, or in the place of what is there; says by how many lines
/// the rest of the page has moved.
fn write(lines: &mut Vec<String>, example: &Example, text: &str, moved: isize) -> isize {
    let at = |line: usize| (line as isize + moved) as usize;
    let mut fence = vec!["```text".to_owned()];
    fence.extend(text.lines().map(str::to_owned));
    fence.push("```".to_owned());
    if let Some((_, from, to)) = &example.expected {
        let old = lines.splice(at(*from) - 1..at(*to), fence.clone()).count();
        return fence.len() as isize - old as isize;
    }
    // Behind the last fence of the example: the code, and the files beside it.
    let mut end = at(example.line);
    let mut fences = example.files.len();
    while fences > 0 {
        if lines[end] == "```" {
            fences -= 1;
        }
        end += 1;
    }
    fence.insert(0, String::new());
    let added = fence.len() as isize;
    lines.splice(end..end, fence);
    added
}

#[test]
fn every_rule_has_a_page_with_a_bad_and_a_good_example() {
    let pages = pages();
    let names: Vec<&str> = pages.iter().map(|p| p.name.as_str()).collect();
    for rule in rules::RULES {
        assert!(names.contains(&rule.name), "{} has no page", rule.name);
        assert!(!rule.summary().is_empty(), "{} has no summary", rule.name);
        assert!(rule.page.starts_with(&format!("# {}\n", rule.name)));
    }
    for page in &pages {
        assert!(rules::find(&page.name).is_some(), "{} has no rule", page.name);
        if page.name == "merged-revision-edited" {
            continue;
        }
        assert!(page.examples.iter().any(|e| e.bad), "{} has no bad example", page.name);
        assert!(page.examples.iter().any(|e| !e.bad), "{} has no good example", page.name);
    }
}

#[test]
fn the_index_lists_every_rule() {
    let mut text = String::from("# Rules\n\n| rule | severity | what it means |\n|---|---|---|\n");
    for rule in rules::RULES {
        let name = rule.name;
        text.push_str(&format!(
            "| [`{name}`]({name}.md) | {} | {} |\n",
            rule.severity.name(),
            rule.summary()
        ));
    }
    let path = home().join("rules/README.md");
    if updating() {
        fs::write(&path, &text).expect("the index");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, text, "rules/README.md is out of date; UPDATE=1 rewrites it");
}
