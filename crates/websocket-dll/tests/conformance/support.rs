//! Steps that most tests consist of. Each insists on what the specification says about every action of its kind.

use websocket_testkit::abi::*;
use websocket_testkit::handshake::{self, DOTNET_REQUEST};
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, Frame, KEY};
use websocket_testkit::{Action, Endpoint, Memory, Role};

pub(crate) const SEND: WEB_SOCKET_ACTION_QUEUE = WEB_SOCKET_SEND_ACTION_QUEUE;
pub(crate) const RECEIVE: WEB_SOCKET_ACTION_QUEUE = WEB_SOCKET_RECEIVE_ACTION_QUEUE;
pub(crate) const ALL: WEB_SOCKET_ACTION_QUEUE = WEB_SOCKET_ALL_ACTION_QUEUE;

pub(crate) const TEXT: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE;
pub(crate) const TEXT_PART: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE;
pub(crate) const BINARY: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE;
pub(crate) const BINARY_PART: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE;
pub(crate) const CLOSE: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_CLOSE_BUFFER_TYPE;
pub(crate) const PING_PONG: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_PING_PONG_BUFFER_TYPE;
pub(crate) const UNSOLICITED_PONG: WEB_SOCKET_BUFFER_TYPE = WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE;

pub(crate) const OPERATION: HRESULT = E_INVALID_PROTOCOL_OPERATION;
pub(crate) const FORMAT: HRESULT = E_INVALID_PROTOCOL_FORMAT;

/// More actions than any operation or stream of these tests takes.
const ENDLESS: usize = 1_000_000;

/// A result in the form that documentation uses.
#[track_caller]
pub(crate) fn returns(got: HRESULT, want: HRESULT) {
    assert!(got == want, "returned {got:#010x} instead of {want:#010x}");
}

/// An error in the form that documentation uses.
#[track_caller]
pub(crate) fn fails<T>(got: Result<T, HRESULT>, want: HRESULT) {
    returns(got.err().unwrap_or(S_OK), want);
}

/// The lane says that there is nothing to do.
#[track_caller]
pub(crate) fn nothing(endpoint: &Endpoint, queue: WEB_SOCKET_ACTION_QUEUE) {
    let action = endpoint.get_action(queue);
    assert!(action.is_nothing(), "nothing to do expected: {action:02x?}");
}

/// The lane fails with `result` and stores nothing.
#[track_caller]
pub(crate) fn refuses(endpoint: &Endpoint, queue: WEB_SOCKET_ACTION_QUEUE, result: HRESULT) {
    refused(&endpoint.get_action(queue), result);
}

/// `action` failed with `result` and stored nothing.
#[track_caller]
pub(crate) fn refused(action: &Action, result: HRESULT) {
    returns(action.result, result);
    assert!(action.is_blank(), "outputs of a failure: {action:02x?}");
}

/// The next action of an operation on `queue` is a frame, or a part of one, to be written.
#[track_caller]
pub(crate) fn write(endpoint: &Endpoint, queue: WEB_SOCKET_ACTION_QUEUE) -> Action {
    is_write(endpoint.get_action(queue))
}

#[track_caller]
fn is_write(action: Action) -> Action {
    returns(action.result, S_OK);
    assert_eq!(
        action.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION,
        "a write expected: {action:02x?}"
    );
    assert!(matches!(action.count, 1 | 2), "{action:02x?}");
    assert!(
        action.untouched_from(action.count as usize),
        "{action:02x?}"
    );
    assert!((0..action.count as usize).all(|index| action.unused_tail_is_zero(index)));
    assert_ne!(action.context, 0);
    action
}

/// Takes and completes the next write of the send lane; gives its bytes.
#[track_caller]
pub(crate) fn written(endpoint: &Endpoint) -> Vec<u8> {
    let action = write(endpoint, SEND);
    let bytes = action.wire();
    endpoint.complete(action.context, action.total());
    bytes
}

/// The send operation is indicated with its type and context.
#[track_caller]
pub(crate) fn send_indicated(endpoint: &Endpoint, kind: WEB_SOCKET_BUFFER_TYPE, context: usize) {
    let action = endpoint.get_action(SEND);
    returns(action.result, S_OK);
    assert_eq!(
        (
            action.action,
            action.count,
            action.buffer_type,
            action.application
        ),
        (WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION, 0, kind, context),
        "{action:02x?}"
    );
    assert!(
        action.untouched_from(0) && action.context != 0,
        "{action:02x?}"
    );
    endpoint.complete(action.context, 0);
}

