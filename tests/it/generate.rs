//! Completions and manual pages, read by what will read them where that is here.

use std::{
    io::Write,
    process::{Command, Stdio},
};

const COMMANDS: &[&str] =
    &["check", "schema", "graph", "init", "config", "rules", "explain", "completions", "man"];

fn answer(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_miglint")).args(args).output().expect("it runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a program makes of a text; `None`: there is no such program.
fn read_by(program: &str, args: &[&str], text: &str) -> Option<(bool, String)> {
    let piped = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = piped.ok()?;
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn each_shell_has_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = answer(&["completions", shell]);
        for word in COMMANDS.iter().chain(&["--since", "--output-format"]) {
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(text.contains(word), "{shell} has no {word}");
        }
        if let Some((good, said)) = read_by(shell, &["-n"], &text)
            && ["bash", "zsh", "fish"].contains(&shell)
        {
            assert!(good, "{shell}: {said}");
        }
    }
}

#[test]
fn each_command_has_its_page() {
    let program = answer(&["man"]);
    for command in COMMANDS {
        assert!(program.contains(&format!("miglint\\-{command}(1)")), "{program}");
        let page = answer(&["man", command]);
        assert!(page.contains(&format!(".TH miglint-{command} 1")), "{page}");
        if let Some((good, said)) = read_by("groff", &["-man", "-Tutf8", "-P-cbou", "-ww"], &page) {
            assert!(good && said.contains("SYNOPSIS"), "{said}");
            assert!(!said.contains("<standard input>"), "groff complains: {said}");
        }
    }
    assert!(answer(&["man", "check"]).contains("since"));
    let output = Command::new(env!("CARGO_BIN_EXE_miglint")).args(["man", "nothing"]).output();
    assert_eq!(output.expect("it runs").status.code(), Some(2));
}
