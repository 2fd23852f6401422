//! Which numbered statements of the specification have a test.
//!
//! Tests name statements in their comments, `Statements: facts 1.2, 1.3; behaviour 18.41`. This collects the names from
//! the sources, compares them with `tests/statements/scope.txt` and checks that `docs/winhttp-statements.md` says what it
//! finds. `OPENWINHTTP_UPDATE=1` writes that file instead.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Where tests are.
const SOURCES: &[&str] = &[
    "crates/winhttp-dll",
    "crates/openwinhttp",
    "crates/http1-proto",
    "crates/net",
    "crates/win32-abi",
    "crates/cli",
    "fuzz",
    "interop",
];

const REPORT: &str = "docs/winhttp-statements.md";

/// File of the specification, section, number.
type Statement = (String, u32, u32);

#[test]
fn the_report_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scope = scope(
        &std::fs::read_to_string(root.join("crates/winhttp-dll/tests/statements/scope.txt"))
            .unwrap(),
    );
    let mut tests = BTreeMap::new();
    for source in SOURCES {
        collect(&root, &root.join(source), &mut tests);
    }
    for (statement, names) in &tests {
        // Other sections are prose: they may be named but are not counted.
        let numbered = scope
            .keys()
            .any(|known| (&known.0, known.1) == (&statement.0, statement.1));
        assert!(
            !numbered || scope.contains_key(statement),
            "{} {}.{} is not a statement (named by {})",
            statement.0,
            statement.1,
            statement.2,
            names.join(", ")
        );
    }
    let report = report(&scope, &tests);
    let path = root.join(REPORT);
    if std::env::var_os("OPENWINHTTP_UPDATE").is_some() {
        std::fs::write(&path, report).unwrap();
        return;
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == report,
        "{REPORT} is out of date: OPENWINHTTP_UPDATE=1 cargo test -p winhttp-dll --test statement_report"
    );
}

/// Part of the project and reason, by statement.
fn scope(text: &str) -> BTreeMap<Statement, (String, String)> {
    let mut scope = BTreeMap::new();
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.splitn(4, ' ');
        let file = words.next().unwrap();
        let range = words.next().unwrap_or_else(|| panic!("{line}"));
        let part = words.next().unwrap_or_else(|| panic!("{line}"));
        let reason = words.next().unwrap_or_default();
        for statement in range_of(file, range).unwrap_or_else(|| panic!("{line}")) {
            let old = scope.insert(statement, (part.to_owned(), reason.to_owned()));
            assert!(old.is_none(), "listed twice: {line}");
        }
    }
    scope
}

/// `18.4` or `18.4-18.9`.
fn range_of(file: &str, range: &str) -> Option<Vec<Statement>> {
    let pair = |text: &str| {
        let (section, number) = text.split_once('.')?;
        Some((section.parse::<u32>().ok()?, number.parse::<u32>().ok()?))
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let ((section, first), (end, last)) = (pair(first)?, pair(last)?);
    (section == end && first <= last).then(|| {
        (first..=last)
            .map(|number| (file.to_owned(), section, number))
            .collect()
    })
}

fn collect(root: &Path, place: &Path, tests: &mut BTreeMap<Statement, Vec<String>>) {
    let Ok(entries) = std::fs::read_dir(place) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                collect(root, &path, tests);
            }
            continue;
        }
        if !path.extension().is_some_and(|kind| {
            ["rs", "c", "cpp", "cc", "sh"]
                .iter()
                .any(|known| kind == *known)
        }) || path.ends_with("statement_report.rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        read(&name, &text, tests);
    }
}

