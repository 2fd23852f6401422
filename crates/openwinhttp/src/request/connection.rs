//! Getting a connection: from the pool, or by resolving, connecting and a TLS handshake.

use std::fmt::Write as _;
use std::sync::Arc;
use std::task::{Poll, ready};

use net::conn::Conn;
use net::connect::{ConnectEvent, ConnectOptions, Connector};
use net::cx::Cx;
use net::pool::{self, Acquire, Key, Lease};
use net::resolve::Lookup;
use net::socket::KeepAlive;
use net::tls::{self, ClientOptions, TlsError};

use super::core::Core;
use super::exchange::{tls_error, transport_error};
use super::state::ConnectionInfo;
use crate::options::Options;
use crate::{Buffer, Error, Notification, Result, SecureFailure};

/// Ports of other protocols, which nobody may be lured into speaking HTTP to (behaviour 6).
const BLOCKED_PORTS: [u16; 6] = [21, 25, 70, 110, 119, 143];

/// A connection, ready to carry the request.
pub(super) struct Established {
    pub(super) conn: Conn,
    pub(super) lease: Lease,
    pub(super) reused: bool,
}

/// The way to one. Poll until ready.
pub(super) struct Establish {
    stage: Stage,
    lease: Option<Lease>,
    /// Connections that were kept may be stale: take a new one.
    fresh: bool,
    tls: Option<ClientOptions>,
    options: Arc<Options>,
    has_closed_idle: bool,
}

#[expect(
    clippy::large_enum_variant,
    reason = "the large one, a kept connection, is the usual one; the enum lies in a box"
)]
enum Stage {
    Acquire(Acquire),
    Resolve(Lookup),
    Connect(Connector),
    Handshake(Box<Conn>),
    Done,
}

impl Establish {
    pub(super) fn new<B: Buffer>(
        core: &Core<B>,
        options: Arc<Options>,
        fresh: bool,
    ) -> Result<Self> {
        let url = &core.fixed.url;
        if BLOCKED_PORTS.contains(&url.port()) {
            return Err(Error::CannotConnect);
        }
        let tls = url.secure().then(|| ClientOptions {
            server_name: bare_host(url.host()).to_owned(),
            protocols: protocols(&options),
            ignore: options.ignored_cert_errors,
            client_certificate: options.client_certificate.clone(),
            no_client_certificate: options.no_client_certificate,
            alpn: Vec::new(),
        });
        let partition = core.session.partition(&options);
        let elsewhere = options.resolution_host.as_deref();
        let key = match &core.plain_key {
            Some(key) if partition == 0 && elsewhere.is_none() => key.clone(),
            _ => Key {
                host: elsewhere.unwrap_or(url.host()).to_ascii_lowercase(),
                port: url.port(),
                tls: tls.as_ref().map(ClientOptions::identity),
                partition,
            }
            .share(),
        };
        let limit = usize::try_from(options.max_connections_per_server).unwrap_or(usize::MAX);
        Ok(Self {
            stage: Stage::Acquire(pool::global().acquire_in_group(&key, core.session.id(), limit)),
            lease: None,
            fresh,
            tls,
            options,
            has_closed_idle: false,
        })
    }

    fn resolve<B: Buffer>(&mut self, core: &Core<B>) {
        let url = &core.fixed.url;
        let host = bare_host(url.host());
        core.notify(&Notification::ResolvingName(host));
        let name = self.options.resolution_host.as_deref().unwrap_or(host);
        let timeout = self.options.timeouts.resolve.duration();
        self.stage = Stage::Resolve(Lookup::new(name, url.port(), timeout));
    }

