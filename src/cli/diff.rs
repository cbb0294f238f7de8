//! `miglint diff`: what the models declare against what the migrations leave behind.

use std::{collections::HashMap, io::Write, process::ExitCode};

use super::{Failure, Simple, inspect::Place, nothing_found};
use crate::{
    check::{self, Opened},
    database::{Database, Dialect},
    drift::{self, Difference, Harm, Kind},
    emit::{self, Compared},
    fix::Writing,
    frontend,
    history::History,
    ir::Name,
    model,
    schema::Schema,
};

#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    place: Place,
    /// The target, such as `postgres@16`. Default: all that the project shows.
    #[arg(long, value_name = "DATABASE", value_parser = Database::parse)]
    database: Option<Database>,
    #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
    output_format: Simple,
}

/// One tree and one database.
struct Against {
    tree: String,
    models: String,
    database: Database,
    differences: Vec<Difference>,
    /// The tables that the migrations leave behind, and whether they make them.
    tables: HashMap<Name, bool>,
    declared: Schema,
    opaque: usize,
    notes: Vec<String>,
    writing: Writing,
}

impl Against {
    fn shown<'a>(&'a self, opened: &'a Opened) -> Compared<'a> {
        Compared {
            sources: &opened.sources,
            tree: &self.tree,
            models: &self.models,
            database: self.database,
            differences: &self.differences,
            declared: &self.declared,
            opaque: self.opaque,
            notes: &self.notes,
            writing: self.writing,
        }
    }
}

/// Exits with 1 where there is a difference that is of consequence.
pub(super) fn diff(out: &mut dyn Write, args: &DiffArgs) -> Result<ExitCode, Failure> {
    let opened = args.place.open()?;
    let trees = args.place.trees(&opened, args.database)?;
    if trees.is_empty() {
        return Err(nothing_found(&opened, &args.place.path).into());
    }
    let unmanaged = opened.settings.unmanaged();
    let asked: Vec<Database> = args.database.into_iter().collect();
    let mut all: Vec<Against> = Vec::new();
    for tree in &trees {
        let (found, broken) = frontend::migrations(&opened.sources, tree);
        let history = History::new(found, broken);
        if let Some(broken) = history.broken.first() {
            return Err(format!("{}: {}", tree.shown(), broken.message).into());
        }
        let review = vec![false; history.migrations.len()];
        let targets = opened.targets(tree, &asked).databases;
        let writing = check::writing(tree, targets.iter().map(|(database, _)| *database));
        for (database, _) in &targets {
            let (sources, project) = (&opened.sources, &opened.project);
            let outcome = check::run(sources, tree, &history, *database, &review, false, None, &[]);
            let Some(models) = model::read(sources, project, tree, &outcome.schema) else {
                continue;
            };
            let declared = models.schema(*database);
            let differences = drift::compare(&models, &declared, &outcome.schema, &unmanaged);
            let partly = drift::partly(&declared, &outcome.schema);
            let compared = Against {
                tree: tree.shown(),
                models: models.from,
                database: *database,
                differences,
                tables: outcome.schema.tables().map(|t| (t.name.clone(), t.complete)).collect(),
                declared,
                opaque: models.opaque.len() + outcome.opaque.len(),
                notes: notes(models.notes, partly),
                writing,
            };
            all.push(compared);
        }
    }
    if all.is_empty() {
        let names: Vec<String> = trees.iter().map(|tree| tree.shown()).collect();
        return Err(format!("{} has no models that are read", names.join(", ")).into());
    }
    apart(&mut all);
    let differs = all.iter().any(|a| a.differences.iter().any(|d| d.harm > Harm::None));
    let all: Vec<Compared<'_>> = all.iter().map(|against| against.shown(&opened)).collect();
    match args.output_format {
        Simple::Json => emit::diff_json(out, &all)?,
        Simple::Text => {
            for (at, compared) in all.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                emit::diff_text(out, compared)?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(differs)))
}

fn notes(mut notes: Vec<String>, partly: usize) -> Vec<String> {
    match partly {
        0 => {}
        1 => notes.push("1 table is known in part only, and not compared in full".to_owned()),
        n => notes.push(format!("{n} tables are known in part only, and not compared in full")),
    }
    notes
}

/// A table that another tree of the project makes is not missing, and one that another tree
/// changes is not known.
fn apart(all: &mut [Against]) {
    let tables: Vec<(Dialect, HashMap<Name, bool>)> =
        all.iter().map(|a| (a.database.dialect, a.tables.clone())).collect();
    for (at, against) in all.iter_mut().enumerate() {
        let dialect = against.database.dialect;
        against.differences.retain(|d| {
            let missing = d.kind == Kind::Table && d.migrations.is_none();
            let mut others = tables.iter().enumerate().filter(|(other, _)| *other != at);
            !others.any(|(_, (of, tables))| {
                let made = tables.get(&d.table).filter(|_| *of == dialect);
                made.is_some_and(|made| missing || !made)
            })
        });
    }
}
