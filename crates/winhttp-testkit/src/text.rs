//! Texts as WinHTTP takes them: UTF-16 with a NUL behind.

/// The text in UTF-16, with a NUL behind it.
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// The text up to the first NUL, or all of it.
///
/// # Panics
/// If it is not UTF-16.
pub fn narrow(text: &[u16]) -> String {
    let end = text
        .iter()
        .position(|&unit| unit == 0)
        .unwrap_or(text.len());
    String::from_utf16(&text[..end]).expect("UTF-16")
}

/// UTF-16 units from bytes, as a query leaves them in a buffer.
///
/// # Panics
/// If the number of bytes is odd.
pub fn units(bytes: &[u8]) -> Vec<u16> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    assert!(rest.is_empty(), "{} bytes are not UTF-16", bytes.len());
    pairs.iter().map(|&pair| u16::from_ne_bytes(pair)).collect()
}

/// The text at a pointer, up to its NUL.
///
/// # Safety
/// The pointer is NULL or points to UTF-16 that ends with a NUL.
pub unsafe fn text_at(pointer: *const u16) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: no unit behind the NUL is looked at.
    while unsafe { *pointer.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: `length` units were just read.
    Some(narrow(unsafe {
        std::slice::from_raw_parts(pointer, length)
    }))
}
