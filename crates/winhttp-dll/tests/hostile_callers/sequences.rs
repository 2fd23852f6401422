//! Random calls in random order with random handles from several threads.
//!
//! OPENWINHTTP_HOSTILE_ROUNDS sets the number of calls of each thread, OPENWINHTTP_HOSTILE_SEED the beginning.

use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use winhttp_testkit::abi::*;
use winhttp_testkit::text::wide;
use winhttp_testkit::{Recorder, Server, response};

use crate::api::{api, boolean, code};

/// Numbers that look random, the same for the same seed (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// The kinds of handles, as places in [`Handles`].
const SESSION: usize = 0;
const CONNECT: usize = 1;
const REQUEST: usize = 2;

/// The handles that all threads use, valid ones and stale ones, by kind.
#[derive(Default)]
struct Handles(Mutex<[Vec<usize>; 3]>);

impl Handles {
    /// How many of a kind are kept; older ones are closed.
    const MOST: usize = 20;

    fn all(&self) -> MutexGuard<'_, [Vec<usize>; 3]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, kind: usize, handle: HINTERNET) {
        if handle.is_null() {
            return;
        }
        let mut all = self.all();
        all[kind].push(handle as usize);
        if all[kind].len() > Self::MOST {
            let old = all[kind].remove(0);
            drop(all);
            // SAFETY: takes a handle, which may be closed already.
            unsafe { (api().WinHttpCloseHandle)(old as HINTERNET) };
        }
    }

    /// One of this kind mostly, else of any, or none at all.
    fn pick(&self, kind: usize, random: &mut Random) -> HINTERNET {
        if random.one_in(40) {
            let numbers = [0, 3, 4, 0xFFFF, usize::MAX, 0x7FFF_FFFC];
            return random.pick(&numbers) as HINTERNET;
        }
        let kind = if random.one_in(10) {
            random.below(3)
        } else {
            kind
        };
        let all = self.all();
        match all[kind].len() {
            0 => null_mut(),
            count => all[kind][random.below(count)] as HINTERNET,
        }
    }
}

const OBJECTS: &[&str] = &[
    "/",
    "/path?query",
    "",
    "/stall",
    "/close",
    "/garbage",
    "/chunked",
    "/\u{e4} x#y",
    "*",
];
const VERBS: &[&str] = &["GET", "HEAD", "POST", "PUT", "", "OPTIONS", "bad verb"];
const LINES: &[&str] = &[
    "A: b",
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Connection: close",
    "no colon",
    "",
    ": x",
    "A: b\r\nC: d",
    "Host: other",
    "A:",
];
const LEVELS: &[u32] = &[
    WINHTTP_QUERY_RAW_HEADERS,
    WINHTTP_QUERY_RAW_HEADERS_CRLF,
    WINHTTP_QUERY_STATUS_CODE,
    WINHTTP_QUERY_CUSTOM,
    WINHTTP_QUERY_CONTENT_LENGTH,
    WINHTTP_QUERY_DATE,
    0,
    79,
    300,
];
const LEVEL_FLAGS: &[u32] = &[
    0,
    0,
    WINHTTP_QUERY_FLAG_NUMBER,
    WINHTTP_QUERY_FLAG_NUMBER64,
    WINHTTP_QUERY_FLAG_SYSTEMTIME,
    WINHTTP_QUERY_FLAG_REQUEST_HEADERS,
    WINHTTP_QUERY_FLAG_TRAILERS,
    0xFFFF_0000,
];

