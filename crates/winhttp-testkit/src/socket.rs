//! A WebSocket with operations that look the same in both modes.

use std::sync::Arc;

use crate::calls::{self, Handle, RawHandle, lasting};
use crate::code::{Code, Outcome};
use crate::driver::{Client, Mode, Request};
use crate::recorder::{Event, Info, Recorder};
use crate::server::Server;

/// A WebSocket's handle. Asynchronous operations are waited for; each completion is checked for its structure.
pub struct Socket {
    handle: Handle,
    /// The session's mode.
    pub mode: Mode,
    /// The session's recorder.
    pub recorder: Arc<Recorder>,
}

impl Client {
    /// A GET that asks for an upgrade, not sent yet.
    #[track_caller]
    pub fn upgrade_request(&self, server: &Server) -> Request {
        let request = self.get(server, "/socket");
        assert_eq!(upgrade_option(request.raw()), Ok(()));
        request
    }

    /// A WebSocket whose request is closed already.
    #[track_caller]
    pub fn socket(&self, server: &Server) -> Socket {
        let request = self.upgrade_request(server);
        request.exchange();
        let socket = request.upgrade(0);
        request.close();
        socket
    }
}

impl Request {
    /// WinHttpWebSocketCompleteUpgrade, demanding success.
    #[track_caller]
    pub fn upgrade(&self, context: usize) -> Socket {
        let handle = calls::complete_upgrade(self.raw(), context)
            .expect("WinHttpWebSocketCompleteUpgrade succeeds");
        Socket {
            handle,
            mode: self.mode,
            recorder: Arc::clone(&self.recorder),
        }
    }
}

/// Sets WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET.
#[track_caller]
pub fn upgrade_option(request: RawHandle) -> Outcome {
    calls::set_option(request, 114, None, 0)
}

impl Socket {
    /// Its handle.
    pub fn raw(&self) -> RawHandle {
        self.handle.raw()
    }

    /// WinHttpWebSocketSend, waited for.
    #[track_caller]
    pub fn send(&self, kind: u32, data: &[u8]) -> Outcome {
        let mark = self.recorder.mark();
        self.start_send(kind, data)?;
        let event = self.completed(mark, WRITE_COMPLETE, SEND)?;
        if let Some(event) = event {
            assert_eq!(event.socket_status(), (data.len() as u32, kind as i32));
        }
        Ok(())
    }

    /// WinHttpWebSocketSend alone.
    pub fn start_send(&self, kind: u32, data: &[u8]) -> Outcome {
        let length = data.len() as u32;
        let data = (!data.is_empty()).then(|| &*lasting(data));
        calls::web_socket_send(self.raw(), kind, data, length)
    }

    /// WinHttpWebSocketReceive with a buffer of this size, waited for: what came, and its type.
    #[track_caller]
    pub fn receive(&self, size: usize) -> Outcome<(Vec<u8>, i32)> {
        // If a completion does not come the buffer must stay, so it is only freed on the way of success.
        let buffer = lasting(vec![0xA5; size]);
        let address = buffer.as_mut_ptr();
        let mark = self.recorder.mark();
        let (mut read, mut kind) = (0xA5A5, 0x5A5A);
        let (count, kind) = match self.mode {
            Mode::Sync => {
                calls::web_socket_receive(
                    self.raw(),
                    Some(buffer),
                    size as u32,
                    Some(&mut read),
                    Some(&mut kind),
                )?;
                (read, kind)
            }
            Mode::Async => {
                calls::web_socket_receive(self.raw(), Some(buffer), size as u32, None, None)?;
                self.completed(mark, READ_COMPLETE, RECEIVE)?
                    .expect("a completion")
                    .socket_status()
            }
        };
        assert!(count as usize <= size, "{count} bytes received into {size}");
        // SAFETY: `lasting` leaked a vector of this length and capacity (`vec!` makes both equal); the operation is complete.
        let mut data = unsafe { Vec::from_raw_parts(address, size, size) };
        data.truncate(count as usize);
        Ok((data, kind))
    }

    /// WinHttpWebSocketReceive into memory that stays, alone.
    pub fn start_receive(&self, size: usize) -> Outcome {
        calls::web_socket_receive(
            self.raw(),
            Some(lasting(vec![0xA5; size])),
            size as u32,
            None,
            None,
        )
    }

    /// Receives up to the end of a message: all its bytes, and the type of the last part. All parts are of one kind.
    #[track_caller]
    pub fn message(&self, size: usize) -> Outcome<(Vec<u8>, i32)> {
        let mut message = Vec::new();
        loop {
            let (part, kind) = self.receive(size)?;
            message.extend_from_slice(&part);
            match kind {
                1 | 3 => assert!(!part.is_empty(), "an empty fragment"),
                kind => return Ok((message, kind)),
            }
        }
    }

