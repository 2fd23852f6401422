//! The operations of an asynchronous request as values, and their completions.

use std::task::Poll;

use net::cx::Cx;

use super::body::{Query, Read, Write};
use super::core::{Core, Data};
use super::receive::Receive;
use super::send::Send;
use crate::{Api, Buffer, Error, Notification, Result};

/// An accepted operation with the memory it works on.
pub(crate) enum Operation<B: Buffer> {
    Send(Send<B>),
    Receive(Receive<B>),
    Query(Query, B),
    Read(Read, B),
    Write(Write, B),
}

/// How an operation went well.
pub(crate) enum Outcome {
    Done,
    Count(usize),
}

/// An ended operation, to be notified once.
pub(crate) enum Completion<B: Buffer> {
    Sent,
    Headers,
    Available(B, usize),
    Read(B, usize),
    Written(B, usize),
    Failed(Api, Error),
    /// Not a completion itself, but to be notified before one.
    Informing(Notification<'static>),
}

impl<B: Buffer> Operation<B> {
    pub(super) fn api(&self) -> Api {
        match self {
            Self::Send(_) => Api::SendRequest,
            Self::Receive(_) => Api::ReceiveResponse,
            Self::Query(..) => Api::QueryDataAvailable,
            Self::Read(..) => Api::ReadData,
            Self::Write(..) => Api::WriteData,
        }
    }

    /// The receive that was asked for while the request was still being sent. If it does not fit, polling it says so.
    pub(super) fn receive(state: &mut Data<B>) -> Self {
        Self::Receive(Receive::begin_late(state))
    }

    pub(super) fn poll(&mut self, core: &Core<B>, cx: &mut Cx<'_>) -> Poll<Result<Outcome>> {
        let done = |()| Outcome::Done;
        match self {
            Self::Send(send) => send.poll(core, cx).map_ok(done),
            Self::Receive(receive) => receive.poll(core, cx).map_ok(done),
            Self::Query(query, _) => query.poll(core, cx).map_ok(Outcome::Count),
            Self::Read(read, buffer) => read.poll(core, cx, buffer.as_mut()).map_ok(Outcome::Count),
            Self::Write(write, buffer) => {
                write.poll(core, cx, buffer.as_ref()).map_ok(Outcome::Count)
            }
        }
    }

    /// Gives back what was taken from the request.
    pub(super) fn complete(self, state: &mut Data<B>, result: Result<Outcome>) -> Completion<B> {
        let api = self.api();
        let succeeded = result.is_ok();
        let buffer = match self {
            Self::Send(send) => {
                send.end(state, succeeded);
                None
            }
            Self::Receive(receive) => {
                receive.end(state, succeeded);
                None
            }
            Self::Query(query, buffer) => {
                query.end(state);
                Some(buffer)
            }
            Self::Read(read, buffer) => {
                read.end(state);
                Some(buffer)
            }
            Self::Write(write, buffer) => {
                write.end(state, succeeded);
                Some(buffer)
            }
        };
        match (result, buffer) {
            (Err(error), _) => Completion::Failed(api, error),
            (Ok(Outcome::Count(count)), Some(buffer)) => match api {
                Api::QueryDataAvailable => Completion::Available(buffer, count),
                Api::WriteData => Completion::Written(buffer, count),
                _ => Completion::Read(buffer, count),
            },
            (Ok(_), _) if api == Api::SendRequest => Completion::Sent,
            (Ok(_), _) => Completion::Headers,
        }
    }
}

impl<B: Buffer> Completion<B> {
    /// What informs about an operation while it runs, to be notified later; none for texts, which only new connections
    /// bring: in a call such a one is made only when a kept connection turns out to be closed.
    pub(super) fn informing(notification: &Notification<'_>) -> Option<Self> {
        Some(Self::Informing(match notification {
            Notification::ReceivingResponse => Notification::ReceivingResponse,
            Notification::ResponseReceived(count) => Notification::ResponseReceived(*count),
            Notification::IntermediateResponse(status) => {
                Notification::IntermediateResponse(*status)
            }
            Notification::ClosingConnection => Notification::ClosingConnection,
            Notification::ConnectionClosed => Notification::ConnectionClosed,
            _ => return None,
        }))
    }

    /// Tells the caller's memory about it: the call that started the operation has not returned yet.
    pub(super) fn report(&mut self) {
        if let Self::Available(buffer, count)
        | Self::Read(buffer, count)
        | Self::Written(buffer, count) = self
        {
            buffer.completed_in_call(*count);
        }
    }

    /// Notifies. Only whoever has the turn may.
    pub(super) fn notify(self, core: &Core<B>) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        match self {
            Self::Sent => core.notify(&Notification::SendRequestComplete),
            Self::Headers => core.notify(&Notification::HeadersAvailable),
            Self::Available(_, count) => core.notify(&Notification::DataAvailable(number(count))),
            Self::Read(buffer, count) => {
                core.notify(&Notification::ReadComplete(&buffer.as_ref()[..count]))
            }
            Self::Written(_, count) => core.notify(&Notification::WriteComplete(number(count))),
            Self::Failed(api, error) => core.notify(&Notification::RequestError(api, error)),
            Self::Informing(notification) => core.notify(&notification),
        }
    }
}
