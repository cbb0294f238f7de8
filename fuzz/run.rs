//! One project, through everything that reads or writes.

use std::{
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use miglint::{
    check::{self, Opened, Request},
    database::{Database, Dialect},
    emit::{self, Output, Style},
    frontend::{self, sql},
    project::config::Settings,
    review::Since,
    rules::RULES,
    source::{FileId, Span},
};

use crate::{Project, seeds};

/// A project may take so long, and so much more for each byte: far above what it takes on a busy
/// machine without optimisation, and far below what grows with the square of a file.
const BASE: Duration = Duration::from_secs(3);
const PER_BYTE: Duration = Duration::from_micros(150);

/// After so many seconds in one project, the process ends: it would not by itself.
const STUCK: u64 = 120;

/// Time on the wall, or what this process has worked.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    begun: Instant,
    cpu: bool,
}

impl Clock {
    pub(crate) fn new(cpu: bool) -> Clock {
        Clock { begun: Instant::now(), cpu }
    }

    pub(crate) fn read(&self) -> Duration {
        // Fields 14 and 15 of proc(5), in hundredths of a second; counted from the one that ends
        // the command's name, which may hold anything.
        let worked = || {
            let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
            let fields = stat.rsplit_once(") ")?.1;
            let ticks = fields.split(' ').skip(11).take(2);
            Some(Duration::from_millis(
                ticks.filter_map(|n| n.parse::<u64>().ok()).sum::<u64>() * 10,
            ))
        };
        self.cpu.then(worked).flatten().unwrap_or_else(|| self.begun.elapsed())
    }
}

pub(crate) struct Runner {
    pub(crate) clock: Clock,
    /// Where the project is written that is being read.
    folder: PathBuf,
    pool: rayon::ThreadPool,
    /// Where the last panic was, with its message.
    panicked: Arc<Mutex<Option<String>>>,
    /// Seconds since the start at which the current project began.
    since: Arc<AtomicU64>,
}

