//! `miglint schema`, `graph`, `rules`: what is there, without judging it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{Configured, Failure, Simple, nothing_found, stale};
use crate::{
    check::{self, Opened},
    database::Database,
    emit, frontend,
    history::History,
    model,
    project::Tree,
    replay::Walk,
    rules,
};

/// Which history is meant.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The project's root.
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    configured: Configured,
    /// The tree, where the project has several: its folder under the root.
    #[arg(long, value_name = "DIR")]
    tree: Option<String>,
}

impl Place {
    pub(super) fn open(&self) -> Result<Opened, String> {
        self.configured.open(&self.path)
    }

    /// The tree that is named, else all.
    pub(super) fn trees<'a>(
        &self,
        opened: &'a Opened,
        database: Option<Database>,
    ) -> Result<Vec<&'a Tree>, String> {
        match &self.tree {
            Some(dir) => Ok(vec![pick(opened, &self.path, Some(dir), database)?]),
            None => Ok(opened.project.trees.iter().collect()),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    #[command(flatten)]
    place: Place,
    /// The target, such as `postgres@16`. Default: the first that the project shows.
    #[arg(long, value_name = "DATABASE", value_parser = Database::parse)]
    database: Option<Database>,
    /// What the schema is read from.
    #[arg(long, value_enum, default_value_t = Source::Migrations, value_name = "SOURCE", conflicts_with_all = ["at", "back_to"])]
    source: Source,
    /// Stop after this revision.
    #[arg(long, value_name = "REVISION")]
    at: Option<String>,
    /// What a rollback leaves behind: upgrade to the heads, then downgrade to this revision, or
    /// to `base`.
    #[arg(long, value_name = "REVISION", conflicts_with = "at")]
    back_to: Option<String>,
    /// As JSON, a line for each of about so many steps, up to the heads and back to the base; 0
    /// for every step. For comparisons with live servers.
    #[arg(long, value_name = "N", hide = true, conflicts_with_all = ["back_to", "source"])]
    steps: Option<usize>,
    #[arg(long, default_value = "text", value_parser = format(), value_name = "FORMAT")]
    output_format: String,
    /// Write nothing, and exit with 1 where this file does not hold what would be written.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// Where a schema is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Source {
    /// The history, replayed.
    Migrations,
    /// The classes or macros that the application maps its tables with.
    Models,
}

/// Takes the name of a format.
fn format() -> clap::builder::PossibleValuesParser {
    emit::SCHEMA_FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().into()
}

#[derive(Debug, clap::Args)]
pub(super) struct GraphArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
    output_format: Simple,
}

