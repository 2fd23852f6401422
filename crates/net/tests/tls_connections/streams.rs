//! Data over TLS, and how it ends.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::task::Poll;
use std::time::Duration;

use net::tls::{CertErrors, ClientOptions};

use crate::support::*;

fn options() -> ClientOptions {
    ClientOptions {
        ignore: CertErrors::NONE,
        ..ClientOptions::new("good.test")
    }
}

#[test]
fn large_bodies_go_both_ways_whole() {
    let identity = authority().issue("good.test");
    let size = 3_000_017;
    for mode in MODES {
        for version in VERSIONS {
            let server = Server::tls(identity.server(version), move |mut stream| {
                let mut heard = vec![0; size];
                stream.read_exact(&mut heard).unwrap();
                stream.write_all(&heard).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
            });
            let mut conn = mode.connect(server.address, &options()).unwrap();
            let data = pattern(size);
            mode.write(&mut conn, &data).unwrap();
            // Half by way of the buffer, half past it.
            let mut read = Vec::new();
            while read.len() < size / 2 {
                let count = mode.run(|cx| conn.poll_fill(cx)).unwrap();
                assert!(count > 0 && count == conn.buffered().len());
                read.extend_from_slice(conn.buffered());
                conn.consume(count);
            }
            let mut out = vec![0; 70_000];
            loop {
                match mode.run(|cx| conn.poll_read(cx, &mut out)).unwrap() {
                    0 => break,
                    count => read.extend_from_slice(&out[..count]),
                }
            }
            assert!(read == data);
            assert_eq!(mode.read(&mut conn).unwrap(), 0);
            server.end();
        }
    }
}

#[test]
fn small_reads_take_a_record_apart() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let server = Server::tls(identity.server(VERSIONS[1]), |mut stream| {
            stream.write_all(&pattern(40_000)).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        let mut read = Vec::new();
        let mut out = [0; 32];
        while read.len() < 40_000 {
            let count = mode.run(|cx| conn.poll_read(cx, &mut out)).unwrap();
            read.extend_from_slice(&out[..count]);
        }
        assert!(read == pattern(40_000));
        drop(conn);
        server.end();
    }
}

#[test]
fn an_end_between_records_is_an_end_and_one_inside_is_an_error() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        for version in VERSIONS {
            // With close_notify; without; inside of a record; and a record that is none.
            for ending in 0..4 {
                let server = Server::tls(identity.server(version), move |mut stream| {
                    stream.read_exact(&mut [0]).unwrap();
                    stream.write_all(b"answer").unwrap();
                    match ending {
                        0 => {
                            stream.conn.send_close_notify();
                            stream.flush().unwrap();
                        }
                        1 => {}
                        2 => stream
                            .sock
                            .write_all(&[0x17, 3, 3, 0, 100, 1, 2, 3])
                            .unwrap(),
                        _ => stream
                            .sock
                            .write_all(&[&[0x17, 3, 3, 0, 50][..], &[0; 50]].concat())
                            .unwrap(),
                    }
                    stream.sock.shutdown(Shutdown::Write).unwrap();
                    let _ = stream.sock.read_to_end(&mut Vec::new());
                });
                let mut conn = mode.connect(server.address, &options()).unwrap();
                mode.write(&mut conn, b"?").unwrap();
                assert_eq!(mode.read_exact(&mut conn, 6), b"answer");
                for _ in 0..2 {
                    match (ending, mode.read(&mut conn)) {
                        (0 | 1, Ok(0)) => {}
                        (2, Err(error)) => assert_eq!(error.kind(), ErrorKind::UnexpectedEof),
                        (3, Err(error)) => {
                            assert_eq!(error.kind(), ErrorKind::InvalidData);
                            assert!(error.get_ref().unwrap().is::<rustls::Error>());
                        }
                        other => panic!("{other:?}"),
                    }
                }
                drop(conn);
                server.end();
            }
        }
    }
}

#[test]
fn a_server_that_changes_keys_is_followed() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let server = Server::tls(identity.server(VERSIONS[1]), |mut stream| {
            for _ in 0..3 {
                stream.read_exact(&mut [0]).unwrap();
                stream.conn.refresh_traffic_keys().unwrap();
                stream.write_all(b"!").unwrap();
            }
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        for _ in 0..3 {
            mode.write(&mut conn, b"?").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 1), b"!");
        }
        server.end();
    }
}

