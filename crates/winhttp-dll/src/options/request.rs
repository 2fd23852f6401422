//! Options of requests with functions of their own.

use openwinhttp::{Error, Result};
use win32_abi::winhttp::*;

use super::target::{SESSION, Target};
use super::values::{In, Out};

pub(super) fn query_url(target: &Target, out: &Out) -> Result<()> {
    out.text(&target.request()?.request.url())
}

/// What is looked up instead of the host's name.
pub(super) fn set_resolution_host(target: &Target, input: &In) -> Result<()> {
    let name = input.text()?;
    if name.is_empty() || name.len() > 255 || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::InvalidParameter);
    }
    target.change(|options| options.resolution_host = Some(name))
}

/// Bits add up; unknown ones are accepted (facts 3.4).
pub(super) fn disable_features(target: &Target, input: &In) -> Result<()> {
    let bits = input.number()?;
    target.change(|options| {
        let disabled = &mut options.disabled;
        disabled.cookies |= bits & WINHTTP_DISABLE_COOKIES != 0;
        disabled.redirects |= bits & WINHTTP_DISABLE_REDIRECTS != 0;
        disabled.authentication |= bits & WINHTTP_DISABLE_AUTHENTICATION != 0;
        disabled.keep_alive |= bits & WINHTTP_DISABLE_KEEP_ALIVE != 0;
    })
}

/// One feature is a request's, the other a session's. Neither has an effect yet: revocation is not checked, and there is no
/// impersonation.
pub(super) fn enable_feature(target: &Target, input: &In) -> Result<()> {
    let bits = input.number()?;
    let is_session = target.kind() == SESSION;
    match bits {
        WINHTTP_ENABLE_SSL_REVOCATION if !is_session => {}
        WINHTTP_ENABLE_SSL_REVERT_IMPERSONATION if is_session => {}
        WINHTTP_ENABLE_SSL_REVOCATION | WINHTTP_ENABLE_SSL_REVERT_IMPERSONATION => {
            return Err(Error::IncorrectHandleType);
        }
        _ => return Err(Error::InvalidParameter),
    }
    target
        .stored()?
        .set_number(WINHTTP_OPTION_ENABLE_FEATURE, bits);
    Ok(())
}

/// No value: the request is to become a WebSocket.
pub(super) fn upgrade(target: &Target, input: &In) -> Result<()> {
    if !input.is_nothing() {
        return Err(Error::InvalidParameter);
    }
    target
        .stored()?
        .set_number(WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, 1);
    Ok(())
}

/// No value: the connection is not reused.
pub(super) fn expire_connection(target: &Target, input: &In) -> Result<()> {
    if !input.is_nothing() {
        return Err(Error::InvalidParameter);
    }
    target.change(|options| options.expire_connection = true)
}

/// From `WINHTTP_CALLBACK_STATUS_SENDING_REQUEST` on (facts 3.11). What the caller put into `cbSize` does not matter.
pub(super) fn query_connection(target: &Target, out: &Out) -> Result<()> {
    let info = target
        .request()?
        .request
        .connection_info()
        .ok_or(Error::IncorrectHandleState)?;
    out.plain(|| {
        Ok(WINHTTP_CONNECTION_INFO {
            cbSize: size_of::<WINHTTP_CONNECTION_INFO>() as u32,
            LocalAddress: info.local.into(),
            RemoteAddress: info.remote.into(),
        })
    })
}

/// Obsolete: no server has sent such a thing.
pub(super) fn query_passport(_: &Target, _: &Out) -> Result<()> {
    Err(Error::HeaderNotFound)
}

/// What authentication has used: nothing so far.
pub(super) fn query_service_name(_: &Target, out: &Out) -> Result<()> {
    out.units(&[])
}
