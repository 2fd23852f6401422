//! What all topics use.

pub(crate) use std::sync::Arc;

pub(crate) use winhttp_testkit::abi::*;
pub(crate) use winhttp_testkit::calls::*;
pub(crate) use winhttp_testkit::server::web_socket::{
    BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, close_frame, frame, upgrade_response,
};
pub(crate) use winhttp_testkit::{
    Client, Code, Gate, Info, Mode, Outcome, Peer, Recorder, Server, Socket, both_modes, response,
    upgrade_option,
};

pub(crate) use WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE as CLOSE_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING as HANDLE_CLOSING;
pub(crate) use WINHTTP_CALLBACK_STATUS_HANDLE_CREATED as HANDLE_CREATED;
pub(crate) use WINHTTP_CALLBACK_STATUS_READ_COMPLETE as READ_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_REQUEST_ERROR as REQUEST_ERROR;
pub(crate) use WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE as SENDREQUEST_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE as SHUTDOWN_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE as WRITE_COMPLETE;

/// Buffer types for sending.
pub(crate) const BINARY_MESSAGE: u32 = 0;
pub(crate) const BINARY_FRAGMENT: u32 = 1;
pub(crate) const UTF8_MESSAGE: u32 = 2;
pub(crate) const UTF8_FRAGMENT: u32 = 3;

/// Operations in `WINHTTP_WEB_SOCKET_ASYNC_RESULT`.
pub(crate) const SEND_OPERATION: i32 = 0;
pub(crate) const RECEIVE_OPERATION: i32 = 1;
pub(crate) const CLOSE_OPERATION: i32 = 2;

/// `ERROR_INVALID_OPERATION`.
pub(crate) const INVALID_OPERATION: u32 = 4317;
/// `ERROR_INVALID_PARAMETER`.
pub(crate) const INVALID_PARAMETER: u32 = 87;
/// `ERROR_WINHTTP_OPERATION_CANCELLED`.
pub(crate) const CANCELLED: u32 = 12017;
/// `ERROR_WINHTTP_INCORRECT_HANDLE_TYPE`.
pub(crate) const WRONG_TYPE: u32 = 12018;
/// `ERROR_WINHTTP_INCORRECT_HANDLE_STATE`.
pub(crate) const WRONG_STATE: u32 = 12019;
/// `ERROR_WINHTTP_CONNECTION_ERROR`.
pub(crate) const CONNECTION_ERROR: u32 = 12030;
/// `ERROR_WINHTTP_INVALID_SERVER_RESPONSE`.
pub(crate) const INVALID_RESPONSE: u32 = 12152;

/// The error with this number, as the result of a call that gives `T`.
pub(crate) fn fails<T>(number: u32) -> Outcome<T> {
    Err(Code(number))
}

/// What a receive gives.
pub(crate) fn got(data: impl AsRef<[u8]>, kind: u32) -> Outcome<(Vec<u8>, i32)> {
    Ok((data.as_ref().to_vec(), kind as i32))
}

/// What a receive of the peer's Close gives.
pub(crate) fn got_close() -> Outcome<(Vec<u8>, i32)> {
    got([], 4)
}

/// A server that upgrades every connection and then runs this.
pub(crate) fn upgraded(run: impl Fn(&mut Peer) + Send + Sync + 'static) -> Server {
    Server::every(move |_, peer| {
        peer.upgrade();
        run(peer);
    })
}

/// A server that sends data frames back and answers Close.
pub(crate) fn echo() -> Server {
    upgraded(Peer::echo_frames)
}

/// A server that sends this right behind the 101, and then reads until the client goes.
pub(crate) fn saying(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::every(move |_, peer| {
        peer.upgrade_with("", &bytes);
        peer.read_to_end();
    })
}

/// The socket's errors so far: operation and number.
pub(crate) fn errors(recorder: &Recorder, socket: RawHandle) -> Vec<(i32, u32)> {
    recorder
        .events()
        .iter()
        .filter(|event| event.handle == socket)
        .filter_map(|event| match event.info {
            Info::SocketError {
                operation, error, ..
            } => Some((operation, error)),
            _ => None,
        })
        .collect()
}
