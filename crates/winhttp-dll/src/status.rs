//! Callbacks: from notifications to `WINHTTP_STATUS_CALLBACK`.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use openwinhttp::{Api, BufferKind, Notification, Observer};
use win32_abi::winhttp::*;

use crate::numbers::{self, win32_error};

/// Who is told about a handle: callback, filter, context. All three may change at any time; a notification uses what they are
/// when it is made.
pub(crate) struct Status {
    handle: AtomicUsize,
    context: AtomicUsize,
    callback: Mutex<(WINHTTP_STATUS_CALLBACK, u32)>,
    /// There is a callback.
    active: AtomicBool,
}

impl Status {
    pub(crate) fn new() -> Self {
        Self {
            handle: AtomicUsize::new(0),
            context: AtomicUsize::new(0),
            callback: Mutex::new((None, 0)),
            active: AtomicBool::new(false),
        }
    }

    /// For a child: the same callback, filter and context.
    pub(crate) fn inherit(&self) -> Self {
        let callback = *self.callback.lock().unwrap_or_else(PoisonError::into_inner);
        Self {
            handle: AtomicUsize::new(0),
            context: AtomicUsize::new(self.context()),
            active: AtomicBool::new(callback.0.is_some()),
            callback: Mutex::new(callback),
        }
    }

    pub(crate) fn set_handle(&self, handle: HINTERNET) {
        self.handle.store(handle as usize, Ordering::Release);
    }

    pub(crate) fn context(&self) -> DWORD_PTR {
        self.context.load(Ordering::Acquire)
    }

    pub(crate) fn set_context(&self, context: DWORD_PTR) {
        self.context.store(context, Ordering::Release);
    }

    pub(crate) fn callback(&self) -> WINHTTP_STATUS_CALLBACK {
        self.callback
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    /// Returns the one before.
    pub(crate) fn set_callback(
        &self,
        callback: WINHTTP_STATUS_CALLBACK,
        filter: u32,
    ) -> WINHTTP_STATUS_CALLBACK {
        let mut slot = self.callback.lock().unwrap_or_else(PoisonError::into_inner);
        self.active.store(callback.is_some(), Ordering::Release);
        std::mem::replace(&mut *slot, (callback, filter)).0
    }

    pub(crate) fn handle_created(&self) {
        self.call_with(
            WINHTTP_CALLBACK_STATUS_HANDLE_CREATED,
            &self.handle.load(Ordering::Acquire),
        );
    }

    pub(crate) fn handle_closing(&self) {
        self.call_with(
            WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING,
            &self.handle.load(Ordering::Acquire),
        );
    }

    /// Calls back with a pointer to a value and its size.
    fn call_with<T>(&self, status: u32, value: &T) {
        self.call(
            status,
            std::ptr::from_ref(value).cast_mut().cast(),
            size_of::<T>() as u32,
        );
    }

    /// Calls back with a string; `length` of its units, or bytes with NUL.
    fn call_text(&self, status: u32, text: &str, in_characters: bool) {
        if !self.wants(status) {
            return;
        }
        let mut units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let length = if in_characters {
            units.len() - 1
        } else {
            2 * units.len()
        };
        self.call(
            status,
            units.as_mut_ptr().cast(),
            u32::try_from(length).unwrap_or(u32::MAX),
        );
    }

    fn wants(&self, status: u32) -> bool {
        let (callback, filter) = *self.callback.lock().unwrap_or_else(PoisonError::into_inner);
        callback.is_some() && passes(filter, status)
    }

    fn call(&self, status: u32, information: *mut c_void, length: u32) {
        let (callback, filter) = *self.callback.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(callback) = callback.filter(|_| passes(filter, status)) else {
            return;
        };
        let handle = self.handle.load(Ordering::Acquire) as HINTERNET;
        if handle.is_null() {
            // There was no handle left for it: the program does not know of it, so its end is no news either.
            return;
        }
        // What the callback does to the last error is not the interrupted call's business.
        let error = numbers::last_error();
        // SAFETY: the program set this callback and keeps it callable (the caller's contract); `information` points to what
        // `winhttp.h` promises for this status, for the duration of the call.
        unsafe { callback(handle, self.context(), status, information, length) };
        numbers::set_last_error(error);
    }
}

/// Whether a filter lets a status through. Close and shutdown of a WebSocket have no bit of their own in
/// `WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS`: any completion's bit stands for them.
fn passes(filter: u32, status: u32) -> bool {
    let completions = WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS;
    let without_bit =
        WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE | WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE;
    filter & status != 0 || status & without_bit != 0 && filter & completions != 0
}

impl Observer for Status {
    fn notify(&self, notification: &Notification<'_>) {
        match notification {
            Notification::ResolvingName(name) => {
                self.call_text(WINHTTP_CALLBACK_STATUS_RESOLVING_NAME, name, false)
            }
            Notification::NameResolved(text) => {
                self.call_text(WINHTTP_CALLBACK_STATUS_NAME_RESOLVED, text, false)
            }
            Notification::ConnectingToServer(address) => {
                self.call_text(WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER, address, false);
            }
            Notification::ConnectedToServer(address) => {
                self.call_text(WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER, address, false);
            }
            Notification::SendingRequest => self.call_bare(WINHTTP_CALLBACK_STATUS_SENDING_REQUEST),
            Notification::RequestSent(count) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_REQUEST_SENT, count)
            }
            Notification::ReceivingResponse => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE)
            }
            Notification::ResponseReceived(count) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED, count)
            }
            Notification::ClosingConnection => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_CLOSING_CONNECTION)
            }
            Notification::ConnectionClosed => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_CONNECTION_CLOSED)
            }
            Notification::Redirect(url) => {
                self.call_text(WINHTTP_CALLBACK_STATUS_REDIRECT, url, true)
            }
            Notification::IntermediateResponse(status) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_INTERMEDIATE_RESPONSE, status);
            }
            Notification::SecureFailure(failure) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_SECURE_FAILURE, &failure.0)
            }
            Notification::SendRequestComplete => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE)
            }
            Notification::HeadersAvailable => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE)
            }
            Notification::DataAvailable(count) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE, count)
            }
            Notification::ReadComplete(data) => self.call(
                WINHTTP_CALLBACK_STATUS_READ_COMPLETE,
                data.as_ptr().cast_mut().cast(),
                u32::try_from(data.len()).unwrap_or(u32::MAX),
            ),
            Notification::WriteComplete(count) => {
                self.call_with(WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE, count)
            }
            Notification::WebSocketSent(count, kind) => {
                self.call_with(
                    WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE,
                    &web_socket_status(*count, *kind),
                );
            }
            Notification::WebSocketReceived(data, kind) => {
                let count = u32::try_from(data.len()).unwrap_or(u32::MAX);
                self.call_with(
                    WINHTTP_CALLBACK_STATUS_READ_COMPLETE,
                    &web_socket_status(count, *kind),
                );
            }
            Notification::WebSocketCloseComplete => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE)
            }
            Notification::WebSocketShutdownComplete => {
                self.call_bare(WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE)
            }
            Notification::RequestError(api, error) if operation(*api).is_some() => self.call_with(
                WINHTTP_CALLBACK_STATUS_REQUEST_ERROR,
                &WINHTTP_WEB_SOCKET_ASYNC_RESULT {
                    // 0 where an operation was cancelled (facts 18.13 to 18.15), so 0 always.
                    AsyncResult: WINHTTP_ASYNC_RESULT {
                        dwResult: 0,
                        dwError: win32_error(*error),
                    },
                    Operation: operation(*api).unwrap_or_default(),
                },
            ),
            Notification::RequestError(api, error) => self.call_with(
                WINHTTP_CALLBACK_STATUS_REQUEST_ERROR,
                &WINHTTP_ASYNC_RESULT {
                    dwResult: number(*api),
                    dwError: win32_error(*error),
                },
            ),
            Notification::Closed => self.handle_closing(),
            _ => {}
        }
    }

    fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }
}

