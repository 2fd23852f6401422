//! What all parts use.

pub(crate) use winhttp_testkit::abi::*;
pub(crate) use winhttp_testkit::calls::*;
pub(crate) use winhttp_testkit::{
    Block, Client, Code, Gate, Mode, Outcome, Recorder, Request, Server, both_modes, code, response,
};

/// The error with this number, as the result of a call that gives `T`.
pub(crate) fn fails<T>(number: u32) -> Outcome<T> {
    Err(Code(number))
}

/// `ERROR_INVALID_HANDLE`.
pub(crate) const INVALID_HANDLE: u32 = 6;
/// `ERROR_INVALID_PARAMETER`.
pub(crate) const INVALID_PARAMETER: u32 = 87;
/// `ERROR_INSUFFICIENT_BUFFER`.
pub(crate) const INSUFFICIENT_BUFFER: u32 = 122;

/// One handle of each kind; nothing was sent.
pub(crate) struct Three {
    pub(crate) request: Request,
    pub(crate) connect: Handle,
    pub(crate) client: Client,
}

impl Three {
    #[track_caller]
    pub(crate) fn new() -> Self {
        let client = Client::new(Mode::Sync);
        let connect = client.connect_to("localhost", 8080);
        let request = client.request(&connect, &RequestSpec::new("GET", "/path?query"));
        Self {
            request,
            connect,
            client,
        }
    }

    pub(crate) fn session(&self) -> RawHandle {
        self.client.session.raw()
    }

    pub(crate) fn connect(&self) -> RawHandle {
        self.connect.raw()
    }

    pub(crate) fn request(&self) -> RawHandle {
        self.request.raw()
    }

    /// Session, connection, request.
    pub(crate) fn all(&self) -> [RawHandle; 3] {
        [self.session(), self.connect(), self.request()]
    }
}

/// A port of 127.0.0.1 where nobody listens.
pub(crate) fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("bound").port()
}

/// The level of a request header given by name.
pub(crate) const REQUEST_CUSTOM: u32 = WINHTTP_QUERY_CUSTOM | WINHTTP_QUERY_FLAG_REQUEST_HEADERS;
