//! `miglint init`: a configuration, the hook and the workflow, for what is here. Nothing that
//! exists is touched.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{Configured, Failure, check, report};
use crate::{
    check::Opened,
    emit::clean,
    frontend, git,
    git::Base,
    history::History,
    project::config::{self, FILES},
};

#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// The project's root.
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// Print what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What each key may look like, where the default says too little.
const EXAMPLES: &[(&str, &str)] = &[
    ("databases", "[\"postgres@16\", \"sqlite@3.45\"]"),
    ("since", "\"auto\""),
    ("select", "[\"multiple-heads\", \"not-null-without-backfill\"]"),
    ("ignore", "[\"missing-downgrade\"]"),
    ("severity", "{ column-data-dropped = \"error\" }"),
    ("per-file-ignores", "{ \"**/2019*\" = [\"missing-downgrade\"] }"),
    ("per-migration-ignores", "{ \"20190401\" = [\"table-data-dropped\"] }"),
    ("fail-on", "\"error\""),
    ("exclude", "[\"legacy\", \"**/fixtures\"]"),
    ("trees", "[{ path = \"db/changes\", tool = \"goose\" }]"),
    ("models", "[\"app/models.py\"]"),
    ("naming-convention", "{ uq = \"uq_%(table_name)s_%(column_0_name)s\" }"),
    ("hot-tables", "[\"events\"]"),
    ("small-tables", "[\"countries\"]"),
    ("unmanaged-tables", "[\"spatial_ref_sys\", \"audit.*\"]"),
    ("baseline-schema", "\"db/schema.sql\""),
    ("baseline", "\".miglint-baseline.json\""),
    ("require-reason", "true"),
];

/// One file: where it goes under the repository, what it holds, and what to do if it is there.
struct File {
    path: PathBuf,
    text: String,
    otherwise: String,
}

