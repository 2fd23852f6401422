//! TLS that is cut, garbled, refused, or no TLS at all.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use rustls::server::ServerSessionMemoryCache;
use rustls::{ServerConfig, ServerConnection};
use winhttp_testkit::abi::{WINHTTP_CALLBACK_STATUS_SECURE_FAILURE, WINHTTP_FLAG_SECURE};
use winhttp_testkit::calls::{Handle, RequestSpec};
use winhttp_testkit::{Client, Mode, PATIENCE, Request, Server, both_modes, response, tls};

use crate::end::*;
use crate::tls_server::{Cut, OneShot, read_to_end};

/// What a SECURE_FAILURE without a certificate at fault brings.
const CHANNEL: u32 = 0x8000_0000;

fn config(version: &'static [&'static rustls::SupportedProtocolVersion]) -> Arc<ServerConfig> {
    tls::server_with(
        tls::Identity::good(),
        tls::ServerOptions {
            versions: version,
            ..tls::ServerOptions::default()
        },
    )
}

const TLS1_2: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS1_3: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A secure GET request.
#[track_caller]
fn secure(client: &Client, port: u16) -> (Handle, Request) {
    let connect = client.connect_to("127.0.0.1", port);
    let request = client.request(
        &connect,
        &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE),
    );
    limit(&request, 12_000);
    (connect, request)
}

/// The flags of all SECURE_FAILURE notifications so far.
fn failures(client: &Client) -> Vec<u32> {
    let events = client.recorder.of(WINHTTP_CALLBACK_STATUS_SECURE_FAILURE);
    events.iter().map(|event| event.number()).collect()
}

/// How a conversation ends that is cut after `at` bytes from the server, and how many those were.
fn cut(mode: Mode, config: &Arc<ServerConfig>, at: usize, how: Cut) -> (End, Vec<u32>, usize) {
    // A memory of its own, so that no session is resumed: every conversation is the same.
    let mut config = ServerConfig::clone(config);
    config.session_storage = ServerSessionMemoryCache::new(8);
    let bytes = response("Connection: close\r\n", b"body");
    let server = OneShot::cutting(Arc::new(config), bytes, at, how);
    let client = Client::new(mode);
    let (_connect, request) = secure(&client, server.address.port());
    if how == Cut::Stall {
        limit(&request, 100);
    }
    let end = outcome(&request);
    let failures = failures(&client);
    request.close();
    (end, failures, server.finish())
}

/// Cuts the server's bytes at places all over the conversation.
fn check_cuts(
    mode: Mode,
    versions: &'static [&'static rustls::SupportedProtocolVersion],
    how: Cut,
    step: usize,
) {
    let config = config(versions);
    let (end, none, whole) = cut(mode, &config, usize::MAX, Cut::Close);
    assert_eq!((end, none), (End::body("body"), vec![]));
    let mut stages = [false; 4];
    // The first bytes are a record's head; the last ones those of the response.
    let places = (0..8)
        .chain((8..whole - 90).step_by(step))
        .chain((whole - 90..whole).step_by(9));
    for at in places {
        let (end, failures, sent) = cut(mode, &config, at, how);
        assert!(sent <= at, "{sent} bytes sent of {at}");
        let stage = match end {
            End::Send(_) => 0,
            End::Receive(_) => 1,
            End::Write(_) => unreachable!(),
            End::Read(..) => 2,
            // RFC 9112 section 8 lets a client take a cut body; WinHTTP does (behaviour 18.41).
            End::Whole(..) => 3,
        };
        let wanted: &[u32] = match (how, stage) {
            // A truncated body by its length ends normally, if it is not the end of a whole one.
            (_, 3) => &[0],
            (Cut::Close | Cut::Reset, _) => &[CONNECTION],
            (Cut::Stall, _) => &[TIMEOUT],
            // While there is no channel it is the channel's fault.
            (Cut::Garbage, 0) => &[SECURE_FAILURE],
            (Cut::Garbage, _) => &[CONNECTION, INVALID, SECURE_FAILURE],
        };
        assert!(
            wanted.contains(&end.error()),
            "{how:?} at {at} of {whole}: {end:?}"
        );
        match &end {
            End::Whole(_, body) | End::Read(_, body) => {
                assert!(b"body".starts_with(body), "{how:?} at {at}: {body:?}");
                let missing = (how != Cut::Close) && matches!(end, End::Whole(..));
                assert!(!missing || body == b"body", "{how:?} at {at}: {end:?}");
            }
            _ => {}
        }
        let reported = if end.error() == SECURE_FAILURE {
            vec![CHANNEL]
        } else {
            vec![]
        };
        assert_eq!(failures, reported, "{how:?} at {at}: {end:?}");
        stages[stage] = true;
    }
    // The places were all over the conversation. (A reset may show earlier than its place.)
    assert!(stages[0] && stages[1] || how == Cut::Reset, "{stages:?}");
    assert!(stages[2] || stages[3] || how == Cut::Reset, "{stages:?}");
}

