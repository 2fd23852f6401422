//! C and C++ programs that talk over WebSockets as programs for Windows do, against servers on loopback.
//!
//! The sources name nothing of this project: they compile for Windows with mingw-w64 as they are. `ws_sync.c` writes its
//! texts as `u""`, `ws_async.c` as `L""`, for which it needs `-fshort-wchar`.
//!
//! ```text
//! cargo test -p winhttp-dll --test c_web_socket_clients -- --include-ignored
//! ```
//!
//! `WS_SERVER=http://HOST:PORT` names an echo server to talk to instead of the tests' own (`elsewhere`): `interop/run` does
//! that.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "c_programs.rs uses the rest")]
#[path = "c_programs/toolchain.rs"]
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::Command;

use toolchain::{Library, Program, Variant, scratch, variants};
use winhttp_testkit::server::web_socket::{BINARY, CLOSE, FIN, TEXT, close_frame};
use winhttp_testkit::tls::{self, Identity, authority};
use winhttp_testkit::{Peer, Server, response};

/// How the programs are built and run.
#[derive(Clone, Copy)]
struct Build {
    library: Library,
    flags: &'static [&'static str],
    runner: &'static [&'static str],
    /// Every variant, or only one.
    all: bool,
    /// Over TLS, too.
    secure: bool,
}

const PLAIN: Build = Build {
    library: Library::Shared,
    flags: &[],
    runner: &[],
    all: true,
    secure: true,
};

const SOURCES: [&str; 2] = ["ws_sync.c", "ws_async.c"];

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/c")
        .join(name)
}

/// The variants that a source is for.
fn variants_of(name: &str) -> impl Iterator<Item = Variant> {
    variants().filter(move |variant| match name {
        // u"" is no wchar_t in C++.
        "ws_sync.c" => !(variant.short_wchar && variant.is_cxx()),
        _ => variant.short_wchar,
    })
}

impl Build {
    /// Builds the program in each of its variants, and runs `check` with each.
    fn each(self, name: &str, check: impl Fn(&dyn Fn(&[&str], i32) -> String)) {
        // The programs trust the tests' authority: they inherit SSL_CERT_FILE. `elsewhere` has its own.
        if std::env::var_os("WS_SERVER").is_none() {
            authority();
        }
        let most = if self.all { usize::MAX } else { 1 };
        for variant in variants_of(name).take(most) {
            let program = Program::build_source(&source(name), variant, self.library, self.flags);
            check(&|arguments, status| program.run(self.runner, arguments, status));
        }
    }
}

/// A program's arguments for a server: scheme, host, port.
fn place(server: &Server, secure: bool) -> [String; 3] {
    let (scheme, host) = if secure {
        ("https", "localhost")
    } else {
        ("http", "127.0.0.1")
    };
    [scheme.into(), host.into(), server.port().to_string()]
}

/// Runs `check` with an echo server whose answer has these headers, too; over TCP and over TLS.
fn with_echo(build: Build, headers: &'static str, check: impl Fn(&[String; 3], &Server)) {
    for secure in [false, true]
        .into_iter()
        .filter(|secure| build.secure || !secure)
    {
        let mut server = Server::builder();
        if secure {
            server = server.tls(tls::server(Identity::good()));
        }
        let server = server.every(|_, peer| {
            peer.upgrade_with(headers, &[]);
            peer.echo_frames();
        });
        check(&place(&server, secure), &server);
        server.finish();
    }
}

#[test]
fn a_synchronous_program() {
    synchronous(PLAIN);
}

#[test]
fn an_asynchronous_program() {
    asynchronous(PLAIN);
}

#[test]
fn linked_statically() {
    let build = Build {
        library: Library::Static,
        all: false,
        ..PLAIN
    };
    synchronous(build);
    asynchronous(build);
}

#[test]
fn clean_under_address_sanitizer() {
    let build = Build {
        flags: &[
            "-g",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
        ],
        // Not a status that the programs end with themselves.
        runner: &[
            "env",
            "ASAN_OPTIONS=exitcode=99",
            "UBSAN_OPTIONS=exitcode=99",
        ],
        all: false,
        ..PLAIN
    };
    synchronous(build);
    asynchronous(build);
}

#[test]
#[ignore = "needs valgrind, and takes its time"]
fn clean_under_valgrind() {
    let build = Build {
        flags: &["-g"],
        runner: &[
            "valgrind",
            "--quiet",
            "--error-exitcode=99",
            "--leak-check=full",
            "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect",
        ],
        all: false,
        // The ciphers' assembly compares what valgrind takes for uninitialised.
        secure: false,
        ..PLAIN
    };
    synchronous(build);
    asynchronous(build);
}

