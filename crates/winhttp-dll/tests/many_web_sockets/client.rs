//! The client: a program for WinHTTP with one callback, which makes the next call.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use winhttp_testkit::abi::*;
use winhttp_testkit::raw::*;

/// Handshakes under way at once.
const HANDSHAKES: usize = 256;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(300);

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// All WebSockets.
pub(super) struct Crowd {
    session: HINTERNET,
    connect: HINTERNET,
    members: Vec<&'static Member>,
}

/// How many have reached the end of what they are doing.
#[derive(Default)]
struct Counter {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Counter {
    fn add(&self) {
        *self.count.lock().unwrap() += 1;
        self.changed.notify_all();
    }

    /// Waits until at least so many have.
    fn wait(&self, wanted: usize) {
        let count = self.count.lock().unwrap();
        let (count, waited) = self
            .changed
            .wait_timeout_while(count, PATIENCE, |count| *count < wanted)
            .unwrap();
        assert!(!waited.timed_out(), "{count} of {wanted}");
    }

    fn reset(&self) {
        *self.count.lock().unwrap() = 0;
    }
}

/// WebSockets that are open, or have sent their messages, or are closed.
static DONE: Counter = Counter {
    count: Mutex::new(0),
    changed: Condvar::new(),
};
/// Handles that are gone.
static GONE: Counter = Counter {
    count: Mutex::new(0),
    changed: Condvar::new(),
};

/// A WebSocket's context. It lives for ever: callbacks come when they like.
struct Member {
    number: u32,
    socket: AtomicPtr<c_void>,
    /// Messages that are to be sent.
    left: AtomicU32,
    /// Of an exchange: completions of a send and a receive that are to come.
    missing: AtomicU32,
    /// The receive's, of which there is one at a time.
    input: UnsafeCell<[u8; 8]>,
    /// The send's.
    output: UnsafeCell<[u8; 8]>,
}

// SAFETY: the cells belong to operations, of which there is one of each kind at a time.
unsafe impl Sync for Member {}

impl Crowd {
    pub(super) fn new(port: u16) -> Self {
        let (agent, host) = (wide("crowd"), wide("127.0.0.1"));
        // SAFETY: the strings end with NUL.
        let session = unsafe { WinHttpOpen(agent.as_ptr(), 1, null(), null(), WINHTTP_FLAG_ASYNC) };
        assert!(!session.is_null());
        let flags = WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS | WINHTTP_CALLBACK_FLAG_HANDLES;
        // SAFETY: the string ends with NUL; the callback is a function for ever.
        let connect = unsafe {
            WinHttpSetStatusCallback(session, Some(callback), flags, 0);
            WinHttpConnect(session, host.as_ptr(), port, 0)
        };
        assert!(!connect.is_null());
        Self {
            session,
            connect,
            members: Vec::new(),
        }
    }

    /// Opens so many more.
    pub(super) fn open(&mut self, count: usize) {
        DONE.reset();
        let (verb, object) = (wide("GET"), wide("/echo"));
        for index in 0..count {
            if let Some(before) = (index + 1).checked_sub(HANDSHAKES) {
                DONE.wait(before);
            }
            let member = &*Box::leak(Box::new(Member {
                number: u32::try_from(self.members.len()).unwrap(),
                socket: AtomicPtr::default(),
                left: AtomicU32::new(0),
                missing: AtomicU32::new(0),
                input: UnsafeCell::default(),
                output: UnsafeCell::default(),
            }));
            let context = std::ptr::from_ref(member) as usize;
            // SAFETY: the strings end with NUL; the option has no value; no headers, no data.
            unsafe {
                let request = WinHttpOpenRequest(
                    self.connect,
                    verb.as_ptr(),
                    object.as_ptr(),
                    null(),
                    null(),
                    null(),
                    0,
                );
                assert!(!request.is_null());
                let option = WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET;
                assert_ne!(WinHttpSetOption(request, option, null(), 0), 0);
                let sent = WinHttpSendRequest(request, null(), 0, null(), 0, 0, context);
                assert_ne!(sent, 0);
            }
            self.members.push(member);
        }
        DONE.wait(count);
    }

    /// Each sends so many messages, the next when the last has come back.
    pub(super) fn echo(&self, rounds: u32) {
        DONE.reset();
        for member in &self.members {
            member.left.store(rounds, Ordering::Release);
            member.send();
        }
        DONE.wait(self.members.len());
    }

