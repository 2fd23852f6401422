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

    // Two components with the same source mask alike, each frame with a key of its own.
    let frames = || {
        let mut client = open(Role::Client, predictable());
        [1, 2].map(|context| {
            client.send(Message::text("Hello"), context).expect("open");
            let next = step(&mut client, Queue::Send, 2).expect("no error");
            let (id, bytes) = next.write();
            client.complete_action(id, bytes.len());
            let (id, _) = step(&mut client, Queue::Send, 2).expect("no error").seen();
            client.complete_action(id, 0);
            bytes
        })
    };
    let [first, second] = frames();
    assert_eq!(frames(), [first.clone(), second.clone()]);
    assert_ne!(first[2..6], second[2..6]);
    for frame in [first, second] {
        assert_eq!(frame[..2], *b"\x81\x85");
        let plain = frame[6..]
            .iter()
            .zip(&frame[2..6].repeat(2))
            .map(|(a, b)| a ^ b)
            .collect::<Vec<u8>>();
        assert_eq!(plain, b"Hello");
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

/// When the source fails at the first key nothing is lost: the same action comes when it works again.
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
    assert_eq!(bytes[..2], *b"\x8A\x82");
    assert!(client.complete_action(id, bytes.len()));
    let (id, bytes) = step(&mut client, Queue::Send, 2).expect("a frame").write();
    assert_eq!(bytes[..2], *b"\x81\x81");
    assert!(client.complete_action(id, bytes.len()));
    let (id, seen) = step(&mut client, Queue::Send, 2).expect("its end").seen();
    assert!(matches!(seen, Seen::Sent(_, 2)));
    assert!(client.complete_action(id, 0));
    assert_eq!(step(&mut client, Queue::Send, 2), Ok(Step::Nothing));
}
