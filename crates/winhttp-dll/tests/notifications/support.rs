//! What all topics use.

pub(crate) use std::sync::{Arc, Mutex};

use winhttp_testkit::Event;
pub(crate) use winhttp_testkit::abi::*;
pub(crate) use winhttp_testkit::calls::*;
pub(crate) use winhttp_testkit::{
    Client, Code, Gate, Info, Mode, Outcome, Recorder, Request, Server, both_modes, response,
};

pub(crate) use WINHTTP_CALLBACK_STATUS_CLOSING_CONNECTION as CLOSING_CONNECTION;
pub(crate) use WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER as CONNECTED_TO_SERVER;
pub(crate) use WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER as CONNECTING_TO_SERVER;
pub(crate) use WINHTTP_CALLBACK_STATUS_CONNECTION_CLOSED as CONNECTION_CLOSED;
pub(crate) use WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE as DATA_AVAILABLE;
pub(crate) use WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING as HANDLE_CLOSING;
pub(crate) use WINHTTP_CALLBACK_STATUS_HANDLE_CREATED as HANDLE_CREATED;
pub(crate) use WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE as HEADERS_AVAILABLE;
pub(crate) use WINHTTP_CALLBACK_STATUS_INTERMEDIATE_RESPONSE as INTERMEDIATE_RESPONSE;
pub(crate) use WINHTTP_CALLBACK_STATUS_NAME_RESOLVED as NAME_RESOLVED;
pub(crate) use WINHTTP_CALLBACK_STATUS_READ_COMPLETE as READ_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE as RECEIVING_RESPONSE;
pub(crate) use WINHTTP_CALLBACK_STATUS_REQUEST_ERROR as REQUEST_ERROR;
pub(crate) use WINHTTP_CALLBACK_STATUS_REQUEST_SENT as REQUEST_SENT;
pub(crate) use WINHTTP_CALLBACK_STATUS_RESOLVING_NAME as RESOLVING_NAME;
pub(crate) use WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED as RESPONSE_RECEIVED;
pub(crate) use WINHTTP_CALLBACK_STATUS_SECURE_FAILURE as SECURE_FAILURE;
pub(crate) use WINHTTP_CALLBACK_STATUS_SENDING_REQUEST as SENDING_REQUEST;
pub(crate) use WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE as SENDREQUEST_COMPLETE;
pub(crate) use WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE as WRITE_COMPLETE;

/// `ERROR_INVALID_HANDLE`.
pub(crate) const INVALID_HANDLE: u32 = 6;
/// `ERROR_INVALID_OPERATION`.
pub(crate) const INVALID_OPERATION: u32 = 4317;
/// `ERROR_INVALID_PARAMETER`.
pub(crate) const INVALID_PARAMETER: u32 = 87;
/// `ERROR_IO_PENDING`.
pub(crate) const IO_PENDING: u32 = 997;

/// API numbers of `WINHTTP_ASYNC_RESULT`.
pub(crate) const RECEIVE: usize = 1;
pub(crate) const QUERY: usize = 2;
pub(crate) const READ: usize = 3;
pub(crate) const WRITE: usize = 4;
pub(crate) const SEND: usize = 5;

/// The error with this number, as the result of a call that gives `T`.
pub(crate) fn fails<T>(number: u32) -> Outcome<T> {
    Err(Code(number))
}

/// A request's events so far.
pub(crate) fn events_of(recorder: &Recorder, handle: RawHandle) -> Vec<Event> {
    let mut events = recorder.events();
    events.retain(|event| event.handle == handle);
    events
}

/// Whether this is the completion of an operation.
pub(crate) fn is_completion(event: &Event) -> bool {
    event.status & WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS != 0
}

/// Waits for a request's HANDLE_CLOSING and gives all its events.
#[track_caller]
pub(crate) fn closed(recorder: &Recorder, handle: RawHandle) -> Vec<Event> {
    recorder.wait_from(0, |event| {
        event.handle == handle && event.status == HANDLE_CLOSING
    });
    events_of(recorder, handle)
}

/// Waits for the first of a request's events that has this status.
#[track_caller]
pub(crate) fn wait_for(recorder: &Recorder, handle: RawHandle, status: u32) -> Event {
    recorder.wait_from(0, |event| event.handle == handle && event.status == status)
}

/// The names of events.
pub(crate) fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}

/// An asynchronous WinHttpSendRequest without headers and optional data.
#[track_caller]
pub(crate) fn start_send(request: RawHandle, total: u32) -> Outcome {
    send_request(request, None, 0, None, total, 0)
}

/// An asynchronous WinHttpReadData into memory that stays.
#[track_caller]
pub(crate) fn start_read(request: RawHandle, size: usize) -> Outcome {
    read_data(request, lasting(vec![0xA5; size]), None)
}

/// A server that takes connections and says nothing until the client has gone.
pub(crate) fn silent_server() -> Server {
    Server::every(|_, peer| {
        peer.read_to_end();
    })
}

/// A server that answers each request with a head that announces 10 bytes, and sends nothing more.
pub(crate) fn stalling_server() -> Server {
    Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        peer.read_to_end();
    })
}

/// Runs a test whose outcome depends on how fast other threads are until it succeeds, at most five times. `attempt` gives
/// what it saw if that was not what can be expected of an idle machine.
#[track_caller]
pub(crate) fn with_luck(mut attempt: impl FnMut() -> Result<(), String>) {
    let mut seen = Vec::new();
    for _ in 0..5 {
        match attempt() {
            Ok(()) => return,
            Err(what) => seen.push(what),
        }
    }
    panic!("five attempts gave: {}", seen.join("; "));
}
