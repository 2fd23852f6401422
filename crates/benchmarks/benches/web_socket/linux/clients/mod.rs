//! The programs that are measured. Each function makes one: a closure that does one round trip, many messages, or several
//! chains of round trips.

pub(crate) mod abi;
pub(crate) mod limit;
pub(crate) mod ours;
pub(crate) mod tokio_peers;
pub(crate) mod tungstenite;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use winhttp_testkit::tls;

/// The least that any program must do.
pub(crate) const LIMIT: &str = "limit";
/// The safe Rust API: `openwinhttp`.
pub(crate) const RUST: &str = "ours, Rust API";
/// The exported functions of the built library.
pub(crate) const ABI: &str = "ours, C ABI";
pub(crate) const TUNGSTENITE: &str = "tungstenite";
pub(crate) const TOKIO_TUNGSTENITE: &str = "tokio-tungstenite";
pub(crate) const FASTWEBSOCKETS: &str = "fastwebsockets";
pub(crate) const TOKIO_WEBSOCKETS: &str = "tokio-websockets";

/// Of so many connections, one notes how long its round trips take: noting needs a lock.
pub(crate) const SAMPLED: usize = 16;

/// Which way messages of the one-way measurement go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Sending,
    Receiving,
}

impl Way {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Sending => "/sink",
            Self::Receiving => "/source",
        }
    }
}

/// A stream of bytes that blocks: for the limit and the peers.
pub(crate) trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection after the WebSocket's handshake.
pub(crate) fn upgraded(port: u16, path: &str) -> TcpStream {
    let mut stream = connect(port);
    upgrade(&mut stream, port, path);
    stream
}

/// The same, with TLS if so wanted.
pub(crate) fn upgraded_stream(port: u16, secure: bool, path: &str) -> Box<dyn Stream> {
    if !secure {
        return Box::new(upgraded(port, path));
    }
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(tls::authority().file()).expect("a certificate");
    roots.add(authority).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("an address");
    let tls = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(tls, connect(port));
    upgrade(&mut stream, port, path);
    Box::new(stream)
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    stream.set_nodelay(true).expect("a TCP socket");
    stream
}

fn upgrade(stream: &mut impl Stream, port: u16, path: &str) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    // The server speaks only when it is spoken to: nothing follows the head.
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut piece).expect("an answer");
        assert_ne!(count, 0, "the server closed the connection");
        head.extend_from_slice(&piece[..count]);
    }
}
