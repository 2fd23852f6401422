//! A server's end of a connection: TCP, with or without TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// Bytes read from the socket at a time.
const PIECE: usize = 16 * 1024;

/// A connection that any thread may read from or write to, though only one at a time each.
pub(crate) struct Stream {
    socket: TcpStream,
    tls: Option<Box<Tls>>,
}

struct Tls {
    connection: Mutex<ServerConnection>,
    /// Came from the socket and was not taken by the connection yet.
    raw: Mutex<Vec<u8>>,
}

impl Stream {
    /// Without TLS.
    pub(crate) const fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None }
    }

    /// With TLS, if there is a configuration. The handshake is done by the first reads.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub(crate) fn new(socket: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        let Some(config) = tls else {
            return Ok(Self::plain(socket));
        };
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        Ok(Self {
            socket,
            tls: Some(Box::new(Tls {
                connection: Mutex::new(connection),
                raw: Mutex::new(Vec::new()),
            })),
        })
    }

    /// The socket, for its settings.
    pub(crate) const fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Reads what is there; 0 is the end.
    ///
    /// # Errors
    /// As the socket; `Interrupted` also when something came that was not data, so that callers look at their clocks.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &self.tls else {
            return (&self.socket).read(buffer);
        };
        let mut raw = lock(&tls.raw);
        loop {
            let mut connection = lock(&tls.connection);
            match connection.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // TCP ended without an end of TLS: WebSockets have an end of their own.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                result => return result,
            }
            if raw.is_empty() {
                break;
            }
            let taken = connection.read_tls(&mut raw.as_slice())?;
            raw.drain(..taken);
            let processed = connection.process_new_packets();
            // The handshake, or an alert.
            self.write_records(&mut connection)?;
            processed.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
        let mut piece = [0; PIECE];
        match (&self.socket).read(&mut piece)? {
            // Tells the connection that this was the end.
            0 => lock(&tls.connection)
                .read_tls(&mut io::empty())
                .map(|_| ())?,
            count => raw.extend_from_slice(&piece[..count]),
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// As the socket.
    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        let Some(tls) = &self.tls else {
            return (&self.socket).write_all(bytes);
        };
        let mut connection = lock(&tls.connection);
        while !bytes.is_empty() {
            let taken = connection.writer().write(bytes)?;
            bytes = &bytes[taken..];
            self.write_records(&mut connection)?;
        }
        Ok(())
    }

    /// Says that nothing more will be written.
    ///
    /// # Errors
    /// As the socket.
    pub(crate) fn end_writing(&self) -> io::Result<()> {
        if let Some(tls) = &self.tls {
            let mut connection = lock(&tls.connection);
            connection.send_close_notify();
            self.write_records(&mut connection)?;
        }
        self.socket.shutdown(Shutdown::Write)
    }

    /// Ends both directions at once; wakes a thread that is reading or writing.
    pub(crate) fn cut(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Limits each read of the socket.
    ///
    /// # Errors
    /// As the socket.
    pub(crate) fn set_read_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(time)
    }

    fn write_records(&self, connection: &mut ServerConnection) -> io::Result<()> {
        while connection.wants_write() {
            connection.write_tls(&mut &self.socket)?;
        }
        Ok(())
    }
}

/// A server's side of TLS, from PEM files.
///
/// # Errors
/// Says what is wrong with the files.
pub(crate) fn tls_from_files(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
    let failed =
        |file: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(certificate, &error))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(key, &error))?;
    tls_config(chain, key_der).map_err(|error| failed(certificate, &error))
}

/// A server's side of TLS.
///
/// # Errors
/// If certificate and key do not fit together or cannot be used.
pub(crate) fn tls_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

/// Each change of what is locked is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
