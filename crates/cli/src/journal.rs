//! What a link did, in words: kept for the demo's transcript, or printed at once for `--verbose`.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use websocket_component::BufferType;
use ws_proto::MessageKind;

use crate::echo::close_text;
use crate::frame_view;
use crate::link::{Note, Observer, Received, data_kind};
use crate::text::{grouped, preview};

/// What the demo counts or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A message, or part of one, was queued.
    Queued,
    /// A send operation is finished.
    SendComplete,
    /// Bytes were written.
    Wrote,
    /// Bytes were read.
    Read,
    /// Anything else.
    Other,
}

/// One thing that a link did.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: Event,
    /// The action's name.
    action: &'static str,
    /// Bytes that it moved, if it moved any.
    pub(crate) bytes: Option<usize>,
    detail: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.map(grouped).unwrap_or_default();
        let line = format!("{:<25} {bytes:>9}  {}", self.action, self.detail);
        f.write_str(line.trim_end())
    }
}

impl From<Note<'_>> for Entry {
    fn from(note: Note<'_>) -> Self {
        let entry = |event, action, bytes, detail| Self {
            event,
            action,
            bytes,
            detail,
        };
        match note {
            Note::Queued {
                operation,
                kind,
                len,
                start,
            } => {
                let is_text = matches!(data_kind(kind), Some((MessageKind::Text, _)));
                let shown = match kind {
                    BufferType::Close => preview(start, true),
                    _ => preview(start, is_text),
                };
                let detail = format!("#{operation} {}  {shown}", kind_name(kind));
                entry(Event::Queued, "queue", Some(len), detail)
            }
            Note::Wrote { operation, frame } => {
                let answer = match operation {
                    Some(_) => "",
                    None => "answers a ping: ",
                };
                let detail = format!("{answer}{}", frame_view::describe(frame));
                entry(Event::Wrote, "send to network", Some(frame.len()), detail)
            }
            Note::SendComplete { operation, kind } => {
                let detail = format!("#{operation} {}", kind_name(kind));
                entry(Event::SendComplete, "indicate send complete", None, detail)
            }
            Note::Read { bytes } => {
                let detail = if bytes == 0 {
                    "the end of the connection"
                } else {
                    ""
                };
                let action = "receive from network";
                entry(Event::Read, action, Some(bytes), detail.into())
            }
            Note::Received(received) => {
                let (bytes, detail) = describe(received);
                entry(Event::Other, "indicate receive complete", bytes, detail)
            }
        }
    }
}

fn describe(received: &Received) -> (Option<usize>, String) {
    match received {
        Received::Data { kind, last, bytes } => {
            let name = kind_name(BufferType::data(*kind, *last));
            let shown = preview(bytes, *kind == MessageKind::Text);
            (Some(bytes.len()), format!("{name}  {shown}"))
        }
        Received::Close { code, reason } => (Some(reason.len()), close_text(*code, reason)),
        Received::Pong => (None, "pong".into()),
    }
}

const fn kind_name(kind: BufferType) -> &'static str {
    match kind {
        BufferType::TextMessage => "text message",
        BufferType::TextFragment => "text fragment",
        BufferType::BinaryMessage => "binary message",
        BufferType::BinaryFragment => "binary fragment",
        BufferType::Close => "close",
        BufferType::PingPong => "ping",
        BufferType::UnsolicitedPong => "unsolicited pong",
        BufferType::Extension(_) => "extension",
    }
}

/// Keeps entries until they are wanted.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Mutex<Vec<Entry>>,
    changed: Condvar,
}

impl Journal {
    /// Waits until the entries are `complete`; false if that takes longer than `time`.
    pub(crate) fn wait_until(&self, complete: impl Fn(&[Entry]) -> bool, time: Duration) -> bool {
        let entries = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(entries, time, |entries| !complete(entries));
        let (_entries, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Takes all entries out.
    pub(crate) fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        // A list of entries is whole at any time.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for &Journal {
    fn note(&self, note: Note<'_>) {
        self.lock().push(note.into());
        self.changed.notify_all();
    }
}

/// Prints entries on standard error as they come.
#[derive(Debug)]
pub(crate) struct FrameLog {
    /// In front of each line.
    prefix: String,
}

impl FrameLog {
    pub(crate) const fn new(prefix: String) -> Self {
        Self { prefix }
    }
}

impl Observer for FrameLog {
    fn note(&self, note: Note<'_>) {
        // One write, so that lines of several threads stay whole. Nobody is left to tell if it fails.
        let line = format!("{}{}\n", self.prefix, Entry::from(note));
        let _ = io::stderr().write_all(line.as_bytes());
    }
}
