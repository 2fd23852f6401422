//! An open WebSocket whose calls wait, in either mode.
//!
//! In an asynchronous session each call starts its operation and waits for the notification of its completion. That is not
//! what asynchronous sessions are for, but the program above is the same in both modes then.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openwinhttp::{Api, BufferKind, CloseStatus, Error, Notification, Observer, Result, WebSocket};

use super::opening::{Client, OpenError, Wish};
use super::watch::{Call, Watch};

/// What a receive brought.
type Arrival = Result<(Vec<u8>, BufferKind)>;

/// A WebSocket for one thread that receives and any that send.
pub(crate) struct Channel {
    socket: WebSocket,
    watch: Arc<dyn Watch>,
    /// Held while something is sent: one after the other.
    sending: Mutex<Receiver<Result<()>>>,
    /// Held while something is received.
    receiving: Mutex<Receiver<Arrival>>,
    asynchronous: bool,
}

impl Channel {
    /// Connects. Gives the subprotocol that the server chose, too.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub(crate) fn open(
        wish: &Wish,
        watch: Arc<dyn Watch>,
    ) -> std::result::Result<(Self, Option<String>), OpenError> {
        let (sent, sending) = mpsc::channel();
        let (received, receiving) = mpsc::channel();
        let observer = Arc::new(Completions {
            watch: Arc::clone(&watch),
            sent,
            received,
        });
        let (socket, subprotocol) = Client::new(wish)?.open(&watch, Some(observer))?;
        let channel = Self {
            socket,
            watch,
            sending: Mutex::new(sending),
            receiving: Mutex::new(receiving),
            asynchronous: wish.asynchronous,
        };
        Ok((channel, subprotocol))
    }

    /// Sends a message or a part of one, after what another thread is sending.
    ///
    /// # Errors
    /// As `WinHttpWebSocketSend`.
    pub(crate) fn send(&self, kind: BufferKind, payload: Vec<u8>) -> Result<()> {
        let completions = lock(&self.sending);
        self.watch.call(&Call::Send(kind, &payload));
        if !self.asynchronous {
            return self.socket.send(kind, &payload);
        }
        self.socket.start_send(kind, payload)?;
        completions.recv().unwrap_or(Err(Error::InternalError))
    }

    /// Sends Close; receiving goes on. Code 1005 stands for none.
    ///
    /// # Errors
    /// As `WinHttpWebSocketShutdown`; [`Error::InvalidOperation`] if Close was sent before.
    pub(crate) fn shutdown(&self, code: u16, reason: &str) -> Result<()> {
        let completions = lock(&self.sending);
        self.watch.call(&Call::Shutdown(code, reason));
        if !self.asynchronous {
            return self.socket.shutdown(code, reason.as_bytes());
        }
        self.socket.start_shutdown(code, reason.as_bytes())?;
        completions.recv().unwrap_or(Err(Error::InternalError))
    }

    /// Receives what comes next into `buffer`: the number of bytes and what they are.
    ///
    /// # Errors
    /// As `WinHttpWebSocketReceive`.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Result<(usize, BufferKind)> {
        let completions = lock(&self.receiving);
        self.watch.call(&Call::Receive);
        if !self.asynchronous {
            let received = self.socket.receive(buffer)?;
            return Ok((received.count, received.kind));
        }
        self.socket.start_receive(vec![0; buffer.len()])?;
        let (bytes, kind) = completions.recv().unwrap_or(Err(Error::InternalError))?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok((bytes.len(), kind))
    }

    /// What the server's Close said; 1005 stands for no code.
    ///
    /// # Errors
    /// As `WinHttpWebSocketQueryCloseStatus`.
    pub(crate) fn close_status(&self) -> Result<CloseStatus> {
        self.socket.close_status()
    }

    /// Ends everything at once; wakes threads that send or receive.
    pub(crate) fn abort(&self) {
        // Done before: fine.
        let _ = self.socket.abort();
    }
}

/// Passes completions on to whoever waits.
struct Completions {
    watch: Arc<dyn Watch>,
    sent: Sender<Result<()>>,
    received: Sender<Arrival>,
}

impl Observer for Completions {
    fn notify(&self, notification: &Notification<'_>) {
        self.watch.notification(notification);
        // Nobody waits any more when the channel is gone.
        match notification {
            Notification::WebSocketSent(..) | Notification::WebSocketShutdownComplete => {
                let _ = self.sent.send(Ok(()));
            }
            Notification::WebSocketReceived(bytes, kind) => {
                let _ = self.received.send(Ok((bytes.to_vec(), *kind)));
            }
            Notification::RequestError(Api::WebSocketSend | Api::WebSocketShutdown, error) => {
                let _ = self.sent.send(Err(*error));
            }
            Notification::RequestError(Api::WebSocketReceive, error) => {
                let _ = self.received.send(Err(*error));
            }
            _ => {}
        }
    }
}

/// A channel is whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
