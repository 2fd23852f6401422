//! Connections without TLS: the read buffer and the way past it.

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::time::Duration;

use net::tls::{Client, ClientOptions};

use crate::support::*;

#[test]
fn the_buffer_grows_to_its_limit_and_reads_take_from_it_first() {
    for mode in MODES {
        let server = Server::tcp(|mut stream| {
            stream.write_all(&pattern(50_000)).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let mut conn = plain(server.address);
        conn.set_buffer_limit(20_000);
        while conn.buffered().len() < 20_000 {
            assert!(mode.run(|cx| conn.poll_fill(cx)).unwrap() > 0);
        }
        assert_eq!(conn.buffered(), &pattern(50_000)[..20_000]);
        assert_eq!(
            mode.run(|cx| conn.poll_fill(cx)).unwrap_err().kind(),
            ErrorKind::QuotaExceeded
        );
        conn.consume(5);
        assert_eq!(mode.read_exact(&mut conn, 49_995), &pattern(50_000)[5..]);
        conn.shutdown();
        assert_eq!(mode.read(&mut conn).unwrap(), 0);
        server.end();
    }
}

#[test]
fn parts_leave_in_order_and_without_a_flush() {
    for mode in MODES {
        let server = Server::tcp(|mut stream| {
            let mut heard = [0; 9];
            stream.read_exact(&mut heard).unwrap();
            heard
        });
        let mut conn = plain(server.address);
        let parts = [
            IoSlice::new(b"head "),
            IoSlice::new(b""),
            IoSlice::new(b"body"),
        ];
        assert_eq!(mode.run(|cx| conn.poll_write(cx, &parts)).unwrap(), 9);
        assert_eq!(
            mode.run(|cx| conn.poll_write(cx, &[IoSlice::new(b"")]))
                .unwrap(),
            0
        );
        assert_eq!(&server.end(), b"head body");
    }
}

#[test]
fn idle_connections_are_stale_when_something_comes_or_they_end() {
    for bytes in [&b"unasked"[..], b""] {
        let server = Server::tcp(move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(bytes).unwrap();
        });
        let mut conn = plain(server.address);
        assert!(!conn.is_stale() && !conn.wait_readable(Duration::ZERO));
        Mode::Blocking.write(&mut conn, b"?").unwrap();
        assert!(conn.wait_readable(Duration::from_secs(10)) && conn.is_stale());
        server.end();
    }
}

#[test]
fn tls_starts_with_what_was_not_consumed_after_a_tunnel_was_made() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let config = identity.server(VERSIONS[1]);
        let server = Server::tcp(move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(b"200").unwrap();
            let mut stream = Stream::new(rustls::ServerConnection::new(config).unwrap(), stream);
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(b"inner").unwrap();
        });
        let mut conn = plain(server.address);
        mode.write(&mut conn, b"C").unwrap();
        assert_eq!(mode.run(|cx| conn.poll_fill(cx)).unwrap(), 3);
        conn.consume(3);
        conn.start_tls(Client::new(&ClientOptions::new("good.test")).unwrap());
        assert!(conn.tls_info().is_none());
        mode.run(|cx| conn.poll_handshake(cx)).unwrap();
        mode.run(|cx| conn.poll_handshake(cx)).unwrap();
        mode.write(&mut conn, b"?").unwrap();
        assert_eq!(mode.read_exact(&mut conn, 5), b"inner");
        server.end();
    }
}
