//! The random source is the program's choice: predictable bytes for tests, and one that fails.

use std::sync::atomic::{AtomicBool, Ordering};

use websocket_component::{Config, EntropyUnavailable, Error, Message, Queue, Role};

use crate::support::{Numbered, Seen, Step, counting, give, open, step};

fn predictable() -> Config {
    Config {
        random: counting,
        ..Config::new(Role::Client)
    }
}

#[test]
fn a_predictable_source_gives_predictable_bytes() {
    let mut client = Numbered::client(predictable()).expect("a client");
    let headers = client.begin_client_handshake(&[], &[]).expect("headers");
    // The bytes 0 to 15.
    assert_eq!(headers[0].value, "AAECAwQFBgcICQoLDA0ODw==");

    let mut client = open(Role::Client, predictable());
    for (first_key, expected) in [
        (0, b"\x81\x85\x00\x01\x02\x03Hdnoo".to_vec()),
        (4, b"\x81\x85\x04\x05\x06\x07L`jkk".to_vec()),
    ] {
        client
            .send(Message::text("Hello"), first_key)
            .expect("open");
        let next = step(&mut client, Queue::Send, 2).expect("no error");
        let (id, bytes) = next.write();
        assert_eq!(bytes, expected);
        client.complete_action(id, bytes.len());
        let (id, _) = step(&mut client, Queue::Send, 2).expect("no error").seen();
        client.complete_action(id, 0);
    }
}

#[test]
fn without_randomness_there_is_no_handshake() {
    let config = Config {
        random: |_| Err(EntropyUnavailable),
        ..Config::new(Role::Client)
    };
    let mut client = Numbered::client(config).expect("a client");
    assert_eq!(client.begin_client_handshake(&[], &[]), Err(Error::Entropy));
}

/// When the source fails in the middle nothing is lost: the same action comes when it works again.
#[test]
fn a_source_may_recover() {
    static WORKS: AtomicBool = AtomicBool::new(true);
    fn unsteady(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        if WORKS.load(Ordering::Relaxed) {
            counting(bytes)
        } else {
            Err(EntropyUnavailable)
        }
    }
    let config = Config {
        random: unsteady,
        ..Config::new(Role::Client)
    };
    let mut client = open(Role::Client, config);
    client.receive(None, 1).expect("open");
    give(&mut client, b"\x89\x02hi");

    WORKS.store(false, Ordering::Relaxed);
    client.send(Message::text("x"), 2).expect("open");
    for _ in 0..3 {
        assert_eq!(step(&mut client, Queue::Send, 2), Err(Error::Entropy));
        assert_eq!(step(&mut client, Queue::Receive, 2), Err(Error::Entropy));
    }
    WORKS.store(true, Ordering::Relaxed);
    let (id, bytes) = step(&mut client, Queue::Receive, 2)
        .expect("a pong")
        .write();
    assert_eq!(bytes[..6], *b"\x8A\x82\x00\x01\x02\x03");
    assert!(client.complete_action(id, bytes.len()));
    let (id, bytes) = step(&mut client, Queue::Send, 2).expect("a frame").write();
    assert_eq!(bytes[..2], *b"\x81\x81");
    assert!(client.complete_action(id, bytes.len()));
    let (id, seen) = step(&mut client, Queue::Send, 2).expect("its end").seen();
    assert!(matches!(seen, Seen::Sent(_, 2)));
    assert!(client.complete_action(id, 0));
    assert_eq!(step(&mut client, Queue::Send, 2), Ok(Step::Nothing));
}
