//! Functions whose features are still to come: each fails with a documented error, after checking its handle, but for those
//! of system components. The README's table lists them.
#![allow(non_snake_case, unused_variables)]

use openwinhttp::{Error, Mode, Result};
use win32_abi::winhttp::*;

use crate::guard::{boolean, code};
use crate::objects::Object;

/// No handle is a resolver yet.
fn not_a(handle: HINTERNET) -> Result<()> {
    Object::of(handle)?;
    Err(Error::IncorrectHandleType)
}

/// `WinHttpSetCredentials`: sets the credentials of a request: `WINHTTP_AUTH_TARGET_*`, one of `WINHTTP_AUTH_SCHEME_*`. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpSetCredentials(
    hRequest: HINTERNET,
    AuthTargets: DWORD,
    AuthScheme: DWORD,
    pwszUserName: LPCWSTR,
    pwszPassword: LPCWSTR,
    pAuthParams: LPVOID,
) -> BOOL {
    boolean(|| {
        Object::request(hRequest)?;
        Err(Error::NotSupported)
    })
}

/// `WinHttpQueryAuthSchemes`: gives the schemes that a response 401 or 407 offers. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpQueryAuthSchemes(
    hRequest: HINTERNET,
    lpdwSupportedSchemes: LPDWORD,
    lpdwFirstScheme: LPDWORD,
    pdwAuthTarget: LPDWORD,
) -> BOOL {
    boolean(|| {
        Object::request(hRequest)?;
        Err(Error::InvalidOperation)
    })
}

/// `WinHttpQueryAuthParams`: not supported: `ERROR_NOT_SUPPORTED`. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpQueryAuthParams(
    hRequest: HINTERNET,
    AuthScheme: DWORD,
    pAuthParams: *mut LPVOID,
) -> BOOL {
    boolean(|| {
        Object::request(hRequest)?;
        Err(Error::NotSupported)
    })
}

/// `WinHttpCreateProxyResolver`: makes a handle for the functions that follow; the session must be asynchronous. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpCreateProxyResolver(
    hSession: HINTERNET,
    phResolver: *mut HINTERNET,
) -> DWORD {
    code(|| {
        let session = Object::session(hSession)?;
        if session.session.mode() == Mode::Synchronous {
            return Err(Error::IncorrectHandleType);
        }
        Err(Error::NotSupported)
    })
}

/// `WinHttpGetProxyForUrlEx`: starts a lookup: `ERROR_IO_PENDING`, then a callback. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxyForUrlEx(
    hResolver: HINTERNET,
    pcwszUrl: PCWSTR,
    pAutoProxyOptions: *mut WINHTTP_AUTOPROXY_OPTIONS,
    pContext: DWORD_PTR,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpGetProxyForUrlEx2`: the same for an interface. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxyForUrlEx2(
    hResolver: HINTERNET,
    pcwszUrl: PCWSTR,
    pAutoProxyOptions: *mut WINHTTP_AUTOPROXY_OPTIONS,
    cbInterfaceSelectionContext: DWORD,
    pInterfaceSelectionContext: *mut BYTE,
    pContext: DWORD_PTR,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpGetProxyResult`: gives what was found. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxyResult(
    hResolver: HINTERNET,
    pProxyResult: *mut WINHTTP_PROXY_RESULT,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpGetProxyResultEx`: the same after `WinHttpGetProxyForUrlEx2`. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxyResultEx(
    hResolver: HINTERNET,
    pProxyResultEx: *mut WINHTTP_PROXY_RESULT_EX,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpGetProxySettingsEx`: starts reading settings: `ERROR_IO_PENDING`, then a callback. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxySettingsEx(
    hResolver: HINTERNET,
    ProxySettingsType: WINHTTP_PROXY_SETTINGS_TYPE,
    pProxySettingsParam: PWINHTTP_PROXY_SETTINGS_PARAM,
    pContext: DWORD_PTR,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpGetProxySettingsResultEx`: gives what was read: a `WINHTTP_PROXY_SETTINGS_EX`. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxySettingsResultEx(
    hResolver: HINTERNET,
    pProxySettingsEx: PVOID,
) -> DWORD {
    code(|| not_a(hResolver))
}

/// `WinHttpFreeProxySettingsEx`: frees it. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpFreeProxySettingsEx(
    ProxySettingsType: WINHTTP_PROXY_SETTINGS_TYPE,
    pProxySettingsEx: PVOID,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpRegisterProxyChangeNotification`: asks to be told when proxy settings change: `WINHTTP_PROXY_NOTIFY_CHANGE`. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpRegisterProxyChangeNotification(
    ullFlags: ULONGLONG,
    pfnCallback: WINHTTP_PROXY_CHANGE_CALLBACK,
    pvContext: PVOID,
    hRegistration: *mut WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpUnregisterProxyChangeNotification`: ends that; no callback runs after it. Not to be called inside the callback. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpUnregisterProxyChangeNotification(
    hRegistration: WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpSetProxySettingsPerUser`: whether users have settings of their own. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpSetProxySettingsPerUser(fProxySettingsPerUser: BOOL) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpIsHostInProxyBypassList`: whether a host is in a bypass list. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpIsHostInProxyBypassList(
    pProxyInfo: *const WINHTTP_PROXY_INFO,
    pwszHost: PCWSTR,
    tScheme: INTERNET_SCHEME,
    nPort: INTERNET_PORT,
    pfIsInBypassList: *mut BOOL,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpReadProxySettings`: of system components. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpReadProxySettings(
    hSession: HINTERNET,
    pcwszConnectionName: PCWSTR,
    fFallBackToDefaultSettings: BOOL,
    fSetAutoDiscoverForDefaultSettings: BOOL,
    pdwSettingsVersion: *mut DWORD,
    pfDefaultSettingsAreReturned: *mut BOOL,
    pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpWriteProxySettings`: of system components. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpWriteProxySettings(
    hSession: HINTERNET,
    fForceUpdate: BOOL,
    pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpGetProxySettingsVersion`: of system components. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpGetProxySettingsVersion(
    hSession: HINTERNET,
    pdwProxySettingsVersion: *mut DWORD,
) -> DWORD {
    code(|| Err(Error::NotSupported))
}

/// `WinHttpFreeProxySettings`: of system components. Not yet.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpFreeProxySettings(
    pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS,
) {
    // Nothing is ever given out that this could free.
}

macro_rules! system_functions {
    ($($name:ident)*) => {$(
        /// Of system components, without documentation: `ERROR_NOT_SUPPORTED`.
        #[unsafe(no_mangle)]
        pub extern "system" fn $name() -> DWORD {
            code(|| Err(Error::NotSupported))
        }
    )*};
}

system_functions! {
    WinHttpConnectionDeletePolicyEntries
    WinHttpConnectionDeleteProxyInfo
    WinHttpConnectionFreeNameList
    WinHttpConnectionFreeProxyInfo
    WinHttpConnectionFreeProxyList
    WinHttpConnectionGetNameList
    WinHttpConnectionGetProxyInfo
    WinHttpConnectionGetProxyList
    WinHttpConnectionSetPolicyEntries
    WinHttpConnectionSetProxyInfo
}
