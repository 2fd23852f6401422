//! Statements 124 to 128: what .NET insists on, and the global properties.

use std::ffi::c_void;
use std::process::{Command, ExitCode};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{
    Action, Block, Endpoint, Memory, Property, Role, Rules, api, library_path, pattern,
};

use crate::support::*;
use crate::table::section;

section! { "Allocated buffer / .NET":
    s124_every_pointer_obeys_the_rules_of_dotnet,
    s125_nothing_and_read_leave_element_1_zero,
    s126_indication_is_never_longer_than_the_receive_buffer,
    s127_empty_close_reason_points_into_the_block,
    s128_keep_alive_interval_and_supported_versions,
}

/// A handle used the way .NET uses it, each of its actions checked.
struct DotNet<'a> {
    endpoint: &'a Endpoint,
    rules: Rules<'a>,
    /// What is pinned for the running send.
    pinned: Option<Memory>,
}

impl DotNet<'_> {
    fn get_action(&self, queue: WEB_SOCKET_ACTION_QUEUE) -> Action {
        let capacity = if queue == SEND { 2 } else { 1 };
        let action = self.endpoint.get_action_with(queue, capacity, 0);
        returns(action.result, S_OK);
        if let Err(broken) = self.rules.check(&action, capacity, self.pinned) {
            panic!("{broken}");
        }
        action
    }

    /// Sends, and gives the frames written.
    fn send(&mut self, kind: WEB_SOCKET_BUFFER_TYPE, payload: Option<Memory>) -> Vec<Frame> {
        self.pinned = payload;
        let result = match payload {
            Some(reason) if kind == CLOSE => self.endpoint.send_close(1000, Some(reason), 1),
            Some(payload) => self.endpoint.send(kind, payload, 1),
            None => self.endpoint.send_empty(kind, 1),
        };
        returns(result, S_OK);
        let mut frames = Vec::new();
        loop {
            let action = self.get_action(SEND);
            assert_eq!(action.application, 1);
            if action.action == WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION {
                self.endpoint.complete(action.context, 0);
                break;
            }
            assert_eq!(action.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
            frames.push(Frame::only(&action.wire()));
            self.endpoint.complete(action.context, action.total());
        }
        assert!(self.get_action(SEND).is_nothing());
        self.pinned = None;
        frames
    }

    /// Receives until all of `stream` is taken; gives the indications, and the pongs.
    fn receive(&self, mut stream: &[u8]) -> (Vec<Piece>, Vec<Frame>) {
        let (mut pieces, mut pongs) = (Vec::new(), Vec::new());
        returns(self.endpoint.receive(2), S_OK);
        loop {
            let action = self.get_action(RECEIVE);
            match action.action {
                WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION => {
                    if stream.is_empty() {
                        // The stream ends: the operation comes back.
                        self.endpoint.complete(action.context, 0);
                        let cancelled = self.get_action(RECEIVE);
                        is_indication(&cancelled, 0, 2);
                        self.endpoint.complete(cancelled.context, 0);
                        assert!(self.get_action(RECEIVE).is_nothing());
                        return (pieces, pongs);
                    }
                    let (now, later) = stream.split_at(stream.len().min(action.data(0).1 as usize));
                    stream = later;
                    self.endpoint.fill(&action, now);
                }
                WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                    pongs.push(Frame::only(&action.wire()));
                    self.endpoint.complete(action.context, action.total());
                }
                WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                    pieces.push(Piece {
                        kind: action.buffer_type,
                        bytes: action.bytes(0),
                    });
                    self.endpoint.complete(action.context, action.data(0).1);
                    assert!(self.get_action(RECEIVE).is_nothing());
                    returns(self.endpoint.receive(2), S_OK);
                }
                _ => panic!("NO_ACTION while a receive is queued: {action:02x?}"),
            }
        }
    }
}

