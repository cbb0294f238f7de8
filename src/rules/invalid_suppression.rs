use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "invalid-suppression",
    severity: Severity::Warning,
    page: include_str!("../../rules/invalid-suppression.md"),
    scales: false,
    check: Check::Suppressions,
};
