//! UTF-16 text of bytes, so that seeds can be read: bytes are characters, but the highest sixteen are units worth trying.

const ODD: [u16; 16] = [
    0, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFB00, 0xFFFF, 0x10A, 0x10D, 0x120, 0x13A, 0x80, 0xFF,
    0x100, 0x2028, 0xFF0F,
];

pub fn units(bytes: &[u8]) -> Vec<u16> {
    let unit = |&byte: &u8| match usize::from(byte).checked_sub(256 - ODD.len()) {
        Some(index) => ODD[index],
        None => u16::from(byte),
    };
    bytes.iter().map(unit).collect()
}
