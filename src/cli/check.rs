//! `miglint check`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{
    Failure, find_rule, nothing_found,
    report::{self, Report as ToFile},
};
use crate::{
    check::{self, Request},
    database::Database,
    diagnostic::{Report, Severity},
    emit::{self, FORMATS, Format, Output, Style},
    git,
    review::Since,
    rules::{self, Rule},
};

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
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
    #[arg(long, default_value = "full", value_name = "FORMAT", value_parser = formats())]
    output_format: &'static Format,
    /// Write them to a file as well, in any of these formats; repeatable.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = ToFile::parse)]
    report: Vec<ToFile>,
    /// Do not append to the job's summary in GitHub Actions.
    #[arg(long)]
    no_job_summary: bool,
    /// Count the findings of each rule.
    #[arg(long)]
    statistics: bool,
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

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| format.name);
    PossibleValuesParser::new(names).try_map(|name| emit::format(&name))
}

pub(super) fn check(
    out: &mut dyn Write,
    args: &CheckArgs,
    style: Style,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let rules = chosen(args)?;
    let (root, only) = root_and_files(&args.paths)?;
    let opened = check::open(&root)?;
    let top = git::top(opened.sources.root());
    let targets = report::targets(&args.report, opened.sources.root(), top.as_deref())?;
    let request = Request {
        root: root.clone(),
        only,
        since: Since::parse(&args.since),
        databases: args.database.clone(),
        rules: rules.clone(),
    };
    let report = check::check(&opened, &request)?;
    if report.summary.migrations == 0 && !args.allow_empty && report.diagnostics.is_empty() {
        return Err(nothing_found(&opened, &root).into());
    }
    let prefix = prefix(&root);
    let below = top.as_deref().and_then(|top| opened.sources.root().strip_prefix(top).ok());
    let repository = below.map_or_else(|| prefix.clone(), self::prefix);
    let output = Output {
        sources: &opened.sources,
        report: &report,
        rules: &rules,
        prefix: &prefix,
        repository: &repository,
        command: &command(args),
        style,
    };
    let took = started.elapsed();
    // Whoever reads the output may stop before its end: the files come first.
    for target in targets {
        let output = Output { style: Style::FILE, ..output };
        let mut bytes = Vec::new();
        print(&mut bytes, &output, args, target.format, took)?;
        target.write(&bytes)?;
    }
    if !args.no_job_summary {
        report::job_summary(&output);
    }
    print(out, &output, args, args.output_format, took)?;
    Ok(verdict(&report, args))
}

/// The findings, and what people are told beside them.
fn print(
    out: &mut dyn Write,
    output: &Output<'_>,
    args: &CheckArgs,
    format: &Format,
    took: Duration,
) -> io::Result<()> {
    (format.write)(out, output)?;
    if !format.lines {
        return Ok(());
    }
    if args.show_opaque {
        emit::opaque(out, output)?;
    }
    if args.statistics {
        emit::statistics(out, output)?;
    }
    if !args.quiet {
        emit::summary(out, output, took)?;
    }
    Ok(())
}

/// The command line without what is about the output alone.
fn command(args: &CheckArgs) -> String {
    let mut words = vec!["miglint".to_owned(), "check".to_owned()];
    let paths = args.paths.iter().map(|path| path.to_string_lossy().into_owned());
    words.extend(paths.filter(|path| path != "."));
    if args.since != "auto" {
        words.extend(["--since".to_owned(), args.since.clone()]);
    }
    for database in &args.database {
        words.extend(["--database".to_owned(), database.to_string()]);
    }
    for (option, rules) in [("--select", &args.select), ("--ignore", &args.ignore)] {
        if !rules.is_empty() {
            words.extend([option.to_owned(), rules.join(",")]);
        }
    }
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:=+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
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
