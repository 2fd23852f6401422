//! The exported functions of the built library, as a C program calls them.

use std::io::Write;
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::slice;

use benchmarks::{Contender, Sink, Wire, consume, frame};
use websocket_testkit::abi::{
    WEB_SOCKET_ACTION, WEB_SOCKET_ACTION_QUEUE, WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
    WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_DATA, WEB_SOCKET_BUFFER_TYPE,
    WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION,
    WEB_SOCKET_RECEIVE_ACTION_QUEUE, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
    WEB_SOCKET_SEND_ACTION_QUEUE, WEB_SOCKET_SEND_TO_NETWORK_ACTION,
};
use websocket_testkit::hresult::S_OK;
use websocket_testkit::{Endpoint, Property, Role, api, data};

use super::ABI;

/// An action as the library gives it.
struct Next {
    action: WEB_SOCKET_ACTION,
    kind: WEB_SOCKET_BUFFER_TYPE,
    context: *mut std::ffi::c_void,
    buffer: WEB_SOCKET_BUFFER,
}

impl Next {
    #[inline]
    fn get(endpoint: &Endpoint, queue: WEB_SOCKET_ACTION_QUEUE) -> Self {
        // SAFETY: the structure consists of pointers and numbers.
        let mut buffer = unsafe { zeroed() };
        let (mut count, mut action, mut kind) = (1, 0, 0);
        let (mut application, mut context) = (null_mut(), null_mut());
        // SAFETY: one element, and each output is writable.
        let result = unsafe {
            (api().get_action)(
                endpoint.handle(),
                queue,
                &mut buffer,
                &mut count,
                &mut action,
                &mut kind,
                &mut application,
                &mut context,
            )
        };
        assert_eq!(result, S_OK);
        Self {
            action,
            kind,
            context,
            buffer,
        }
    }

    #[inline]
    fn data(&self) -> WEB_SOCKET_BUFFER_DATA {
        // SAFETY: every action here has data or no buffer at all.
        unsafe { self.buffer.Data }
    }

    #[inline]
    fn complete(self, endpoint: &Endpoint, bytes: usize) {
        // SAFETY: the library compares the context and never follows it.
        unsafe { (api().complete_action)(endpoint.handle(), self.context, bytes as u32) };
    }
}

/// Lets an open endpoint send a message and receive a Pong, which is the same on both sides but for the masking.
pub(crate) fn exchange(endpoint: &Endpoint) {
    let payload = *b"Hello";
    let buffer = data(payload.as_ptr().cast_mut(), payload.len() as u32);
    // SAFETY: the payload lives until the operation is indicated, below, and is only read.
    let queued = unsafe {
        (api().send)(
            endpoint.handle(),
            WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
            &buffer,
            null_mut(),
        )
    };
    assert_eq!(queued, S_OK);
    loop {
        let next = Next::get(endpoint, WEB_SOCKET_SEND_ACTION_QUEUE);
        match next.action {
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                let bytes = next.data().ulBufferLength as usize;
                next.complete(endpoint, bytes);
            }
            WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION => next.complete(endpoint, 0),
            _ => break,
        }
    }
    let pong = match endpoint.role() {
        Role::Server => frame(0x8A, Some([0; 4]), &[]),
        Role::Client => frame(0x8A, None, &[]),
    };
    assert_eq!(endpoint.receive(0), S_OK);
    let read = Next::get(endpoint, WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_eq!(read.action, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION);
    // SAFETY: the room is at least 256 bytes, and the library's until the action is completed.
    unsafe {
        read.data()
            .pbBuffer
            .copy_from_nonoverlapping(pong.as_ptr(), pong.len())
    };
    read.complete(endpoint, pong.len());
    let done = Next::get(endpoint, WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    assert_eq!(done.action, WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION);
    done.complete(endpoint, 0);
}

/// A server with a receive buffer of `room` bytes: one receive operation a message, or a piece of one.
pub(crate) fn receiving(mut wire: Wire, room: usize) -> Contender<'static> {
    let room = u32::try_from(room).expect("a buffer below 4 GiB");
    let server = Endpoint::open_with(Role::Server, &[Property::ReceiveBuffer(room)]);
    Contender::new(ABI, move |messages| {
        let mut sum = 0;
        let mut left = messages;
        while left > 0 {
            // SAFETY: no buffer, no context.
            let queued = unsafe { (api().receive)(server.handle(), null(), null_mut()) };
            assert_eq!(queued, S_OK);
            loop {
                let next = Next::get(&server, WEB_SOCKET_RECEIVE_ACTION_QUEUE);
                let WEB_SOCKET_BUFFER_DATA {
                    pbBuffer,
                    ulBufferLength,
                } = next.data();
                match next.action {
                    WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION => {
                        let arrived = wire.arrived(ulBufferLength as usize);
                        // SAFETY: the library gives this room until the action is completed.
                        unsafe {
                            pbBuffer.copy_from_nonoverlapping(arrived.as_ptr(), arrived.len())
                        };
                        next.complete(&server, arrived.len());
                    }
                    WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                        // SAFETY: the library shows these bytes until the action is completed.
                        let payload =
                            unsafe { slice::from_raw_parts(pbBuffer, ulBufferLength as usize) };
                        consume(payload, &mut sum);
                        left -= u64::from(next.kind == WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE);
                        next.complete(&server, 0);
                        break;
                    }
                    other => panic!("action {other}"),
                }
            }
        }
        std::hint::black_box(sum);
    })
}

/// A client: one send operation a message, its frame in one buffer.
pub(crate) fn sending(payload: &'static [u8]) -> Contender<'static> {
    let size = u32::try_from(payload.len() + 16).expect("a buffer below 4 GiB");
    let client = Endpoint::open_with(Role::Client, &[Property::SendBuffer(size)]);
    let buffer = data(payload.as_ptr().cast_mut(), payload.len() as u32);
    Contender::new(ABI, move |messages| {
        for _ in 0..messages {
            // SAFETY: the payload lives for ever and is only read.
            let queued = unsafe {
                (api().send)(
                    client.handle(),
                    WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
                    &buffer,
                    null_mut(),
                )
            };
            assert_eq!(queued, S_OK);
            let write = Next::get(&client, WEB_SOCKET_SEND_ACTION_QUEUE);
            assert_eq!(write.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
            let WEB_SOCKET_BUFFER_DATA {
                pbBuffer,
                ulBufferLength,
            } = write.data();
            // SAFETY: the library shows these bytes until the action is completed.
            let frame = unsafe { slice::from_raw_parts(pbBuffer, ulBufferLength as usize) };
            Sink.write_all(frame).expect("a sink");
            write.complete(&client, frame.len());
            let done = Next::get(&client, WEB_SOCKET_SEND_ACTION_QUEUE);
            assert_eq!(done.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
            done.complete(&client, 0);
        }
    })
}
