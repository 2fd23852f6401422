//! Completions inside of completions (facts 20.7 to 20.9), and long chains of them.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use winhttp_testkit::raw;

use crate::support::*;

/// What one call inside a callback did.
#[derive(Debug)]
struct Call {
    /// Its completion's status.
    status: u32,
    /// The last error after it.
    error: u32,
    /// The completion had come when it returned.
    nested: bool,
    /// The data or count had been written when it returned.
    written: bool,
}

/// QueryDataAvailable in READ_COMPLETE and ReadData of one byte in DATA_AVAILABLE, over 200 bytes that are all there.
fn recurse() -> (Arc<Recorder>, Vec<Call>) {
    let answered = Gate::new();
    let server = Server::every({
        let answered = answered.clone();
        move |_, peer| {
            peer.request();
            peer.send(response("", &[b'x'; 200]));
            answered.open();
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let recorder = Arc::clone(&client.recorder);
    let calls = Arc::new(Mutex::new(Vec::new()));
    let call = {
        let calls = Arc::clone(&calls);
        let recorder = Arc::downgrade(&recorder);
        move |status, work: &dyn Fn() -> bool| {
            let recorder = recorder.upgrade().unwrap();
            let me = std::thread::current().id();
            let before = recorder.count(status);
            let written = work();
            let error = last_error();
            let nested = recorder
                .of(status)
                .iter()
                .skip(before)
                .any(|event| event.thread == me);
            calls.lock().unwrap().push(Call {
                status,
                error,
                nested,
                written,
            });
        }
    };
    recorder.on(READ_COMPLETE, {
        let call = call.clone();
        move |event| {
            call(DATA_AVAILABLE, &|| {
                let mut count = 0xA5A5_A5A5;
                query_data_available(event.handle, Some(&mut count)).unwrap();
                count <= 200
            });
        }
    });
    recorder.on(DATA_AVAILABLE, move |event| {
        if event.number() == 0 {
            return;
        }
        call(READ_COMPLETE, &|| {
            let buffer = lasting(vec![0xA5; 1]);
            let address = buffer.as_ptr();
            let mut count = 0xA5A5_A5A5;
            read_data(event.handle, buffer, Some(&mut count)).unwrap();
            // SAFETY: leaked; only the operation, which is complete when the byte is there, writes to it.
            count == 1 && unsafe { address.read_volatile() } == b'x'
        });
    });
    let request = client.get(&server, "/");
    request.send().unwrap();
    answered.pass();
    request.receive().unwrap();
    query_data_available(request.raw(), None).unwrap();
    recorder.wait_from(0, |event| {
        event.status == DATA_AVAILABLE && event.number() == 0
    });
    assert_eq!(recorder.count(READ_COMPLETE), 200);
    drop(request);
    // By then all callbacks have returned.
    recorder.wait(HANDLE_CLOSING);
    assert_eq!(calls.lock().unwrap().len(), 400);
    let calls = std::mem::take(&mut *calls.lock().unwrap());
    (recorder, calls)
}

/// Statements: facts 20.7, 20.8
#[test]
fn f20_7_calls_inside_callbacks_say_whether_they_completed() {
    let (_, calls) = recurse();
    for call in &calls {
        assert_eq!(
            call.error,
            if call.nested { 0 } else { IO_PENDING },
            "{call:?}"
        );
        assert!(call.written, "what is there is delivered at once: {call:?}");
    }
}

/// Statements: facts 20.9
#[test]
fn f20_9_completions_nest_up_to_5_deep() {
    let (recorder, calls) = recurse();
    let depth = |status| recorder.of(status).iter().map(|event| event.depth).max();
    for status in [DATA_AVAILABLE, READ_COMPLETE] {
        let depth = depth(status).unwrap();
        assert!((2..=5).contains(&depth), "{depth}");
        assert!(
            calls
                .iter()
                .any(|call| call.status == status && call.nested)
        );
    }
    assert!(recorder.events().iter().all(|event| event.depth <= 5));
    assert!(calls.iter().any(|call| call.error == IO_PENDING));
}

/// At the greatest depth, the operation is pending until its completion was notified: a second one is refused.
/// Statements: facts 20.9; behaviour 18.14, 18.71
#[test]
fn an_operation_whose_completion_waits_is_still_pending() {
    let server = Server::answering(response("", &[b'x'; 100]));
    let client = Client::new(Mode::Async);
    let seen = Arc::new(Mutex::new(Vec::new()));
    client.recorder.on(READ_COMPLETE, {
        let seen = Arc::clone(&seen);
        move |event| {
            if event.length == 0 {
                return;
            }
            start_read(event.handle, 1).unwrap();
            if last_error() == IO_PENDING {
                seen.lock().unwrap().push(start_read(event.handle, 1));
            }
        }
    });
    let request = client.get(&server, "/");
    request.exchange();
    start_read(request.raw(), 1).unwrap();
    client.recorder.wait_from(0, |event| {
        event.status == READ_COMPLETE && event.length == 0
    });
    let raw = request.raw();
    request.close();
    assert_eq!(
        events_of(&client.recorder, raw)
            .iter()
            .filter(|event| event.status == READ_COMPLETE)
            .count(),
        101
    );
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty());
    assert!(
        seen.iter()
            .all(|outcome| *outcome == fails(INVALID_OPERATION)),
        "{seen:?}"
    );
}

/// The end of a connection is notified at any depth.
/// Statements: facts 9.8, 20.9
#[test]
fn the_end_of_the_connection_is_notified_at_any_depth() {
    for length in 1..=12 {
        let server = Server::every(move |_, peer| {
            peer.request();
            peer.send(response("Connection: close\r\n", &vec![b'x'; length]));
            peer.read_to_end();
        });
        let client = Client::new(Mode::Async);
        client.recorder.on(READ_COMPLETE, |event| {
            if event.length > 0 {
                start_read(event.handle, 1).unwrap();
            }
        });
        let request = client.get(&server, "/");
        request.exchange();
        client.recorder.take();
        start_read(request.raw(), 1).unwrap();
        client.recorder.wait_from(0, |event| {
            event.status == READ_COMPLETE && event.length == 0
        });
        let before = "READ_COMPLETE ".repeat(length - 1);
        client.recorder.assert_next(&format!(
            "{before} CLOSING_CONNECTION CONNECTION_CLOSED READ_COMPLETE READ_COMPLETE"
        ));
    }
}

/// A reader as programs write them: the context leads to it, READ_COMPLETE starts the next read.
struct Reader {
    buffer: *mut u8,
    size: u32,
    read: AtomicUsize,
    reads: AtomicUsize,
    /// Addresses of a local variable of the callback: the lowest on the thread that is deepest, per thread.
    stack: Mutex<std::collections::HashMap<std::thread::ThreadId, (usize, usize)>>,
    failed: AtomicUsize,
    over: Gate,
    closed: Gate,
}

// SAFETY: the buffer is used by one read at a time.
unsafe impl Send for Reader {}
// SAFETY: as above.
unsafe impl Sync for Reader {}

unsafe extern "system" fn reader_callback(
    handle: HINTERNET,
    context: usize,
    status: u32,
    _: *mut c_void,
    length: u32,
) {
    // SAFETY: the context is a leaked `Reader`.
    let reader = unsafe { &*(context as *const Reader) };
    match status {
        READ_COMPLETE if length == 0 => reader.over.open(),
        READ_COMPLETE | HEADERS_AVAILABLE => {
            let local = 0_u8;
            let address = std::ptr::from_ref(&local) as usize;
            {
                let mut stack = reader.stack.lock().unwrap();
                let range = stack
                    .entry(std::thread::current().id())
                    .or_insert((address, address));
                *range = (range.0.min(address), range.1.max(address));
            }
            if status == READ_COMPLETE {
                reader.read.fetch_add(length as usize, Ordering::Relaxed);
                reader.reads.fetch_add(1, Ordering::Relaxed);
            }
            // SAFETY: the buffer is leaked, and no other read is pending.
            let accepted = unsafe {
                raw::WinHttpReadData(
                    handle,
                    reader.buffer.cast(),
                    reader.size,
                    std::ptr::null_mut(),
                )
            };
            if accepted == 0 {
                reader.failed.store(1, Ordering::Relaxed);
                reader.over.open();
            }
        }
        SENDREQUEST_COMPLETE => {
            // SAFETY: the handle is that of the callback.
            unsafe { raw::WinHttpReceiveResponse(handle, std::ptr::null_mut()) };
        }
        REQUEST_ERROR => {
            reader.failed.store(2, Ordering::Relaxed);
            reader.over.open();
        }
        HANDLE_CLOSING => reader.closed.open(),
        _ => {}
    }
}

/// Reads `total` bytes with buffers of `size`, from callbacks only.
fn chain(total: usize, size: usize) -> &'static Reader {
    let server = Server::every(move |_, peer| {
        peer.request();
        peer.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n\r\n"
        ));
        let block = vec![b'x'; 1 << 20];
        let mut left = total;
        while left > 0 {
            let length = left.min(block.len());
            if !peer.try_send(&block[..length]) {
                return;
            }
            left -= length;
        }
        peer.read_to_end();
    });
    let reader: &'static Reader = Box::leak(Box::new(Reader {
        buffer: lasting(vec![0; size]).as_mut_ptr(),
        size: size as u32,
        read: AtomicUsize::new(0),
        reads: AtomicUsize::new(0),
        stack: Mutex::default(),
        failed: AtomicUsize::new(0),
        over: Gate::new(),
        closed: Gate::new(),
    }));
    let session = open(None, 1, None, None, WINHTTP_FLAG_ASYNC).unwrap();
    let connect = connect(session.raw(), Some("127.0.0.1"), server.port()).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    let context = std::ptr::from_ref(reader) as usize;
    set_status_callback(request.raw(), Some(reader_callback), u32::MAX).unwrap();
    send_request(request.raw(), None, 0, None, 0, context).unwrap();
    reader.over.pass();
    request.close();
    reader.closed.pass();
    reader
}

fn assert_chain(reader: &Reader, total: usize) {
    assert_eq!(reader.failed.load(Ordering::Relaxed), 0);
    assert_eq!(reader.read.load(Ordering::Relaxed), total);
    for (low, high) in reader.stack.lock().unwrap().values() {
        // Five callbacks and what is between them, unoptimised.
        assert!(high - low < 200_000, "{} bytes of stack", high - low);
    }
}

/// Statements: behaviour 18.26
#[test]
fn bc26_100_mb_are_read_by_callbacks_that_start_the_next_read() {
    let total = 100 << 20;
    assert_chain(chain(total, 64 << 10), total);
}

/// Small reads, most of which find their data there.
/// Statements: behaviour 18.26
#[test]
fn bc26_100_000_small_reads_do_not_grow_the_stack() {
    let total = 100_000 * 16;
    let reader = chain(total, 16);
    assert_chain(reader, total);
    assert!(reader.reads.load(Ordering::Relaxed) >= 100_000);
}
