//! Handshake headers and their arithmetic, independent of the engine under test.

use crate::abi::WEB_SOCKET_HTTP_HEADER;

/// The key that .NET's dummy handshake carries.
pub const DOTNET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAA==";
/// The answer to [`DOTNET_KEY`].
pub const DOTNET_ACCEPT: &str = "ICX+Yqv66kxgM0FcWaLWlFLwTAI=";

/// The five request headers of .NET's dummy handshake.
pub const DOTNET_REQUEST: &[(&str, &str)] = &[
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Host", ""),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", DOTNET_KEY),
];

/// Headers as the ABI takes them, owning their text. Neither names nor values end in NUL.
pub struct Headers {
    #[expect(dead_code, reason = "owns the text that `raw` points to")]
    text: Vec<Box<[u8]>>,
    raw: Vec<WEB_SOCKET_HTTP_HEADER>,
}

impl Headers {
    /// From names and values.
    ///
    /// # Panics
    /// If one is 4 GiB long.
    pub fn new<N: AsRef<[u8]>, V: AsRef<[u8]>>(pairs: &[(N, V)]) -> Self {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a header below 4 GiB");
        let mut text: Vec<Box<[u8]>> = pairs
            .iter()
            .flat_map(|(name, value)| [name.as_ref().into(), value.as_ref().into()])
            .collect();
        let raw = text
            .chunks_exact_mut(2)
            .map(|pair| WEB_SOCKET_HTTP_HEADER {
                pcName: pair[0].as_mut_ptr(),
                ulNameLength: length(&pair[0]),
                pcValue: pair[1].as_mut_ptr(),
                ulValueLength: length(&pair[1]),
            })
            .collect();
        Self { text, raw }
    }

    /// Address of the array; NULL if it is empty.
    pub fn pointer(&self) -> *const WEB_SOCKET_HTTP_HEADER {
        if self.raw.is_empty() {
            std::ptr::null()
        } else {
            self.raw.as_ptr()
        }
    }

    /// Number of headers.
    ///
    /// # Panics
    /// If there are 2^32.
    pub fn count(&self) -> u32 {
        u32::try_from(self.raw.len()).expect("fewer than 2^32 headers")
    }
}

/// The value of the header called exactly `name`.
///
/// # Panics
/// If there is not exactly one.
pub fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    let found: Vec<_> = headers.iter().filter(|header| header.0 == name).collect();
    assert_eq!(found.len(), 1, "one {name} in {headers:?}");
    &found[0].1
}

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455, section 4.2.2).
pub fn accept(key: &str) -> String {
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    base64(&sha1(text.as_bytes()))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648, section 4).
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0, |group, &byte| (group << 8) | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = (group >> (18 - 6 * index)) & 63;
            out.push(if index <= chunk.len() {
                char::from(ALPHABET[digit as usize])
            } else {
                '='
            });
        }
    }
    out
}

/// The bytes that padded base64 stands for; `None` if `text` is not exactly what [`base64`] writes.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let digits: Vec<u32> = chunk
            .iter()
            .take_while(|&&byte| byte != b'=')
            .map(|byte| {
                ALPHABET
                    .iter()
                    .position(|digit| digit == byte)
                    .map(|at| at as u32)
            })
            .collect::<Option<_>>()?;
        let group = digits.iter().enumerate().fold(0, |group, (index, digit)| {
            group | (digit << (18 - 6 * index))
        });
        out.extend_from_slice(&group.to_be_bytes()[1..][..digits.len().checked_sub(1)?]);
    }
    (base64(&out) == text).then_some(out)
}

/// SHA-1 (RFC 3174).
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());

    let mut state = [
        0x6745_2301u32,
        0xEFCD_AB89,
        0x98BA_DCFE,
        0x1032_5476,
        0xC3D2_E1F0,
    ];
    for block in padded.chunks_exact(64) {
        let mut words = [0u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = bytes
                .iter()
                .fold(0, |word, &byte| (word << 8) | u32::from(byte));
        }
        for index in 16..80 {
            words[index] =
                (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16])
                    .rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (round, &word) in words.iter().enumerate() {
            let (mix, constant) = match round / 20 {
                0 => ((b & c) | (!b & d), 0x5A82_7999),
                1 => (b ^ c ^ d, 0x6ED9_EBA1),
                2 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(mix)
                .wrapping_add(e)
                .wrapping_add(constant)
                .wrapping_add(word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, part) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(part);
        }
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(decode_base64("Zm9vYg==").as_deref(), Some(&b"foob"[..]));
        assert_eq!(decode_base64("Zm9vYh=="), None);
        assert_eq!(accept(DOTNET_KEY), DOTNET_ACCEPT);
        assert_eq!(
            accept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        assert_eq!(
            accept("2onFzTWu2gdaaB2qJBVF6w=="),
            "4VXbyKjRjv+1EdqmmujUgKvJ5jY="
        );
    }
}
