//! The library's symbol table: the functions that `winhttp.h` declares, those that Windows exports for system components,
//! and the runtime symbols that `windows.h` binds Win32 names to. Nothing else.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use win32_abi::winhttp::functions::{FUNCTIONS, SYSTEM_FUNCTIONS};

const PREFIX: &str = "openwinhttp_";

/// Every dynamic symbol that the library defines: its name and its type letter.
fn exported() -> Vec<(String, String)> {
    let library = winhttp_testkit::library::library_path();
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(library)
        .output()
        .expect("nm (Debian package binutils) is needed to look at the library's symbols");
    assert!(
        output.status.success(),
        "nm {}: {}",
        library.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("symbol names are ASCII");
    text.lines()
        .map(|line| {
            let mut fields = line.split_whitespace();
            let name = fields.next().expect("nm prints a name").to_owned();
            let kind = fields.next().expect("nm prints a type").to_owned();
            (name, kind)
        })
        .collect()
}

#[test]
fn the_declared_functions_and_nothing_else() {
    let mut functions = BTreeSet::new();
    let exported = exported();
    for (name, kind) in &exported {
        assert_eq!(kind, "T", "{name} is exported and is not a function");
        if !name.starts_with(PREFIX) {
            functions.insert(name.as_str());
        }
    }
    let declared = BTreeSet::from(FUNCTIONS);
    let missing: Vec<_> = declared.difference(&functions).collect();
    assert!(missing.is_empty(), "not exported: {missing:?}");
    let system = BTreeSet::from(SYSTEM_FUNCTIONS);
    let extra: Vec<_> = functions
        .difference(&declared)
        .filter(|name| !system.contains(*name))
        .collect();
    assert!(extra.is_empty(), "exported, and not declared: {extra:?}");
}

/// The names of the header and those of the binding are the same.
#[test]
fn the_binding_has_the_headers_functions() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/winhttp.h");
    let header = std::fs::read_to_string(header).expect("the header is in the repository");
    let mut declared: Vec<&str> = header
        .split("\nWINHTTPAPI ")
        .skip(1)
        .filter_map(|rest| rest.split_once('(')?.0.rsplit(' ').next())
        .collect();
    declared.sort_unstable();
    assert_eq!(declared, FUNCTIONS);
}

#[test]
fn the_runtime_symbols_of_the_headers_are_exported() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/win32/openwinhttp");
    let mut declared = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the headers are in the repository") {
        let path = entry.expect("readable").path();
        let header = std::fs::read_to_string(path).expect("headers are text");
        let symbols = header.split("OPENWINHTTP_SYMBOL(").skip(1);
        let names = symbols.filter_map(|rest| rest.split_once(')'));
        declared.extend(names.map(|(name, _)| format!("{PREFIX}{name}")));
    }
    // The macro's own definition.
    assert!(declared.remove("openwinhttp_openwinhttp_name") || declared.remove("openwinhttp_name"));
    assert!(
        declared.contains("openwinhttp_GetLastError"),
        "the headers are not read right"
    );
    let exported: BTreeSet<String> = exported().into_iter().map(|(name, _)| name).collect();
    let missing: Vec<_> = declared.difference(&exported).collect();
    assert!(missing.is_empty(), "not exported: {missing:?}");
}
