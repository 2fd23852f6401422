//! The functions as a test wants to call them: without `unsafe`, with results that carry the error's number.
//!
//! Handles are numbers here, so that tests can pass wrong ones and move them between threads. Each wrapper puts a
//! nonsense value into the last error first and demands afterwards that a success left 0 there (facts 1.1) and a failure
//! left an error. Where the library may write more than it should, a wrapper cannot protect the test: that is what a test
//! under AddressSanitizer is for.

mod values;
mod web_socket;

use std::ptr::{null, null_mut};

use win32_abi::winhttp::{HINTERNET, WINHTTP_STATUS_CALLBACK};

use crate::code::{Code, Outcome};
use crate::raw;
use crate::text::wide;

pub use values::*;
pub use web_socket::*;

/// A handle value; 0 is NULL.
pub type RawHandle = usize;

/// What the last error is before each call.
const NONSENSE: u32 = 0xDEAD_BEEF;

/// A handle that is closed when it is dropped.
#[derive(Debug)]
pub struct Handle(RawHandle);

impl Handle {
    /// Its value.
    pub fn raw(&self) -> RawHandle {
        self.0
    }

    /// Closes it, demanding success.
    ///
    /// # Panics
    /// If WinHttpCloseHandle fails.
    #[track_caller]
    pub fn close(self) {
        let raw = self.0;
        std::mem::forget(self);
        assert_eq!(close(raw), Ok(()), "closing handle {raw:#x}");
    }

    /// Gives up the guard: somebody else closes it.
    pub fn leak(self) -> RawHandle {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Closed by the test already, perhaps.
        let _ = close(self.0);
    }
}

fn hinternet(handle: RawHandle) -> HINTERNET {
    handle as HINTERNET
}

/// The calling thread's last error.
pub fn last_error() -> u32 {
    // SAFETY: takes nothing.
    unsafe { raw::openwinhttp_GetLastError() }
}

fn prepare() {
    // SAFETY: any number may be set.
    unsafe { raw::openwinhttp_SetLastError(NONSENSE) };
}

#[track_caller]
fn boolean(result: i32) -> Outcome {
    let error = last_error();
    match result {
        0 => {
            assert!(error != 0, "a call failed with last error 0");
            Err(Code(error))
        }
        1 => {
            assert_eq!(Code(error), 0, "last error after a success");
            Ok(())
        }
        other => panic!("a BOOL is {other}"),
    }
}

/// As [`boolean`], for operations that may be pending: last error 997 is fine with success.
#[track_caller]
fn operation(result: i32) -> Outcome {
    let error = last_error();
    match result {
        1 if error == 997 => Ok(()),
        _ => boolean(result),
    }
}

#[track_caller]
fn created(handle: HINTERNET) -> Outcome<Handle> {
    boolean(i32::from(!handle.is_null())).map(|()| Handle(handle as RawHandle))
}

fn number(result: u32) -> Outcome {
    match result {
        0 => Ok(()),
        error => Err(Code(error)),
    }
}

fn pointer(text: &Option<Vec<u16>>) -> *const u16 {
    text.as_ref().map_or(null(), |text| text.as_ptr())
}

fn optional_wide(text: Option<&str>) -> Option<Vec<u16>> {
    text.map(wide)
}

/// WinHttpOpen.
#[track_caller]
pub fn open(
    agent: Option<&str>,
    access: u32,
    proxy: Option<&str>,
    bypass: Option<&str>,
    flags: u32,
) -> Outcome<Handle> {
    let (agent, proxy, bypass) = (
        optional_wide(agent),
        optional_wide(proxy),
        optional_wide(bypass),
    );
    prepare();
    // SAFETY: the texts end with NUL and live during the call.
    created(unsafe {
        raw::WinHttpOpen(
            pointer(&agent),
            access,
            pointer(&proxy),
            pointer(&bypass),
            flags,
        )
    })
}

/// WinHttpConnect.
#[track_caller]
pub fn connect(session: RawHandle, server: Option<&str>, port: u16) -> Outcome<Handle> {
    connect_reserved(session, server, port, 0)
}