fn s124_every_pointer_obeys_the_rules_of_dotnet() {
    for receive_buffer in [256, 16384, 65536] {
        for role in Role::BOTH {
            let send_buffers: &[u32] = if role == Role::Client {
                &[16, 256, 16384, 65536]
            } else {
                &[16]
            };
            for &send_buffer in send_buffers {
                for zero_key in [false, true] {
                    session(role, receive_buffer, send_buffer, zero_key);
                }
            }
        }
    }
}

fn session(role: Role, receive_buffer: u32, send_buffer: u32, zero_key: bool) {
    let block = Block::like_dotnet(receive_buffer, send_buffer);
    let mut properties = vec![
        Property::ReceiveBuffer(receive_buffer),
        Property::SendBuffer(send_buffer),
        Property::Allocated(&block),
    ];
    if zero_key {
        properties.push(Property::DisableMasking(true));
    }
    let endpoint = Endpoint::open_with(role, &properties);
    let mut dotnet = DotNet {
        endpoint: &endpoint,
        rules: Rules {
            block: &block,
            receive_buffer,
            send_buffer,
        },
        pinned: None,
    };
    assert!(dotnet.get_action(SEND).is_nothing() && dotnet.get_action(RECEIVE).is_nothing());
    for length in [0, 1, 10, 125, 126, 240, 16368, 16369, 70_000] {
        let payload = Memory::new(&vec![b'x'; length]);
        for kind in [BINARY_PART, BINARY, TEXT_PART, TEXT] {
            let sent: usize = dotnet
                .send(kind, Some(payload))
                .iter()
                .map(|frame| frame.payload.len())
                .sum();
            assert_eq!(sent, length);
        }
    }
    dotnet.send(UNSOLICITED_PONG, None);
    dotnet.send(PING_PONG, None);

    let big = pattern(2 * receive_buffer as usize + 77);
    let (pieces, pongs) = dotnet.receive(
        &[
            incoming(role, FIN | wire::TEXT, b""),
            incoming(role, wire::BINARY, &big),
            incoming(role, FIN | wire::PING, &pattern(125)),
            incoming(role, FIN | wire::PING, b""),
            incoming(role, FIN, &big[..500]),
            incoming(role, FIN | wire::PONG, b""),
            incoming(role, FIN | wire::PONG, &pattern(125)),
            incoming(role, FIN | wire::TEXT, "Zo\u{eb}".as_bytes()),
        ]
        .concat(),
    );
    assert_eq!(pongs.len(), 2);
    assert_eq!(pongs[0].payload, pattern(125));
    let (data, pong): (Vec<Piece>, Vec<Piece>) = pieces
        .into_iter()
        .partition(|piece| piece.kind != PING_PONG);
    assert_eq!(pong.len(), 2);
    let lengths: Vec<usize> = messages(data)
        .iter()
        .map(|message| message.bytes.len())
        .collect();
    assert_eq!(lengths, [0, big.len() + 500, 4]);

    // Both writes outstanding at once.
    let payload = Memory::pattern(5000);
    dotnet.pinned = Some(payload);
    returns(endpoint.send(BINARY, payload, 1), S_OK);
    let frame = dotnet.get_action(SEND);
    let ping = incoming(role, FIN | wire::PING, &pattern(125));
    returns(endpoint.receive(2), S_OK);
    endpoint.fill(&dotnet.get_action(RECEIVE), &ping);
    let pong = dotnet.get_action(RECEIVE);
    assert_eq!(pong.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
    assert_eq!(Frame::only(&pong.wire()).payload, pattern(125));
    let sent = Frame::only(&frame.wire()).payload;
    assert_eq!(sent, payload.bytes()[..sent.len()]);
    // The send is given up, as .NET does when its I/O fails.
    endpoint.complete(frame.context, 0);
    endpoint.complete(pong.context, 0);
    let cancelled = dotnet.get_action(SEND);
    assert_eq!(cancelled.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
    endpoint.complete(cancelled.context, 0);
    dotnet.pinned = None;
    let read = dotnet.get_action(RECEIVE);
    endpoint.complete(read.context, 0);
    let cancelled = dotnet.get_action(RECEIVE);
    is_indication(&cancelled, 0, 2);
    endpoint.complete(cancelled.context, 0);

    let closed = dotnet.send(CLOSE, Some(Memory::new(&[b'r'; 123])));
    assert_eq!(closed[0].payload, wire::close_payload(1000, &[b'r'; 123]));
    let close = incoming(
        role,
        FIN | wire::CLOSE,
        &wire::close_payload(1001, &[b'r'; 123]),
    );
    let (pieces, _) = dotnet.receive(&close);
    assert_eq!(pieces.len(), 1);
    assert_eq!((pieces[0].kind, pieces[0].bytes.len()), (CLOSE, 123));

    returns(endpoint.send_empty(PING_PONG, 1), S_OK);
    returns(endpoint.receive(2), S_OK);
    let frame = dotnet.get_action(SEND);
    endpoint.abort();
    endpoint.complete(frame.context, 0);
    for (queue, action) in [
        (SEND, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION),
        (RECEIVE, WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION),
    ] {
        let indication = dotnet.get_action(queue);
        assert_eq!(indication.action, action);
        endpoint.complete(indication.context, 0);
        assert!(dotnet.get_action(queue).is_nothing());
    }
    drop(endpoint);
    assert_eq!(block.damage(), []);
}

fn s125_nothing_and_read_leave_element_1_zero() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for fill in [0, 0xA5] {
            for queue in [SEND, RECEIVE, ALL] {
                assert!(endpoint.get_action_with(queue, 2, fill).is_nothing());
            }
            returns(endpoint.receive(1), S_OK);
            let action = endpoint.get_action_with(RECEIVE, 2, fill);
            is_read(&action);
            assert_eq!(action.raw(1), [fill; size_of::<WEB_SOCKET_BUFFER>()]);
            endpoint.complete(action.context, 0);
            let action = endpoint.get_action_with(RECEIVE, 2, fill);
            is_indication(&action, 0, 1);
            assert_eq!(action.raw(1), [fill; size_of::<WEB_SOCKET_BUFFER>()]);
            endpoint.complete(action.context, 0);
        }
    }
}

