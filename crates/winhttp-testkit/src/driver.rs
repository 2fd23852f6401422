//! One exchange in either mode: the same test runs against synchronous and asynchronous sessions.

use std::sync::Arc;

use crate::calls::{self, Handle, RawHandle, RequestSpec, TO_NUL, lasting};
use crate::code::{Code, Outcome};
use crate::recorder::{Event, Recorder};
use crate::server::Server;

/// The mode of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Calls return when the work is done.
    Sync,
    /// `WINHTTP_FLAG_ASYNC`: completions come by callback. The driver waits for each.
    Async,
}

impl Mode {
    /// The flags of WinHttpOpen.
    pub fn flags(self) -> u32 {
        match self {
            Self::Sync => 0,
            Self::Async => 0x1000_0000,
        }
    }
}

/// Runs each function as two tests, `synchronous` and `asynchronous`, in a module of the function's name.
///
/// ```text
/// both_modes! {
///     /// What the test proves. Statements: facts 8.1.
///     fn f8_1_a_response_is_received(mode: Mode) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_modes {
    ($($(#[$attribute:meta])* fn $name:ident($mode:ident: Mode) $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn run($mode: $crate::Mode) $body

            #[test]
            fn synchronous() {
                run($crate::Mode::Sync);
            }

            #[test]
            fn asynchronous() {
                run($crate::Mode::Async);
            }
        }
    )*};
}

/// A session with a recorder of all its notifications.
pub struct Client {
    /// The session's mode.
    pub mode: Mode,
    /// The session.
    pub session: Handle,
    /// Records everything that the session's handles notify.
    pub recorder: Arc<Recorder>,
}

impl Client {
    /// A session without agent and proxy.
    #[track_caller]
    pub fn new(mode: Mode) -> Self {
        Self::with_agent(mode, None)
    }

    /// A session with this agent and without proxy.
    #[track_caller]
    pub fn with_agent(mode: Mode, agent: Option<&str>) -> Self {
        let session =
            calls::open(agent, 1, None, None, mode.flags()).expect("WinHttpOpen succeeds");
        let recorder = Arc::new(Recorder::new());
        calls::set_status_callback(session.raw(), recorder.callback(), u32::MAX)
            .expect("WinHttpSetStatusCallback succeeds");
        Self {
            mode,
            session,
            recorder,
        }
    }

    /// A connection handle for 127.0.0.1 and the server's port.
    #[track_caller]
    pub fn connect(&self, server: &Server) -> Handle {
        self.connect_to("127.0.0.1", server.port())
    }

    /// A connection handle.
    #[track_caller]
    pub fn connect_to(&self, host: &str, port: u16) -> Handle {
        calls::connect(self.session.raw(), Some(host), port).expect("WinHttpConnect succeeds")
    }

    /// A request on this connection handle.
    #[track_caller]
    pub fn request(&self, connect: &Handle, spec: &RequestSpec<'_>) -> Request {
        Request {
            handle: calls::open_request(connect.raw(), spec).expect("WinHttpOpenRequest succeeds"),
            connect: None,
            mode: self.mode,
            recorder: Arc::clone(&self.recorder),
        }
    }

    /// A request to the server, on a connection handle of its own.
    #[track_caller]
    pub fn open(&self, server: &Server, spec: &RequestSpec<'_>) -> Request {
        let connect = self.connect(server);
        let mut request = self.request(&connect, spec);
        request.connect = Some(connect);
        request
    }

    /// A GET request to the server.
    #[track_caller]
    pub fn get(&self, server: &Server, object: &str) -> Request {
        self.open(server, &RequestSpec::new("GET", object))
    }

    /// A POST request to the server.
    #[track_caller]
    pub fn post(&self, server: &Server, object: &str) -> Request {
        self.open(server, &RequestSpec::new("POST", object))
    }

    /// A GET whose response is read to its end and whose handles are closed; the body.
    #[track_caller]
    pub fn fetch(&self, server: &Server, object: &str) -> Vec<u8> {
        let request = self.get(server, object);
        request.exchange();
        request.body()
    }
}

