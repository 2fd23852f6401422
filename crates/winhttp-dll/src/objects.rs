//! What handles stand for.

use std::sync::Arc;

use handle_table::{Handle, HandleTable};
use openwinhttp::{Connect, Error, Request, Result, Session, WebSocket};
use win32_abi::winhttp::*;

use crate::memory::CallerMemory;
use crate::options::StoredOptions;
use crate::status::Status;

/// All handles of the process.
static HANDLES: HandleTable<Object> = HandleTable::new();

/// What a handle stands for. A call holds a clone: the object outlives its handle as long as somebody works on it.
#[derive(Clone)]
pub(crate) enum Object {
    Session(Arc<SessionObject>),
    Connect(Arc<ConnectObject>),
    Request(Arc<RequestObject>),
    WebSocket(Arc<WebSocketObject>),
}

pub(crate) struct SessionObject {
    pub(crate) session: Session,
    pub(crate) status: Arc<Status>,
    pub(crate) stored: StoredOptions,
    /// `WINHTTP_FLAG_SECURE_DEFAULTS`: nothing older than TLS 1.2 can be chosen.
    pub(crate) secure_defaults: bool,
}

pub(crate) struct ConnectObject {
    pub(crate) connect: Connect,
    pub(crate) status: Arc<Status>,
    pub(crate) session: Arc<SessionObject>,
    pub(crate) parent: HandleNumber,
}

pub(crate) struct RequestObject {
    pub(crate) request: Request<CallerMemory>,
    pub(crate) status: Arc<Status>,
    pub(crate) stored: StoredOptions,
    pub(crate) session: Arc<SessionObject>,
    pub(crate) parent: HandleNumber,
}

pub(crate) struct WebSocketObject {
    pub(crate) web_socket: WebSocket<CallerMemory>,
    pub(crate) status: Arc<Status>,
    pub(crate) stored: StoredOptions,
    pub(crate) session: Arc<SessionObject>,
    /// The connection: the request may be closed first.
    pub(crate) parent: HandleNumber,
}

/// A handle's number; as a pointer it is not `Send`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandleNumber(u32);

impl HandleNumber {
    pub(crate) fn to_handle(self) -> HINTERNET {
        self.0 as usize as HINTERNET
    }

    pub(crate) fn of(handle: HINTERNET) -> Result<Self> {
        u32::try_from(handle as usize)
            .map(Self)
            .map_err(|_| Error::InvalidHandle)
    }

    fn slot(self) -> Result<Handle> {
        Handle::from_value(self.0).ok_or(Error::InvalidHandle)
    }
}

impl Object {
    /// The object of a handle.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`].
    pub(crate) fn of(handle: HINTERNET) -> Result<Self> {
        HANDLES
            .get(HandleNumber::of(handle)?.slot()?)
            .map_err(|_| Error::InvalidHandle)
    }

    /// Gives an object its handle, and notifies that.
    pub(crate) fn publish(self) -> Result<HINTERNET> {
        let status = Arc::clone(self.status());
        let object = self.clone();
        let handle = HANDLES.insert(self).map_err(|_| Error::NotEnoughMemory)?;
        let handle = HandleNumber(handle.value()).to_handle();
        status.set_handle(handle);
        match object {
            Self::Session(_) => {}
            Self::Connect(_) => status.handle_created(),
            // The callback may have another thread close the request.
            Self::Request(object) => object.request.announce(|| status.handle_created()),
            Self::WebSocket(object) => object.web_socket.announce(|| status.handle_created()),
        }
        Ok(handle)
    }

    /// Ends a handle. Its number is invalid from now on.
    pub(crate) fn close(handle: HINTERNET) -> Result<()> {
        let slot = HandleNumber::of(handle)?.slot()?;
        match HANDLES.remove(slot).map_err(|_| Error::InvalidHandle)? {
            Self::Request(object) => object.request.close(),
            Self::WebSocket(object) => object.web_socket.abort(),
            Self::Connect(object) => {
                object.status.handle_closing();
                Ok(())
            }
            Self::Session(object) => {
                object.status.handle_closing();
                Ok(())
            }
        }
    }

    pub(crate) fn status(&self) -> &Arc<Status> {
        match self {
            Self::Session(object) => &object.status,
            Self::Connect(object) => &object.status,
            Self::Request(object) => &object.status,
            Self::WebSocket(object) => &object.status,
        }
    }

    pub(crate) fn session(handle: HINTERNET) -> Result<Arc<SessionObject>> {
        match Self::of(handle)? {
            Self::Session(object) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }

    pub(crate) fn connect(handle: HINTERNET) -> Result<Arc<ConnectObject>> {
        match Self::of(handle)? {
            Self::Connect(object) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }

    pub(crate) fn request(handle: HINTERNET) -> Result<Arc<RequestObject>> {
        match Self::of(handle)? {
            Self::Request(object) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }

    pub(crate) fn web_socket(handle: HINTERNET) -> Result<Arc<WebSocketObject>> {
        match Self::of(handle)? {
            Self::WebSocket(object) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }
}
