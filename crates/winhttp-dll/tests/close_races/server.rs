//! A server that answers, stalls and resets, as the path of each request says: `/<behaviour>/<length of the answer>`.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::{Domain, SockRef, Socket, Type};
use winhttp_testkit::tls;

use crate::violation;

/// What the server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Behaviour {
    Answer,
    Chunked,
    InPieces,
    Informational,
    StallBeforeHead,
    StallInHead,
    StallInBody,
    ResetBeforeHead,
    ResetInBody,
    CloseInBody,
    Garbage,
    /// Reads nothing of the body for a while, and never answers.
    StallReading,
    /// Answers at once and resets, without reading the body.
    RefuseBody,
}

impl Behaviour {
    pub(crate) const ALL: [Self; 13] = [
        Self::Answer,
        Self::Chunked,
        Self::InPieces,
        Self::Informational,
        Self::StallBeforeHead,
        Self::StallInHead,
        Self::StallInBody,
        Self::ResetBeforeHead,
        Self::ResetInBody,
        Self::CloseInBody,
        Self::Garbage,
        Self::StallReading,
        Self::RefuseBody,
    ];
}

/// Where everything listens.
pub(crate) struct Ports {
    /// Several, as closed connections keep their pair of ports for a while.
    pub(crate) plain: Vec<u16>,
    pub(crate) tls: u16,
    /// Accepts TCP and never says anything: TLS handshakes stall.
    pub(crate) mute: u16,
    /// Accepts nothing: connecting stalls.
    pub(crate) full: u16,
    _kept: Vec<Socket>,
}

/// Starts the servers; they run until the process ends.
pub(crate) fn start() -> Ports {
    let config = tls::server(tls::Identity::named(&["localhost", "127.0.0.1"]));
    let plain = (0..8).map(|_| listen(serve)).collect();
    let tls = listen(move |socket| serve_tls(socket, Arc::clone(&config)));
    let mute = listen(|mut socket| drain(&mut socket));
    let (full, kept) = listen_full();
    Ports {
        plain,
        tls,
        mute,
        full,
        _kept: kept,
    }
}

/// The `index`-th byte of every answer's body.
pub(crate) fn answer_byte(index: u64) -> u8 {
    (index % 251) as u8
}

/// The `index`-th byte of every request's body.
pub(crate) fn request_byte(index: u64) -> u8 {
    (index % 241) as u8 + 7
}

fn listen(run: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = listener.local_addr().expect("bound").port();
    let run = Arc::new(run);
    thread::spawn(move || {
        loop {
            let Ok((socket, _)) = listener.accept() else {
                continue;
            };
            let run = Arc::clone(&run);
            let limit = Some(Duration::from_secs(60));
            if socket.set_read_timeout(limit).is_ok() && socket.set_write_timeout(limit).is_ok() {
                // A thread that cannot be started resets the connection.
                drop(
                    thread::Builder::new()
                        .stack_size(256 * 1024)
                        .spawn(move || run(socket)),
                );
            }
        }
    });
    port
}

/// A listener whose queue is full.
fn listen_full() -> (u16, Vec<Socket>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    listener.bind(&any.into()).expect("a port is free");
    listener.listen(0).expect("bound");
    let address = listener.local_addr().expect("bound");
    let mut kept = vec![listener];
    for _ in 0..4 {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_nonblocking(true).expect("a socket");
        drop(socket.connect(&address));
        kept.push(socket);
    }
    (address.as_socket().expect("TCP").port(), kept)
}

fn serve_tls(socket: TcpStream, config: Arc<ServerConfig>) {
    let connection = ServerConnection::new(config).expect("a valid configuration");
    serve(StreamOwned::new(connection, socket));
}

