use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "unused-suppression",
    severity: Severity::Warning,
    page: include_str!("../../rules/unused-suppression.md"),
    scales: false,
    check: Check::Suppressions,
};
