//! Finding, building and loading the library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use libloading::Library;

use crate::tls;

/// The library at [`library_path`], loaded once and never unloaded. Before that, the test's certificate authority becomes
/// the one that the process trusts ([`tls::authority`]).
///
/// # Panics
/// If the library cannot be built or loaded.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        tls::authority();
        let path = library_path();
        // SAFETY: the library's initialisers are those of the Rust runtime, or of Microsoft's own DLL.
        unsafe { Library::new(path) }
            .unwrap_or_else(|error| panic!("cannot load {}: {error}", path.display()))
    })
}

/// The library under test: `OPENWINHTTP_WINHTTP_LIB` if set, else the one that Cargo builds in the profile of the caller.
///
/// # Panics
/// If Cargo fails.
pub fn library_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match std::env::var_os("OPENWINHTTP_WINHTTP_LIB") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(&workspace)
        .args(["build", "--quiet", "--package", "winhttp-dll"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command
        .args(["--message-format", "json"])
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "cargo build -p winhttp-dll failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Cargo prints one JSON object a line; the path is the only thing needed, so it is cut out without a JSON parser.
    let text = String::from_utf8_lossy(&output.stdout);
    let name = format!(
        "{}winhttp{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    text.split('"')
        .filter(|part| part.ends_with(&name))
        .map(|part| PathBuf::from(part.replace("\\\\", "\\")))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("cargo build -p winhttp-dll names no {name}:\n{text}"))
}
