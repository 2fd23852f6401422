//! C and C++ programs that make HTTP requests as programs for Windows do, against servers on loopback.
//!
//! The sources name nothing of this project: they compile for Windows with mingw-w64 as they are (and are linked against
//! its winhttp here, on request). `post_sync.c` writes its texts as `u""`, the others as `L""`, for which they need
//! `-fshort-wchar`.
//!
//! ```text
//! cargo test -p winhttp-dll --test c_clients -- --include-ignored
//! ```
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "c_programs.rs uses the rest")]
#[path = "c_programs/toolchain.rs"]
mod toolchain;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use toolchain::{Library, Program, Variant, scratch, variants};
use winhttp_testkit::tls::{self, Identity, authority};
use winhttp_testkit::{Gate, Peer, Server, response};

/// How a program is run: built by whom, with what library, under what.
#[derive(Clone, Copy)]
struct Build {
    adapt: fn(Variant) -> Variant,
    library: Library,
    flags: &'static [&'static str],
    runner: &'static [&'static str],
    /// Every variant, or only one.
    all: bool,
    /// Over TLS, and with names to be looked up, too.
    whole: bool,
}

const PLAIN: Build = Build {
    adapt: |variant| variant,
    library: Library::Shared,
    flags: &[],
    runner: &[],
    all: true,
    whole: true,
};

/// A source's name, and what checks its programs.
type Case = (&'static str, fn(Build));

const PROGRAMS: [Case; 4] = [
    ("get_sync.c", get_sync),
    ("post_sync.c", post_sync),
    ("get_async.c", get_async),
    ("post_async.cpp", post_async),
];

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/c")
        .join(name)
}

/// The variants that a source is for.
fn variants_of(name: &str) -> impl Iterator<Item = Variant> {
    variants().filter(move |variant| match name {
        // u"" is no wchar_t in C++.
        "post_sync.c" => !(variant.short_wchar && variant.is_cxx()),
        "post_async.cpp" => variant.short_wchar && variant.is_cxx(),
        _ => variant.short_wchar,
    })
}

impl Build {
    fn host(self) -> &'static str {
        if self.whole { "localhost" } else { "127.0.0.1" }
    }

    /// Builds the program in each of its variants, and runs `check` with each.
    fn each(self, name: &str, check: impl Fn(&dyn Fn(&[&str], i32) -> String)) {
        // The programs trust the tests' authority: they inherit SSL_CERT_FILE.
        authority();
        let most = if self.all { usize::MAX } else { 1 };
        for variant in variants_of(name).take(most) {
            let variant = (self.adapt)(variant);
            let program = Program::build_source(&source(name), variant, self.library, self.flags);
            check(&|arguments, status| program.run(self.runner, arguments, status));
        }
    }
}

#[test]
fn get_in_a_synchronous_session() {
    get_sync(PLAIN);
}

#[test]
fn post_in_a_synchronous_session() {
    post_sync(PLAIN);
}

#[test]
fn gets_at_once_in_an_asynchronous_session() {
    get_async(PLAIN);
}

#[test]
fn post_in_an_asynchronous_session() {
    post_async(PLAIN);
}

#[test]
fn linked_statically() {
    for (_, check) in PROGRAMS {
        check(Build {
            library: Library::Static,
            all: false,
            ..PLAIN
        });
    }
}

#[test]
fn clean_under_address_sanitizer() {
    for (_, check) in PROGRAMS {
        check(Build {
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
        });
    }
}

#[test]
#[ignore = "needs clang"]
fn compiled_by_clang() {
    for (_, check) in PROGRAMS {
        check(Build {
            adapt: Variant::with_clang,
            ..PLAIN
        });
    }
}

#[test]
#[ignore = "needs valgrind, and takes its time"]
fn clean_under_valgrind() {
    for (_, check) in PROGRAMS {
        check(Build {
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
            // The ciphers' assembly compares what valgrind takes for uninitialised, and the C library frees what a thread
            // needs for looking names up only when the thread ends.
            whole: false,
            ..PLAIN
        });
    }
}