/// Queues a send and takes it to its indication; gives the bytes of each write.
#[track_caller]
pub(crate) fn send(
    endpoint: &Endpoint,
    kind: WEB_SOCKET_BUFFER_TYPE,
    payload: Memory,
) -> Vec<Vec<u8>> {
    returns(endpoint.send(kind, payload, 0x51), S_OK);
    finish_send(endpoint, kind, 0x51)
}

/// Takes a queued send to its indication; gives the bytes of each write.
#[track_caller]
pub(crate) fn finish_send(
    endpoint: &Endpoint,
    kind: WEB_SOCKET_BUFFER_TYPE,
    context: usize,
) -> Vec<Vec<u8>> {
    let mut writes = Vec::new();
    loop {
        let action = endpoint.get_action(SEND);
        returns(action.result, S_OK);
        assert_eq!(
            (action.buffer_type, action.application),
            (kind, context),
            "{action:02x?}"
        );
        if action.action == WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION {
            assert!(
                action.count == 0 && action.untouched_from(0),
                "{action:02x?}"
            );
            endpoint.complete(action.context, 0);
            return writes;
        }
        let action = is_write(action);
        writes.push(action.wire());
        assert!(writes.len() < ENDLESS, "a send without end");
        endpoint.complete(action.context, action.total());
    }
}

/// Frames of writes that each hold exactly one.
pub(crate) fn frames(writes: &[Vec<u8>]) -> Vec<Frame> {
    writes.iter().map(|bytes| Frame::only(bytes)).collect()
}

/// Their first bytes.
pub(crate) fn firsts(writes: &[Vec<u8>]) -> Vec<u8> {
    frames(writes).iter().map(|frame| frame.first).collect()
}

/// Their payloads, joined.
pub(crate) fn payload(writes: &[Vec<u8>]) -> Vec<u8> {
    frames(writes)
        .into_iter()
        .flat_map(|frame| frame.payload)
        .collect()
}

/// The receive lane wants bytes.
#[track_caller]
pub(crate) fn read(endpoint: &Endpoint) -> Action {
    let action = endpoint.get_action(RECEIVE);
    is_read(&action);
    action
}

/// `action` wants bytes, in one buffer, with type 0.
#[track_caller]
pub(crate) fn is_read(action: &Action) {
    returns(action.result, S_OK);
    assert_eq!(
        (action.action, action.count, action.buffer_type),
        (WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION, 1, 0),
        "a read expected: {action:02x?}"
    );
    let (room, length) = action.data(0);
    assert!(
        !room.is_null() && length > 0 && action.context != 0,
        "{action:02x?}"
    );
    assert!(action.untouched_from(1), "{action:02x?}");
    assert!(action.unused_tail_is_zero(0), "{action:02x?}");
}

/// `action` indicates data of this kind, content and operation; it is completed with the length.
#[track_caller]
pub(crate) fn indicated(
    endpoint: &Endpoint,
    action: Action,
    kind: WEB_SOCKET_BUFFER_TYPE,
    bytes: &[u8],
    context: usize,
) {
    is_indication(&action, kind, context);
    let got = action.bytes(0);
    assert!(
        got == bytes,
        "indicated {} bytes {:02x?}… instead of {} bytes {:02x?}…",
        got.len(),
        &got[..got.len().min(16)],
        bytes.len(),
        &bytes[..bytes.len().min(16)]
    );
    endpoint.complete(action.context, action.data(0).1);
}

/// `action` is an indication of the receive lane: one buffer, this type and this operation.
#[track_caller]
pub(crate) fn is_indication(action: &Action, kind: WEB_SOCKET_BUFFER_TYPE, context: usize) {
    returns(action.result, S_OK);
    assert_eq!(
        (
            action.action,
            action.count,
            action.buffer_type,
            action.application
        ),
        (
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION,
            1,
            kind,
            context
        ),
        "{action:02x?}"
    );
    assert!(
        action.context != 0 && action.untouched_from(1),
        "{action:02x?}"
    );
    assert!(action.unused_tail_is_zero(0), "{action:02x?}");
}