/// The tree that is meant: the only one, or the one whose folder is named. Of a folder with a
/// history for each database, the one for the database that is asked for, else the first.
fn pick<'a>(
    opened: &'a Opened,
    root: &Path,
    wanted: Option<&str>,
    database: Option<Database>,
) -> Result<&'a Tree, String> {
    let trees = &opened.project.trees;
    let fits = |tree: &&Tree| {
        wanted.is_none_or(|dir| {
            let dir = dir.trim_end_matches('/');
            tree.dir == dir || tree.dir.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut fitting: Vec<&Tree> = trees.iter().filter(fits).collect();
    if let Some(dir) = wanted.map(|dir| dir.trim_end_matches('/')) {
        // The folder itself before those below it; else the tree that has it inside.
        let itself = |tree: &&Tree| tree.dir == dir;
        let inside = |tree: &&Tree| {
            let below = |path: &String| path.strip_prefix(dir).is_some_and(|r| r.starts_with('/'));
            tree.files.iter().any(below)
        };
        if fitting.iter().any(itself) {
            fitting.retain(|tree| itself(tree));
        } else if fitting.is_empty() {
            fitting = trees.iter().filter(inside).collect();
        }
    }
    let Some(first) = fitting.first() else {
        return Err(match trees.is_empty() {
            true => nothing_found(opened, root),
            false => format!("no tree lies there; there are {}", shown(trees)),
        });
    };
    if fitting.iter().any(|tree| tree.dir != first.dir) {
        return Err(format!("there are several trees, say which with --tree: {}", shown(trees)));
    }
    let spoken = |tree: &&&Tree| database.is_none_or(|d| tree.is_for(d.dialect));
    Ok(fitting.iter().find(spoken).unwrap_or(first))
}

/// Trees that a message names at the most.
const NAMED: usize = 8;

fn shown(trees: &[Tree]) -> String {
    let mut names: Vec<String> = trees.iter().take(NAMED).map(Tree::shown).collect();
    if trees.len() > NAMED {
        names.push(format!("and {} more", trees.len() - NAMED));
    }
    names.join(", ")
}

pub(super) fn schema(out: &mut dyn Write, args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let opened = args.place.open()?;
    let tree = pick(&opened, &args.place.path, args.place.tree.as_deref(), args.database)?;
    let asked: Vec<Database> = args.database.into_iter().collect();
    let targets = opened.targets(tree, &asked);
    let (database, _) = targets
        .databases
        .first()
        .ok_or_else(|| format!("{} is not for that database", tree.shown()))?;
    let (found, broken) = frontend::migrations(&opened.sources, tree);
    let history = History::new(found, broken);
    let find = |id: &String| {
        let at = history.find(id);
        at.ok_or_else(|| format!("{} has no revision {id}", tree.shown()))
    };
    let name = |at: usize| history.migrations[at].id.clone();
    let until = args.at.as_ref().map(find).transpose()?;
    if let Some(count) = args.steps {
        return steps(out, &opened, tree, &history, *database, until, count);
    }
    if let Some(id) = &args.back_to {
        let back_to = if id == "base" { None } else { Some(find(id)?) };
        let plan = Walk { until: None, back_to: Some(back_to) };
        let mut opaque = 0;
        let (schema, stopped) =
            check::walk(&opened.sources, tree, &history, *database, &plan, &mut |step| {
                opaque = step.opaque
            });
        if let Some(stopped) = stopped {
            let why = if stopped.raises { "its downgrade raises" } else { "it has no downgrade" };
            return Err(format!("{} cannot be taken back: {why}", name(stopped.migration)).into());
        }
        let heads: Vec<String> = back_to.map(name).into_iter().collect();
        return print(out, args, &emit::Replayed::new(&schema, &heads, opaque));
    }
    let review = vec![false; history.migrations.len()];
    let outcome =
        check::run(&opened.sources, tree, &history, *database, &review, false, until, &[]);
    if args.source == Source::Models {
        let models = model::read(&opened.sources, &opened.project, tree, &outcome.schema)
            .ok_or_else(|| format!("{} has no models that are read", tree.shown()))?;
        let schema = models.schema(*database);
        remarks(&opened, &models);
        return print(out, args, &emit::Replayed::models(&schema, models.opaque.len()));
    }
    let heads: Vec<String> = match until {
        Some(at) => vec![name(at)],
        None => history.heads.iter().map(|&at| name(at)).collect(),
    };
    print(out, args, &emit::Replayed::new(&outcome.schema, &heads, outcome.opaque.len()))
}

/// Places that could not be read which are named at the most.
const PLACES: usize = 10;

/// What was assumed of models, and what could not be read of them.
fn remarks(opened: &Opened, models: &model::Models) {
    let mut lines: Vec<String> = Vec::new();
    if !models.from.is_empty() {
        lines.push(format!("the models of {}", models.from));
    }
    lines.extend(models.notes.iter().map(|note| format!("note: {note}")));
    for place in models.opaque.iter().take(PLACES) {
        let file = opened.sources.file(place.span.file);
        let at = file.position(place.span.start);
        lines.push(format!("{}:{}:{}: {}", file.path, at.line, at.column, place.reason));
    }
    if models.opaque.len() > PLACES {
        lines.push(format!("and {} more places that are not read", models.opaque.len() - PLACES));
    }
    // Nobody may be listening.
    let mut out = io::stderr().lock();
    let _ = lines.iter().try_for_each(|line| writeln!(out, "{}", emit::clean(line)));
}

/// One document a line, for about so many steps each way.
fn steps(
    out: &mut dyn Write,
    opened: &Opened,
    tree: &Tree,
    history: &History,
    database: Database,
    until: Option<usize>,
    count: usize,
) -> Result<ExitCode, Failure> {
    let all = match until {
        Some(at) => history.ancestors(at).iter().filter(|wanted| **wanted).count(),
        None => history.migrations.len(),
    };
    let every = if count == 0 { 1 } else { all.div_ceil(count).max(1) };
    let mut lines = Vec::new();
    let mut walked = 0;
    let plan = Walk { until, back_to: Some(None) };
    check::walk(&opened.sources, tree, history, database, &plan, &mut |step| {
        walked += 1;
        // Heads and base are always among them.
        if walked % every == 0 || walked == all || walked == 2 * all {
            lines.push(emit::schema_step(step));
        }
    });
    lines.into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
    Ok(ExitCode::SUCCESS)
}

fn print(
    out: &mut dyn Write,
    args: &SchemaArgs,
    replayed: &emit::Replayed<'_>,
) -> Result<ExitCode, Failure> {
    let wanted = emit::SCHEMA_FORMATS.iter().find(|format| format.name == args.output_format);
    let Some(format) = wanted else { return Ok(ExitCode::SUCCESS) };
    let Some(file) = &args.check else {
        (format.write)(out, replayed)?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut bytes = Vec::new();
    (format.write)(&mut bytes, replayed)?;
    stale::check(out, file, &String::from_utf8_lossy(&bytes), &command(args))
}

/// The command line that writes what `--check` compares with.
fn command(args: &SchemaArgs) -> String {
    let mut words = vec!["miglint".to_owned(), "schema".to_owned()];
    let place = &args.place;
    let path = |path: &Path| path.to_string_lossy().into_owned();
    words.extend(Some(path(&place.path)).filter(|path| path != "."));
    let mut option = |name: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    option("--config", place.configured.config.as_deref().map(path));
    option("--tree", place.tree.clone());
    option("--database", args.database.map(|d| d.to_string()));
    option("--at", args.at.clone());
    option("--back-to", args.back_to.clone());
    option("--source", (args.source == Source::Models).then(|| "models".to_owned()));
    option("--output-format", Some(args.output_format.clone()));
    if place.configured.isolated {
        words.push("--isolated".to_owned());
    }
    words.iter().map(|word| super::quoted(word)).collect::<Vec<_>>().join(" ")
}

pub(super) fn graph(out: &mut dyn Write, args: &GraphArgs) -> Result<ExitCode, Failure> {
    let opened = args.place.open()?;
    let trees = args.place.trees(&opened, None)?;
    if trees.is_empty() {
        return Err(nothing_found(&opened, &args.place.path).into());
    }
    let read: Vec<(&Tree, History)> = trees
        .into_iter()
        .map(|tree| {
            let (found, broken) = frontend::migrations(&opened.sources, tree);
            (tree, History::new(found, broken))
        })
        .collect();
    match args.output_format {
        Simple::Json => emit::graph_json(out, &opened.sources, &read)?,
        Simple::Text => {
            for (at, (tree, history)) in read.iter().enumerate() {
                if at > 0 {
                    writeln!(out)?;
                }
                emit::graph_text(out, &opened.sources, tree, history)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list_rules(out: &mut dyn Write, format: Simple) -> Result<ExitCode, Failure> {
    match format {
        Simple::Json => {
            let rules: Vec<_> = rules::RULES
                .iter()
                .map(|rule| {
                    serde_json::json!({
                        "name": rule.name, "severity": rule.severity.name(),
                        "summary": rule.summary(), "url": emit::url(rule.name),
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut *out, &rules).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Simple::Text => {
            let width = rules::RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
            for rule in rules::RULES {
                writeln!(
                    out,
                    "{:width$}  {:7}  {}",
                    rule.name,
                    rule.severity.name(),
                    rule.summary()
                )?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
