//! What a request does next, in either mode: the same steps, taken by waiting calls or by notifications.

use std::sync::Arc;

use openwinhttp::{Api, Error, Request, ResponseHead, response_headers};

use super::error::{Failure, HttpFailure};
use super::options::Fetch;
use super::output::Output;
use super::trace::Trace;
use super::upload::Upload;

/// Bytes of one `WinHttpReadData` at most.
pub(crate) const READ: usize = 64 * 1024;

/// The next call.
pub(crate) enum Step {
    /// `WinHttpSendRequest` with the optional data and the total length.
    Send(Option<Vec<u8>>, u64),
    /// `WinHttpWriteData`.
    Write(Vec<u8>),
    /// `WinHttpReceiveResponse`.
    Receive,
    /// `WinHttpReadData`, of up to [`READ`] bytes.
    Read,
    /// All is there.
    End,
}

/// What became of the last call.
pub(crate) enum Event<'a> {
    Sent,
    Written,
    Head,
    /// Nothing is the end.
    Read(&'a [u8]),
    Failed(Api, Error),
}

/// One request from its first call to its last.
pub(crate) struct Transfer {
    upload: Upload,
    output: Output,
    trace: Arc<Trace>,
    fail: bool,
    include_head: bool,
    verbose: bool,
    head_request: bool,
    /// There is a certificate to show.
    has_certificate: bool,
    /// The server asked for one all the same.
    certificate_wanted: bool,
}

impl Transfer {
    pub(crate) fn new(fetch: &Fetch, upload: Upload, trace: Arc<Trace>) -> Self {
        Self {
            upload,
            output: Output::new(fetch.output.as_deref()),
            trace,
            fail: fetch.fail,
            include_head: fetch.include_head,
            verbose: fetch.verbose,
            head_request: fetch.method == "HEAD",
            has_certificate: fetch.certificate.is_some(),
            certificate_wanted: false,
        }
    }

    /// The first call.
    pub(crate) fn begin(&self) -> Step {
        let total = self.upload.length().unwrap_or_default();
        match &self.upload {
            Upload::Data(data) if !data.is_empty() => Step::Send(Some(data.clone()), total),
            _ => Step::Send(None, total),
        }
    }

    /// The call after this event.
    ///
    /// # Errors
    /// If there can be none.
    pub(crate) fn next(&mut self, event: Event<'_>, request: &Request) -> Result<Step, Failure> {
        match event {
            Event::Sent => {
                if let Some(info) = request.tls_info() {
                    self.trace.secured(&info);
                }
                request.with_request_head(|head| self.trace.head('>', head));
                self.write_more()
            }
            Event::Written => self.write_more(),
            Event::Head => self.head(&*request.response().map_err(Failure::of)?),
            Event::Read([]) => {
                self.output.end();
                match self.output.missing() {
                    Some(partial) => Err(Failure::Truncated(partial)),
                    None => Ok(Step::End),
                }
            }
            Event::Read(bytes) => {
                self.output.body(bytes).inspect_err(|_| self.output.end())?;
                Ok(Step::Read)
            }
            Event::Failed(Api::SendRequest, Error::ClientAuthCertNeeded)
                if !self.has_certificate && !self.certificate_wanted =>
            {
                // Many servers ask and do without.
                self.trace
                    .note("the server asks for a client certificate; going on without one");
                self.certificate_wanted = true;
                request.options().no_client_certificate = true;
                Ok(self.begin())
            }
            Event::Failed(api, error) => {
                self.output.end();
                Err(self.failure(api, error))
            }
        }
    }

    fn write_more(&mut self) -> Result<Step, Failure> {
        Ok(self.upload.next_piece()?.map_or(Step::Receive, Step::Write))
    }

    fn head(&mut self, head: &ResponseHead) -> Result<Step, Failure> {
        let mut raw = Vec::new();
        head.raw_crlf(&mut raw);
        self.trace.head('<', &raw);
        let status = head.status();
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            self.trace.note("redirects are not followed yet");
        }
        if self.fail && status >= 400 {
            let reason = String::from_utf8_lossy(head.reason());
            let reason = reason.chars().filter(|c| !c.is_control()).collect();
            return Err(Failure::Status(status, reason));
        }
        let headers = head.headers();
        let has_body = !self.head_request && !matches!(status, 204 | 304);
        let expected = headers
            .get("Content-Length")
            .filter(|_| headers.get("Transfer-Encoding").is_none() && has_body)
            .and_then(|value| response_headers::number64(value).ok());
        self.output.begin(expected, self.verbose)?;
        if self.include_head {
            self.output.head(&raw)?;
        }
        Ok(Step::Read)
    }

    /// An error with all there is to say about it.
    fn failure(&self, api: Api, error: Error) -> Failure {
        let partial = if api == Api::ReadData {
            self.output.partial()
        } else {
            None
        };
        Failure::Http(HttpFailure {
            error,
            api: Some(api),
            reasons: self
                .trace
                .reasons()
                .filter(|_| matches!(error, Error::SecureFailure | Error::SecureChannelError)),
            certificate_wanted: self.certificate_wanted
                && matches!(
                    error,
                    Error::SecureChannelError | Error::SecureFailure | Error::ConnectionError
                ),
            partial,
        })
    }
}
