//! The exported functions of the built library, as a C program calls them.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Instant;

use winhttp_testkit::abi::*;
use winhttp_testkit::raw::{
    WinHttpCloseHandle, WinHttpConnect, WinHttpOpen, WinHttpOpenRequest, WinHttpReceiveResponse,
    WinHttpSendRequest, WinHttpSetOption, WinHttpSetStatusCallback,
    WinHttpWebSocketCompleteUpgrade, WinHttpWebSocketReceive, WinHttpWebSocketSend,
};

use super::{SAMPLED, Way};
use crate::linux::chain::Chains;
use crate::linux::server::PIECE;
use crate::linux::turns::Latencies;

/// UTF-16 with a NUL at the end.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A session and a connection, which live as long as the process.
fn connect(port: u16, flags: u32) -> HINTERNET {
    let (agent, host) = (wide("benchmark"), wide("127.0.0.1"));
    // SAFETY: the strings end with NUL.
    let session = unsafe { WinHttpOpen(agent.as_ptr(), 1, null(), null(), flags) };
    assert!(!session.is_null(), "a session");
    // SAFETY: the strings end with NUL.
    let connect = unsafe { WinHttpConnect(session, host.as_ptr(), port, 0) };
    assert!(!connect.is_null(), "a connection");
    connect
}

/// A request that asks for a WebSocket.
fn open(connect: HINTERNET, path: &str, flags: u32) -> HINTERNET {
    let (verb, object) = (wide("GET"), wide(path));
    // SAFETY: the strings end with NUL.
    let request = unsafe {
        WinHttpOpenRequest(
            connect,
            verb.as_ptr(),
            object.as_ptr(),
            null(),
            null(),
            null(),
            flags,
        )
    };
    assert!(!request.is_null(), "a request");
    // SAFETY: this option has no value.
    let set = unsafe { WinHttpSetOption(request, WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, null(), 0) };
    assert_ne!(set, 0, "set");
    request
}

fn send_request(request: HINTERNET, context: usize) {
    // SAFETY: no headers, no data.
    let sent = unsafe { WinHttpSendRequest(request, null(), 0, null(), 0, 0, context) };
    assert_ne!(sent, 0, "sent");
}

fn receive_response(request: HINTERNET) {
    // SAFETY: the second argument is reserved.
    let received = unsafe { WinHttpReceiveResponse(request, null_mut()) };
    assert_ne!(received, 0, "a response");
}

fn complete_upgrade(request: HINTERNET, context: usize) -> HINTERNET {
    // SAFETY: the request was answered.
    let socket = unsafe { WinHttpWebSocketCompleteUpgrade(request, context) };
    assert!(!socket.is_null(), "101");
    // SAFETY: the handle is closed once.
    unsafe { WinHttpCloseHandle(request) };
    socket
}

/// A WebSocket of a synchronous session.
struct Socket(HINTERNET);

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: the handle is closed once.
        unsafe { WinHttpCloseHandle(self.0) };
    }
}

impl Socket {
    fn upgraded(port: u16, secure: bool, path: &str) -> Self {
        let flags = if secure { WINHTTP_FLAG_SECURE } else { 0 };
        let request = open(connect(port, 0), path, flags);
        send_request(request, 0);
        receive_response(request);
        Self(complete_upgrade(request, 0))
    }

    fn send(&self, kind: i32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("a small payload");
        let payload = payload.as_ptr().cast_mut().cast();
        // SAFETY: the payload is readable.
        let error = unsafe { WinHttpWebSocketSend(self.0, kind, payload, length) };
        assert_eq!(error, 0, "sent");
    }

    /// The length of the next message, which goes into `buffer` as a whole.
    fn receive(&self, buffer: &mut [u8]) -> usize {
        let mut total = 0;
        loop {
            let (mut count, mut kind) = (0, 0);
            let buffer = &mut buffer[total..];
            let size = u32::try_from(buffer.len()).expect("a small buffer");
            // SAFETY: the buffer is writable.
            let error = unsafe {
                let buffer = buffer.as_mut_ptr().cast();
                WinHttpWebSocketReceive(self.0, buffer, size, &mut count, &mut kind)
            };
            assert_eq!(error, 0, "a message");
            total += count as usize;
            if !is_fragment(kind) {
                return total;
            }
        }
    }
}

