//! The send lane: queued operations become frames, one action at a time.

use std::collections::VecDeque;
use std::ops::Range;

use ws_proto::{
    FrameHeader, MessageKind, OpCode, Sender, SequenceError, close, encode_frame, mask_copy,
    rotate_key,
};

use crate::parts::{Masking, Parts};
use crate::queue::give_back;
use crate::{Action, ActionId, Block, BufferType, Buffers, CloseStatus, Error, Message};

#[derive(Debug)]
pub(crate) struct SendLane<P, C> {
    operations: VecDeque<Operation<P, C>>,
    outstanding: Option<Outstanding>,
    sender: Sender,
    aborted: bool,
}

#[derive(Debug)]
struct Operation<P, C> {
    kind: BufferType,
    payload: Option<P>,
    /// Payload bytes whose frames were given out.
    sent: usize,
    /// First byte of the first frame; FIN is that of the last one.
    first_byte: u8,
    /// Code of a Close.
    status: Option<u16>,
    progress: Progress,
    context: C,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Frames, or the first buffer of a frame, are still to be given out.
    Frames,
    /// The header was written alone; the payload follows before anything else.
    Payload,
    /// All is written, or the operation was cancelled.
    Finished,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    id: ActionId,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Bytes to write, and what the operation is when they are written.
    Write {
        bytes: usize,
        then: Progress,
        in_control_area: bool,
    },
    Indicate,
}

impl<P: AsRef<[u8]>, C> SendLane<P, C> {
    pub(crate) fn new() -> Self {
        Self {
            operations: VecDeque::with_capacity(1),
            outstanding: None,
            sender: Sender::new(),
            aborted: false,
        }
    }

    pub(crate) const fn abort(&mut self) {
        self.aborted = true;
    }

    /// Whether a pong must wait: it may not come between the halves of a frame.
    pub(crate) fn is_inside_frame(&self) -> bool {
        match (self.outstanding, self.operations.front()) {
            _ if self.aborted => false,
            (
                Some(Outstanding {
                    step: Step::Write { then, .. },
                    ..
                }),
                Some(head),
            ) => then == Progress::Payload || head.progress == Progress::Payload,
            (None, Some(head)) => head.progress == Progress::Payload,
            _ => false,
        }
    }

    /// Whether an outstanding Close occupies the room of pongs.
    pub(crate) const fn occupies_control_area(&self) -> bool {
        matches!(
            self.outstanding,
            Some(Outstanding {
                step: Step::Write {
                    in_control_area: true,
                    ..
                },
                ..
            })
        )
    }

    /// Checks `message` and queues it. `extension_limit` is how much payload fits one frame of an extension; `None` if none
    /// was negotiated.
    pub(crate) fn push(
        &mut self,
        message: Message<P>,
        context: C,
        extension_limit: Option<usize>,
    ) -> Result<(), Error> {
        let kind = message.buffer_type();
        let mut status = None;
        let (first_byte, payload) = match message {
            Message::Data {
                kind,
                last,
                payload,
            } => (first_byte(self.sender.data(kind, last)?, last), payload),
            Message::Close(fields) => {
                let (code, reason) = checked_close(fields)?;
                self.sender.close()?;
                status = code;
                (first_byte(OpCode::CLOSE, true), reason)
            }
            Message::Ping => (first_byte(OpCode::PING, true), None),
            Message::UnsolicitedPong => (first_byte(OpCode::PONG, true), None),
            Message::Extension {
                first_byte,
                payload,
            } => {
                let len = payload.as_ref().map_or(0, |payload| payload.as_ref().len());
                self.check_extension(first_byte, len, extension_limit)?;
                (first_byte, payload)
            }
        };
        self.operations.push_back(Operation {
            kind,
            payload,
            sent: 0,
            first_byte,
            status,
            progress: Progress::Frames,
            context,
        });
        Ok(())
    }