/// The same sources are programs for Windows.
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn they_link_for_windows() {
    let folder = scratch("web-socket-clients-windows");
    for target in ["x86_64-w64-mingw32", "i686-w64-mingw32"] {
        for name in SOURCES {
            let mut command = Command::new(format!("{target}-gcc"));
            command.args(["-Wall", "-Wextra", "-Werror", "-D_WIN32_WINNT=0x0602"]);
            if name == "ws_async.c" {
                command.arg("-municode");
            }
            let program = folder.join(format!("{target}-{name}.exe"));
            command.arg(source(name)).arg("-o").arg(program);
            let output = command.arg("-lwinhttp").output().expect(
                "the mingw-w64 compilers are needed (Debian: gcc-mingw-w64-x86-64, gcc-mingw-w64-i686)",
            );
            assert!(
                output.status.success() && output.stderr.is_empty(),
                "{command:?}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// Against the server that `WS_SERVER` names.
#[test]
#[ignore = "needs WS_SERVER; interop/run sets it"]
fn elsewhere() {
    let server = std::env::var("WS_SERVER").expect("WS_SERVER=http://HOST:PORT");
    let (scheme, rest) = server.split_once("://").expect("a scheme");
    let (host, port) = rest.trim_end_matches('/').rsplit_once(':').expect("a port");
    let build = Build {
        all: false,
        ..PLAIN
    };
    build.each("ws_sync.c", |run| {
        let output = run(&[scheme, host, port, "/", "16000"], 0);
        assert!(output.starts_with("Status: 101\n"), "{output}");
        let ending = "Text: 14 bytes, twice\nBinary: 16000 bytes\nClosed: 1000 that is all\n";
        assert!(output.ends_with(ending), "{output}");
    });
    build.each("ws_async.c", |run| {
        for way in ["shutdown", "close"] {
            let output = run(&[way, scheme, host, port, "/", "500", "3000"], 0);
            let start = "500 messages of 3000 bytes came back\nclosed: ";
            assert!(output.starts_with(start), "{output}");
        }
    });
}

fn synchronous(build: Build) {
    build.each("ws_sync.c", |run| {
        let headers = "Sec-WebSocket-Protocol: echo\r\n";
        with_echo(build, headers, |[scheme, host, port], server| {
            for size in ["0", "125", "126", "70000"] {
                assert_eq!(
                    run(&[scheme, host, port, "/echo?a=b", size], 0),
                    format!(
                        "Status: 101\nSubprotocol: echo\nText: 14 bytes, twice\nBinary: {size} bytes\n\
                         Closed: 1000 that is all\n"
                    )
                );
            }
            let request = server.request(0);
            assert_eq!(request.line(), "GET /echo?a=b HTTP/1.1");
            assert_eq!(request.header("Upgrade").as_deref(), Some("websocket"));
            let protocols = request.header("Sec-WebSocket-Protocol");
            assert_eq!(protocols.as_deref(), Some("other, echo"));
        });

        let failing = |serve: fn(&mut Peer), expected: &str| {
            let server = Server::once(serve);
            let [scheme, host, port] = place(&server, false);
            let output = run(&[&scheme, &host, &port, "/", "5"], 1);
            assert!(output.ends_with(expected), "{output}");
            server.finish();
        };
        failing(
            |peer| {
                peer.request();
                peer.send(response("", b"no"));
            },
            "Status: 200\nError 4317 in WinHttpWebSocketCompleteUpgrade\n",
        );
        failing(
            |peer| {
                peer.upgrade();
                peer.frame();
                peer.cut();
            },
            "Status: 101\nError 12030 in WinHttpWebSocketReceive\n",
        );
        failing(
            |peer| {
                peer.upgrade();
                peer.frame();
                peer.send(close_frame(1001, "going away"));
                peer.read_to_end();
            },
            "Status: 101\nA buffer of type 4 came\n",
        );
        failing(
            |peer| {
                peer.upgrade();
                peer.frame();
                peer.send_frame(FIN | TEXT, b"\xff");
                assert_eq!(peer.frame().status(), 1007);
                peer.read_to_end();
            },
            "Status: 101\nError 12152 in WinHttpWebSocketReceive\n",
        );
    });
}

fn asynchronous(build: Build) {
    build.each("ws_async.c", |run| {
        with_echo(build, "", |[scheme, host, port], _| {
            for (count, size) in [("0", "9"), ("1", "0"), ("300", "125"), ("3", "70000")] {
                let start = format!("{count} messages of {size} bytes came back\nclosed: ");
                for (way, ending) in [
                    ("shutdown", "4000 enough, receives cancelled: 0\n"),
                    ("close", "1001 , receives cancelled: 1\n"),
                ] {
                    assert_eq!(
                        run(&[way, scheme, host, port, "/", count, size], 0),
                        format!("{start}{ending}")
                    );
                }
            }
        });

        let failing = |serve: fn(&mut Peer), expected: &str| {
            let server = Server::once(serve);
            let [scheme, host, port] = place(&server, false);
            let output = run(&["close", &scheme, &host, &port, "/", "2", "5"], 1);
            assert_eq!(output, format!("error {expected}\n"));
            server.finish();
        };
        failing(
            |peer| {
                peer.request();
                peer.send(response("", b"no"));
                peer.read_to_end();
            },
            "200 in (the server's status)",
        );
        failing(
            |peer| {
                peer.request();
                peer.send(
                    "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
                );
                peer.read_to_end();
            },
            "12152 in the handshake",
        );
        failing(
            |peer| {
                peer.upgrade();
                let sent = peer.frame();
                assert_eq!(sent.first, FIN | BINARY);
                peer.cut();
            },
            "12030 in WinHttpWebSocketReceive",
        );
        failing(
            |peer| {
                peer.upgrade();
                peer.frame();
                // Fragmented: control frames are not.
                peer.send_frame(CLOSE, b"");
                // The send may not be completed yet; then nothing more goes out.
                if let Some(frame) = peer.next_frame() {
                    assert_eq!(frame.status(), 1002);
                }
                peer.read_to_end();
            },
            "12152 in WinHttpWebSocketReceive",
        );
    });
}
