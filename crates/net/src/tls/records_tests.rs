//! The records against rustls's server in memory, in pieces of every size.

use std::io::{Read, Write};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::super::{ClientOptions, Protocols};
use super::*;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS12, &rustls::version::TLS13];

/// A client and a server, and the bytes between them.
struct Pair {
    client: Records,
    server: ServerConnection,
    /// From the server, not yet delivered.
    wire: Vec<u8>,
    plain: Buffer,
    /// What the server understood.
    heard: Vec<u8>,
}

impl Pair {
    fn new(version: &'static SupportedProtocolVersion) -> Pair {
        let made = rcgen::generate_simple_self_signed(["records.test".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider().clone())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let options = ClientOptions {
            ignore: CertErrors::IGNORABLE,
            // A configuration of its own, so that nothing is resumed.
            alpn: Vec::new(),
            protocols: Protocols::ALL,
            ..ClientOptions::new("records.test")
        };
        Pair {
            client: Records::new(Client::new(&options).unwrap()),
            server: ServerConnection::new(Arc::new(config)).unwrap(),
            wire: Vec::new(),
            plain: Buffer::default(),
            heard: Vec::new(),
        }
    }

    /// Everything unsent to the server, and the server's answer to the wire.
    fn exchange(&mut self) {
        let mut unsent = self.client.unsent().to_vec();
        self.client.sent(unsent.len());
        while !unsent.is_empty() {
            let taken = self.server.read_tls(&mut &unsent[..]).unwrap();
            unsent.drain(..taken);
            self.server.process_new_packets().unwrap();
            let mut out = [0; 20000];
            while let Ok(count @ 1..) = self.server.reader().read(&mut out) {
                self.heard.extend_from_slice(&out[..count]);
            }
        }
        while self.server.wants_write() {
            self.server.write_tls(&mut self.wire).unwrap();
        }
    }

    /// At most `piece` bytes of the wire to the client; whether there were any.
    fn deliver(&mut self, piece: usize) -> bool {
        let room = self.client.room();
        let count = piece.min(self.wire.len()).min(room.len());
        room[..count].copy_from_slice(&self.wire[..count]);
        self.client.arrived(count);
        self.wire.drain(..count);
        count > 0
    }

    fn shake_hands(&mut self, piece: usize) {
        while let Handshake::Receive = self.client.handshake(&mut self.plain).unwrap() {
            self.exchange();
            assert!(self.deliver(piece));
        }
        self.exchange();
    }

    fn server_says(&mut self, data: &[u8]) {
        // rustls limits what it takes at once.
        for part in data.chunks(16384) {
            self.server.writer().write_all(part).unwrap();
            self.exchange();
        }
    }

    /// What the client reads until it needs more than the wire holds, in reads of `size`; and how it ended.
    fn client_reads(&mut self, piece: usize, size: usize) -> (Vec<u8>, Plaintext) {
        let mut read = Vec::new();
        let mut out = vec![0; size];
        loop {
            if !self.plain.is_empty() {
                let count = self.plain.take(&mut out);
                read.extend_from_slice(&out[..count]);
                continue;
            }
            match self.client.read(&mut out, &mut self.plain).unwrap() {
                Plaintext::Data(count) => read.extend_from_slice(&out[..count]),
                Plaintext::Receive if self.deliver(piece) => {}
                end => return (read, end),
            }
        }
    }

    fn client_says(&mut self, data: &[u8]) -> Vec<u8> {
        let mut rest = data;
        while !rest.is_empty() {
            while self.client.is_full() {
                self.exchange();
            }
            let count = self
                .client
                .write(&[IoSlice::new(&[]), IoSlice::new(rest)], &mut self.plain)
                .unwrap();
            assert!(count > 0 && self.client.unsent().len() <= UNSENT_LIMIT + 5 * OVERHEAD);
            rest = &rest[count..];
        }
        self.exchange();
        std::mem::take(&mut self.heard)
    }
}

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index / 3 % 253) as u8).collect()
}

#[test]
fn records_in_pieces_of_any_size_give_the_same_plaintext() {
    for version in VERSIONS {
        for (piece, size) in [
            (1, 10),
            (2, 100_000),
            (5, 7),
            (1000, 16384),
            (usize::MAX, 3),
            (usize::MAX, 100_000),
        ] {
            let mut pair = Pair::new(version);
            pair.shake_hands(piece);
            assert!(!pair.client.info().unwrap().certificates.is_empty());
            assert_eq!(pair.client_says(b"hello"), b"hello");
            let data = pattern(if piece < 100 { 40_000 } else { 400_000 });
            pair.server_says(&data);
            let (read, end) = pair.client_reads(piece, size);
            assert_eq!(
                (read == data, end),
                (true, Plaintext::Receive),
                "{version:?} {piece} {size}"
            );
            pair.server.send_close_notify();
            pair.exchange();
            assert_eq!(pair.client_reads(piece, size), (Vec::new(), Plaintext::End));
            assert_eq!(pair.client_reads(piece, size), (Vec::new(), Plaintext::End));
            // The client's side is still open.
            assert_eq!(pair.client_says(b"bye"), b"bye");
        }
    }
}

#[test]
fn a_large_upload_is_bounded_and_whole() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.shake_hands(usize::MAX);
        let data = pattern(1_000_003);
        assert!(pair.client_says(&data) == data);
    }
}

