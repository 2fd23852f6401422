//! A divided connection: two users at the same time, plain and with TLS, blocking and polling.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

#[allow(dead_code, reason = "another program's; this one uses a part of it")]
#[path = "tls_connections/support.rs"]
mod support;

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use net::conn::{Conn, ReadHalf, WriteHalf};
use net::cx;
use net::tls::{CertErrors, Client, ClientOptions};
use rustls::{ServerConfig, ServerConnection};

use support::{Authority, MODES, Mode, VERSIONS, accept, pattern, plain};

/// What the tests are run over: without TLS, or the place of a version in [`VERSIONS`].
const KINDS: [Option<usize>; 3] = [None, Some(0), Some(1)];
const TLS: [Option<usize>; 2] = [Some(0), Some(1)];
const TLS1_3: Option<usize> = Some(1);

/// Every kind in every mode.
fn all(kinds: &[Option<usize>]) -> Vec<(Option<usize>, Mode)> {
    let modes = |kind: &Option<usize>| MODES.map(|mode| (*kind, mode));
    kinds.iter().flat_map(modes).collect()
}

/// The server's end, which one thread may read and another one write.
struct Peer {
    stream: TcpStream,
    tls: Option<Mutex<ServerConnection>>,
    /// Understood and not read.
    heard: Mutex<Vec<u8>>,
}

impl Peer {
    fn new(mut stream: TcpStream, config: Option<Arc<ServerConfig>>) -> Peer {
        let tls = config.map(|config| {
            let mut tls = ServerConnection::new(config).unwrap();
            while tls.is_handshaking() || tls.wants_write() {
                tls.complete_io(&mut stream).unwrap();
            }
            Mutex::new(tls)
        });
        Peer {
            stream,
            tls,
            heard: Mutex::default(),
        }
    }

    fn write(&self, data: &[u8]) {
        let Some(tls) = &self.tls else {
            return (&self.stream).write_all(data).unwrap();
        };
        for part in data.chunks(30_000) {
            self.send(tls, |tls| tls.writer().write_all(part).unwrap());
        }
    }

    /// Changes the keys of this direction and asks for a change of the other one.
    fn update_keys(&self) {
        let tls = self.tls.as_ref().unwrap();
        self.send(tls, |tls| tls.refresh_traffic_keys().unwrap());
    }

    /// The end of this direction.
    fn close(&self) {
        if let Some(tls) = &self.tls {
            self.send(tls, |tls| tls.send_close_notify());
        }
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    fn send(&self, tls: &Mutex<ServerConnection>, f: impl FnOnce(&mut ServerConnection)) {
        let mut bytes = Vec::new();
        let mut tls = tls.lock().unwrap();
        f(&mut tls);
        while tls.wants_write() {
            tls.write_tls(&mut bytes).unwrap();
        }
        drop(tls);
        (&self.stream).write_all(&bytes).unwrap();
    }

    fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &self.tls else {
            return (&self.stream).read(out);
        };
        let mut heard = self.heard.lock().unwrap();
        let (mut bytes, mut ended) = ([0; 20_000], false);
        while heard.is_empty() && !ended {
            let count = (&self.stream).read(&mut bytes)?;
            let mut rest = &bytes[..count];
            let mut tls = tls.lock().unwrap();
            loop {
                tls.read_tls(&mut rest)?;
                tls.process_new_packets().map_err(io::Error::other)?;
                match tls.reader().read_to_end(&mut heard) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    result => {
                        result?;
                        ended = true;
                    }
                }
                if rest.is_empty() {
                    break;
                }
            }
        }
        let count = heard.len().min(out.len());
        out[..count].copy_from_slice(&heard[..count]);
        heard.drain(..count);
        Ok(count)
    }

    fn read_exact(&self, size: usize) -> Vec<u8> {
        let (mut read, mut at) = (vec![0; size], 0);
        while at < size {
            let count = self.read(&mut read[at..]).unwrap();
            assert!(count > 0, "ended after {at} of {size}");
            at += count;
        }
        read
    }
}

