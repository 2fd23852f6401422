//! C and C++ programs compiled against `include/` and linked with the library: what a user of the headers does.
//!
//! Every program of `c/` is built with gcc as C11 and with g++ as C++17, each with and without `-fshort-wchar`, with
//! every warning an error, and run; `toolchain` does that, and the tests here say what must come out. A missing compiler
//! fails the tests. Under AddressSanitizer the programs run always, under valgrind on request:
//!
//! ```text
//! cargo test -p websocket-dll --test c_programs -- --include-ignored
//! ```
#![cfg(target_os = "linux")]

#[path = "c_programs/headers.rs"]
mod headers;
#[path = "c_programs/layout.rs"]
mod layout;
#[path = "c_programs/toolchain.rs"]
mod toolchain;
#[path = "c_programs/wmain.rs"]
mod wmain;

use toolchain::{Library, Program, VARIANTS, Variant, variants};

/// A program of `c/` with the arguments to run it with, its exit status and a check of its output.
struct Case {
    name: &'static str,
    arguments: &'static [&'static str],
    status: i32,
    check: fn(&str, Variant),
}

const CASES: [Case; 5] = [
    Case {
        name: "layout",
        arguments: &[],
        status: 0,
        check: |output, _| layout::check(output),
    },
    Case {
        name: "flow",
        arguments: &[],
        status: 0,
        check: |output, _| check_flow(output),
    },
    Case {
        name: "misuse",
        arguments: &[],
        status: 0,
        check: |output, _| check_misuse(output),
    },
    Case {
        name: "runtime",
        arguments: &[],
        status: 0,
        check: |output, _| assert_eq!(output, "ok\n"),
    },
    Case {
        name: "wide",
        arguments: &["plain", "g\u{fc}\u{20ac}\u{1f600}"],
        status: 3,
        check: check_wide,
    },
];

fn case(name: &str) -> &'static Case {
    let case = CASES.iter().find(|case| case.name == name);
    case.expect("a case of that name")
}

impl Case {
    /// Builds and runs the program in one variant and checks what it says.
    fn run(&self, variant: Variant, library: Library, flags: &[&str], runner: &[&str]) {
        let program = Program::build(self.name, variant, library, flags);
        let output = program.run(runner, self.arguments, self.status);
        (self.check)(&output, variant);
    }

    fn run_all(&self) {
        for variant in variants() {
            self.run(variant, Library::Shared, &[], &[]);
        }
    }
}

#[test]
fn layouts_and_numbers_are_the_librarys() {
    case("layout").run_all();
}

#[test]
fn the_flow_of_section_4_9() {
    case("flow").run_all();
}

#[test]
fn wrong_handles_in_every_function() {
    case("misuse").run_all();
}

#[test]
fn the_win32_runtime() {
    case("runtime").run_all();
}

#[test]
fn wide_printf_and_wmain() {
    case("wide").run_all();
}

/// The C library's checking variants of wide functions must not come back with optimisation.
#[test]
fn optimised_and_fortified() {
    for variant in variants() {
        let flags = ["-O2", "-D_FORTIFY_SOURCE=2"];
        case("wide").run(variant, Library::Shared, &flags, &[]);
    }
}

#[test]
#[ignore = "needs clang"]
fn compiled_by_clang() {
    for case in &CASES {
        for variant in variants() {
            case.run(variant.with_clang(), Library::Shared, &[], &[]);
        }
    }
}

#[test]
fn linked_statically() {
    for name in ["flow", "runtime"] {
        case(name).run(VARIANTS[0], Library::Static, &[], &[]);
    }
}

#[test]
fn clean_under_address_sanitizer() {
    let flags = [
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
    ];
    for case in &CASES {
        // C and C++, with two-byte characters: the headers' own wide functions take part.
        for variant in variants().filter(|variant| variant.short_wchar) {
            case.run(variant, Library::Shared, &flags, &[]);
        }
    }
}

#[test]
#[ignore = "needs valgrind, and takes its time"]
fn clean_under_valgrind() {
    let runner = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect,possible",
        "--errors-for-leak-kinds=definite,indirect,possible",
    ];
    for case in &CASES {
        case.run(VARIANTS[1], Library::Shared, &["-g"], &runner);
    }
}

