//! A program that makes the calls. All its memory is on the heap, each piece by itself, and freed as soon as the contract
//! allows it.

use std::collections::{HashMap, VecDeque};
use std::ffi::{CString, c_char, c_void};
use std::ptr::{null, null_mut, without_provenance_mut};

use websocket::{
    WebSocketAbortHandle, WebSocketBeginClientHandshake, WebSocketBeginServerHandshake,
    WebSocketCompleteAction, WebSocketCreateClientHandle, WebSocketCreateServerHandle,
    WebSocketDeleteHandle, WebSocketEndClientHandshake, WebSocketEndServerHandshake,
    WebSocketGetAction, WebSocketGetGlobalProperty, WebSocketReceive, WebSocketSend,
};
use win32_abi::hresult::{
    E_HANDLE, E_INSUFFICIENT_BUFFER, E_INVALID_PROTOCOL_FORMAT, E_INVALID_PROTOCOL_OPERATION,
    E_INVALIDARG, E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED, E_PROTOCOL_VERSION_NOT_SUPPORTED,
    E_SUBPROTOCOL_NOT_SUPPORTED, HRESULT, S_OK,
};
use win32_abi::websocket::{
    WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_CLOSE_STATUS, WEB_SOCKET_CLOSE_BUFFER_TYPE,
    WEB_SOCKET_HANDLE, WEB_SOCKET_HTTP_HEADER, WEB_SOCKET_PROPERTY,
};

use crate::input::{Call, Context, Descriptor, Which};

/// Bytes on both sides of a block that must not change.
const GUARD: usize = 32;
const FILL: u8 = 0xA5;
/// Room for buffers in a call, more than is ever used.
const ROOM: usize = 4;

struct Made {
    handle: WEB_SOCKET_HANDLE,
    server: bool,
    deleted: bool,
    block: Option<Box<[u8]>>,
    headers: Option<(*mut WEB_SOCKET_HTTP_HEADER, u32)>,
    /// Payloads and receive buffers of operations that were not indicated, by context.
    lent: HashMap<usize, Box<[u8]>>,
    /// Room of the outstanding read.
    read: Option<(usize, *mut u8, u32)>,
}

#[derive(Default)]
pub struct Program {
    made: Vec<Made>,
    contexts: Vec<*mut c_void>,
    inbox: VecDeque<u8>,
    operations: usize,
}

/// Nothing else may come back; `E_FAIL` would be a panic.
fn known(result: HRESULT) -> bool {
    let all = [
        S_OK,
        E_HANDLE,
        E_INSUFFICIENT_BUFFER,
        E_INVALIDARG,
        E_INVALID_PROTOCOL_FORMAT,
        E_INVALID_PROTOCOL_OPERATION,
        E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED,
        E_PROTOCOL_VERSION_NOT_SUPPORTED,
        E_SUBPROTOCOL_NOT_SUPPORTED,
    ];
    assert!(all.contains(&result), "{result:08x}");
    result == S_OK
}

/// Reads every byte, so that AddressSanitizer sees bad ones.
fn touch(start: *const u8, len: u32) {
    if !start.is_null() {
        // SAFETY: what an action shows is valid; that is what is tested.
        let bytes = unsafe { std::slice::from_raw_parts(start, len as usize) };
        std::hint::black_box(
            bytes
                .iter()
                .fold(0, |sum: u8, &byte| sum.wrapping_add(byte)),
        );
    } else {
        assert_eq!(len, 0);
    }
}

fn header(name: &'static str, value: &[u8]) -> WEB_SOCKET_HTTP_HEADER {
    WEB_SOCKET_HTTP_HEADER {
        pcName: name.as_ptr().cast_mut(),
        ulNameLength: name.len() as u32,
        pcValue: value.as_ptr().cast_mut(),
        ulValueLength: value.len() as u32,
    }
}