/// One random call. Memory of asynchronous operations is never freed.
fn step(random: &mut Random, handles: &Handles, recorder: &Recorder, port: u16) {
    let api = api();
    let choice = random.below(24);
    let kind = match choice {
        0..=2 => SESSION,
        3..=5 => CONNECT,
        // Options, callbacks and closing are of all kinds.
        19 | 21.. => random.pick(&[SESSION, CONNECT, REQUEST, REQUEST, REQUEST]),
        _ => REQUEST,
    };
    let handle = handles.pick(kind, random);
    let size = random.pick(&[0_u32, 1, 2, 7, 100, 4096]);
    let mut number = random.pick(&[0_u32, 1, 4, 100, 4096]);
    // SAFETY: for all calls: pointers are NULL or valid for what goes with them; buffers of operations are leaked.
    unsafe {
        match choice {
            0 => {
                let flags = random.pick(&[0, WINHTTP_FLAG_ASYNC, WINHTTP_FLAG_ASYNC, 0x55]);
                let session =
                    (api.WinHttpOpen)(null(), random.pick(&[1, 1, 1, 0, 9]), null(), null(), flags);
                if !session.is_null() {
                    (api.WinHttpSetTimeouts)(session, 1000, 1000, 150, 150);
                    (api.WinHttpSetStatusCallback)(session, recorder.callback(), u32::MAX, 0);
                }
                handles.add(SESSION, session);
            }
            1 | 2 => {
                let name = wide(random.pick(&[
                    "127.0.0.1",
                    "127.0.0.1",
                    "127.0.0.1",
                    "",
                    "no host",
                    "[::1]",
                    "localhost:80",
                ]));
                handles.add(
                    CONNECT,
                    (api.WinHttpConnect)(handle, name.as_ptr(), port, u32::from(random.one_in(20))),
                );
            }
            3..=5 => {
                let (verb, object) = (wide(random.pick(VERBS)), wide(random.pick(OBJECTS)));
                let flags = random.pick(&[
                    0,
                    0,
                    0,
                    WINHTTP_FLAG_REFRESH,
                    WINHTTP_FLAG_AUTOMATIC_CHUNKING,
                    0xFFFF_FFFF,
                ]);
                handles.add(
                    REQUEST,
                    (api.WinHttpOpenRequest)(
                        handle,
                        verb.as_ptr(),
                        object.as_ptr(),
                        null(),
                        null(),
                        null_mut(),
                        flags,
                    ),
                );
            }
            6..=9 => {
                let lines = wide(random.pick(LINES));
                let lines = if random.one_in(2) {
                    null()
                } else {
                    lines.as_ptr()
                };
                let optional = leaked(size);
                boolean((api.WinHttpSendRequest)(
                    handle,
                    lines,
                    if lines.is_null() { 0 } else { u32::MAX },
                    optional.cast(),
                    size,
                    random.pick(&[0, size, 10, u32::MAX]),
                    random.below(3),
                ));
            }
            10 | 11 => {
                boolean((api.WinHttpReceiveResponse)(handle, null_mut()));
            }
            12 => {
                boolean((api.WinHttpQueryDataAvailable)(
                    handle,
                    if random.one_in(2) {
                        null_mut()
                    } else {
                        &mut number
                    },
                ));
            }
            13 | 14 => {
                boolean((api.WinHttpReadData)(
                    handle,
                    leaked(size).cast(),
                    size,
                    if random.one_in(2) {
                        null_mut()
                    } else {
                        &mut number
                    },
                ));
            }
            15 => {
                code_or_pending((api.WinHttpReadDataEx)(
                    handle,
                    leaked(size).cast(),
                    size,
                    &mut number,
                    random.pick(&[0, 1, 2]),
                    0,
                    null_mut(),
                ));
            }
            16 => {
                boolean((api.WinHttpWriteData)(
                    handle,
                    leaked(size).cast(),
                    size,
                    &mut number,
                ));
            }
            17 => {
                let lines = wide(random.pick(LINES));
                boolean((api.WinHttpAddRequestHeaders)(
                    handle,
                    lines.as_ptr(),
                    u32::MAX,
                    random.pick(&[
                        0,
                        WINHTTP_ADDREQ_FLAG_ADD,
                        WINHTTP_ADDREQ_FLAG_REPLACE,
                        WINHTTP_ADDREQ_FLAG_ADD_IF_NEW,
                        u32::MAX,
                    ]),
                ));
            }
            18 => {
                let name = wide("Content-Length");
                let mut buffer = [0_u64; 512];
                let mut index = random.pick(&[0, 1, 5, u32::MAX]);
                boolean((api.WinHttpQueryHeaders)(
                    handle,
                    random.pick(LEVELS) | random.pick(LEVEL_FLAGS),
                    if random.one_in(3) {
                        null()
                    } else {
                        name.as_ptr()
                    },
                    if random.one_in(5) {
                        null_mut()
                    } else {
                        buffer.as_mut_ptr().cast()
                    },
                    &mut number,
                    if random.one_in(2) {
                        null_mut()
                    } else {
                        &mut index
                    },
                ));
            }
            19 => {
                let mut buffer = [0_u64; 1024];
                boolean((api.WinHttpQueryOption)(
                    handle,
                    random.below(200) as u32,
                    buffer.as_mut_ptr().cast(),
                    &mut number,
                ));
            }
            20 => {
                let (mut headers, mut count) = (null_mut(), 0);
                let mut buffer = [0_u64; 1024];
                code((api.WinHttpQueryHeadersEx)(
                    handle,
                    random.pick(LEVELS),
                    random.pick(&[0, 1, 2]),
                    65001,
                    null_mut(),
                    null_mut(),
                    buffer.as_mut_ptr().cast(),
                    &mut number,
                    &mut headers,
                    &mut count,
                ));
            }
            21 => {
                let mut value = random.pick(&[0_u32, 1, 2, 100]);
                let option = random.pick(&[
                    WINHTTP_OPTION_MAX_CONNS_PER_SERVER,
                    WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE,
                    WINHTTP_OPTION_MAX_RESPONSE_DRAIN_SIZE,
                    WINHTTP_OPTION_DISABLE_FEATURE,
                    WINHTTP_OPTION_CONNECT_RETRIES,
                    WINHTTP_OPTION_DISABLE_GLOBAL_POOLING,
                    WINHTTP_OPTION_MAX_HTTP_STATUS_CONTINUE,
                ]);
                boolean((api.WinHttpSetOption)(
                    handle,
                    option,
                    (&raw mut value).cast(),
                    4,
                ));
            }
            22 => {
                let callback = if random.one_in(3) {
                    None
                } else {
                    recorder.callback()
                };
                (api.WinHttpSetStatusCallback)(
                    handle,
                    callback,
                    random.pick(&[0, u32::MAX, WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS]),
                    0,
                );
            }
            _ => {
                if random.one_in(2) {
                    boolean((api.WinHttpCloseHandle)(handle));
                } else {
                    let (mut schemes, mut first, mut target) = (0, 0, 0);
                    boolean((api.WinHttpQueryAuthSchemes)(
                        handle,
                        &mut schemes,
                        &mut first,
                        &mut target,
                    ));
                    let mut upgraded: WINHTTP_PROXY_RESULT = zeroed();
                    code((api.WinHttpGetProxyResult)(handle, &mut upgraded));
                    handles.add(REQUEST, (api.WinHttpWebSocketCompleteUpgrade)(handle, 0));
                    code((api.WinHttpWebSocketReceive)(
                        handle,
                        leaked(16).cast(),
                        16,
                        &mut number,
                        &mut 0,
                    ));
                }
            }
        }
    }
}

