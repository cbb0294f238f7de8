use super::{Check, Graph, Rule, finding};
use crate::diagnostic::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    name: "merged-revision-edited",
    severity: Severity::Error,
    page: include_str!("../../rules/merged-revision-edited.md"),
    scales: false,
    check: Check::Graph(check),
};

fn check(graph: &Graph<'_>, out: &mut Vec<Finding>) {
    for edited in graph.edited {
        let (message, label) = match edited.deleted {
            true => {
                (format!("migration `{}` of the base is deleted", edited.id), "it followed here")
            }
            false => (
                format!("migration `{}` has been merged and is edited", edited.id),
                "the base has other code here",
            ),
        };
        let help = "Databases that have run it will not run it again. Put it back, and write a new migration.";
        out.push(finding(edited.span, label, message, help));
    }
}
