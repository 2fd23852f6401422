//! How an exchange ends, as one value.

use winhttp_testkit::calls::{RequestSpec, set_timeouts};
use winhttp_testkit::{Client, Code, Mode, Request, Server};

pub(crate) const TIMEOUT: u32 = 12002;
pub(crate) const CANNOT_CONNECT: u32 = 12029;
pub(crate) const CONNECTION: u32 = 12030;
pub(crate) const INVALID: u32 = 12152;
pub(crate) const SECURE_FAILURE: u32 = 12175;
pub(crate) const HEADER_COUNT: u32 = 12181;
pub(crate) const HEADER_SIZE: u32 = 12182;
pub(crate) const CHUNK_HEADER_SIZE: u32 = 12183;

/// Where an exchange ended, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The error of WinHttpSendRequest.
    Send(u32),
    /// The error of WinHttpWriteData.
    Write(u32),
    /// The error of WinHttpReceiveResponse.
    Receive(u32),
    /// The error of WinHttpReadData, and what was read before.
    Read(u32, Vec<u8>),
    /// The whole body, with the status.
    Whole(u32, Vec<u8>),
}

impl End {
    /// Status 200 and this body.
    pub(crate) fn body(bytes: impl AsRef<[u8]>) -> Self {
        Self::Whole(200, bytes.as_ref().to_vec())
    }

    /// This error of WinHttpReadData after these bytes.
    pub(crate) fn after(bytes: impl AsRef<[u8]>, error: u32) -> Self {
        Self::Read(error, bytes.as_ref().to_vec())
    }

    /// The error's number, 0 for none.
    pub(crate) fn error(&self) -> u32 {
        match *self {
            Self::Send(error) | Self::Write(error) | Self::Receive(error) => error,
            Self::Read(error, _) => error,
            Self::Whole(..) => 0,
        }
    }
}

/// A time limit that no exchange with a server that answers reaches, below the server's own patience.
const LONG: i32 = 12_000;

/// A GET request to the server, with time limits.
#[track_caller]
pub(crate) fn get(client: &Client, server: &Server) -> Request {
    open(client, server, &RequestSpec::new("GET", "/"))
}

/// A request to the server, with time limits.
#[track_caller]
pub(crate) fn open(client: &Client, server: &Server, spec: &RequestSpec<'_>) -> Request {
    let request = client.open(server, spec);
    limit(&request, LONG);
    request
}

/// Limits sending and receiving to so many milliseconds.
#[track_caller]
pub(crate) fn limit(request: &Request, milliseconds: i32) {
    assert_eq!(
        set_timeouts(request.raw(), LONG, LONG, milliseconds, milliseconds),
        Ok(())
    );
}

/// Sends a request without body, and receives and reads all of the response.
#[track_caller]
pub(crate) fn outcome(request: &Request) -> End {
    match request.send() {
        Ok(()) => finish(request),
        Err(Code(error)) => End::Send(error),
    }
}

/// Receives and reads all of the response.
#[track_caller]
pub(crate) fn finish(request: &Request) -> End {
    if let Err(Code(error)) = request.receive() {
        return End::Receive(error);
    }
    let status = request.status();
    let mut body = Vec::new();
    loop {
        match request.read(4096) {
            Ok(part) if part.is_empty() => return End::Whole(status, body),
            Ok(part) => body.extend(part),
            Err(Code(error)) => {
                assert!(
                    request.read(16) == Err(Code(error))
                        || request.read(16).is_ok_and(|part| part.is_empty()),
                    "a second read gives the error again, or the end"
                );
                return End::Read(error, body);
            }
        }
    }
}

/// A GET in a session of its own.
#[track_caller]
pub(crate) fn fetch(mode: Mode, server: &Server) -> End {
    let client = Client::new(mode);
    outcome(&get(&client, server))
}
