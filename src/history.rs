//! The migrations of one tree: the revision graph, its order, its heads.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::source::{FileId, Span};

/// One migration as its frontend found it. What it does is read later, against the schema
/// as it stands at that point (see `frontend::Reader`).
#[derive(Debug, Clone)]
pub struct Migration {
    /// The tool's own id: Alembic's revision, a file's version number.
    pub id: String,
    /// What it follows. Empty: a base. Several: a merge. For tools without a graph, the one before.
    pub parents: Vec<String>,
    /// Alembic's `depends_on`.
    pub depends_on: Vec<String>,
    /// Alembic's `branch_labels`.
    pub labels: Vec<String>,
    /// What people call it: the slug or the docstring's first line.
    pub title: String,
    pub file: FileId,
    /// The file that holds the way back, where it is another one.
    pub down_file: Option<FileId>,
    /// Where the id is said (`revision = …`); the file's top where it is the file's name.
    pub id_span: Span,
    /// Where the parents are said (`down_revision = …`).
    pub parent_span: Option<Span>,
    /// Run again whenever its text changes (Flyway's `R__`): an edit is the intended use.
    pub repeatable: bool,
}

/// Why a file that looks like a migration is none, or a graph cannot be followed.
#[derive(Debug, Clone)]
pub struct Broken {
    pub span: Span,
    pub message: String,
    pub help: String,
    pub related: Vec<(Span, String)>,
}

/// The migrations of a tree in the order in which its tool runs them.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Parents before children.
    pub migrations: Vec<Migration>,
    /// Positions in `migrations` of those that no other follows.
    pub heads: Vec<usize>,
    pub broken: Vec<Broken>,
    index: HashMap<String, usize>,
    children: Vec<Vec<usize>>,
}

impl History {
    /// Orders migrations as found, and says what is wrong with their graph.
    pub fn new(found: Vec<Migration>, mut broken: Vec<Broken>) -> History {
        let found = unique(found, &mut broken);
        let index = index_of(&found);
        missing_parents(&found, &index, &mut broken);
        let order = order(&found, &index, &mut broken);
        let mut slots: Vec<Option<Migration>> = found.into_iter().map(Some).collect();
        let migrations: Vec<Migration> =
            order.into_iter().filter_map(|at| slots[at].take()).collect();
        let index = index_of(&migrations);
        let mut children = vec![Vec::new(); migrations.len()];
        for (at, migration) in migrations.iter().enumerate() {
            for parent in migration.parents.iter().filter_map(|p| index.get(p)) {
                children[*parent].push(at);
            }
        }
        let heads = (0..migrations.len()).filter(|&at| children[at].is_empty()).collect();
        History { migrations, heads, broken, index, children }
    }

    pub fn position(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Finds a migration by its id, or by a prefix of it that fits one alone.
    pub fn find(&self, id: &str) -> Option<usize> {
        if let Some(at) = self.position(id) {
            return Some(at);
        }
        let mut fitting = self.migrations.iter().enumerate().filter(|(_, m)| m.id.starts_with(id));
        let (at, _) = fitting.next().filter(|_| id.len() >= 4)?;
        fitting.next().is_none().then_some(at)
    }

    /// A migration and everything that must have run before it.
    pub fn ancestors(&self, of: usize) -> Vec<bool> {
        let mut seen = vec![false; self.migrations.len()];
        let mut todo = vec![of];
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let migration = &self.migrations[at];
            todo.extend(
                migration
                    .parents
                    .iter()
                    .chain(&migration.depends_on)
                    .filter_map(|id| self.position(id)),
            );
        }
        seen
    }

    pub fn children(&self, of: usize) -> &[usize] {
        &self.children[of]
    }

    /// The labels of the branch a migration stands on: its own and its ancestors'.
    pub fn branch_labels(&self, of: usize) -> Vec<&str> {
        let mut seen = vec![false; self.migrations.len()];
        let mut todo = vec![of];
        let mut labels: Vec<&str> = Vec::new();
        // `depends_on` orders branches; it does not join them.
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let migration = &self.migrations[at];
            labels.extend(migration.labels.iter().map(String::as_str));
            todo.extend(migration.parents.iter().filter_map(|id| self.position(id)));
        }
        labels.sort_unstable();
        labels.dedup();
        labels
    }
}

fn index_of(migrations: &[Migration]) -> HashMap<String, usize> {
    migrations.iter().enumerate().map(|(at, m)| (m.id.clone(), at)).collect()
}

