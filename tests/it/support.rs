//! Small projects on disk, and runs over them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use miglint::{
    check::{self, Opened, Request},
    database::Database,
    diagnostic::Report,
    emit::{self, Output, Style},
    review::Since,
    rules::Rule,
};

/// A folder that is deleted when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("miglint-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path.canonicalize().expect("its path"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let full = self.0.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).expect("its folder");
        }
        fs::write(full, text).expect("the file");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Threads with room for deep trees, as the command line has them.
pub(crate) fn pool() -> &'static rayon::ThreadPool {
    static POOL: OnceLock<rayon::ThreadPool> = OnceLock::new();
    POOL.get_or_init(|| {
        rayon::ThreadPoolBuilder::new().stack_size(check::STACK).build().expect("threads")
    })
}

/// Checks a project with some rules and, if given, for some databases.
pub(crate) fn run(
    root: &Path,
    since: &str,
    databases: &[Database],
    rules: &[&'static Rule],
) -> (Opened, Result<Report, String>) {
    pool().install(|| {
        let opened = check::open(root).expect("the folder");
        let request = Request {
            root: root.to_owned(),
            only: Vec::new(),
            since: Since::parse(since),
            databases: databases.to_vec(),
            rules: rules.to_vec(),
            baseline: None,
            today: jiff::civil::date(2026, 11, 25),
        };
        let report = check::check(&opened, &request);
        (opened, report)
    })
}

/// What is found, for a writer that runs in the root.
pub(crate) fn output<'a>(
    opened: &'a Opened,
    report: &'a Report,
    rules: &'a [&'static Rule],
) -> Output<'a> {
    Output {
        sources: &opened.sources,
        report,
        rules,
        prefix: "",
        repository: "",
        command: "miglint check",
        style: Style::FILE,
    }
}

/// The findings as people see them.
pub(crate) fn full(opened: &Opened, report: &Report) -> String {
    let output = output(opened, report, &[]);
    let mut bytes = Vec::new();
    emit::full(&mut bytes, &output).expect("memory");
    String::from_utf8(bytes).expect("UTF-8").trim_end().to_owned()
}

/// Where the repository lies.
pub(crate) fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|v| v == "1")
}

/// Runs the program in a folder with nothing in its environment but what is given: the code,
/// and what it prints and complains of.
pub(crate) fn program(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the program");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let text = text + &String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code().expect("a code"), text)
}
