//! What every format has to bear, whatever a project is called; files of reports; the schema.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use miglint::{
    emit::{FORMATS, Format, Output},
    rules::RULES,
};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::{
    fixtures::answer,
    support::{Folder, home, output, run},
};

/// Names that mean something to a terminal, a log, XML, HTML, Markdown, a shell or a URI.
const UGLY: &[&str] = &[
    "a|b",
    "a`b``c",
    "` @all #1 `",
    "<img src=x onerror=alert(1)>",
    "</code></summary></details><h1>x",
    "]]><failure message=\"x\"/>&amp;&#0;",
    "[x](https://example.org) ![y](https://example.org/z)",
    "a\\|b\\`c\\",
    "::error::x%0A::error::y",
    "\u{202e}drawkcab\u{2066}",
    "\u{1b}[31mred\u{1b}]8;;https://example.org\u{7}link",
    "```\n## x\n@all https://example.org www.example.org\n",
    "'; rm -rf / #%41?é\u{1f600}{0}\u{fffe}",
];

/// A project in which every rule of SQL has such a name to speak of.
fn ugly(name: &str) -> Folder {
    let folder = Folder::new();
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    folder.write(
        "migrations/001_t.sql",
        format!("CREATE TABLE {quoted} (id bigserial PRIMARY KEY, {} integer);\n", "old"),
    );
    folder.write(
        "migrations/002_u.sql",
        format!(
            "ALTER TABLE {quoted} ADD COLUMN {} integer NOT NULL;\nALTER TABLE {quoted} DROP COLUMN old;\nALTER TABLE {quoted} ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES {} (id);\nDROP TABLE {quoted};\n",
            quoted.replace(name, &format!("c{name}")),
            quoted.replace(name, &format!("r{name}")),
        ),
    );
    // A file's name can be as ugly, up to what a file system allows.
    let file = name.replace('/', "\u{2215}");
    folder.write(&format!("migrations/003_{file}.sql"), format!("DROP TABLE missing{quoted};\n"));
    folder
}

fn write(format: &Format, output: &Output<'_>) -> String {
    let mut bytes = Vec::new();
    (format.write)(&mut bytes, output).expect("memory");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn ugly_names_stay_text_in_every_format() {
    let validator = Schema::new();
    for name in UGLY {
        let folder = ugly(name);
        let (opened, report) = run(folder.path(), "001", &[], RULES);
        let report = report.expect("a report");
        assert!(report.diagnostics.len() >= 3, "{name:?}: {:?}", report.diagnostics);
        let output = output(&opened, &report, RULES);
        for format in FORMATS {
            let text = write(format, &output);
            let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            // A path is said as it is where a program opens it, and `json` says all names so.
            let mut shown = text.lines().filter(|line| !line.trim_start().starts_with("\"path\":"));
            if format.name != "json" {
                assert!(!shown.any(|line| line.contains(hidden)), "{name:?}: {text}");
            }
            match format.name {
                "full" | "concise" => assert!(!text.lines().any(|l| l.starts_with("::"))),
                "json" | "gitlab" | "rdjson" => {
                    let _: Value = serde_json::from_str(&text).expect("JSON");
                }
                "github" => commands(&text),
                "sarif" => validator.check(&text),
                "junit" => well_formed(&text, report.reviewed.len()),
                "markdown" => harmless(&text),
                other => panic!("{other} is not held to anything"),
            }
            if format.name == "rdjson" {
                let value: Value = serde_json::from_str(&text).expect("JSON");
                for found in value["diagnostics"].as_array().expect("a list") {
                    harmless(found["message"].as_str().expect("a message"));
                }
            }
        }
    }
}

/// Every command in a log is one of ours.
fn commands(text: &str) {
    for line in text.lines().filter(|line| line.trim_start().starts_with("::")) {
        let ours = ["::error file=migrations/", "::warning file=migrations/"];
        assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
        assert_eq!(line.matches("::").count(), 2 + line.matches("%0A::").count() + within(line));
    }
}

/// Names that hold colons, which are text behind the second pair.
fn within(line: &str) -> usize {
    let message = line.splitn(3, "::").nth(2).unwrap_or_default();
    message.matches("::").count() - message.matches("%0A::").count()
}

fn well_formed(text: &str, reviewed: usize) {
    let document = roxmltree::Document::parse(text).expect("XML");
    let of = |tag: &str| document.descendants().filter(|n| n.has_tag_name(tag)).count();
    assert!(of("testcase") >= reviewed, "{text}");
    assert!(of("failure") <= of("testcase"), "{text}");
    let known = ["testsuites", "testsuite", "testcase", "failure"];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(known.contains(&node.tag_name().name()), "{text}");
    }
}

