//! A connection of a synchronous session has a thread; with long messages two, for their echo begins before they end.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Instant;

use openwinhttp::{BufferKind, WebSocket};

use super::{BenchError, Echo, Mode, News, Opened, Run, Trouble};
use crate::client::{Client, OpenError, Watch};

/// Longer messages are sent by a thread of their own: sockets may not hold all of them.
const SHORT: usize = 16 * 1024;

pub(super) type Connections = Opened<Waiting>;

pub(super) struct Waiting(Vec<Arc<WebSocket>>);

impl Mode for Waiting {
    type Socket = Arc<WebSocket>;

    fn open(client: &Client<'_>, watch: &Arc<dyn Watch>) -> Result<Self::Socket, OpenError> {
        client.open(watch, None).map(|(socket, _)| Arc::new(socket))
    }

    fn start(
        sockets: Vec<Self::Socket>,
        run: &Arc<Run>,
        news: &Sender<News>,
    ) -> Result<Self, BenchError> {
        for (number, socket) in sockets.iter().enumerate() {
            let (socket, run, news) = (Arc::clone(socket), Arc::clone(run), news.clone());
            let work = move || {
                let result = talk(&socket, &run).and_then(|()| Ok(socket.close(1000, b"")?));
                // The main thread may have given up.
                let _ = news.send((number, result));
            };
            thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn(work)
                .map_err(BenchError::NoThread)?;
        }
        Ok(Self(sockets))
    }

    fn abort(&self) {
        for socket in &self.0 {
            // Closed already: fine.
            let _ = socket.abort();
        }
    }
}

fn talk(socket: &WebSocket, run: &Run) -> Result<(), Trouble> {
    let send = || socket.send(BufferKind::BinaryMessage, &run.payload);
    if run.payload.len() <= SHORT {
        return echoes(socket, run, || Ok(send()?));
    }
    thread::scope(|scope| {
        let (next, wanted) = mpsc::channel::<()>();
        let sender = scope.spawn(move || wanted.iter().try_for_each(|()| send()));
        let received = echoes(socket, run, || {
            // Once sending has failed, receiving does too.
            let _ = next.send(());
            Ok(())
        });
        if received.is_err() {
            // A send that the server does not take ends, too.
            let _ = socket.abort();
        }
        drop(next);
        let sent = sender.join().unwrap_or(Ok(()));
        received?;
        Ok(sent?)
    })
}

/// Sends and receives until the time is up.
fn echoes(
    socket: &WebSocket,
    run: &Run,
    mut send: impl FnMut() -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut buffer = run.receive_buffer();
    let mut echo = Echo::default();
    let mut began = Instant::now();
    loop {
        send()?;
        loop {
            let received = socket.receive(&mut buffer)?;
            if echo.piece(run, received.count, received.kind)? {
                break;
            }
        }
        match run.completed(began) {
            Some(next) => began = next,
            None => return Ok(()),
        }
    }
}
