//! Loaded libraries by their Windows names: `GetModuleHandle`, `LoadLibrary`, `GetProcAddress`.
//!
//! A module handle is the C library's. `winhttp.dll` stands for `libwinhttp.so` (`.dylib`), and any other name alike.

use core::ffi::{CStr, c_char, c_void};
use core::ptr::null_mut;
use std::ffi::CString;

use super::images::{Image, Opened, images};
use super::text::{narrow, wide};
use super::{ERROR_INVALID_HANDLE, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND, last_error};

/// `HMODULE`.
pub type HMODULE = *mut c_void;

/// `winhttp.dll`, `C:\dir\WinHttp` → `winhttp`.
fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    name.strip_suffix(".dll").unwrap_or(&name).to_owned()
}

fn is_of(image: &Image, stem: &str) -> bool {
    let file_name = image.file_name().to_ascii_lowercase();
    let file_name = file_name.strip_prefix(b"lib").unwrap_or(&file_name);
    let Some(rest) = file_name.strip_prefix(stem.as_bytes()) else {
        return false;
    };
    // With a version after it, perhaps.
    let is_library = rest == b".so" || rest.starts_with(b".so.") || rest == b".dylib";
    !stem.is_empty() && is_library
}

fn program() -> Option<Opened> {
    images().first()?.open()
}

fn loaded(name: &str) -> Option<Opened> {
    let stem = stem(name);
    images().iter().find(|image| is_of(image, &stem))?.open()
}

fn found(module: Option<HMODULE>) -> HMODULE {
    module.unwrap_or_else(|| {
        last_error::set(ERROR_MOD_NOT_FOUND);
        null_mut()
    })
}

/// A module that is there already; its holders keep it there.
fn get(name: Option<String>) -> HMODULE {
    let opened = match name {
        None => program(),
        Some(name) => loaded(&name),
    };
    found(opened.map(|opened| opened.as_ptr()))
}

/// A module that stays until it is freed, loaded if need be.
fn load(name: &str) -> HMODULE {
    if let Some(opened) = loaded(name) {
        return opened.leak();
    }
    let suffix = std::env::consts::DLL_SUFFIX;
    let names = [format!("lib{}{suffix}", stem(name)), name.to_owned()];
    let opened = names.into_iter().find_map(|name| {
        let name = CString::new(name).ok().filter(|name| !name.is_empty())?;
        // SAFETY: a terminated text. That the library's initialisers run is what the program asks for.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
        (!handle.is_null()).then_some(handle)
    });
    found(opened)
}

/// # Safety
/// NULL or text with a 0 at its end.
unsafe fn wide_name(name: *const u16) -> Option<String> {
    // SAFETY: the caller's promise.
    (!name.is_null()).then(|| String::from_utf16_lossy(unsafe { wide(name) }))
}

/// # Safety
/// NULL or text with a 0 at its end.
unsafe fn narrow_name(name: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!name.is_null()).then(|| String::from_utf8_lossy(unsafe { narrow(name) }).into_owned())
}

/// `GetModuleHandleW`: the program for NULL, else a loaded library; NULL and `ERROR_MOD_NOT_FOUND` if there is none.
///
/// # Safety
/// `name` is NULL or points to text with a 0 at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetModuleHandleW(name: *const u16) -> HMODULE {
    // SAFETY: the caller's promise.
    get(unsafe { wide_name(name) })
}

/// `GetModuleHandleA`.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetModuleHandleA(name: *const c_char) -> HMODULE {
    // SAFETY: the caller's promise.
    get(unsafe { narrow_name(name) })
}

/// `LoadLibraryW`: a library by its Windows name, or by its name here.
///
/// # Safety
/// `name` points to text with a 0 at its end; the library's initialisers may run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_LoadLibraryW(name: *const u16) -> HMODULE {
    // SAFETY: the caller's promise.
    load(&unsafe { wide_name(name) }.unwrap_or_default())
}

/// `LoadLibraryA`.
///
/// # Safety
/// As the wide one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_LoadLibraryA(name: *const c_char) -> HMODULE {
    // SAFETY: the caller's promise.
    load(&unsafe { narrow_name(name) }.unwrap_or_default())
}

/// `FreeLibrary`: undoes one `LoadLibrary`.
///
/// # Safety
/// `module` came from `LoadLibrary` and has not been freed as often; nothing of it is used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_FreeLibrary(module: HMODULE) -> i32 {
    // SAFETY: the caller's promise.
    if module.is_null() || unsafe { libc::dlclose(module) } != 0 {
        last_error::set(ERROR_INVALID_HANDLE);
        return 0;
    }
    1
}

/// `GetProcAddress`: a function of a module by its name; NULL and `ERROR_PROC_NOT_FOUND` if there is none, or for a number
/// instead of a name. A NULL module is the program.
///
/// # Safety
/// `module` is NULL or a live module handle; `name` points to text with a 0 at its end, or is less than 65536.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GetProcAddress(
    module: HMODULE,
    name: *const c_char,
) -> *mut c_void {
    let address = if name.addr() <= usize::from(u16::MAX) {
        None
    } else {
        // SAFETY: the caller's promise.
        let name = unsafe { CStr::from_ptr(name) };
        if module.is_null() {
            program().and_then(|program| program.symbol(name))
        } else {
            // SAFETY: the caller's promise.
            let address = unsafe { libc::dlsym(module, name.as_ptr()) };
            (!address.is_null()).then_some(address)
        }
    };
    address.unwrap_or_else(|| {
        last_error::set(ERROR_PROC_NOT_FOUND);
        null_mut()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_names_stand_for_libraries() {
        for name in ["winhttp.dll", "WINHTTP", r"C:\Windows\System32\WinHttp.DLL"] {
            assert_eq!(stem(name), "winhttp");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_c_library_is_found_and_searched() {
        // SAFETY: texts with a 0; live modules.
        unsafe {
            let wide: Vec<u16> = "C.DLL\0".encode_utf16().collect();
            let module = openwinhttp_GetModuleHandleW(wide.as_ptr());
            assert!(!module.is_null());
            let loaded = openwinhttp_LoadLibraryA(c"c.dll".as_ptr());
            assert_eq!(module, loaded);
            assert!(!openwinhttp_GetProcAddress(module, c"malloc".as_ptr()).is_null());
            assert!(!openwinhttp_GetProcAddress(null_mut(), c"malloc".as_ptr()).is_null());
            assert!(openwinhttp_GetProcAddress(module, c"HttpFoo".as_ptr()).is_null());
            assert_eq!(last_error::get(), ERROR_PROC_NOT_FOUND);
            assert!(openwinhttp_GetProcAddress(module, core::ptr::without_provenance(7)).is_null());
            assert_eq!(openwinhttp_FreeLibrary(loaded), 1);
            assert!(!openwinhttp_GetModuleHandleA(core::ptr::null()).is_null());
            for none in [c"no-such-library.dll", c"", c".dll"] {
                assert!(openwinhttp_GetModuleHandleA(none.as_ptr()).is_null());
                assert_eq!(last_error::get(), ERROR_MOD_NOT_FOUND);
                last_error::set(0);
                assert!(openwinhttp_LoadLibraryA(none.as_ptr()).is_null());
                assert_eq!(last_error::get(), ERROR_MOD_NOT_FOUND);
            }
            assert_eq!(openwinhttp_FreeLibrary(null_mut()), 0);
        }
    }
}
