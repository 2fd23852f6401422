//! Who is trusted, what is agreed on, and how it fails.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use net::tls::{
    Authentication, CertErrors, Client, ClientOptions, Hash, Protocols, TlsError, Version,
};
use rcgen::{CertificateParams, date_time_ymd};

use crate::support::*;

/// Reads a byte and answers with one; gives what the client sent.
fn answer(mut stream: Stream) -> Vec<u8> {
    let mut byte = [0];
    match stream.read_exact(&mut byte) {
        Ok(()) => {
            stream.write_all(b"!").unwrap();
            let mut rest = byte.to_vec();
            let _ = stream.read_to_end(&mut rest);
            rest
        }
        Err(_) => Vec::new(),
    }
}

#[test]
fn a_trusted_server_is_reached_and_the_facts_are_told() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        for (version, told) in VERSIONS.into_iter().zip([Version::Tls12, Version::Tls13]) {
            let server = Server::tls(identity.server(version), answer);
            let mut conn = mode
                .connect(server.address, &ClientOptions::new("Good.Test"))
                .unwrap();
            let info = conn.tls_info().unwrap().clone();
            assert_eq!(info.version, told);
            assert!(
                [128, 256].contains(&info.suite.key_bits) && info.suite.name.starts_with("TLS_")
            );
            assert_eq!((info.exchange.group, info.exchange.bits), (0x1d, 255));
            assert_eq!(info.authentication, Authentication::Ecdsa);
            assert_eq!(info.certificates, [identity.certificate.to_vec()]);
            assert_eq!(
                (info.cert_errors, info.resumed, &info.alpn),
                (CertErrors::NONE, false, &None)
            );
            let certificate = info.server_certificate().unwrap();
            assert_eq!(
                (certificate.subject.as_str(), certificate.key_bits),
                ("good.test", 256)
            );
            assert!(certificate.issuer.ends_with("Trusted Root"));
            assert_eq!(certificate.signature_hash, Some(Hash::Sha256));
            mode.write(&mut conn, b"?").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 1), b"!");
            conn.shutdown();
            assert_eq!(server.end(), b"?");
        }
    }
    let log = std::fs::read_to_string(authority().directory.join("keys.log")).unwrap();
    assert!(log.contains("CLIENT_RANDOM ") && log.contains("CLIENT_TRAFFIC_SECRET_0 "));
}

/// Statements: facts 14.11; behaviour 18.108, 18.112
#[test]
fn f14_11_bc108_bc112_a_refused_server_gets_no_byte_and_all_reasons_come_at_once() {
    let trusted = authority();
    let foreign = Authority::new("Foreign Root");
    let old = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    };
    let mut lone = CertificateParams::new(["bad.test".to_owned()]).unwrap();
    old(&mut lone);
    let cases = [
        (foreign.issue("good.test"), 0x8),
        (trusted.issue("bad.test"), 0x10),
        (trusted.issue_with("good.test", old), 0x20),
        (foreign.issue("bad.test"), 0x18),
        (foreign.issue_with("good.test", old), 0x28),
        (Identity::self_signed(lone), 0x38),
    ];
    for mode in MODES {
        for version in VERSIONS {
            for (identity, reasons) in &cases {
                let server = Server::tls(identity.server(version), answer);
                match mode.connect(server.address, &ClientOptions::new("good.test")) {
                    Err(TlsError::Certificate(told)) => assert_eq!(told.bits(), *reasons),
                    other => panic!("{other:?}"),
                }
                assert_eq!(server.end(), b"");
            }
        }
    }
}

