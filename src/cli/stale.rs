//! `miglint schema --check FILE`: whether a file still says what the migrations do.

use std::{collections::HashMap, io::Write, path::Path, process::ExitCode};

use super::{Failure, quoted};
use crate::{emit, emit::clean, source};

/// Compares a file with what would be written to it; 1 where they differ.
///
/// # Errors
/// The file is there and cannot be read.
pub(super) fn check(
    out: &mut dyn Write,
    file: &Path,
    wanted: &str,
    command: &str,
) -> Result<ExitCode, Failure> {
    let shown = clean(&file.display().to_string());
    let update = format!("{command} > {}", quoted(&file.to_string_lossy()));
    if file.symlink_metadata().is_err() {
        writeln!(out, "{shown} is not there. Write it: {}", clean(&update))?;
        return Ok(ExitCode::from(1));
    }
    // Whoever gives a path may lead anywhere.
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let held = source::read_bounded(file, &real).map_err(|reason| format!("{shown} {reason}"))?;
    let (held, wanted): (Vec<&str>, Vec<&str>) = (held.lines().collect(), wanted.lines().collect());
    if held == wanted {
        writeln!(out, "{shown} is up to date.")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{shown} is out of date.")?;
    let first = held.iter().zip(&wanted).position(|(held, wanted)| held != wanted);
    let first = first.unwrap_or(held.len().min(wanted.len()));
    writeln!(out, "Line {} is the first that differs:", first + 1)?;
    for (sign, lines) in [('-', &held), ('+', &wanted)] {
        match lines.get(first) {
            Some(line) => writeln!(out, "  {sign} {}", clean(line))?,
            None => writeln!(out, "  {sign} (the end)")?,
        }
    }
    let (more, fewer) = (without(&wanted, &held), without(&held, &wanted));
    let (more, fewer) = (emit::count(more, "line"), emit::count(fewer, "line"));
    writeln!(out, "{more} to add, {fewer} to take out. Bring it up to date: {}", clean(&update))?;
    Ok(ExitCode::from(1))
}

/// Lines of one text that the other does not have, each as often as it is missing.
fn without(lines: &[&str], other: &[&str]) -> usize {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in other {
        *counts.entry(line).or_default() += 1;
    }
    let mut missing = 0;
    for line in lines {
        match counts.get_mut(line).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => missing += 1,
        }
    }
    missing
}
