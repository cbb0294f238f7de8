//! Random projects through everything: no panic, places inside their files, time bounded by
//! size. On stable Rust, deterministic by seed.
//!
//! ```text
//! cargo test --test fuzz                                     # 20 seconds
//! cargo test --profile fuzz --test fuzz -- --seconds 3600    # an hour, optimised
//! cargo test --test fuzz -- --again target/fuzz/failed-1     # one project again
//! ```
//!
//! `--of sql`, `python` or `rust` takes only what one family of readers reads; without it, all.
//! `--cpu` counts seconds of this process's own work, for a run beside other work.
//! `--seed N` begins elsewhere, `--runs N` ends after so many. A project is one of the seeds (the
//! fixtures of `testdata/projects`, the examples of `rules/`) with a few changes: tokens of a
//! dictionary, pieces of other seeds, bytes, repetitions. What fails is made smaller and kept
//! under `target/fuzz`; the project that is being read lies there too, should the process die.

mod minimise;
mod mutate;
mod run;
mod seeds;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use mutate::Random;
use run::{Clock, Runner};

/// A project: paths with their bytes.
type Project = Vec<(String, Vec<u8>)>;

struct Options {
    seconds: u64,
    runs: u64,
    seed: u64,
    /// Only seeds that hold a file with this extension.
    of: Option<&'static str>,
    /// Whether `seconds` are of CPU time.
    cpu: bool,
    again: Option<PathBuf>,
    /// Another test is asked for by name.
    passed_over: bool,
}

/// The families of readers, with the extension of what they read.
const FAMILIES: [(&str, &str); 3] = [("sql", ".sql"), ("python", ".py"), ("rust", ".rs")];

fn options() -> Options {
    let mut options = Options {
        seconds: 20,
        runs: u64::MAX,
        seed: 1,
        of: None,
        cpu: false,
        again: None,
        passed_over: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok());
        match argument.as_str() {
            "--seconds" => options.seconds = number().expect("a number of seconds"),
            "--runs" => options.runs = number().expect("a number of runs"),
            "--seed" => options.seed = number().expect("a seed"),
            "--of" => {
                let name = arguments.next().unwrap_or_default();
                let family = FAMILIES.iter().find(|(known, _)| *known == name);
                options.of = Some(family.expect("sql, python or rust").1);
            }
            "--cpu" => options.cpu = true,
            "--again" => options.again = arguments.next().map(PathBuf::from),
            // What the harness of the other tests takes comes here too.
            other => options.passed_over |= !other.starts_with('-') && !"fuzz".contains(other),
        }
    }
    options
}

fn main() -> ExitCode {
    let options = options();
    if options.passed_over || std::env::args().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let runner = Runner::new(&kept, Clock::new(options.cpu));
    if let Some(folder) = options.again {
        return match runner.run(&seeds::read(&folder)) {
            Ok(()) => {
                println!("nothing is wrong with {}", folder.display());
                ExitCode::SUCCESS
            }
            Err(failure) => {
                println!("{failure}");
                ExitCode::FAILURE
            }
        };
    }
    let mut seeds = seeds::all();
    if let Some(extension) = options.of {
        seeds.retain(|seed| seed.iter().any(|(name, _)| name.ends_with(extension)));
    }
    let words = seeds::words(&seeds);
    let mut random = Random::new(options.seed);
    let clock = runner.clock;
    let (mut runs, mut bytes) = (0u64, 0usize);
    let mut failures: Vec<String> = Vec::new();
    while runs < options.runs && clock.read() < Duration::from_secs(options.seconds) {
        let project = mutate::project(&mut random, &seeds, &words);
        runs += 1;
        bytes += project.iter().map(|(_, text)| text.len()).sum::<usize>();
        let Err(failure) = runner.run(&project) else { continue };
        if failures.contains(&failure) {
            continue;
        }
        let small = minimise::minimise(&runner, project, &failure);
        let folder = kept.join(format!("failed-{}-{runs}", options.seed));
        seeds::write(&folder, &small);
        println!("run {runs}: {failure}\n  kept in {}", folder.display());
        failures.push(failure);
    }
    println!(
        "fuzz: {runs} projects, {} KB, {} seeds, seed {}, {:.0} s: {} failures",
        bytes / 1024,
        seeds.len(),
        options.seed,
        clock.read().as_secs_f64(),
        failures.len()
    );
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