#[test]
fn several_small_parts_leave_in_one_record() {
    let mut pair = Pair::new(&rustls::version::TLS13);
    pair.shake_hands(usize::MAX);
    let parts = [
        IoSlice::new(b"head "),
        IoSlice::new(b""),
        IoSlice::new(b"body"),
    ];
    assert_eq!(pair.client.write(&parts, &mut pair.plain).unwrap(), 9);
    assert_eq!(pair.client.unsent().len(), 5 + 9 + 1 + 16);
    pair.exchange();
    assert_eq!(pair.heard, b"head body");
}

#[test]
fn what_the_server_says_during_an_upload_is_kept_in_order() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.shake_hands(usize::MAX);
        assert_eq!(pair.client_says(b"1"), b"1");
        pair.server_says(b"early ");
        // Half of the record has come when the client writes on.
        pair.deliver(10);
        assert_eq!(pair.client_says(b"2"), b"2");
        pair.deliver(usize::MAX);
        assert_eq!(pair.client_says(b"3"), b"3");
        pair.server_says(b"and late");
        assert_eq!(pair.client_reads(usize::MAX, 100).0, b"early and late");
    }
}

#[test]
fn key_updates_are_answered() {
    let mut pair = Pair::new(&rustls::version::TLS13);
    pair.shake_hands(usize::MAX);
    for round in 0..5 {
        pair.server.refresh_traffic_keys().unwrap();
        pair.server_says(b"new keys");
        assert_eq!(pair.client_reads(1 + round, 100).0, b"new keys");
        assert_eq!(pair.client_says(b"mine too"), b"mine too");
    }
}

#[test]
fn one_idle_connection_holds_no_buffers() {
    let mut pair = Pair::new(&rustls::version::TLS13);
    pair.shake_hands(usize::MAX);
    pair.server_says(&pattern(100_000));
    assert_eq!(pair.client_says(b"x"), b"x");
    assert_eq!(pair.client_reads(usize::MAX, 1000).0.len(), 100_000);
    pair.client.release_memory();
    assert_eq!(
        (
            pair.client.received.capacity(),
            pair.client.unsent.capacity()
        ),
        (0, 0)
    );
    pair.server_says(b"again");
    assert_eq!(pair.client_reads(usize::MAX, 1000).0, b"again");
}

#[test]
fn a_changed_byte_is_an_error_that_stays_and_is_told_to_the_server() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.shake_hands(usize::MAX);
        pair.server_says(b"good");
        pair.deliver(usize::MAX);
        pair.server_says(b"bad");
        let middle = pair.wire.len() - 5;
        pair.wire[middle] ^= 1;
        pair.deliver(usize::MAX);
        let mut out = [0; 100];
        assert_eq!(
            pair.client.read(&mut out, &mut pair.plain),
            Ok(Plaintext::Data(4))
        );
        assert_eq!(
            pair.client.read(&mut out, &mut pair.plain),
            Err(rustls::Error::DecryptError)
        );
        assert!(!pair.client.unsent().is_empty());
        assert_eq!(
            pair.client.read(&mut out, &mut pair.plain),
            Err(rustls::Error::DecryptError)
        );
        assert_eq!(
            pair.client.write(&[IoSlice::new(b"x")], &mut pair.plain),
            Err(rustls::Error::DecryptError)
        );
    }
}

#[test]
fn garbage_instead_of_a_handshake_is_a_channel_error() {
    for garbage in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        &[0x16, 3, 3, 0xff, 0xff, 1],
        &[0x15, 3, 3, 0, 2, 2, 70],
        &[0; 64],
    ] {
        for piece in [1, usize::MAX] {
            let mut pair = Pair::new(&rustls::version::TLS13);
            pair.wire = garbage.to_vec();
            let error = loop {
                match pair.client.handshake(&mut pair.plain) {
                    Ok(Handshake::Receive) => assert!(pair.deliver(piece), "{garbage:?} was taken"),
                    Ok(Handshake::Done) => panic!(),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, TlsError::Channel(_)), "{error:?}");
        }
    }
}

#[test]
fn an_endless_handshake_is_given_up() {
    let mut pair = Pair::new(&rustls::version::TLS13);
    let _ = pair.client.handshake(&mut pair.plain);
    pair.client.sent(usize::MAX);
    // A ServerHello that says it is 16 MiB long, in full records.
    let mut sent = 0;
    let error = loop {
        if pair.wire.is_empty() {
            let head: &[u8] = if sent == 0 {
                &[2, 0xff, 0xff, 0xff]
            } else {
                &[]
            };
            pair.wire = [
                &[0x16, 3, 3, 0x40, 0],
                head,
                &vec![0; 0x4000 - head.len()][..],
            ]
            .concat();
        }
        match pair.client.handshake(&mut pair.plain) {
            Ok(Handshake::Receive) => assert!(pair.deliver(usize::MAX)),
            Ok(Handshake::Done) => panic!(),
            Err(error) => break error,
        }
        sent += 1;
        assert!(sent < 1000 && pair.client.received.capacity() < 4 * HANDSHAKE_LIMIT);
    };
    assert!(matches!(error, TlsError::Channel(_)), "{error:?}");
}

#[test]
fn damage_to_the_servers_handshake_never_panics() {
    for version in VERSIONS {
        let mut plain = Pair::new(version);
        let _ = plain.client.handshake(&mut plain.plain);
        plain.exchange();
        for index in 0..plain.wire.len() {
            let mut pair = Pair::new(version);
            let _ = pair.client.handshake(&mut pair.plain);
            pair.exchange();
            if let Some(byte) = pair.wire.get_mut(index) {
                *byte ^= 0x41;
            }
            loop {
                match pair.client.handshake(&mut pair.plain) {
                    Ok(Handshake::Receive) if pair.deliver(usize::MAX) => {}
                    _ => break,
                }
            }
        }
    }
}