    /// Whether a frame with this first byte may be sent, and moves the message state on.
    fn check_extension(
        &mut self,
        first_byte: u8,
        len: usize,
        limit: Option<usize>,
    ) -> Result<(), Error> {
        let opcode = OpCode::from_first_byte(first_byte);
        let Some(limit) = limit else {
            return Err(Error::InvalidArgument(
                "a custom buffer type needs a negotiated extension",
            ));
        };
        if first_byte & 0x70 == 0 && !opcode.is_reserved() {
            return Err(Error::InvalidArgument(
                "a custom buffer type for a standard frame",
            ));
        }
        let fin = first_byte & 0x80 != 0;
        if opcode.is_control() && (!fin || len > 125) {
            return Err(Error::InvalidArgument(
                "a control frame has FIN and at most 125 bytes",
            ));
        }
        // Only data frames have continuations.
        if len > limit && (opcode.is_reserved() || opcode.is_control()) {
            return Err(Error::InvalidArgument(
                "an extension's frame must fit the send buffer",
            ));
        }
        match opcode {
            OpCode::TEXT | OpCode::BINARY => {
                if self.sender.open_message().is_some() {
                    return Err(SequenceError::OtherMessageOpen.into());
                }
                let kind = if opcode == OpCode::TEXT {
                    MessageKind::Text
                } else {
                    MessageKind::Binary
                };
                self.sender.data(kind, fin)?;
            }
            OpCode::CONTINUATION => {
                self.sender.continuation(fin)?;
            }
            OpCode::CLOSE => self.sender.close()?,
            // Only pings and pongs may follow Close: the receiver of the other side refuses all else.
            _ if self.sender.is_closed() && !matches!(opcode, OpCode::PING | OpCode::PONG) => {
                return Err(SequenceError::Closed.into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether [`Self::next`] would give an action.
    #[inline]
    pub(crate) fn has_action(&self, pong_outstanding: bool) -> bool {
        self.outstanding.is_none()
            && self.operations.front().is_some_and(|head| {
                self.aborted || head.progress == Progress::Finished || !pong_outstanding
            })
    }

    /// The next action; `pong_outstanding` holds frames back.
    #[inline]
    pub(crate) fn next<'a, B: Block>(
        &'a mut self,
        parts: Parts<'a, B>,
        max_buffers: usize,
        pong_outstanding: bool,
    ) -> Result<Action<'a, C>, Error> {
        if self.outstanding.is_some() {
            return Ok(Action::None);
        }
        let Some(head) = self.operations.front_mut() else {
            return Ok(Action::None);
        };
        if self.aborted || head.progress == Progress::Finished {
            let id = parts.ids.next();
            self.outstanding = Some(Outstanding {
                id,
                step: Step::Indicate,
            });
            return Ok(Action::IndicateSendComplete {
                id,
                kind: head.kind,
                context: &head.context,
            });
        }
        if pong_outstanding {
            return Ok(Action::None);
        }
        let mask = parts.masking.key(parts.keys)?;
        let splits = parts.masking == Masking::FreshKeys && head.kind != BufferType::Close;
        let part = if splits {
            head.next_part(parts.layout.masked_payload_len())
        } else {
            0..head.bytes().len()
        };
        let head = &*head;
        let id = parts.ids.next();
        let (buffers, then, in_control_area) = match (head.kind, mask) {
            _ if head.progress == Progress::Payload => {
                (Buffers::one(head.bytes()), Progress::Finished, false)
            }
            (BufferType::Close, _) => head.close_frame(parts, max_buffers, mask),
            (_, Some(key)) if splits => head.masked_frame(parts, max_buffers, key, part),
            _ => head.plain_frame(parts, max_buffers, mask),
        };
        let bytes = buffers.total_len();
        self.outstanding = Some(Outstanding {
            id,
            step: Step::Write {
                bytes,
                then,
                in_control_area,
            },
        });
        Ok(Action::SendToNetwork {
            id,
            kind: head.kind,
            context: Some(&head.context),
            buffers,
        })
    }

    /// Takes the report of an action; false if it is not one of this lane.
    #[inline]
    pub(crate) fn complete(&mut self, id: ActionId, bytes: usize) -> bool {
        let Some(outstanding) = self.outstanding.filter(|outstanding| outstanding.id == id) else {
            return false;
        };
        self.outstanding = None;
        match outstanding.step {
            Step::Indicate => {
                self.operations.pop_front();
                give_back(&mut self.operations);
            }
            Step::Write {
                bytes: expected,
                then,
                ..
            } => {
                if let Some(head) = self.operations.front_mut() {
                    // In 32 bits, as the C interface counts: a frame may be longer than its counter.
                    head.progress = if bytes as u32 == expected as u32 {
                        then
                    } else {
                        Progress::Finished
                    };
                }
            }
        }
        true
    }
}

impl<P: AsRef<[u8]>, C> Operation<P, C> {
    fn bytes(&self) -> &[u8] {
        self.payload.as_ref().map_or(&[], AsRef::as_ref)
    }

    /// The part of the payload that the next frame takes, `limit` bytes at most.
    fn next_part(&mut self, limit: usize) -> Range<usize> {
        let begin = self.sent;
        self.sent += (self.bytes().len() - begin).min(limit);
        begin..self.sent
    }

    /// A frame with a masked copy of `part` of the payload.
    fn masked_frame<'a, B: Block>(
        &self,
        parts: Parts<'a, B>,
        max_buffers: usize,
        key: [u8; 4],
        part: Range<usize>,
    ) -> (Buffers<'a>, Progress, bool) {
        let payload = &self.bytes()[part.clone()];
        let is_first = part.start == 0;
        let is_last = part.end == self.bytes().len();
        let header = FrameHeader {
            fin: is_last && self.first_byte & 0x80 != 0,
            rsv: if is_first {
                (self.first_byte >> 4) & 0x7
            } else {
                0
            },
            opcode: if is_first {
                OpCode::from_first_byte(self.first_byte)
            } else {
                OpCode::CONTINUATION
            },
            mask: Some(key),
            payload_len: payload.len() as u64,
        };
        let header_len = header.encoded_len();
        let frame = parts
            .block
            .bytes_mut(parts.layout.data_frame(header_len, payload.len()));
        encode_frame(frame, &header, payload);
        let then = if is_last {
            Progress::Finished
        } else {
            Progress::Frames
        };
        (
            header_and_payload(frame, header_len, max_buffers),
            then,
            false,
        )
    }

    /// The only frame, its payload sent from where it is.
    fn plain_frame<'a, B: Block>(
        &'a self,
        parts: Parts<'a, B>,
        max_buffers: usize,
        mask: Option<[u8; 4]>,
    ) -> (Buffers<'a>, Progress, bool) {
        let header = FrameHeader {
            fin: self.first_byte & 0x80 != 0,
            rsv: (self.first_byte >> 4) & 0x7,
            opcode: OpCode::from_first_byte(self.first_byte),
            mask,
            payload_len: self.bytes().len() as u64,
        };
        let head = parts
            .block
            .bytes_mut(parts.layout.data_frame(header.encoded_len(), 0));
        header.encode(head);
        let (buffers, then) = plain_buffers(head, self.bytes(), max_buffers);
        (buffers, then, false)
    }