/// As [`code`]; an operation that was accepted may tell 997.
fn code_or_pending(result: DWORD) {
    if result != 997 {
        code(result);
    }
}

fn leaked(size: u32) -> *mut u8 {
    Vec::leak(vec![b'x'; size as usize + 1]).as_mut_ptr()
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Every call returns, no failure is without an error, and the library works afterwards.
#[test]
fn random_calls_from_several_threads() {
    let rounds = setting("OPENWINHTTP_HOSTILE_ROUNDS", 1500);
    let seed = setting("OPENWINHTTP_HOSTILE_SEED", 1);
    println!("OPENWINHTTP_HOSTILE_SEED={seed} OPENWINHTTP_HOSTILE_ROUNDS={rounds}");
    let server = Server::every(|_, peer| {
        while let Some(request) = peer.next_request() {
            let line = request.line();
            if line.contains("/close") {
                return;
            } else if line.contains("/garbage") {
                peer.try_send(b"GARBAGE");
                return;
            } else if line.contains("/stall") {
                peer.try_send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
            } else if line.contains("/chunked") {
                peer.try_send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n");
            } else {
                peer.try_send(&response("A: b\r\n", b"body"));
            }
            // Bodies are not understood: the connection is of no more use.
            let head = request.text();
            if !line.starts_with("GET")
                || head.contains("Content-Length")
                || head.contains("chunked")
            {
                peer.half_close();
                peer.read_to_end();
                return;
            }
        }
    });
    let port = server.port();
    let handles = Arc::new(Handles::default());
    let recorder = Arc::new(Recorder::new());
    // Calls are made inside callbacks too, with whatever handle.
    let inside = Arc::new(AtomicUsize::new(0));
    for status in [
        WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE,
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE,
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR,
        WINHTTP_CALLBACK_STATUS_SENDING_REQUEST,
        WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING,
    ] {
        let (handles, inside) = (Arc::clone(&handles), Arc::clone(&inside));
        let weak = Arc::downgrade(&recorder);
        recorder.on(status, move |event| {
            let Some(recorder) = weak.upgrade() else {
                return;
            };
            let count = inside.fetch_add(1, Ordering::Relaxed) as u64;
            // Deep recursion by calls of calls is the test's own fault.
            if event.depth < 3 {
                step(
                    &mut Random(count * 7919 + seed + 1),
                    &handles,
                    &recorder,
                    port,
                );
            }
        });
    }
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let (handles, recorder) = (Arc::clone(&handles), Arc::clone(&recorder));
            std::thread::spawn(move || {
                let mut random = Random(seed * 0x9E37_79B9 + number + 1);
                for _ in 0..rounds {
                    step(&mut random, &handles, &recorder, port);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let left = std::mem::take(&mut *handles.all());
    for handle in left.into_iter().flatten() {
        // SAFETY: takes a handle, which may be closed already.
        unsafe { (api().WinHttpCloseHandle)(handle as HINTERNET) };
    }
    println!(
        "{} notifications, {} calls inside callbacks",
        recorder.mark(),
        inside.load(Ordering::Relaxed)
    );
    // The calls got far: not all of them were refused at once.
    for status in [
        WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE,
        WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE,
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE,
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR,
    ] {
        let count = recorder.count(status);
        println!("{count} times {}", winhttp_testkit::status_name(status));
        assert!(count > 0, "never {}", winhttp_testkit::status_name(status));
    }
    // What was closed is gone for each kind of handle: the library still works.
    let client = winhttp_testkit::Client::new(winhttp_testkit::Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    assert_eq!(request.body(), b"body");
}
