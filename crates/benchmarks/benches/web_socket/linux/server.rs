//! The other side: a server of our own in a process of its own, so that its CPU time does not count. One thread of tokio.
//!
//! The path says what it does with binary messages: `/echo` sends each back, others swallow them. A text message to `/source` is a
//! number: so many messages of [`PIECE`] bytes follow. Any other text message comes back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use benchmarks::frame;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use winhttp_testkit::tls::Identity;
use ws_mask::mask_in_place;
use ws_proto::handshake::accept_value;

/// Bytes of a message of the one-way measurements.
pub(crate) const PIECE: usize = 64 << 10;

/// The argument by which this program is started again.
pub(crate) const ARGUMENT: &str = "--serve";

/// A running server. Dropping it ends it.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        // Whom this process trusts signs.
        let identity = Identity::good();
        let input = process.stdin.as_mut().expect("piped");
        let pem = format!("{}{}\n\n", identity.certificate_pem, identity.key_pem);
        write!(input, "{}\n{pem}", pem.len()).expect("it listens");
        let mut output = BufReader::new(process.stdout.take().expect("piped"));
        let mut port = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("it starts");
            line.trim().parse().expect("a port")
        };
        let (port, tls_port) = (port(), port());
        Self {
            process,
            port,
            tls_port,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the other process does, until its input ends.
pub(crate) fn run() {
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    input.read_line(&mut line).expect("told the length");
    let mut pem = vec![0; line.trim().parse().expect("a length")];
    input.read_exact(&mut pem).expect("told the certificate");
    std::thread::spawn(move || {
        let _ = input.read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = super::runtime();
    runtime.block_on(async {
        let acceptor = TlsAcceptor::from(configuration(&pem));
        let (plain, secure) = (listen(), listen());
        tokio::spawn(async move {
            loop {
                let (stream, _) = secure.accept().await.expect("a connection");
                let _ = stream.set_nodelay(true);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                });
            }
        });
        loop {
            let (stream, _) = plain.accept().await.expect("a connection");
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
}

fn configuration(pem: &[u8]) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(pem).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(pem).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.expect("they belong together"))
}

/// Listens, and says where.
fn listen() -> tokio::net::TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    println!("{port}");
    listener.set_nonblocking(true).expect("a socket");
    tokio::net::TcpListener::from_std(listener).expect("a socket")
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    // A client that goes away is no matter.
    let _ = answer(&mut stream).await;
}

async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (echoes, gives) = (path == "/echo", path == "/source");
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("Sec-WebSocket-Key")
            .then_some(value)
    });
    let accept = accept_value(key.unwrap_or_default().as_bytes());
    let accept = String::from_utf8_lossy(&accept);
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.flush().await?;

    let piece = if gives {
        frame(0x82, None, &[7; PIECE])
    } else {
        Vec::new()
    };
    let mut frames = Frames::default();
    loop {
        let count = stream.read(frames.room()).await?;
        if count == 0 {
            return Ok(());
        }
        frames.end += count;
        while let Some(frame) = frames.next() {
            match frame[0] & 0x0F {
                1 if gives => {
                    let count = std::str::from_utf8(&frame[2..]).ok();
                    for _ in 0..count.and_then(|count| count.parse().ok()).unwrap_or(0u64) {
                        stream.write_all(&piece).await?;
                    }
                    stream.flush().await?;
                }
                2 if !echoes => {}
                1 | 2 | 8 => {
                    stream.write_all(frame).await?;
                    stream.flush().await?;
                }
                _ => {}
            }
        }
    }
}

/// Frames of a client as they come in.
#[derive(Default)]
struct Frames {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Frames {
    /// Where more goes, and how long the frame is that has begun, if that is known.
    fn room(&mut self) -> &mut [u8] {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let wanted = self
            .header()
            .map_or(0, |(header, payload)| header + payload);
        let wanted = wanted.max(self.end + 1).max(2048);
        if self.bytes.len() < wanted {
            self.bytes.resize(wanted, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// Bytes of the header with the key, and of the payload.
    fn header(&self) -> Option<(usize, usize)> {
        let bytes = &self.bytes[self.start..self.end];
        match bytes.get(1)? & 0x7F {
            126 => Some((
                8,
                u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?).into(),
            )),
            127 => {
                let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
                Some((14, usize::try_from(length).ok()?))
            }
            length => Some((6, length.into())),
        }
    }

    /// The next frame, if it is whole, as a server would send it.
    fn next(&mut self) -> Option<&[u8]> {
        let (header, payload) = self.header()?;
        let end = self.start + header + payload;
        if self.end < end {
            return None;
        }
        let frame = &mut self.bytes[self.start..end];
        self.start = end;
        let (head, payload) = frame.split_at_mut(header);
        let key: [u8; 4] = head[header - 4..].try_into().ok()?;
        mask_in_place(payload, key);
        head[1] &= 0x7F;
        // The header moves to where the key was.
        head.copy_within(..header - 4, 4);
        Some(&frame[4..])
    }
}
