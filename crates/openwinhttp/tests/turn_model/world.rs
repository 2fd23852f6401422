//! An object with made-up operations, the application that uses it, and the book of what happened.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Poll;
use std::time::Instant;

use shuttle::sync::{Condvar, Mutex, MutexGuard};
use shuttle::thread::{self, ThreadId};

use crate::sync::{Cx, join_all, later, lock, maybe};
use crate::turn::{Handler, Start, State, Turn};
use crate::{Api, Error, Notification, Observer, Result};

/// What happens in a model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// So many operations are started inside of notifications.
    pub(crate) chain: u32,
    /// Each operation has to wait so many times; `u32::MAX`: for ever.
    pub(crate) pendings: u32,
    /// The operation that the last call starts is followed by another one, of itself; only that one has to wait then.
    pub(crate) followed: bool,
    /// The object is closed inside the notification of that number.
    pub(crate) close_in: Option<u32>,
}

#[derive(Clone)]
pub(crate) struct World(Arc<Inner>);

struct Inner {
    plan: Plan,
    book: Mutex<Book>,
    changed: Condvar,
    turn: OnceLock<Weak<Turn<Fake>>>,
    has_failed: AtomicBool,
}

#[derive(Debug, Default)]
struct Book {
    next: u32,
    /// Calls that have not returned yet, by their operation.
    open: BTreeSet<u32>,
    /// How often each accepted operation was completed.
    accepted: BTreeMap<u32, u32>,
    /// Those that were not completed yet, in the order in which they were accepted.
    order: VecDeque<u32>,
    chained: u32,
    notifications: u32,
    /// Who notifies, and how deep.
    notifying: Option<(ThreadId, u32)>,
    is_closed: bool,
    ended: u32,
}

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        Self(Arc::new(Inner {
            plan,
            book: Mutex::default(),
            changed: Condvar::new(),
            turn: OnceLock::new(),
            has_failed: AtomicBool::new(false),
        }))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.0.book)
    }

    /// A new operation; it is accepted when this is called inside `begin`.
    fn operation(&self, id: u32, pendings: u32, is_followed: bool) -> Operation {
        let mut book = self.book();
        book.order.push_back(id);
        let twice = book.accepted.insert(id, 0);
        drop(book);
        assert_eq!(twice, None, "operation {id} is begun once");
        Operation {
            id,
            pendings,
            is_followed,
            world: self.clone(),
        }
    }

    fn wait(&self, is_enough: impl Fn(&Book) -> bool) {
        let mut book = self.book();
        while !is_enough(&book) {
            book = self
                .0
                .changed
                .wait(book)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// Waits until all that was accepted is completed, and no notification runs.
    pub(crate) fn wait_until_idle(&self) {
        self.wait(|book| {
            book.notifying.is_none() && book.accepted.values().all(|completions| *completions > 0)
        });
    }

    pub(crate) fn wait_until_ended(&self) {
        self.wait(|book| book.ended > 0);
    }

    /// The rules that hold at the end, after a close.
    pub(crate) fn finish(&self, object: &Object) {
        join_all();
        let has_failed = self.0.has_failed.load(Ordering::Relaxed);
        assert!(!has_failed, "a notification panicked, see above");
        let book = self.book();
        for (id, completions) in &book.accepted {
            assert_eq!(*completions, 1, "completions of operation {id}");
        }
        assert_eq!(book.ended, 1, "notifications of the end");
        assert!(book.notifying.is_none());
        drop(book);
        assert!(!object.close(), "closing twice");
    }
}

/// A reference to the object.
#[derive(Clone)]
pub(crate) struct Object {
    turn: Arc<Turn<Fake>>,
    world: World,
}

impl Object {
    pub(crate) fn asynchronous(world: &World) -> Self {
        let observer = Arc::new(Application(world.clone()));
        let turn = Turn::new(Fake { observer }, ());
        let is_first = world.0.turn.set(Arc::downgrade(&turn)).is_ok();
        assert!(is_first, "one object per world");
        Self {
            turn,
            world: world.clone(),
        }
    }

    pub(crate) fn synchronous(world: &World) -> Self {
        Self::asynchronous(world)
    }

    /// Starts an operation. Whether it was accepted.
    pub(crate) fn start(&self, start: Start) -> bool {
        let mut book = self.world.book();
        let id = book.next;
        book.next += 1;
        book.open.insert(id);
        let is_closed = book.is_closed;
        let plan = &self.world.0.plan;
        let is_followed = plan.followed && book.chained == plan.chain;
        let pendings = if plan.followed { 0 } else { plan.pendings };
        drop(book);
        let result = self.turn.start(
            Api::ReadData,
            |_: &mut State<Fake>| Ok(self.world.operation(id, pendings, is_followed)),
            start,
        );
        self.world.book().open.remove(&id);
        match result {
            Ok(_) => assert!(!is_closed, "an operation is accepted after the close"),
            Err(Error::InvalidHandle) => {}
            Err(error) => {
                assert!(!is_closed, "{error:?} after the close");
                assert_eq!(error, Error::InvalidOperation);
            }
        }
        result.is_ok()
    }

    /// Starts an operation in place of the pending one. Whether it was accepted.
    pub(crate) fn start_instead(&self) -> bool {
        let mut book = self.world.book();
        let id = book.next;
        book.next += 1;
        book.open.insert(id);
        let is_closed = book.is_closed;
        drop(book);
        let pendings = self.world.0.plan.pendings;
        let result = self
            .turn
            .start_instead(|_: &mut State<Fake>| self.world.operation(id, pendings, false));
        self.world.book().open.remove(&id);
        match result {
            Ok(_) => assert!(!is_closed, "an operation is accepted after the close"),
            Err(error) => assert!(matches!(
                error,
                Error::InvalidHandle | Error::InvalidOperation
            )),
        }
        result.is_ok()
    }

    /// Waits until nothing is pending, or the time is over.
    pub(crate) fn wait_free(&self) -> bool {
        self.turn.wait_free(Instant::now())
    }

    /// A synchronous operation.
    pub(crate) fn run(&self) -> Result<()> {
        let world = &self.world;
        let pendings = world.0.plan.pendings;
        self.turn.run(
            Api::ReadData,
            |_: &mut State<Fake>| Ok(pendings),
            |turn, pendings| turn.wait(|cx| wait_for_network(pendings, cx)),
            |_: &mut State<Fake>, _, _| {},
        )
    }

    /// Tells others of the object while it holds the turn; what that starts is waited for.
    pub(crate) fn announce(&self, tell: impl FnOnce() -> thread::JoinHandle<bool>) {
        let mut other = None;
        self.turn.hold(|| {
            let me = Some((thread::current().id(), 1));
            self.world.book().notifying = me;
            other = Some(tell());
            let mut book = self.world.book();
            assert_eq!(book.notifying, me, "somebody else notified");
            book.notifying = None;
        });
        let closed = other.expect("told").join().expect("no panic");
        assert!(closed, "nobody else closes");
    }

    /// Whether it was open.
    pub(crate) fn close(&self) -> bool {
        let closed = self.turn.close();
        if closed.is_ok() {
            self.world.book().is_closed = true;
        }
        closed.is_ok()
    }
}

pub(crate) struct Fake {
    observer: Arc<Application>,
}

pub(crate) struct Operation {
    id: u32,
    pendings: u32,
    is_followed: bool,
    world: World,
}

pub(crate) struct Completion {
    id: u32,
    world: World,
}

/// One look at the network. It wakes later, or at once, or a timer does.
fn wait_for_network(pendings: &mut u32, cx: &mut Cx<'_>) -> Poll<Result<()>> {
    match *pendings {
        0 => return Poll::Ready(Ok(())),
        u32::MAX => return Poll::Pending,
        _ => *pendings -= 1,
    }
    if maybe() {
        let waker = cx.waker().clone();
        later(move || waker.wake());
    } else if maybe() {
        cx.waker().wake_by_ref();
    } else {
        // The waits of synchronous calls do not look at it here.
        let waker = cx.waker().clone();
        cx.wake_at(Instant::now());
        later(move || waker.wake());
    }
    Poll::Pending
}

impl Handler for Fake {
    type Data = ();
    type Operation = Operation;
    type Outcome = ();
    type Completion = Completion;

    fn api(_: &Operation) -> Api {
        Api::ReadData
    }

    fn busy(_pending: Api, _wanted: Api) -> Error {
        Error::InvalidOperation
    }

    fn poll(_: &Turn<Self>, operation: &mut Operation, cx: &mut Cx<'_>) -> Poll<Result<()>> {
        wait_for_network(&mut operation.pendings, cx)
    }

    fn complete(
        _: &mut (),
        operation: Operation,
        _result: Result<()>,
    ) -> (Completion, Option<Operation>) {
        let Operation {
            id,
            is_followed,
            world,
            ..
        } = operation;
        // The number of who follows: not one of the calls'.
        let next = is_followed.then(|| world.operation(1000 + id, world.0.plan.pendings, false));
        (Completion { id, world }, next)
    }

    fn report(completion: &mut Completion) {
        let Completion { id, world } = completion;
        let is_open = world.book().open.contains(id);
        assert!(
            is_open,
            "operation {id} is reported to a call that has returned"
        );
    }

    fn notify(turn: &Turn<Self>, completion: Completion) {
        turn.notify(&Notification::DataAvailable(completion.id));
    }

    fn ended(turn: &Turn<Self>) {
        turn.notify(&Notification::Closed);
    }

    fn observer(&self) -> Option<Arc<dyn Observer>> {
        Some(Arc::clone(&self.observer) as Arc<dyn Observer>)
    }
}

/// What happens inside notifications.
struct Application(World);

impl Application {
    fn enter(&self, notification: &Notification<'_>) -> (u32, bool) {
        let me = thread::current().id();
        let mut book = self.0.book();
        assert_eq!(book.ended, 0, "a notification after the end");
        let depth = match book.notifying {
            None => 0,
            Some((thread, depth)) => {
                assert_eq!(thread, me, "two threads notify");
                depth
            }
        };
        book.notifying = Some((me, depth + 1));
        book.notifications += 1;
        match notification {
            Notification::DataAvailable(id) => {
                let completions = book.accepted.get_mut(id).expect("an accepted operation");
                *completions += 1;
                assert_eq!(*completions, 1, "operation {id} is completed once");
                assert_eq!(
                    book.order.pop_front(),
                    Some(*id),
                    "completions keep the order"
                );
            }
            Notification::Closed => {
                assert_eq!(depth, 0, "the end inside of another notification");
                book.ended += 1;
            }
            _ => panic!("nobody notifies anything else"),
        }
        let chains = book.ended == 0 && book.chained < self.0.0.plan.chain;
        book.chained += u32::from(chains);
        (book.notifications, chains)
    }
}

impl Observer for Application {
    fn notify(&self, notification: &Notification<'_>) {
        // The turn catches panics of notifications.
        let guard = Panics(&self.0);
        let (number, chains) = self.enter(notification);
        let turn = self.0.0.turn.get().and_then(Weak::upgrade);
        let object = turn.map(|turn| Object {
            turn,
            world: self.0.clone(),
        });
        if let Some(object) = object {
            if chains {
                object.start(Start::InCall);
            }
            if self.0.0.plan.close_in == Some(number) {
                object.close();
            }
        }
        let mut book = self.0.book();
        book.notifying = book
            .notifying
            .filter(|(_, depth)| *depth > 1)
            .map(|(thread, depth)| (thread, depth - 1));
        drop(book);
        drop(guard);
        self.0.0.changed.notify_all();
    }
}

/// Remembers that a notification panicked.
struct Panics<'a>(&'a World);

impl Drop for Panics<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.0.has_failed.store(true, Ordering::Relaxed);
        }
    }
}