    /// Closes all, in good order, and waits until nothing of them is left.
    pub(super) fn close(self) {
        DONE.reset();
        for member in &self.members {
            // SAFETY: there is no reason.
            let error = unsafe { WinHttpWebSocketClose(member.socket(), 1000, null_mut(), 0) };
            assert_eq!(error, 0);
        }
        DONE.wait(self.members.len());
        GONE.wait(2 * self.members.len());
        // SAFETY: each handle is closed once.
        unsafe {
            WinHttpCloseHandle(self.connect);
            WinHttpCloseHandle(self.session);
        }
    }
}

impl Member {
    fn socket(&self) -> HINTERNET {
        self.socket.load(Ordering::Acquire)
    }

    /// The request was answered with 101.
    fn upgrade(&self, request: HINTERNET) {
        let context = std::ptr::from_ref(self) as usize;
        // SAFETY: the request's response has come; its handle is closed once.
        unsafe {
            let socket = WinHttpWebSocketCompleteUpgrade(request, context);
            assert!(!socket.is_null());
            self.socket.store(socket, Ordering::Release);
            WinHttpCloseHandle(request);
        }
        self.receive();
        DONE.add();
    }

    fn receive(&self) {
        // SAFETY: the buffer lives for ever and belongs to the receive.
        let error = unsafe {
            let buffer = self.input.get().cast();
            WinHttpWebSocketReceive(self.socket(), buffer, 8, null_mut(), null_mut())
        };
        assert_eq!(error, 0);
    }

    /// What the message says that is `left` from the last.
    fn message(&self, left: u32) -> [u8; 8] {
        let [a, b, c, d] = self.number.to_le_bytes();
        let [e, f, g, h] = left.to_le_bytes();
        [a, b, c, d, e, f, g, h]
    }

    fn send(&self) {
        let left = self.left.load(Ordering::Acquire);
        self.missing.store(2, Ordering::Release);
        // SAFETY: the buffer lives for ever and belongs to the send.
        let error = unsafe {
            self.output.get().write(self.message(left));
            let kind = WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE;
            WinHttpWebSocketSend(self.socket(), kind, self.output.get().cast(), 8)
        };
        assert_eq!(error, 0);
    }

    fn received(&self, status: WINHTTP_WEB_SOCKET_STATUS) {
        assert_eq!(status.dwBytesTransferred, 8);
        assert_eq!(
            status.eBufferType,
            WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE
        );
        // SAFETY: the receive is complete.
        let message = unsafe { self.input.get().read() };
        assert_eq!(message, self.message(self.left.load(Ordering::Acquire)));
        self.receive();
        self.step();
    }

    /// One of the two completions of an exchange has come; the send's may be the later one.
    fn step(&self) {
        let missing = self.missing.fetch_sub(1, Ordering::AcqRel);
        assert!(missing > 0, "each comes once");
        if missing > 1 {
            return;
        }
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            DONE.add();
        } else {
            self.send();
        }
    }
}

unsafe extern "system" fn callback(
    handle: HINTERNET,
    context: usize,
    status: u32,
    information: *mut c_void,
    _length: u32,
) {
    if context == 0 {
        // The session and the connection.
        return;
    }
    // SAFETY: every other context is a member, which lives for ever.
    let member = unsafe { &*(context as *const Member) };
    match status {
        WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE => {
            // SAFETY: the second argument is reserved.
            assert_ne!(unsafe { WinHttpReceiveResponse(handle, null_mut()) }, 0);
        }
        WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE => member.upgrade(handle),
        WINHTTP_CALLBACK_STATUS_READ_COMPLETE => {
            // SAFETY: that is what comes with a WebSocket's receive.
            member.received(unsafe { information.cast::<WINHTTP_WEB_SOCKET_STATUS>().read() });
        }
        WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE => member.step(),
        WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE => {
            // SAFETY: the handle is closed once.
            unsafe { WinHttpCloseHandle(handle) };
            DONE.add();
        }
        WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING => GONE.add(),
        WINHTTP_CALLBACK_STATUS_REQUEST_ERROR => {
            // SAFETY: that is what comes with every error.
            let result = unsafe { information.cast::<WINHTTP_ASYNC_RESULT>().read() };
            // The receive that was pending when the WebSocket was closed.
            assert_eq!(result.dwError, ERROR_WINHTTP_OPERATION_CANCELLED);
        }
        _ => {}
    }
}