fn s126_indication_is_never_longer_than_the_receive_buffer() {
    for role in Role::BOTH {
        for receive_buffer in [256, 1000] {
            let message = pattern(10_000);
            let frame = incoming(role, FIN | wire::BINARY, &message);
            for room in [None, Some(Memory::room(5000))] {
                let properties = [Property::ReceiveBuffer(receive_buffer)];
                let endpoint = Endpoint::open_with(role, &properties);
                let (mut rest, mut got) = (&frame[..], Vec::new());
                while got.len() < message.len() {
                    returns(
                        room.map_or_else(
                            || endpoint.receive(1),
                            |room| endpoint.receive_into(room, 1),
                        ),
                        S_OK,
                    );
                    let action = endpoint.pump(&mut rest, usize::MAX);
                    is_indication(&action, action.buffer_type, 1);
                    assert!(action.data(0).1 <= receive_buffer, "{action:02x?}");
                    got.extend(action.bytes(0));
                    endpoint.complete(action.context, 0);
                }
                assert!(got == message);
            }
        }
    }
}

fn s127_empty_close_reason_points_into_the_block() {
    for role in Role::BOTH {
        for receive_buffer in [256, 16384] {
            let block = Block::like_dotnet(receive_buffer, 16);
            let properties = [
                Property::ReceiveBuffer(receive_buffer),
                Property::SendBuffer(16),
                Property::Allocated(&block),
            ];
            // The Close at the very start of the receive buffer, and at its very end.
            let close = incoming(role, FIN | wire::CLOSE, b"\x03\xe9");
            let fill = receive_buffer as usize - close.len();
            let header = incoming(role, FIN | wire::PONG, b"").len();
            let ahead = incoming(role, FIN | wire::PONG, b"").repeat(fill / header);
            for pongs in [&[][..], &ahead] {
                let endpoint = Endpoint::open_with(role, &properties);
                returns(endpoint.receive(1), S_OK);
                endpoint.fill(&read(&endpoint), &[pongs, &close].concat());
                let mut action = endpoint.get_action(RECEIVE);
                while action.buffer_type == PING_PONG {
                    is_indication(&action, PING_PONG, 1);
                    endpoint.complete(action.context, 0);
                    returns(endpoint.receive(1), S_OK);
                    action = endpoint.get_action(RECEIVE);
                }
                is_indication(&action, CLOSE, 1);
                let (reason, length, status) = action.close(0);
                assert_eq!((length, status), (0, 1001));
                assert!(!reason.is_null() && block.contains(reason, 0), "{reason:?}");
            }
        }
    }
}