/// Nothing in Markdown leads anywhere, calls anybody, or draws anything, but what is ours.
fn harmless(text: &str) {
    let mut in_code = 0;
    let mut cells = 0;
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    for event in parser {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code += 1,
            Event::End(TagEnd::CodeBlock) => in_code -= 1,
            Event::InlineHtml(html) if &*html == "<code>" => in_code += 1,
            Event::InlineHtml(html) if &*html == "</code>" => in_code -= 1,
            Event::InlineHtml(html) => panic!("{html} in {text}"),
            Event::Html(html) => {
                let tags = ["details", "/details", "summary", "/summary", "code", "/code"];
                for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                    assert!(tags.contains(&tag), "<{tag}> in {text}");
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let ours = format!("{}/blob/main/rules/", env!("CARGO_PKG_REPOSITORY"));
                assert!(dest_url.starts_with(&ours), "{dest_url} in {text}");
            }
            Event::Start(Tag::Image { .. } | Tag::Heading { .. } | Tag::Emphasis | Tag::Strong)
                if !text.starts_with("**miglint") =>
            {
                panic!("markup in {text}");
            }
            Event::Start(Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow) => assert_eq!(cells, 4, "{text}"),
            Event::Text(said) if in_code == 0 => {
                for pair in ["@a", "#1", "://"] {
                    assert!(!said.contains(pair), "{pair} in {said}");
                }
            }
            _ => {}
        }
    }
    assert_eq!(in_code, 0, "{text}");
}

/// The SARIF schema as OASIS has published it, out of a package that carries it.
struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn new() -> Schema {
        let metadata = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(home())
            .output()
            .expect("cargo");
        let said = String::from_utf8_lossy(&metadata.stderr);
        assert!(metadata.status.success(), "cargo metadata: {said}");
        let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let carrier = packages.iter().find(|p| p["name"] == "serde-sarif").expect("serde-sarif");
        let manifest = Path::new(carrier["manifest_path"].as_str().expect("a path"));
        let file = manifest.with_file_name("src").join("schema.json");
        let schema: Value =
            serde_json::from_str(&fs::read_to_string(file).expect("the schema")).expect("JSON");
        assert_eq!(
            schema["title"],
            "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"
        );
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("sarif.json", schema).expect("the schema");
        let mut schemas = boon::Schemas::new();
        let index = compiler.compile("sarif.json", &mut schemas).expect("the schema");
        Schema { schemas, index }
    }

    /// Checks a log against the schema, and against what GitHub asks for beside it.
    fn check(&self, text: &str) {
        let log: Value = serde_json::from_str(text).expect("JSON");
        if let Err(error) = self.schemas.validate(&log, self.index) {
            panic!("{error:#}\n{text}");
        }
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        assert_eq!(rules.len(), RULES.len());
        for rule in rules {
            for field in ["shortDescription", "fullDescription"] {
                let said = rule[field]["text"].as_str().expect("a text");
                assert!(!said.is_empty() && said.chars().count() <= 1_024, "{said}");
            }
            assert!(rule["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# ")));
        }
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            let region = &place["region"];
            assert_eq!(region["startLine"], region["endLine"]);
            assert!(region["startColumn"].as_u64() <= region["endColumn"].as_u64());
            let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
            assert!(uri.is_ascii() && !uri.contains([' ', '<', '"', '#', '?', '`', ':']), "{uri}");
            let related = result["relatedLocations"].as_array().expect("a list");
            let message = result["message"]["text"].as_str().expect("a text");
            let links =
                message.match_indices("](").filter(|(at, _)| !message[..*at].ends_with('\\'));
            assert_eq!(links.count(), related.len(), "{message}");
        }
    }
}