    /// The Close frame.
    fn close_frame<'a, B: Block>(
        &'a self,
        parts: Parts<'a, B>,
        max_buffers: usize,
        mask: Option<[u8; 4]>,
    ) -> (Buffers<'a>, Progress, bool) {
        let code = self.status.map(u16::to_be_bytes);
        let code = code.as_ref().map_or(&[][..], |code| &code[..]);
        let len = code.len() + self.bytes().len();
        let header = FrameHeader {
            fin: true,
            rsv: 0,
            opcode: OpCode::CLOSE,
            mask,
            payload_len: len as u64,
        };
        let header_len = header.encoded_len();
        if parts.masking != Masking::FreshKeys {
            let head = parts
                .block
                .bytes_mut(parts.layout.data_frame(header_len + code.len(), 0));
            header.encode(head);
            head[header_len..].copy_from_slice(code);
            let (buffers, then) = plain_buffers(head, self.bytes(), max_buffers);
            return (buffers, then, false);
        }
        let key = mask.unwrap_or_default();
        let fits = parts.layout.close_fits(len);
        let frame = parts.block.bytes_mut(if fits {
            parts.layout.data_frame(header_len, len)
        } else {
            parts.layout.control_frame(header_len + len)
        });
        let (head, body) = frame.split_at_mut(header_len);
        header.encode(head);
        let (body_code, body_reason) = body.split_at_mut(code.len());
        // Code and reason are two pieces; two bytes further on the key is rotated by two.
        mask_copy(body_code, code, key);
        mask_copy(body_reason, self.bytes(), rotate_key(key, code.len()));
        (
            header_and_payload(frame, header_len, max_buffers),
            Progress::Finished,
            !fits,
        )
    }
}

/// A frame that lies in the block whole.
fn header_and_payload(frame: &[u8], header_len: usize, max_buffers: usize) -> Buffers<'_> {
    if max_buffers < 2 || frame.len() == header_len {
        return Buffers::one(frame);
    }
    let (header, payload) = frame.split_at(header_len);
    Buffers::two(header, payload)
}

/// A frame whose payload is the program's.
fn plain_buffers<'a>(
    header: &'a [u8],
    payload: &'a [u8],
    max_buffers: usize,
) -> (Buffers<'a>, Progress) {
    if payload.is_empty() {
        (Buffers::one(header), Progress::Finished)
    } else if max_buffers < 2 {
        (Buffers::one(header), Progress::Payload)
    } else {
        (Buffers::two(header, payload), Progress::Finished)
    }
}

const fn first_byte(opcode: OpCode, fin: bool) -> u8 {
    ((fin as u8) << 7) | opcode.value()
}

/// The code and reason to write; an empty reason is none.
fn checked_close<P: AsRef<[u8]>>(
    fields: Option<CloseStatus<P>>,
) -> Result<(Option<u16>, Option<P>), Error> {
    let Some(CloseStatus { code, reason }) = fields else {
        return Ok((None, None));
    };
    let reason = reason.filter(|reason| !reason.as_ref().is_empty());
    let reason_len = reason.as_ref().map_or(0, |reason| reason.as_ref().len());
    if code == close::NO_STATUS {
        return match reason {
            None => Ok((None, None)),
            Some(_) => Err(Error::InvalidArgument("an empty Close has no reason")),
        };
    }
    if !close::may_be_sent(code) {
        return Err(Error::InvalidArgument("this close code must not be sent"));
    }
    if reason_len > close::MAX_REASON_LEN {
        return Err(Error::InvalidArgument(
            "a close reason has at most 123 bytes",
        ));
    }
    Ok((Some(code), reason))
}
