use super::{Check, Graph, Rule, finding};
use crate::diagnostic::{Finding, Label, Severity};

pub(super) const RULE: Rule = Rule {
    name: "broken-history",
    severity: Severity::Error,
    page: include_str!("../../rules/broken-history.md"),
    scales: false,
    check: Check::Graph(check),
};

fn check(graph: &Graph<'_>, out: &mut Vec<Finding>) {
    for broken in graph.history.broken.iter().chain(graph.unloadable) {
        let mut found = finding(broken.span, "", broken.message.clone(), broken.help.clone());
        found.related = broken
            .related
            .iter()
            .map(|(span, text)| Label { span: *span, text: text.clone() })
            .collect();
        out.push(found);
    }
}