/// Keeps the first of each id. Alembic warns "present more than once" and then uses one of them.
fn unique(found: Vec<Migration>, broken: &mut Vec<Broken>) -> Vec<Migration> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut kept = Vec::with_capacity(found.len());
    for migration in found {
        if let Some(&other) = first.get(&migration.id) {
            broken.push(Broken {
                span: migration.id_span,
                message: format!("revision `{}` is declared twice", migration.id),
                help: "Give one of the two a new id; only one of them would ever run.".to_owned(),
                related: vec![(other, "the other one is here".to_owned())],
            });
            continue;
        }
        first.insert(migration.id.clone(), migration.id_span);
        kept.push(migration);
    }
    kept
}

fn missing_parents(found: &[Migration], index: &HashMap<String, usize>, broken: &mut Vec<Broken>) {
    let labels: Vec<&str> =
        found.iter().flat_map(|m| m.labels.iter().map(String::as_str)).collect();
    for migration in found {
        let span = migration.parent_span.unwrap_or(migration.id_span);
        for parent in migration.parents.iter().filter(|p| !index.contains_key(*p)) {
            broken.push(Broken {
                span,
                message: format!("`{}` follows revision `{parent}`, which is not here", migration.id),
                help: "Restore the missing file, or set `down_revision` to the revision this one really follows. \
                       Alembic stops with a KeyError before it runs anything."
                    .to_owned(),
                related: Vec::new(),
            });
        }
        let known = |id: &&String| !index.contains_key(*id) && !labels.contains(&id.as_str());
        for other in migration.depends_on.iter().filter(known) {
            broken.push(Broken {
                span,
                message: format!(
                    "`{}` depends on revision `{other}`, which is not here",
                    migration.id
                ),
                help: "Restore the missing file, or take it out of `depends_on`.".to_owned(),
                related: Vec::new(),
            });
        }
    }
}

/// The order in which `alembic upgrade heads` runs them: walked from the heads down, one
/// branch at a time, a revision only after all that follow it, and then turned around.
fn order(
    found: &[Migration],
    index: &HashMap<String, usize>,
    broken: &mut Vec<Broken>,
) -> Vec<usize> {
    let before = |at: usize| {
        let migration: &Migration = &found[at];
        let mut ids: Vec<usize> = migration
            .parents
            .iter()
            .chain(&migration.depends_on)
            .filter_map(|id| index.get(id).copied())
            .collect();
        let mut seen = Vec::with_capacity(ids.len());
        ids.retain(|id| {
            !seen.contains(id) && {
                seen.push(*id);
                true
            }
        });
        ids
    };
    let mut waiting = vec![0usize; found.len()];
    for at in 0..found.len() {
        before(at).into_iter().for_each(|parent| waiting[parent] += 1);
    }
    let mut current: Vec<usize> = (0..found.len()).filter(|&at| waiting[at] == 0).collect();
    let mut listed = vec![false; found.len()];
    let mut done = vec![false; found.len()];
    let mut output = Vec::with_capacity(found.len());
    let mut active = 0;
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
    for at in 0..found.len() {
        before(at).into_iter().for_each(|parent| after[parent].push(at));
    }
    let mut budget = MAX_LOOKED.max(found.len() * 8);
    while !current.is_empty() {
        let candidate = current[active];
        if waiting[candidate] > 0 {
            // Alembic goes on with the first of the other heads that depend on this one
            // (`RevisionMap._topological_sort`).
            let next = match depending(candidate, &current, &after, &done, &mut budget) {
                Some(head) => Some(head),
                None => current.iter().position(|&other| waiting[other] == 0),
            };
            match next {
                Some(head) if head != active => active = head,
                _ => break,
            }
            continue;
        }
        output.push(candidate);
        done[candidate] = true;
        let parents = before(candidate);
        parents.iter().for_each(|&parent| waiting[parent] -= 1);
        let mut fresh = parents.into_iter().filter(|&p| !std::mem::replace(&mut listed[p], true));
        match fresh.next() {
            Some(first) => {
                current[active] = first;
                current.extend(fresh);
            }
            None => {
                current.remove(active);
                active = active.saturating_sub(1);
            }
        }
    }
    output.reverse();
    let left: Vec<usize> = (0..found.len()).filter(|&at| !done[at]).collect();
    report_cycle(found, index, &left, broken);
    output.extend(left);
    output
}

/// Revisions looked at, over all, for which head depends on which; hostile graphs run into it.
const MAX_LOOKED: usize = 1_000_000;

