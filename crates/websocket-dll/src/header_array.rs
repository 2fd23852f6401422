//! Header arrays handed to programs.

use websocket_component::OutgoingHeader;
use win32_abi::websocket::WEB_SOCKET_HTTP_HEADER;

/// A contiguous array of headers with its texts, each terminated by NUL; at one place as long as it lives.
pub(crate) struct HeaderArray {
    headers: Vec<WEB_SOCKET_HTTP_HEADER>,
    /// What the pointers point to; never touched again. A `Vec`, because moving a `Box` would end the pointers' right to it.
    _texts: Vec<u8>,
}

// SAFETY: the pointers point into `_texts`, which moves along; nothing is changed after it was made.
unsafe impl Send for HeaderArray {}

impl HeaderArray {
    /// `None` if a text is too long for the C interface.
    pub(crate) fn new(headers: &[OutgoingHeader]) -> Option<Self> {
        // No more than is needed: it is kept as long as the handle.
        let room = headers
            .iter()
            .map(|header| header.name.len() + header.value.len() + 2)
            .sum();
        let mut texts = Vec::with_capacity(room);
        for header in headers {
            for text in [header.name.as_bytes(), header.value.as_bytes()] {
                texts.extend_from_slice(text);
                texts.push(0);
            }
        }
        let mut rest = &mut *texts;
        let mut take = |len: usize| {
            let (text, behind) = std::mem::take(&mut rest).split_at_mut(len + 1);
            rest = behind;
            Some((text.as_mut_ptr(), u32::try_from(len).ok()?))
        };
        let headers = headers
            .iter()
            .map(|header| {
                let (name, name_len) = take(header.name.len())?;
                let (value, value_len) = take(header.value.len())?;
                Some(WEB_SOCKET_HTTP_HEADER {
                    pcName: name,
                    ulNameLength: name_len,
                    pcValue: value,
                    ulValueLength: value_len,
                })
            })
            .collect::<Option<_>>()?;
        Some(Self {
            headers,
            _texts: texts,
        })
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut WEB_SOCKET_HTTP_HEADER {
        self.headers.as_mut_ptr()
    }

    pub(crate) fn len(&self) -> u32 {
        // At most six.
        self.headers.len() as u32
    }
}
