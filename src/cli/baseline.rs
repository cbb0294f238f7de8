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
        Place { path: path.to_owned(), inside: path.to_owned() }
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
        let usual = self.path.canonicalize().ok();
        let usual = usual.as_deref().and_then(|path| path.strip_prefix(opened.sources.root()).ok());
        match (&opened.settings.config.baseline, usual) {
            (Some(name), Some(usual))
                if opened.settings.under_root(name).as_deref() == usual.to_str() =>
            {
                writeln!(out, "the configuration as it is.")?;
            }
            // A configuration counts from its own folder.
            (_, Some(usual)) if opened.settings.below.is_empty() => {
                let usual = clean(&usual.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
                writeln!(
                    out,
                    "`baseline = \"{usual}\"` in miglint.toml, or `--baseline {shown}`."
                )?;
            }
            _ => writeln!(out, "`--baseline {shown}`.")?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Writes what is left of a baseline. In CI the file is nobody's to keep, so it is only said;
    /// and the check stands where the file cannot be written.
    pub(super) fn shrink(&self, root: &Path, report: &mut Report) {
        let Some(left) = &report.baseline else { return };
        // A baseline from above the root is for other projects as well.
        let real = self.path.canonicalize();
        if !real.is_ok_and(|path| path.starts_with(root)) {
            return;
        }
        let gone = report.summary.gone_from_baseline;
        let (findings, occur) =
            if gone == 1 { ("finding", "occurs") } else { ("findings", "occur") };
        let shown = self.shown();
        let ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let what_next = match (ci, if ci { Ok(()) } else { self.put(root, left) }) {
            (true, _) => "; a run outside of CI takes them out".to_owned(),
            (false, Ok(())) if gone == 1 => ", and is taken out of it".to_owned(),
            (false, Ok(())) => ", and are taken out of it".to_owned(),
            (false, Err(why)) => format!("; {why}"),
        };
        let note = format!("{gone} {findings} of {shown} no longer {occur}{what_next}");
        report.summary.notes.push(note);
    }

    fn put(&self, root: &Path, baseline: &Baseline) -> Result<(), String> {
        let shown = self.shown();
        report::write_inside(&self.path, root, baseline.to_json().as_bytes())
            .map_err(|why| format!("{shown} cannot be written: {why}"))
    }
}