/// Finds `Statements:` in comments. The test is the next function; in other languages than Rust, the file.
fn read(file: &str, text: &str, tests: &mut BTreeMap<Statement, Vec<String>>) {
    let lines: Vec<&str> = text.lines().collect();
    let comment = |line: &str| {
        let line = line.trim_start();
        ["///", "//!", "//", "/*", "*", "#"]
            .iter()
            .find_map(|mark| line.strip_prefix(mark))
            .map(|rest| rest.trim().trim_end_matches("*/").trim().to_owned())
    };
    for (at, line) in lines.iter().enumerate() {
        let Some(list) =
            comment(line).and_then(|line| Some(line.strip_prefix("Statements:")?.to_owned()))
        else {
            continue;
        };
        let mut list = list;
        // A list that does not end goes on in the next line.
        for next in &lines[at + 1..] {
            if !list.trim_end().ends_with([',', ';']) {
                break;
            }
            list = list + " " + &comment(next).unwrap_or_default();
        }
        let function = if file.ends_with(".rs") {
            lines[at..].iter().find_map(|line| {
                let rest = line.trim_start();
                let rest = rest.strip_prefix("pub ").unwrap_or(rest);
                let name = rest.strip_prefix("fn ")?;
                Some(name.split(['(', '<']).next().unwrap_or(name).to_owned())
            })
        } else {
            None
        };
        let test = match function {
            Some(function) => format!("{file} `{function}`"),
            None => file.to_owned(),
        };
        let mut spec = "";
        for part in list.trim().trim_end_matches('.').split(';') {
            for word in part.split([',', ' ']).filter(|word| !word.is_empty()) {
                if ["facts", "functions", "options", "behaviour", "README"].contains(&word) {
                    spec = word;
                    continue;
                }
                if spec == "README" {
                    // The decisions: not counted.
                    continue;
                }
                let statements = range_of(spec, word)
                    .unwrap_or_else(|| panic!("{file}:{}: {word:?} is no statement", at + 1));
                for statement in statements {
                    let names = tests.entry(statement).or_default();
                    if !names.contains(&test) {
                        names.push(test.clone());
                    }
                }
            }
        }
    }
}

fn report(
    scope: &BTreeMap<Statement, (String, String)>,
    tests: &BTreeMap<Statement, Vec<String>>,
) -> String {
    let mut out = String::from(
        "# Statements of the WinHTTP specification and their tests\n\n\
         Generated by `OPENWINHTTP_UPDATE=1 cargo test -p winhttp-dll --test statement_report` from the comments of the tests and\n\
         `crates/winhttp-dll/tests/statements/scope.txt`; CI checks that it is current. \"Core\" is sessions, requests, callbacks, TLS and\n\
         WebSockets over HTTP/1.1; what goes deeper (redirects, cookies, authentication, proxies, decompression) is a part of its\n\
         own; \"void\" is what the facts decide otherwise, \"none\" what nobody is to prove.\n\n\
         | file | statements | core | core with a test | core without | other parts with a test |\n|---|---:|---:|---:|---:|---:|\n",
    );
    let files = ["facts", "functions", "options", "behaviour"];
    let mut sums = [0; 5];
    let mut rows = Vec::new();
    for file in files {
        let own = |core: bool, tested: Option<bool>| {
            scope
                .iter()
                .filter(|(statement, (part, _))| {
                    statement.0 == file
                        && (part == "core") == core
                        && tested.is_none_or(|tested| tests.contains_key(*statement) == tested)
                })
                .count()
        };
        let row = [
            own(true, None) + own(false, None),
            own(true, None),
            own(true, Some(true)),
            own(true, Some(false)),
            own(false, Some(true)),
        ];
        sums.iter_mut()
            .zip(row)
            .for_each(|(sum, count)| *sum += count);
        rows.push((file, row));
    }
    rows.push(("all", sums));
    for (file, row) in rows {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        writeln!(out, "| {file} | {} |", cells.join(" | ")).unwrap();
    }
    out.push_str("\n## Core statements without a test\n\n");
    for file in files {
        let missing: Vec<String> = scope
            .iter()
            .filter(|(statement, (part, _))| {
                statement.0 == file && part == "core" && !tests.contains_key(*statement)
            })
            .map(|((_, section, number), _)| format!("{section}.{number}"))
            .collect();
        if !missing.is_empty() {
            writeln!(out, "- {file}: {}", missing.join(", ")).unwrap();
        }
    }
    if sums[3] == 0 {
        out.push_str("None.\n");
    }
    out.push_str("\n## Statements of other parts\n\n");
    let mut parts: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for ((file, section, number), (part, reason)) in scope {
        if part != "core" {
            parts
                .entry((part, file, reason))
                .or_default()
                .push(format!("{section}.{number}"));
        }
    }
    for ((part, file, reason), numbers) in parts {
        let reason = if reason.is_empty() {
            String::new()
        } else {
            format!(" ({reason})")
        };
        writeln!(out, "- {part}, {file}{reason}: {}", numbers.join(", ")).unwrap();
    }
    out.push_str("\n## Tests by statement\n\n");
    for file in files {
        writeln!(out, "### {file}\n").unwrap();
        for (statement, names) in tests.iter().filter(|(statement, _)| statement.0 == file) {
            writeln!(
                out,
                "- {}.{}: {}",
                statement.1,
                statement.2,
                names.join(", ")
            )
            .unwrap();
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