impl Status {
    fn call_bare(&self, status: u32) {
        self.call(status, std::ptr::null_mut(), 0);
    }
}

fn number(api: Api) -> DWORD_PTR {
    let number = match api {
        Api::ReceiveResponse => API_RECEIVE_RESPONSE,
        Api::QueryDataAvailable => API_QUERY_DATA_AVAILABLE,
        Api::ReadData => API_READ_DATA,
        Api::WriteData => API_WRITE_DATA,
        Api::SendRequest => API_SEND_REQUEST,
        // These have operations instead.
        _ => 0,
    };
    number as DWORD_PTR
}

/// The operation of a WebSocket.
fn operation(api: Api) -> Option<WINHTTP_WEB_SOCKET_OPERATION> {
    match api {
        Api::WebSocketSend => Some(WINHTTP_WEB_SOCKET_SEND_OPERATION),
        Api::WebSocketReceive => Some(WINHTTP_WEB_SOCKET_RECEIVE_OPERATION),
        Api::WebSocketClose => Some(WINHTTP_WEB_SOCKET_CLOSE_OPERATION),
        Api::WebSocketShutdown => Some(WINHTTP_WEB_SOCKET_SHUTDOWN_OPERATION),
        _ => None,
    }
}

fn web_socket_status(count: u32, kind: BufferKind) -> WINHTTP_WEB_SOCKET_STATUS {
    WINHTTP_WEB_SOCKET_STATUS {
        dwBytesTransferred: count,
        eBufferType: buffer_type(kind),
    }
}

/// The number of a buffer's kind.
pub(crate) fn buffer_type(kind: BufferKind) -> WINHTTP_WEB_SOCKET_BUFFER_TYPE {
    match kind {
        BufferKind::BinaryMessage => WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
        BufferKind::BinaryFragment => WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
        BufferKind::Utf8Message => WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
        BufferKind::Utf8Fragment => WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE,
        BufferKind::Close => WINHTTP_WEB_SOCKET_CLOSE_BUFFER_TYPE,
    }
}