/// The transcript of `flow.c`: everything is known but the key, the answer to it and the mask.
fn check_flow(output: &str) {
    const TEXT: &[u8] = b"Hello World";
    let mut lines = output.lines();
    let mut next = || {
        lines
            .next()
            .unwrap_or_else(|| panic!("the output ends early:\n{output}"))
    };
    let base64 = |value: &str, length: usize| {
        let digits = value.trim_end_matches('=');
        assert_eq!(value.len(), length, "{value}");
        assert!(
            digits
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || c == b'+' || c == b'/')
        );
    };

    assert_eq!(next(), "-- Request --");
    let key = next().strip_prefix("Sec-WebSocket-Key: ");
    base64(key.expect("the key comes first"), 24);
    assert_eq!(next(), "Connection: Upgrade");
    assert_eq!(next(), "Upgrade: websocket");
    assert_eq!(next(), "Sec-WebSocket-Version: 13");
    assert_eq!(next(), "Host: localhost");
    assert_eq!(next(), "");
    assert_eq!(next(), "-- Response --");
    let accept = next().strip_prefix("Sec-WebSocket-Accept: ");
    base64(accept.expect("the answer to the key comes first"), 28);
    assert_eq!(next(), "Connection: Upgrade");
    assert_eq!(next(), "Upgrade: websocket");
    assert_eq!(next(), "");

    assert_eq!(next(), "-- Queueing a send with a buffer --");
    assert_eq!(bytes(next()), TEXT);
    assert_eq!(next(), "Sending data to a network:");
    let header = bytes(next());
    assert_eq!(header[..2], [0x81, 0x8b], "FIN and text; masked, 11 bytes");
    assert_eq!(header.len(), 6);
    let payload = bytes(next());
    let unmasked: Vec<u8> = (0..payload.len())
        .map(|i| payload[i] ^ header[2 + i % 4])
        .collect();
    assert_eq!(unmasked, TEXT);
    assert_eq!(next(), "Send operation completed (context 17)");
    assert_eq!(next(), "");

    assert_eq!(next(), "-- Queueing a receive --");
    assert_eq!(next(), "Receiving data from a network:");
    assert_eq!(bytes(next()), [header, payload].concat());
    assert_eq!(
        next(),
        "Receive operation completed with a buffer (type 0x80000000, context 23):"
    );
    assert_eq!(bytes(next()), TEXT);
    assert_eq!(lines.next(), None);
}

/// `0x48 0x65` as bytes.
fn bytes(line: &str) -> Vec<u8> {
    line.split(' ')
        .map(|byte| {
            let digits = byte.strip_prefix("0x").filter(|digits| digits.len() == 2);
            let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            value.unwrap_or_else(|| panic!("not bytes: {line}"))
        })
        .collect()
}

fn check_misuse(output: &str) {
    assert!(output.ends_with("\n0 failures\n"), "{output}");
    for (kind, times) in [
        ("NULL", 1),
        ("garbage", 8),
        ("wrong role", 1),
        ("deleted", 3),
    ] {
        let count = output.lines().filter(|line| *line == kind).count();
        assert_eq!(count, times, "{kind}:\n{output}");
    }
}

fn check_wide(output: &str, variant: Variant) {
    // Units, not characters: a surrogate pair counts twice where wchar_t has two bytes.
    let units = if variant.short_wchar { 5 } else { 4 };
    let mut expected = format!(
        "argument 1: plain (5 units)\n\
         argument 2: g\u{fc}\u{20ac}\u{1f600} ({units} units)\n\
         [wide] [narrow] [narrow] [wide] [wi] [nar]\n\
         [  wide] [nar   ] [wn] [(null)] [%]\n\
         [-7] [   42] [42   ] [00042] [+42] [007] [   1] [1   ]\n\
         [4000000000] [4000000000] [0xff] [FF] [10] [1] [1]\n\
         [-5000000000] [5000000000] [7] [-1] [2] [4] [-3]\n\
         [3.14] [3.142e+04] [0.5] [1E-10]\n\
         \u{fc} \u{20ac} \u{1f600}\n\
         five\n\
         narrow and wide mix\n\
         {:600}x\n\
         {:0600}\n",
        "long", 1
    );
    if variant.short_wchar {
        expected += "[wide] [wide] [5] [wi] [narrow] [5]\n\u{fc}\n";
    }
    assert_eq!(output, expected);
}
