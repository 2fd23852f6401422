//! Files: `CreateFile` and what programs do with what it gives.
//!
//! Names are UTF-16 or UTF-8; both `/` and `\` separate folders. Sharing modes, security and attributes of new files have
//! no effect. Everything is done at once; an `OVERLAPPED` only says where in the file.

use core::ffi::{c_char, c_void};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::events;
use super::objects::{HANDLE, INVALID_HANDLE_VALUE, Object, get, insert};
use super::paths::{ERROR_ACCESS_DENIED, fail, fail_at, narrow_path, wide_path};
use super::{ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, last_error};

const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;
const GENERIC_READ: u32 = 0x8000_0000;
const FILE_READ_DATA: u32 = 1;
const FILE_WRITE_DATA: u32 = 2;
const FILE_APPEND_DATA: u32 = 4;

const CREATE_NEW: u32 = 1;
const CREATE_ALWAYS: u32 = 2;
const OPEN_EXISTING: u32 = 3;
const OPEN_ALWAYS: u32 = 4;
const TRUNCATE_EXISTING: u32 = 5;

const ERROR_HANDLE_EOF: u32 = 38;
const ERROR_NEGATIVE_SEEK: u32 = 131;
const ERROR_ALREADY_EXISTS: u32 = 183;

/// A file that is open.
#[derive(Debug)]
pub(super) struct OpenFile(File);

/// `OVERLAPPED`: where to read or write, and what to signal.
#[repr(C)]
#[derive(Debug)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct OVERLAPPED {
    /// The status: 0 when done.
    pub Internal: usize,
    /// Bytes read or written.
    pub InternalHigh: usize,
    /// The lower half of the place in the file.
    pub Offset: u32,
    /// The upper half.
    pub OffsetHigh: u32,
    /// An event to signal, or NULL.
    pub hEvent: HANDLE,
}

/// What the functions with wide and with narrow names share.
fn open(path: &Path, access: u32, disposition: u32) -> HANDLE {
    let all = access & GENERIC_ALL != 0;
    let write = all || access & (GENERIC_WRITE | FILE_WRITE_DATA) != 0;
    let append = !write && access & FILE_APPEND_DATA != 0;
    let read = all || access & (GENERIC_READ | FILE_READ_DATA) != 0 || !(write || append);
    let mut options = OpenOptions::new();
    options.read(read).write(write).append(append);
    // Whether the file was there is to be told too; it may come or go meanwhile, which changes only that.
    let existed = path.exists();
    match disposition {
        OPEN_EXISTING => &mut options,
        // The system needs the right to write for these; the handle then has it too.
        CREATE_NEW => options.write(!append).create_new(true),
        CREATE_ALWAYS => options
            .append(false)
            .write(true)
            .create(true)
            .truncate(true),
        OPEN_ALWAYS => options.write(!append).create(true),
        TRUNCATE_EXISTING if write => options.truncate(true),
        _ => {
            last_error::set(ERROR_INVALID_PARAMETER);
            return INVALID_HANDLE_VALUE;
        }
    };
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) => {
            fail_at(path, &error);
            return INVALID_HANDLE_VALUE;
        }
    };
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        last_error::set(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }
    let Some(handle) = insert(Arc::new(Object::File(OpenFile(file)))) else {
        return INVALID_HANDLE_VALUE;
    };
    let overwrote = existed && matches!(disposition, CREATE_ALWAYS | OPEN_ALWAYS);
    last_error::set(if overwrote { ERROR_ALREADY_EXISTS } else { 0 });
    handle
}

/// This image's `CreateFileW`.
pub(super) unsafe extern "C" fn create_wide_local(
    name: *const u16,
    access: u32,
    _share: u32,
    _security: *const c_void,
    disposition: u32,
    _attributes: u32,
    _template: HANDLE,
) -> HANDLE {
    // SAFETY: the caller gives text with a 0 at its end.
    open(&unsafe { wide_path(name) }, access, disposition)
}

/// This image's `CreateFileA`.
pub(super) unsafe extern "C" fn create_narrow_local(
    name: *const c_char,
    access: u32,
    _share: u32,
    _security: *const c_void,
    disposition: u32,
    _attributes: u32,
    _template: HANDLE,
) -> HANDLE {
    // SAFETY: the caller gives text with a 0 at its end.
    open(&unsafe { narrow_path(name) }, access, disposition)
}

