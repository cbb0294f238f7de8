//! The command line: what can be asked, and how the answer leaves.

mod baseline;
mod check;
mod config;
mod diff;
mod generate;
mod init;
mod inspect;
mod report;
mod stale;

use std::{
    ffi::OsString,
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use supports_hyperlinks::Stream;

use crate::{
    check::{Opened, STACK},
    emit::{self, Style},
    project::config::Settings,
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
    Check(check::CheckArgs),
    /// Print the schema that a history leaves behind.
    Schema(inspect::SchemaArgs),
    /// Compare the models with what the migrations leave behind: exit code 1 where they differ.
    Diff(diff::DiffArgs),
    /// Print the revision graph.
    Graph(inspect::GraphArgs),
    /// Write a configuration, the pre-commit entry and the workflow, for what is found here.
    Init(init::InitArgs),
    /// Show the configuration in force, and where each part of it comes from.
    Config(config::ConfigArgs),
    /// List the rules.
    Rules {
        #[arg(long, value_enum, default_value_t = Simple::Text, value_name = "FORMAT")]
        output_format: Simple,
    },
    /// Explain a rule: why, a bad example, a good one, and when it is quiet.
    Explain { rule: String },
    /// Print completions for a shell.
    Completions(generate::CompletionsArgs),
    /// Print a manual page, for `man -l -`.
    Man(generate::ManArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Simple {
    Text,
    Json,
}

/// Where the configuration comes from.
#[derive(Debug, Default, clap::Args)]
struct Configured {
    /// Read the configuration from this file; default: the nearest `miglint.toml`,
    /// `.miglint.toml`, `pyproject.toml` or `Cargo.toml` that has one.
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Ignore every configuration.
    #[arg(long)]
    isolated: bool,
}

impl Configured {
    fn settings(&self, root: &Path) -> Result<Settings, String> {
        match &self.config {
            _ if self.isolated => Ok(Settings::default()),
            Some(path) => Settings::read(root, path),
            None => Settings::find(root),
        }
    }

    fn open(&self, root: &Path) -> Result<Opened, String> {
        let settings = self.settings(root)?;
        crate::check::open_with(root, settings)
    }
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
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build();
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
    let links = color && supports_hyperlinks::on(Stream::Stdout);
    let pages = !links && std::env::var_os("CI").is_some_and(|v| !v.is_empty() && v != "false");
    let style = Style { color, width: width.clamp(40, 140), links, pages };
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match &cli.command {
        Command::Check(args) => check::check(&mut out, args, style)?,
        Command::Schema(args) => inspect::schema(&mut out, args)?,
        Command::Diff(args) => diff::diff(&mut out, args)?,
        Command::Graph(args) => inspect::graph(&mut out, args)?,
        Command::Init(args) => init::init(&mut out, args)?,
        Command::Config(args) => config::config(&mut out, args)?,
        Command::Rules { output_format } => inspect::list_rules(&mut out, *output_format)?,
        Command::Completions(args) => generate::completions(&mut out, args)?,
        Command::Man(args) => generate::man(&mut out, args)?,
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

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:=+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
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

fn find_rule(name: &str) -> Result<&'static Rule, String> {
    rules::find(name).ok_or_else(|| rules::unknown(name))
}
