//! The socket below TLS, with time limits and writes cut into pieces.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::SockRef;

use crate::gate::PATIENCE;

/// One side of a TCP connection.
#[derive(Debug)]
pub(super) struct Wire {
    socket: TcpStream,
    piece: Option<usize>,
}

impl Wire {
    pub(super) fn new(socket: TcpStream, piece: Option<usize>) -> Self {
        socket.set_nodelay(true).expect("a TCP socket");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a TCP socket");
        socket
            .set_write_timeout(Some(PATIENCE))
            .expect("a TCP socket");
        Self { socket, piece }
    }

    /// The next close sends a reset instead of a FIN.
    pub(super) fn reset_on_close(&self) {
        SockRef::from(&self.socket)
            .set_linger(Some(Duration::ZERO))
            .expect("a TCP socket");
    }

    pub(super) fn shutdown(&self, how: Shutdown) {
        // It may have been closed by the other side already.
        drop(self.socket.shutdown(how));
    }

    pub(super) fn set_read_timeout(&self, limit: Duration) {
        self.socket
            .set_read_timeout(Some(limit))
            .expect("a TCP socket");
    }

    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.socket.read(out)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = match self.piece {
            Some(piece) => &bytes[..bytes.len().min(piece)],
            None => bytes,
        };
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
