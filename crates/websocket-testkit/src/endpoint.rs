//! A WebSocket handle with the 13 functions as methods.

use std::ffi::{CString, c_void};
use std::ptr::{null, null_mut, with_exposed_provenance_mut};

use crate::abi::*;
use crate::action::{Action, Buffers, MAX_BUFFERS, SENTINEL};
use crate::handshake::{DOTNET_REQUEST, Headers, accept, value};
use crate::hresult::{HRESULT, S_OK};
use crate::{Block, Memory, api};

/// Which side of a connection a handle plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Masks what it sends.
    Client,
    /// Expects masked frames.
    Server,
}

impl Role {
    /// Both of them, for tests that hold on either side.
    pub const BOTH: [Self; 2] = [Self::Client, Self::Server];

    /// The other side.
    pub fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// A property for the creation of a handle.
pub enum Property<'a> {
    /// Receive buffer size in bytes.
    ReceiveBuffer(u32),
    /// Send buffer size in bytes.
    SendBuffer(u32),
    /// Key 0 on a client; unmasked frames welcome on a server.
    DisableMasking(bool),
    /// The handle works in this block.
    Allocated(&'a Block),
    /// Received text is not checked.
    DisableUtf8(bool),
}

/// What `WebSocketEndClientHandshake` answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Indexes of the selected extensions, as many as `*pulSelectedExtensionCount` says.
    pub extensions: Vec<u32>,
    /// Index of the selected subprotocol.
    pub subprotocol: u32,
}

/// Names and values of a returned header array.
pub type HeaderPairs = Vec<(String, String)>;

/// A handle; deleted when dropped. May be shared between threads, as the ABI allows.
#[derive(Debug)]
pub struct Endpoint {
    handle: usize,
    role: Role,
}

