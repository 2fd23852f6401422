//! A request as something whose operations take turns.

use std::sync::{Arc, Mutex};
use std::task::Poll;

use net::cx::Cx;
use net::pool::SharedKey;

use super::exchange::Exchange;
use super::operation::{Completion, Operation, Outcome};
use super::state::{Message, Phase};
use super::target::Fixed;
use crate::options::Options;
use crate::session::{SessionShared, lock};
use crate::turn::{self, Handler, Turn};
use crate::{Api, Buffer, Error, Mode, Notification, Observer, Result};

/// A request.
pub(crate) type Core<B> = Turn<Shared<B>>;

/// A request's data, locked.
pub(crate) type State<B> = turn::State<Shared<B>>;

/// What can be reached without the lock.
pub(crate) struct Shared<B: Buffer> {
    pub(super) session: Arc<SessionShared>,
    pub(super) fixed: Fixed,
    /// Of connections that all sessions share; only without TLS.
    pub(super) plain_key: Option<SharedKey>,
    observer: Mutex<Option<Arc<dyn Observer>>>,
    buffer: std::marker::PhantomData<fn(B) -> B>,
}

/// What others may look at while an operation runs. Such an operation owns what it works on: the exchange moves from here
/// into the operation and back.
pub(crate) struct Data<B: Buffer> {
    /// A receive that was asked for while the request was still being sent.
    pub(super) receive_next: bool,
    pub(super) phase: Phase,
    pub(super) exchange: Option<Box<Exchange>>,
    pub(super) message: Message<B>,
    /// Shared with the session until one of the two is changed.
    pub(super) options: Arc<Options>,
}

/// A new request.
pub(super) fn open<B: Buffer>(
    session: Arc<SessionShared>,
    fixed: Fixed,
    plain_key: Option<SharedKey>,
    options: Arc<Options>,
    observer: Option<Arc<dyn Observer>>,
) -> Arc<Core<B>> {
    let shared = Shared {
        session,
        fixed,
        plain_key,
        observer: Mutex::new(observer),
        buffer: std::marker::PhantomData,
    };
    let data = Data {
        receive_next: false,
        phase: Phase::Open,
        exchange: None,
        message: Message::new(),
        options,
    };
    Turn::new(shared, data)
}

impl<B: Buffer> Shared<B> {
    pub(super) fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        let before = std::mem::replace(&mut *lock(&self.observer), observer);
        // Not under the lock: what is dropped may be the application's.
        drop(before);
    }

    pub(super) fn is_asynchronous(&self) -> bool {
        self.session.mode() == Mode::Asynchronous
    }
}

impl<B: Buffer> Core<B> {
    /// The connection is about to leave the request. Returns whether it may be kept.
    pub(super) fn release_connection(&self) -> bool {
        let mut state = self.state();
        state.forget_canceller();
        !state.options.expire_connection
    }
}

impl<B: Buffer> Data<B> {
    /// The connection, for an operation that begins. Time limits are those of now.
    pub(super) fn take_exchange(&mut self) -> Option<Box<Exchange>> {
        let mut exchange = self.exchange.take()?;
        let timeouts = &self.options.timeouts;
        exchange
            .conn
            .set_timeouts(timeouts.send.duration(), timeouts.receive.duration());
        exchange.detached = true;
        Some(exchange)
    }
}

impl<B: Buffer> Handler for Shared<B> {
    type Data = Data<B>;
    type Operation = Operation<B>;
    type Outcome = Outcome;
    type Completion = Completion<B>;

    fn api(operation: &Operation<B>) -> Api {
        operation.api()
    }

    /// Behaviour 4: it may not fit the phase either.
    fn busy(pending: Api, wanted: Api) -> Error {
        let reading = |api| matches!(api, Api::QueryDataAvailable | Api::ReadData);
        let alike = reading(pending) && reading(wanted)
            || pending == Api::WriteData && wanted == Api::WriteData;
        if alike {
            Error::InvalidOperation
        } else {
            Error::IncorrectHandleState
        }
    }

    fn poll(
        core: &Core<B>,
        operation: &mut Operation<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<Outcome>> {
        operation.poll(core, cx)
    }

    fn complete(
        data: &mut Data<B>,
        operation: Operation<B>,
        result: Result<Outcome>,
    ) -> (Completion<B>, Option<Operation<B>>) {
        let completion = operation.complete(data, result);
        let next = std::mem::take(&mut data.receive_next).then(|| Operation::receive(data));
        (completion, next)
    }

    fn later(notification: &Notification<'_>) -> Option<Completion<B>> {
        Completion::informing(notification)
    }

    fn report(completion: &mut Completion<B>) {
        completion.report();
    }

    fn notify(core: &Core<B>, completion: Completion<B>) {
        completion.notify(core);
    }

    fn ended(core: &Core<B>) {
        let mut state = core.state();
        let exchange = state.exchange.take();
        let expired = state.options.expire_connection;
        let drain = state.options.max_response_drain_size;
        drop(state);
        if let Some(mut exchange) = exchange {
            exchange.keep &= !expired;
            exchange.give_up(drain.into());
        }
        core.notify(&Notification::Closed);
        core.set_observer(None);
    }

    fn observer(&self) -> Option<Arc<dyn Observer>> {
        lock(&self.observer).clone()
    }
}