/// A connection, its handshake done, and the server's end of it.
fn connect(kind: Option<usize>, mode: Mode) -> (Conn, Peer) {
    static CONFIGS: OnceLock<[Arc<ServerConfig>; 2]> = OnceLock::new();
    let config = kind.map(|index| {
        let made = || {
            let identity = Authority::new("Nobody's Root").issue("split.test");
            VERSIONS.map(|version| identity.server(version))
        };
        Arc::clone(&CONFIGS.get_or_init(made)[index])
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut conn = plain(listener.local_addr().unwrap());
    let server = thread::spawn(move || Peer::new(accept(&listener), config));
    if kind.is_some() {
        let options = ClientOptions {
            ignore: CertErrors::IGNORABLE,
            ..ClientOptions::new("split.test")
        };
        mode.run(|cx| Poll::Ready(conn.attach(cx))).unwrap();
        conn.start_tls(Client::new(&options).unwrap());
        mode.run(|cx| conn.poll_handshake(cx)).unwrap();
        // The client's last message may wait for company.
        mode.run(|cx| conn.poll_flush(cx)).unwrap();
    }
    (conn, server.join().unwrap())
}

fn split(conn: Conn, mode: Mode) -> (ReadHalf, WriteHalf) {
    let mut conn = Some(conn);
    mode.run(|cx| Poll::Ready(conn.take().unwrap().split(cx)))
        .unwrap()
}

fn halves(kind: Option<usize>, mode: Mode) -> (ReadHalf, WriteHalf, Peer) {
    let (conn, peer) = connect(kind, mode);
    let (reader, writer) = split(conn, mode);
    (reader, writer, peer)
}

fn write(mode: Mode, half: &mut WriteHalf, data: &[u8]) -> io::Result<()> {
    let mut rest = data;
    while !rest.is_empty() {
        let (front, back) = rest.split_at(rest.len() / 3);
        let bufs = [IoSlice::new(front), IoSlice::new(back)];
        let count = mode.run(|cx| half.poll_write(cx, &bufs))?;
        rest = &rest[count..];
    }
    mode.run(|cx| half.poll_flush(cx))
}

fn read(mode: Mode, half: &mut ReadHalf) -> io::Result<usize> {
    let mut out = [0; 1000];
    mode.run(|cx| half.poll_read(cx, &mut out))
}

fn read_exact(mode: Mode, half: &mut ReadHalf, size: usize, step: usize) -> Vec<u8> {
    let (mut read, mut at) = (vec![0; size], 0);
    while at < size {
        let end = size.min(at + step);
        let count = mode
            .run(|cx| half.poll_read(cx, &mut read[at..end]))
            .unwrap();
        assert!(count > 0, "ended after {at} of {size}");
        at += count;
    }
    read
}

/// As [`read`], and tells when it is about to wait.
fn read_telling(mode: Mode, half: &mut ReadHalf, waits: &Sender<()>) -> io::Result<usize> {
    let mut out = [0; 1000];
    if mode == Mode::Blocking {
        waits.send(()).unwrap();
    }
    mode.run(|cx| {
        let result = half.poll_read(cx, &mut out);
        if result.is_pending() {
            let _ = waits.send(());
        }
        result
    })
}

/// Megabytes both ways at once; the server changes keys now and then.
fn exchange(kind: Option<usize>, mode: Mode, updates: bool) {
    let size = 4_000_033;
    let (mut reader, mut writer, peer) = halves(kind, mode);
    let (there, mut back) = (pattern(size), pattern(size));
    back.reverse();
    thread::scope(|scope| {
        scope.spawn(|| {
            for part in back.chunks(200_000) {
                peer.write(part);
                if updates {
                    peer.update_keys();
                }
            }
            peer.close();
        });
        scope.spawn(|| assert!(peer.read_exact(size) == there));
        scope.spawn(|| {
            for part in there.chunks(77_777) {
                write(mode, &mut writer, part).unwrap();
            }
        });
        // Half by way of the buffer, half past it.
        let mut heard = Vec::new();
        while heard.len() < size / 2 {
            let count = mode.run(|cx| reader.poll_fill(cx)).unwrap();
            assert!(count > 0 && count == reader.buffered().len());
            heard.extend_from_slice(reader.buffered_mut());
            reader.consume(count);
        }
        let mut out = vec![0; 70_000];
        loop {
            match mode.run(|cx| reader.poll_read(cx, &mut out)).unwrap() {
                0 => break,
                count => heard.extend_from_slice(&out[..count]),
            }
        }
        assert!(heard == back);
    });
    assert_eq!(read(mode, &mut reader).unwrap(), 0);
}

#[test]
fn megabytes_go_both_ways_at_once() {
    for (kind, mode) in all(&KINDS) {
        exchange(kind, mode, false);
    }
}

#[test]
fn keys_change_while_data_goes_both_ways() {
    for (kind, mode) in all(&[TLS1_3]) {
        exchange(kind, mode, true);
    }
}

#[test]
fn a_waiting_reader_does_not_hold_the_writer_up() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        let (waits, waiting) = channel();
        thread::scope(|scope| {
            let reading = scope.spawn(move || read_telling(mode, &mut reader, &waits));
            waiting.recv().unwrap();
            write(mode, &mut writer, b"question").unwrap();
            assert_eq!(peer.read_exact(8), b"question");
            peer.write(b"answer");
            assert_eq!(reading.join().unwrap().unwrap(), 6);
        });
    }
}