impl Endpoint {
    /// A new handle before its handshake.
    ///
    /// # Errors
    /// The function's result, if it is not `S_OK`.
    pub fn create(role: Role, properties: &[Property<'_>]) -> Result<Self, HRESULT> {
        let mut numbers = [0u32; 8];
        let mut pointers = [null_mut::<u8>(); 8];
        let mut raw = Vec::new();
        for ((property, number), pointer) in properties.iter().zip(&mut numbers).zip(&mut pointers)
        {
            let (kind, value) = match property {
                Property::ReceiveBuffer(size) => {
                    (WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE, *size)
                }
                Property::SendBuffer(size) => (WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE, *size),
                Property::DisableMasking(on) => {
                    (WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE, u32::from(*on))
                }
                Property::DisableUtf8(on) => (
                    WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE,
                    u32::from(*on),
                ),
                Property::Allocated(block) => {
                    *pointer = block.pointer();
                    raw.push(WEB_SOCKET_PROPERTY {
                        Type: WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE,
                        pvValue: std::ptr::from_mut(pointer).cast(),
                        ulValueSize: block.length(),
                    });
                    continue;
                }
            };
            *number = value;
            raw.push(WEB_SOCKET_PROPERTY {
                Type: kind,
                pvValue: std::ptr::from_mut(number).cast(),
                ulValueSize: 4,
            });
        }
        // SAFETY: each value pointer leads to a variable of the right type in one of the arrays above. The block is
        // the caller's to keep until the handle is deleted; `Block`'s address is stable.
        unsafe { Self::create_raw(role, &raw) }
    }

    /// A new handle from properties as the ABI takes them.
    ///
    /// # Errors
    /// The function's result, if it is not `S_OK`.
    ///
    /// # Safety
    /// Each `pvValue` must be readable as its type and size say.
    ///
    /// # Panics
    /// If the handle disagrees with the result: NULL or all ones on success, anything but NULL on failure.
    pub unsafe fn create_raw(
        role: Role,
        properties: &[WEB_SOCKET_PROPERTY],
    ) -> Result<Self, HRESULT> {
        let create = match role {
            Role::Client => api().create_client_handle,
            Role::Server => api().create_server_handle,
        };
        let pointer = if properties.is_empty() {
            null()
        } else {
            properties.as_ptr()
        };
        let count = u32::try_from(properties.len()).expect("few properties");
        let mut handle = with_exposed_provenance_mut(0x5555);
        // SAFETY: the array has `count` elements, whose values the caller vouches for; `handle` is writable.
        let result = unsafe { create(pointer, count, &mut handle) };
        if result == S_OK {
            assert!(
                !handle.is_null() && handle.addr() != usize::MAX,
                "handle {handle:?}"
            );
            Ok(Self {
                handle: handle.expose_provenance(),
                role,
            })
        } else {
            assert!(handle.is_null(), "a failed creation stored {handle:?}");
            Err(result)
        }
    }

    /// A handle with default properties after .NET's dummy handshake.
    pub fn open(role: Role) -> Self {
        Self::open_with(role, &[])
    }

    /// A handle after .NET's dummy handshake.
    ///
    /// # Panics
    /// If a step fails.
    pub fn open_with(role: Role, properties: &[Property<'_>]) -> Self {
        let endpoint = Self::create(role, properties)
            .unwrap_or_else(|result| panic!("creation failed: {result:#010x}"));
        endpoint.shake_hands();
        endpoint
    }

    /// .NET's dummy handshake on a new handle.
    ///
    /// # Panics
    /// If a step fails.
    pub fn shake_hands(&self) {
        match self.role {
            Role::Client => {
                let headers = self
                    .begin_client(&[], &[], &[])
                    .expect("BeginClientHandshake");
                let answer = accept(value(&headers, "Sec-WebSocket-Key"));
                self.end_client(&[
                    ("Connection", "Upgrade"),
                    ("Upgrade", "websocket"),
                    ("Sec-WebSocket-Accept", &answer),
                ])
                .expect("EndClientHandshake");
            }
            Role::Server => {
                self.begin_server(None, &[], DOTNET_REQUEST)
                    .expect("BeginServerHandshake");
                assert_eq!(self.end_server(), S_OK, "EndServerHandshake");
            }
        }
    }

    /// The handle.
    pub fn handle(&self) -> WEB_SOCKET_HANDLE {
        with_exposed_provenance_mut(self.handle)
    }

    /// The side this handle plays.
    pub fn role(&self) -> Role {
        self.role
    }

    /// `WebSocketBeginClientHandshake` with everything on the Rust side.
    ///
    /// # Errors
    /// The function's result, if it is not `S_OK`.
    pub fn begin_client(
        &self,
        subprotocols: &[&str],
        extensions: &[&str],
        initial: &[(&str, &str)],
    ) -> Result<HeaderPairs, HRESULT> {
        let (subprotocols, extensions) = (Strings::new(subprotocols), Strings::new(extensions));
        let initial = Headers::new(initial);
        let (mut headers, mut count) = (with_exposed_provenance_mut(0x5555), 0x5555);
        // SAFETY: arrays and counts belong together, strings end in NUL, outputs are writable.
        let result = unsafe {
            (api().begin_client_handshake)(
                self.handle(),
                subprotocols.pointer(),
                subprotocols.count(),
                extensions.pointer(),
                extensions.count(),
                initial.pointer(),
                initial.count(),
                &mut headers,
                &mut count,
            )
        };
        header_pairs(result, headers, count)
    }

    /// `WebSocketEndClientHandshake` with room for eight extensions.
    ///
    /// # Errors
    /// The function's result, if it is not `S_OK`.
    ///
    /// # Panics
    /// If it succeeds with more extensions than there is room for.
    pub fn end_client<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        response: &[(N, V)],
    ) -> Result<Selected, HRESULT> {
        let response = Headers::new(response);
        let mut extensions = [0x5555_5555; 8];
        let (mut count, mut subprotocol) = (8, 0x5555_5555);
        // SAFETY: array and count belong together, outputs are writable and `count` says how far.
        let result = unsafe {
            (api().end_client_handshake)(
                self.handle(),
                response.pointer(),
                response.count(),
                extensions.as_mut_ptr(),
                &mut count,
                &mut subprotocol,
            )
        };
        if result == S_OK {
            Ok(Selected {
                extensions: extensions[..count as usize].to_vec(),
                subprotocol,
            })
        } else {
            Err(result)
        }
    }

    /// `WebSocketBeginServerHandshake` with everything on the Rust side.
    ///
    /// # Errors
    /// The function's result, if it is not `S_OK`.
    ///
    /// # Panics
    /// If the subprotocol contains NUL.
    pub fn begin_server<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        subprotocol: Option<&str>,
        extensions: &[&str],
        request: &[(N, V)],
    ) -> Result<HeaderPairs, HRESULT> {
        let subprotocol = subprotocol.map(|text| CString::new(text).expect("no NUL inside"));
        let extensions = Strings::new(extensions);
        let request = Headers::new(request);
        let (mut headers, mut count) = (with_exposed_provenance_mut(0x5555), 0x5555);
        // SAFETY: arrays and counts belong together, strings end in NUL, outputs are writable.
        let result = unsafe {
            (api().begin_server_handshake)(
                self.handle(),
                subprotocol
                    .as_ref()
                    .map_or(null(), |text| text.as_ptr().cast()),
                extensions.pointer(),
                extensions.count(),
                request.pointer(),
                request.count(),
                &mut headers,
                &mut count,
            )
        };
        header_pairs(result, headers, count)
    }

    /// `WebSocketEndServerHandshake`.
    pub fn end_server(&self) -> HRESULT {
        // SAFETY: the function checks its handle.
        unsafe { (api().end_server_handshake)(self.handle()) }
    }