pub(super) fn init(out: &mut dyn Write, args: &InitArgs) -> Result<ExitCode, Failure> {
    let configured = Configured { config: None, isolated: true };
    let opened = configured.open(&args.path)?;
    if opened.project.trees.is_empty() {
        return Err(super::nothing_found(&opened, &args.path).into());
    }
    let root = opened.sources.root().to_owned();
    let top = git::top(&root).unwrap_or_else(|| root.clone());
    let below = check::prefix(root.strip_prefix(&top).unwrap_or(Path::new("")));
    for tree in &opened.project.trees {
        let (found, _) = frontend::migrations(&opened.sources, tree);
        let many = if found.len() == 1 { "migration" } else { "migrations" };
        let place = clean(&tree.shown());
        writeln!(out, "Found {} {many} of {} in {place}.", found.len(), tree.tool.name())?;
    }
    let existing = existing(&root, &args.path);
    for file in files(&opened, &root, &top, below.trim_end_matches('/')) {
        let shown = file.path.strip_prefix(&top).unwrap_or(&file.path).display().to_string();
        let shown = clean(&shown);
        let taken = file.path.exists() || file.path.symlink_metadata().is_ok();
        let other = existing.as_ref().filter(|_| file.path.ends_with("miglint.toml"));
        match other {
            Some(name) => {
                let name = clean(name);
                writeln!(out, "{name} holds a configuration already; it stays as it is.")?
            }
            None if taken => {
                writeln!(out, "{shown} is there already; it stays as it is. {}", file.otherwise)?;
            }
            None if args.dry_run => {
                writeln!(out, "\n# {shown}")?;
                out.write_all(file.text.as_bytes())?;
            }
            None => {
                report::write_new(&file.path, &top, file.text.as_bytes())
                    .map_err(|why| format!("{shown} cannot be written: {why}"))?;
                writeln!(out, "Wrote {shown}.")?;
            }
        }
    }
    if !args.dry_run {
        writeln!(out, "Next: `miglint check`.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration that is there, which a new one beside the root would put out of force.
fn existing(root: &Path, shown: &Path) -> Option<String> {
    let beside = FILES.iter().find(|name| config_in(&root.join(name)));
    let above = || config::Settings::find(shown).ok()?.file;
    beside.map(|name| (*name).to_owned()).or_else(above)
}

/// Whether a file is, or holds, a configuration.
fn config_in(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        "pyproject.toml" | "Cargo.toml" => config::Settings::read(Path::new("."), path).is_ok(),
        _ => path.symlink_metadata().is_ok(),
    }
}

fn files(opened: &Opened, root: &Path, top: &Path, below: &str) -> Vec<File> {
    let hook = hook(below);
    vec![
        File {
            path: root.join("miglint.toml"),
            text: configuration(opened),
            otherwise: String::new(),
        },
        File {
            path: top.join(".pre-commit-config.yaml"),
            text: format!("repos:\n{hook}"),
            otherwise: format!("Add to its `repos`:\n\n{hook}"),
        },
        File {
            path: top.join(".github/workflows/miglint.yml"),
            text: workflow(below),
            otherwise: String::new(),
        },
    ]
}

/// Every key with what it means, commented out; what was found stands beside.
fn configuration(opened: &Opened) -> String {
    let mut text = format!(
        "# Configuration of miglint. Every key may be left out: what stands here is commented out.\n# A schema for editors: {}/blob/main/miglint.schema.json\n",
        env!("CARGO_PKG_REPOSITORY")
    );
    let schema = config::json_schema();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (key, property) in &properties {
        text.push('\n');
        let meaning = property["description"].as_str().unwrap_or_default();
        for line in meaning.lines() {
            text.push_str(&format!("# {line}\n").replace(" \n", "\n"));
        }
        let example = EXAMPLES.iter().find(|(name, _)| name == key).map_or("", |(_, text)| text);
        let found = match key.as_str() {
            "databases" => databases(opened),
            "since" => head(opened),
            _ => None,
        };
        match found {
            Some((said, line)) => text.push_str(&format!("# {said}\n{line}\n")),
            None => text.push_str(&format!("# {key} = {example}\n")),
        }
    }
    text
}

/// The databases that the project shows, and where; they are found again in every run.
fn databases(opened: &Opened) -> Option<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for tree in &opened.project.trees {
        for (database, why) in opened.targets(tree, &[]).databases {
            let database = database.to_string();
            if !found.iter().any(|(known, _)| *known == database) {
                found.push((database, why));
            }
        }
    }
    let why: Vec<String> =
        found.iter().map(|(database, why)| format!("{database} ({})", clean(why))).collect();
    let names: Vec<String> = found.iter().map(|(database, _)| format!("\"{database}\"")).collect();
    let line = format!("# databases = [{}]", names.join(", "));
    (!found.is_empty()).then(|| (format!("Found: {}.", why.join(", ")), line))
}

/// Where there is no base to compare with, what has run already ends at the head of today.
fn head(opened: &Opened) -> Option<(String, String)> {
    let [tree] = opened.project.trees.as_slice() else { return None };
    if Base::find(opened.sources.root(), &Default::default()).is_ok() {
        return None;
    }
    let (found, broken) = frontend::migrations(&opened.sources, tree);
    let history = History::new(found, broken);
    let [head] = history.heads[..] else { return None };
    let id = quoted(&history.migrations[head].id);
    let said = "There is no base branch to compare with here: what follows this head is new.\n# Delete the line once there is one.";
    Some((said.to_owned(), format!("since = {id}")))
}

fn hook(below: &str) -> String {
    let args = match below {
        "" => String::new(),
        below => format!("        args: [{}]\n", quoted(below)),
    };
    format!(
        "  - repo: {}\n    rev: v{}\n    hooks:\n      - id: miglint\n{args}",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION")
    )
}

/// A text in double quotes, as YAML and TOML read them alike: neither takes every character that
/// JSON does.
fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        _ if clean(c.encode_utf8(&mut [0; 4])).len() > c.len_utf8() => {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

fn workflow(below: &str) -> String {
    let repository = env!("CARGO_PKG_REPOSITORY").trim_start_matches("https://github.com/");
    let with = match below {
        "" => String::new(),
        below => {
            // A folder's name is no expression of the workflow's.
            let below = quoted(&below.replace("${{", "${{ '${{' }}"));
            format!("        with:\n          working-directory: {below}\n")
        }
    };
    format!(
        "# Checks the migrations of a pull request. No `paths:` filter: a required check that is\n# skipped would stay pending for ever.\nname: miglint\n\non:\n  pull_request:\n  merge_group:\n\npermissions: {{}}\n\njobs:\n  miglint:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: read\n    steps:\n      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0\n        with:\n          persist-credentials: false\n      - uses: {repository}@v{}\n{with}",
        env!("CARGO_PKG_VERSION")
    )
}