/// The first head that comes after a revision, by what has not been listed yet.
fn depending(
    of: usize,
    heads: &[usize],
    after: &[Vec<usize>],
    done: &[bool],
    budget: &mut usize,
) -> Option<usize> {
    let mut seen = HashSet::from([of]);
    let mut todo = vec![of];
    while let Some(at) = todo.pop() {
        *budget = budget.checked_sub(1)?;
        todo.extend(after[at].iter().filter(|&&next| !done[next] && seen.insert(next)));
    }
    heads.iter().position(|head| *head != of && seen.contains(head))
}

/// What could not be ordered is a cycle, or leads into one: names the cycle itself.
fn report_cycle(
    found: &[Migration],
    index: &HashMap<String, usize>,
    left: &[usize],
    broken: &mut Vec<Broken>,
) {
    let stuck: HashSet<usize> = left.iter().copied().collect();
    let mut seen = HashSet::new();
    for &start in left {
        let mut path = Vec::new();
        let mut at = start;
        while seen.insert(at) {
            path.push(at);
            let migration = &found[at];
            let next = migration
                .parents
                .iter()
                .chain(&migration.depends_on)
                .filter_map(|id| index.get(id));
            match next.copied().find(|next| stuck.contains(next)) {
                Some(next) => at = next,
                None => break,
            }
        }
        let Some(from) = path.iter().position(|&p| p == at) else { continue };
        let cycle = &path[from..];
        let shown: Vec<&str> = cycle.iter().take(8).map(|&p| found[p].id.as_str()).collect();
        let more = if cycle.len() > 8 { ", …" } else { "" };
        let first = &found[cycle[0]];
        broken.push(Broken {
            span: first.parent_span.unwrap_or(first.id_span),
            message: format!("the revisions {}{more} follow each other in a cycle", shown.join(", ")),
            help: "One of them must follow a revision outside the cycle, or none. Alembic refuses to load it."
                .to_owned(),
            related: cycle[1..]
                .iter()
                .take(4)
                .map(|&p| (found[p].parent_span.unwrap_or(found[p].id_span), "part of the cycle".to_owned()))
                .collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{History, Migration};
    use crate::source::{FileId, Span};

    fn history(edges: &[(&str, &[&str])]) -> History {
        let span = Span::top(FileId(0));
        let one = |(id, parents): &(&str, &[&str])| Migration {
            id: (*id).to_owned(),
            parents: parents.iter().map(|p| (*p).to_owned()).collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            title: String::new(),
            file: FileId(0),
            down_file: None,
            repeatable: false,
            id_span: span,
            parent_span: None,
        };
        History::new(edges.iter().map(one).collect(), Vec::new())
    }

    fn ids(history: &History) -> Vec<&str> {
        history.migrations.iter().map(|m| m.id.as_str()).collect()
    }

    #[test]
    fn parents_come_first_and_a_branch_runs_in_one_piece() {
        let h = history(&[
            ("m", &["b2", "c"]),
            ("c", &["a"]),
            ("b2", &["b1"]),
            ("b1", &["a"]),
            ("a", &[]),
        ]);
        assert_eq!(ids(&h).first(), Some(&"a"));
        assert_eq!(ids(&h).last(), Some(&"m"));
        let at = |id| ids(&h).iter().position(|x| *x == id);
        assert_eq!(at("b1").map(|i| i + 1), at("b2"));
        assert_eq!(h.heads.len(), 1);
        assert!(h.broken.is_empty());
    }

    #[test]
    fn a_cycle_a_twin_and_a_missing_parent_are_named() {
        let h = history(&[("a", &["b"]), ("b", &["a"]), ("c", &["zzz"]), ("c", &[])]);
        let messages: Vec<&str> = h.broken.iter().map(|b| b.message.as_str()).collect();
        assert!(messages.iter().any(|m| m.contains("in a cycle")), "{messages:?}");
        assert!(messages.iter().any(|m| m.contains("declared twice")), "{messages:?}");
        assert!(messages.iter().any(|m| m.contains("`zzz`, which is not here")), "{messages:?}");
        assert_eq!(h.migrations.len(), 3);
    }

    #[test]
    fn a_long_line_costs_linear_time() {
        let names: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
        let parents: Vec<Vec<&str>> = (0..names.len())
            .map(|n| if n == 0 { vec![] } else { vec![names[n - 1].as_str()] })
            .collect();
        let edges: Vec<(&str, &[&str])> =
            names.iter().zip(&parents).map(|(n, p)| (n.as_str(), p.as_slice())).collect();
        assert_eq!(history(&edges).heads.len(), 1);
    }
}
