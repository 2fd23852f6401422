//! What can be set on sessions and requests. A request copies its session's values when it is opened (facts 4.6).

use std::sync::Arc;
use std::time::Duration;

use net::tls::{CertErrors, ClientCertificate};

/// A time limit in milliseconds; 0 and `u32::MAX` stand for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub u32);

impl Timeout {
    /// No limit.
    pub const INFINITE: Self = Self(u32::MAX);

    /// The limit, if there is one.
    pub fn duration(self) -> Option<Duration> {
        match self.0 {
            0 | u32::MAX => None,
            milliseconds => Some(Duration::from_millis(milliseconds.into())),
        }
    }
}

/// `WinHttpSetTimeouts` and `WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name resolution. Default: none.
    pub resolve: Timeout,
    /// Connecting, for each address. Default: 60 s.
    pub connect: Timeout,
    /// Each send of the socket. Default: 30 s.
    pub send: Timeout,
    /// Each receive of the socket. Default: 30 s.
    pub receive: Timeout,
    receive_response: Timeout,
}

impl Timeouts {
    /// The whole head of a response, looked at when bytes arrive. Never below [`Timeouts::receive`] (facts 4.9).
    pub fn receive_response(&self) -> Timeout {
        Timeout(self.receive_response.0.max(self.receive.0))
    }

    /// Sets [`Timeouts::receive_response`]; a value below `receive` reads back as `receive`.
    pub fn set_receive_response(&mut self, timeout: Timeout) {
        self.receive_response = timeout;
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Timeout::INFINITE,
            connect: Timeout(60_000),
            send: Timeout(30_000),
            receive: Timeout(30_000),
            receive_response: Timeout::INFINITE,
        }
    }
}

/// `WINHTTP_OPTION_REDIRECT_POLICY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectPolicy {
    /// Redirects are given to the application.
    Never,
    /// Followed, but not from https to http. The default.
    DisallowHttpsToHttp,
    /// Followed.
    Always,
}

/// `WINHTTP_OPTION_DISABLE_FEATURE`: what a request does without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisabledFeatures {
    /// Cookies are neither sent nor stored.
    pub cookies: bool,
    /// Redirects are not followed.
    pub redirects: bool,
    /// Challenges are not answered.
    pub authentication: bool,
    /// The connection is not kept.
    pub keep_alive: bool,
}

/// What a request works by.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time limits.
    pub timeouts: Timeouts,
    /// At most so many addresses of a host are tried. Default: 5.
    pub connect_retries: u32,
    /// What to do about redirects.
    pub redirect_policy: RedirectPolicy,
    /// Redirects in a row. Default: 10.
    pub max_redirects: u32,
    /// 1xx answers before the final one. Default: 10.
    pub max_informational: u32,
    /// Bytes of a response's head. Default: 65536.
    pub max_response_header_size: u32,
    /// Bytes of an unread body that are thrown away to keep a connection. Default: 1 MiB.
    pub max_response_drain_size: u32,
    /// Features of this request that are switched off.
    pub disabled: DisabledFeatures,
    /// Faults of the server's certificate that do not matter (`WINHTTP_OPTION_SECURITY_FLAGS`).
    pub ignored_cert_errors: CertErrors,
    /// TLS 1.2 may be used.
    pub tls_1_2: bool,
    /// TLS 1.3 may be used.
    pub tls_1_3: bool,
    /// The certificate to show to a server that asks.
    pub client_certificate: Option<Arc<ClientCertificate>>,
    /// `WINHTTP_NO_CLIENT_CERT_CONTEXT` was set: go on without one.
    pub no_client_certificate: bool,
    /// Connections to one server at once. Default: no limit.
    pub max_connections_per_server: u32,
    /// Connections are not shared with other sessions.
    pub disable_global_pooling: bool,
    /// The connection is not reused after this request (`WINHTTP_OPTION_EXPIRE_CONNECTION`).
    pub expire_connection: bool,
    /// Looked up instead of the host's name.
    pub resolution_host: Option<String>,
    /// `WINHTTP_OPTION_IPV6_FAST_FALLBACK`: kept; address families always race after a short delay (RFC 8305).
    pub fast_fallback: bool,
    /// TCP keep-alive: idle time and interval.
    pub tcp_keepalive: Option<(Duration, Duration)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            connect_retries: 5,
            redirect_policy: RedirectPolicy::DisallowHttpsToHttp,
            max_redirects: 10,
            max_informational: 10,
            max_response_header_size: 65_536,
            max_response_drain_size: 1 << 20,
            disabled: DisabledFeatures::default(),
            ignored_cert_errors: CertErrors::default(),
            tls_1_2: true,
            tls_1_3: true,
            client_certificate: None,
            no_client_certificate: false,
            max_connections_per_server: u32::MAX,
            disable_global_pooling: false,
            expire_connection: false,
            resolution_host: None,
            fast_fallback: false,
            tcp_keepalive: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements: facts 4.7, 4.9
    #[test]
    fn f4_9_the_response_timeout_is_never_below_the_receive_timeout() {
        let mut timeouts = Timeouts::default();
        assert_eq!(timeouts.receive_response(), Timeout::INFINITE);
        timeouts.receive = Timeout(5000);
        for (set, read) in [(4999, 5000), (5001, 5001), (0, 5000), (u32::MAX, u32::MAX)] {
            timeouts.set_receive_response(Timeout(set));
            assert_eq!(timeouts.receive_response(), Timeout(read));
        }
        timeouts.set_receive_response(Timeout(6000));
        timeouts.receive = Timeout(u32::MAX - 1);
        assert_eq!(
            timeouts.receive_response(),
            Timeout(u32::MAX - 1),
            "unsigned"
        );
    }

    #[test]
    fn two_numbers_stand_for_no_limit() {
        assert_eq!(Timeout(0).duration(), None);
        assert_eq!(Timeout::INFINITE.duration(), None);
        assert_eq!(Timeout(1).duration(), Some(Duration::from_millis(1)));
        assert_eq!(
            Timeout(u32::MAX - 1).duration(),
            Some(Duration::from_millis(4_294_967_294))
        );
    }
}