impl Program {
    pub fn call(&mut self, call: Call) {
        match call {
            Call::Create {
                server,
                receive_size,
                send_size,
                disable_masking,
                disable_utf8,
                block,
                unknown,
            } => {
                let flags = [(2, disable_masking), (4, disable_utf8)];
                let flags = flags
                    .into_iter()
                    .filter_map(|(kind, flag)| Some((kind, flag?)));
                let sizes = [(0, receive_size), (1, send_size)];
                let sizes = sizes
                    .into_iter()
                    .filter_map(|(kind, size)| Some((kind, size?)));
                let numbers = sizes
                    .map(|(kind, size)| (kind, u32::from(size)))
                    .chain(flags.map(|(kind, flag)| (kind, u32::from(flag))))
                    .chain(unknown.map(|kind| (kind, 1)).filter(|(kind, _)| *kind != 3));
                let default = if server { 16 } else { 4096 };
                let size = usize::from(receive_size.unwrap_or(4096))
                    + usize::from(send_size.unwrap_or(default))
                    + 144;
                let block = block.map(|less| size.saturating_sub(usize::from(less % 4)));
                self.create(server, &numbers.collect::<Vec<_>>(), block);
            }
            Call::Open { which, extension } => self.open(which, extension),
            Call::BeginClient { which, names } => {
                let names = strings(&names);
                self.begin_client(which, &names, &names);
            }
            Call::EndClient { which, value, room } => {
                self.end_client(which, b"ICX+Yqv66kxgM0FcWaLWlFLwTAI=", &value, room);
            }
            Call::BeginServer { which, name, value } => {
                let names = strings(&name);
                self.begin_server(which, &names, &value);
            }
            Call::EndServer(which) => {
                let handle = self.handle(which);
                // SAFETY: any handle may be passed.
                known(unsafe { WebSocketEndServerHandshake(handle) });
            }
            Call::Send {
                which,
                kind,
                descriptor,
            } => {
                self.send(which, 0x8000_0000 + u32::from(kind % 8), descriptor);
            }
            Call::SendAny {
                which,
                kind,
                descriptor,
            } => self.send(which, kind, descriptor),
            Call::Receive { which, descriptor } => self.receive(which, descriptor),
            Call::GetAction {
                which,
                queue,
                room,
                without_context,
            } => {
                self.get_action(
                    which,
                    i32::from(queue % 5),
                    u32::from(room) % 5,
                    without_context,
                );
            }
            Call::Complete {
                which,
                context,
                bytes,
            } => self.complete(which, context, bytes),
            Call::Bytes(bytes) => self.inbox.extend(bytes),
            Call::Abort(which) => {
                let handle = self.handle(which);
                // SAFETY: any handle may be passed.
                assert_eq!(unsafe { WebSocketAbortHandle(handle) }, 0);
            }
            Call::Delete(which) => self.delete(which),
            Call::Property { kind, size } => property(i32::from(kind), size),
        }
    }

    /// Deletes what is left.
    pub fn finish(mut self) {
        for index in 0..self.made.len() {
            self.delete(Which::Created(index as u8));
        }
    }

    fn index(&self, which: Which) -> Option<usize> {
        match which {
            Which::Created(index) if !self.made.is_empty() => {
                Some(usize::from(index) % self.made.len())
            }
            _ => None,
        }
    }

    fn handle(&self, which: Which) -> WEB_SOCKET_HANDLE {
        match (self.index(which), which) {
            (Some(index), _) => self.made[index].handle,
            // One of ours by chance would be used without its books being kept.
            (None, Which::Invented(value))
                if self
                    .made
                    .iter()
                    .all(|made| made.handle.addr() != value as usize) =>
            {
                without_provenance_mut(value as usize)
            }
            _ => null_mut(),
        }
    }

    /// The books of a handle that is alive.
    fn alive(&mut self, which: Which) -> Option<&mut Made> {
        let index = self.index(which)?;
        Some(&mut self.made[index]).filter(|made| !made.deleted)
    }

    fn create(&mut self, server: bool, numbers: &[(i32, u32)], block: Option<usize>) {
        // A name for each handle is 8 bits long.
        if self.made.len() == 8 {
            return;
        }
        let values: Vec<Box<u32>> = numbers.iter().map(|&(_, value)| Box::new(value)).collect();
        let mut properties: Vec<WEB_SOCKET_PROPERTY> = numbers
            .iter()
            .zip(&values)
            .map(|(&(kind, _), value)| WEB_SOCKET_PROPERTY {
                Type: kind,
                pvValue: (&raw const **value).cast_mut().cast(),
                ulValueSize: 4,
            })
            .collect();
        let mut block = block.map(|len| vec![FILL; len + 2 * GUARD].into_boxed_slice());
        let start = block.as_mut().map(|block| block[GUARD..].as_mut_ptr());
        if let (Some(start), Some(block)) = (&start, &block) {
            properties.push(WEB_SOCKET_PROPERTY {
                Type: 3,
                pvValue: (&raw const *start).cast_mut().cast(),
                ulValueSize: (block.len() - 2 * GUARD) as u32,
            });
        }
        let mut handle = without_provenance_mut(1);
        let function = if server {
            WebSocketCreateServerHandle
        } else {
            WebSocketCreateClientHandle
        };
        // SAFETY: all pointers are valid; the block lives until the handle is deleted.
        let result = unsafe { function(properties.as_ptr(), properties.len() as u32, &mut handle) };
        if !known(result) {
            assert!(handle.is_null());
            return;
        }
        assert!(!handle.is_null() && handle.addr() != usize::MAX);
        assert!(
            self.made
                .iter()
                .all(|made| made.deleted || made.handle != handle)
        );
        self.made.push(Made {
            handle,
            server,
            deleted: false,
            block,
            headers: None,
            lent: HashMap::new(),
            read: None,
        });
    }