#[test]
fn sarif_is_valid() {
    let validator = Schema::new();
    for (project, since) in [("todo", "07c2e5f91a08"), ("todo", "all"), ("todo-safe", "all")] {
        let line = format!(
            "$ miglint check examples/{project} --since {since} --output-format sarif --exit-zero"
        );
        validator.check(&answer(home(), &line));
    }
    // Findings without width, over several lines, without a place in the tree.
    for name in ["alembic-graph", "alembic-quiet", "several-trees", "sql-plain"] {
        let folder = home().join("testdata/projects").join(name);
        let line = "$ miglint check --since all --output-format sarif --exit-zero --allow-empty";
        validator.check(&answer(&folder, line));
    }
}

/// Runs the program in a folder: its code, its output, its errors.
fn miglint(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the program");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

const CHECK: &[&str] = &["check", "examples/todo", "--since", "07c2e5f91a08"];

#[test]
fn one_analysis_writes_what_single_runs_write() {
    let folder = Folder::new();
    let path = |format: &Format| folder.path().join(format.name);
    let reports: Vec<String> =
        FORMATS.iter().map(|f| format!("--report={}={}", f.name, path(f).display())).collect();
    let mut args = CHECK.to_vec();
    args.extend(reports.iter().map(String::as_str));
    args.extend(["--quiet", "--statistics", "--output-format", "concise"]);
    let (code, concise, errors) = miglint(home(), &args, &[]);
    assert_eq!((code, errors.as_str()), (1, ""));
    for format in FORMATS {
        let mut args = CHECK.to_vec();
        args.extend(["--quiet", "--statistics", "--output-format", format.name]);
        let (_, single, _) = miglint(home(), &args, &[]);
        let report = fs::read_to_string(path(format)).expect("a report");
        assert_eq!(report, single, "{}", format.name);
    }
    assert_eq!(concise, fs::read_to_string(folder.path().join("concise")).expect("a report"));
    let left: Vec<PathBuf> =
        fs::read_dir(folder.path()).expect("files").map(|e| e.expect("a file").path()).collect();
    assert_eq!(left.len(), FORMATS.len(), "{left:?}");
}

#[test]
fn reports_have_no_colour_and_replace_what_was_there() {
    let folder = ugly("t");
    folder.write("out.txt", "an older and much longer report\n".repeat(1_000));
    let args = ["check", "--since=001", "--color=always", "--report=full=out.txt"];
    let (code, shown, _) = miglint(folder.path(), &args, &[]);
    assert_eq!(code, 1);
    assert!(shown.contains('\u{1b}'));
    let report = fs::read_to_string(folder.path().join("out.txt")).expect("a report");
    assert!(!report.contains('\u{1b}') && !report.contains("an older"), "{report}");
    assert!(report.contains("under review"), "{report}");
}

#[test]
fn a_report_without_a_place_is_refused_before_the_work() {
    let folder = ugly("t");
    folder.write("folder/x", "");
    let cases = [
        ("sarif", "it has to be FORMAT=PATH"),
        ("sarf=x", "there is no format `sarf`; do you mean `sarif`?"),
        ("=x", "there is no format ``"),
        ("sarif=", "a report goes to a file"),
        ("sarif=-", "a report goes to a file"),
        ("sarif=nowhere/x", "nowhere is not there"),
        ("sarif=folder/x/y", "x is not a folder"),
        ("sarif=folder", "it is not a regular file"),
        ("sarif=folder/..", "it is a folder"),
        ("sarif=/dev/null", "it is not a regular file"),
    ];
    for (report, why) in cases {
        let args = ["check", "--since=001", &format!("--report={report}")];
        let (code, shown, errors) = miglint(folder.path(), &args, &[]);
        assert_eq!((code, shown.as_str()), (2, ""), "{report}");
        assert!(errors.contains(why), "{report}: {errors}");
    }
    let args = ["check", "--report=json=a", "--report=sarif=./folder/../a"];
    let (code, _, errors) = miglint(folder.path(), &args, &[]);
    assert_eq!(code, 2);
    assert!(errors.contains("two reports would be written"), "{errors}");
}

#[cfg(unix)]
#[test]
fn no_report_is_written_through_a_link_of_the_project() {
    use std::os::unix::fs::symlink;

    let outside = Folder::new();
    outside.write("victim", "untouched");
    let folder = ugly("t");
    let inside = |path: &str| folder.path().join(path);
    folder.write("real/x", "");
    symlink(outside.path().join("victim"), inside("file.sarif")).expect("a link");
    symlink(outside.path().join("new"), inside("dangling.sarif")).expect("a link");
    symlink(outside.path(), inside("out")).expect("a link");
    symlink(inside("real"), inside("near")).expect("a link");
    let absolute = inside("out/new").display().to_string();
    let below = ["file.sarif", "dangling.sarif", "out/new", "out/../new", "near/new", &absolute];
    for path in below {
        let args = ["check", "--since=001", &format!("--report=sarif={path}")];
        let (code, _, errors) = miglint(folder.path(), &args, &[]);
        assert_eq!(code, 2, "{path}: {errors}");
        assert!(errors.contains("symbolic link"), "{path}: {errors}");
        // From elsewhere, the root is where the links lie.
        if path == absolute {
            let root = folder.path().display().to_string();
            let args = ["check", &root, "--since=001", &format!("--report=sarif={path}")];
            let (code, _, errors) = miglint(Path::new("/"), &args, &[]);
            assert_eq!(code, 2, "{errors}");
        }
    }
    assert_eq!(fs::read_to_string(outside.path().join("victim")).expect("it"), "untouched");
    assert!(!outside.path().join("new").exists());
    // A link that the project has not made is the user's own.
    let user = Folder::new();
    symlink(outside.path(), user.path().join("mine")).expect("a link");
    let mine = user.path().join("mine/new").display().to_string();
    let args = ["check", "--since=001", &format!("--report=sarif={mine}")];
    assert_eq!(miglint(folder.path(), &args, &[]).0, 1);
    assert!(outside.path().join("new").exists());
}

#[test]
fn the_job_summary_is_appended_in_github_actions_only() {
    let folder = ugly("t");
    let path = Folder::new();
    path.write("summary", "of another step\n");
    let summary = path.path().join("summary").display().to_string();
    let args = ["check", "--since=001"];
    let both = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let read = || fs::read_to_string(&summary).expect("the summary");
    miglint(folder.path(), &args, &both[1..]);
    miglint(folder.path(), &["check", "--since=001", "--no-job-summary"], &both);
    miglint(folder.path(), &["graph"], &both);
    assert_eq!(read(), "of another step\n");
    let (code, _, errors) = miglint(folder.path(), &args, &both);
    assert_eq!((code, errors.as_str()), (1, ""));
    let (_, markdown, _) =
        miglint(folder.path(), &["check", "--since=001", "--output-format=markdown"], &[]);
    assert_eq!(read(), format!("of another step\n\n{markdown}"));
    // It cannot be written, or is full: the check stands.
    let nowhere = [both[0], ("GITHUB_STEP_SUMMARY", "/nowhere/summary")];
    let (code, _, errors) = miglint(folder.path(), &args, &nowhere);
    assert_eq!(code, 1);
    assert!(errors.contains("the job's summary cannot be written"), "{errors}");
    path.write("summary", " ".repeat(1024 * 1024 - 10));
    let (code, _, errors) = miglint(folder.path(), &args, &both);
    assert_eq!(code, 1);
    assert!(errors.contains("it is full"), "{errors}");
}

#[test]
fn markdown_never_outgrows_a_comment() {
    let folder = Folder::new();
    folder.write("migrations/001.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    for (columns, shows) in [(3, "<details>"), (200, "| place |"), (5_000, "| findings |")] {
        let many: String = (0..columns)
            .map(|n| format!("ALTER TABLE t ADD COLUMN c{n} integer NOT NULL;\n"))
            .collect();
        folder.write("migrations/002.sql", many);
        let args = ["check", "--since=001", "--output-format=markdown"];
        let (_, text, _) = miglint(folder.path(), &args, &[]);
        assert!(text.len() <= 65_000, "{columns}: {}", text.len());
        assert!(text.contains(shows), "{columns}: {text}");
        assert!(text.contains("\n\n```sh\nmiglint check --since 001\n```\n"), "{columns}: {text}");
    }
}

#[test]
fn statistics_count_rules_and_ci_gets_their_pages() {
    let args = [CHECK, &["--quiet", "--statistics", "--output-format=concise"]].concat();
    let (_, text, _) = miglint(home(), &args, &[]);
    let counts: Vec<&str> = text.lines().skip(8).collect();
    assert_eq!(counts[0], "2  error    sqlite-unsupported-alter");
    assert_eq!(counts.len(), 7, "{text}");
    let (_, text, _) = miglint(home(), CHECK, &[("CI", "true")]);
    assert_eq!(text.matches("/rules/sqlite-unsupported-alter.md\n").count(), 1, "{text}");
    let linked = [CHECK, &["--color=always"]].concat();
    let (_, text, _) = miglint(home(), &linked, &[("CI", "true"), ("FORCE_HYPERLINK", "1")]);
    assert!(text.contains("\u{1b}]8;;https://") && !text.contains("Read more"), "{text}");
}

#[test]
fn paths_for_a_forge_begin_at_the_top_of_the_repository() {
    let folder = Folder::new();
    let git = Command::new("git").args(["init", "-q"]).current_dir(folder.path()).status();
    assert!(git.expect("git").success());
    folder.write("back/end/migrations/001.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    folder.write("back/end/migrations/002.sql", "ALTER TABLE t ADD COLUMN c integer NOT NULL;\n");
    let of = |format: &str| {
        let format = format!("--output-format={format}");
        let (_, text, _) =
            miglint(&folder.path().join("back"), &["check", "end", "--since=001", &format], &[]);
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let path = "back/end/migrations/002.sql";
    assert_eq!(of("gitlab")[0]["location"]["path"], path);
    let sarif = of("sarif");
    let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], path);
    assert_eq!(sarif["runs"][0]["automationDetails"]["id"], "miglint/back/end/");
    // reviewdog runs where the command ran.
    assert_eq!(of("rdjson")["diagnostics"][0]["location"]["path"], "end/migrations/002.sql");
}

#[test]
fn columns_count_what_each_format_says() {
    let folder = Folder::new();
    folder.write("migrations/001.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    let text = "/* é\u{1f600} */ ALTER TABLE t ADD COLUMN c\n  integer NOT NULL;\n";
    folder.write("migrations/002.sql", text);
    let (opened, report) = run(folder.path(), "001", &[], RULES);
    let report = report.expect("a report");
    let output = output(&opened, &report, RULES);
    let of = |name: &str| {
        let format = FORMATS.iter().find(|f| f.name == name).expect("the format");
        serde_json::from_str::<Value>(&write(format, &output)).expect("JSON")
    };
    let column = text.find("c\n").expect("it");
    let range = &of("rdjson")["diagnostics"][0]["location"]["range"];
    assert_eq!(range["start"]["column"], column + 1);
    assert_eq!(range["end"]["line"], 2);
    let chars = text[..column].chars().count();
    let sarif = of("sarif");
    let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startColumn"], chars + 1);
    assert_eq!(region["endColumn"], chars + 2);
}
