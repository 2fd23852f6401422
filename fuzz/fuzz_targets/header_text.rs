//! Handshake inputs as text, so that seeds can be read and written by hand.
//!
//! Line 1: subprotocols, line 2: extensions, both separated by `|`; from line 3 on `Name: value`. A byte 0x1F stands for a
//! newline inside a value.

use ws_proto::handshake::{Header, OutgoingHeader};

pub struct Input {
    pub subprotocols: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Input {
    pub fn parse(text: &[u8]) -> Self {
        let mut lines = text.split(|&byte| byte == b'\n');
        let mut list = || {
            let line = lines.next().unwrap_or_default();
            let entries = line.split(|&byte| byte == b'|').map(<[u8]>::to_vec);
            if line.is_empty() {
                Vec::new()
            } else {
                entries.collect::<Vec<_>>()
            }
        };
        let (subprotocols, extensions) = (list(), list());
        let headers = lines.map(|line| {
            let mut parts = line.splitn(2, |&byte| byte == b':');
            let name = parts.next().unwrap_or_default().to_vec();
            let value = parts.next().unwrap_or_default();
            let value = value
                .iter()
                .map(|&byte| if byte == 0x1F { b'\n' } else { byte });
            (name, value.collect())
        });
        Self {
            subprotocols,
            extensions,
            headers: headers.collect(),
        }
    }

    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> + Clone {
        self.headers
            .iter()
            .map(|(name, value)| Header { name, value })
    }
}

pub fn slices(entries: &[Vec<u8>]) -> Vec<&[u8]> {
    entries.iter().map(Vec::as_slice).collect()
}

/// Our own headers as the other side receives them. Checks what is promised of them.
pub fn received(headers: &[OutgoingHeader]) -> impl Iterator<Item = Header<'_>> {
    headers.iter().map(|header| {
        assert!(!header.value.is_empty());
        for text in [header.name, &header.value] {
            assert!(
                text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')),
                "{text:?}"
            );
            assert_eq!(text.trim(), text);
        }
        Header {
            name: header.name.as_bytes(),
            value: header.value.as_bytes(),
        }
    })
}