/// Does something with a file; 0 with the last error set if it fails.
fn with_file(handle: HANDLE, work: impl FnOnce(&File) -> io::Result<()>) -> i32 {
    match get(handle).as_deref() {
        Some(Object::File(OpenFile(file))) => match work(file) {
            Ok(()) => 1,
            Err(error) => fail(&error),
        },
        Some(_) => {
            last_error::set(ERROR_INVALID_HANDLE);
            0
        }
        None => 0,
    }
}

fn place(overlapped: &OVERLAPPED) -> u64 {
    u64::from(overlapped.OffsetHigh) << 32 | u64::from(overlapped.Offset)
}

fn uninterrupted<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match work() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Tells how much was done, in both ways.
///
/// # Safety
/// Both are NULL or point to what they are declared as.
unsafe fn report(count: usize, done: *mut u32, overlapped: *mut OVERLAPPED) {
    if !done.is_null() {
        // SAFETY: the caller's promise. The count is at most that asked for, which has 32 bits.
        unsafe { done.write(count as u32) };
    }
    if !overlapped.is_null() {
        // SAFETY: the caller's promise.
        let overlapped = unsafe { &mut *overlapped };
        overlapped.Internal = 0;
        overlapped.InternalHigh = count;
        if !overlapped.hEvent.is_null() {
            events::set_local(overlapped.hEvent);
        }
    }
}