fn is_fragment(kind: i32) -> bool {
    [
        WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
        WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE,
    ]
    .contains(&kind)
}

/// A round trip of a message of this length, and again.
pub(crate) fn echo(port: u16, payload: &'static [u8]) -> impl FnMut() {
    let socket = Socket::upgraded(port, false, "/echo");
    let mut buffer = vec![0; payload.len()];
    move || {
        socket.send(WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, payload);
        assert_eq!(socket.receive(&mut buffer), payload.len());
    }
}

/// Messages of 64 KiB, and a sign that all have come.
pub(crate) fn one_way(port: u16, secure: bool, way: Way) -> impl FnMut(u64, &mut Latencies) {
    let socket = Socket::upgraded(port, secure, way.path());
    let mut buffer = vec![7; PIECE];
    move |count, _| match way {
        Way::Sending => {
            for _ in 0..count {
                socket.send(WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, &buffer);
            }
            socket.send(WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, b"end");
            assert_eq!(socket.receive(&mut [0; 16]), 3);
        }
        Way::Receiving => {
            let demand = count.to_string();
            socket.send(
                WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
                demand.as_bytes(),
            );
            for _ in 0..count {
                assert_eq!(socket.receive(&mut buffer), PIECE);
            }
        }
    }
}

/// So many connections, each with one message on its way, driven by a callback. Each has a receive pending all the time.
pub(crate) fn chains(
    port: u16,
    count: usize,
    payload: &'static [u8],
) -> impl FnMut(u64, &mut Latencies) {
    let connect = connect(port, WINHTTP_FLAG_ASYNC);
    let flags = WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS;
    // SAFETY: the callback is a function for ever.
    unsafe { WinHttpSetStatusCallback(connect, Some(upgrading), flags, 0) };
    // Callbacks may still come when the last exchange has ended: these live as long as the process.
    let shared: &'static Shared = Box::leak(Box::new(Shared {
        payload,
        chains: Chains::default(),
    }));
    let all = Open(
        (0..count)
            .map(|index| Chain::open(connect, shared, index))
            .collect(),
    );
    move |count, latencies| {
        shared.chains.announce(count, all.0.len());
        for chain in &all.0 {
            chain.send();
        }
        *latencies = shared.chains.wait();
    }
}

/// Tells whoever waits for an upgrade how it goes on. The context is where to tell it.
unsafe extern "system" fn upgrading(
    _request: HINTERNET,
    context: usize,
    status: u32,
    _information: *mut c_void,
    _length: u32,
) {
    let went_well = match status {
        WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE
        | WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE => true,
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR => false,
        _ => return,
    };
    // SAFETY: `Chain::open` waits for each of these.
    let done = unsafe { &*(context as *const Mutex<Sender<bool>>) };
    let _ = done.lock().expect("unpoisoned").send(went_well);
}

struct Shared {
    payload: &'static [u8],
    chains: Chains,
}

