//! A script with what must come of it, in every manner of arriving.

use http1_proto::{CloseReason, Error, Exchange, Limits};

use crate::driver::{End, Manner, Transcript, read};

/// One script. Begin with [`Case::new`], say what is special, end with an expectation.
#[derive(Clone)]
pub(crate) struct Case {
    script: Vec<u8>,
    exchange: Exchange,
    limits: Limits,
}

/// What came of a script in all manners alike.
pub(crate) struct Seen(pub(crate) Transcript);

impl Case {
    pub(crate) fn new(script: impl AsRef<[u8]>) -> Self {
        Self {
            script: script.as_ref().to_vec(),
            exchange: Exchange::default(),
            limits: Limits::default(),
        }
    }

    pub(crate) fn head_request(mut self) -> Self {
        self.exchange.head_request = true;
        self
    }

    pub(crate) fn upgrade(mut self) -> Self {
        self.exchange.upgrade = true;
        self
    }

    pub(crate) fn connect(mut self) -> Self {
        self.exchange.connect = true;
        self
    }

    pub(crate) fn request_close(mut self) -> Self {
        self.exchange.request_close = true;
        self
    }

    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The response ends where the script does, and the connection can be reused.
    #[track_caller]
    pub(crate) fn keeps(&self) -> Seen {
        self.ends(None)
    }

    /// The response ends where the script does, and the connection cannot be reused.
    #[track_caller]
    pub(crate) fn closes(&self, reason: CloseReason) -> Seen {
        self.ends(Some(reason))
    }

    /// The connection's end is the response's.
    #[track_caller]
    pub(crate) fn ends_with_the_connection(&self, reason: CloseReason) -> Seen {
        let seen = self.every_manner(&self.script);
        assert_eq!(seen.end, End::Complete(self.script.len(), Some(reason)));
        Seen(seen)
    }

    /// The script is not a response, however it goes on.
    #[track_caller]
    pub(crate) fn fails(&self, error: Error) -> Seen {
        let seen = self.every_manner(&self.script);
        assert_eq!(seen.end, End::Failed(error));
        if error.blame() != http1_proto::Blame::Connection {
            assert_eq!(self.every_manner(&self.with_junk()), seen);
        }
        Seen(seen)
    }

    #[track_caller]
    fn ends(&self, reason: Option<CloseReason>) -> Seen {
        let seen = self.every_manner(&self.script);
        assert_eq!(seen.end, End::Complete(self.script.len(), reason));
        // What comes after is left alone.
        assert_eq!(self.every_manner(&self.with_junk()), seen);
        // Without its end it is not the same.
        for cut in 0..self.script.len() {
            match self.every_manner(&self.script[..cut]).end {
                End::Complete(consumed, reason) => {
                    assert_eq!((consumed, reason), (cut, Some(CloseReason::Truncated)));
                }
                End::Failed(Error::NoResponse) => assert_eq!(cut, 0),
                End::Failed(Error::HeadTruncated | Error::BodyTruncated) => {}
                End::Failed(error) => panic!("{error:?} after {cut} bytes"),
            }
        }
        Seen(seen)
    }

    fn with_junk(&self) -> Vec<u8> {
        [&self.script[..], b"HTTP/1.1 200 OK\r\n\r\n0\r\n\r\n\xFF"].concat()
    }

    #[track_caller]
    fn every_manner(&self, script: &[u8]) -> Transcript {
        let whole = self.read(script, [0, 0], 1 << 16, false, false);
        for pieces in [[0, 0], [1, 1], [2, 3], [7, 1]] {
            for output in [1, 4, 1 << 16] {
                for (direct, ask) in [(false, false), (true, false), (false, true), (true, true)] {
                    let seen = self.read(script, pieces, output, direct, ask);
                    assert_eq!(seen, whole, "{pieces:?}, {output}, {direct}, {ask}");
                }
            }
        }
        whole
    }

    fn read(
        &self,
        script: &[u8],
        pieces: [usize; 2],
        output: usize,
        direct: bool,
        ask: bool,
    ) -> Transcript {
        let manner = Manner {
            pieces,
            output,
            direct,
            ask,
        };
        read(script, self.exchange, self.limits, manner)
    }
}

impl Seen {
    #[track_caller]
    pub(crate) fn body(self, expected: impl AsRef<[u8]>) -> Self {
        assert_eq!(
            self.0.body.escape_ascii().to_string(),
            expected.as_ref().escape_ascii().to_string()
        );
        self
    }

    #[track_caller]
    pub(crate) fn status(self, expected: u16) -> Self {
        assert_eq!(self.head().status(), expected);
        self
    }

    #[track_caller]
    pub(crate) fn interim(self, expected: &[u16]) -> Self {
        assert_eq!(self.0.interim, expected);
        self
    }

    /// The raw head in normal form.
    #[track_caller]
    pub(crate) fn raw(self, expected: impl AsRef<[u8]>) -> Self {
        let mut raw = Vec::new();
        self.head().raw_crlf(&mut raw);
        assert_eq!(
            raw.escape_ascii().to_string(),
            expected.as_ref().escape_ascii().to_string()
        );
        self
    }

    /// The trailers as raw lines.
    #[track_caller]
    pub(crate) fn trailers(self, expected: &str) -> Self {
        let trailers = self.0.trailers.as_deref();
        assert_eq!(trailers, Some(expected.as_bytes()));
        self
    }

    #[track_caller]
    pub(crate) fn head(&self) -> &http1_proto::ResponseHead {
        self.0.head.as_ref().expect("a head")
    }
}