/// The same sources are programs for Windows.
#[test]
#[ignore = "needs the mingw-w64 compilers"]
fn they_link_for_windows() {
    let folder = scratch("clients-windows");
    for target in ["x86_64-w64-mingw32", "i686-w64-mingw32"] {
        for (name, _) in PROGRAMS {
            let compiler = if name.ends_with(".cpp") { "g++" } else { "gcc" };
            let mut command = Command::new(format!("{target}-{compiler}"));
            command.args(["-Wall", "-Wextra", "-Werror"]);
            if name != "post_sync.c" {
                command.arg("-municode");
            }
            let program = folder.join(format!("{target}-{name}.exe"));
            command.arg(source(name)).arg("-o").arg(program);
            let output = command.arg("-lwinhttp").output().expect(
                "the mingw-w64 compilers are needed (Debian: g++-mingw-w64-x86-64, g++-mingw-w64-i686)",
            );
            assert!(
                output.status.success() && output.stderr.is_empty(),
                "{command:?}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

fn get_sync(build: Build) {
    build.each("get_sync.c", |run| {
        let large = "0123456789abcdef".repeat(20_000);
        let server = Server::answering(response("Content-Type: text/x\r\n", large.as_bytes()));
        let url = format!("http://{}/a%20b?c=\u{e9}", server.host());
        assert_eq!(
            run(&[&url], 0),
            format!("Status: 200 OK\nType: text/x\n{large}")
        );
        let request = server.request(0);
        assert_eq!(request.line(), "GET /a%20b?c=%C3%A9 HTTP/1.1");
        assert_eq!(
            request.header("User-Agent").as_deref(),
            Some("get_sync/1.0")
        );
        assert_eq!(
            request.header("Accept").as_deref(),
            Some("text/*, application/octet-stream")
        );
        assert_eq!(request.header("X-Program").as_deref(), Some("get_sync"));
        assert_eq!(request.header("X-Number").as_deref(), Some("1"));
        server.finish();

        let server = Server::answering(
            "HTTP/1.1 404 Gone fishing\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
        );
        let url = format!("http://{}", server.host());
        assert_eq!(run(&[&url], 0), "Status: 404 Gone fishing\nno");
        assert_eq!(server.request(0).line(), "GET / HTTP/1.1");
        server.finish();

        for (identity, output) in [
            (Identity::good(), "Status: 200 OK\nsecret"),
            (
                Identity::self_signed(),
                "Error 12175 in WinHttpSendRequest: ",
            ),
        ]
        .into_iter()
        .filter(|_| build.whole)
        {
            let server = Server::builder()
                .tls(tls::server(identity))
                .every(|_, peer| peer.answer_all(&response("", b"secret")));
            let url = format!("https://localhost:{}/", server.port());
            let status = i32::from(output.starts_with("Error"));
            assert!(run(&[&url], status).starts_with(output));
            server.finish();
        }

        for (url, output) in [
            ("ftp://localhost/", "Error 12006 in WinHttpCrackUrl: "),
            ("http:///x", "Error 12005 in WinHttpCrackUrl: "),
        ] {
            let text = run(&[url], 1);
            assert!(text.starts_with(output), "{text}");
            assert!(!text.contains("(no text)"), "{text}");
        }
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port");
        let text = run(&[&format!("http://{closed}/")], 1);
        assert!(
            text.starts_with("Error 12029 in WinHttpSendRequest: "),
            "{text}"
        );
    });
}

/// Answers each request with the length of its body.
fn count_bodies(peer: &mut Peer) {
    while let Some(request) = peer.next_whole_request() {
        peer.send(response(
            "",
            format!("{} bytes", request.body.len()).as_bytes(),
        ));
    }
}

/// What the programs send.
fn pieces(count: usize) -> Vec<u8> {
    (b'a'..=b'z')
        .cycle()
        .take(count)
        .flat_map(|byte| [byte; 1000])
        .collect()
}

fn post_sync(build: Build) {
    build.each("post_sync.c", |run| {
        for secure in [false, true]
            .into_iter()
            .filter(|secure| build.whole || !secure)
        {
            let server = Server::builder();
            let server = if secure {
                server.tls(tls::server(Identity::good()))
            } else {
                server
            };
            let server = server.once(count_bodies);
            let scheme = if secure { "https" } else { "http" };
            let port = server.port().to_string();
            assert_eq!(
                run(&[scheme, build.host(), &port, "100"], 0),
                "200 100000 bytes\n200 18 bytes\n\
                 sent: 1, received: 1, closed: 1, completed: 0, context: 18\n"
            );
            let (first, second) = (server.request(0), server.request(1));
            assert_eq!(first.line(), "POST /pieces HTTP/1.1");
            assert!(first.body == pieces(100));
            assert_eq!(second.line(), "POST /form HTTP/1.1");
            assert_eq!(
                second.header("Content-Type").as_deref(),
                Some("application/x-www-form-urlencoded")
            );
            assert_eq!(second.body, b"name=value&other=1");
            assert_eq!(server.connections(), 1, "kept and used again");
            server.finish();
        }
    });
}

fn get_async(build: Build) {
    build.each("get_async.c", |run| {
        // Nobody is answered before all have asked.
        let all = Gate::new();
        let (opened, asked) = (all.clone(), Arc::new(AtomicUsize::new(0)));
        let server = Server::every(move |_, peer| {
            while let Some(request) = peer.next_request() {
                if asked.fetch_add(1, Ordering::SeqCst) == 2 {
                    opened.open();
                }
                opened.pass();
                peer.send_bytewise(response("", request.line().as_bytes()));
            }
        });
        let urls: Vec<String> = ["/a", "/b?c", ""]
            .iter()
            .map(|path| format!("http://{}{path}", server.host()))
            .collect();
        assert_eq!(
            run(&[&urls[0], &urls[1], &urls[2]], 0),
            "1: status 200, 15 bytes: GET /a HTTP/1.1\n\
             2: status 200, 17 bytes: GET /b?c HTTP/1.1\n\
             3: status 200, 14 bytes: GET / HTTP/1.1\n"
        );
        assert!(all.is_open());
        server.finish();

        // One is fine, one breaks off, one is no URL, one is refused, one is no TLS server.
        let good = Server::answering(response("", b""));
        let broken = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf");
            peer.cut();
        });
        let closed = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port");
        let output = run(
            &[
                &format!("http://{}/", good.host()),
                &format!("http://{}/", broken.host()),
                "nonsense",
                &format!("http://{closed}/"),
            ],
            1,
        );
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines[0], "1: status 200, 0 bytes: ");
        assert!(
            lines[1] == "2: error 12030 in WinHttpQueryDataAvailable"
                || lines[1] == "2: error 12030 in WinHttpReadData",
            "{output}"
        );
        assert_eq!(lines[2], "3: error 12006 in WinHttpCrackUrl");
        assert_eq!(lines[3], "4: error 12029 in WinHttpSendRequest");
        good.finish();
        broken.finish();

        // Closed while it waits.
        let silent = Server::once(|peer| {
            peer.next_request();
            peer.read_to_end();
        });
        let url = format!("http://{}/", silent.host());
        assert_eq!(
            run(&["-t", "500", &url], 1),
            "1: error 12002 in (too slow)\n"
        );
        silent.finish();
    });
}

fn post_async(build: Build) {
    build.each("post_async.cpp", |run| {
        for secure in [false, true]
            .into_iter()
            .filter(|secure| build.whole || !secure)
        {
            let server = Server::builder();
            let server = if secure {
                server.tls(tls::server(Identity::good()))
            } else {
                server
            };
            let server = server.once(count_bodies);
            let scheme = if secure { "https" } else { "http" };
            let url = format!("{scheme}://{}:{}/up", build.host(), server.port());
            assert_eq!(run(&[&url, "100"], 0), "200 100000 bytes\n");
            let request = server.request(0);
            assert_eq!(request.line(), "POST /up HTTP/1.1");
            assert_eq!(request.header("X-Pieces").as_deref(), Some("yes"));
            assert!(request.body == pieces(100));
            server.finish();
        }
        let server = Server::once(|peer| {
            peer.request();
            peer.reset();
        });
        let output = run(&[&format!("http://{}/", server.host()), "0"], 1);
        assert_eq!(output, "error 12030 in WinHttpReceiveResponse\n");
        server.finish();
        assert_eq!(
            run(&["http://", "0"], 1),
            "error 12005 in WinHttpCrackUrl\n"
        );
    });
}