    /// `WebSocketSend` of bytes.
    pub fn send(&self, kind: WEB_SOCKET_BUFFER_TYPE, payload: Memory, context: usize) -> HRESULT {
        let buffer = data(payload.pointer(), payload.length());
        // SAFETY: `Memory` outlives every operation.
        unsafe { self.send_raw(kind, &buffer, context) }
    }

    /// `WebSocketSend` with `pBuffer` NULL.
    pub fn send_empty(&self, kind: WEB_SOCKET_BUFFER_TYPE, context: usize) -> HRESULT {
        // SAFETY: NULL is allowed.
        unsafe { self.send_raw(kind, null(), context) }
    }

    /// `WebSocketSend` of a Close; without a reason, `pbReason` is NULL.
    pub fn send_close(&self, status: u16, reason: Option<Memory>, context: usize) -> HRESULT {
        let buffer = WEB_SOCKET_BUFFER {
            CloseStatus: WEB_SOCKET_BUFFER_CLOSE_STATUS {
                pbReason: reason.map_or(null_mut(), Memory::pointer),
                ulReasonLength: reason.map_or(0, Memory::length),
                usStatus: status,
            },
        };
        // SAFETY: `Memory` outlives every operation.
        unsafe { self.send_raw(WEB_SOCKET_CLOSE_BUFFER_TYPE, &buffer, context) }
    }

    /// `WebSocketSend`.
    ///
    /// # Safety
    /// `buffer` must be NULL or readable; what it refers to must stay until the operation is indicated.
    pub unsafe fn send_raw(
        &self,
        kind: WEB_SOCKET_BUFFER_TYPE,
        buffer: *const WEB_SOCKET_BUFFER,
        context: usize,
    ) -> HRESULT {
        // SAFETY: the caller's promise; the context is only a number.
        unsafe { (api().send)(self.handle(), kind, buffer, pointer(context)) }
    }

    /// `WebSocketReceive` with `pBuffer` NULL.
    pub fn receive(&self, context: usize) -> HRESULT {
        // SAFETY: NULL is allowed.
        unsafe { self.receive_raw(null(), context) }
    }

    /// `WebSocketReceive` into `room`.
    pub fn receive_into(&self, room: Memory, context: usize) -> HRESULT {
        let buffer = data(room.pointer(), room.length());
        // SAFETY: `Memory` outlives every operation.
        unsafe { self.receive_raw(&buffer, context) }
    }

    /// `WebSocketReceive`.
    ///
    /// # Safety
    /// `buffer` must be NULL or readable; what it refers to must be writable until the operation is indicated.
    pub unsafe fn receive_raw(&self, buffer: *const WEB_SOCKET_BUFFER, context: usize) -> HRESULT {
        // SAFETY: the caller's promise; the context is only a number.
        unsafe { (api().receive)(self.handle(), buffer, pointer(context)) }
    }

    /// `WebSocketGetAction` with two buffers.
    pub fn get_action(&self, queue: WEB_SOCKET_ACTION_QUEUE) -> Action {
        self.get_action_with(queue, 2, SENTINEL)
    }

    /// `WebSocketGetAction` with `capacity` buffers, each byte of which is `fill` before the call.
    ///
    /// # Panics
    /// If `capacity` is above [`MAX_BUFFERS`].
    pub fn get_action_with(
        &self,
        queue: WEB_SOCKET_ACTION_QUEUE,
        capacity: u32,
        fill: u8,
    ) -> Action {
        assert!(capacity as usize <= MAX_BUFFERS, "capacity {capacity}");
        let mut buffers = Buffers([[fill; _]; _]);
        let (mut count, mut action, mut buffer_type) = (capacity, 0x5555, 0x5555_5555);
        let (mut application, mut context) = (pointer(0x5555), pointer(0x5555));
        // SAFETY: the array has at least `capacity` elements; the outputs are writable.
        let result = unsafe {
            (api().get_action)(
                self.handle(),
                queue,
                buffers.0.as_mut_ptr().cast(),
                &mut count,
                &mut action,
                &mut buffer_type,
                &mut application,
                &mut context,
            )
        };
        Action {
            result,
            action,
            count,
            buffer_type,
            application: application.addr(),
            context: context.addr(),
            buffers,
            fill,
        }
    }

    /// `WebSocketCompleteAction`; the result is the register that some callers look at.
    pub fn complete(&self, context: usize, bytes: u32) -> usize {
        // SAFETY: the function compares the context and never follows it.
        unsafe { (api().complete_action)(self.handle(), pointer(context), bytes) }
    }

