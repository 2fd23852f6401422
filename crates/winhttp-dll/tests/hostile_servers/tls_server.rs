//! A TLS server whose bytes are cut, followed by garbage, or replaced.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustls::{ServerConfig, ServerConnection};
use winhttp_testkit::PATIENCE;

/// What happens where the server's bytes are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The connection ends.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing more comes.
    Stall,
    /// Bytes come that are no TLS.
    Garbage,
}

/// The server's side below TLS: after `left` bytes it is cut.
struct Wire {
    socket: TcpStream,
    left: usize,
    cut: Cut,
    sent: usize,
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.socket.read(out)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.left);
        self.socket.write_all(&bytes[..count])?;
        self.left -= count;
        self.sent += count;
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server for one connection.
pub(crate) struct OneShot {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<usize>,
}

impl OneShot {
    /// Runs `serve` with the connection; it gives a number of bytes.
    pub(crate) fn new(serve: impl FnOnce(TcpStream) -> usize + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            socket.set_nodelay(true).unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            socket.set_write_timeout(Some(PATIENCE)).unwrap();
            serve(socket)
        });
        Self { address, thread }
    }

    /// Makes a handshake, reads a request, sends `response`; all of it ends after `at` bytes that were sent.
    pub(crate) fn cutting(
        config: Arc<ServerConfig>,
        response: Vec<u8>,
        at: usize,
        cut: Cut,
    ) -> Self {
        Self::new(move |socket| {
            let mut wire = Wire {
                socket,
                left: at,
                cut,
                sent: 0,
            };
            let mut tls = ServerConnection::new(config).unwrap();
            // Fails where it is cut, or because the client has had enough.
            let _ = converse(&mut tls, &mut wire, &response);
            wire.end();
            wire.sent
        })
    }

    /// Waits for its end; how many bytes it sent.
    pub(crate) fn finish(self) -> usize {
        self.thread.join().unwrap()
    }
}

impl Wire {
    fn end(&mut self) {
        match self.cut {
            Cut::Close => {
                let _ = self.socket.shutdown(Shutdown::Write);
            }
            Cut::Reset => {
                socket2::SockRef::from(&self.socket)
                    .set_linger(Some(std::time::Duration::ZERO))
                    .unwrap();
                return;
            }
            Cut::Stall => {}
            Cut::Garbage => {
                let _ = self.socket.write_all(&[0xA5; 70_000]);
            }
        }
        read_to_end(&mut self.socket);
    }
}

/// Takes what the client sends until it closes.
pub(crate) fn read_to_end(socket: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(socket.read(&mut buffer), Ok(1..)) {}
}

fn converse(tls: &mut ServerConnection, wire: &mut Wire, response: &[u8]) -> io::Result<()> {
    while tls.is_handshaking() {
        tls.complete_io(wire)?;
    }
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let mut stream = rustls::Stream::new(tls, wire);
    while !request.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..count]);
    }
    // Two records, so that cuts fall between head and body too.
    let (head, body) = response.split_at(response.len() - 4);
    stream.write_all(head)?;
    stream.flush()?;
    stream.write_all(body)?;
    stream.flush()
}