    fn open(&mut self, which: Which, extension: bool) {
        let Some(server) = self.alive(which).map(|made| made.server) else {
            return;
        };
        let name = CString::from(c"x-fuzz");
        let names = if extension { vec![name] } else { Vec::new() };
        let value = if extension { &b"x-fuzz"[..] } else { b"" };
        if server {
            self.begin_server(which, &names, value);
            let handle = self.handle(which);
            // SAFETY: any handle may be passed.
            known(unsafe { WebSocketEndServerHandshake(handle) });
        } else {
            self.begin_client(which, &[], &names);
            let key = self
                .alive(which)
                .and_then(|made| made.headers)
                .map(|(headers, _)| {
                    // SAFETY: the array lives until the handle is deleted; its first header is the key.
                    let key = unsafe { *headers };
                    // SAFETY: as above.
                    unsafe { std::slice::from_raw_parts(key.pcValue, key.ulValueLength as usize) }
                });
            let accept = key.map(ws_proto::handshake::accept_value);
            self.end_client(which, &accept.unwrap_or([b'x'; 28]), value, 1);
        }
    }

    fn begin_client(&mut self, which: Which, subprotocols: &[CString], extensions: &[CString]) {
        let handle = self.handle(which);
        let subprotocols = pointers(subprotocols);
        let extensions = pointers(extensions);
        let (mut headers, mut count) = (without_provenance_mut(1), 99);
        // SAFETY: all pointers are valid.
        let result = unsafe {
            WebSocketBeginClientHandshake(
                handle,
                subprotocols.as_ptr(),
                subprotocols.len() as u32,
                extensions.as_ptr(),
                extensions.len() as u32,
                null(),
                0,
                &mut headers,
                &mut count,
            )
        };
        self.got_headers(which, result, headers, count);
    }

    fn begin_server(&mut self, which: Which, names: &[CString], value: &[u8]) {
        let handle = self.handle(which);
        let extensions = pointers(names);
        let request: Box<[_]> = Box::new([
            header("Connection", b"Upgrade"),
            header("Upgrade", b"websocket"),
            header("Sec-WebSocket-Version", b"13"),
            header("Sec-WebSocket-Key", b"AAAAAAAAAAAAAAAAAAAAAA=="),
            header("Sec-WebSocket-Extensions", value),
        ]);
        let (mut headers, mut count) = (without_provenance_mut(1), 99);
        // SAFETY: all pointers are valid.
        let result = unsafe {
            WebSocketBeginServerHandshake(
                handle,
                null(),
                extensions.as_ptr(),
                extensions.len() as u32,
                request.as_ptr(),
                request.len() as u32,
                &mut headers,
                &mut count,
            )
        };
        self.got_headers(which, result, headers, count);
    }

    fn got_headers(
        &mut self,
        which: Which,
        result: HRESULT,
        headers: *mut WEB_SOCKET_HTTP_HEADER,
        count: u32,
    ) {
        if !known(result) {
            assert!(headers.is_null() && count == 0);
            return;
        }
        let made = self
            .alive(which)
            .expect("only a handle of ours can succeed");
        assert!(made.headers.is_none(), "a handshake begins once");
        made.headers = Some((headers, count));
        made.check_headers();
    }

    fn end_client(&mut self, which: Which, accept: &[u8], value: &[u8], room: u8) {
        let handle = self.handle(which);
        let response: Box<[_]> = Box::new([
            header("Connection", b"Upgrade"),
            header("Upgrade", b"websocket"),
            header("Sec-WebSocket-Accept", accept),
            header("Sec-WebSocket-Extensions", value),
        ]);
        let mut indexes = vec![0xEEEE_EEEEu32; usize::from(room)].into_boxed_slice();
        let (mut count, mut subprotocol) = (u32::from(room), 99);
        // SAFETY: all pointers are valid.
        let result = unsafe {
            WebSocketEndClientHandshake(
                handle,
                response.as_ptr(),
                response.len() as u32,
                indexes.as_mut_ptr(),
                &mut count,
                &mut subprotocol,
            )
        };
        if known(result) {
            assert!(count <= u32::from(room));
            let (set, unset) = indexes.split_at(count as usize);
            assert!(set.iter().all(|&index| index < 256));
            assert!(unset.iter().all(|&index| index == 0xEEEE_EEEE));
        } else {
            assert!(count == 0 || result == E_INSUFFICIENT_BUFFER);
        }
    }