/// A request with operations that look the same in both modes.
pub struct Request {
    handle: Handle,
    connect: Option<Handle>,
    /// The session's mode.
    pub mode: Mode,
    /// The session's recorder.
    pub recorder: Arc<Recorder>,
}

impl Request {
    /// The handle's value.
    pub fn raw(&self) -> RawHandle {
        self.handle.raw()
    }

    /// WinHttpSendRequest without headers and body, waited for.
    #[track_caller]
    pub fn send(&self) -> Outcome {
        self.send_with(None, &[], 0)
    }

    /// WinHttpSendRequest with optional data and a total length of the same.
    #[track_caller]
    pub fn send_body(&self, body: &[u8]) -> Outcome {
        self.send_with(None, body, body.len() as u32)
    }

    /// WinHttpSendRequest, waited for.
    #[track_caller]
    pub fn send_with(&self, headers: Option<&str>, optional: &[u8], total: u32) -> Outcome {
        let length = if headers.is_some() { TO_NUL } else { 0 };
        let optional = (!optional.is_empty()).then(|| &*lasting(optional));
        self.completed(SENDREQUEST_COMPLETE, API_SEND_REQUEST, || {
            calls::send_request(self.raw(), headers, length, optional, total, 0)
        })
        .map(drop)
    }

    /// WinHttpWriteData, waited for; how many bytes were written.
    #[track_caller]
    pub fn write(&self, data: &[u8]) -> Outcome<u32> {
        let data: &'static [u8] = lasting(data);
        match self.mode {
            Mode::Sync => {
                let mut written = 0xA5A5;
                calls::write_data(self.raw(), data, Some(&mut written)).map(|()| written)
            }
            Mode::Async => self
                .completed(WRITE_COMPLETE, API_WRITE_DATA, || {
                    calls::write_data(self.raw(), data, None)
                })
                .map(|event| event.expect("a completion").number()),
        }
    }

    /// WinHttpReceiveResponse, waited for.
    #[track_caller]
    pub fn receive(&self) -> Outcome {
        self.completed(HEADERS_AVAILABLE, API_RECEIVE_RESPONSE, || {
            calls::receive_response(self.raw())
        })
        .map(drop)
    }

    /// Sends a request without body and receives the response's head, demanding success of both.
    #[track_caller]
    pub fn exchange(&self) {
        assert_eq!(self.send(), Ok(()), "WinHttpSendRequest");
        assert_eq!(self.receive(), Ok(()), "WinHttpReceiveResponse");
    }

    /// WinHttpQueryDataAvailable, waited for.
    #[track_caller]
    pub fn available(&self) -> Outcome<u32> {
        match self.mode {
            Mode::Sync => {
                let mut available = 0xA5A5;
                calls::query_data_available(self.raw(), Some(&mut available)).map(|()| available)
            }
            Mode::Async => self
                .completed(DATA_AVAILABLE, API_QUERY_DATA_AVAILABLE, || {
                    calls::query_data_available(self.raw(), None)
                })
                .map(|event| {
                    let event = event.expect("a completion");
                    assert_eq!(event.length, 4, "DATA_AVAILABLE brings a DWORD");
                    event.number()
                }),
        }
    }

    /// WinHttpReadData with a buffer of this size, waited for; what was read.
    #[track_caller]
    pub fn read(&self, size: usize) -> Outcome<Vec<u8>> {
        // If a completion does not come the buffer must stay, so it is only freed on the way of success.
        let buffer = lasting(vec![0xA5; size]);
        let address = buffer.as_mut_ptr();
        let count = match self.mode {
            Mode::Sync => {
                let mut read = 0xA5A5;
                calls::read_data(self.raw(), buffer, Some(&mut read)).map(|()| read)?
            }
            Mode::Async => {
                let event = self
                    .completed(READ_COMPLETE, API_READ_DATA, || {
                        calls::read_data(self.raw(), buffer, None)
                    })?
                    .expect("a completion");
                assert_eq!(
                    event.address, address as usize,
                    "READ_COMPLETE brings the caller's buffer"
                );
                event.length
            }
        } as usize;
        assert!(count <= size, "{count} bytes read into {size}");
        // SAFETY: `lasting` leaked a vector of this length and capacity (`vec!` makes both equal); the operation is complete.
        let mut data = unsafe { Vec::from_raw_parts(address, size, size) };
        data.truncate(count);
        Ok(data)
    }