impl Runner {
    pub(crate) fn new(kept: &Path, clock: Clock) -> Runner {
        let panicked = Arc::new(Mutex::new(None));
        let heard = Arc::clone(&panicked);
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|l| format!("{}:{}", l.file(), l.line()));
            let message = info.payload_as_str().unwrap_or_default();
            let first: String = message.chars().take(120).collect();
            if let Ok(mut heard) = heard.lock() {
                *heard = Some(format!("panic at {}: {first}", place.unwrap_or_default()));
            }
        }));
        // Outside of the repository, whose own configuration would be found.
        let folder = std::env::temp_dir().join(format!("miglint-fuzz-{}", std::process::id()));
        let since = Arc::new(AtomicU64::new(u64::MAX));
        let (watched, stays) = (Arc::clone(&since), folder.clone());
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let begun = watched.load(Ordering::Relaxed);
                if clock.read().as_secs().saturating_sub(begun) > STUCK {
                    eprintln!("the project in {} does not end", stays.display());
                    std::process::abort();
                }
            }
        });
        let builder = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(check::STACK);
        let _ = std::fs::create_dir_all(kept);
        Runner { folder, pool: builder.build().expect("a thread"), clock, panicked, since }
    }

    /// Reads a project; what is wrong is said in a sentence that is the same for the same flaw.
    pub(crate) fn run(&self, project: &Project) -> Result<(), String> {
        seeds::write(&self.folder, project);
        let begun = self.clock.read();
        self.since.store(begun.as_secs(), Ordering::Relaxed);
        let ended = panic::catch_unwind(AssertUnwindSafe(|| {
            self.pool.install(|| whole(&self.folder).and_then(|()| texts(project)))
        }));
        self.since.store(u64::MAX, Ordering::Relaxed);
        let took = self.clock.read().saturating_sub(begun);
        let size: usize = project.iter().map(|(_, text)| text.len()).sum();
        match ended {
            Err(_) => {
                let said = self.panicked.lock().ok().and_then(|mut said| said.take());
                Err(said.unwrap_or_else(|| "panic".to_owned()))
            }
            Ok(Err(wrong)) => Err(wrong),
            Ok(Ok(())) if took > BASE + PER_BYTE * size as u32 => {
                Err("it takes too long for its size".to_owned())
            }
            Ok(Ok(())) => Ok(()),
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// As the program does it: configuration, trees, replay, rules, every format.
fn whole(root: &Path) -> Result<(), String> {
    let settings = Settings::find(root).unwrap_or_default();
    let Ok(opened) = check::open_with(root, settings).or_else(|_| check::open(root)) else {
        return Ok(());
    };
    let request = Request {
        root: root.to_owned(),
        only: Vec::new(),
        since: Since::All,
        databases: vec![Database::POSTGRES, Database::SQLITE],
        rules: RULES.to_vec(),
        baseline: None,
        today: jiff::civil::date(2026, 11, 25),
    };
    if let Ok(report) = check::check(&opened, &request) {
        for diagnostic in &report.diagnostics {
            let finding = &diagnostic.finding;
            for label in std::iter::once(&finding.primary).chain(&finding.related) {
                inside(&opened, label.span, diagnostic.rule)?;
            }
        }
        for place in &report.opaque {
            inside(&opened, place.span, "opaque")?;
        }
        let output = Output {
            sources: &opened.sources,
            report: &report,
            rules: RULES,
            prefix: "",
            repository: "",
            command: "miglint check",
            style: Style::FILE,
        };
        for format in emit::FORMATS {
            (format.write)(&mut std::io::sink(), &output).map_err(|e| e.to_string())?;
        }
    }
    schemas(&opened)
}

/// The replayed schema of each tree, in every format.
fn schemas(opened: &Opened) -> Result<(), String> {
    for tree in &opened.project.trees {
        for database in [Database::POSTGRES, Database::SQLITE] {
            let (migrations, broken) = frontend::migrations(&opened.sources, tree);
            let history = miglint::history::History::new(migrations, broken);
            let review = vec![false; history.migrations.len()];
            let outcome =
                check::run(&opened.sources, tree, &history, database, &review, false, None, &[]);
            let replayed = emit::Replayed::new(&outcome.schema, &[], outcome.opaque.len());
            for format in emit::SCHEMA_FORMATS {
                (format.write)(&mut std::io::sink(), &replayed).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(())
}

/// A place lies in its file, and begins and ends between two characters.
fn inside(opened: &Opened, span: Span, what: &str) -> Result<(), String> {
    let file = opened.sources.file(span.file);
    let (start, end) = (span.start as usize, span.end as usize);
    let text = &file.text;
    match start <= end && text.is_char_boundary(start) && text.is_char_boundary(end) {
        true => Ok(()),
        false => Err(format!("a place of {what} is not inside its file")),
    }
}

/// Each file as SQL of both databases, whatever it is: every place that an operation has.
fn texts(project: &Project) -> Result<(), String> {
    for (_, bytes) in project {
        let text = String::from_utf8_lossy(bytes);
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let ops = sql::read(&text, sql::Place::At { file: FileId(0), start: 0 }, dialect);
            for op in &ops {
                spans(&format!("{op:?}"), &text)?;
            }
        }
        for name in ["x.sql", "x.rs"] {
            let outline = frontend::outline(name, &text);
            let statements = outline.statements.iter().map(|s| &s.range);
            for range in statements.chain(&outline.comments) {
                if text.get(range.clone()).is_none() {
                    return Err("a range of the outline is not inside its text".to_owned());
                }
            }
        }
    }
    Ok(())
}

/// Every `start: a, end: b` of what an operation shows for debugging: whatever part has a place.
fn spans(shown: &str, text: &str) -> Result<(), String> {
    for part in shown.split("FileId(0), start: ").skip(1) {
        let number = |text: &str| -> Option<usize> {
            let digits = text.find(|c: char| !c.is_ascii_digit())?;
            text[..digits].parse().ok()
        };
        let end = part.split_once("end: ").and_then(|(_, rest)| number(rest));
        if let (Some(start), Some(end)) = (number(part), end)
            && text.get(start..end).is_none()
        {
            return Err("a place of an operation is not inside its text".to_owned());
        }
    }
    Ok(())
}
