//! The revision graph.

use std::io::{self, Write};

use serde_json::json;

use super::clean;
use crate::{history::History, project::Tree, source::Sources};

/// One line for each migration, in the order in which they run.
///
/// # Errors
/// Those of the writer.
pub fn graph_text(
    out: &mut dyn Write,
    sources: &Sources,
    tree: &Tree,
    history: &History,
) -> io::Result<()> {
    writeln!(out, "{} in {}", tree.tool.name(), clean(&tree.shown()))?;
    let mut previous: Option<&str> = None;
    for (at, migration) in history.migrations.iter().enumerate() {
        let mut marks = Vec::new();
        if migration.parents.is_empty() {
            marks.push("base".to_owned());
        } else if migration.parents.len() > 1 {
            marks.push(format!("merges {}", migration.parents.join(", ")));
        } else if previous != Some(migration.parents[0].as_str()) {
            marks.push(format!("follows {}", migration.parents[0]));
        }
        if !migration.depends_on.is_empty() {
            marks.push(format!("depends on {}", migration.depends_on.join(", ")));
        }
        if !migration.labels.is_empty() {
            marks.push(format!("label {}", migration.labels.join(", ")));
        }
        if history.heads.contains(&at) {
            marks.push("head".to_owned());
        }
        let marks =
            if marks.is_empty() { String::new() } else { format!("  ({})", marks.join("; ")) };
        let title = if migration.title.is_empty() {
            sources.path(migration.file)
        } else {
            migration.title.clone()
        };
        writeln!(out, "  {}  {}{}", clean(&migration.id), clean(&title), clean(&marks))?;
        previous = Some(migration.id.as_str());
    }
    for broken in &history.broken {
        let file = sources.file(broken.span.file);
        let at = file.position(broken.span.start);
        writeln!(out, "  broken: {}:{}: {}", clean(&file.path), at.line, clean(&broken.message))?;
    }
    Ok(())
}

/// # Errors
/// Those of the writer.
pub fn graph_json(
    out: &mut dyn Write,
    sources: &Sources,
    trees: &[(&Tree, History)],
) -> io::Result<()> {
    let trees: Vec<_> = trees
        .iter()
        .map(|(tree, history)| {
            let migrations: Vec<_> = history
                .migrations
                .iter()
                .map(|m| {
                    json!({
                        "id": m.id, "parents": m.parents, "depends_on": m.depends_on,
                        "labels": m.labels, "title": m.title, "path": sources.path(m.file),
                    })
                })
                .collect();
            let heads: Vec<&str> =
                history.heads.iter().map(|&at| history.migrations[at].id.as_str()).collect();
            let broken: Vec<_> = history
                .broken
                .iter()
                .map(|b| json!({ "path": sources.path(b.span.file), "message": b.message }))
                .collect();
            json!({
                "tool": tree.tool.name(), "path": tree.shown(), "heads": heads,
                "migrations": migrations, "broken": broken,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({ "version": 1, "trees": trees }))?;
    writeln!(out)
}