    /// Reads up to the end of the body.
    #[track_caller]
    pub fn read_to_end(&self) -> Outcome<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let part = self.read(8192)?;
            if part.is_empty() {
                return Ok(body);
            }
            body.extend_from_slice(&part);
        }
    }

    /// The rest of the body, demanding success.
    #[track_caller]
    pub fn body(&self) -> Vec<u8> {
        self.read_to_end().expect("WinHttpReadData succeeds")
    }

    /// The rest of the body as text.
    #[track_caller]
    pub fn body_text(&self) -> String {
        String::from_utf8(self.body()).expect("UTF-8")
    }

    /// The response's status number.
    #[track_caller]
    pub fn status(&self) -> u32 {
        calls::header_number(self.raw(), 19).expect("a status")
    }

    /// A response header by name.
    #[track_caller]
    pub fn header(&self, name: &str) -> Outcome<String> {
        calls::header(self.raw(), 65535, Some(name))
    }

    /// A request header by name.
    #[track_caller]
    pub fn request_header(&self, name: &str) -> Outcome<String> {
        calls::header(self.raw(), 65535 | 0x8000_0000, Some(name))
    }

    /// All request headers of a name.
    #[track_caller]
    pub fn request_headers(&self, name: &str) -> Vec<String> {
        calls::all_headers(self.raw(), 65535 | 0x8000_0000, Some(name))
    }

    /// WinHttpAddRequestHeaders with length -1.
    #[track_caller]
    pub fn add(&self, headers: &str, modifiers: u32) -> Outcome {
        calls::add_headers(self.raw(), headers, modifiers)
    }

    /// Closes the request handle and waits for its HANDLE_CLOSING; the connection handle stays until the end of `self`.
    #[track_caller]
    pub fn close(self) {
        let raw = self.raw();
        let Self {
            handle,
            connect,
            recorder,
            ..
        } = self;
        handle.close();
        recorder.wait_from(0, |event| event.status == 0x800 && event.handle == raw);
        drop(connect);
    }

    /// Makes a call; in asynchronous mode waits for its completion, which must be the only one.
    #[track_caller]
    fn completed(
        &self,
        status: u32,
        api: usize,
        call: impl FnOnce() -> Outcome,
    ) -> Outcome<Option<Event>> {
        let mark = self.recorder.mark();
        call()?;
        if self.mode == Mode::Sync {
            return Ok(None);
        }
        let event = self.recorder.wait_from(mark, |event| {
            event.handle == self.raw() && (event.status == status || event.status == REQUEST_ERROR)
        });
        if event.status == REQUEST_ERROR {
            let (own, error) = event.error();
            assert_eq!(own, api, "API number of a REQUEST_ERROR with {error}");
            assert_ne!(error, Code(0), "error of a REQUEST_ERROR");
            return Err(error);
        }
        Ok(Some(event))
    }
}

const HEADERS_AVAILABLE: u32 = 0x2_0000;
const DATA_AVAILABLE: u32 = 0x4_0000;
const READ_COMPLETE: u32 = 0x8_0000;
const WRITE_COMPLETE: u32 = 0x10_0000;
const REQUEST_ERROR: u32 = 0x20_0000;
const SENDREQUEST_COMPLETE: u32 = 0x40_0000;

const API_RECEIVE_RESPONSE: usize = 1;
const API_QUERY_DATA_AVAILABLE: usize = 2;
const API_READ_DATA: usize = 3;
const API_WRITE_DATA: usize = 4;
const API_SEND_REQUEST: usize = 5;