#[test]
fn a_waiting_writer_does_not_hold_the_reader_up() {
    // More than the system's buffers take.
    let much = pattern(20_000_000);
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        thread::scope(|scope| {
            scope.spawn(|| write(mode, &mut writer, &much).unwrap());
            // Until the server reads, the writer cannot end; that is only after all this is heard.
            for _ in 0..20 {
                peer.write(&pattern(50_000));
                assert!(read_exact(mode, &mut reader, 50_000, 9999) == pattern(50_000));
            }
            assert!(peer.read_exact(much.len()) == much);
        });
    }
}

#[test]
fn thousands_of_answers_find_their_reader() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        let rounds = 1500;
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..rounds {
                    peer.write(&peer.read_exact(100));
                }
            });
            let (told, tell) = channel();
            scope.spawn(move || {
                for round in 0..rounds {
                    write(mode, &mut writer, &[round as u8; 100]).unwrap();
                    tell.recv().unwrap();
                }
            });
            for round in 0..rounds {
                assert_eq!(read_exact(mode, &mut reader, 100, 100), [round as u8; 100]);
                told.send(()).unwrap();
            }
        });
    }
}

#[test]
fn cancelling_ends_both_halves() {
    for (kind, mode) in all(&KINDS) {
        for by_writer in [false, true] {
            let (mut reader, mut writer, _peer) = halves(kind, mode);
            let canceller = match by_writer {
                false => reader.canceller(),
                true => writer.canceller(),
            };
            let (waits, waiting) = channel();
            thread::scope(|scope| {
                let reading = scope.spawn({
                    let (reader, waits) = (&mut reader, waits.clone());
                    move || read_telling(mode, reader, &waits)
                });
                let writing = scope.spawn({
                    let writer = &mut writer;
                    move || -> io::Result<()> {
                        let mut is_told = false;
                        loop {
                            let mut tell = || {
                                if !std::mem::replace(&mut is_told, true) {
                                    waits.send(()).unwrap();
                                }
                            };
                            // The server reads nothing.
                            if mode == Mode::Blocking {
                                tell();
                            }
                            mode.run(|cx| {
                                let result = writer
                                    .poll_write(cx, &[IoSlice::new(&[1; 50_000])])
                                    .map_ok(drop);
                                if result.is_pending() {
                                    tell();
                                }
                                result
                            })?;
                        }
                    }
                });
                waiting.recv().unwrap();
                waiting.recv().unwrap();
                canceller.cancel();
                let kinds = [
                    reading.join().unwrap().unwrap_err().kind(),
                    writing.join().unwrap().unwrap_err().kind(),
                ];
                assert_eq!(kinds, [ErrorKind::ConnectionAborted; 2]);
            });
            // And from now on.
            let again = read(mode, &mut reader).unwrap_err();
            assert_eq!(again.kind(), ErrorKind::ConnectionAborted);
            assert!(write(mode, &mut writer, b"more").is_err());
            // When the connection is gone there is nothing to cancel.
            drop((reader, writer));
            canceller.cancel();
        }
    }
}