    /// Writes `bytes` into the room that a receive-from-network action gives and completes it.
    ///
    /// # Panics
    /// If the action is another or `bytes` do not fit.
    pub fn fill(&self, action: &Action, bytes: &[u8]) {
        assert_eq!(
            (action.result, action.action),
            (S_OK, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION)
        );
        let (room, length) = action.data(0);
        assert!(
            bytes.len() <= length as usize,
            "{} bytes into {length}",
            bytes.len()
        );
        // SAFETY: the library gave `length` writable bytes until the action is completed.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), room, bytes.len()) };
        self.complete(action.context, bytes.len() as u32);
    }

    /// Asks the receive lane until it wants more than `input` holds, or has something else to say. Each read is filled
    /// as far as possible, with at most `step` bytes; what was read is cut off `input`.
    ///
    /// # Panics
    /// If a read has no room.
    pub fn pump(&self, input: &mut &[u8], step: usize) -> Action {
        loop {
            let action = self.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
            if action.action != WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION || input.is_empty() {
                return action;
            }
            let (_, room) = action.data(0);
            assert!(room > 0, "a read without room: {action:02x?}");
            let (now, later) = input.split_at(input.len().min(step).min(room as usize));
            *input = later;
            self.fill(&action, now);
        }
    }

    /// `WebSocketAbortHandle`; the result is the register that some callers look at.
    pub fn abort(&self) -> usize {
        // SAFETY: the function checks its handle.
        unsafe { (api().abort_handle)(self.handle()) }
    }

    /// `WebSocketDeleteHandle`; returns the handle's former value and the register that some callers look at.
    pub fn delete(self) -> (WEB_SOCKET_HANDLE, usize) {
        let handle = self.handle();
        std::mem::forget(self);
        // SAFETY: the function checks its handle.
        (handle, unsafe { (api().delete_handle)(handle) })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // SAFETY: the function checks its handle.
        unsafe { (api().delete_handle)(self.handle()) };
    }
}

/// A descriptor of bytes.
pub fn data(pointer: *mut u8, length: u32) -> WEB_SOCKET_BUFFER {
    WEB_SOCKET_BUFFER {
        Data: WEB_SOCKET_BUFFER_DATA {
            pbBuffer: pointer,
            ulBufferLength: length,
        },
    }
}

fn pointer(context: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(context)
}

/// Checks what a `Begin…` stored: nothing when it failed, else headers.
fn header_pairs(
    result: HRESULT,
    headers: *mut WEB_SOCKET_HTTP_HEADER,
    count: u32,
) -> Result<HeaderPairs, HRESULT> {
    if result == S_OK {
        // SAFETY: the library says that `count` headers are there.
        Ok(unsafe { read_headers(headers, count) })
    } else {
        assert!(
            headers.is_null() && count == 0,
            "a failed call stored {headers:?}, {count}"
        );
        Err(result)
    }
}

/// Reads a returned header array, insisting on ASCII and on a NUL exactly at the end of each text.
///
/// # Safety
/// `headers` must lead to `count` headers whose pointers and lengths are right, a NUL after each text included.
///
/// # Panics
/// If a text is NULL, contains or lacks a NUL, or is not ASCII.
pub unsafe fn read_headers(headers: *const WEB_SOCKET_HTTP_HEADER, count: u32) -> HeaderPairs {
    let text = |start: *mut u8, length: u32| {
        assert!(!start.is_null(), "a name or value is NULL");
        // SAFETY: the caller's promise.
        let bytes = unsafe { std::slice::from_raw_parts(start, length as usize + 1) };
        let (nul, text) = bytes.split_last().expect("at least the NUL");
        assert!(*nul == 0 && !text.contains(&0), "a NUL exactly at the end");
        assert!(text.is_ascii(), "text is ASCII");
        String::from_utf8_lossy(text).into_owned()
    };
    // SAFETY: the caller's promise.
    let headers = unsafe { std::slice::from_raw_parts(headers, count as usize) };
    headers
        .iter()
        .map(|header| {
            (
                text(header.pcName, header.ulNameLength),
                text(header.pcValue, header.ulValueLength),
            )
        })
        .collect()
}

/// An array of NUL-terminated strings.
struct Strings {
    #[expect(dead_code, reason = "owns the text that `pointers` point to")]
    text: Vec<CString>,
    pointers: Vec<*const u8>,
}

impl Strings {
    fn new(strings: &[&str]) -> Self {
        let text: Vec<CString> = strings
            .iter()
            .map(|text| CString::new(*text).expect("no NUL inside"))
            .collect();
        let pointers = text.iter().map(|text| text.as_ptr().cast()).collect();
        Self { text, pointers }
    }

    fn pointer(&self) -> *const *const u8 {
        if self.pointers.is_empty() {
            null()
        } else {
            self.pointers.as_ptr()
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.pointers.len()).expect("few strings")
    }
}
