//! The command line: what can be asked, and how the answer leaves.

use std::{
    ffi::OsString,
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::{
    check::{self, Opened, Request},
    database::Database,
    diagnostic::{Report, Severity},
    emit::{self, Output, Style},
    frontend,
    history::History,
    project::{self, Tree},
    review::Since,
    rules::{self, Rule},
};

/// Stops a bad database migration before it merges.
///
/// miglint reads migrations without running them, replays the whole history into a schema, and
/// reports what is unsafe in the new ones.
#[derive(Debug, Parser)]
#[command(name = "miglint", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the migrations of a project.
    Check(CheckArgs),
    /// Print the schema that a history leaves behind.
    Schema(SchemaArgs),
    /// Print the revision graph.
    Graph(GraphArgs),
    /// List the rules.
    Rules {
        #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
        output_format: Simple,
    },
    /// Explain a rule: why, a bad example, a good one, and when it is quiet.
    Explain { rule: String },
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The project's root, or files that limit what is reported.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What is under review: `auto` (what the base branch lacks), `all`, a git ref, or a
    /// revision (what follows it).
    #[arg(long, default_value = "auto", value_name = "WHAT")]
    since: String,
    /// A target, such as `postgres@16` or `sqlite@3.45`; repeatable. Default: what the project shows.
    #[arg(long, value_name = "DATABASE", value_parser = Database::parse)]
    database: Vec<Database>,
    /// Only these rules, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    select: Vec<String>,
    /// Not these rules, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    ignore: Vec<String>,
    /// The lowest severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    exit_zero: bool,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Full, value_name = "FORMAT")]
    output_format: Format,
    /// List every place that could not be read.
    #[arg(long)]
    show_opaque: bool,
    /// Findings only, without the summary.
    #[arg(long, short)]
    quiet: bool,
    /// Succeed where no migrations are found.
    #[arg(long)]
    allow_empty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Full,
    Concise,
    Json,
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Simple {
    Text,
    Json,
}

#[derive(Debug, clap::Args)]
struct SchemaArgs {
    /// The project's root.
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// The tree, where the project has several: its folder under the root.
    #[arg(long, value_name = "DIR")]
    tree: Option<String>,
    /// The target, such as `postgres@16`. Default: the first that the project shows.
    #[arg(long, value_name = "DATABASE", value_parser = Database::parse)]
    database: Option<Database>,
    /// Stop after this revision.
    #[arg(long, value_name = "REVISION")]
    at: Option<String>,
    #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
    output_format: Simple,
}

#[derive(Debug, clap::Args)]
struct GraphArgs {
    /// The project's root.
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// The tree, where the project has several: its folder under the root.
    #[arg(long, value_name = "DIR")]
    tree: Option<String>,
    #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
    output_format: Simple,
}

/// Why a command could not do its work; all of them end in exit code 2.
enum Failure {
    Message(String),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::Message(message)
    }
}

/// Runs a command line, and says how it ended: 0 nothing found, 1 findings, 2 not done.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let choice = match wants_color(&args, io::stdout().is_terminal()) {
        true => ColorChoice::Always,
        false => ColorChoice::Never,
    };
    let parsed = Cli::command()
        .color(choice)
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let pool = rayon::ThreadPoolBuilder::new().stack_size(check::STACK).build();
    let outcome = match pool {
        Ok(pool) => pool.install(|| run(&cli)),
        Err(error) => Err(Failure::Message(format!("threads cannot be started: {error}"))),
    };
    match outcome {
        Ok(code) => code,
        // Whoever reads has seen enough.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => fail(&format!("the output cannot be written: {error}")),
        Err(Failure::Message(message)) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "miglint: {}", emit::clean(message));
    ExitCode::from(2)
}

fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    let terminal = io::stdout().is_terminal();
    let color = match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => env_color(terminal),
    };
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0));
    let style = Style { color, width: width.clamp(40, 140), links: color && terminal };
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match &cli.command {
        Command::Check(args) => check(&mut out, args, style)?,
        Command::Schema(args) => schema(&mut out, args)?,
        Command::Graph(args) => graph(&mut out, args)?,
        Command::Rules { output_format } => list_rules(&mut out, *output_format)?,
        Command::Explain { rule } => {
            out.write_all(find_rule(rule)?.page.as_bytes())?;
            ExitCode::SUCCESS
        }
    };
    out.flush()?;
    Ok(code)
}

