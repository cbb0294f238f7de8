//! The files that a check writes: the reports that were asked for, and the summary of a job.
//!
//! The folder that is checked may come from a stranger's pull request, which can hold symbolic
//! links: no report is written through one of those.

use std::{
    env,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Component, Path, PathBuf},
    process,
};

use super::Failure;
use crate::{
    emit::{self, Format, Output},
    source,
};

/// `--report FORMAT=PATH`.
#[derive(Debug, Clone)]
pub(super) struct Report {
    format: &'static Format,
    path: PathBuf,
}

impl Report {
    /// # Errors
    /// A sentence.
    pub(super) fn parse(text: &str) -> Result<Report, String> {
        let (name, path) = text
            .split_once('=')
            .ok_or("it has to be FORMAT=PATH, such as sarif=miglint.sarif".to_owned())?;
        let format = emit::format(name)?;
        if path.is_empty() || path == "-" {
            return Err("a report goes to a file; --output-format is for the output".to_owned());
        }
        Ok(Report { format, path: PathBuf::from(path) })
    }
}

/// A report whose place has been looked at.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) format: &'static Format,
    /// As it was given.
    shown: String,
    /// Its folder without links, and its name there.
    folder: PathBuf,
    name: OsString,
}

/// Looks at the places before the work begins.
///
/// # Errors
/// A sentence: a folder is missing, a link leads on, two reports have one place.
pub(super) fn targets(
    reports: &[Report],
    root: &Path,
    top: Option<&Path>,
) -> Result<Vec<Target>, String> {
    let here = here()?;
    let strange: Vec<&Path> =
        [Some(here.as_path()), Some(root), top].into_iter().flatten().collect();
    let mut targets: Vec<Target> = Vec::new();
    for report in reports {
        let shown = report.path.display().to_string();
        let target = target(report, &here, &strange)
            .map_err(|why| format!("no report can be written to {shown}: {why}"))?;
        if targets.iter().any(|t| t.folder == target.folder && t.name == target.name) {
            return Err(format!("two reports would be written to {shown}"));
        }
        targets.push(target);
    }
    Ok(targets)
}

fn target(report: &Report, here: &Path, strange: &[&Path]) -> Result<Target, String> {
    let (folder, name) = place(&report.path, here, strange)?;
    Ok(Target { format: report.format, shown: report.path.display().to_string(), folder, name })
}

/// The folder of a file to be written, without links, and its name there.
fn place(path: &Path, here: &Path, strange: &[&Path]) -> Result<(PathBuf, OsString), String> {
    let name = match path.components().next_back() {
        Some(Component::Normal(name)) => name.to_owned(),
        _ => return Err("it is a folder".to_owned()),
    };
    let folder = folder(&here.join(path.parent().unwrap_or(Path::new(""))), strange)?;
    match fs::symlink_metadata(folder.join(&name)) {
        Ok(meta) if meta.is_symlink() => Err("it is a symbolic link".to_owned()),
        Ok(meta) if !meta.is_file() => Err("it is not a regular file".to_owned()),
        _ => Ok((folder, name)),
    }
}

/// Writes a file of the project, through no link of it.
///
/// # Errors
/// A sentence without the file's name.
pub(super) fn write_inside(path: &Path, root: &Path, bytes: &[u8]) -> Result<(), String> {
    let here = here()?;
    let (folder, name) = place(path, &here, &[&here, root])?;
    write_whole(&folder.join(name), bytes).map_err(|e| e.to_string())
}

/// Writes a file that is not there yet, with the folders that lead to it, through no link.
///
/// # Errors
/// A sentence without the file's name.
pub(super) fn write_new(path: &Path, root: &Path, bytes: &[u8]) -> Result<(), String> {
    let here = here()?;
    let mut missing: Vec<&Path> =
        path.ancestors().skip(1).take_while(|dir| !dir.exists()).collect();
    while let Some(dir) = missing.pop() {
        place(dir, &here, &[&here, root])?;
        fs::create_dir(dir).map_err(|e| e.to_string())?;
    }
    let (folder, name) = place(path, &here, &[&here, root])?;
    create(&folder.join(name), bytes).map_err(|e| e.to_string())
}

fn here() -> Result<PathBuf, String> {
    Path::new(".")
        .canonicalize()
        .map_err(|e| format!("the working directory cannot be read: {}", source::plain(&e)))
}

/// A folder without links, step by step: none that lies in what is checked is followed.
fn folder(path: &Path, strange: &[&Path]) -> Result<PathBuf, String> {
    let mut real = PathBuf::new();
    for component in path.components() {
        let next = real.join(component);
        let meta = fs::symlink_metadata(&next)
            .map_err(|_| format!("the folder {} is not there", next.display()))?;
        if meta.is_symlink() && strange.iter().any(|folder| real.starts_with(folder)) {
            return Err(format!("{} is a symbolic link", next.display()));
        }
        real = next
            .canonicalize()
            .map_err(|_| format!("the folder {} is not there", next.display()))?;
    }
    if real.is_dir() { Ok(real) } else { Err(format!("{} is not a folder", real.display())) }
}

impl Target {
    /// Whole or not at all: written beside its place, and moved there.
    ///
    /// # Errors
    /// A sentence with the reason.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        write_whole(&self.folder.join(&self.name), bytes).map_err(|error| {
            Failure::Message(format!("no report can be written to {}: {error}", self.shown))
        })
    }
}

/// Writes a file whole or not at all: beside its place, then moved there.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", process::id()));
    let beside = path.with_file_name(name);
    let written = create(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Writes a file that must not be there yet, not as a link either.
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.flush()
}

/// What GitHub takes as the summary of a step, in bytes; more, and it shows nothing (GitHub
/// docs, "Workflow commands", "Adding a job summary").
const MAX_SUMMARY: u64 = 1024 * 1024;

/// Appends what was found to the summary of the job, in GitHub Actions. The check stands
/// without it, so a failure is a notice.
pub(super) fn job_summary(output: &Output<'_>) {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let (Some(_), Some(path)) = (set("GITHUB_ACTIONS"), set("GITHUB_STEP_SUMMARY")) else { return };
    if let Err(why) = append(Path::new(&path), output) {
        let why = emit::clean(&why.to_string());
        let _ = writeln!(io::stderr(), "miglint: the job's summary cannot be written: {why}");
    }
}

fn append(path: &Path, output: &Output<'_>) -> io::Result<()> {
    let format = emit::format("markdown").map_err(io::Error::other)?;
    let mut bytes = b"\n".to_vec();
    (format.write)(&mut bytes, output)?;
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    if file.metadata()?.len() + bytes.len() as u64 > MAX_SUMMARY {
        return Err(io::Error::other("it is full"));
    }
    file.write_all(&bytes)
}
