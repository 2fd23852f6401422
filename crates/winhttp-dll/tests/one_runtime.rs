//! The Win32 runtime of ported programs, when libwinhttp and libwebsocket are in one process, and what of it programs for
//! WinHTTP use.
//!
//! Each library contains the runtime; whichever is loaded how and when, there is one last error per thread, one heap and
//! one set of handles. The programs are those of `c/runtime_*`.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with both libraries, built in the profile of this test.
fn libraries() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--message-format", "json"]);
        command.args(["--package", "winhttp-dll", "--package", "websocket-dll"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let output = command.output().expect("cargo can be started");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}\n{errors}");
        let path = text
            .split('"')
            .find(|part| part.ends_with("/libwinhttp.so"))
            .unwrap_or_else(|| panic!("no libwinhttp.so:\n{text}"));
        let folder = Path::new(path).parent().expect("a file is in a folder");
        assert!(folder.join("libwebsocket.so").exists());
        folder.to_owned()
    })
}

fn shared(name: &str) -> PathBuf {
    libraries().join(format!("lib{name}.so"))
}

/// An empty folder for a test's files.
fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("one_runtime")
        .join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

/// How a program gets at the libraries.
enum Link<'a> {
    /// Not at all: it loads them.
    None,
    /// Shared ones, in this order, whether it needs them or not.
    Shared(&'a [&'a str]),
    /// Static ones, with further flags.
    Static(&'a [&'a str], &'a [&'a str]),
}

/// Compiles `c/SOURCE` with every warning an error.
fn build(source: &str, test: &str, flags: &[&str], link: &Link<'_>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let include = root.join("../../include");
    let program = scratch(test).join("program");
    let (compiler, standard) = match source.ends_with(".cpp") {
        true => ("g++", "-std=c++17"),
        false => ("gcc", "-std=c11"),
    };
    let mut command = Command::new(compiler);
    command
        .args([standard, "-fshort-wchar", "-g", "-D_GNU_SOURCE"])
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror"])
        .args(flags)
        .arg("-I")
        .arg(include.join("win32"))
        .arg("-I")
        .arg(&include)
        .arg(root.join("tests/c").join(source))
        .arg("-o")
        .arg(&program);
    match link {
        Link::None => {}
        Link::Shared(names) => {
            command.arg("-Wl,--no-as-needed").arg("-L").arg(libraries());
            command.args(names.iter().map(|name| format!("-l{name}")));
            command.arg(format!("-Wl,-rpath,{}", libraries().display()));
        }
        Link::Static(names, flags) => {
            command.args(*flags);
            for name in *names {
                command.arg(libraries().join(format!("lib{name}.a")));
            }
        }
    }
    command.args(["-lpthread", "-ldl", "-lm"]);
    let output = command.output().expect("gcc and g++ are needed");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    program
}

/// Runs a program that ends well; what it prints.
fn run(program: &Path, arguments: &[PathBuf]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).output().expect("it was just built");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// Loads each order of libraries into a program, which checks that they have one runtime.
fn check_both(test: &str, flags: &[&str], link: &Link<'_>, orders: &[&[&str]]) {
    for (number, eager) in [&[][..], &["-DEAGER"]].into_iter().enumerate() {
        let test = format!("{test}-{number}");
        let program = build("runtime_both.c", &test, &[flags, eager].concat(), link);
        for order in orders {
            let paths: Vec<_> = order.iter().map(|name| shared(name)).collect();
            assert_eq!(run(&program, &paths), "ok\n", "{test} {order:?}");
        }
    }
}

const EACH_ORDER: &[&[&str]] = &[&["winhttp", "websocket"], &["websocket", "winhttp"]];

#[test]
fn both_loaded_locally_by_a_program_that_links_neither() {
    check_both("none", &[], &Link::None, EACH_ORDER);
    check_both("alone", &[], &Link::None, &[&["winhttp"], &["websocket"]]);
}

#[test]
fn one_linked_and_the_other_loaded_locally() {
    for name in ["winhttp", "websocket"] {
        let orders = &[&[][..], &["winhttp"], &["websocket"], EACH_ORDER[0]];
        check_both(name, &["-DLINKED"], &Link::Shared(&[name]), orders);
    }
}

#[test]
fn both_linked() {
    for order in EACH_ORDER {
        let test = order.join("-");
        check_both(&test, &["-DLINKED"], &Link::Shared(order), EACH_ORDER);
    }
}

/// One static library is a whole; a library that such a program loads joins it if the program exports the one symbol.
#[test]
fn static_libraries() {
    for name in ["winhttp", "websocket"] {
        let test = format!("static-{name}");
        check_both(&test, &["-DLINKED"], &Link::Static(&[name], &[]), &[&[]]);
        let export = "-Wl,--export-dynamic-symbol=openwinhttp_SharedRuntime";
        let link = Link::Static(&[name], &[export]);
        let test = format!("exporting-{name}");
        check_both(&test, &["-DLINKED"], &link, EACH_ORDER);
    }
}

