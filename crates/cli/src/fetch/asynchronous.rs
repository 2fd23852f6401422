//! A request whose notifications make the next call.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use openwinhttp::{Api, Notification, Observer, Request, Started};

use super::error::Failure;
use super::trace::Trace;
use super::transfer::{Event, READ, Step, Transfer};

/// For the last notification of a closed request.
const CLOSE_TIME: Duration = Duration::from_secs(10);

/// Drives a request from its notifications. Writes to the output and waits for the body's source inside of them; that holds up
/// this request only.
pub(crate) struct Driver {
    trace: Arc<Trace>,
    /// `None` when it has ended.
    transfer: Mutex<Option<Transfer>>,
    /// Weak, for the request holds its observer.
    request: OnceLock<Weak<Request>>,
    news: Sender<News>,
}

/// What the main thread waits for.
pub(crate) enum News {
    Ended(Result<(), Failure>),
    Closed,
}

impl Driver {
    pub(crate) fn new(transfer: Transfer, trace: Arc<Trace>) -> (Arc<Self>, Receiver<News>) {
        let (news, inbox) = mpsc::channel();
        let driver = Arc::new(Self {
            trace,
            transfer: Mutex::new(Some(transfer)),
            request: OnceLock::new(),
            news,
        });
        (driver, inbox)
    }

    /// Begins, waits until all is done, and closes the request.
    ///
    /// # Errors
    /// As [`Failure`] says.
    pub(crate) fn run(
        &self,
        request: &Arc<Request>,
        inbox: &Receiver<News>,
    ) -> Result<(), Failure> {
        let _ = self.request.set(Arc::downgrade(request));
        let step = {
            let transfer = self.transfer.lock().unwrap_or_else(PoisonError::into_inner);
            transfer.as_ref().map(Transfer::begin)
        };
        self.take(step.ok_or(Failure::Lost), request);
        let result = match inbox.recv() {
            Ok(News::Ended(result)) => result,
            Ok(News::Closed) | Err(_) => Err(Failure::Lost),
        };
        if request.close().is_ok() {
            while let Ok(News::Ended(_)) = inbox.recv_timeout(CLOSE_TIME) {}
        }
        result
    }

    fn advance(&self, event: Event<'_>) {
        let Some(request) = self.request.get().and_then(Weak::upgrade) else {
            return;
        };
        let step = {
            let mut transfer = self.transfer.lock().unwrap_or_else(PoisonError::into_inner);
            match transfer.as_mut() {
                Some(transfer) => transfer.next(event, &request),
                // What an ended transfer's request has to say does not matter.
                None => return,
            }
        };
        self.take(step, &request);
    }

    /// Makes the next call, or tells the main thread that there is none.
    fn take(&self, step: Result<Step, Failure>, request: &Arc<Request>) {
        let (api, started) = match step {
            Ok(Step::Send(data, total)) => (Api::SendRequest, request.start_send(data, total)),
            Ok(Step::Write(piece)) => (Api::WriteData, request.start_write(piece)),
            Ok(Step::Receive) => (Api::ReceiveResponse, request.start_receive_response()),
            Ok(Step::Read) => (Api::ReadData, request.start_read(vec![0; READ], false)),
            Ok(Step::End) => return self.end(Ok(())),
            Err(failure) => return self.end(Err(failure)),
        };
        match started {
            Ok(Started::Pending | Started::Completed) => {}
            Err(error) => self.advance(Event::Failed(api, error)),
        }
    }

    fn end(&self, result: Result<(), Failure>) {
        let ended = self
            .transfer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if ended.is_some() {
            // The main thread is there until it has this.
            let _ = self.news.send(News::Ended(result));
        }
    }
}

impl Observer for Driver {
    fn notify(&self, notification: &Notification<'_>) {
        self.trace.notification(notification);
        match notification {
            Notification::SendRequestComplete => self.advance(Event::Sent),
            Notification::WriteComplete(_) => self.advance(Event::Written),
            Notification::HeadersAvailable => self.advance(Event::Head),
            Notification::ReadComplete(bytes) => self.advance(Event::Read(bytes)),
            Notification::RequestError(api, error) => self.advance(Event::Failed(*api, *error)),
            Notification::Closed => {
                let _ = self.news.send(News::Closed);
            }
            _ => {}
        }
    }
}
