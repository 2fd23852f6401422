//! The receiving half: bytes in, events out.

use core::ops::Range;

use ws_mask::{mask_in_place, rotate_key};

use crate::{MessageKind, OpCode, ProtocolError, Role, Utf8Validator, close};

/// Text is unmasked and checked in steps of this many bytes, so that the second pass finds them in the first-level cache.
const TEXT_STEP: usize = 16 * 1024;

/// What a [`Receiver`] lets through.
#[derive(Clone, Copy, Debug)]
pub struct ReceiveOptions {
    /// Our role; decides whether frames must be masked.
    pub role: Role,
    /// Masked and unmasked frames are both accepted, whatever the role.
    pub either_mask: bool,
    /// Text is checked to be UTF-8. Close reasons always are.
    pub verify_text: bool,
    /// An extension was negotiated: RSV bits and reserved opcodes are let through and shown.
    pub extensions: bool,
}

impl ReceiveOptions {
    /// What RFC 6455 asks of `role`.
    pub const fn new(role: Role) -> Self {
        Self {
            role,
            either_mask: false,
            verify_text: true,
            extensions: false,
        }
    }
}

/// What a data frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text or binary message.
    Message(MessageKind),
    /// A frame of its own, with an opcode that only an extension knows.
    Extension(OpCode),
}

/// A piece of a data frame's payload.
#[derive(Debug, PartialEq, Eq)]
pub struct Data<'a> {
    /// What it belongs to.
    pub kind: Kind,
    /// The bytes, unmasked; they are the last that were consumed. Empty only in an empty frame with FIN.
    pub payload: &'a mut [u8],
    /// Whether this ends the message: the last byte of a frame with FIN.
    pub last: bool,
    /// RSV1 to RSV3 of *this* frame as a number, RSV1 being 4; 0 unless [`ReceiveOptions::extensions`].
    pub rsv: u8,
}

/// A received Close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseFrame<'a> {
    /// The code; `None` if the frame was empty.
    pub code: Option<u16>,
    /// The reason; its bytes are the last that were consumed.
    pub reason: &'a str,
}