#[test]
fn what_came_before_the_division_is_not_lost() {
    for (kind, mode) in all(&KINDS) {
        for records in [1, 3] {
            let (mut conn, peer) = connect(kind, mode);
            let data = pattern(3000);
            for part in data.chunks(3000 / records) {
                peer.write(part);
            }
            peer.close();
            mode.run(|cx| Poll::Ready(conn.attach(cx))).unwrap();
            assert!(mode.run(|cx| conn.poll_fill(cx)).unwrap() > 0);
            let head = conn.buffered()[..10].to_vec();
            conn.consume(10);
            let left = conn.buffered().to_vec();
            let (mut reader, mut writer) = split(conn, mode);
            assert!(reader.buffered() == left);
            // The writer comes upon what TLS has received; the reader gets it all the same.
            write(mode, &mut writer, b"meanwhile").unwrap();
            assert_eq!(peer.read_exact(9), b"meanwhile");
            let rest = read_exact(mode, &mut reader, 2990, 3000);
            assert!([head, rest].concat() == data);
            assert_eq!(read(mode, &mut reader).unwrap(), 0);
        }
    }
}

#[test]
fn small_reads_take_large_records_apart() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, _writer, peer) = halves(kind, mode);
        thread::scope(|scope| {
            scope.spawn(|| peer.write(&pattern(40_000)));
            assert!(read_exact(mode, &mut reader, 40_000, 32) == pattern(40_000));
        });
    }
}

#[test]
fn the_buffer_takes_no_more_than_its_limit() {
    for (kind, mode) in all(&KINDS) {
        let (mut conn, peer) = connect(kind, mode);
        conn.set_buffer_limit(5);
        let (mut reader, _writer) = split(conn, mode);
        peer.write(b"12345");
        while reader.buffered().len() < 5 {
            assert!(mode.run(|cx| reader.poll_fill(cx)).unwrap() > 0);
        }
        let error = mode.run(|cx| reader.poll_fill(cx)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
        reader.consume(5);
        peer.close();
        assert_eq!(mode.run(|cx| reader.poll_fill(cx)).unwrap(), 0);
    }
}

#[test]
fn each_half_has_its_own_time_limit() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        reader.set_timeout(Some(Duration::from_millis(20)));
        for _ in 0..2 {
            let error = read(mode, &mut reader).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        }
        write(mode, &mut writer, b"question").unwrap();
        assert_eq!(peer.read_exact(8), b"question");
        reader.set_timeout(None);
        reader.forget_waits();
        peer.write(b"answer");
        assert_eq!(read(mode, &mut reader).unwrap(), 6);
        writer.set_timeout(Some(Duration::from_millis(20)));
        writer.forget_waits();
        let error = write(mode, &mut writer, &pattern(20_000_000)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        peer.write(b"more");
        assert_eq!(read(mode, &mut reader).unwrap(), 4);
    }
}

#[test]
fn reading_goes_on_after_the_sending_side_is_shut() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        let taken = mode.run(|cx| writer.poll_write(cx, &[IoSlice::new(b"last")]));
        assert_eq!(taken.unwrap(), 4);
        // Not flushed: it is sent all the same.
        writer.shutdown();
        writer.shutdown();
        let error = write(mode, &mut writer, b"more").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        assert_eq!(peer.read_exact(4), b"last");
        assert_eq!(peer.read(&mut [0]).unwrap(), 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                peer.write(&pattern(300_000));
                peer.close();
            });
            assert!(read_exact(mode, &mut reader, 300_000, 4096) == pattern(300_000));
            assert_eq!(read(mode, &mut reader).unwrap(), 0);
        });
    }
}

