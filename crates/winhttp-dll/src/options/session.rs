//! Options of sessions with functions of their own.

use std::time::Duration;

use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::system;
use super::target::Target;
use super::values::{In, Out};

pub(super) fn query_agent(target: &Target, out: &Out) -> Result<()> {
    out.text(&target.session()?.session.agent().unwrap_or_default())
}

/// For requests sent from now on; empty: none.
pub(super) fn set_agent(target: &Target, input: &In) -> Result<()> {
    let agent = input.text()?;
    if agent.contains(['\r', '\n']) {
        return Err(Error::InvalidParameter);
    }
    target
        .session()?
        .session
        .set_agent(Some(agent.as_str()).filter(|agent| !agent.is_empty()));
    Ok(())
}

/// `SECURE_PROTOCOLS`: versions that there are here are 1.2 and 1.3; older ones are accepted without effect, so that a session
/// which asks for nothing else makes no TLS connection (behaviour 15). 0 stands for the default.
pub(super) fn set_protocols(target: &Target, input: &In) -> Result<()> {
    const OLD: u32 = WINHTTP_FLAG_SECURE_PROTOCOL_SSL2
        | WINHTTP_FLAG_SECURE_PROTOCOL_SSL3
        | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1
        | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_1;
    const NEW: u32 = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3;
    let bits = input.number()?;
    if bits & !(OLD | NEW) != 0 {
        return Err(Error::InvalidParameter);
    }
    if target.session()?.secure_defaults && bits & OLD != 0 {
        return Err(Error::AccessDenied);
    }
    let has = |bit: u32| bits == 0 || bits & bit != 0;
    target.change(|options| {
        options.tls_1_2 = has(WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2);
        options.tls_1_3 = has(WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3);
    })
}

/// The buffer holds an event's handle, which is set when the session has ended (facts 1.14).
pub(super) fn set_unload_event(target: &Target, input: &In) -> Result<()> {
    let event: usize = input.plain()?;
    if event == 0 {
        return Err(Error::InvalidParameter);
    }
    target
        .session()?
        .session
        .on_unload(Box::new(move || system::set_event(event)));
    Ok(())
}

pub(super) fn set_tcp_keepalive(target: &Target, input: &In) -> Result<()> {
    let keepalive: tcp_keepalive = input.plain()?;
    let milliseconds = |value: u32| Duration::from_millis(value.into());
    let times = (
        milliseconds(keepalive.keepalivetime),
        milliseconds(keepalive.keepaliveinterval),
    );
    target.change(|options| options.tcp_keepalive = (keepalive.onoff != 0).then_some(times))
}

/// Obsolete; there is nothing to sign out of.
pub(super) fn set_passport_sign_out(_: &Target, input: &In) -> Result<()> {
    input.units().map(drop)
}
