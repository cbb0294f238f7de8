//! Tables that a module maps which env.py does not load: an application that finds its models at
//! run time has them, and nothing is missing.

use std::collections::{BTreeSet, HashSet};

use rayon::prelude::*;

use super::SIGNS;
use crate::{ir::Name, model::Models, project::Tree, schema::Schema, source::Sources};

/// Looks for the tables that the history has and the models lack in the text of all other modules.
pub(super) fn find(
    sources: &Sources,
    files: &[String],
    tree: &Tree,
    declared: &HashSet<Name>,
    replayed: &Schema,
    models: &mut Models,
) {
    let missing: Vec<&Name> = replayed
        .tables()
        .map(|table| &table.name)
        .filter(|name| {
            let apart = models.left_out.contains(name) || models.elsewhere.contains(name);
            !declared.contains(*name) && !apart
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let told: Vec<Told> = files
        .par_iter()
        .filter(|path| path.ends_with(".py") && tree.below(path).is_none())
        .filter_map(|path| {
            let text = sources.peek(path)?;
            SIGNS.iter().any(|sign| text.contains(sign)).then(|| told(&text))
        })
        .collect();
    let mut names: HashSet<&str> = HashSet::new();
    let mut classes: HashSet<&str> = HashSet::new();
    for of_file in &told {
        names.extend(of_file.names.iter().map(String::as_str));
        classes.extend(of_file.classes.iter().map(String::as_str));
    }
    // `class HeroTeam` is `heroteam` to SQLModel and `hero_team` to Flask-SQLAlchemy.
    let has = |name: &Name| {
        names.contains(name.name.as_str()) || classes.contains(name.name.replace('_', "").as_str())
    };
    let found: Vec<Name> = missing.into_iter().filter(|name| has(name)).cloned().collect();
    if !found.is_empty() {
        let what = if found.len() == 1 { "table is" } else { "tables are" };
        models.notes.push(format!(
            "{} {what} mapped in modules that env.py does not load, and not compared",
            found.len()
        ));
    }
    // What loads most of the tables may make others that no text names.
    models.says.all_tables &= found.len() <= declared.len();
    models.elsewhere.extend(found);
}

/// What a module's text says of tables.
struct Told {
    /// Texts beside `__tablename__` and in `Table(…)`.
    names: BTreeSet<String>,
    /// Its classes, in lower case.
    classes: BTreeSet<String>,
}

fn told(text: &str) -> Told {
    let mut told = Told { names: BTreeSet::new(), classes: BTreeSet::new() };
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        let names = line.contains("__tablename__") || line.contains("Table(");
        // `Table(` and `__tablename__ = (` may go on in the next line.
        if names || open {
            told.names.extend(quoted(line).map(str::to_owned));
        }
        open = names && line.ends_with('(');
        if let Some(rest) = line.strip_prefix("class ") {
            let name = rest.split(['(', ':', '[']).next().unwrap_or_default();
            told.classes.insert(name.trim().to_lowercase());
        }
    }
    told
}

/// The texts in quotes in a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split(['"', '\'']).skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn tables_are_told_by_text() {
        let told = told(
            "class HeroTeam(SQLModel, table=True):\n  __tablename__ = 'heroes'\nt = Table(\n  \"teams\",\n",
        );
        assert_eq!(told.names.into_iter().collect::<Vec<_>>(), ["heroes", "teams"]);
        assert_eq!(told.classes.into_iter().collect::<Vec<_>>(), ["heroteam"]);
    }
}