/// The first argument that makes this program print the keep-alive interval, to be tested under another environment.
pub(crate) const PRINT_INTERVAL: &str = "--print-keep-alive-interval";
/// Stands for the registry value off Windows.
const VARIABLE: &str = "OPENWINHTTP_WEBSOCKET_KEEPALIVE_INTERVAL";

/// What the program does when called with [`PRINT_INTERVAL`].
pub(crate) fn print_interval() -> ExitCode {
    let (result, value, size) = global(WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE, 4);
    returns(result, S_OK);
    assert_eq!(size, 4);
    println!("{value}");
    ExitCode::SUCCESS
}

/// Asks for a global property with a buffer of `size` bytes; gives the result, the value and the size stored.
fn global(kind: WEB_SOCKET_PROPERTY_TYPE, size: u32) -> (HRESULT, u32, u32) {
    let mut value = 0x5555_5555u32;
    let mut stored = size;
    // SAFETY: the buffer has four bytes, and no test says that it has more than it can take.
    let result = unsafe {
        (api().get_global_property)(
            kind,
            std::ptr::from_mut(&mut value).cast::<c_void>(),
            &mut stored,
        )
    };
    (result, value, stored)
}

fn s128_keep_alive_interval_and_supported_versions() {
    const INTERVAL: WEB_SOCKET_PROPERTY_TYPE = WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE;
    const VERSIONS: WEB_SOCKET_PROPERTY_TYPE = WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE;
    for kind in [INTERVAL, VERSIONS] {
        for size in 0..4 {
            let (result, value, stored) = global(kind, size);
            returns(result, E_INSUFFICIENT_BUFFER);
            assert_eq!((value, stored), (0x5555_5555, 4));
        }
        // Without a place for the value the size can still be asked for.
        let mut size = 0;
        // SAFETY: NULL with size 0 is what a caller passes to learn the size.
        let result = unsafe { (api().get_global_property)(kind, std::ptr::null_mut(), &mut size) };
        assert!(result != S_OK, "nothing was stored, and yet S_OK");
    }
    assert_eq!(global(VERSIONS, 4), (S_OK, 13, 4));
    for kind in [0, 1, 2, 3, 4, 7, -1] {
        returns(global(kind, 4).0, E_INVALIDARG);
    }

    // The registry value is an environment variable here, so each of its values needs a process.
    let program = std::env::current_exe().expect("the path of this program");
    for (variable, interval) in [
        (None, "30000"),
        (Some("15000"), "15000"),
        (Some("15001"), "15001"),
        (Some("60000"), "60000"),
        (Some("14999"), "15000"),
        (Some("0"), "15000"),
        (Some("4294967295"), "4294967295"),
        (Some("4294967296"), "30000"),
        (Some(""), "30000"),
        (Some("-1"), "30000"),
        (Some("20s"), "30000"),
    ] {
        let mut command = Command::new(&program);
        command
            .arg(PRINT_INTERVAL)
            .env("OPENWINHTTP_WEBSOCKET_LIB", library_path())
            .env_remove(VARIABLE)
            .envs(variable.map(|value| (VARIABLE, value)));
        let output = command.output().expect("this program can be started");
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            interval,
            "{VARIABLE}={variable:?}"
        );
    }
}