    /// WinHttpWebSocketShutdown, waited for.
    #[track_caller]
    pub fn shutdown(&self, status: u16, reason: &[u8]) -> Outcome {
        let mark = self.recorder.mark();
        self.start_shutdown(status, reason)?;
        let event = self.completed(mark, SHUTDOWN_COMPLETE, SHUTDOWN)?;
        if let Some(event) = event {
            assert_eq!((event.address, event.length), (0, 0));
        }
        Ok(())
    }

    /// WinHttpWebSocketShutdown alone.
    pub fn start_shutdown(&self, status: u16, reason: &[u8]) -> Outcome {
        let length = reason.len() as u32;
        let reason = (!reason.is_empty()).then_some(reason);
        calls::web_socket_shutdown(self.raw(), status, reason, length)
    }

    /// WinHttpWebSocketClose, waited for.
    #[track_caller]
    pub fn close(&self, status: u16, reason: &[u8]) -> Outcome {
        let mark = self.recorder.mark();
        self.start_close(status, reason)?;
        let event = self.completed(mark, CLOSE_COMPLETE, CLOSE)?;
        if let Some(event) = event {
            // Statement: facts 18.12.
            assert_eq!((event.address, event.length), (0, 0));
        }
        Ok(())
    }

    /// WinHttpWebSocketClose alone.
    pub fn start_close(&self, status: u16, reason: &[u8]) -> Outcome {
        let length = reason.len() as u32;
        let reason = (!reason.is_empty()).then_some(reason);
        calls::web_socket_close(self.raw(), status, reason, length)
    }

    /// WinHttpWebSocketQueryCloseStatus: status and reason.
    #[track_caller]
    pub fn close_status(&self) -> Outcome<(u16, Vec<u8>)> {
        let (mut status, mut consumed) = (0xA5A5, 0x5A5A_5A5A);
        let mut reason = vec![0xA5; 123];
        let outcome = calls::web_socket_close_status(
            self.raw(),
            Some(&mut status),
            Some(&mut reason),
            123,
            Some(&mut consumed),
        );
        if outcome.is_err() {
            // Statement: facts 18.10.
            assert_eq!((status, consumed), (0xA5A5, 0x5A5A_5A5A));
        }
        outcome?;
        reason.truncate(consumed as usize);
        Ok((status, reason))
    }

    /// WinHttpCloseHandle, and waits for HANDLE_CLOSING.
    #[track_caller]
    pub fn end(self) {
        let raw = self.raw();
        let Self {
            handle, recorder, ..
        } = self;
        handle.close();
        recorder.wait_from(0, |event| event.status == 0x800 && event.handle == raw);
    }

    /// WinHttpCloseHandle by number; the guard stays behind.
    #[track_caller]
    pub fn close_handle(&self) -> Outcome {
        calls::close(self.raw())
    }

    /// Waits for the first of the socket's completions from `mark` on which is of this status or an error of this operation;
    /// nothing in synchronous mode.
    ///
    /// # Errors
    /// What the REQUEST_ERROR says.
    #[track_caller]
    pub fn completed(&self, mark: usize, status: u32, operation: i32) -> Outcome<Option<Event>> {
        if self.mode == Mode::Sync {
            return Ok(None);
        }
        let event = self.recorder.wait_from(mark, |event| {
            event.handle == self.raw()
                && (event.status == status
                    || matches!(event.info, Info::SocketError { operation: own, .. } if own == operation))
        });
        if let Info::SocketError { error, result, .. } = event.info {
            assert_eq!(result, 0);
            assert_ne!(error, 0, "error of a REQUEST_ERROR");
            return Err(Code(error));
        }
        Ok(Some(event))
    }
}

impl Event {
    /// Byte count and buffer type of a WINHTTP_WEB_SOCKET_STATUS.
    ///
    /// # Panics
    /// If the event brings something else.
    #[track_caller]
    pub fn socket_status(&self) -> (u32, i32) {
        // Statement: facts 18.7.
        assert_eq!(
            self.length, 8,
            "{self:?} brings no WINHTTP_WEB_SOCKET_STATUS"
        );
        match &self.info {
            Info::Data(bytes) => {
                let word = |at: usize| <[u8; 4]>::try_from(&bytes[at..at + 4]).expect("4 bytes");
                (u32::from_ne_bytes(word(0)), i32::from_ne_bytes(word(4)))
            }
            _ => panic!("{self:?} brings no WINHTTP_WEB_SOCKET_STATUS"),
        }
    }
}

const SEND: i32 = 0;
const RECEIVE: i32 = 1;
const CLOSE: i32 = 2;
const SHUTDOWN: i32 = 3;

const READ_COMPLETE: u32 = 0x8_0000;
const WRITE_COMPLETE: u32 = 0x10_0000;
const CLOSE_COMPLETE: u32 = 0x200_0000;
const SHUTDOWN_COMPLETE: u32 = 0x400_0000;
