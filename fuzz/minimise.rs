//! A failing project, as small as it stays failing.

use std::time::{Duration, Instant};

use crate::{Project, run::Runner};

/// Enough for what fails at once; slow ones are left as they are then.
const LIMIT: Duration = Duration::from_secs(60);

/// Leaves out files, then pieces of files, half as long each time, as long as the same is wrong.
pub(crate) fn minimise(runner: &Runner, mut project: Project, failure: &str) -> Project {
    let until = Instant::now() + LIMIT;
    let fails = |project: &Project| {
        Instant::now() < until && runner.run(project).is_err_and(|said| said == failure)
    };
    let mut at = 0;
    while at < project.len() {
        let mut without = project.clone();
        without.remove(at);
        match fails(&without) {
            true => project = without,
            false => at += 1,
        }
    }
    for file in 0..project.len() {
        let mut piece = project[file].1.len().div_ceil(2);
        while piece > 0 {
            let mut at = 0;
            while at < project[file].1.len() {
                let mut without = project.clone();
                let end = (at + piece).min(without[file].1.len());
                without[file].1.drain(at..end);
                match fails(&without) {
                    true => project = without,
                    false => at += piece,
                }
            }
            piece /= 2;
        }
    }
    project
}
