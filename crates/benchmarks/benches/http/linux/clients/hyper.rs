//! hyper: connections of its own, on a runtime of one thread.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use crate::linux::chain::Chains;
use crate::linux::nginx::SMALL;
use crate::linux::turns::Latencies;

type Sender = SendRequest<Empty<Bytes>>;

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

async fn connect(port: u16) -> Sender {
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connected");
    stream.set_nodelay(true).expect("a TCP socket");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a connection");
    tokio::task::spawn_local(connection);
    sender
}

async fn exchange(sender: &mut Sender, port: u16) {
    sender.ready().await.expect("an open connection");
    let request = Request::get("/small")
        .header(HOST, format!("127.0.0.1:{port}"))
        .header(USER_AGENT, "benchmark")
        .body(Empty::new())
        .expect("a request");
    let mut response = sender.send_request(request).await.expect("a response");
    let mut total = 0;
    while let Some(frame) = response.frame().await {
        let frame = frame.expect("a body");
        total += frame.data_ref().map_or(0, Bytes::len);
    }
    assert_eq!(total, SMALL);
}

/// A GET of the small file, waited for as a synchronous program would.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let (runtime, tasks) = (runtime(), LocalSet::new());
    let mut sender = tasks.block_on(&runtime, connect(port));
    move || tasks.block_on(&runtime, exchange(&mut sender, port))
}

/// `chains` GETs of the small file at once, each chain on a connection of its own.
pub(crate) fn chains(port: u16, chains: usize) -> impl FnMut(u64, &mut Latencies) {
    let (runtime, tasks) = (runtime(), LocalSet::new());
    let shared = Rc::new(Chains::default());
    let senders: Vec<Rc<RefCell<Option<Sender>>>> = (0..chains).map(|_| Rc::default()).collect();
    move |count, latencies| {
        shared.announce(count, chains);
        let running: Vec<_> = senders
            .iter()
            .map(|sender| {
                let (place, shared) = (Rc::clone(sender), Rc::clone(&shared));
                tasks.spawn_local(async move {
                    // Connects when there is something to do, as the others do; a closed connection is of no use.
                    let mut sender = place.take().filter(|sender| !sender.is_closed());
                    while let Some(start) = shared.next() {
                        let mut open = match sender.take() {
                            Some(open) => open,
                            None => connect(port).await,
                        };
                        exchange(&mut open, port).await;
                        sender = Some(open);
                        shared.since(start);
                    }
                    *place.borrow_mut() = sender;
                })
            })
            .collect();
        tasks.block_on(&runtime, async {
            for task in running {
                task.await.expect("no panic");
            }
        });
        *latencies = shared.wait();
    }
}