/// `--color` as far as it can be seen before the arguments are parsed, for clap's own messages.
fn wants_color(args: &[OsString], terminal: bool) -> bool {
    let given = args.iter().filter_map(|a| a.to_str()).find_map(|a| a.strip_prefix("--color="));
    match given {
        Some("always") => true,
        Some("never") => false,
        _ => env_color(terminal),
    }
}

/// <https://no-color.org>, `CLICOLOR_FORCE`, `FORCE_COLOR`, `CLICOLOR`, `TERM=dumb`.
fn env_color(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let on = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    if set("NO_COLOR") {
        return false;
    }
    if on("CLICOLOR_FORCE") || on("FORCE_COLOR") {
        return true;
    }
    let off = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
    terminal && !off && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn check(out: &mut dyn Write, args: &CheckArgs, style: Style) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let rules = chosen(args)?;
    let (root, only) = root_and_files(&args.paths)?;
    let opened = check::open(&root)?;
    let request = Request {
        root: root.clone(),
        only,
        since: Since::parse(&args.since),
        databases: args.database.clone(),
        rules,
    };
    let report = check::check(&opened, &request)?;
    if report.summary.migrations == 0 && !args.allow_empty && report.diagnostics.is_empty() {
        return Err(nothing_found(&opened, &root).into());
    }
    let prefix = prefix(&root);
    let output = Output { sources: &opened.sources, report: &report, prefix: &prefix, style };
    match args.output_format {
        Format::Full => emit::full(out, &output)?,
        Format::Concise => emit::concise(out, &output)?,
        Format::Json => emit::json(out, &output)?,
        Format::Github => emit::github(out, &output)?,
    }
    if args.output_format != Format::Json {
        if args.show_opaque {
            emit::opaque(out, &output)?;
        }
        if !args.quiet {
            emit::summary(out, &output, started.elapsed())?;
        }
    }
    Ok(verdict(&report, args))
}

fn verdict(report: &Report, args: &CheckArgs) -> ExitCode {
    let least = match args.fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Never => None,
    };
    let failed = least.is_some_and(|least| report.diagnostics.iter().any(|d| d.severity >= least));
    ExitCode::from(u8::from(failed && !args.exit_zero))
}

fn nothing_found(opened: &Opened, root: &Path) -> String {
    let mut message = format!(
        "no migrations were found in {}; run it at the project's root, or give the root as an argument",
        root.display()
    );
    for note in &opened.project.notes {
        message.push_str(&format!(" ({note})"));
    }
    message
}

fn chosen(args: &CheckArgs) -> Result<Vec<&'static Rule>, String> {
    for name in args.select.iter().chain(&args.ignore) {
        find_rule(name)?;
    }
    let selected = |rule: &&Rule| {
        (args.select.is_empty() || args.select.iter().any(|n| n == rule.name))
            && !args.ignore.iter().any(|n| n == rule.name)
    };
    Ok(rules::RULES.iter().copied().filter(|rule| selected(rule)).collect())
}

fn find_rule(name: &str) -> Result<&'static Rule, String> {
    rules::find(name).ok_or_else(|| match rules::nearest(name) {
        Some(near) => format!("there is no rule `{name}`; do you mean `{near}`?"),
        None => format!("there is no rule `{name}`; `miglint rules` lists them"),
    })
}

