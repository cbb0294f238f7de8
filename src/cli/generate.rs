//! What packages install beside the program: completions and manual pages.

use std::{io::Write, process::ExitCode};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell that reads them.
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// The page of one command, instead of the program's.
    command: Option<String>,
}

pub(super) fn completions(
    out: &mut dyn Write,
    args: &CompletionsArgs,
) -> Result<ExitCode, Failure> {
    // To memory first: the generator panics where a pipe is closed.
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "miglint", &mut bytes);
    out.write_all(&bytes)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(out: &mut dyn Write, args: &ManArgs) -> Result<ExitCode, Failure> {
    let mut program = Cli::command();
    // Names the pages of commands `miglint-check`, and gives them the global options.
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .ok_or_else(|| format!("there is no command `{name}`; `miglint help` lists them"))?
            .clone(),
    };
    Man::new(page).render(out)?;
    Ok(ExitCode::SUCCESS)
}
