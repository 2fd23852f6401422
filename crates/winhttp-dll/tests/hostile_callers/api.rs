//! Every function of the header, and every one that takes a handle as a call with that handle.

#![allow(non_snake_case, reason = "the functions' names")]

use std::sync::OnceLock;

use winhttp_testkit::abi::functions::*;
use winhttp_testkit::abi::*;
use winhttp_testkit::calls::last_error;
use winhttp_testkit::library::library;

macro_rules! functions {
    ($($name:ident: $type:ident,)*) => {
        /// The functions.
        #[allow(dead_code, reason = "some are only looked up")]
        pub(crate) struct Api {
            $(pub(crate) $name: $type,)*
        }

        impl Api {
            /// Their names.
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];

            fn load() -> Self {
                Self {
                    // SAFETY: the types are those of the header for these names.
                    $($name: *unsafe { library().get::<$type>(stringify!($name)) }
                        .unwrap_or_else(|error| panic!("{}: {error}", stringify!($name))),)*
                }
            }
        }
    };
}

functions! {
    WinHttpAddRequestHeaders: PFN_WinHttpAddRequestHeaders,
    WinHttpAddRequestHeadersEx: PFN_WinHttpAddRequestHeadersEx,
    WinHttpCheckPlatform: PFN_WinHttpCheckPlatform,
    WinHttpCloseHandle: PFN_WinHttpCloseHandle,
    WinHttpConnect: PFN_WinHttpConnect,
    WinHttpCrackUrl: PFN_WinHttpCrackUrl,
    WinHttpCreateProxyResolver: PFN_WinHttpCreateProxyResolver,
    WinHttpCreateUrl: PFN_WinHttpCreateUrl,
    WinHttpDetectAutoProxyConfigUrl: PFN_WinHttpDetectAutoProxyConfigUrl,
    WinHttpFreeProxyResult: PFN_WinHttpFreeProxyResult,
    WinHttpFreeProxyResultEx: PFN_WinHttpFreeProxyResultEx,
    WinHttpFreeProxySettings: PFN_WinHttpFreeProxySettings,
    WinHttpFreeProxySettingsEx: PFN_WinHttpFreeProxySettingsEx,
    WinHttpFreeQueryConnectionGroupResult: PFN_WinHttpFreeQueryConnectionGroupResult,
    WinHttpGetDefaultProxyConfiguration: PFN_WinHttpGetDefaultProxyConfiguration,
    WinHttpGetIEProxyConfigForCurrentUser: PFN_WinHttpGetIEProxyConfigForCurrentUser,
    WinHttpGetProxyForUrl: PFN_WinHttpGetProxyForUrl,
    WinHttpGetProxyForUrlEx: PFN_WinHttpGetProxyForUrlEx,
    WinHttpGetProxyForUrlEx2: PFN_WinHttpGetProxyForUrlEx2,
    WinHttpGetProxyResult: PFN_WinHttpGetProxyResult,
    WinHttpGetProxyResultEx: PFN_WinHttpGetProxyResultEx,
    WinHttpGetProxySettingsEx: PFN_WinHttpGetProxySettingsEx,
    WinHttpGetProxySettingsResultEx: PFN_WinHttpGetProxySettingsResultEx,
    WinHttpGetProxySettingsVersion: PFN_WinHttpGetProxySettingsVersion,
    WinHttpIsHostInProxyBypassList: PFN_WinHttpIsHostInProxyBypassList,
    WinHttpOpen: PFN_WinHttpOpen,
    WinHttpOpenRequest: PFN_WinHttpOpenRequest,
    WinHttpQueryAuthParams: PFN_WinHttpQueryAuthParams,
    WinHttpQueryAuthSchemes: PFN_WinHttpQueryAuthSchemes,
    WinHttpQueryConnectionGroup: PFN_WinHttpQueryConnectionGroup,
    WinHttpQueryDataAvailable: PFN_WinHttpQueryDataAvailable,
    WinHttpQueryHeaders: PFN_WinHttpQueryHeaders,
    WinHttpQueryHeadersEx: PFN_WinHttpQueryHeadersEx,
    WinHttpQueryOption: PFN_WinHttpQueryOption,
    WinHttpReadData: PFN_WinHttpReadData,
    WinHttpReadDataEx: PFN_WinHttpReadDataEx,
    WinHttpReadProxySettings: PFN_WinHttpReadProxySettings,
    WinHttpReceiveResponse: PFN_WinHttpReceiveResponse,
    WinHttpRegisterProxyChangeNotification: PFN_WinHttpRegisterProxyChangeNotification,
    WinHttpResetAutoProxy: PFN_WinHttpResetAutoProxy,
    WinHttpSendRequest: PFN_WinHttpSendRequest,
    WinHttpSetCredentials: PFN_WinHttpSetCredentials,
    WinHttpSetDefaultProxyConfiguration: PFN_WinHttpSetDefaultProxyConfiguration,
    WinHttpSetOption: PFN_WinHttpSetOption,
    WinHttpSetProxySettingsPerUser: PFN_WinHttpSetProxySettingsPerUser,
    WinHttpSetStatusCallback: PFN_WinHttpSetStatusCallback,
    WinHttpSetTimeouts: PFN_WinHttpSetTimeouts,
    WinHttpTimeFromSystemTime: PFN_WinHttpTimeFromSystemTime,
    WinHttpTimeToSystemTime: PFN_WinHttpTimeToSystemTime,
    WinHttpUnregisterProxyChangeNotification: PFN_WinHttpUnregisterProxyChangeNotification,
    WinHttpWebSocketClose: PFN_WinHttpWebSocketClose,
    WinHttpWebSocketCompleteUpgrade: PFN_WinHttpWebSocketCompleteUpgrade,
    WinHttpWebSocketQueryCloseStatus: PFN_WinHttpWebSocketQueryCloseStatus,
    WinHttpWebSocketReceive: PFN_WinHttpWebSocketReceive,
    WinHttpWebSocketSend: PFN_WinHttpWebSocketSend,
    WinHttpWebSocketShutdown: PFN_WinHttpWebSocketShutdown,
    WinHttpWriteData: PFN_WinHttpWriteData,
    WinHttpWriteProxySettings: PFN_WinHttpWriteProxySettings,
}

/// The functions of the library under test.
pub(crate) fn api() -> &'static Api {
    static API: OnceLock<Api> = OnceLock::new();
    API.get_or_init(Api::load)
}

/// The error of a function that returns BOOL, 0 for success.
#[track_caller]
pub(crate) fn boolean(result: BOOL) -> u32 {
    let error = last_error();
    match result {
        0 => {
            assert_ne!(error, 0, "a failure without an error");
            error
        }
        1 => {
            assert!(
                [0, 997].contains(&error),
                "a success with last error {error}"
            );
            0
        }
        other => panic!("a BOOL is {other}"),
    }
}

/// The error of a function that returns a handle, 0 for success. What was made is closed.
#[track_caller]
pub(crate) fn handle(result: HINTERNET) -> u32 {
    let error = boolean(BOOL::from(!result.is_null()));
    if !result.is_null() {
        // SAFETY: takes a handle.
        boolean(unsafe { (api().WinHttpCloseHandle)(result) });
    }
    error
}

/// The error of a function that returns it.
#[track_caller]
pub(crate) fn code(result: DWORD) -> u32 {
    assert_eq!(
        last_error(),
        result,
        "the last error is the same as the result"
    );
    result
}
