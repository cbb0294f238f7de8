use super::{Check, Graph, Rule, finding};
use crate::diagnostic::{Finding, Label, Severity};

pub(super) const RULE: Rule = Rule {
    name: "multiple-heads",
    severity: Severity::Error,
    page: include_str!("../../rules/multiple-heads.md"),
    scales: false,
    check: Check::Graph(check),
};

/// Heads that carry different branch labels are meant: they are upgraded by their labels.
fn check(graph: &Graph<'_>, out: &mut Vec<Finding>) {
    let history = graph.history;
    let mut groups: std::collections::BTreeMap<Vec<&str>, Vec<usize>> =
        std::collections::BTreeMap::new();
    for &head in &history.heads {
        groups.entry(history.branch_labels(head)).or_default().push(head);
    }
    for (labels, heads) in groups {
        let [first, others @ ..] = heads.as_slice() else { continue };
        if others.is_empty() {
            continue;
        }
        let id = |at: usize| history.migrations[at].id.as_str();
        let named: Vec<String> = heads.iter().take(6).map(|&at| format!("`{}`", id(at))).collect();
        let on = if labels.is_empty() {
            String::new()
        } else {
            format!(" on branch {}", labels.join(", "))
        };
        let last = others.last().copied().unwrap_or(*first);
        let mut found = finding(
            history.migrations[last].id_span,
            "`alembic upgrade head` refuses: Multiple head revisions are present",
            format!("the history has {} heads{on}: {}", heads.len(), named.join(", ")),
            "Merge them, or let one follow the other by its `down_revision`.",
        );
        let rest = heads.iter().filter(|&&at| at != last).take(5);
        found.related = rest
            .map(|&at| Label {
                span: history.migrations[at].id_span,
                text: format!("`{}` is a head too", id(at)),
            })
            .collect();
        let all: Vec<&str> = heads.iter().map(|&at| id(at)).collect();
        found.code = Some(format!("alembic merge -m \"merge heads\" {}", all.join(" ")));
        out.push(found);
    }
}