/// The archives have symbols in common, of which the linker is told to take the first.
#[test]
fn both_static_libraries_in_one_program() {
    for order in EACH_ORDER {
        let test = format!("static-{}", order.join("-"));
        let link = Link::Static(order, &["-Wl,--allow-multiple-definition"]);
        check_both(&test, &["-DLINKED"], &link, &[&[]]);
    }
}

#[test]
fn objects_files_modules_texts_and_times() {
    let library = Link::Shared(&["winhttp"]);
    let program = build("runtime_objects.c", "objects", &[], &library);
    let folder = scratch("objects-files");
    assert_eq!(run(&program, std::slice::from_ref(&folder)), "ok\n");
    // Objects made through one library and used through another one.
    let libraries = Link::Shared(&["websocket", "winhttp"]);
    let program = build("runtime_objects.c", "objects-both", &[], &libraries);
    assert_eq!(run(&program, &[folder]), "ok\n");
}

#[test]
fn objects_are_clean_under_sanitizers() {
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let library = Link::Shared(&["winhttp"]);
    let program = build("runtime_objects.c", "objects-asan", &flags, &library);
    let folder = scratch("objects-asan-files");
    assert_eq!(run(&program, &[folder]), "ok\n");
}

#[test]
fn cxx_programs_in_the_style_of_windows() {
    if Command::new("g++").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("OPENWINHTTP_REQUIRE_CXX").is_none(),
            "OPENWINHTTP_REQUIRE_CXX is set and there is no g++: install it"
        );
        println!("left out: C++, because there is no g++; install it to check that too");
        return;
    }
    let library = Link::Shared(&["winhttp"]);
    let program = build("runtime_styles.cpp", "styles", &[], &library);
    assert_eq!(run(&program, &[]), "ok\n");
}

/// The program prints each number between 12000 and 13000 that has a text; the header says which those are.
///
/// Statements: functions 10.76
#[test]
fn fc76_every_error_of_the_header_has_a_text() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/winhttp.h");
    let header = std::fs::read_to_string(header).expect("the header is in the repository");
    let mut named: Vec<u32> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define ERROR_WINHTTP_"))
        .map(|rest| rest.split(' ').nth(1).expect("a number follows the name"))
        .map(|number| number.parse().expect("decimal"))
        .collect();
    named.sort_unstable();
    assert_eq!((named.len(), named[0], named[54]), (55, 12001, 12192));
    let named: String = named.iter().map(|number| format!("{number}\n")).collect();
    for (test, link) in [
        ("messages", Link::Shared(&["winhttp"])),
        ("messages-both", Link::Shared(&["websocket", "winhttp"])),
    ] {
        let program = build("runtime_messages.c", test, &[], &link);
        assert_eq!(run(&program, &[]), named, "{test}");
    }
}

#[test]
fn certificate_contexts() {
    let folder = scratch("certificates-files");
    let paths = [folder.join("cert.pem"), folder.join("key.pem")];
    std::fs::write(&paths[0], CERTIFICATE).expect("writable");
    std::fs::write(&paths[1], KEY).expect("writable");
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    for (test, flags) in [("certificates", &[][..]), ("certificates-asan", &flags)] {
        let library = Link::Shared(&["winhttp"]);
        let program = build("runtime_certificates.c", test, flags, &library);
        let output = run(&program, &paths);
        assert_eq!(output, "C=CH, O=\"Example, Inc.\", CN=client.test\nok\n");
    }
}

/// Made for this test: `openssl req -x509 -newkey ec ...`; nobody trusts it.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBzjCCAXOgAwIBAgIUT7s/01rHl4R/FAhmj72/YHbQvC4wCgYIKoZIzj0EAwIw
OzELMAkGA1UEBhMCQ0gxFjAUBgNVBAoMDUV4YW1wbGUsIEluYy4xFDASBgNVBAMM
C2NsaWVudC50ZXN0MCAXDTI2MTEyNjA5NDExOVoYDzIxMjYxMTAyMDk0MTE5WjA7
MQswCQYDVQQGEwJDSDEWMBQGA1UECgwNRXhhbXBsZSwgSW5jLjEUMBIGA1UEAwwL
Y2xpZW50LnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATh5PQ3RfmVv9gy
BKyBCQ8IPKxylPJ36hxlt8mArFexxf/U3oOrGPrjia/MNIaAWpLeUmiEyA84DoQU
UKzIEAW4o1MwUTAdBgNVHQ4EFgQU8g3+xi5nEBxZyKYeIzYiCAIzwiQwHwYDVR0j
BBgwFoAU8g3+xi5nEBxZyKYeIzYiCAIzwiQwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAmfSbqzeKMn7/bNFkkZ77dv/Oa9iApHl7MxaZMOWHfWcC
IQDUqeQA8HKqs15MvnW/WLVLvGT3wtJUmpFKaxm8E9uaUw==
-----END CERTIFICATE-----
";

/// Its key.
const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1ngaHfzX6Q3upHAP
oczGnA4adyHeLWTxnDCsIfC3HeihRANCAATh5PQ3RfmVv9gyBKyBCQ8IPKxylPJ3
6hxlt8mArFexxf/U3oOrGPrjia/MNIaAWpLeUmiEyA84DoQUUKzIEAW4
-----END PRIVATE KEY-----
";
