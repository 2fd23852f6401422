//! Files by name: names as programs for Windows write them, attributes, deleting, and the error numbers of all that.

use core::ffi::c_char;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::text::{narrow, wide};
use super::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, last_error};

const FILE_ATTRIBUTE_READONLY: u32 = 0x01;
const FILE_ATTRIBUTE_DIRECTORY: u32 = 0x10;
const FILE_ATTRIBUTE_NORMAL: u32 = 0x80;
const INVALID_FILE_ATTRIBUTES: u32 = u32::MAX;
pub(super) const ERROR_FILE_NOT_FOUND: u32 = 2;
pub(super) const ERROR_PATH_NOT_FOUND: u32 = 3;
const ERROR_TOO_MANY_OPEN_FILES: u32 = 4;
pub(super) const ERROR_ACCESS_DENIED: u32 = 5;
const ERROR_GEN_FAILURE: u32 = 31;
pub(super) const ERROR_FILE_EXISTS: u32 = 80;
const ERROR_DISK_FULL: u32 = 112;
const ERROR_BROKEN_PIPE: u32 = 109;
const ERROR_INVALID_NAME: u32 = 123;
const ERROR_DIR_NOT_EMPTY: u32 = 145;

/// The number of a failure to open, read or write a file.
pub fn number_of(error: &io::Error) -> u32 {
    match error.kind() {
        ErrorKind::NotFound => ERROR_FILE_NOT_FOUND,
        ErrorKind::NotADirectory => ERROR_PATH_NOT_FOUND,
        ErrorKind::PermissionDenied | ErrorKind::IsADirectory | ErrorKind::ReadOnlyFilesystem => {
            ERROR_ACCESS_DENIED
        }
        ErrorKind::AlreadyExists => ERROR_FILE_EXISTS,
        ErrorKind::DirectoryNotEmpty => ERROR_DIR_NOT_EMPTY,
        ErrorKind::InvalidInput => ERROR_INVALID_PARAMETER,
        ErrorKind::InvalidFilename => ERROR_INVALID_NAME,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ERROR_DISK_FULL,
        ErrorKind::BrokenPipe => ERROR_BROKEN_PIPE,
        ErrorKind::OutOfMemory => ERROR_NOT_ENOUGH_MEMORY,
        _ => match error.raw_os_error() {
            Some(libc::EMFILE | libc::ENFILE) => ERROR_TOO_MANY_OPEN_FILES,
            // What the system answers to the wrong access of a file handle.
            Some(libc::EBADF) => ERROR_ACCESS_DENIED,
            _ => ERROR_GEN_FAILURE,
        },
    }
}

pub(super) fn fail(error: &io::Error) -> i32 {
    last_error::set(number_of(error));
    0
}

/// As [`fail`], but tells a missing file from a missing folder.
pub(super) fn fail_at(path: &Path, error: &io::Error) -> i32 {
    let mut number = number_of(error);
    if number == ERROR_FILE_NOT_FOUND {
        let folder = path.parent().filter(|folder| folder != &Path::new(""));
        if path.as_os_str().is_empty() || folder.is_some_and(|folder| !folder.is_dir()) {
            number = ERROR_PATH_NOT_FOUND;
        }
    }
    last_error::set(number);
    0
}

fn path_of(name: &str) -> PathBuf {
    PathBuf::from(name.replace('\\', "/"))
}

/// The path that a program means; `\` is `/`. NULL is the empty path.
///
/// # Safety
/// `name` is NULL or points to text with a 0 at its end.
pub unsafe fn wide_path(name: *const u16) -> PathBuf {
    // SAFETY: the caller's promise.
    path_of(&String::from_utf16_lossy(unsafe { wide(name) }))
}

/// The same from UTF-8.
///
/// # Safety
/// As [`wide_path`].
pub unsafe fn narrow_path(name: *const c_char) -> PathBuf {
    // SAFETY: the caller's promise.
    path_of(&String::from_utf8_lossy(unsafe { narrow(name) }))
}

fn attributes(path: &Path) -> u32 {
    match fs::metadata(path) {
        Ok(metadata) => {
            let kind = match metadata.is_dir() {
                true => FILE_ATTRIBUTE_DIRECTORY,
                false => 0,
            };
            let mode = match metadata.permissions().readonly() {
                true => FILE_ATTRIBUTE_READONLY,
                false => 0,
            };
            match kind | mode {
                0 => FILE_ATTRIBUTE_NORMAL,
                attributes => attributes,
            }
        }
        Err(error) => {
            fail_at(path, &error);
            INVALID_FILE_ATTRIBUTES
        }
    }
}

/// `GetFileAttributesW`: folder, read-only or normal; all ones if there is no such file.
///
/// # Safety
/// `name` points to text with a 0 at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetFileAttributesW(name: *const u16) -> u32 {
    // SAFETY: the caller's promise.
    attributes(&unsafe { wide_path(name) })
}

/// `GetFileAttributesA`.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetFileAttributesA(name: *const c_char) -> u32 {
    // SAFETY: the caller's promise.
    attributes(&unsafe { narrow_path(name) })
}

fn delete(path: &Path) -> i32 {
    match fs::remove_file(path) {
        Ok(()) => 1,
        Err(error) => fail_at(path, &error),
    }
}

/// `DeleteFileW`: a file that is open stays readable until it is closed.
///
/// # Safety
/// `name` points to text with a 0 at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_DeleteFileW(name: *const u16) -> i32 {
    // SAFETY: the caller's promise.
    delete(&unsafe { wide_path(name) })
}

/// `DeleteFileA`.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_DeleteFileA(name: *const c_char) -> i32 {
    // SAFETY: the caller's promise.
    delete(&unsafe { narrow_path(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_deleting() {
        let folder = std::env::temp_dir().join(format!("win32-abi-paths-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("file"), b"x").unwrap();
        let file = format!("{}\\file\0", folder.display());
        let wide: Vec<u16> = file.encode_utf16().collect();
        let folder_name = format!("{}\0", folder.display());
        // SAFETY: texts with a 0.
        unsafe {
            assert_eq!(
                openwinhttp_GetFileAttributesW(wide.as_ptr()),
                FILE_ATTRIBUTE_NORMAL
            );
            assert_eq!(
                openwinhttp_GetFileAttributesA(folder_name.as_ptr().cast()),
                FILE_ATTRIBUTE_DIRECTORY
            );
            assert_eq!(openwinhttp_DeleteFileW(wide.as_ptr()), 1);
            assert_eq!(openwinhttp_DeleteFileA(file.as_ptr().cast()), 0);
            assert_eq!(last_error::get(), ERROR_FILE_NOT_FOUND);
            assert_eq!(
                openwinhttp_GetFileAttributesW(wide.as_ptr()),
                INVALID_FILE_ATTRIBUTES
            );
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_error_has_a_number() {
        let number = |kind: ErrorKind| number_of(&kind.into());
        assert_eq!(number(ErrorKind::NotADirectory), ERROR_PATH_NOT_FOUND);
        assert_eq!(number(ErrorKind::StorageFull), ERROR_DISK_FULL);
        assert_eq!(number(ErrorKind::Other), ERROR_GEN_FAILURE);
        let too_many = io::Error::from_raw_os_error(libc::EMFILE);
        assert_eq!(number_of(&too_many), ERROR_TOO_MANY_OPEN_FILES);
    }
}
