//! `winhttp.h` against the one of mingw-w64, which others wrote from Microsoft's: each number, size and prototype that
//! both have is the same, for 64-bit and 32-bit Windows. And ours compiles for Windows itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::declarations::{functions, numbers};
use crate::toolchain::{include, scratch};

const TARGETS: [&str; 2] = ["x86_64-w64-mingw32", "i686-w64-mingw32"];

/// Compiles a source for Windows, without producing anything.
fn compile(target: &str, compiler: &str, standard: &str, folders: &[&Path], source: &Path) {
    let mut command = Command::new(format!("{target}-{compiler}"));
    command.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only", standard]);
    for folder in folders {
        command.arg("-I").arg(folder);
    }
    let output = command.arg(source).output().expect(
        "the mingw-w64 compilers are needed (Debian: g++-mingw-w64-x86-64, g++-mingw-w64-i686)",
    );
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Enumerators are no macros: these, of which mingw-w64 has all.
const ENUMERATORS: [(&str, u32); 18] = [
    ("WinHttpProxyDetectionStart", 0),
    ("WinHttpConnectionAcquireWaitEnd", 3),
    ("WinHttpStreamWaitStart", 15),
    ("WinHttpReceiveResponseEnd", 27),
    ("WinHttpProxyTlsHandshakeClientLeg3End", 35),
    ("WinHttpRequestTimeLast", 36),
    ("WinHttpRequestTimeMax", 64),
    ("WinHttpConnectFailureCount", 0),
    ("WinHttpRequestHeadersSize", 6),
    ("WinHttpResponseBodyCompressedSize", 11),
    ("WinHttpProxyTlsHandshakeServerLeg2Size", 15),
    ("WinHttpRequestStatLast", 16),
    ("WinHttpRequestStatMax", 32),
    ("WINHTTP_WEB_SOCKET_SHUTDOWN_OPERATION", 3),
    ("WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE", 3),
    ("WINHTTP_WEB_SOCKET_CLOSE_BUFFER_TYPE", 4),
    ("WINHTTP_WEB_SOCKET_EMPTY_CLOSE_STATUS", 1005),
    (
        "WINHTTP_WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS",
        1015,
    ),
];

/// Bounds, which grow from version to version of the header. `win32-abi` compares ours with newer metadata.
const BOUNDS: [&str; 3] = [
    "WINHTTP_LAST_OPTION",
    "WINHTTP_ERROR_LAST",
    "WINHTTP_PROTOCOL_MASK",
];

/// Statements: options 9.59, 9.60
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn oc59_oc60_numbers_are_those_of_mingw() {
    let mut text =
        String::from("#include <winsock2.h>\n#include <windows.h>\n#include <winhttp.h>\n");
    let numbers = numbers();
    let mut put = |name: &str, value: u32, macros: bool| {
        let check = format!("_Static_assert((unsigned)({name}) == {value}u, \"{name}\");\n");
        text += &if macros {
            format!("#ifdef {name}\n{check}int found_{name};\n#endif\n")
        } else {
            check
        };
    };
    for (name, value) in &numbers {
        if !BOUNDS.contains(&name.as_str()) {
            put(name, *value, true);
        }
    }
    for (name, value) in ENUMERATORS {
        put(name, value, false);
    }
    let source = scratch("mingw-numbers").join("numbers.c");
    fs::write(&source, text).expect("writable");
    for target in TARGETS {
        compile(target, "gcc", "-std=c11", &[], &source);
    }
}

/// The `SIZE` and `OFFSET` lines of `layout.c`, for the types that mingw-w64 has.
///
/// Statements: options 9.56
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn oc56_layouts_are_those_of_mingw() {
    const KNOWN: [&str; 24] = [
        "URL_COMPONENTS",
        "WINHTTP_ASYNC_RESULT",
        "WINHTTP_WEB_SOCKET_ASYNC_RESULT",
        "WINHTTP_WEB_SOCKET_STATUS",
        "HTTP_VERSION_INFO",
        "WINHTTP_CERTIFICATE_INFO",
        "WINHTTP_CONNECTION_INFO",
        "WINHTTP_REQUEST_TIMES",
        "WINHTTP_REQUEST_STATS",
        "WINHTTP_PROXY_INFO",
        "WINHTTP_CURRENT_USER_IE_PROXY_CONFIG",
        "WINHTTP_AUTOPROXY_OPTIONS",
        "WINHTTP_PROXY_RESULT_ENTRY",
        "WINHTTP_PROXY_RESULT",
        "WINHTTP_PROXY_RESULT_EX",
        "WINHTTP_PROXY_NETWORKING_KEY",
        "WINHTTP_PROXY_SETTINGS",
        "HINTERNET",
        "INTERNET_PORT",
        "INTERNET_SCHEME",
        "WINHTTP_STATUS_CALLBACK",
        "SOCKADDR_STORAGE",
        "GUID",
        "SYSTEMTIME",
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/layout.c");
    let layout = fs::read_to_string(path).expect("the program is in the repository");
    let mut text = String::from(
        "#include <stddef.h>\n#include <winsock2.h>\n#include <windows.h>\n#include <winhttp.h>\n\
         #define PLACE(value, small, large) _Static_assert((value) == (sizeof(void *) == 8 ? (large) : (small)), #value)\n\
         #define SIZE(type, small, large) PLACE(sizeof(type), small, large)\n\
         #define OFFSET(type, field, small, large) PLACE(offsetof(type, field), small, large)\n",
    );
    let mut count = 0;
    for line in layout.lines().map(str::trim) {
        let arguments = ["SIZE(", "OFFSET("]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        let name = arguments.and_then(|arguments| arguments.split(',').next());
        if name.is_some_and(|name| KNOWN.contains(&name)) {
            text += &format!("{line}\n");
            count += 1;
        }
    }
    assert!(count > 100, "{count} places");
    let source = scratch("mingw-layout").join("layout.c");
    fs::write(&source, text).expect("writable");
    for target in TARGETS {
        compile(target, "gcc", "-std=c11", &[], &source);
    }
}

/// Our declarations after mingw-w64's: the compiler refuses two declarations that differ.
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn prototypes_are_those_of_mingw() {
    /// What mingw-w64 10 does not have, or has otherwise.
    const OTHER: [&str; 11] = [
        "WinHttpAddRequestHeadersEx",
        "WinHttpFreeProxySettingsEx",
        "WinHttpFreeQueryConnectionGroupResult",
        "WinHttpGetProxySettingsEx",
        "WinHttpGetProxySettingsResultEx",
        "WinHttpQueryConnectionGroup",
        "WinHttpQueryHeadersEx",
        "WinHttpReadDataEx",
        "WinHttpRegisterProxyChangeNotification",
        "WinHttpSetProxySettingsPerUser",
        "WinHttpUnregisterProxyChangeNotification",
    ];
    let header = crate::declarations::header();
    // SAL's names, all empty: mingw-w64 does not have each of them.
    let mut text =
        String::from("#include <winsock2.h>\n#include <windows.h>\n#include <winhttp.h>\n");
    let fallbacks = header
        .split("/* Annotations")
        .nth(1)
        .expect("the annotations");
    let (fallbacks, _) = fallbacks.split_once("#ifdef _WIN32").expect("their end");
    let (_, fallbacks) = fallbacks.split_once('\n').expect("a comment's end");
    text += fallbacks;
    for function in functions() {
        if !OTHER.contains(&function.name.as_str()) {
            text += &format!("{}\n", function.text);
        }
    }
    let source = scratch("mingw-prototypes").join("prototypes.c");
    fs::write(&source, text).expect("writable");
    for target in TARGETS {
        compile(target, "gcc", "-std=c11", &[], &source);
    }
}

/// On Windows `winhttp.h` stands on the compiler's own windows.h; `win32/` must not be in the way.
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn winhttp_h_compiles_for_windows() {
    let folder = scratch("windows");
    for (name, text) in [
        ("plain", "#include <windows.h>\n#include <winhttp.h>\n"),
        (
            "sockets",
            "#include <winsock2.h>\n#include <windows.h>\n#include <winhttp.h>\nextern WINHTTP_CONNECTION_INFO info;\n",
        ),
        (
            "both",
            "#include <windows.h>\n#include <websocket.h>\n#include <winhttp.h>\n",
        ),
    ] {
        let c = folder.join(format!("{name}.c"));
        let cxx = folder.join(format!("{name}.cc"));
        fs::write(&c, text).expect("writable");
        fs::write(&cxx, text).expect("writable");
        for target in TARGETS {
            compile(target, "gcc", "-std=c11", &[&include()], &c);
            compile(target, "gcc", "-std=gnu89", &[&include()], &c);
            compile(target, "g++", "-std=c++17", &[&include()], &cxx);
        }
    }
}