#[test]
fn ignored_reasons_do_not_fail_but_are_remembered_also_by_resumed_sessions() {
    authority();
    let identity = Authority::new("Foreign Root").issue("bad.test");
    let ignore = CertErrors::INVALID_CA | CertErrors::CN_INVALID;
    for mode in MODES {
        for version in VERSIONS {
            let config = identity.server(version);
            // A configuration of its own for each round.
            let alpn = vec![format!("{mode:?}{version:?}").into_bytes()];
            for round in 0..3 {
                let server = Server::tls(config.clone(), answer);
                let options = ClientOptions {
                    ignore,
                    alpn: alpn.clone(),
                    ..ClientOptions::new("good.test")
                };
                let mut conn = mode.connect(server.address, &options).unwrap();
                let info = conn.tls_info().unwrap().clone();
                assert_eq!((info.cert_errors.bits(), info.resumed), (0x18, round > 0));
                assert_eq!(info.certificates, [identity.certificate.to_vec()]);
                mode.write(&mut conn, b"?").unwrap();
                assert_eq!(mode.read_exact(&mut conn, 1), b"!");
                drop(conn);
                server.end();
            }
            // One of two does not help.
            let server = Server::tls(config, answer);
            let options = ClientOptions {
                ignore: CertErrors::INVALID_CA,
                ..ClientOptions::new("good.test")
            };
            let error = mode.connect(server.address, &options).unwrap_err();
            assert!(
                matches!(error, TlsError::Certificate(CertErrors::CN_INVALID))
                    || cert_bits(&error) == 0x18
            );
            server.end();
        }
    }
}

fn cert_bits(error: &TlsError) -> u32 {
    match error {
        TlsError::Certificate(reasons) => reasons.bits(),
        _ => 0,
    }
}

#[test]
fn a_self_signed_server_that_is_itself_trusted_is_reached() {
    // The roots of this process hold the authority alone: here it serves itself.
    let trusted = authority();
    assert!(trusted.pem().contains("BEGIN CERTIFICATE"));
    let server = Server::tls(trusted.serve_itself(), answer);
    let options = ClientOptions {
        ignore: CertErrors::CN_INVALID,
        ..ClientOptions::new("good.test")
    };
    let conn = Mode::Blocking.connect(server.address, &options).unwrap();
    assert_eq!(conn.tls_info().unwrap().cert_errors, CertErrors::CN_INVALID);
    drop(conn);
    server.end();
}

#[test]
fn addresses_are_names_of_servers_too() {
    let identity = authority().issue("127.0.0.1");
    let server = Server::tls(identity.server(VERSIONS[1]), answer);
    Mode::Blocking
        .connect(server.address, &ClientOptions::new("127.0.0.1"))
        .unwrap();
    server.end();
}

#[test]
fn alpn_is_negotiated() {
    let identity = authority().issue("good.test");
    let mut config = (*identity.server(VERSIONS[1])).clone();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let server = Server::tls(config.into(), answer);
    let options = ClientOptions {
        alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        ..ClientOptions::new("good.test")
    };
    let conn = Mode::Blocking.connect(server.address, &options).unwrap();
    assert_eq!(
        conn.tls_info().unwrap().alpn.as_deref(),
        Some(&b"http/1.1"[..])
    );
    drop(conn);
    server.end();
}

#[test]
fn without_a_common_version_there_is_no_channel() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        for (server, client) in [
            (VERSIONS[0], Protocols::TLS1_3),
            (VERSIONS[1], Protocols::TLS1_2),
        ] {
            let server = Server::tls(identity.server(server), answer);
            let options = ClientOptions {
                protocols: client,
                ..ClientOptions::new("good.test")
            };
            let error = mode.connect(server.address, &options).unwrap_err();
            assert!(matches!(error, TlsError::Channel(_)), "{error:?}");
            assert_eq!(server.end(), b"");
        }
    }
    let options = ClientOptions {
        protocols: Protocols::NONE,
        ..ClientOptions::new("good.test")
    };
    assert!(matches!(Client::new(&options), Err(TlsError::Channel(_))));
}

