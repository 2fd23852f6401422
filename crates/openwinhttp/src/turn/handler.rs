//! What a turn is about, and how calls tell how it went.

use std::sync::Arc;
use std::task::Poll;

use super::Turn;
use crate::sync::Cx;
use crate::{Api, Error, Notification, Observer, Result};

/// What the turn is about: the operations of one kind of object.
pub(crate) trait Handler: Send + Sync + Sized + 'static {
    /// What belongs under the turn's lock.
    type Data: Send;
    /// An accepted operation with all it works on.
    type Operation: Send;
    /// How an operation went well.
    type Outcome;
    /// An ended operation, to be notified once.
    type Completion: Send;

    /// Which operation it is.
    fn api(operation: &Self::Operation) -> Api;

    /// Why `wanted` cannot start while `pending` is.
    fn busy(pending: Api, wanted: Api) -> Error;

    /// Goes on with an operation. Called by whoever has the turn, without the lock.
    fn poll(
        turn: &Turn<Self>,
        operation: &mut Self::Operation,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<Self::Outcome>>;

    /// An operation has ended: gives back what it took, and says what follows it by itself, if anything.
    fn complete(
        data: &mut Self::Data,
        operation: Self::Operation,
        result: Result<Self::Outcome>,
    ) -> (Self::Completion, Option<Self::Operation>);

    /// What informs about a running operation, to be notified later like a completion; `None` leaves it out.
    fn later(_notification: &Notification<'_>) -> Option<Self::Completion> {
        None
    }

    /// Tells the caller's memory about a completion: the call that started the operation has not returned yet.
    fn report(completion: &mut Self::Completion);

    /// Notifies a completion. Called by whoever has the turn, without the lock.
    fn notify(turn: &Turn<Self>, completion: Self::Completion);

    /// The object is closed, nothing is pending, everything was notified. Called once, as the last thing.
    fn ended(turn: &Turn<Self>);

    /// Who is to be notified.
    fn observer(&self) -> Option<Arc<dyn Observer>>;
}

/// How a call that starts an operation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is done, and its notification was made on this thread.
    Completed,
    /// Its notification comes, or came, from another thread.
    Pending,
}

/// Where a new operation is polled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// In the call, if possible.
    InCall,
    /// On a worker (facts 19.4: a send is never completed on the caller's thread).
    OnWorker,
}
