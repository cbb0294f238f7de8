//! `miglint config`: what is in force, and where it comes from.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use serde_json::{Value, json};

use super::{Configured, Failure, Simple};
use crate::{
    check::Opened,
    emit::clean,
    frontend,
    project::config::{self, Config},
    rules::RULES,
};

#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// The project's root.
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    #[command(flatten)]
    configured: Configured,
    /// Print the JSON Schema of a configuration, for editors.
    #[arg(long)]
    schema: bool,
    #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
    output_format: Simple,
}

/// One setting: its key, its value as JSON, and what decided.
struct Shown {
    key: &'static str,
    value: Value,
    from: String,
}

pub(super) fn config(out: &mut dyn Write, args: &ConfigArgs) -> Result<ExitCode, Failure> {
    if args.schema {
        serde_json::to_writer_pretty(&mut *out, &config::json_schema()).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let opened = args.configured.open(&args.path)?;
    let shown = settings(&opened);
    let trees = trees(&opened);
    match args.output_format {
        Simple::Json => {
            let settings: serde_json::Map<String, Value> = shown
                .into_iter()
                .map(|s| (s.key.to_owned(), json!({ "value": s.value, "from": s.from })))
                .collect();
            let value = json!({
                "version": 1, "file": opened.settings.file, "settings": settings, "trees": trees,
                "notes": opened.project.notes,
            });
            serde_json::to_writer_pretty(&mut *out, &value).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Simple::Text => text(out, &opened, &shown, &trees)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(
    out: &mut dyn Write,
    opened: &Opened,
    shown: &[Shown],
    trees: &[Value],
) -> Result<(), Failure> {
    match &opened.settings.file {
        Some(file) => writeln!(out, "Configuration: {}", clean(file))?,
        None => writeln!(out, "Configuration: none ({} are looked for)", config::FILES.join(", "))?,
    }
    if let Some(other) = &opened.settings.passed_over {
        writeln!(out, "Passed over: {}", clean(other))?;
    }
    writeln!(out)?;
    let width = shown.iter().map(|s| s.key.len()).max().unwrap_or(0);
    for Shown { key, value, from } in shown {
        writeln!(out, "{key:width$} = {}  # {}", clean(&value.to_string()), clean(from))?;
    }
    for tree in trees {
        let text = |key: &str| clean(tree[key].as_str().unwrap_or_default());
        writeln!(out)?;
        let many = if tree["migrations"] == 1 { "migration" } else { "migrations" };
        let (tool, path) = (text("tool"), text("path"));
        writeln!(out, "{tool} in {path}: {} {many}", tree["migrations"])?;
        for base in tree["baseline_schema"].as_array().into_iter().flatten() {
            writeln!(out, "  begins with {}", clean(base.as_str().unwrap_or_default()))?;
        }
        for database in tree["databases"].as_array().into_iter().flatten() {
            let text = |key: &str| clean(database[key].as_str().unwrap_or_default());
            writeln!(out, "  {}  # {}", text("database"), text("from"))?;
        }
    }
    for note in &opened.project.notes {
        writeln!(out, "\nNote: {}.", clean(note))?;
    }
    Ok(())
}

fn base(given: &config::BaselineSchema) -> Value {
    match given {
        config::BaselineSchema::One(path) => json!(path),
        config::BaselineSchema::Each { postgres, sqlite } => {
            json!({ "postgres": postgres, "sqlite": sqlite })
        }
    }
}

/// Every key, with its value and what decided it.
fn settings(opened: &Opened) -> Vec<Shown> {
    let config: &Config = &opened.settings.config;
    let mut out = Vec::new();
    let mut push = |key: &'static str, given: Option<Value>, default: Value| {
        let from = match given {
            Some(_) => opened.settings.origin(key).unwrap_or_default(),
            None => "default".to_owned(),
        };
        out.push(Shown { key, value: given.unwrap_or(default), from });
    };
    let names =
        |rules: &Vec<config::RuleName>| json!(rules.iter().map(|r| r.0).collect::<Vec<_>>());
    let lists = |all: Vec<(String, Value)>| Value::Object(all.into_iter().collect());
    let patterns = |all: &Vec<config::Pattern>| json!(all.iter().map(|p| &p.0).collect::<Vec<_>>());
    let databases = |all: &Vec<crate::database::Database>| {
        json!(all.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    push("databases", config.databases.as_ref().map(databases), json!("what the project shows"));
    push("since", config.since.as_ref().map(|s| json!(s)), json!("auto"));
    let every: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    push("select", config.select.as_ref().map(names), json!(every));
    push("ignore", config.ignore.as_ref().map(names), json!([]));
    let severity = config.severity.as_ref().map(|all| {
        lists(all.iter().map(|(rule, s)| (rule.0.to_owned(), json!(s.name()))).collect())
    });
    push("severity", severity, json!({}));
    let by_file = config.per_file_ignores.as_ref().map(|all| {
        lists(all.iter().map(|(pattern, rules)| (pattern.0.clone(), names(rules))).collect())
    });
    push("per-file-ignores", by_file, json!({}));
    let by_migration = config
        .per_migration_ignores
        .as_ref()
        .map(|all| lists(all.iter().map(|(id, rules)| (id.clone(), names(rules))).collect()));
    push("per-migration-ignores", by_migration, json!({}));
    push("fail-on", config.fail_on.map(|f| json!(f.name())), json!("error"));
    push("exclude", config.exclude.as_ref().map(patterns), json!([]));
    let given = config.trees.as_ref().map(|all| {
        let one = |tree: &config::TreeConfig| {
            json!({
                "path": tree.path, "and": tree.and, "tool": tree.tool.map(|t| t.key()),
                "databases": tree.databases.as_ref().map(databases),
                "baseline-schema": tree.baseline_schema.as_ref().map(base),
            })
        };
        json!(all.iter().map(one).collect::<Vec<_>>())
    });
    push("trees", given, json!([]));
    push("models", config.models.as_ref().map(|m| json!(m)), json!([]));
    let naming = config.naming_convention.as_ref().map(|all| {
        lists(all.iter().map(|(key, text)| (key.key().to_owned(), json!(text))).collect())
    });
    push("naming-convention", naming, json!("what the metadata says"));
    push("hot-tables", config.hot_tables.as_ref().map(|t| json!(t)), json!([]));
    push("small-tables", config.small_tables.as_ref().map(|t| json!(t)), json!([]));
    let unmanaged = config.unmanaged_tables.as_ref();
    push(
        "unmanaged-tables",
        unmanaged.map(|t| json!(t.iter().map(|p| &p.0).collect::<Vec<_>>())),
        json!([]),
    );
    push("baseline-schema", config.baseline_schema.as_ref().map(base), Value::Null);
    push("baseline", config.baseline.as_ref().map(|b| json!(b)), Value::Null);
    push("require-reason", config.require_reason.map(|r| json!(r)), json!(false));
    out
}

/// What is read as migrations, for which databases, and why.
fn trees(opened: &Opened) -> Vec<Value> {
    let one = |tree: &crate::project::Tree| {
        let (found, _) = frontend::migrations(&opened.sources, tree);
        let targets = opened.targets(tree, &[]);
        let databases: Vec<Value> = targets
            .databases
            .iter()
            .map(|(database, from)| json!({ "database": database.to_string(), "from": from }))
            .collect();
        let base: Vec<&str> = tree.base.iter().map(|base| base.path.as_str()).collect();
        json!({
            "tool": tree.tool.name(), "path": tree.shown(), "migrations": found.len(),
            "databases": databases, "baseline_schema": base,
        })
    };
    opened.project.trees.iter().map(one).collect()
}
