//! The safe Rust API.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use openwinhttp::{Connect, Mode, Notification, Observer, OpenRequest, Request, Session};

use super::{read_big, read_small};
use crate::linux::chain::Chains;
use crate::linux::nginx::SMALL;
use crate::linux::turns::Latencies;

fn connect(mode: Mode, port: u16) -> Connect {
    let session = Session::new(Some("benchmark"), mode);
    session.connect("127.0.0.1", port).expect("a host")
}

fn open(connect: &Connect, object: &[u16], secure: bool) -> Request {
    let mut open = OpenRequest::default();
    open.object = object;
    open.secure = secure;
    connect.open_request(open).expect("a request")
}

/// A GET of the small file: a request of its own, read until it says that nothing is left.
pub(crate) fn get(port: u16) -> impl FnMut() {
    let connect = connect(Mode::Synchronous, port);
    let object: Vec<u16> = "/small".encode_utf16().collect();
    let mut buffer = vec![0; 16 << 10];
    move || {
        let request = open(&connect, &object, false);
        request.send(None, 0).expect("sent");
        request.receive_response().expect("a response");
        assert_eq!(request.read(&mut buffer, true), Ok(SMALL));
        assert_eq!(request.read(&mut buffer, true), Ok(0));
    }
}

/// The big file: 64 KiB at a time.
pub(crate) fn download(port: u16, secure: bool) -> impl FnMut() {
    let connect = connect(Mode::Synchronous, port);
    let object: Vec<u16> = "/big".encode_utf16().collect();
    let mut buffer = vec![0; 64 << 10];
    move || {
        let request = open(&connect, &object, secure);
        request.send(None, 0).expect("sent");
        request.receive_response().expect("a response");
        read_big(Body(&request), &mut buffer);
    }
}

/// As other programs read bodies.
struct Body<'a>(&'a Request);

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0
            .read(out, true)
            .map_err(|error| io::Error::other(format!("{error:?}")))
    }
}

/// How many reads of 64 KiB each [`reads`] does.
pub(crate) const READS: u64 = 1000;

/// A download that has begun; each call reads [`READS`] times.
pub(crate) fn reads(port: u16, secure: bool) -> impl FnMut() {
    let connect = connect(Mode::Synchronous, port);
    let request = open(&connect, &"/big".encode_utf16().collect::<Vec<_>>(), secure);
    request.send(None, 0).expect("sent");
    request.receive_response().expect("a response");
    let mut buffer = vec![0; 64 << 10];
    move || {
        for _ in 0..READS {
            assert_eq!(request.read(&mut buffer, true), Ok(buffer.len()));
        }
    }
}

/// So many connections in use at once, and then idle.
pub(crate) fn occupy(port: u16, secure: bool) -> impl FnMut(usize) {
    let connect = connect(Mode::Synchronous, port);
    let object: Vec<u16> = "/small".encode_utf16().collect();
    let mut buffer = vec![0; 16 << 10];
    move |count| {
        let requests: Vec<Request> = (0..count)
            .map(|_| {
                let request = open(&connect, &object, secure);
                request.send(None, 0).expect("sent");
                request.receive_response().expect("a response");
                request
            })
            .collect();
        for request in requests {
            read_small(Body(&request), &mut buffer);
        }
    }
}

/// `chains` GETs of the small file at once, driven by notifications.
pub(crate) fn chains(port: u16, chains: usize) -> impl FnMut(u64, &mut Latencies) {
    let connect = connect(Mode::Asynchronous, port);
    let shared = Arc::new(Shared {
        connect,
        object: "/small".encode_utf16().collect(),
        chains: Chains::default(),
    });
    move |count, latencies| {
        shared.chains.announce(count, chains);
        for _ in 0..chains {
            Exchange::start(&shared);
        }
        *latencies = shared.chains.wait();
    }
}

struct Shared {
    connect: Connect,
    object: Vec<u16>,
    chains: Chains,
}

/// One asynchronous GET.
struct Exchange {
    shared: Arc<Shared>,
    request: Mutex<Option<Arc<Request>>>,
    start: Instant,
}

impl Exchange {
    fn start(shared: &Arc<Shared>) {
        let Some(start) = shared.chains.next() else {
            return;
        };
        let exchange = Arc::new(Self {
            shared: Arc::clone(shared),
            request: Mutex::new(None),
            start,
        });
        let mut open = OpenRequest::default();
        open.object = &shared.object;
        open.observer = Some(Arc::clone(&exchange) as Arc<dyn Observer>);
        let request = Arc::new(shared.connect.open_request(open).expect("a request"));
        *exchange.request.lock().expect("unpoisoned") = Some(Arc::clone(&request));
        request.start_send(None, 0).expect("started");
    }

    fn request(&self) -> Arc<Request> {
        let request = self.request.lock().expect("unpoisoned");
        Arc::clone(request.as_ref().expect("the request lives"))
    }
}

impl Observer for Exchange {
    fn notify(&self, notification: &Notification<'_>) {
        let started = match notification {
            Notification::SendRequestComplete => self.request().start_receive_response(),
            Notification::HeadersAvailable => self.request().start_read(vec![0; 4096], false),
            Notification::ReadComplete([]) => {
                let request = self.request.lock().expect("unpoisoned").take();
                request.expect("the request lives").close().expect("closed");
                self.shared.chains.since(self.start);
                Self::start(&self.shared);
                return;
            }
            Notification::ReadComplete(body) => {
                assert_eq!(body.len(), SMALL);
                self.request().start_read(vec![0; 4096], false)
            }
            Notification::RequestError(api, error) => panic!("{api:?}: {error:?}"),
            _ => return,
        };
        started.expect("started");
    }
}
