//! The program's and its libraries' files in memory ("images"), in the order in which they were loaded.
//!
//! Every image is listed, also one that was loaded for its loader alone (`RTLD_LOCAL`), which `dlsym(RTLD_DEFAULT, …)`
//! would not find.

use core::ffi::{CStr, c_void};
use std::ffi::CString;

/// A loaded file.
#[derive(Debug)]
pub(super) struct Image {
    /// The name it was loaded by; empty: the program itself.
    name: CString,
    /// What tells whether an address lies in it.
    #[cfg(not(target_vendor = "apple"))]
    segments: Vec<core::ops::Range<usize>>,
    /// What tells whether an address lies in it.
    #[cfg(target_vendor = "apple")]
    header: usize,
}

/// An image that stays loaded while this lives.
#[derive(Debug)]
pub(super) struct Opened(*mut c_void);

impl Image {
    /// The last part of its path; empty for the program.
    pub(super) fn file_name(&self) -> &[u8] {
        let path = self.name.to_bytes();
        let start = path.iter().rposition(|&byte| byte == b'/');
        &path[start.map_or(0, |at| at + 1)..]
    }

    /// Takes a reference to the image; `None` if it is gone by now.
    pub(super) fn open(&self) -> Option<Opened> {
        let name = match self.name.as_bytes() {
            [] => core::ptr::null(),
            _ => self.name.as_ptr(),
        };
        // SAFETY: a terminated text or NULL. Nothing is loaded, so no foreign code runs.
        let handle = unsafe { libc::dlopen(name, libc::RTLD_LAZY | libc::RTLD_NOLOAD) };
        (!handle.is_null()).then_some(Opened(handle))
    }

    /// The address of a symbol that the image itself defines, not one that it depends on.
    pub(super) fn symbol(&self, opened: &Opened, name: &CStr) -> Option<*mut c_void> {
        let address = opened.symbol(name)?;
        self.contains(address).then_some(address)
    }

    #[cfg(not(target_vendor = "apple"))]
    fn contains(&self, address: *mut c_void) -> bool {
        self.segments
            .iter()
            .any(|segment| segment.contains(&address.addr()))
    }

    #[cfg(target_vendor = "apple")]
    fn contains(&self, address: *mut c_void) -> bool {
        let mut info = core::mem::MaybeUninit::<libc::Dl_info>::zeroed();
        // SAFETY: room for the answer; any address may be asked for.
        let found = unsafe { libc::dladdr(address, info.as_mut_ptr()) } != 0;
        // SAFETY: zeroed, which is a value of this structure, or filled in.
        found && unsafe { info.assume_init() }.dli_fbase.addr() == self.header
    }
}

impl Opened {
    /// The address of a symbol of the image or of those that it depends on.
    pub(super) fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        // SAFETY: a live handle and a terminated text.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!address.is_null()).then_some(address)
    }

    /// The handle as the C library knows it, not closed any more when this goes.
    pub(super) fn leak(self) -> *mut c_void {
        let handle = self.0;
        core::mem::forget(self);
        handle
    }

    /// The handle as the C library knows it.
    pub(super) fn as_ptr(&self) -> *mut c_void {
        self.0
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // SAFETY: a handle that `dlopen` gave, closed once.
        unsafe { libc::dlclose(self.0) };
    }
}

/// All images, the program first, then in the order of loading.
///
/// The list is made first and opened by the caller later: the list's lock and that of `dlopen` must not nest.
#[cfg(not(target_vendor = "apple"))]
pub(super) fn images() -> Vec<Image> {
    unsafe extern "C" fn add(
        info: *mut libc::dl_phdr_info,
        _size: usize,
        images: *mut c_void,
    ) -> core::ffi::c_int {
        // SAFETY: the C library passes a description that is valid during this call.
        let info = unsafe { &*info };
        // SAFETY: what `images` below passes; nobody else uses the list meanwhile.
        let images = unsafe { &mut *images.cast::<Vec<Image>>() };
        let name = match info.dlpi_name.is_null() {
            true => c"",
            // SAFETY: a terminated text, as documented.
            false => unsafe { CStr::from_ptr(info.dlpi_name) },
        };
        // The program comes first; some C libraries name it.
        let name = if images.is_empty() { c"" } else { name };
        let headers = match info.dlpi_phdr.is_null() {
            true => &[][..],
            // SAFETY: so many program headers lie there, as documented.
            false => unsafe { core::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) },
        };
        let segments = headers
            .iter()
            .filter(|header| header.p_type == libc::PT_LOAD)
            .map(|header| {
                let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
                start..start.saturating_add(header.p_memsz as usize)
            })
            .collect();
        images.push(Image {
            name: name.to_owned(),
            segments,
        });
        0
    }
    let mut images = Vec::new();
    // SAFETY: the function has the documented type, and gets the list that lives until the call returns.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut images).cast()) };
    images
}

/// All images, the program first, then in the order of loading.
#[cfg(target_vendor = "apple")]
pub(super) fn images() -> Vec<Image> {
    unsafe extern "C" {
        fn _dyld_image_count() -> u32;
        fn _dyld_get_image_name(index: u32) -> *const core::ffi::c_char;
        fn _dyld_get_image_header(index: u32) -> *const c_void;
    }
    // SAFETY: no arguments.
    let count = unsafe { _dyld_image_count() };
    (0..count)
        .filter_map(|index| {
            // SAFETY: any index may be asked for; NULL says that it is not used (any more).
            let (name, header) =
                unsafe { (_dyld_get_image_name(index), _dyld_get_image_header(index)) };
            if name.is_null() || header.is_null() {
                return None;
            }
            let name = match index {
                0 => c"",
                // SAFETY: a terminated text, as documented; it lives as long as the image.
                _ => unsafe { CStr::from_ptr(name) },
            };
            Some(Image {
                name: name.to_owned(),
                header: header.addr(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_comes_first_and_owns_its_addresses() {
        let images = images();
        assert!(images[0].file_name().is_empty());
        let opened = images[0].open().unwrap();
        assert!(images[0].contains(super::images as fn() -> Vec<Image> as *mut c_void));
        // The C library's symbol is visible through the program but not its own.
        assert!(opened.symbol(c"malloc").is_some());
        assert!(images[0].symbol(&opened, c"malloc").is_none());
        assert!(opened.symbol(c"openwinhttp_no_such_symbol").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn libraries_are_found_by_file_name() {
        let images = images();
        let library = images
            .iter()
            .find(|image| image.file_name().starts_with(b"libc."));
        let library = library.expect("the tests are linked with the C library");
        let opened = library.open().unwrap();
        assert!(library.symbol(&opened, c"malloc").is_some());
        assert!(!opened.as_ptr().is_null());
    }
}
