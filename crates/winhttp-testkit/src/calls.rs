//! The functions as a test wants to call them: without `unsafe`, with results that carry the error's number.
//!
//! Handles are numbers here, so that tests can pass wrong ones and move them between threads. Each wrapper puts a
//! nonsense value into the last error first and demands afterwards that a success left 0 there (facts 1.1) and a failure
//! left an error. Where the library may write more than it should, a wrapper cannot protect the test: that is what a test
//! under AddressSanitizer is for.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use win32_abi::winhttp::{HINTERNET, WINHTTP_STATUS_CALLBACK};

use crate::code::{Code, Outcome};
use crate::raw;
use crate::text::{units, wide};

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
    let old =
        unsafe { raw::WinHttpSetStatusCallback(hinternet(handle), callback, flags, 0) };
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
    boolean(unsafe {
        raw::WinHttpSetTimeouts(hinternet(handle), resolve, connect, send, receive)
    })
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
pub fn write_data(
    request: RawHandle,
    data: &'static [u8],
    written: Option<&mut u32>,
) -> Outcome {
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

/// Memory as aligned as C code would have it.
#[derive(Clone, Debug)]
pub struct Block {
    words: Vec<u64>,
    length: usize,
}

impl Block {
    /// So many bytes, each `fill`.
    pub fn filled(length: usize, fill: u8) -> Self {
        Self {
            words: vec![u64::from_ne_bytes([fill; 8]); length.div_ceil(8)],
            length,
        }
    }

    /// These bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut block = Self::filled(bytes.len(), 0);
        block.bytes_mut().copy_from_slice(bytes);
        block
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the words hold at least `length` bytes, and any byte is a u8.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.length) }
    }

    /// The bytes.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above; any 8 bytes are a u64.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), self.length) }
    }

    /// The `u32` at the start.
    pub fn u32(&self) -> u32 {
        u32::from_ne_bytes(self.bytes()[..4].try_into().expect("4 bytes"))
    }

    /// The first `bytes` bytes as text.
    pub fn text(&self, bytes: u32) -> String {
        crate::text::narrow(&units(&self.bytes()[..bytes as usize]))
    }
}

/// WinHttpQueryOption with any buffer and size; `None` are NULL pointers. The size may be larger than the block: tests of
/// nonsense sizes do that with blocks that hold the option's value.
#[track_caller]
pub fn query_option(
    handle: RawHandle,
    option: u32,
    buffer: Option<&mut Block>,
    size: Option<&mut u32>,
) -> Outcome {
    prepare();
    // SAFETY: the block holds what the option needs, or the size says how much it holds.
    boolean(unsafe {
        raw::WinHttpQueryOption(
            hinternet(handle),
            option,
            buffer.map_or(null_mut(), |block| block.bytes_mut().as_mut_ptr().cast()),
            size.map_or(null_mut(), |size| size),
        )
    })
}

/// A `DWORD` option.
#[track_caller]
pub fn query_u32(handle: RawHandle, option: u32) -> Outcome<u32> {
    let mut block = Block::filled(4, 0xA5);
    let mut size = 4;
    query_option(handle, option, Some(&mut block), Some(&mut size))?;
    assert_eq!(size, 4, "size of option {option}");
    Ok(block.u32())
}

/// An option of pointer width.
#[track_caller]
pub fn query_usize(handle: RawHandle, option: u32) -> Outcome<usize> {
    let mut block = Block::filled(size_of::<usize>(), 0xA5);
    let mut size = size_of::<usize>() as u32;
    query_option(handle, option, Some(&mut block), Some(&mut size))?;
    assert_eq!(size as usize, size_of::<usize>(), "size of option {option}");
    Ok(usize::from_ne_bytes(
        block.bytes().try_into().expect("its size"),
    ))
}

/// A text option, asked as facts 2.8 says.
#[track_caller]
pub fn query_text(handle: RawHandle, option: u32) -> Outcome<String> {
    let mut needed = 0;
    match query_option(handle, option, None, Some(&mut needed)) {
        Err(Code(122)) => {}
        Err(error) => return Err(error),
        Ok(()) => panic!("a text option without a buffer succeeded"),
    }
    let mut block = Block::filled(needed as usize, 0xA5);
    let mut size = needed;
    query_option(handle, option, Some(&mut block), Some(&mut size))?;
    assert_eq!(size + 2, needed, "the size without the NUL");
    assert_eq!(&block.bytes()[size as usize..], [0, 0], "the NUL");
    Ok(block.text(size))
}

/// Any option as bytes; the size asked for with a NULL buffer first.
#[track_caller]
pub fn query_bytes(handle: RawHandle, option: u32) -> Outcome<Block> {
    let mut needed = 0;
    match query_option(handle, option, None, Some(&mut needed)) {
        Err(Code(122)) => {}
        Err(error) => return Err(error),
        Ok(()) => panic!("option {option} without a buffer succeeded"),
    }
    let mut block = Block::filled(needed as usize, 0);
    let mut size = needed;
    query_option(handle, option, Some(&mut block), Some(&mut size))?;
    Ok(block)
}