/// WinHttpConnect with its reserved parameter.
#[track_caller]
pub fn connect_reserved(
    session: RawHandle,
    server: Option<&str>,
    port: u16,
    reserved: u32,
) -> Outcome<Handle> {
    let server = optional_wide(server);
    prepare();
    // SAFETY: the text ends with NUL and lives during the call.
    created(unsafe { raw::WinHttpConnect(hinternet(session), pointer(&server), port, reserved) })
}

/// The parameters of WinHttpOpenRequest; the default is NULL and 0 everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestSpec<'a> {
    /// `pwszVerb`
    pub verb: Option<&'a str>,
    /// `pwszObjectName`
    pub object: Option<&'a str>,
    /// `pwszVersion`
    pub version: Option<&'a str>,
    /// `pwszReferrer`
    pub referrer: Option<&'a str>,
    /// `ppwszAcceptTypes`
    pub accept: Option<&'a [&'a str]>,
    /// `dwFlags`
    pub flags: u32,
}

impl<'a> RequestSpec<'a> {
    /// This verb and object.
    pub fn new(verb: &'a str, object: &'a str) -> Self {
        Self {
            verb: Some(verb),
            object: Some(object),
            ..Self::default()
        }
    }

    /// With these flags.
    #[must_use]
    pub fn flags(self, flags: u32) -> Self {
        Self { flags, ..self }
    }
}

/// WinHttpOpenRequest.
#[track_caller]
pub fn open_request(connect: RawHandle, spec: &RequestSpec<'_>) -> Outcome<Handle> {
    let verb = optional_wide(spec.verb);
    let object = optional_wide(spec.object);
    let version = optional_wide(spec.version);
    let referrer = optional_wide(spec.referrer);
    let types: Option<Vec<Vec<u16>>> = spec
        .accept
        .map(|types| types.iter().map(|text| wide(text)).collect());
    let pointers: Option<Vec<*const u16>> = types.as_ref().map(|types| {
        types
            .iter()
            .map(|text| text.as_ptr())
            .chain([null()])
            .collect()
    });
    prepare();
    // SAFETY: the texts end with NUL, the array with NULL; all live during the call.
    created(unsafe {
        raw::WinHttpOpenRequest(
            hinternet(connect),
            pointer(&verb),
            pointer(&object),
            pointer(&version),
            pointer(&referrer),
            pointers.as_ref().map_or(null(), |list| list.as_ptr()),
            spec.flags,
        )
    })
}

/// WinHttpCloseHandle.
#[track_caller]
pub fn close(handle: RawHandle) -> Outcome {
    prepare();
    // SAFETY: any value may be given.
    boolean(unsafe { raw::WinHttpCloseHandle(hinternet(handle)) })
}

/// WinHttpSetStatusCallback; `Err` if it gives WINHTTP_INVALID_STATUS_CALLBACK, else the address of the old callback.
#[track_caller]
pub fn set_status_callback(
    handle: RawHandle,
    callback: WINHTTP_STATUS_CALLBACK,
    flags: u32,
) -> Outcome<usize> {
    prepare();
    // SAFETY: the callbacks of recorders live as long as the process.
    let old = unsafe { raw::WinHttpSetStatusCallback(hinternet(handle), callback, flags, 0) };
    let old = old.map_or(0, |old| old as usize);
    boolean(i32::from(old != usize::MAX)).map(|()| old)
}

/// WinHttpSetTimeouts.
#[track_caller]
pub fn set_timeouts(
    handle: RawHandle,
    resolve: i32,
    connect: i32,
    send: i32,
    receive: i32,
) -> Outcome {
    prepare();
    // SAFETY: takes numbers only.
    boolean(unsafe { raw::WinHttpSetTimeouts(hinternet(handle), resolve, connect, send, receive) })
}

/// WinHttpSendRequest. `headers` is given with a NUL behind and the length as said, (DWORD)-1 included. The optional data
/// lives for ever, because the library may use it until the response came.
#[track_caller]
pub fn send_request(
    request: RawHandle,
    headers: Option<&str>,
    headers_length: u32,
    optional: Option<&'static [u8]>,
    total_length: u32,
    context: usize,
) -> Outcome {
    let headers = optional_wide(headers);
    prepare();
    // SAFETY: the text ends with NUL; the optional data is static.
    operation(unsafe {
        raw::WinHttpSendRequest(
            hinternet(request),
            pointer(&headers),
            headers_length,
            optional.map_or(null(), |data| data.as_ptr().cast()),
            optional.map_or(0, |data| data.len() as u32),
            total_length,
            context,
        )
    })
}