    /// A descriptor, and the memory it points to.
    fn descriptor(descriptor: Descriptor) -> (Option<Box<WEB_SOCKET_BUFFER>>, Box<[u8]>) {
        let (bytes, len, status) = match descriptor {
            Descriptor::Null => return (None, Box::default()),
            Descriptor::WithoutBytes { len, status } => (None, len, status),
            Descriptor::WithBytes { len, status } => {
                (Some(vec![b'p'; usize::from(len)]), len, status)
            }
        };
        let there = bytes.is_some();
        let mut bytes = bytes.unwrap_or_default().into_boxed_slice();
        let buffer = Box::new(WEB_SOCKET_BUFFER {
            CloseStatus: WEB_SOCKET_BUFFER_CLOSE_STATUS {
                pbReason: if there {
                    bytes.as_mut_ptr()
                } else {
                    null_mut()
                },
                ulReasonLength: u32::from(len),
                usStatus: status,
            },
        });
        (Some(buffer), bytes)
    }

    fn send(&mut self, which: Which, kind: u32, descriptor: Descriptor) {
        let handle = self.handle(which);
        let (buffer, bytes) = Self::descriptor(descriptor);
        let pointer = buffer.as_ref().map_or(null(), |buffer| &raw const **buffer);
        self.operations += 1;
        let context = without_provenance_mut(self.operations);
        // SAFETY: the descriptor lives during the call, the payload until it is indicated.
        let result = unsafe { WebSocketSend(handle, kind, pointer, context) };
        if known(result) {
            let lent = self.operations;
            self.alive(which).expect("alive").lent.insert(lent, bytes);
        }
    }

    fn receive(&mut self, which: Which, descriptor: Descriptor) {
        let handle = self.handle(which);
        let (buffer, bytes) = Self::descriptor(descriptor);
        let pointer = buffer.as_ref().map_or(null(), |buffer| &raw const **buffer);
        self.operations += 1;
        let context = without_provenance_mut(self.operations);
        // SAFETY: the descriptor lives during the call, the buffer until it is indicated.
        let result = unsafe { WebSocketReceive(handle, pointer, context) };
        if known(result) {
            let lent = self.operations;
            self.alive(which).expect("alive").lent.insert(lent, bytes);
        }
    }

    fn get_action(&mut self, which: Which, queue: i32, room: u32, without_context: bool) {
        let handle = self.handle(which);
        let size = size_of::<WEB_SOCKET_BUFFER>();
        let mut buffers = [FILL; ROOM * size_of::<WEB_SOCKET_BUFFER>()];
        let mut count = room;
        let (mut action, mut kind) = (77, 77);
        let (mut application, mut context) =
            (without_provenance_mut(77), without_provenance_mut(77));
        // SAFETY: all pointers are valid, the array for `ROOM` elements; the application's context may be NULL.
        let result = unsafe {
            WebSocketGetAction(
                handle,
                queue,
                buffers.as_mut_ptr().cast(),
                &mut count,
                &mut action,
                &mut kind,
                if without_context {
                    null_mut()
                } else {
                    &mut application
                },
                &mut context,
            )
        };
        let written = size * count as usize;
        assert!(count <= room);
        assert!(
            buffers[written..].iter().all(|&byte| byte == FILL),
            "beyond the count"
        );
        if !known(result) || action == 0 {
            assert_eq!((action, kind, count), (0, 0, 0));
            assert!(context.is_null() && (without_context || application.is_null()));
            return;
        }
        assert!(!context.is_null());
        self.contexts.push(context);
        let made = self.alive(which).expect("alive");
        let application = (!without_context).then_some(application.addr());
        let elements: Vec<(*mut u8, u32)> = buffers[..written]
            .chunks_exact(size)
            .map(|element| {
                // SAFETY: as long as the struct, all bytes initialised.
                let element: WEB_SOCKET_BUFFER_CLOSE_STATUS = unsafe {
                    element
                        .as_ptr()
                        .cast::<WEB_SOCKET_BUFFER_CLOSE_STATUS>()
                        .read_unaligned()
                };
                assert!(kind == WEB_SOCKET_CLOSE_BUFFER_TYPE || element.usStatus == 0);
                (element.pbReason, element.ulReasonLength)
            })
            .collect();
        match action {
            1 => assert!((1..=2).contains(&count)),
            2 => assert_eq!(count, 0),
            3 | 4 => assert_eq!(count, 1),
            other => panic!("action {other}"),
        }
        if action == 3 {
            let (start, len) = elements[0];
            assert!(!start.is_null() && len > 0 && kind == 0);
            made.read = Some((context.addr(), start, len));
        } else {
            elements.iter().for_each(|&(start, len)| touch(start, len));
        }
        // Indicated: its memory is the program's again. Without the context it stays until the end.
        if let (2 | 4, Some(application)) = (action, application) {
            assert!(made.lent.remove(&application).is_some(), "indicated once");
        }
    }

