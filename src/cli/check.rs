//! `miglint check`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Configured, Failure, baseline, find_rule, nothing_found,
    report::{self, Report as ToFile},
};
use crate::{
    check::{self, Request},
    database::Database,
    diagnostic::{Report, Severity},
    emit::{self, FORMATS, Format, Output, Style},
    git,
    project::config::{Config, FILES, FailOn, RuleName},
    review::Since,
    rules::{self, Rule},
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The project's root, or files that limit what is reported.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    configured: Configured,
    /// What is under review: `auto` (what the base branch lacks), `all`, a git ref, or a
    /// revision (what follows it). Default: what the configuration says, else `auto`.
    #[arg(long, value_name = "WHAT")]
    since: Option<String>,
    /// A target, such as `postgres@16` or `sqlite@3.45`; repeatable. Default: what the project shows.
    #[arg(long, value_name = "DATABASE", value_parser = Database::parse)]
    database: Vec<Database>,
    /// Only these rules, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    select: Vec<String>,
    /// Not these rules, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    ignore: Vec<String>,
    /// The lowest severity that makes the exit code 1. Default: what the configuration says,
    /// else `error`.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Leave out what this baseline knows. Default: the configuration's.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings to a baseline instead of reporting them; looks at the whole history
    /// unless `--since` says otherwise.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true,
          conflicts_with_all = ["select", "ignore", "database", "baseline"])]
    write_baseline: Option<Option<PathBuf>>,
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
    let (root, only) = root_and_files(&args.paths)?;
    let opened = args.configured.open(&root)?;
    if args.write_baseline.is_some() && !only.is_empty() {
        return Err("a baseline is written of everything, not of some files".to_owned().into());
    }
    let config = &opened.settings.config;
    let rules = chosen(args, config)?;
    let baseline = baseline::Place::of(args.baseline.as_deref(), &opened, &root)?;
    let writes = args.write_baseline.as_ref();
    let top = git::top(opened.sources.root());
    let targets = report::targets(&args.report, opened.sources.root(), top.as_deref())?;
    let request = Request {
        root: root.clone(),
        only,
        since: Since::parse(&since(args, config)),
        databases: args.database.clone(),
        rules: rules.clone(),
        baseline: match writes {
            Some(_) => None,
            None => baseline.as_ref().map(baseline::Place::read).transpose()?,
        },
        today: today(),
    };
    let mut report = check::check(&opened, &request)?;
    if report.summary.migrations == 0 && !args.allow_empty && report.diagnostics.is_empty() {
        return Err(nothing_found(&opened, &root).into());
    }
    if let Some(path) = writes {
        let place = match path {
            None => baseline.unwrap_or_else(|| baseline::Place::usual(&root)),
            Some(path) => baseline::Place::given(path),
        };
        return place.write(out, &opened, &report);
    }
    if let Some(place) = &baseline {
        place.shrink(opened.sources.root(), &mut report);
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
    Ok(verdict(&report, args, args.fail_on.or(config.fail_on).unwrap_or_default()))
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
    if let Some(since) = &args.since {
        words.extend(["--since".to_owned(), since.clone()]);
    }
    for database in &args.database {
        words.extend(["--database".to_owned(), database.to_string()]);
    }
    for (option, rules) in [("--select", &args.select), ("--ignore", &args.ignore)] {
        if !rules.is_empty() {
            words.extend([option.to_owned(), rules.join(",")]);
        }
    }
    words.iter().map(|word| super::quoted(word)).collect::<Vec<_>>().join(" ")
}

fn verdict(report: &Report, args: &CheckArgs, fail_on: FailOn) -> ExitCode {
    let least = match fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Never => None,
    };
    let failed = least.is_some_and(|least| report.diagnostics.iter().any(|d| d.severity >= least));
    ExitCode::from(u8::from(failed && !args.exit_zero))
}

/// `--select` instead of the configuration's, `--ignore` besides it.
fn chosen(args: &CheckArgs, config: &Config) -> Result<Vec<&'static Rule>, String> {
    for name in args.select.iter().chain(&args.ignore) {
        find_rule(name)?;
    }
    let names = |rules: &Option<Vec<RuleName>>| -> Vec<&'static str> {
        rules.iter().flatten().map(|rule| rule.0).collect()
    };
    let (configured, ignored) = (names(&config.select), names(&config.ignore));
    let selected = |name: &str| match args.select.as_slice() {
        [] => config.select.is_none() || configured.contains(&name),
        select => select.iter().any(|n| n == name),
    };
    let kept = |rule: &&Rule| {
        selected(rule.name)
            && !args.ignore.iter().any(|n| n == rule.name)
            && (args.select.iter().any(|n| n == rule.name) || !ignored.contains(&rule.name))
    };
    Ok(rules::RULES.iter().copied().filter(|rule| kept(rule)).collect())
}

/// A baseline is written of everything; else the option or the configuration decides.
fn since(args: &CheckArgs, config: &Config) -> String {
    match (&args.since, &args.write_baseline, &config.since) {
        (Some(since), _, _) => since.clone(),
        (None, Some(_), _) => "all".to_owned(),
        (None, None, Some(since)) => since.clone(),
        (None, None, None) => "auto".to_owned(),
    }
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
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
        let real = path
            .canonicalize()
            .map_err(|e| format!("{} cannot be read: {}", path.display(), source::plain(&e)))?;
        canonical.push(real);
    }
    let here = Path::new(".")
        .canonicalize()
        .map_err(|e| format!("the working directory cannot be read: {}", source::plain(&e)))?;
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
    let marks = [".git", "alembic.ini"];
    let is_marked = |dir: &Path| marks.iter().chain(FILES).any(|mark| dir.join(mark).exists());
    let found = first.ancestors().skip(1).find(|dir| is_marked(dir));
    let parent = first.parent().map(Path::to_owned);
    found.map(Path::to_owned).or(parent).ok_or_else(|| format!("{} has no folder", first.display()))
}

/// The way from the working directory to the root, with a slash at its end.
pub(super) fn prefix(root: &Path) -> String {
    let shown = root.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let shown = shown.trim_start_matches("./").trim_end_matches('/');
    if shown.is_empty() || shown == "." { String::new() } else { format!("{shown}/") }
}