/// What a call of [`Receiver::receive`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// More bytes are needed. Those not consumed must be given again, with more behind them.
    NeedMore,
    /// A piece of a message.
    Data(Data<'a>),
    /// A Ping; to be answered by a Pong with the same payload (RFC 6455 section 5.5.2).
    Ping(&'a [u8]),
    /// A Pong.
    Pong(&'a [u8]),
    /// Close. Nothing but pings and pongs is valid after it, and these are skipped.
    Close(CloseFrame<'a>),
}

/// The receiving half of a connection.
///
/// Give [`Self::receive`] the bytes that came and look at the event; give it what it did not consume again, with
/// whatever came meanwhile behind it, until it answers [`Event::NeedMore`]. A buffer of 131 bytes is enough for any
/// connection (the longest control frame); data frames of any length pass through it in pieces.
#[derive(Debug)]
pub struct Receiver {
    /// Of the data frame whose header was consumed; meaningless unless `in_frame`.
    remaining: u64,
    key: [u8; 4],
    first_byte: u8,
    in_frame: bool,
    /// The unfinished message, if there is one.
    open: Option<MessageKind>,
    /// Whether the text check applies to the open message.
    check_open: bool,
    close_received: bool,
    text: Utf8Validator,
    failed: Option<ProtocolError>,
    /// Between two messages, neither closed nor failed: derived from the fields above, so that the quick way through
    /// [`Self::receive`] asks one question instead of four.
    idle: bool,
    options: ReceiveOptions,
}

/// A header as parsed; small enough to stay in registers.
struct Header {
    len: usize,
    payload_len: u64,
    key: [u8; 4],
}

impl Receiver {
    /// The longest control frame: what a receive buffer must be able to hold.
    pub const MAX_CONTROL_LEN: usize = 6 + 125;

    /// Nothing received yet.
    pub const fn new(options: ReceiveOptions) -> Self {
        Self {
            remaining: 0,
            key: [0; 4],
            first_byte: 0,
            in_frame: false,
            open: None,
            check_open: false,
            close_received: false,
            text: Utf8Validator::new(),
            failed: None,
            idle: true,
            options,
        }
    }

    /// Whether the peer has broken the protocol: every call of [`Self::receive`] fails.
    pub const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// How many bytes of the data frame whose header was consumed are still to come; 0 between frames. So many can be received
    /// straight to where they are wanted, and then be given to [`Self::receive`] there.
    pub const fn frame_remaining(&self) -> u64 {
        if self.in_frame { self.remaining } else { 0 }
    }

    /// Whether Close was received.
    pub const fn is_closed(&self) -> bool {
        self.close_received
    }

    /// First byte of the data frame that the last data event came from, with FIN as `last` says: how an extension's frame
    /// is told to a program in pieces.
    pub const fn first_byte(&self, last: bool) -> u8 {
        (self.first_byte & 0x7F) | ((last as u8) << 7)
    }

    /// Whether frames of extensions are let through.
    pub const fn has_extensions(&self) -> bool {
        self.options.extensions
    }

    /// Lets frames of negotiated extensions through from now on.
    pub const fn allow_extensions(&mut self) {
        self.options.extensions = true;
    }

    /// Reads one event from the start of `input`; a data event has at most `limit` bytes (at least 1).
    ///
    /// Returns how many bytes were consumed (headers and payload) and the event. Payloads are unmasked in place. A
    /// piece of data is given as soon as one byte of it is there; a control frame only when it is whole. An empty frame
    /// that does not end its message is skipped.
    ///
    /// # Errors
    /// [`ProtocolError`] as soon as the bytes allow to tell (of a Close frame's payload: when it is whole); from then on every call gives the same error.
    #[inline]
    pub fn receive<'a>(
        &mut self,
        input: &'a mut [u8],
        limit: usize,
    ) -> Result<(usize, Event<'a>), ProtocolError> {
        if let Some((kind, range)) = self.whole_message(input, limit) {
            let consumed = range.end;
            let payload = &mut input[range];
            let kind = Kind::Message(kind);
            return Ok((
                consumed,
                Event::Data(Data {
                    kind,
                    payload,
                    last: true,
                    rsv: 0,
                }),
            ));
        }
        self.receive_any(input, limit)
    }

    /// The quick way for what is nearly always there: a whole message at the start of `input`, in one frame without RSV
    /// bits and of at most `limit` bytes and less than 64 KiB. Returns its kind and where its payload is, unmasked; all
    /// up to the payload's end was consumed.
    ///
    /// `None` says nothing but that [`Self::receive`] must be asked, with the same input; so is it for errors.
    #[inline(always)]
    pub fn whole_message(
        &mut self,
        input: &mut [u8],
        limit: usize,
    ) -> Option<(MessageKind, Range<usize>)> {
        let head = u64::from_le_bytes(*input.first_chunk()?);
        let kind = match head as u8 {
            0x81 => MessageKind::Text,
            0x82 => MessageKind::Binary,
            _ => return None,
        };
        let must_mask = matches!(self.options.role, Role::Server);
        let masked = head & 0x8000 != 0;
        if !self.idle || masked != must_mask {
            return None;
        }
        let (at, len) = match (head >> 8) as u8 & 0x7F {
            126 => (4, usize::from(((head >> 16) as u16).swap_bytes())),
            127 => return None,
            len => (2, usize::from(len)),
        };
        let start = if masked { at + 4 } else { at };
        let end = start + len;
        if end > input.len() || len > limit || (at == 4 && len < 126) {
            return None;
        }
        let payload = &mut input[start..end];
        if masked {
            mask_in_place(payload, ((head >> (8 * at)) as u32).to_le_bytes());
        }
        if matches!(kind, MessageKind::Text)
            && self.options.verify_text
            && Utf8Validator::check(payload).is_err()
        {
            self.fail(ProtocolError::InvalidUtf8);
            return None;
        }
        self.first_byte = head as u8;
        Some((kind, start..end))
    }

    fn receive_any<'a>(
        &mut self,
        input: &'a mut [u8],
        limit: usize,
    ) -> Result<(usize, Event<'a>), ProtocolError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let found = self.step(input, limit);
        self.idle = !self.in_frame && self.open.is_none() && !self.close_received;
        match found {
            Ok((consumed, Found::NeedMore)) => Ok((consumed, Event::NeedMore)),
            Ok((consumed, Found::Data { kind, len, last })) => {
                let rsv = (self.first_byte >> 4) & 0x7;
                let payload = &mut input[consumed - len..consumed];
                Ok((
                    consumed,
                    Event::Data(Data {
                        kind,
                        payload,
                        last,
                        rsv,
                    }),
                ))
            }
            Ok((consumed, Found::Control { opcode, payload })) => {
                let payload = &input[payload];
                let event = match opcode {
                    OpCode::PING => Event::Ping(payload),
                    OpCode::PONG => Event::Pong(payload),
                    _ => Event::Close(self.close(payload)?),
                };
                Ok((consumed, event))
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    #[cold]
    fn fail(&mut self, error: ProtocolError) -> ProtocolError {
        self.failed = Some(error);
        self.idle = false;
        error
    }

    fn step(&mut self, input: &mut [u8], limit: usize) -> Result<(usize, Found), ProtocolError> {
        let mut at = 0;
        loop {
            if !self.in_frame {
                let rest = &input[at..];
                let Some(header) = self.parse_header(rest)? else {
                    return Ok((at, Found::NeedMore));
                };
                let opcode = OpCode::from_first_byte(rest[0]);
                if opcode.is_control() && !opcode.is_reserved() {
                    let start = at + header.len;
                    // At most 125, so it fits any usize.
                    let end = start + header.payload_len as usize;
                    if end > input.len() {
                        return Ok((at, Found::NeedMore));
                    }
                    at = end;
                    if self.close_received {
                        continue;
                    }
                    mask_in_place(&mut input[start..end], header.key);
                    return Ok((
                        at,
                        Found::Control {
                            opcode,
                            payload: start..end,
                        },
                    ));
                }
                self.begin_frame(rest[0], opcode, &header);
                at += header.len;
            }
            let available = (input.len() - at).min(limit);
            let len = usize::try_from(self.remaining).map_or(available, |left| left.min(available));
            let whole = self.remaining == len as u64;
            let last = whole && self.first_byte & 0x80 != 0;
            if len == 0 && !last {
                if whole {
                    self.in_frame = false;
                    continue;
                }
                return Ok((at, Found::NeedMore));
            }
            let kind = self.payload(&mut input[at..at + len], last)?;
            self.in_frame = !whole;
            return Ok((at + len, Found::Data { kind, len, last }));
        }
    }

    /// Checks as much of a header as is there; `None` if it is not whole.
    fn parse_header(&self, bytes: &[u8]) -> Result<Option<Header>, ProtocolError> {
        let Some(&first) = bytes.first() else {
            return Ok(None);
        };
        self.check_first_byte(first)?;
        let Some(&second) = bytes.get(1) else {
            return Ok(None);
        };
        let masked = second & 0x80 != 0;
        let must_mask = matches!(self.options.role, Role::Server);
        if masked != must_mask && !self.options.either_mask {
            return Err(if masked {
                ProtocolError::Masked
            } else {
                ProtocolError::Unmasked
            });
        }
        let short = second & 0x7F;
        if short > 125 && OpCode::from_first_byte(first).is_control() {
            return Err(ProtocolError::OversizedControl);
        }
        if first & 0xF == OpCode::CLOSE.value() && short == 1 {
            return Err(ProtocolError::ClosePayload);
        }
        let (at, payload_len) = match short {
            126 => {
                let Some(&length) = bytes.get(2..).and_then(|rest| rest.first_chunk()) else {
                    return Ok(None);
                };
                let length = u64::from(u16::from_be_bytes(length));
                if length < 126 {
                    return Err(ProtocolError::LengthNotMinimal);
                }
                (4, length)
            }
            127 => {
                let length = bytes.get(2..).unwrap_or_default();
                if length.first().is_some_and(|top| top & 0x80 != 0) {
                    return Err(ProtocolError::LengthTooLarge);
                }
                // Six zeros: at most 65535, whatever the other two bytes are.
                if length.starts_with(&[0; 6]) {
                    return Err(ProtocolError::LengthNotMinimal);
                }
                let Some(&length) = length.first_chunk() else {
                    return Ok(None);
                };
                (10, u64::from_be_bytes(length))
            }
            short => (2, u64::from(short)),
        };
        if !masked {
            return Ok(Some(Header {
                len: at,
                payload_len,
                key: [0; 4],
            }));
        }
        let key = bytes.get(at..).and_then(|rest| rest.first_chunk());
        Ok(key.map(|&key| Header {
            len: at + 4,
            payload_len,
            key,
        }))
    }

    /// Whether a frame may begin with `first` now.
    fn check_first_byte(&self, first: u8) -> Result<(), ProtocolError> {
        let opcode = OpCode::from_first_byte(first);
        if !self.options.extensions {
            if first & 0x70 != 0 {
                return Err(ProtocolError::ReservedBits);
            }
            if opcode.is_reserved() {
                return Err(ProtocolError::ReservedOpcode);
            }
        }
        if opcode.is_control() {
            if first & 0x80 == 0 {
                return Err(ProtocolError::FragmentedControl);
            }
            if opcode == OpCode::CLOSE && self.close_received {
                return Err(ProtocolError::CloseAfterClose);
            }
            if self.close_received && opcode.is_reserved() {
                return Err(ProtocolError::DataAfterClose);
            }
            return Ok(());
        }
        if self.close_received {
            return Err(ProtocolError::DataAfterClose);
        }
        match (opcode, self.open) {
            (OpCode::CONTINUATION, None) => Err(ProtocolError::UnexpectedContinuation),
            (OpCode::TEXT | OpCode::BINARY, Some(_)) => Err(ProtocolError::ExpectedContinuation),
            _ => Ok(()),
        }
    }

    /// Takes over a header that [`Self::parse_header`] has accepted.
    fn begin_frame(&mut self, first: u8, opcode: OpCode, header: &Header) {
        self.in_frame = true;
        self.first_byte = first;
        self.key = header.key;
        self.remaining = header.payload_len;
        let kind = match opcode {
            OpCode::TEXT => MessageKind::Text,
            OpCode::BINARY => MessageKind::Binary,
            _ => return,
        };
        self.open = Some(kind);
        // An RSV bit here means that an extension has changed the bytes: they are not text yet.
        self.check_open =
            matches!(kind, MessageKind::Text) && self.options.verify_text && first & 0x70 == 0;
    }

    /// Unmasks and checks the next bytes of the open frame.
    fn payload(&mut self, bytes: &mut [u8], last: bool) -> Result<Kind, ProtocolError> {
        self.remaining -= bytes.len() as u64;
        let opcode = OpCode::from_first_byte(self.first_byte);
        let kind = match self.open {
            Some(kind) if !opcode.is_reserved() => Kind::Message(kind),
            _ => Kind::Extension(opcode),
        };
        if self.check_open && !opcode.is_reserved() {
            self.unmask_and_check(bytes)?;
            if last {
                self.text.finish().map_err(|_| ProtocolError::InvalidUtf8)?;
            }
        } else {
            mask_in_place(bytes, self.key);
        }
        if self.remaining > 0 {
            self.key = rotate_key(self.key, bytes.len());
        }
        if last && !opcode.is_reserved() {
            self.open = None;
        }
        Ok(kind)
    }

    #[inline]
    fn unmask_and_check(&mut self, bytes: &mut [u8]) -> Result<(), ProtocolError> {
        // The step is a multiple of four, so the key keeps its phase.
        for step in bytes.chunks_mut(TEXT_STEP) {
            mask_in_place(step, self.key);
            self.text
                .push(step)
                .map_err(|_| ProtocolError::InvalidUtf8)?;
        }
        Ok(())
    }

    /// Reads the payload of a Close frame.
    fn close<'a>(&mut self, payload: &'a [u8]) -> Result<CloseFrame<'a>, ProtocolError> {
        let frame = match payload.split_first_chunk() {
            None => CloseFrame {
                code: None,
                reason: "",
            },
            Some((&code, reason)) => {
                let code = u16::from_be_bytes(code);
                if !close::may_be_sent(code) {
                    return Err(self.fail(ProtocolError::CloseCode));
                }
                let Ok(reason) = core::str::from_utf8(reason) else {
                    return Err(self.fail(ProtocolError::InvalidUtf8));
                };
                CloseFrame {
                    code: Some(code),
                    reason,
                }
            }
        };
        self.close_received = true;
        self.idle = false;
        Ok(frame)
    }
}

/// An event without its bytes.
enum Found {
    NeedMore,
    Data {
        kind: Kind,
        len: usize,
        last: bool,
    },
    Control {
        opcode: OpCode,
        payload: Range<usize>,
    },
}