/// WebSockets that are closed when this is dropped.
struct Open(Vec<&'static Chain>);

impl Drop for Open {
    fn drop(&mut self) {
        for chain in &self.0 {
            // SAFETY: the handle is closed once.
            unsafe { WinHttpCloseHandle(chain.socket as HINTERNET) };
        }
    }
}

/// One connection with the exchange that is under way: the context of its WebSocket.
struct Chain {
    shared: &'static Shared,
    is_sampled: bool,
    socket: usize,
    /// Completions still to come: the send's may come after that of the answer.
    missing: AtomicU32,
    /// Of the exchange: used by whoever starts it and by the last of its completions.
    start: UnsafeCell<Instant>,
    /// Of the receive.
    received: UnsafeCell<usize>,
    buffer: UnsafeCell<Box<[u8]>>,
}

impl Chain {
    fn open(connect: HINTERNET, shared: &'static Shared, index: usize) -> &'static Self {
        let (done, wait) = channel();
        // The last callback may be about to return.
        let done: &'static Mutex<Sender<bool>> = Box::leak(Box::new(Mutex::new(done)));
        let request = open(connect, "/echo", 0);
        send_request(request, std::ptr::from_ref(done) as usize);
        assert_eq!(wait.recv(), Ok(true), "sent");
        receive_response(request);
        assert_eq!(wait.recv(), Ok(true), "a response");
        let chain = Box::leak(Box::new(Self {
            shared,
            is_sampled: index.is_multiple_of(SAMPLED),
            socket: 0,
            missing: AtomicU32::new(0),
            start: UnsafeCell::new(Instant::now()),
            received: UnsafeCell::new(0),
            buffer: UnsafeCell::new(vec![0; shared.payload.len().min(PIECE)].into()),
        }));
        let context = std::ptr::from_ref(&*chain) as usize;
        let socket = complete_upgrade(request, context);
        // SAFETY: the callback is a function for ever.
        unsafe {
            let flags = WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS;
            WinHttpSetStatusCallback(socket, Some(callback), flags, 0);
        }
        chain.socket = socket as usize;
        let chain = &*chain;
        chain.receive();
        chain
    }

    /// Starts an exchange, if there is one left. The last one has ended.
    fn send(&self) {
        let Some(start) = self.shared.chains.next() else {
            return;
        };
        // SAFETY: nobody else uses it between two exchanges.
        unsafe { *self.start.get() = start };
        self.missing.store(2, Ordering::Release);
        let payload = self.shared.payload;
        let length = u32::try_from(payload.len()).expect("a small payload");
        let payload = payload.as_ptr().cast_mut().cast();
        // SAFETY: the payload lives for ever.
        let error = unsafe {
            let kind = WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE;
            WinHttpWebSocketSend(self.socket as HINTERNET, kind, payload, length)
        };
        assert_eq!(error, 0, "started");
    }

    /// One of the two completions of an exchange has come.
    fn step(&self) {
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: the exchange has ended.
            let start = unsafe { *self.start.get() };
            if self.is_sampled {
                self.shared.chains.since(start);
            }
            self.send();
        }
    }

    /// Starts the next receive. The last one has ended.
    fn receive(&self) {
        // SAFETY: the buffer lives for ever, and no receive uses it.
        let error = unsafe {
            let buffer = &mut **self.buffer.get();
            let length = u32::try_from(buffer.len()).expect("a small buffer");
            let buffer = buffer.as_mut_ptr().cast();
            let socket = self.socket as HINTERNET;
            WinHttpWebSocketReceive(socket, buffer, length, null_mut(), null_mut())
        };
        // Closed when all exchanges have ended, which may be before this receive.
        assert!([0, ERROR_INVALID_HANDLE].contains(&error), "{error}");
    }
}

unsafe extern "system" fn callback(
    _socket: HINTERNET,
    context: usize,
    status: u32,
    information: *mut c_void,
    _length: u32,
) {
    // SAFETY: the context of every WebSocket is a chain, which lives for ever.
    let chain = unsafe { &*(context as *const Chain) };
    match status {
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE => {
            // SAFETY: that is what comes with a WebSocket's receive.
            let received = unsafe { information.cast::<WINHTTP_WEB_SOCKET_STATUS>().read() };
            // SAFETY: belongs to the receive, of which there is one at a time.
            let total = unsafe { &mut *chain.received.get() };
            *total += received.dwBytesTransferred as usize;
            if !is_fragment(received.eBufferType) {
                let total = std::mem::take(total);
                assert_eq!(total, chain.shared.payload.len());
                chain.step();
            }
            chain.receive();
        }
        WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE => chain.step(),
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR => {
            // SAFETY: that is what comes with it.
            let result = unsafe { information.cast::<WINHTTP_ASYNC_RESULT>().read() };
            assert_eq!(result.dwError, ERROR_WINHTTP_OPERATION_CANCELLED);
        }
        _ => {}
    }
}
