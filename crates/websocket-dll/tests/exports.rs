//! The library's symbol table: exactly the 13 functions of `websocket.h`, undecorated, and the runtime symbols that
//! `windows.h` binds Win32 names to (statement 1).
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const FUNCTIONS: [&str; 13] = [
    "WebSocketAbortHandle",
    "WebSocketBeginClientHandshake",
    "WebSocketBeginServerHandshake",
    "WebSocketCompleteAction",
    "WebSocketCreateClientHandle",
    "WebSocketCreateServerHandle",
    "WebSocketDeleteHandle",
    "WebSocketEndClientHandshake",
    "WebSocketEndServerHandshake",
    "WebSocketGetAction",
    "WebSocketGetGlobalProperty",
    "WebSocketReceive",
    "WebSocketSend",
];

const PREFIX: &str = "openwinhttp_";

/// Every dynamic symbol that the library defines: its type letter and its name, with a version if it has one.
fn exported() -> Vec<(String, String)> {
    let library = websocket_testkit::library_path();
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
            (kind, name)
        })
        .collect()
}

#[test]
fn the_13_functions_and_the_runtime_symbols_and_nothing_else() {
    let exported = exported();
    let mut functions = BTreeSet::new();
    for (kind, name) in &exported {
        if name.starts_with(PREFIX) {
            assert_eq!(kind, "T", "{name} is not a function");
            continue;
        }
        assert_eq!(kind, "T", "{name} is exported and is not a function");
        functions.insert(name.as_str());
    }
    assert_eq!(functions, BTreeSet::from(FUNCTIONS));
}

#[test]
fn the_runtime_symbols_are_those_of_the_headers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/win32/openwinhttp");
    let header: String = std::fs::read_dir(folder)
        .expect("the headers are in the repository")
        .map(|entry| std::fs::read_to_string(entry.expect("readable").path()).expect("UTF-8"))
        .collect();
    let mut declared: BTreeSet<String> = header
        .split("OPENWINHTTP_SYMBOL(")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(name, _)| format!("{PREFIX}{name}"))
        .collect();
    // The macro's own definition.
    assert!(declared.remove("openwinhttp_name"));
    // Only libwinhttp has these.
    declared.retain(|name| !name.contains("Pkcs12"));
    assert!(
        declared.contains("openwinhttp_GetLastError"),
        "the headers are not read right"
    );
    let exported: BTreeSet<String> = exported()
        .into_iter()
        .map(|(_, name)| name)
        .filter(|name| name.starts_with(PREFIX))
        .collect();
    assert_eq!(exported, declared);
}