    fn complete(&mut self, which: Which, context: Context, bytes: Option<u16>) {
        let handle = self.handle(which);
        let context = match context {
            Context::Last => self.contexts.last().copied().unwrap_or_default(),
            Context::Earlier(index) => {
                let index = usize::from(index) % self.contexts.len().max(1);
                self.contexts.get(index).copied().unwrap_or_default()
            }
            Context::Null => null_mut(),
            Context::Invented(value) => without_provenance_mut(value as usize),
        };
        let mut reported = bytes.map_or(u32::MAX, u32::from);
        let mut arrived = std::mem::take(&mut self.inbox);
        if let Some(made) = self.alive(which)
            && let Some((id, start, len)) = made.read
            && id == context.addr()
        {
            made.read = None;
            let len = arrived.len().min(len as usize).min(reported as usize);
            // SAFETY: the room that the outstanding action gave.
            let space = unsafe { std::slice::from_raw_parts_mut(start, len) };
            for (to, from) in space.iter_mut().zip(arrived.drain(..len)) {
                *to = from;
            }
            if bytes.is_some() {
                reported = len as u32;
            }
        }
        self.inbox = arrived;
        // SAFETY: any context may be passed.
        assert_eq!(
            unsafe { WebSocketCompleteAction(handle, context, reported) },
            0
        );
    }

    fn delete(&mut self, which: Which) {
        let handle = self.handle(which);
        if let Some(made) = self.alive(which) {
            made.check_headers();
            made.check_guards();
        }
        // SAFETY: nothing of the handle is used any more.
        assert_eq!(unsafe { WebSocketDeleteHandle(handle) }, 0);
        if let Some(made) = self.alive(which) {
            made.check_guards();
            made.deleted = true;
            made.block = None;
            made.lent.clear();
            (made.read, made.headers) = (None, None);
        }
    }
}

impl Made {
    /// Statement 45: readable until the handle is deleted.
    fn check_headers(&self) {
        let Some((headers, count)) = self.headers else {
            return;
        };
        // SAFETY: the array lives until the handle is deleted.
        for header in unsafe { std::slice::from_raw_parts(headers, count as usize) } {
            for (start, len) in [
                (header.pcName, header.ulNameLength),
                (header.pcValue, header.ulValueLength),
            ] {
                // SAFETY: as above; a NUL follows.
                let text = unsafe { std::ffi::CStr::from_ptr(start.cast()) };
                assert_eq!(text.count_bytes(), len as usize);
            }
        }
    }

    fn check_guards(&self) {
        if let Some(block) = &self.block {
            let (before, rest) = block.split_at(GUARD);
            let after = &rest[rest.len() - GUARD..];
            assert!(
                before.iter().chain(after).all(|&byte| byte == FILL),
                "outside the block"
            );
        }
    }
}

/// Pieces between zeros, as C strings.
fn strings(bytes: &[u8]) -> Vec<CString> {
    bytes
        .split(|&byte| byte == 0)
        .take(8)
        .map(|piece| CString::new(piece).expect("no zero inside"))
        .collect()
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).collect()
}

fn property(kind: i32, size: u8) {
    let mut value = vec![FILL; usize::from(size)].into_boxed_slice();
    let mut needed = u32::from(size);
    // SAFETY: the value is valid for `needed` bytes.
    let result =
        unsafe { WebSocketGetGlobalProperty(kind, value.as_mut_ptr().cast(), &mut needed) };
    if known(result) {
        assert_eq!(needed, 4);
        assert!(value[4..].iter().all(|&byte| byte == FILL));
    } else {
        assert!(value.iter().all(|&byte| byte == FILL), "untouched");
        assert!(needed == 4 || result == E_INVALIDARG);
    }
}