/// WinHttpReceiveResponse.
#[track_caller]
pub fn receive_response(request: RawHandle) -> Outcome {
    prepare();
    // SAFETY: takes a handle and NULL.
    operation(unsafe { raw::WinHttpReceiveResponse(hinternet(request), null_mut()) })
}

/// WinHttpQueryDataAvailable of a synchronous request, or with an output that outlives the operation.
#[track_caller]
pub fn query_data_available(request: RawHandle, available: Option<&mut u32>) -> Outcome {
    prepare();
    // SAFETY: the output is valid or NULL.
    operation(unsafe {
        raw::WinHttpQueryDataAvailable(
            hinternet(request),
            available.map_or(null_mut(), |available| available),
        )
    })
}

/// WinHttpReadData. The buffer must stay untouched until the operation is complete: see [`lasting`].
#[track_caller]
pub fn read_data(request: RawHandle, buffer: &mut [u8], read: Option<&mut u32>) -> Outcome {
    prepare();
    // SAFETY: the buffer is as long as said; that it lasts is the caller's promise.
    operation(unsafe {
        raw::WinHttpReadData(
            hinternet(request),
            buffer.as_mut_ptr().cast(),
            buffer.len() as u32,
            read.map_or(null_mut(), |read| read),
        )
    })
}

/// WinHttpReadDataEx. The buffer must stay untouched until the operation is complete: see [`lasting`].
pub fn read_data_ex(
    request: RawHandle,
    buffer: &mut [u8],
    read: Option<&mut u32>,
    flags: u64,
    property_length: u32,
) -> Outcome {
    // SAFETY: the buffer is as long as said; that it lasts is the caller's promise.
    number(unsafe {
        raw::WinHttpReadDataEx(
            hinternet(request),
            buffer.as_mut_ptr().cast(),
            buffer.len() as u32,
            read.map_or(null_mut(), |read| read),
            flags,
            property_length,
            null_mut(),
        )
    })
}

/// WinHttpWriteData.
#[track_caller]
pub fn write_data(request: RawHandle, data: &'static [u8], written: Option<&mut u32>) -> Outcome {
    prepare();
    // SAFETY: the data is static; the output is valid or NULL.
    operation(unsafe {
        raw::WinHttpWriteData(
            hinternet(request),
            data.as_ptr().cast(),
            data.len() as u32,
            written.map_or(null_mut(), |written| written),
        )
    })
}

/// Bytes that live for ever.
pub fn lasting(bytes: impl Into<Vec<u8>>) -> &'static mut [u8] {
    Vec::leak(bytes.into())
}

/// The length that says: up to the NUL.
pub const TO_NUL: u32 = u32::MAX;

/// WinHttpAddRequestHeaders, with a NUL behind the text and the length as said.
#[track_caller]
pub fn add_headers_length(
    request: RawHandle,
    headers: Option<&str>,
    length: u32,
    modifiers: u32,
) -> Outcome {
    let headers = optional_wide(headers);
    prepare();
    // SAFETY: the text ends with NUL; lengths that tests give are within it.
    boolean(unsafe {
        raw::WinHttpAddRequestHeaders(hinternet(request), pointer(&headers), length, modifiers)
    })
}

/// WinHttpAddRequestHeaders with length -1.
#[track_caller]
pub fn add_headers(request: RawHandle, headers: &str, modifiers: u32) -> Outcome {
    add_headers_length(request, Some(headers), TO_NUL, modifiers)
}

/// WinHttpSetCredentials.
#[track_caller]
pub fn set_credentials(
    request: RawHandle,
    target: u32,
    scheme: u32,
    user: Option<&str>,
    password: Option<&str>,
) -> Outcome {
    let (user, password) = (optional_wide(user), optional_wide(password));
    prepare();
    // SAFETY: the texts end with NUL.
    boolean(unsafe {
        raw::WinHttpSetCredentials(
            hinternet(request),
            target,
            scheme,
            pointer(&user),
            pointer(&password),
            null_mut(),
        )
    })
}
