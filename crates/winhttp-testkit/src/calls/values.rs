//! Options and headers: what is asked for and set.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use super::{RawHandle, boolean, hinternet, optional_wide, pointer, prepare};
use crate::code::{Code, Outcome};
use crate::raw;
use crate::text::{units, wide};

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
pub fn set_option(handle: RawHandle, option: u32, buffer: Option<&Block>, size: u32) -> Outcome {
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
    set_option(handle, option, Some(&Block::of(&value.to_ne_bytes())), 4)
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
    assert!(
        size + 2 <= needed,
        "the announced size has room for the NUL"
    );
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
