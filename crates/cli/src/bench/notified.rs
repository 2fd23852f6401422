//! A connection of an asynchronous session makes its next call when it is notified of the last one's completion.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Instant;

use openwinhttp::{Api, BufferKind, Error, Notification, Observer, WebSocket};

use super::{BenchError, Echo, Mode, News, Opened, Run, Trouble};
use crate::client::{Client, OpenError, Watch};

pub(super) type Connections = Opened<Notified>;

pub(super) struct Notified(Vec<Arc<WebSocket>>);

impl Mode for Notified {
    type Socket = (Arc<WebSocket>, Arc<Connection>);

    fn open(client: &Client<'_>, watch: &Arc<dyn Watch>) -> Result<Self::Socket, OpenError> {
        let connection = Arc::new(Connection::default());
        let observer = Arc::clone(&connection) as Arc<dyn Observer>;
        let (socket, _) = client.open(watch, Some(observer))?;
        Ok((Arc::new(socket), connection))
    }

    fn start(
        sockets: Vec<Self::Socket>,
        run: &Arc<Run>,
        news: &Sender<News>,
    ) -> Result<Self, BenchError> {
        for (number, (socket, connection)) in sockets.iter().enumerate() {
            let parts = Parts {
                socket: Arc::downgrade(socket),
                run: Arc::clone(run),
                number,
                news: Mutex::new(Some(news.clone())),
                progress: Mutex::new(Progress {
                    began: Instant::now(),
                    echo: Echo::default(),
                    is_sent: true,
                    next: false,
                }),
            };
            let parts = connection.0.get_or_init(|| parts);
            parts.begin();
        }
        Ok(Self(
            sockets.into_iter().map(|(socket, _)| socket).collect(),
        ))
    }

    fn abort(&self) {
        for socket in &self.0 {
            // Closed already: fine.
            let _ = socket.abort();
        }
    }
}

/// Hears of its completions; nothing is to be heard before it has its parts.
#[derive(Default)]
pub(super) struct Connection(OnceLock<Parts>);

struct Parts {
    /// Weak, for the socket holds its observer.
    socket: Weak<WebSocket>,
    run: Arc<Run>,
    number: usize,
    /// `None` when it has ended.
    news: Mutex<Option<Sender<News>>>,
    progress: Mutex<Progress>,
}

struct Progress {
    began: Instant,
    echo: Echo,
    /// The send is completed: the echo may be complete first.
    is_sent: bool,
    /// The echo is complete and the time is not up.
    next: bool,
}

impl Parts {
    /// The first message.
    fn begin(&self) {
        self.send_next(self.progress());
        self.receive();
    }

    fn receive(&self) {
        if let Some(socket) = self.socket.upgrade() {
            let started = socket.start_receive(self.run.receive_buffer());
            self.check(started.map(|_| ()));
        }
    }

    fn send_next(&self, mut progress: MutexGuard<'_, Progress>) {
        progress.is_sent = false;
        progress.next = false;
        drop(progress);
        if let Some(socket) = self.socket.upgrade() {
            let payload = self.run.payload.clone();
            let started = socket.start_send(BufferKind::BinaryMessage, payload);
            self.check(started.map(|_| ()));
        }
    }

    fn sent(&self) {
        let mut progress = self.progress();
        progress.is_sent = true;
        if progress.next {
            self.send_next(progress);
        }
    }

    fn received(&self, count: usize, kind: BufferKind) {
        let mut progress = self.progress();
        match progress.echo.piece(&self.run, count, kind) {
            Err(trouble) => return self.end(Err(trouble)),
            Ok(false) => drop(progress),
            Ok(true) => match self.run.completed(progress.began) {
                None => {
                    drop(progress);
                    return self.close();
                }
                Some(next) => {
                    progress.began = next;
                    progress.next = true;
                    if progress.is_sent {
                        self.send_next(progress);
                    }
                }
            },
        }
        self.receive();
    }

    fn close(&self) {
        if let Some(socket) = self.socket.upgrade() {
            match socket.start_close(1000, b"") {
                // The last send's completion is yet to come. The Close is dispensable.
                Err(Error::InvalidOperation) => self.end(Ok(())),
                result => self.check(result.map(|_| ())),
            }
        }
    }

    fn check(&self, started: Result<(), Error>) {
        if let Err(error) = started {
            self.end(Err(Trouble::Error(error)));
        }
    }

    fn end(&self, result: Result<(), Trouble>) {
        let news = self
            .news
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(news) = news {
            // The main thread may have given up.
            let _ = news.send((self.number, result));
        }
    }

    /// Numbers are whole at any time.
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Connection {
    fn notify(&self, notification: &Notification<'_>) {
        let Some(parts) = self.0.get() else {
            return;
        };
        match notification {
            Notification::WebSocketSent(..) => parts.sent(),
            Notification::WebSocketReceived(bytes, kind) => parts.received(bytes.len(), *kind),
            Notification::WebSocketCloseComplete => parts.end(Ok(())),
            Notification::RequestError(Api::WebSocketReceive, Error::OperationCancelled) => {}
            Notification::RequestError(_, error) => parts.end(Err(Trouble::Error(*error))),
            _ => {}
        }
    }
}