/// WinHttpSetOption with any buffer and size.
#[track_caller]
pub fn set_option(
    handle: RawHandle,
    option: u32,
    buffer: Option<&Block>,
    size: u32,
) -> Outcome {
    prepare();
    // SAFETY: the block holds what the option needs, or the size says how much it holds.
    boolean(unsafe {
        raw::WinHttpSetOption(
            hinternet(handle),
            option,
            buffer.map_or(null(), |block| block.bytes().as_ptr().cast()),
            size,
        )
    })
}

/// Sets a `DWORD` option.
#[track_caller]
pub fn set_u32(handle: RawHandle, option: u32, value: u32) -> Outcome {
    set_option(
        handle,
        option,
        Some(&Block::of(&value.to_ne_bytes())),
        4,
    )
}

/// Sets an option of pointer width.
#[track_caller]
pub fn set_usize(handle: RawHandle, option: u32, value: usize) -> Outcome {
    set_option(
        handle,
        option,
        Some(&Block::of(&value.to_ne_bytes())),
        size_of::<usize>() as u32,
    )
}

/// Sets a text option, with the length in characters and a NUL behind that.
#[track_caller]
pub fn set_text(handle: RawHandle, option: u32, text: &str) -> Outcome {
    let bytes: Vec<u8> = wide(text).into_iter().flat_map(u16::to_ne_bytes).collect();
    set_option(
        handle,
        option,
        Some(&Block::of(&bytes)),
        (bytes.len() / 2 - 1) as u32,
    )
}

/// WinHttpQueryHeaders with any buffer, size and index.
#[track_caller]
pub fn query_headers(
    request: RawHandle,
    level: u32,
    name: Option<&str>,
    buffer: Option<&mut Block>,
    size: Option<&mut u32>,
    index: Option<&mut u32>,
) -> Outcome {
    let name = optional_wide(name);
    prepare();
    // SAFETY: the name ends with NUL; the block holds what the size says.
    boolean(unsafe {
        raw::WinHttpQueryHeaders(
            hinternet(request),
            level,
            pointer(&name),
            buffer.map_or(null_mut(), |block| {
                block.bytes_mut().as_mut_ptr().cast::<c_void>()
            }),
            size.map_or(null_mut(), |size| size),
            index.map_or(null_mut(), |index| index),
        )
    })
}

/// A header as text: asks for the size first, and checks both sizes.
#[track_caller]
pub fn header_at(
    request: RawHandle,
    level: u32,
    name: Option<&str>,
    index: Option<&mut u32>,
) -> Outcome<String> {
    let mut needed = 0;
    let mut at = index.as_ref().map(|index| **index);
    match query_headers(request, level, name, None, Some(&mut needed), at.as_mut()) {
        Err(Code(122)) => {}
        Err(error) => return Err(error),
        Ok(()) => panic!("a header query without a buffer succeeded"),
    }
    assert_eq!(
        at,
        index.as_ref().map(|index| **index),
        "the index does not move when the query fails"
    );
    let mut block = Block::filled(needed as usize, 0xA5);
    let mut size = needed;
    query_headers(
        request,
        level,
        name,
        Some(&mut block),
        Some(&mut size),
        index,
    )?;
    assert!(size + 2 <= needed, "the announced size has room for the NUL");
    assert_eq!(
        &block.bytes()[size as usize..size as usize + 2],
        [0, 0],
        "the NUL"
    );
    let text = units(&block.bytes()[..size as usize]);
    Ok(String::from_utf16(&text).expect("UTF-16"))
}

/// A header as text, the first of its name.
#[track_caller]
pub fn header(request: RawHandle, level: u32, name: Option<&str>) -> Outcome<String> {
    header_at(request, level, name, None)
}

/// All headers of a level or name, by index.
#[track_caller]
pub fn all_headers(request: RawHandle, level: u32, name: Option<&str>) -> Vec<String> {
    let mut index = 0;
    let mut values = Vec::new();
    loop {
        match header_at(request, level, name, Some(&mut index)) {
            Ok(value) => values.push(value),
            Err(error) => {
                assert_eq!(error, 12150);
                assert_eq!(index as usize, values.len());
                return values;
            }
        }
    }
}

/// A header as a `DWORD`; the number flag is added.
#[track_caller]
pub fn header_number(request: RawHandle, level: u32) -> Outcome<u32> {
    let mut block = Block::filled(4, 0xA5);
    let mut size = 4;
    query_headers(
        request,
        level | 0x2000_0000,
        None,
        Some(&mut block),
        Some(&mut size),
        None,
    )?;
    assert_eq!(size, 4);
    Ok(block.u32())
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
