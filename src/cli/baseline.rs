//! The file of a baseline: read, written, made smaller.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{Failure, report};
use crate::{
    baseline::{Baseline, FILE},
    check::Opened,
    diagnostic::Report,
    emit::clean,
    source,
};

/// Where a baseline lies.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// Links lead no further than here.
    inside: PathBuf,
}

impl Place {
    /// The one that is given, else the configuration's, which lies beside the configuration.
    pub(super) fn of(
        given: Option<&Path>,
        opened: &Opened,
        root: &Path,
    ) -> Result<Option<Place>, String> {
        if let Some(path) = given {
            return Ok(Some(Place::given(path)));
        }
        let Some(name) = &opened.settings.config.baseline else { return Ok(None) };
        let origin = || opened.settings.origin("baseline").unwrap_or_default();
        let path = opened
            .settings
            .under_root(name)
            .ok_or_else(|| format!("{}: {name} is not in the project", origin()))?;
        Ok(Some(Place { path: root.join(path), inside: opened.sources.root().to_owned() }))
    }

    pub(super) fn given(path: &Path) -> Place {
        Place { path: path.to_owned(), inside: PathBuf::from("/") }
    }

    pub(super) fn usual(root: &Path) -> Place {
        Place::given(&root.join(FILE))
    }

    fn shown(&self) -> String {
        clean(self.path.to_string_lossy().trim_start_matches("./"))
    }

    pub(super) fn read(&self) -> Result<Baseline, String> {
        let shown = self.shown();
        let inside = self.inside.canonicalize().unwrap_or_else(|_| self.inside.clone());
        let text = source::read_bounded(&self.path, &inside).map_err(|reason| {
            format!("the baseline {shown} {reason}; `--write-baseline` makes one")
        })?;
        Baseline::parse(&text, &shown)
    }

    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        opened: &Opened,
        found: &Report,
    ) -> Result<ExitCode, Failure> {
        let baseline = Baseline::of(&opened.sources, &found.diagnostics);
        self.put(opened.sources.root(), &baseline)?;
        let (shown, count) = (self.shown(), baseline.len());
        let findings = if count == 1 { "finding" } else { "findings" };
        writeln!(out, "Wrote {count} {findings} to {shown}. A run leaves them out with")?;
        match opened.settings.config.baseline {
            Some(_) => writeln!(out, "the configuration as it is.")?,
            None => {
                writeln!(out, "`baseline = \"{shown}\"` in miglint.toml, or `--baseline {shown}`.")?
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Writes what is left of a baseline. In CI the file is nobody's to keep, so it is only said.
    pub(super) fn shrink(&self, root: &Path, report: &mut Report) -> Result<(), Failure> {
        let Some(left) = &report.baseline else { return Ok(()) };
        let gone = report.summary.gone_from_baseline;
        let (findings, occur) =
            if gone == 1 { ("finding", "occurs") } else { ("findings", "occur") };
        let shown = self.shown();
        let note = match env::var_os("CI").is_some_and(|value| !value.is_empty()) {
            true => format!(
                "{gone} {findings} of {shown} no longer {occur}; a run outside of CI takes them out"
            ),
            false => {
                self.put(root, left)?;
                let are = if gone == 1 { "is" } else { "are" };
                format!("{gone} {findings} of {shown} no longer {occur}, and {are} taken out of it")
            }
        };
        report.summary.notes.push(note);
        Ok(())
    }

    fn put(&self, root: &Path, baseline: &Baseline) -> Result<(), Failure> {
        let shown = self.shown();
        report::write_inside(&self.path, root, baseline.to_json().as_bytes())
            .map_err(|why| Failure::Message(format!("{shown} cannot be written: {why}")))
    }
}