/// The receive operation is indicated as cancelled: NULL, 0, type 0.
#[track_caller]
pub(crate) fn receive_cancelled(endpoint: &Endpoint, context: usize) {
    let action = endpoint.get_action(RECEIVE);
    is_indication(&action, 0, context);
    assert_eq!(action.data(0), (std::ptr::null_mut(), 0));
    endpoint.complete(action.context, 0);
}

/// Queues a receive, delivers `bytes` and insists that they are all taken; gives the next action that is no read, or
/// the read for more.
#[track_caller]
pub(crate) fn deliver(endpoint: &Endpoint, bytes: &[u8], context: usize) -> Action {
    returns(endpoint.receive(context), S_OK);
    let mut rest = bytes;
    let action = endpoint.pump(&mut rest, usize::MAX);
    assert!(
        rest.is_empty(),
        "{} bytes were not taken: {action:02x?}",
        rest.len()
    );
    action
}

/// A frame as `role` expects it from its peer.
pub(crate) fn incoming(role: Role, first: u8, payload: &[u8]) -> Vec<u8> {
    wire::frame(first, payload, key_for(role))
}

/// The masking key of frames that `role` receives.
pub(crate) fn key_for(role: Role) -> Option<[u8; 4]> {
    match role {
        Role::Client => None,
        Role::Server => Some(KEY),
    }
}

/// A piece of what arrived: one indication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: WEB_SOCKET_BUFFER_TYPE,
    pub(crate) bytes: Vec<u8>,
}

/// Delivers `stream` in reads of at most `step` bytes, with a receive queued whenever one is needed, until the lane
/// wants more; gives all indications. A receive stays queued at the end.
#[track_caller]
pub(crate) fn collect(endpoint: &Endpoint, mut stream: &[u8], step: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    loop {
        returns(endpoint.receive(7), S_OK);
        let action = endpoint.pump(&mut stream, step);
        if action.action == WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION {
            assert!(stream.is_empty());
            endpoint.complete(action.context, 0);
            receive_cancelled(endpoint, 7);
            return pieces;
        }
        is_indication(&action, action.buffer_type, 7);
        pieces.push(Piece {
            kind: action.buffer_type,
            bytes: action.bytes(0),
        });
        assert!(pieces.len() < ENDLESS, "indications without end");
        endpoint.complete(action.context, action.data(0).1);
    }
}

/// Joins pieces into messages, checking that fragments and their last part are of one kind.
#[track_caller]
pub(crate) fn messages(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut messages = Vec::new();
    let mut open: Option<Piece> = None;
    for piece in pieces {
        let last = matches!(piece.kind, TEXT | BINARY);
        let kind = piece.kind & !1;
        assert!(matches!(kind, TEXT | BINARY), "{piece:02x?}");
        let message = open.get_or_insert(Piece {
            kind,
            bytes: Vec::new(),
        });
        assert_eq!(message.kind, kind, "kinds mixed in one message");
        message.bytes.extend_from_slice(&piece.bytes);
        if last {
            messages.extend(open.take());
        }
    }
    assert!(open.is_none(), "a message without an end");
    messages
}

/// An open handle that negotiated the extension `x-own`.
pub(crate) fn open_with_extension(role: Role) -> Endpoint {
    let endpoint = Endpoint::create(role, &[]).expect("creation");
    match role {
        Role::Client => {
            let headers = endpoint
                .begin_client(&[], &["x-own"], &[])
                .expect("BeginClientHandshake");
            let accept = handshake::accept(handshake::value(&headers, "Sec-WebSocket-Key"));
            endpoint
                .end_client(&[
                    ("Connection", "Upgrade"),
                    ("Upgrade", "websocket"),
                    ("Sec-WebSocket-Accept", &accept),
                    ("Sec-WebSocket-Extensions", "x-own"),
                ])
                .expect("EndClientHandshake");
        }
        Role::Server => {
            let mut request = DOTNET_REQUEST.to_vec();
            request.push(("Sec-WebSocket-Extensions", "x-own"));
            endpoint
                .begin_server(None, &["x-own"], &request)
                .expect("BeginServerHandshake");
        }
    }
    endpoint
}