/// This image's `ReadFile`.
pub(super) unsafe extern "C" fn read_local(
    handle: HANDLE,
    buffer: *mut c_void,
    length: u32,
    done: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> i32 {
    if buffer.is_null() && length != 0 {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    }
    let mut count = 0;
    let result = with_file(handle, |mut file| {
        let output: &mut [u8] = match length {
            0 => &mut [],
            _ => {
                // The system writes there and nobody reads it before; Rust asks for bytes that have a value, though.
                // SAFETY: the caller gives room for so many bytes.
                unsafe { buffer.cast::<u8>().write_bytes(0, length as usize) };
                // SAFETY: so many bytes, which have a value now, and nobody else uses them during the call.
                unsafe { core::slice::from_raw_parts_mut(buffer.cast(), length as usize) }
            }
        };
        // SAFETY: NULL or the caller's structure.
        count = match unsafe { overlapped.as_ref() } {
            Some(overlapped) => uninterrupted(|| file.read_at(output, place(overlapped)))?,
            None => uninterrupted(|| file.read(output))?,
        };
        Ok(())
    });
    // SAFETY: NULL or the caller's variables.
    unsafe { report(count, done, overlapped) };
    if result != 0 && count == 0 && length != 0 && !overlapped.is_null() {
        last_error::set(ERROR_HANDLE_EOF);
        return 0;
    }
    result
}

/// This image's `WriteFile`.
pub(super) unsafe extern "C" fn write_local(
    handle: HANDLE,
    buffer: *const c_void,
    length: u32,
    done: *mut u32,
    overlapped: *mut OVERLAPPED,
) -> i32 {
    if buffer.is_null() && length != 0 {
        last_error::set(ERROR_INVALID_PARAMETER);
        return 0;
    }
    let result = with_file(handle, |mut file| {
        let input: &[u8] = match length {
            0 => &[],
            // SAFETY: the caller gives so many bytes.
            _ => unsafe { core::slice::from_raw_parts(buffer.cast(), length as usize) },
        };
        // SAFETY: NULL or the caller's structure.
        match unsafe { overlapped.as_ref() } {
            Some(overlapped) => file.write_all_at(input, place(overlapped)),
            None => file.write_all(input),
        }
    });
    let count = if result == 0 { 0 } else { length as usize };
    // SAFETY: NULL or the caller's variables.
    unsafe { report(count, done, overlapped) };
    result
}

/// This image's `SetFilePointerEx`.
pub(super) unsafe extern "C" fn seek_local(
    handle: HANDLE,
    distance: i64,
    position: *mut i64,
    method: u32,
) -> i32 {
    let mut error = None;
    let result = with_file(handle, |mut file| {
        let from = match method {
            0 => match u64::try_from(distance) {
                Ok(place) => SeekFrom::Start(place),
                Err(_) => {
                    error = Some(ERROR_NEGATIVE_SEEK);
                    return Err(ErrorKind::InvalidInput.into());
                }
            },
            1 => SeekFrom::Current(distance),
            2 => SeekFrom::End(distance),
            _ => return Err(ErrorKind::InvalidInput.into()),
        };
        let place = file.seek(from).inspect_err(|refused| {
            if refused.kind() == ErrorKind::InvalidInput {
                error = Some(ERROR_NEGATIVE_SEEK);
            }
        })?;
        if !position.is_null() {
            // SAFETY: the caller gives room for the number, or NULL.
            unsafe { position.write(place.cast_signed()) };
        }
        Ok(())
    });
    if let Some(error) = error {
        last_error::set(error);
    }
    result
}

/// This image's `GetFileSizeEx`.
pub(super) unsafe extern "C" fn size_local(handle: HANDLE, size: *mut i64) -> i32 {
    with_file(handle, |file| {
        let length = file.metadata()?.len();
        if size.is_null() {
            return Err(ErrorKind::InvalidInput.into());
        }
        // SAFETY: the caller gives room for the number.
        unsafe { size.write(length.cast_signed()) };
        Ok(())
    })
}

/// This image's `SetEndOfFile`.
pub(super) extern "C" fn set_end_local(handle: HANDLE) -> i32 {
    with_file(handle, |mut file| {
        let place = file.stream_position()?;
        file.set_len(place)
    })
}

/// This image's `FlushFileBuffers`.
pub(super) extern "C" fn flush_local(handle: HANDLE) -> i32 {
    with_file(handle, File::sync_all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::paths::{ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND};
    use crate::runtime::{
        openwinhttp_CloseHandle, openwinhttp_CreateFileA, openwinhttp_CreateFileW,
        openwinhttp_GetFileSizeEx, openwinhttp_ReadFile, openwinhttp_SetEndOfFile,
        openwinhttp_SetFilePointerEx, openwinhttp_WriteFile,
    };
    use core::ptr::null_mut;
    use std::fs;
    use std::path::PathBuf;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("win32-abi-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn create(path: &Path, access: u32, disposition: u32) -> (HANDLE, u32) {
        let name: Vec<u16> = format!("{}\0", path.display()).encode_utf16().collect();
        last_error::set(9999);
        // SAFETY: text with a 0.
        let handle = unsafe {
            openwinhttp_CreateFileW(
                name.as_ptr(),
                access,
                0,
                null_mut(),
                disposition,
                0,
                null_mut(),
            )
        };
        (handle, last_error::get())
    }

    fn write(handle: HANDLE, text: &[u8], overlapped: *mut OVERLAPPED) -> bool {
        let mut done = 77;
        // SAFETY: true lengths.
        let ok = unsafe {
            openwinhttp_WriteFile(
                handle,
                text.as_ptr().cast(),
                text.len() as u32,
                &raw mut done,
                overlapped,
            )
        };
        assert_eq!(done as usize, if ok == 0 { 0 } else { text.len() });
        ok != 0
    }

    fn read(handle: HANDLE, overlapped: *mut OVERLAPPED) -> Option<Vec<u8>> {
        let mut buffer = vec![0_u8; 8];
        let mut done = 77;
        // SAFETY: true lengths.
        let ok = unsafe {
            openwinhttp_ReadFile(
                handle,
                buffer.as_mut_ptr().cast(),
                8,
                &raw mut done,
                overlapped,
            )
        };
        buffer.truncate(done as usize);
        (ok != 0).then_some(buffer)
    }

    #[test]
    fn files_are_written_read_and_measured() {
        let folder = Folder::new("files");
        let path = folder.0.join("g\u{fc}.txt");
        let (file, error) = create(&path, GENERIC_READ | GENERIC_WRITE, CREATE_NEW);
        assert_eq!(error, 0);
        assert!(write(file, b"0123456789", null_mut()));
        let mut place = 0;
        // SAFETY: room for the number, here and below.
        let moved = |distance, method, place: &mut i64| unsafe {
            openwinhttp_SetFilePointerEx(file, distance, place, method) != 0
        };
        assert!(moved(-3, 2, &mut place) && place == 7);
        assert_eq!(read(file, null_mut()).as_deref(), Some(&b"789"[..]));
        assert_eq!(read(file, null_mut()).as_deref(), Some(&b""[..]), "the end");
        assert!(!moved(-11, 1, &mut place));
        assert_eq!(last_error::get(), ERROR_NEGATIVE_SEEK);
        assert!(!moved(-1, 0, &mut place));
        assert_eq!(last_error::get(), ERROR_NEGATIVE_SEEK);
        assert!(!moved(0, 3, &mut place));
        assert_eq!(last_error::get(), ERROR_INVALID_PARAMETER);

        let mut overlapped = OVERLAPPED {
            Internal: 5,
            InternalHigh: 5,
            Offset: 4,
            OffsetHigh: 0,
            hEvent: null_mut(),
        };
        assert_eq!(
            read(file, &raw mut overlapped).as_deref(),
            Some(&b"456789"[..])
        );
        assert_eq!((overlapped.Internal, overlapped.InternalHigh), (0, 6));
        assert!(write(file, b"AB", &raw mut overlapped));
        overlapped.Offset = 10;
        assert_eq!(read(file, &raw mut overlapped), None);
        assert_eq!(last_error::get(), ERROR_HANDLE_EOF);
        assert!(moved(6, 0, &mut place) && openwinhttp_SetEndOfFile(file) != 0);
        let mut size = 0;
        // SAFETY: room for the number.
        assert_eq!(unsafe { openwinhttp_GetFileSizeEx(file, &raw mut size) }, 1);
        assert_eq!(size, 6);
        assert_eq!(openwinhttp_CloseHandle(file), 1);
        assert_eq!(fs::read(&path).unwrap(), b"0123AB");
        assert_eq!(read(file, null_mut()), None);
        assert_eq!(last_error::get(), ERROR_INVALID_HANDLE);
    }

    #[test]
    fn dispositions_and_their_errors() {
        let folder = Folder::new("dispositions");
        let path = folder.0.join("file");
        let refused = |path: &Path, access, disposition| {
            let (handle, error) = create(path, access, disposition);
            assert_eq!(handle, INVALID_HANDLE_VALUE);
            error
        };
        let opened = |access, disposition| {
            let (handle, error) = create(&path, access, disposition);
            assert_ne!(handle, INVALID_HANDLE_VALUE);
            (handle, error)
        };
        assert_eq!(
            refused(&path, GENERIC_READ, OPEN_EXISTING),
            ERROR_FILE_NOT_FOUND
        );
        let missing = folder.0.join("missing/file");
        assert_eq!(
            refused(&missing, GENERIC_READ, OPEN_EXISTING),
            ERROR_PATH_NOT_FOUND
        );
        assert_eq!(
            refused(&path, GENERIC_READ, TRUNCATE_EXISTING),
            ERROR_INVALID_PARAMETER
        );
        assert_eq!(refused(&path, GENERIC_READ, 6), ERROR_INVALID_PARAMETER);
        assert_eq!(
            refused(&folder.0, GENERIC_READ, OPEN_EXISTING),
            ERROR_ACCESS_DENIED
        );
        assert_eq!(
            refused(Path::new(""), GENERIC_READ, OPEN_EXISTING),
            ERROR_PATH_NOT_FOUND
        );

        let (file, error) = opened(GENERIC_WRITE, OPEN_ALWAYS);
        assert_eq!(error, 0);
        assert!(write(file, b"abc", null_mut()));
        assert_eq!(read(file, null_mut()), None);
        assert_eq!(last_error::get(), ERROR_ACCESS_DENIED);
        openwinhttp_CloseHandle(file);
        assert_eq!(refused(&path, GENERIC_WRITE, CREATE_NEW), ERROR_FILE_EXISTS);
        let (file, error) = opened(FILE_APPEND_DATA, OPEN_ALWAYS);
        assert_eq!(error, ERROR_ALREADY_EXISTS);
        assert!(write(file, b"def", null_mut()));
        openwinhttp_CloseHandle(file);
        assert_eq!(fs::read(&path).unwrap(), b"abcdef");
        let (file, error) = opened(GENERIC_READ, OPEN_EXISTING);
        assert_eq!(error, 0);
        assert!(!write(file, b"x", null_mut()));
        assert_eq!(last_error::get(), ERROR_ACCESS_DENIED);
        openwinhttp_CloseHandle(file);
        let (file, error) = opened(GENERIC_WRITE, CREATE_ALWAYS);
        assert_eq!(error, ERROR_ALREADY_EXISTS);
        openwinhttp_CloseHandle(file);
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn narrow_names_and_backslashes() {
        let folder = Folder::new("narrow");
        fs::write(folder.0.join("file"), b"x").unwrap();
        let name = format!("{}\\file\0", folder.0.display());
        // SAFETY: text with a 0.
        let handle = unsafe {
            openwinhttp_CreateFileA(
                name.as_ptr().cast(),
                GENERIC_READ,
                0,
                null_mut(),
                OPEN_EXISTING,
                0,
                null_mut(),
            )
        };
        assert_eq!(read(handle, null_mut()).as_deref(), Some(&b"x"[..]));
        assert_eq!(openwinhttp_CloseHandle(handle), 1);
    }
}
