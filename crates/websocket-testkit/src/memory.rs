//! Memory handed to the library: payloads that live long enough, and a guarded block for `ALLOCATED_BUFFER`.

use std::sync::Mutex;

/// Bytes at a fixed address that are never freed, so that an operation may refer to them for as long as it likes.
///
/// A process-wide list keeps them, which makes them "still reachable" for leak checkers. Meant for the bounded number
/// of payloads of a test, not for long random runs: those manage their own memory and use the `_raw` calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    address: usize,
    length: usize,
}

impl Memory {
    /// A copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        static KEPT: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());
        let mut copy: Box<[u8]> = bytes.into();
        let memory = Self {
            address: copy.as_mut_ptr().expose_provenance(),
            length: copy.len(),
        };
        KEPT.lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(copy);
        memory
    }

    /// `length` bytes of 0xEE, to receive into.
    pub fn room(length: usize) -> Self {
        Self::new(&vec![0xEE; length])
    }

    /// `length` bytes that differ from their neighbours.
    pub fn pattern(length: usize) -> Self {
        Self::new(&pattern(length))
    }

    /// Address of the first byte.
    pub fn pointer(self) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(self.address)
    }

    /// Length in bytes.
    ///
    /// # Panics
    /// If it does not fit the ABI's `ULONG`.
    pub fn length(self) -> u32 {
        u32::try_from(self.length).expect("a payload shorter than 4 GiB")
    }

    /// What the bytes are now.
    pub fn bytes(self) -> Vec<u8> {
        // SAFETY: `new` made the allocation of this address and length, and it is never freed. Nothing in Rust holds a
        // reference into it; the library under test writes to it only during calls that the test has waited for.
        unsafe { std::slice::from_raw_parts(self.pointer(), self.length) }.to_vec()
    }

    /// The part from `offset` on, `length` bytes long.
    ///
    /// # Panics
    /// If that is not inside.
    pub fn part(self, offset: usize, length: usize) -> Self {
        assert!(offset + length <= self.length, "part of a Memory");
        Self {
            address: self.address + offset,
            length,
        }
    }
}

/// `length` bytes that differ from their neighbours, with a period that divides no power of two.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..=250u8).cycle().take(length).collect()
}

const GUARD: usize = 512;
const GUARD_BYTE: u8 = 0xC9;

/// A block for `ALLOCATED_BUFFER` with guard bytes on both sides, of any alignment.
pub struct Block {
    storage: Box<[u8]>,
    start: usize,
    length: usize,
}

impl Block {
    /// The size that .NET gives: `RBS + SBS + 144`.
    pub fn size_for(receive_buffer: u32, send_buffer: u32) -> u32 {
        receive_buffer + send_buffer + 144
    }

    /// A block of `length` bytes whose address modulo 8 is `misalignment`.
    pub fn new(length: usize, misalignment: usize) -> Self {
        let mut storage = vec![GUARD_BYTE; length + 2 * GUARD + 16].into_boxed_slice();
        let base = storage.as_mut_ptr().expose_provenance() + GUARD;
        let start = GUARD + (misalignment.wrapping_sub(base) & 7);
        Self {
            storage,
            start,
            length,
        }
    }

    /// A block of the size that .NET gives, 4-aligned but not 8-aligned, as an x86 .NET array is.
    pub fn like_dotnet(receive_buffer: u32, send_buffer: u32) -> Self {
        Self::new(Self::size_for(receive_buffer, send_buffer) as usize, 4)
    }

    /// Address of the first byte.
    pub fn pointer(&self) -> *mut u8 {
        let base = self.storage.as_ptr().expose_provenance();
        std::ptr::with_exposed_provenance_mut(base + self.start)
    }

    /// Length in bytes.
    ///
    /// # Panics
    /// If it does not fit the ABI's `ULONG`.
    pub fn length(&self) -> u32 {
        u32::try_from(self.length).expect("a block shorter than 4 GiB")
    }

    /// Whether `length` bytes at `pointer` lie inside, the end included for empty ranges.
    pub fn contains(&self, pointer: *const u8, length: usize) -> bool {
        let start = self.pointer().addr();
        let at = pointer.addr();
        at >= start && at + length <= start + self.length
    }

    /// The guard bytes that changed, as offsets from the start of the block.
    pub fn damage(&self) -> Vec<isize> {
        let inside = self.start..self.start + self.length;
        self.storage
            .iter()
            .enumerate()
            .filter(|&(index, &byte)| byte != GUARD_BYTE && !inside.contains(&index))
            .map(|(index, _)| index.cast_signed() - self.start.cast_signed())
            .collect()
    }
}
