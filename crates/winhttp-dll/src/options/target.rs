//! Handles as the options see them.

use std::time::Duration;

use openwinhttp::options::Options;
use openwinhttp::{Error, Result};
use win32_abi::winhttp::{HINTERNET, WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL};

use super::stored::StoredOptions;
use crate::objects::{Object, RequestObject, SessionObject};

/// A session handle.
pub(super) const SESSION: u8 = 1;
/// A connection handle.
pub(super) const CONNECT: u8 = 2;
/// A request handle.
pub(super) const REQUEST: u8 = 4;
/// NULL: the process.
pub(super) const PROCESS: u8 = 8;
/// A WebSocket handle.
pub(super) const WEB_SOCKET: u8 = 16;

/// Whose option it is.
pub(super) enum Target {
    /// Nobody's in particular.
    Process,
    /// A handle's.
    Object(Object),
}

impl Target {
    /// # Errors
    /// [`Error::InvalidHandle`].
    pub(super) fn of(handle: HINTERNET) -> Result<Self> {
        if handle.is_null() {
            Ok(Self::Process)
        } else {
            Object::of(handle).map(Self::Object)
        }
    }

    /// The kind of handle, one bit.
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Process => PROCESS,
            Self::Object(Object::Session(_)) => SESSION,
            Self::Object(Object::Connect(_)) => CONNECT,
            Self::Object(Object::Request(_)) => REQUEST,
            Self::Object(Object::WebSocket(_)) => WEB_SOCKET,
        }
    }

    /// Looks at what requests work by; a connection has its session's values (facts 4.5).
    ///
    /// # Errors
    /// [`Error::IncorrectHandleType`], here and below: the handle has no such thing.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Options) -> T) -> Result<T> {
        match self {
            Self::Object(Object::Session(object)) => Ok(look(&object.session.options())),
            Self::Object(Object::Connect(object)) => Ok(look(&object.session.session.options())),
            Self::Object(Object::Request(object)) => Ok(look(&object.request.options())),
            Self::Object(Object::WebSocket(_)) | Self::Process => Err(Error::IncorrectHandleType),
        }
    }

    /// Changes what requests work by.
    pub(super) fn change(&self, change: impl FnOnce(&mut Options)) -> Result<()> {
        match self {
            Self::Object(Object::Session(object)) => change(&mut object.session.options()),
            Self::Object(Object::Request(object)) => change(&mut object.request.options()),
            _ => return Err(Error::IncorrectHandleType),
        }
        Ok(())
    }

    /// The values that are only kept; a connection has its session's.
    pub(super) fn stored(&self) -> Result<&StoredOptions> {
        match self {
            Self::Object(Object::Session(object)) => Ok(&object.stored),
            Self::Object(Object::Connect(object)) => Ok(&object.session.stored),
            Self::Object(Object::Request(object)) => Ok(&object.stored),
            Self::Object(Object::WebSocket(object)) => Ok(&object.stored),
            Self::Process => Err(Error::IncorrectHandleType),
        }
    }

    /// Lets a value that was just stored take effect at once, where it does.
    pub(super) fn apply(&self, number: u32, value: u32) {
        if let Self::Object(Object::WebSocket(object)) = self
            && number == WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL
        {
            let interval = (value != u32::MAX).then(|| Duration::from_millis(value.into()));
            object.web_socket.set_keepalive(interval);
        }
    }

    /// What is behind the handle.
    pub(super) fn object(&self) -> Result<&Object> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Process => Err(Error::IncorrectHandleType),
        }
    }

    /// The session.
    pub(super) fn session(&self) -> Result<&SessionObject> {
        match self {
            Self::Object(Object::Session(object)) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }

    /// The request.
    pub(super) fn request(&self) -> Result<&RequestObject> {
        match self {
            Self::Object(Object::Request(object)) => Ok(object),
            _ => Err(Error::IncorrectHandleType),
        }
    }
}