/// A folder is the root; files lie in the project around the working directory, and limit what
/// is reported.
fn root_and_files(paths: &[PathBuf]) -> Result<(PathBuf, Vec<String>), String> {
    if let [only] = paths
        && only.is_dir()
    {
        return Ok((only.clone(), Vec::new()));
    }
    let mut canonical = Vec::new();
    for path in paths {
        if path.is_dir() {
            return Err("give one folder, or files".to_owned());
        }
        let real =
            path.canonicalize().map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        canonical.push(real);
    }
    let here = Path::new(".")
        .canonicalize()
        .map_err(|e| format!("the working directory cannot be read: {e}"))?;
    let inside = canonical.iter().all(|path| path.starts_with(&here));
    let root = if inside { here } else { around(&canonical)? };
    let relative = |path: &PathBuf| -> Result<String, String> {
        let path = path
            .strip_prefix(&root)
            .map_err(|_| format!("{} is not in {}", path.display(), root.display()))?;
        Ok(path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
    };
    let only = canonical.iter().map(relative).collect::<Result<Vec<_>, _>>()?;
    Ok((if inside { PathBuf::from(".") } else { root }, only))
}

/// The project around files that lie outside of the working directory: the nearest folder that
/// looks like a root.
fn around(files: &[PathBuf]) -> Result<PathBuf, String> {
    let first = files.first().ok_or("no files are given")?;
    let marks = [".git", "alembic.ini", "pyproject.toml", "Cargo.toml", "miglint.toml"];
    let found =
        first.ancestors().skip(1).find(|dir| marks.iter().any(|mark| dir.join(mark).exists()));
    let parent = first.parent().map(Path::to_owned);
    found.map(Path::to_owned).or(parent).ok_or_else(|| format!("{} has no folder", first.display()))
}

/// The way from the working directory to the root, with a slash at its end.
fn prefix(root: &Path) -> String {
    let shown = root.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let shown = shown.trim_start_matches("./").trim_end_matches('/');
    if shown.is_empty() || shown == "." { String::new() } else { format!("{shown}/") }
}

/// The tree that is meant: the only one, or the one whose folder is named.
fn pick<'a>(opened: &'a Opened, root: &Path, wanted: Option<&str>) -> Result<&'a Tree, String> {
    let trees = &opened.project.trees;
    let fits = |tree: &&Tree| {
        wanted.is_none_or(|dir| {
            let dir = dir.trim_end_matches('/');
            tree.dir == dir || tree.dir.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let fitting: Vec<&Tree> = trees.iter().filter(fits).collect();
    match fitting.as_slice() {
        [] if trees.is_empty() => Err(nothing_found(opened, root)),
        [] => Err(format!("no tree lies there; there are {}", shown(trees))),
        [one] => Ok(one),
        _ => Err(format!("there are several trees, say which with --tree: {}", shown(trees))),
    }
}

fn shown(trees: &[Tree]) -> String {
    trees.iter().map(Tree::shown).collect::<Vec<_>>().join(", ")
}

fn schema(out: &mut dyn Write, args: &SchemaArgs) -> Result<ExitCode, Failure> {
    let opened = check::open(&args.path)?;
    let tree = pick(&opened, &args.path, args.tree.as_deref())?;
    let asked: Vec<Database> = args.database.into_iter().collect();
    let targets = project::targets(&opened.sources, &opened.project, tree, &asked);
    let (database, _) = targets
        .databases
        .first()
        .ok_or_else(|| format!("{} is not for that database", tree.shown()))?;
    let (found, broken) = frontend::migrations(&opened.sources, tree);
    let history = History::new(found, broken);
    let until = match &args.at {
        None => None,
        Some(id) => {
            let at = history.find(id);
            Some(at.ok_or_else(|| format!("{} has no revision {id}", tree.shown()))?)
        }
    };
    let review = vec![false; history.migrations.len()];
    let outcome =
        check::run(&opened.sources, tree, &history, *database, &review, false, until, &[]);
    let heads: Vec<String> = match until {
        Some(at) => vec![history.migrations[at].id.clone()],
        None => history.heads.iter().map(|&at| history.migrations[at].id.clone()).collect(),
    };
    match args.output_format {
        Simple::Text => emit::schema_text(out, &outcome.schema, outcome.opaque.len())?,
        Simple::Json => emit::schema_json(out, &outcome.schema, &heads, outcome.opaque.len())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn graph(out: &mut dyn Write, args: &GraphArgs) -> Result<ExitCode, Failure> {
    let opened = check::open(&args.path)?;
    let trees: Vec<&Tree> = match &args.tree {
        Some(_) => vec![pick(&opened, &args.path, args.tree.as_deref())?],
        None => opened.project.trees.iter().collect(),
    };
    if trees.is_empty() {
        return Err(nothing_found(&opened, &args.path).into());
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

fn list_rules(out: &mut dyn Write, format: Simple) -> Result<ExitCode, Failure> {
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
