//! The exported functions of the built library, as a C program calls them.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::time::Instant;

use winhttp_testkit::abi::{
    HINTERNET, WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS, WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE,
    WINHTTP_CALLBACK_STATUS_READ_COMPLETE, WINHTTP_CALLBACK_STATUS_REQUEST_ERROR,
    WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE, WINHTTP_FLAG_ASYNC, WINHTTP_FLAG_SECURE,
};
use winhttp_testkit::raw::{
    WinHttpCloseHandle, WinHttpConnect, WinHttpOpen, WinHttpOpenRequest, WinHttpReadData,
    WinHttpReceiveResponse, WinHttpSendRequest, WinHttpSetStatusCallback,
};

use super::ours::READS;
use super::wide;
use crate::linux::chain::Chains;
use crate::linux::nginx::{BIG, SMALL};
use crate::linux::turns::Latencies;

/// A handle, closed when dropped.
struct Handle(HINTERNET);

impl Handle {
    fn new(handle: HINTERNET) -> Self {
        assert!(!handle.is_null(), "a handle");
        Self(handle)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is closed once.
        unsafe { WinHttpCloseHandle(self.0) };
    }
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

fn open(connect: HINTERNET, verb: &[u16], object: &[u16], flags: u32) -> Handle {
    // SAFETY: the strings end with NUL.
    Handle::new(unsafe {
        WinHttpOpenRequest(
            connect,
            verb.as_ptr(),
            object.as_ptr(),
            null(),
            null(),
            null(),
            flags,
        )
    })
}

fn exchange(request: &Handle) {
    // SAFETY: no headers, no data.
    let sent = unsafe { WinHttpSendRequest(request.0, null(), 0, null(), 0, 0, 0) };
    assert_ne!(sent, 0, "sent");
    // SAFETY: the second argument is reserved.
    let received = unsafe { WinHttpReceiveResponse(request.0, null_mut()) };
    assert_ne!(received, 0, "a response");
}

fn read(request: &Handle, buffer: &mut [u8]) -> usize {
    let mut count = 0;
    let length = u32::try_from(buffer.len()).expect("a small buffer");
    // SAFETY: the buffer is writable.
    let read =
        unsafe { WinHttpReadData(request.0, buffer.as_mut_ptr().cast(), length, &mut count) };
    assert_ne!(read, 0, "a body");
    count as usize
}

/// A GET of the small file: from WinHttpOpenRequest to WinHttpCloseHandle.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let connect = connect(port, 0);
    let (verb, object) = (wide("GET"), wide("/small"));
    let mut buffer = vec![0; 16 << 10];
    move || {
        let request = open(connect, &verb, &object, 0);
        exchange(&request);
        assert_eq!(read(&request, &mut buffer), SMALL);
        assert_eq!(read(&request, &mut buffer), 0);
    }
}

/// The big file: 64 KiB at a time.
pub(crate) fn download(port: u16, secure: bool) -> impl FnMut() {
    let connect = connect(port, 0);
    let (verb, object) = (wide("GET"), wide("/big"));
    let mut buffer = vec![0; 64 << 10];
    let flags = if secure { WINHTTP_FLAG_SECURE } else { 0 };
    move || {
        let request = open(connect, &verb, &object, flags);
        exchange(&request);
        let mut total = 0;
        loop {
            match read(&request, &mut buffer) {
                0 => break,
                count => total += count as u64,
            }
        }
        assert_eq!(total, BIG);
    }
}

/// A download that has begun; each call reads [`READS`] times.
pub(crate) fn reads(port: u16, secure: bool) -> impl FnMut() {
    let connect = connect(port, 0);
    let flags = if secure { WINHTTP_FLAG_SECURE } else { 0 };
    let request = open(connect, &wide("GET"), &wide("/big"), flags);
    exchange(&request);
    let mut buffer = vec![0; 64 << 10];
    move || {
        for _ in 0..READS {
            assert_eq!(read(&request, &mut buffer), buffer.len());
        }
    }
}