    pub(super) fn poll<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<Established>> {
        loop {
            core.check_open()?;
            match &mut self.stage {
                Stage::Acquire(acquire) => {
                    let (kept, lease) = ready!(acquire.poll(cx));
                    self.lease = Some(lease);
                    if let Some(conn) = kept.filter(|_| !self.fresh) {
                        return Poll::Ready(self.established(core, cx, conn, true));
                    }
                    self.resolve(core);
                }
                Stage::Resolve(lookup) => {
                    let addresses =
                        ready!(lookup.poll(cx)).map_err(|error| match error.kind() {
                            std::io::ErrorKind::TimedOut => Error::Timeout,
                            _ => Error::NameNotResolved,
                        })?;
                    let mut text = String::new();
                    for address in &addresses {
                        let separator = if text.is_empty() { "" } else { ";" };
                        let _ = write!(text, "{separator}{}", address.ip());
                    }
                    core.notify(&Notification::NameResolved(&text));
                    let options = ConnectOptions {
                        attempt_timeout: self.options.timeouts.connect.duration(),
                        max_addresses: usize::try_from(self.options.connect_retries.max(1))
                            .unwrap_or(usize::MAX),
                        keepalive: self
                            .options
                            .tcp_keepalive
                            .map(|(idle, interval)| KeepAlive { idle, interval }),
                        ..ConnectOptions::default()
                    };
                    self.stage = Stage::Connect(Connector::new(addresses, options));
                }
                Stage::Connect(connector) => {
                    let event = match ready!(connector.poll(cx)) {
                        Err(error) if is_out_of_descriptors(&error) && !self.has_closed_idle => {
                            // Connections that nobody uses must not be in the way of one that somebody wants.
                            self.has_closed_idle = true;
                            pool::global().close_idle();
                            self.resolve(core);
                            continue;
                        }
                        event => event.map_err(|error| connect_error(&error))?,
                    };
                    match event {
                        ConnectEvent::Connecting(address) => {
                            core.notify(&Notification::ConnectingToServer(
                                &address.ip().to_string(),
                            ));
                        }
                        ConnectEvent::Connected(mut conn) => {
                            core.set_canceller(conn.canceller())?;
                            core.notify(&Notification::ConnectedToServer(
                                &conn.peer_addr().ip().to_string(),
                            ));
                            self.prepare(&mut conn, cx)?;
                            let Some(tls) = &self.tls else {
                                return Poll::Ready(self.established(core, cx, conn, false));
                            };
                            let client =
                                tls::Client::new(tls).map_err(|error| report(core, &error))?;
                            conn.start_tls(client);
                            self.stage = Stage::Handshake(Box::new(conn));
                        }
                    }
                }
                Stage::Handshake(conn) => {
                    if let Err(error) = ready!(conn.poll_handshake(cx)) {
                        return Poll::Ready(Err(report(core, &error)));
                    }
                    let Stage::Handshake(conn) = std::mem::replace(&mut self.stage, Stage::Done)
                    else {
                        return Poll::Ready(Err(Error::InternalError));
                    };
                    return Poll::Ready(self.established(core, cx, *conn, false));
                }
                Stage::Done => return Poll::Ready(Err(Error::InternalError)),
            }
        }
    }

    fn prepare(&self, conn: &mut Conn, cx: &Cx<'_>) -> Result<()> {
        let timeouts = &self.options.timeouts;
        conn.set_timeouts(timeouts.send.duration(), timeouts.receive.duration());
        conn.attach(cx).map_err(|error| transport_error(&error))
    }

    fn established<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &Cx<'_>,
        mut conn: Conn,
        reused: bool,
    ) -> Result<Established> {
        let lease = self.lease.take().ok_or(Error::InternalError)?;
        if reused {
            core.set_canceller(conn.canceller())?;
            self.prepare(&mut conn, cx)?;
        }
        let mut state = core.state();
        state.message.connection = Some(ConnectionInfo {
            local: conn.local_addr(),
            remote: conn.peer_addr(),
        });
        state.message.tls = conn.tls_info().cloned();
        drop(state);
        Ok(Established {
            conn,
            lease,
            reused,
        })
    }
}

/// What a failed connection means.
fn connect_error(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::TimedOut => Error::Timeout,
        // The server took the connection, and reset it before we looked.
        std::io::ErrorKind::ConnectionReset => Error::ConnectionError,
        _ => Error::CannotConnect,
    }
}

/// `EMFILE` and `ENFILE`.
fn is_out_of_descriptors(error: &std::io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// Tells why TLS failed.
fn report<B: Buffer>(core: &Core<B>, error: &TlsError) -> Error {
    match error {
        TlsError::Certificate(errors) => {
            core.notify(&Notification::SecureFailure(SecureFailure(errors.bits())))
        }
        TlsError::Channel(_) => core.notify(&Notification::SecureFailure(SecureFailure::CHANNEL)),
        TlsError::ClientCertificateNeeded { issuers } => {
            core.state().message.certificate_issuers.clone_from(issuers);
        }
        TlsError::Io(_) => {}
    }
    tls_error(error)
}

fn protocols(options: &Options) -> tls::Protocols {
    match (options.tls_1_2, options.tls_1_3) {
        (false, false) => tls::Protocols::NONE,
        (true, false) => tls::Protocols::TLS1_2,
        (false, true) => tls::Protocols::TLS1_3,
        (true, true) => tls::Protocols::ALL,
    }
}

/// Without the brackets of an IPv6 literal.
fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}
