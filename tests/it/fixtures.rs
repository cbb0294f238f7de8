//! Small projects with what the program prints for them: `expect.txt` holds command lines, each
//! followed by its output and, where it is not 0, its exit code. `UPDATE=1` rewrites them.

use std::{fs, path::Path, process::Command};

use crate::support::{home, updating};

/// Runs one command line in a folder; what it took is no part of the answer.
pub(crate) fn answer(folder: &Path, line: &str) -> String {
    let args = line.trim_start_matches("$ miglint").split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program");
    let mut text = String::from_utf8(output.stdout).expect("UTF-8");
    text.push_str(&String::from_utf8(output.stderr).expect("UTF-8"));
    let text: Vec<String> = text.lines().map(without_time).collect();
    let mut text = text.join("\n").trim_end().to_owned();
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("\nexit {code}")),
        None => text.push_str("\nkilled"),
    }
    text.trim_start_matches('\n').to_owned()
}

fn without_time(line: &str) -> String {
    match (line.rfind(", in "), line.ends_with(" ms.")) {
        (Some(at), true) => format!("{}.", &line[..at]),
        _ => line.to_owned(),
    }
}

/// Holds what was found to what a file says, or puts it there.
pub(crate) fn hold(path: &Path, expected: &str, found: &str, wrong: &mut Vec<String>) {
    if found == expected {
        return;
    }
    if updating() {
        fs::write(path, found).expect("expect.txt");
    } else {
        wrong.push(format!("{} (UPDATE=1 rewrites it):\n{found}", path.display()));
    }
}

#[test]
fn projects_print_what_is_expected() {
    let mut wrong = Vec::new();
    let mut commands = 0;
    let folders = fs::read_dir(home().join("testdata/projects")).expect("testdata/projects");
    for folder in folders.map(|f| f.expect("a folder").path()) {
        let path = folder.join("expect.txt");
        let expected = fs::read_to_string(&path).expect("expect.txt");
        let mut found = String::new();
        for line in expected.lines().filter(|line| line.starts_with("$ miglint")) {
            commands += 1;
            let answer = answer(&folder, line);
            found.push_str(&format!("{line}\n{answer}\n\n"));
        }
        let found = found.trim_end().to_owned() + "\n";
        hold(&path, &expected, &found, &mut wrong);
    }
    assert!(commands > 20, "only {commands} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
