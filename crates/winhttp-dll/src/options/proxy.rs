//! Proxies.

use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::stored::Proxy;
use super::system::Allocations;
use super::target::{SESSION, Target};
use super::values::{In, Out};
use crate::memory::text;

/// Of NULL: the machine's default, which is to have none.
pub(super) fn query(target: &Target, out: &Out) -> Result<()> {
    let machine = || {
        Proxy {
            access_type: WINHTTP_ACCESS_TYPE_NO_PROXY,
            ..Proxy::default()
        }
        .into()
    };
    let proxy = target
        .stored()
        .map_or_else(|_| machine(), |stored| stored.proxy());
    out.plain(|| {
        let mut allocations = Allocations::default();
        let info = WINHTTP_PROXY_INFO {
            dwAccessType: proxy.access_type,
            lpszProxy: allocations.optional_text(&proxy.proxy)?,
            lpszProxyBypass: allocations.optional_text(&proxy.bypass)?,
        };
        allocations.hand_over();
        Ok(info)
    })
}

/// Strings count with `WINHTTP_ACCESS_TYPE_NAMED_PROXY` only.
pub(super) fn set(target: &Target, input: &In) -> Result<()> {
    let info: WINHTTP_PROXY_INFO = input.plain()?;
    let proxy = match info.dwAccessType {
        WINHTTP_ACCESS_TYPE_DEFAULT_PROXY | WINHTTP_ACCESS_TYPE_NO_PROXY => Proxy::default(),
        WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY if target.kind() == SESSION => Proxy::default(),
        WINHTTP_ACCESS_TYPE_NAMED_PROXY => {
            // SAFETY: the strings of such a structure are NULL or end with a NUL (the caller's contract).
            let (proxy, bypass) = unsafe { (text(info.lpszProxy)?, text(info.lpszProxyBypass)?) };
            if proxy.is_empty() {
                return Err(Error::InvalidParameter);
            }
            Proxy {
                proxy,
                bypass,
                ..Proxy::default()
            }
        }
        _ => return Err(Error::InvalidParameter),
    };
    target.stored()?.set_proxy(Proxy {
        access_type: info.dwAccessType,
        ..proxy
    });
    Ok(())
}

/// One way to a server, as `WinHttpGetProxyResult` gives it, replaces the proxies.
pub(super) fn set_result_entry(target: &Target, input: &In) -> Result<()> {
    let entry: WINHTTP_PROXY_RESULT_ENTRY = input.plain()?;
    let proxy = if entry.fProxy == 0 {
        Proxy {
            access_type: WINHTTP_ACCESS_TYPE_NO_PROXY,
            ..Proxy::default()
        }
    } else {
        let scheme = match entry.ProxyScheme {
            INTERNET_SCHEME_HTTP | INTERNET_SCHEME_HTTPS => "",
            INTERNET_SCHEME_SOCKS => "socks=",
            _ => return Err(Error::InvalidParameter),
        };
        // SAFETY: the string of such a structure is NULL or ends with a NUL (the caller's contract).
        let host = unsafe { text(entry.pwszProxy) }?;
        if host.is_empty() {
            return Err(Error::InvalidParameter);
        }
        let is_bare_literal = host.contains(':') && !host.starts_with('[');
        let host = if is_bare_literal {
            format!("[{host}]")
        } else {
            host
        };
        let port = match entry.ProxyPort {
            0 => String::new(),
            port => format!(":{port}"),
        };
        let proxy = format!("{scheme}{host}{port}");
        Proxy {
            access_type: WINHTTP_ACCESS_TYPE_NAMED_PROXY,
            proxy,
            bypass: String::new(),
        }
    };
    target.stored()?.set_proxy(proxy);
    Ok(())
}
