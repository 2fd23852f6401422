//! Certificates, servers and callers for the tests of this program.

use std::io::IoSlice;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::Instant;

use net::conn::Conn;
use net::cx::{self, Cx};
use net::socket::Socket;
use net::tls::{Client, ClientOptions, TlsError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

pub(crate) const VERSIONS: [&SupportedProtocolVersion; 2] =
    [&rustls::version::TLS12, &rustls::version::TLS13];
pub(crate) const MODES: [Mode; 2] = [Mode::Blocking, Mode::Polling];

/// How a test waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Blocking,
    Polling,
}

impl Mode {
    /// Drives `f` to its end.
    pub(crate) fn run<T>(self, mut f: impl FnMut(&mut Cx<'_>) -> Poll<T>) -> T {
        if self == Mode::Blocking {
            return cx::block_on(f);
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            let mut cx = Cx::asynchronous(&waker);
            if let Poll::Ready(value) = f(&mut cx) {
                return value;
            }
            match cx.deadline() {
                Some(at) => thread::park_timeout(at.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    }

    pub(crate) fn write(self, conn: &mut Conn, data: &[u8]) -> std::io::Result<()> {
        let mut rest = data;
        while !rest.is_empty() {
            let count = self.run(|cx| conn.poll_write(cx, &[IoSlice::new(rest)]))?;
            rest = &rest[count..];
        }
        self.run(|cx| conn.poll_flush(cx))
    }

    pub(crate) fn read_exact(self, conn: &mut Conn, size: usize) -> Vec<u8> {
        let mut read = vec![0; size];
        let mut at = 0;
        while at < size {
            let count = self.run(|cx| conn.poll_read(cx, &mut read[at..])).unwrap();
            assert!(count > 0, "ended after {at} of {size}");
            at += count;
        }
        read
    }

    pub(crate) fn read(self, conn: &mut Conn) -> std::io::Result<usize> {
        let mut out = [0; 1000];
        self.run(|cx| conn.poll_read(cx, &mut out))
    }

    /// A connection on which the handshake is done.
    pub(crate) fn connect(
        self,
        server: SocketAddr,
        options: &ClientOptions,
    ) -> Result<Conn, TlsError> {
        let mut conn = plain(server);
        self.run(|cx| Poll::Ready(conn.attach(cx))).unwrap();
        conn.start_tls(Client::new(options)?);
        self.run(|cx| conn.poll_handshake(cx))?;
        Ok(conn)
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn plain(server: SocketAddr) -> Conn {
    Conn::new(Socket::from_std(TcpStream::connect(server).unwrap()).unwrap())
}

/// The authority that `SSL_CERT_FILE` names in this process. Every test that makes a TLS connection calls this before it does.
pub(crate) fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let authority = Authority::new("Trusted Root");
        let directory =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let roots = directory.join("roots.pem");
        std::fs::write(&roots, authority.issuer.pem()).unwrap();
        // SAFETY: nothing in this process reads the environment before the first TLS connection, which comes after this.
        unsafe {
            std::env::set_var("SSL_CERT_FILE", roots);
            std::env::set_var("SSLKEYLOGFILE", directory.join("keys.log"));
        }
        Authority {
            directory,
            ..authority
        }
    })
}

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) directory: PathBuf,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority {
            issuer,
            directory: PathBuf::new(),
        }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server that shows the authority's own certificate.
    pub(crate) fn serve_itself(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.issuer.key().serialize_der()).unwrap();
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[VERSIONS[1]])
            .unwrap();
        Arc::new(
            builder
                .with_no_client_auth()
                .with_single_cert(vec![self.der()], key)
                .unwrap(),
        )
    }

    pub(crate) fn issue(&self, name: &str) -> Identity {
        self.issue_with(name, |_| {})
    }

    pub(crate) fn issue_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key,
        }
    }
}

/// A certificate and its key.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) pem: String,
    pub(crate) key: KeyPair,
}

impl Identity {
    pub(crate) fn self_signed(params: CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key,
        }
    }

    pub(crate) fn both_pem(&self) -> String {
        format!("{}{}", self.pem, self.key.serialize_pem())
    }

    pub(crate) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    /// A server's configuration that shows this certificate and asks for none.
    pub(crate) fn server(&self, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        Arc::new(
            ServerConfig::builder_with_provider(provider())
                .with_protocol_versions(&[version])
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![self.certificate.clone()], self.key_der())
                .unwrap(),
        )
    }
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A server's side of a connection; its handshake comes with the first read or write.
pub(crate) type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server on a thread of its own, which serves one connection after another with what is in `serve`.
pub(crate) struct Server<T> {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Server<T> {
    /// Serves one TLS connection.
    pub(crate) fn tls(
        config: Arc<ServerConfig>,
        serve: impl FnOnce(Stream) -> T + Send + 'static,
    ) -> Server<T> {
        Server::tcp(move |stream| {
            serve(StreamOwned::new(
                ServerConnection::new(config).unwrap(),
                stream,
            ))
        })
    }

    /// Serves one TCP connection.
    pub(crate) fn tcp(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> Server<T> {
        Server::listen(move |listener| serve(accept(listener)))
    }

    pub(crate) fn listen(serve: impl FnOnce(&TcpListener) -> T + Send + 'static) -> Server<T> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Server {
            address,
            thread: thread::spawn(move || serve(&listener)),
        }
    }

    /// What serving gave.
    pub(crate) fn end(self) -> T {
        self.thread.join().unwrap()
    }
}

pub(crate) fn accept(listener: &TcpListener) -> TcpStream {
    let stream = listener.accept().unwrap().0;
    stream.set_nodelay(true).unwrap();
    stream
}

pub(crate) fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index / 7 % 251) as u8).collect()
}