/// `chains` GETs of the small file at once, driven by a callback.
pub(crate) fn chains(port: u16, chains: usize) -> impl FnMut(u64, &mut Latencies) {
    let connect = connect(port, WINHTTP_FLAG_ASYNC);
    // SAFETY: the callback is a function for ever.
    unsafe {
        WinHttpSetStatusCallback(
            connect,
            Some(callback),
            WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS,
            0,
        )
    };
    // Callbacks may still come when the last exchange has ended: these live as long as the process.
    let shared: &'static Shared = Box::leak(Box::new(Shared {
        connect: connect as usize,
        verb: wide("GET"),
        object: wide("/small"),
        chains: Chains::default(),
    }));
    let all: Vec<&'static Chain> = (0..chains)
        .map(|_| {
            let chain = Chain {
                shared,
                state: UnsafeCell::new(ChainState {
                    start: Instant::now(),
                    buffer: [0; 4096],
                }),
            };
            &*Box::leak(Box::new(chain))
        })
        .collect();
    move |count, latencies| {
        shared.chains.announce(count, all.len());
        for chain in &all {
            // SAFETY: the chain has no exchange.
            unsafe { chain.start() };
        }
        *latencies = shared.chains.wait();
    }
}

struct Shared {
    connect: usize,
    verb: Vec<u16>,
    object: Vec<u16>,
    chains: Chains,
}

/// The context of one chain's requests.
struct Chain {
    shared: &'static Shared,
    /// Belongs to the exchange: used by its callbacks, of which there is one at a time.
    state: UnsafeCell<ChainState>,
}

struct ChainState {
    start: Instant,
    buffer: [u8; 4096],
}

impl Chain {
    /// Starts an exchange, if there is one left.
    ///
    /// # Safety
    /// The last one has ended.
    unsafe fn start(&self) {
        let Some(start) = self.shared.chains.next() else {
            return;
        };
        // SAFETY: nobody else uses it between two exchanges.
        unsafe { (*self.state.get()).start = start };
        let Shared { verb, object, .. } = self.shared;
        // SAFETY: the strings end with NUL.
        let request = unsafe {
            WinHttpOpenRequest(
                self.shared.connect as HINTERNET,
                verb.as_ptr(),
                object.as_ptr(),
                null(),
                null(),
                null(),
                0,
            )
        };
        assert!(!request.is_null(), "a request");
        let context = std::ptr::from_ref(self) as usize;
        // SAFETY: no headers, no data.
        let sent = unsafe { WinHttpSendRequest(request, null(), 0, null(), 0, 0, context) };
        assert_ne!(sent, 0, "started");
    }

    /// # Safety
    /// `request` is open, and none of its operations is pending.
    unsafe fn read(&self, request: HINTERNET) {
        // SAFETY: the buffer lives for ever and belongs to the exchange.
        let read = unsafe {
            let buffer = &raw mut (*self.state.get()).buffer;
            WinHttpReadData(request, buffer.cast(), 4096, null_mut())
        };
        assert_ne!(read, 0, "started");
    }
}

unsafe extern "system" fn callback(
    request: HINTERNET,
    context: usize,
    status: u32,
    _information: *mut c_void,
    length: u32,
) {
    if context == 0 {
        return;
    }
    // SAFETY: the context of every request is a chain, which lives for ever.
    let chain = unsafe { &*(context as *const Chain) };
    match status {
        WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE => {
            // SAFETY: the request is open.
            let started = unsafe { WinHttpReceiveResponse(request, null_mut()) };
            assert_ne!(started, 0, "started");
        }
        // SAFETY: the request is open, and the operation before has ended.
        WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE => unsafe { chain.read(request) },
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE if length == 0 => {
            // SAFETY: the handle is closed once.
            unsafe { WinHttpCloseHandle(request) };
            // SAFETY: belongs to this exchange, which has ended.
            chain
                .shared
                .chains
                .since(unsafe { (*chain.state.get()).start });
            // SAFETY: the exchange has ended.
            unsafe { chain.start() };
        }
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE => {
            assert_eq!(length as usize, SMALL);
            // SAFETY: the request is open, and the operation before has ended.
            unsafe { chain.read(request) };
        }
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR => panic!("a request failed"),
        _ => {}
    }
}