trait Stream: Read + Write {
    fn socket(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

fn serve(mut stream: impl Stream) {
    let mut unread = Vec::new();
    // An error is the client's going, which is what this is all about.
    while let Ok(true) = exchange(&mut stream, &mut unread) {}
}

/// One request; whether another may follow.
fn exchange(stream: &mut impl Stream, unread: &mut Vec<u8>) -> io::Result<bool> {
    let end = loop {
        if let Some(at) = unread.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        if more(stream, unread)? == 0 {
            return Ok(false);
        }
    };
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    unread.drain(..end);
    let Some((behaviour, length)) = parse(&head) else {
        violation(format!("the server got a head that nobody sent: {head:?}"));
        return Ok(false);
    };
    let body = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    match behaviour {
        Behaviour::RefuseBody => {
            stream
                .write_all(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            stream.flush()?;
            return reset(stream);
        }
        Behaviour::StallReading => thread::sleep(Duration::from_millis(20)),
        _ => {}
    }
    read_body(stream, unread, body)?;
    let plain = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let part = length / 2;
    match behaviour {
        Behaviour::Answer => {
            stream.write_all(&[plain.as_bytes(), &answer(0, length)].concat())?;
        }
        Behaviour::Informational => {
            stream.write_all(b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n")?;
            stream.flush()?;
            stream.write_all(plain.as_bytes())?;
            stream.write_all(&answer(0, length))?;
        }
        Behaviour::Chunked => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            for (from, to) in [(0, part), (part, length)] {
                if from < to {
                    let size = format!("{:x}\r\n", to - from);
                    stream.write_all(
                        &[size.as_bytes(), &answer(from, to), b"\r\n".as_slice()].concat(),
                    )?;
                    stream.flush()?;
                    thread::yield_now();
                }
            }
            stream.write_all(b"0\r\n\r\n")?;
        }
        Behaviour::InPieces => {
            let all = [plain.as_bytes(), &answer(0, length)].concat();
            for piece in all.chunks(all.len().div_ceil(5)) {
                stream.write_all(piece)?;
                stream.flush()?;
                thread::yield_now();
            }
        }
        Behaviour::StallBeforeHead | Behaviour::StallReading | Behaviour::RefuseBody => {
            drain(stream);
            return Ok(false);
        }
        Behaviour::StallInHead => {
            stream.write_all(&plain.as_bytes()[..20])?;
            stream.flush()?;
            drain(stream);
            return Ok(false);
        }
        Behaviour::ResetBeforeHead => return reset(stream),
        Behaviour::StallInBody | Behaviour::ResetInBody | Behaviour::CloseInBody => {
            stream.write_all(&[plain.as_bytes(), &answer(0, part)].concat())?;
            stream.flush()?;
            match behaviour {
                Behaviour::StallInBody => drain(stream),
                Behaviour::ResetInBody => return reset(stream),
                _ => {}
            }
            return Ok(false);
        }
        Behaviour::Garbage => {
            stream.write_all(b"\0\x01\x02 what is this\r\n\r\n")?;
            stream.flush()?;
            return Ok(false);
        }
    }
    stream.flush()?;
    Ok(true)
}

fn parse(head: &str) -> Option<(Behaviour, u64)> {
    let mut path = head.split(' ').nth(1)?.split('/').skip(1);
    let behaviour: usize = path.next()?.parse().ok()?;
    Some((*Behaviour::ALL.get(behaviour)?, path.next()?.parse().ok()?))
}

fn answer(from: u64, to: u64) -> Vec<u8> {
    (from..to).map(answer_byte).collect()
}

/// Reads the body and looks whether it is what the application gave: its memory was not used after it got it back.
fn read_body(stream: &mut impl Stream, unread: &mut Vec<u8>, length: u64) -> io::Result<()> {
    let mut at = 0;
    while at < length {
        if unread.is_empty() && more(stream, unread)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = unread.len().min((length - at) as usize);
        for byte in unread.drain(..count) {
            if byte != request_byte(at) {
                violation(format!("byte {at} of a request's body is {byte:#x}"));
                return Err(io::ErrorKind::InvalidData.into());
            }
            at += 1;
        }
    }
    Ok(())
}

fn more(stream: &mut impl Stream, unread: &mut Vec<u8>) -> io::Result<usize> {
    let mut buffer = vec![0; 64 * 1024];
    let count = stream.read(&mut buffer)?;
    unread.extend_from_slice(&buffer[..count]);
    Ok(count)
}

/// Says nothing until the client goes.
fn drain(stream: &mut impl Stream) {
    let mut buffer = vec![0; 64 * 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

fn reset(stream: &impl Stream) -> io::Result<bool> {
    SockRef::from(stream.socket()).set_linger(Some(Duration::ZERO))?;
    Ok(false)
}