#[test]
fn a_server_that_does_not_read_times_the_sender_out_and_takes_little_memory() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let server = Server::tls(identity.server(VERSIONS[1]), move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            let _ = receiver.recv();
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        conn.set_timeouts(Some(Duration::from_millis(50)), None);
        let data = pattern(1 << 16);
        let mut taken = 0usize;
        let error = loop {
            match mode.write(&mut conn, &data) {
                Ok(()) => taken += data.len(),
                Err(error) => break error,
            }
            assert!(taken < 100 << 20);
        };
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(conn.is_stale());
        // Closing does not wait for the server.
        conn.shutdown();
        drop(conn);
        drop(sender);
        server.end();
    }
}

#[test]
fn a_receive_that_takes_too_long_times_out_and_can_be_repeated() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let server = Server::tls(identity.server(VERSIONS[0]), move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            receiver.recv().unwrap();
            stream.write_all(b"late").unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        mode.write(&mut conn, b"?").unwrap();
        conn.set_timeouts(None, Some(Duration::from_millis(30)));
        assert_eq!(
            mode.read(&mut conn).unwrap_err().kind(),
            ErrorKind::TimedOut
        );
        sender.send(()).unwrap();
        conn.set_timeouts(None, None);
        assert_eq!(mode.read_exact(&mut conn, 4), b"late");
        drop(conn);
        server.end();
    }
}

#[test]
fn an_idle_connection_is_used_again_until_the_server_ends_it() {
    let identity = authority().issue("good.test");
    for version in VERSIONS {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let server = Server::tls(identity.server(version), move |mut stream| {
            for _ in 0..4 {
                stream.read_exact(&mut [0]).unwrap();
                stream.write_all(b"!").unwrap();
            }
            receiver.recv().unwrap();
            stream.conn.send_close_notify();
            stream.flush().unwrap();
            let _ = stream.sock.read_to_end(&mut Vec::new());
        });
        let mut conn = Mode::Blocking.connect(server.address, &options()).unwrap();
        // Used by both kinds of callers in turn.
        for mode in [MODES, MODES].concat() {
            mode.run(|cx| Poll::Ready(conn.attach(cx))).unwrap();
            mode.write(&mut conn, b"?").unwrap();
            assert_eq!(mode.read_exact(&mut conn, 1), b"!");
            conn.release_memory();
            assert!(!conn.is_stale());
        }
        sender.send(()).unwrap();
        assert!(conn.wait_readable(Duration::from_secs(10)));
        assert!(conn.is_stale());
        assert_eq!(Mode::Blocking.read(&mut conn).unwrap(), 0);
        drop(conn);
        server.end();
    }
}

#[test]
fn a_late_message_that_is_no_data_does_not_spoil_an_idle_connection() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let server = Server::tls(identity.server(VERSIONS[1]), |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            stream.write_all(b"!").unwrap();
            // The client says when it has read that.
            stream.sock.read_exact(&mut [0; 23]).unwrap();
            stream.conn.refresh_traffic_keys().unwrap();
            stream.flush().unwrap();
            let _ = stream.sock.read_to_end(&mut Vec::new());
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        mode.write(&mut conn, b"?").unwrap();
        assert_eq!(mode.read_exact(&mut conn, 1), b"!");
        assert!(!conn.is_stale());
        mode.write(&mut conn, b"?").unwrap();
        assert!(conn.wait_readable(Duration::from_secs(10)));
        assert!(!conn.is_stale());
        conn.shutdown();
        drop(conn);
        server.end();
    }
}

#[test]
fn another_thread_ends_a_pending_read() {
    let identity = authority().issue("good.test");
    for mode in MODES {
        let (sender, receiver) = std::sync::mpsc::channel::<net::conn::Canceller>();
        let server = Server::tls(identity.server(VERSIONS[1]), move |mut stream| {
            stream.read_exact(&mut [0]).unwrap();
            receiver.recv().unwrap().cancel();
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let mut conn = mode.connect(server.address, &options()).unwrap();
        sender.send(conn.canceller()).unwrap();
        mode.write(&mut conn, b"?").unwrap();
        assert_eq!(
            mode.read(&mut conn).unwrap_err().kind(),
            ErrorKind::ConnectionAborted
        );
        drop(conn);
        server.end();
    }
}