both_modes! {
    /// Statements: behaviour 18.48, 18.41; facts 14.10
    fn bc48_tls_1_3_that_ends_anywhere(mode: Mode) {
        check_cuts(mode, TLS1_3, Cut::Close, 53);
    }

    /// Statements: behaviour 18.48, 18.41; facts 14.10
    fn bc48_tls_1_2_that_ends_anywhere(mode: Mode) {
        check_cuts(mode, TLS1_2, Cut::Close, 53);
    }

    /// Statements: behaviour 18.48; facts 14.10
    fn bc48_tls_that_is_reset_anywhere(mode: Mode) {
        check_cuts(mode, TLS1_3, Cut::Reset, 97);
        check_cuts(mode, TLS1_2, Cut::Reset, 97);
    }

    /// Statements: behaviour 18.51; facts 14.10
    fn bc51_tls_that_stalls_anywhere(mode: Mode) {
        check_cuts(mode, TLS1_3, Cut::Stall, 211);
        check_cuts(mode, TLS1_2, Cut::Stall, 211);
    }

    /// Statements: facts 14.10, 14.11
    fn f14_10_tls_that_turns_to_garbage_anywhere(mode: Mode) {
        check_cuts(mode, TLS1_3, Cut::Garbage, 97);
        check_cuts(mode, TLS1_2, Cut::Garbage, 97);
    }

    /// Servers that answer a ClientHello with something else: 12175, and the notification says that no certificate is at
    /// fault (README 42).
    /// Statements: facts 14.10, 14.11
    fn f14_10_what_is_no_tls_is_12175(mode: Mode) {
        let answers: Vec<(&str, Vec<u8>)> = vec![
            ("plain HTTP", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec()),
            ("zeros", vec![0; 100]),
            ("ones", vec![0xFF; 100]),
            ("a fatal alert", vec![0x15, 3, 3, 0, 2, 2, 40]),
            ("the alert of old servers", vec![0x15, 3, 1, 0, 2, 2, 70]),
            ("an unknown alert", vec![0x15, 3, 3, 0, 2, 2, 0xEE]),
            ("a record of 64 KiB", [&[0x16, 3, 3, 0xFF, 0xFF][..], &[0; 70_000]].concat()),
            ("an empty handshake record", vec![0x16, 3, 3, 0, 0, 0x16, 3, 3, 0, 1, 0xFF]),
            ("data before the handshake", vec![0x17, 3, 3, 0, 3, 1, 2, 3]),
            ("a handshake message of 16 MB", [&[0x16, 3, 3, 0x40, 0, 2, 0xFF, 0xFF, 0xFF][..], &[3; 16380], &[0x16, 3, 3, 0x40, 0], &[3; 16384]].concat()),
            ("a ServerHello of nothing", vec![0x16, 3, 3, 0, 4, 2, 0, 0, 0]),
            ("a ClientHello", vec![0x16, 3, 3, 0, 4, 1, 0, 0, 0]),
        ];
        for (name, bytes) in answers {
            let server = OneShot::new(move |mut socket| {
                read_hello(&mut socket);
                let _ = socket.write_all(&bytes);
                read_to_end(&mut socket);
                0
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.address.port());
            assert_eq!(outcome(&request), End::Send(SECURE_FAILURE), "{name}");
            assert_eq!(failures(&client), [CHANNEL], "{name}");
            request.close();
            server.finish();
        }
    }

    /// Statements: facts 14.10; behaviour 18.48
    fn f14_10_a_server_that_ends_instead_of_a_handshake_is_12030(mode: Mode) {
        for hello in [false, true] {
            let server = OneShot::new(move |mut socket| {
                if hello {
                    read_hello(&mut socket);
                }
                0
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.address.port());
            assert_eq!(outcome(&request), End::Send(CONNECTION), "{hello}");
            assert_eq!(failures(&client), []);
        }
    }

    /// An alert where data was awaited: before the response, and in its body.
    /// Statements: behaviour 18.48
    fn bc48_an_alert_instead_of_data_is_12030(mode: Mode) {
        for (versions, sent) in [(TLS1_3, ""), (TLS1_2, ""), (TLS1_3, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), (TLS1_2, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")] {
            let config = config(versions);
            let server = OneShot::new(move |mut socket| {
                let mut tls = ServerConnection::new(config).unwrap();
                while tls.is_handshaking() {
                    tls.complete_io(&mut socket).unwrap();
                }
                let mut stream = rustls::Stream::new(&mut tls, &mut socket);
                let mut buffer = [0; 4096];
                assert!(stream.read(&mut buffer).unwrap() > 0);
                stream.write_all(sent.as_bytes()).unwrap();
                stream.flush().unwrap();
                // A record that it cannot decrypt makes it send an alert.
                let record = [&[0x17, 3, 3, 0, 40][..], &[7; 40]].concat();
                tls.read_tls(&mut &record[..]).unwrap();
                tls.process_new_packets().unwrap_err();
                while tls.wants_write() {
                    tls.write_tls(&mut socket).unwrap();
                }
                read_to_end(&mut socket);
                0
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.address.port());
            let wanted = if sent.is_empty() { End::Receive(CONNECTION) } else { End::after("abc", CONNECTION) };
            assert_eq!(outcome(&request), wanted, "{sent:?}");
            request.close();
            server.finish();
        }
    }

    /// A plain request to a TLS server: what comes is no HTTP.
    /// Statements: facts 14.1; behaviour 18.47
    fn bc47_plain_http_to_a_tls_server(mode: Mode) {
        let server = Server::builder().tls(tls::server(tls::Identity::good())).every(|_, peer| drop(peer.read_to_end()));
        let end = fetch(mode, &server);
        assert!([INVALID, CONNECTION].contains(&end.error()), "{end:?}");
        assert!(matches!(end, End::Receive(_)), "{end:?}");
    }

    /// Bytes of the handshake one at a time, and records of one byte of data.
    /// Statements: facts 14.5; behaviour 18.53
    fn bc53_tls_byte_by_byte(mode: Mode) {
        for versions in [TLS1_2, TLS1_3] {
            let server = Server::builder().tls(config(versions)).in_pieces_of(1).every(|_, peer| {
                peer.request();
                peer.send_bytewise("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
                peer.read_to_end();
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.port());
            assert_eq!(outcome(&request), End::body("ok"));
        }
    }

    /// Messages without data do not hold a request up for ever, however fast they come: before the head, and in the body.
    /// Statements: behaviour 18.48
    fn bc48_a_flood_of_key_updates_ends(mode: Mode) {
        for sent in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"] {
            let config = config(TLS1_3);
            let server = OneShot::new(move |mut socket| {
                let mut tls = ServerConnection::new(config).unwrap();
                while tls.is_handshaking() {
                    tls.complete_io(&mut socket).unwrap();
                }
                let mut stream = rustls::Stream::new(&mut tls, &mut socket);
                assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
                stream.write_all(sent.as_bytes()).unwrap();
                stream.flush().unwrap();
                let end = Instant::now() + PATIENCE / 2;
                while Instant::now() < end {
                    for _ in 0..100 {
                        tls.refresh_traffic_keys().unwrap();
                        // Records of the new key, also without data.
                        tls.writer().write_all(b"").unwrap();
                    }
                    while tls.wants_write() {
                        if tls.write_tls(&mut socket).is_err() {
                            return 1;
                        }
                    }
                }
                0
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.address.port());
            let wanted = if sent.is_empty() { End::Receive(CONNECTION) } else { End::after("abc", CONNECTION) };
            assert_eq!(outcome(&request), wanted, "{sent:?}");
            request.close();
            assert_eq!(server.finish(), 1, "the client ended it");
        }
    }

    /// More session tickets than anybody needs, behind the handshake, are taken and forgotten.
    /// Statements: behaviour 18.48
    fn bc48_a_thousand_session_tickets(mode: Mode) {
        let mut config = ServerConfig::clone(&config(TLS1_3));
        config.send_tls13_tickets = 1000;
        let server = Server::builder().tls(Arc::new(config)).every(|_, peer| {
            peer.request();
            peer.send(response("", b"body"));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let (_connect, request) = secure(&client, server.port());
        assert_eq!(outcome(&request), End::body("body"));
    }

    /// Records that bring nothing do not go on for ever, or at least cost no memory and end with the connection.
    /// Statements: behaviour 18.48
    fn bc48_floods_of_records_end(mode: Mode) {
        // Warnings, and changes of cipher that TLS 1.3 lets pass once.
        for (name, record) in [("warnings", [0x15, 3, 3, 0, 2, 1, 90].to_vec()), ("cipher changes", [0x14, 3, 3, 0, 1, 1].to_vec())] {
            let block = record.repeat(1000);
            let server = OneShot::new(move |mut socket| {
                read_hello(&mut socket);
                let mut sent = 0;
                while sent < 64 << 20 && socket.write_all(&block).is_ok() {
                    sent += block.len();
                }
                sent
            });
            let client = Client::new(mode);
            let (_connect, request) = secure(&client, server.address.port());
            let end = outcome(&request);
            assert!([SECURE_FAILURE, CONNECTION].contains(&end.error()), "{name}: {end:?}");
            request.close();
            let sent = server.finish();
            assert!(sent < 32 << 20, "{name}: {sent} bytes were taken");
        }
    }
}

/// Takes the client's first record.
fn read_hello(socket: &mut TcpStream) {
    let mut head = [0; 5];
    socket.read_exact(&mut head).unwrap();
    let mut body = vec![0; u16::from_be_bytes([head[3], head[4]]) as usize];
    socket.read_exact(&mut body).unwrap();
}
