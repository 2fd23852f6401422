//! `ws:` and `wss:` URLs (RFC 6455 section 3).

use std::fmt;

/// Where to connect to, and what to ask for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    /// `wss:`: over TLS.
    pub(crate) secure: bool,
    /// Name or address, without the brackets of an IPv6 address.
    pub(crate) host: String,
    /// 80 or 443 if the URL names none.
    pub(crate) port: u16,
    /// Path and query as the request line has them; begins with a slash.
    pub(crate) target: String,
}

impl Url {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// If it is not a `ws:` or `wss:` URL that we can connect to; the error says why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| format!("{text:?} is not a URL such as ws://127.0.0.1:8080/path"))?;
        let secure = scheme.eq_ignore_ascii_case("wss");
        if !secure && !scheme.eq_ignore_ascii_case("ws") {
            return Err(format!(
                "{scheme}:// is not a WebSocket URL; use ws:// or wss://"
            ));
        }
        if rest.contains('#') {
            return Err("a WebSocket URL has no fragment (#); write %23 for the character".into());
        }
        if let Some(bad) = rest.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(format!("{bad:?} must be percent-encoded in a URL"));
        }
        let (authority, target) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (host, port) = authority_parts(authority, default_port(secure))?;
        let target = match target {
            "" => String::from("/"),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        Ok(Self {
            secure,
            host,
            port,
            target,
        })
    }

    /// Host and port as the `Host` header has them.
    pub(crate) fn host_header(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match self.port {
            port if port == default_port(self.secure) => host,
            port => format!("{host}:{port}"),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.host_header(), self.target)
    }
}

const fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

fn authority_parts(authority: &str, default_port: u16) -> Result<(String, u16), String> {
    if authority.contains('@') {
        return Err("user names in URLs are not supported".into());
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest
                .split_once(']')
                .ok_or("an IPv6 address must end with ]")?;
            host.parse::<std::net::Ipv6Addr>()
                .map_err(|_| format!("[{host}] is not an IPv6 address"))?;
            let port = match after {
                "" => None,
                after => Some(after.strip_prefix(':').ok_or("only :PORT may follow ]")?),
            };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Err("the URL has no host".into());
    }
    let is_port = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port {
        // An empty port means the default one (RFC 3986 section 3.2.3).
        None | Some("") => default_port,
        Some(text) => match Some(text).filter(is_port).and_then(|t| t.parse().ok()) {
            Some(port) if port > 0 => port,
            _ => return Err(format!("{text:?} is not a port (1 to 65535)")),
        },
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, u16, String) {
        let url = Url::parse(text).expect(text);
        (url.host, url.port, url.target)
    }

    #[test]
    fn parts_and_defaults() {
        for (text, host, port, target) in [
            ("ws://example.test", "example.test", 80, "/"),
            ("WS://127.0.0.1:9000/a/b?c=d", "127.0.0.1", 9000, "/a/b?c=d"),
            ("ws://h?x=/y", "h", 80, "/?x=/y"),
            ("ws://h:/", "h", 80, "/"),
            ("ws://[::1]:65535", "::1", 65535, "/"),
            ("ws://[::1]", "::1", 80, "/"),
            ("WSS://h", "h", 443, "/"),
            ("wss://h:80", "h", 80, "/"),
        ] {
            assert_eq!(parts(text), (host.into(), port, target.into()), "{text}");
        }
    }

    #[test]
    fn the_host_header_names_unusual_ports_only() {
        for (text, expected) in [
            ("ws://h:80/", "h"),
            ("ws://h:81/", "h:81"),
            ("ws://[::1]:81/", "[::1]:81"),
            ("wss://h/", "h"),
            ("wss://h:80/", "h:80"),
        ] {
            assert_eq!(
                Url::parse(text).map(|url| url.host_header()),
                Ok(expected.into())
            );
        }
    }

    #[test]
    fn what_cannot_be_connected_to_is_refused() {
        for (text, reason) in [
            ("127.0.0.1:80", "is not a URL"),
            ("http://h", "not a WebSocket URL"),
            ("ws://", "no host"),
            ("ws://:80", "no host"),
            ("ws://h:0", "not a port"),
            ("ws://h:65536", "not a port"),
            ("ws://h:+1", "not a port"),
            ("ws://u:p@h", "user names"),
            ("ws://h/#a", "fragment"),
            ("ws://h/a b", "percent-encoded"),
            ("ws://h/\r\nX: y", "percent-encoded"),
            ("ws://h/\u{e9}", "percent-encoded"),
            ("ws://[::1", "end with ]"),
            ("ws://[x]", "not an IPv6"),
            ("ws://[::1]x", "may follow"),
        ] {
            let error = Url::parse(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