#[test]
fn shutting_after_the_server_ended_returns() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        peer.close();
        assert_eq!(read(mode, &mut reader).unwrap(), 0);
        write(mode, &mut writer, b"still").unwrap();
        writer.shutdown();
        assert_eq!(read(mode, &mut reader).unwrap(), 0);
        assert_eq!(peer.read_exact(5), b"still");
        assert_eq!(peer.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn the_reader_sends_the_alert_of_an_idle_writer() {
    for (kind, mode) in all(&TLS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        let garbage = [&[0x17, 3, 3, 0, 50][..], &[0; 50]].concat();
        (&peer.stream).write_all(&garbage).unwrap();
        for _ in 0..2 {
            let error = read(mode, &mut reader).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert!(error.get_ref().unwrap().is::<rustls::Error>());
        }
        let error = peer.read(&mut [0]).unwrap_err();
        let heard = error.get_ref().unwrap().downcast_ref::<rustls::Error>();
        let alert = rustls::AlertDescription::BadRecordMac;
        assert_eq!(heard, Some(&rustls::Error::AlertReceived(alert)));
        let error = write(mode, &mut writer, b"more").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}

#[test]
fn an_end_inside_a_record_is_an_error() {
    for (kind, mode) in all(&TLS) {
        let (mut reader, _writer, peer) = halves(kind, mode);
        peer.write(b"answer");
        (&peer.stream)
            .write_all(&[0x17, 3, 3, 0, 100, 1, 2, 3])
            .unwrap();
        peer.stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_exact(mode, &mut reader, 6, 6), b"answer");
        for _ in 0..2 {
            let error = read(mode, &mut reader).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        }
    }
}

#[test]
fn a_blocking_caller_may_poll_halves_that_do_not_block() {
    for kind in KINDS {
        let (mut reader, mut writer, peer) = halves(kind, Mode::Polling);
        thread::scope(|scope| {
            let reading = scope.spawn(move || read_exact(Mode::Blocking, &mut reader, 6, 6));
            write(Mode::Blocking, &mut writer, b"question").unwrap();
            assert_eq!(peer.read_exact(8), b"question");
            peer.write(b"answer");
            assert_eq!(reading.join().unwrap(), b"answer");
        });
    }
}

#[test]
fn memory_given_back_while_in_use_loses_nothing() {
    for (kind, mode) in all(&KINDS) {
        let (mut reader, mut writer, peer) = halves(kind, mode);
        let data = pattern(1_000_003);
        thread::scope(|scope| {
            scope.spawn(|| peer.write(&data));
            scope.spawn(|| assert!(peer.read_exact(data.len()) == data));
            scope.spawn(|| {
                for part in data.chunks(5000) {
                    write(mode, &mut writer, part).unwrap();
                    writer.release_memory();
                }
            });
            let mut heard = Vec::new();
            while heard.len() < data.len() {
                assert!(mode.run(|cx| reader.poll_fill(cx)).unwrap() > 0);
                let part = reader.buffered().len().div_ceil(2);
                heard.extend_from_slice(&reader.buffered()[..part]);
                reader.consume(part);
                reader.release_memory();
                heard.extend_from_slice(reader.buffered());
                reader.consume(usize::MAX);
            }
            assert!(heard == data);
        });
    }
}

#[test]
fn an_unfinished_handshake_cannot_be_divided() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut conn = plain(listener.local_addr().unwrap());
    conn.start_tls(Client::new(&ClientOptions::new("split.test")).unwrap());
    let error = cx::block_on(|cx| {
        let mut other = plain(listener.local_addr().unwrap());
        std::mem::swap(&mut conn, &mut other);
        Poll::Ready(other.split(cx).map(drop))
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
}