#[test]
fn chosen_versions_are_kept_to() {
    let identity = authority().issue("good.test");
    for (client, told) in [
        (Protocols::TLS1_2, Version::Tls12),
        (Protocols::TLS1_3, Version::Tls13),
    ] {
        let mut config = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.clone()], identity.key_der())
            .unwrap();
        config.max_fragment_size = Some(512);
        let server = Server::tls(config.into(), answer);
        let options = ClientOptions {
            protocols: client,
            ..ClientOptions::new("good.test")
        };
        let conn = Mode::Blocking.connect(server.address, &options).unwrap();
        assert_eq!(conn.tls_info().unwrap().version, told);
        drop(conn);
        server.end();
    }
}

#[test]
fn a_server_that_speaks_something_else_is_no_channel() {
    authority();
    for mode in MODES {
        let server = Server::tcp(|mut stream| {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let error = mode
            .connect(server.address, &ClientOptions::new("good.test"))
            .unwrap_err();
        assert!(matches!(error, TlsError::Channel(_)), "{error:?}");
        server.end();
    }
}

#[test]
fn a_server_that_hangs_up_or_is_silent_is_an_io_error() {
    authority();
    for mode in MODES {
        let server = Server::tcp(|mut stream| {
            // Everything the client has to say, so that the end is no reset.
            let mut head = [0; 5];
            stream.read_exact(&mut head).unwrap();
            let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
            stream.read_exact(&mut vec![0; length]).unwrap();
        });
        let error = mode
            .connect(server.address, &ClientOptions::new("good.test"))
            .unwrap_err();
        assert!(
            matches!(&error, TlsError::Io(error) if error.kind() == ErrorKind::UnexpectedEof),
            "{error:?}"
        );
        server.end();

        let server = Server::tcp(|mut stream| stream.read_to_end(&mut Vec::new()).map(|_| ()));
        let mut conn = plain(server.address);
        conn.set_timeouts(None, Some(Duration::from_millis(50)));
        conn.start_tls(Client::new(&ClientOptions::new("good.test")).unwrap());
        let error = mode.run(|cx| conn.poll_handshake(cx)).unwrap_err();
        assert!(
            matches!(&error, TlsError::Io(error) if error.kind() == ErrorKind::TimedOut),
            "{error:?}"
        );
        drop(conn);
        let _ = server.end();
    }
}

#[test]
fn a_cancelled_handshake_ends() {
    authority();
    for mode in MODES {
        // The server cancels its client when the first bytes have come.
        let (sender, receiver) = std::sync::mpsc::channel::<net::conn::Canceller>();
        let server = Server::tcp(move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            receiver.recv().unwrap().cancel();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let mut conn = plain(server.address);
        sender.send(conn.canceller()).unwrap();
        conn.start_tls(Client::new(&ClientOptions::new("good.test")).unwrap());
        let error = mode.run(|cx| conn.poll_handshake(cx)).unwrap_err();
        assert!(matches!(error, TlsError::Io(_)), "{error:?}");
        drop(conn);
        server.end();
    }
}

#[test]
fn handshakes_byte_by_byte_come_to_the_same() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        for version in VERSIONS {
            let server = Server::tls(identity.server(version), answer);
            let address = server.address;
            let drip = Server::tcp(move |client| {
                drip(client, std::net::TcpStream::connect(address).unwrap())
            });
            let mut conn = mode
                .connect(drip.address, &ClientOptions::new("good.test"))
                .unwrap();
            mode.write(&mut conn, b"?").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 1), b"!");
            conn.shutdown();
            assert_eq!(server.end(), b"?");
            drop(conn);
            drip.end();
        }
    }
}

/// Forwards both ways; to the client one byte at a time.
fn drip(mut client: std::net::TcpStream, mut server: std::net::TcpStream) {
    client.set_nodelay(true).unwrap();
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let up = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(std::net::Shutdown::Write);
    });
    let mut byte = [0];
    while server.read_exact(&mut byte).is_ok() && client.write_all(&byte).is_ok() {}
    let _ = client.shutdown(std::net::Shutdown::Write);
    up.join().unwrap();
}
