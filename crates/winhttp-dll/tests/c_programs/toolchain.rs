//! Building and running C and C++ programs against `include/` and the built library.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// One way to compile a program.
#[derive(Clone, Copy)]
pub(crate) struct Variant {
    name: &'static str,
    compiler: &'static str,
    language: &'static [&'static str],
    /// Whether `wchar_t` has two bytes.
    pub(crate) short_wchar: bool,
}

const C11: &[&str] = &["-std=c11", "-x", "c"];
const CXX17: &[&str] = &["-std=c++17", "-x", "c++"];

/// C and C++, each with 4-byte and then 2-byte `wchar_t`.
pub(crate) const VARIANTS: [Variant; 4] = [
    Variant {
        name: "c11",
        compiler: "gcc",
        language: C11,
        short_wchar: false,
    },
    Variant {
        name: "c11-short",
        compiler: "gcc",
        language: C11,
        short_wchar: true,
    },
    Variant {
        name: "c++17",
        compiler: "g++",
        language: CXX17,
        short_wchar: false,
    },
    Variant {
        name: "c++17-short",
        compiler: "g++",
        language: CXX17,
        short_wchar: true,
    },
];

/// The variants of this machine. gcc must be there; without g++ the C++ ones are left out and that is said, unless
/// `OPENWINHTTP_REQUIRE_CXX` is set, as CI does.
pub(crate) fn variants() -> impl Iterator<Item = Variant> {
    VARIANTS.into_iter().filter(Variant::is_usable)
}

fn has_cxx() -> bool {
    let found = Command::new("g++").arg("--version").output().is_ok();
    if !found {
        assert!(
            std::env::var_os("OPENWINHTTP_REQUIRE_CXX").is_none(),
            "OPENWINHTTP_REQUIRE_CXX is set and there is no g++: install it"
        );
        println!("left out: C++, because there is no g++; install it to check that too");
    }
    found
}

/// How a program gets at the library.
#[derive(Clone, Copy)]
pub(crate) enum Library {
    /// None: the program calls nothing.
    None,
    /// `-lwinhttp`, found at run time where it was built.
    Shared,
    /// `libwinhttp.a` and what it needs.
    Static,
}

/// The repository's `include/`.
pub(crate) fn include() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include");
    path.canonicalize().expect("include/ is in the repository")
}

/// An empty folder of this name for a test's files.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("c_programs")
        .join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

impl Variant {
    /// Whether this machine has the compiler; see [`variants`].
    pub(crate) fn is_usable(&self) -> bool {
        !self.is_cxx() || has_cxx()
    }

    /// Whether it is a variant of C++.
    pub(crate) fn is_cxx(&self) -> bool {
        self.language == CXX17
    }

    /// The same, compiled by clang.
    pub(crate) fn with_clang(self) -> Self {
        let compiler = match self.compiler {
            "gcc" => "clang",
            _ => "clang++",
        };
        Self { compiler, ..self }
    }

    /// The compiler with the flags of this variant and an `include/` folder, every warning an error.
    pub(crate) fn compiler(&self, include: &Path) -> Command {
        let mut command = Command::new(self.compiler);
        command
            .args(["-Wall", "-Wextra", "-pedantic", "-Werror"])
            .arg("-I")
            .arg(include.join("win32"))
            .arg("-I")
            .arg(include)
            .args(self.language);
        if self.short_wchar {
            command.arg("-fshort-wchar");
        }
        command
    }

    /// Compiles a source text without producing anything; what the compiler says if it refuses.
    pub(crate) fn check(
        &self,
        include: &Path,
        source: &Path,
        flags: &[&str],
    ) -> Result<(), String> {
        let mut command = self.compiler(include);
        command.arg("-fsyntax-only").args(flags).arg(source);
        let output = output(&mut command);
        if output.status.success() {
            Ok(())
        } else {
            Err(format!(
                "{command:?}\n{}",
                String::from_utf8_lossy(&output.stderr)
            ))
        }
    }
}

/// A program, built.
pub(crate) struct Program {
    path: PathBuf,
}

impl Program {
    /// Builds `c/NAME.c`.
    ///
    /// # Panics
    /// If the compiler or linker says anything.
    pub(crate) fn build(name: &str, variant: Variant, library: Library, flags: &[&str]) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/c/{name}.c"));
        Self::build_source(&source, variant, library, flags)
    }

    /// Builds a source file.
    ///
    /// # Panics
    /// If the compiler or linker says anything.
    pub(crate) fn build_source(
        source: &Path,
        variant: Variant,
        library: Library,
        flags: &[&str],
    ) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = source.file_stem().expect("a file").to_string_lossy();
        let path = scratch(&format!("{name}-{}-{count}", variant.name)).join(&*name);
        let mut command = variant.compiler(&include());
        command.args(flags).arg(source).args(["-x", "none"]);
        let folder = || {
            let built = winhttp_testkit::library::library_path();
            built.parent().expect("a file is in a folder")
        };
        match library {
            Library::None => {}
            Library::Shared => {
                command.arg("-L").arg(folder()).arg("-lwinhttp");
                command.arg(format!("-Wl,-rpath,{}", folder().display()));
            }
            Library::Static => {
                command.arg(folder().join("libwinhttp.a"));
                command.args(["-lpthread", "-ldl", "-lm"]);
            }
        }
        link(command.arg("-o").arg(&path));
        Self { path }
    }

    /// Runs the program, under `runner` if that names one, and gives what it prints.
    ///
    /// # Panics
    /// If it ends with another status.
    pub(crate) fn run(&self, runner: &[&str], arguments: &[&str], status: i32) -> String {
        let mut command = match runner {
            [] => Command::new(&self.path),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.path);
                command
            }
        };
        let output = output(command.args(arguments));
        let text = String::from_utf8(output.stdout).expect("the programs print UTF-8");
        assert_eq!(
            output.status.code(),
            Some(status),
            "{command:?}: {}\n{text}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        text
    }
}

/// Runs a compiler that has nothing to complain about.
fn link(command: &mut Command) {
    let output = output(command);
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| {
        panic!("{command:?} cannot be started: {error}\nThese tests need gcc, g++ and, for some, valgrind: install them.")
    })
}
