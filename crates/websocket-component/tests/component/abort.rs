//! Abort: everything queued comes back once, in order, and then nothing.

use websocket_component::{BufferType, Config, Error, Message, Queue, Role};

use crate::support::{Numbered, Seen, Step, give, open, peer_frame, step};

fn busy(role: Role) -> Numbered {
    let mut component = open(role, Config::new(role));
    for context in 1..=3 {
        component.send(Message::text("abc"), context).expect("open");
        component.receive(None, context + 10).expect("open");
    }
    component
}

/// Drains one lane with single buffers, as .NET does.
fn drain(component: &mut Numbered, queue: Queue) -> Vec<Seen> {
    let mut all = Vec::new();
    loop {
        match step(component, queue, 1).expect("no error after abort") {
            Step::Nothing => return all,
            Step::Read(_) => panic!("a read after abort"),
            Step::Seen(id, seen) => {
                assert_eq!(
                    step(component, queue, 1),
                    Ok(Step::Nothing),
                    "one at a time"
                );
                all.push(seen);
                assert!(component.complete_action(id, 0));
            }
        }
        assert!(all.len() < 100, "it must end");
    }
}

fn all_sent() -> Vec<Seen> {
    (1..=3)
        .map(|context| Seen::Sent(BufferType::TextMessage, context))
        .collect()
}

fn all_cancelled() -> Vec<Seen> {
    (11..=13).map(Seen::Cancelled).collect()
}

#[test]
fn all_operations_come_back_in_order() {
    for role in [Role::Client, Role::Server] {
        let mut component = busy(role);
        component.abort();
        component.abort();
        assert_eq!(drain(&mut component, Queue::Send), all_sent());
        assert_eq!(drain(&mut component, Queue::Receive), all_cancelled());
        assert_eq!(drain(&mut component, Queue::All), []);
        assert!(matches!(
            component.send(Message::Ping, 4),
            Err(Error::InvalidOperation(_))
        ));
        assert!(matches!(
            component.receive(None, 4),
            Err(Error::InvalidOperation(_))
        ));
    }
}

/// Statement 119: an outstanding action first has to be completed, whatever is reported.
#[test]
fn outstanding_actions_are_completed_first() {
    for role in [Role::Client, Role::Server] {
        for reported in [0, 1, usize::MAX] {
            let mut component = busy(role);
            let (write, _) = step(&mut component, Queue::Send, 2)
                .expect("a frame")
                .write();
            let read = step(&mut component, Queue::Receive, 2)
                .expect("a read")
                .read();
            component.abort();
            assert_eq!(step(&mut component, Queue::All, 2), Ok(Step::Nothing));
            assert!(component.complete_action(write, reported));
            assert!(component.complete_action(read, reported));
            assert_eq!(drain(&mut component, Queue::Send), all_sent());
            assert_eq!(drain(&mut component, Queue::Receive), all_cancelled());
        }
    }
}

/// Between the two halves of a frame as well.
#[test]
fn half_a_frame_is_left_out() {
    let mut server = busy(Role::Server);
    let (id, header) = step(&mut server, Queue::Send, 1).expect("a header").write();
    assert_eq!(header, b"\x81\x03");
    assert!(server.complete_action(id, 2));
    server.abort();
    assert_eq!(drain(&mut server, Queue::Send), all_sent());
}

/// A protocol error ends with abort: the operations come back.
#[test]
fn a_receive_error_is_cleared() {
    let mut client = busy(Role::Client);
    give(&mut client, b"\xFF\x00");
    for _ in 0..2 {
        let error = step(&mut client, Queue::Receive, 2);
        assert!(matches!(error, Err(Error::Protocol(_))), "{error:?}");
    }
    assert!(matches!(
        client.receive(None, 9),
        Err(Error::InvalidOperation(_))
    ));
    // Sending goes on.
    assert!(
        client
            .send(Message::close(1002, "reserved bits"), 4)
            .is_ok()
    );
    client.abort();
    assert_eq!(drain(&mut client, Queue::Receive), all_cancelled());
}

#[test]
fn a_pong_that_is_due_is_dropped() {
    let mut server = busy(Role::Server);
    give(&mut server, &peer_frame(Role::Server, 0x89, b"due"));
    server.abort();
    assert_eq!(drain(&mut server, Queue::Receive), all_cancelled());
}

/// Statement 117.
#[test]
fn abort_before_the_end_of_the_handshake_does_nothing() {
    let mut client = Numbered::client(Config::new(Role::Client)).expect("a client");
    client.abort();
    assert!(client.begin_client_handshake(&[], &[]).is_ok());
    client.abort();
    assert!(matches!(
        client.begin_client_handshake(&[], &[]),
        Err(Error::InvalidOperation("the handshake has already begun"))
    ));
}

/// It may be dropped at any time; Miri and the leak checker look at this one.
#[test]
fn dropping_a_busy_component() {
    let mut server = busy(Role::Server);
    let _ = step(&mut server, Queue::All, 1);
    let _ = step(&mut server, Queue::Receive, 1);
    drop(server);
}
