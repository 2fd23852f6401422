//! Every function that takes a handle, with every handle that is none, or is of another kind.

use std::ffi::c_void;
use std::mem::zeroed;
use std::ptr::{null, null_mut};

use winhttp_testkit::abi::*;
use winhttp_testkit::calls::{self, RequestSpec};
use winhttp_testkit::text::wide;
use winhttp_testkit::{Client, Code, both_modes};

use crate::api::{Api, api, boolean, code, handle};

/// What kind of handle a function wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    Any,
    /// NULL stands for the process.
    AnyOrNull,
    Session,
    Connect,
    Request,
    /// A resolver or a WebSocket, of which these tests have none.
    Other,
}

/// A function that takes a handle, and a call of it that is right but for the handle; it gives the error.
type HandleCall = (&'static str, Wants, fn(HINTERNET) -> u32);

/// All functions that take a handle.
fn handle_calls() -> Vec<HandleCall> {
    use Wants::*;
    macro_rules! call {
        ($name:ident $wants:ident $result:ident |$handle:ident| $($argument:expr),*) => {
            (stringify!($name), $wants, |$handle| {
                // SAFETY: each pointer is NULL where the header allows that, else valid for what it says.
                $result(unsafe { (api().$name)($handle, $($argument),*) })
            })
        };
    }
    vec![
        call!(WinHttpConnect Session handle |h| wide("localhost").as_ptr(), 80, 0),
        call!(WinHttpOpenRequest Connect handle |h| null(), null(), null(), null(), null_mut(), 0),
        ("WinHttpCloseHandle", Any, |h| {
            // SAFETY: takes a handle.
            boolean(unsafe { (api().WinHttpCloseHandle)(h) })
        }),
        ("WinHttpSetStatusCallback", Any, |h| {
            // SAFETY: no callback is set.
            let old = unsafe { (api().WinHttpSetStatusCallback)(h, None, 0, 0) };
            boolean(BOOL::from(old.is_none_or(|old| old as usize != usize::MAX)))
        }),
        call!(WinHttpSetTimeouts Any boolean |h| 1, 1, 1, 1),
        call!(WinHttpSendRequest Request boolean |h| null(), 0, null_mut(), 0, 0, 0),
        call!(WinHttpReceiveResponse Request boolean |h| null_mut()),
        call!(WinHttpQueryDataAvailable Request boolean |h| &mut 0),
        call!(WinHttpReadData Request boolean |h| [0_u8; 8].as_mut_ptr().cast(), 8, &mut 0),
        call!(WinHttpReadDataEx Request code |h| [0_u8; 8].as_mut_ptr().cast(), 8, &mut 0, 0, 0, null_mut()),
        call!(WinHttpWriteData Request boolean |h| b"12345678".as_ptr().cast(), 8, &mut 0),
        call!(WinHttpAddRequestHeaders Request boolean |h| wide("A: b").as_ptr(), u32::MAX, WINHTTP_ADDREQ_FLAG_ADD),
        ("WinHttpAddRequestHeadersEx", Request, |h| {
            let (name, value) = (wide("A"), wide("b"));
            let mut header = WINHTTP_EXTENDED_HEADER {
                // SAFETY: pointers may be NULL.
                ..unsafe { zeroed() }
            };
            header.name.pwszName = name.as_ptr();
            header.value.pwszValue = value.as_ptr();
            // SAFETY: one header, whose texts end with NUL.
            code(unsafe {
                (api().WinHttpAddRequestHeadersEx)(
                    h,
                    WINHTTP_ADDREQ_FLAG_ADD,
                    WINHTTP_EXTENDED_HEADER_FLAG_UNICODE,
                    0,
                    1,
                    &mut header,
                )
            })
        }),
        call!(WinHttpQueryHeaders Request boolean |h| WINHTTP_QUERY_RAW_HEADERS_CRLF, null(), null_mut(), &mut 0, null_mut()),
        call!(WinHttpQueryHeadersEx Request code |h| WINHTTP_QUERY_RAW_HEADERS, 0, 65001, null_mut(), null_mut(), null_mut(), &mut 0, &mut null_mut(), &mut 0),
        call!(WinHttpQueryOption AnyOrNull boolean |h| WINHTTP_OPTION_WORKER_THREAD_COUNT, (&raw mut *Box::leak(Box::new(0_u32))).cast(), &mut 4),
        call!(WinHttpSetOption AnyOrNull boolean |h| WINHTTP_OPTION_CONTEXT_VALUE, (&raw mut *Box::leak(Box::new(0_usize))).cast(), size_of::<usize>() as u32),
        call!(WinHttpSetCredentials Request boolean |h| WINHTTP_AUTH_TARGET_SERVER, WINHTTP_AUTH_SCHEME_BASIC, wide("u").as_ptr(), wide("p").as_ptr(), null_mut()),
        call!(WinHttpQueryAuthSchemes Request boolean |h| &mut 0, &mut 0, &mut 0),
        call!(WinHttpQueryAuthParams Request boolean |h| WINHTTP_AUTH_SCHEME_BASIC, &mut null_mut()),
        ("WinHttpGetProxyForUrl", Session, |h| {
            let script = wide("http://127.0.0.1:1/none.pac");
            // SAFETY: all zeros is valid.
            let (mut options, mut info): (WINHTTP_AUTOPROXY_OPTIONS, WINHTTP_PROXY_INFO) =
                unsafe { (zeroed(), zeroed()) };
            options.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL;
            options.lpszAutoConfigUrl = script.as_ptr().cast_mut();
            let url = wide("http://localhost/");
            // SAFETY: valid structures; the texts end with NUL.
            boolean(unsafe {
                (api().WinHttpGetProxyForUrl)(h, url.as_ptr(), &mut options, &mut info)
            })
        }),
        call!(WinHttpCreateProxyResolver Session code |h| &mut null_mut()),
        // SAFETY in the macro: all zeros is a valid structure.
        call!(WinHttpGetProxyForUrlEx Other code |h| wide("http://localhost/").as_ptr(), &mut zeroed(), 0),
        call!(WinHttpGetProxyForUrlEx2 Other code |h| wide("http://localhost/").as_ptr(), &mut zeroed(), 0, null_mut(), 0),
        call!(WinHttpGetProxyResult Other code |h| &mut zeroed()),
        call!(WinHttpGetProxyResultEx Other code |h| &mut zeroed()),
        call!(WinHttpResetAutoProxy Session code |h| WINHTTP_RESET_ALL | WINHTTP_RESET_OUT_OF_PROC),
        call!(WinHttpGetProxySettingsEx Other code |h| 0, null_mut(), 0),
        call!(WinHttpGetProxySettingsResultEx Other code |h| [0_u64; 32].as_mut_ptr().cast()),
        call!(WinHttpQueryConnectionGroup Any code |h| null(), 0, &mut null_mut()),
        call!(WinHttpWebSocketCompleteUpgrade Request handle |h| 0),
        call!(WinHttpWebSocketSend Other code |h| 0, b"text".as_ptr().cast_mut().cast::<c_void>(), 4),
        call!(WinHttpWebSocketReceive Other code |h| [0_u8; 8].as_mut_ptr().cast(), 8, &mut 0, &mut 0),
        call!(WinHttpWebSocketShutdown Other code |h| 1000, null_mut(), 0),
        call!(WinHttpWebSocketClose Other code |h| 1000, null_mut(), 0),
        call!(WinHttpWebSocketQueryCloseStatus Other code |h| &mut 0, null_mut(), 0, &mut 0),
    ]
}

/// Functions without a handle, or of system components, which may fail with `ERROR_NOT_SUPPORTED` before they look at it.
const WITHOUT: [&str; 22] = [
    "WinHttpCheckPlatform",
    "WinHttpCrackUrl",
    "WinHttpCreateUrl",
    "WinHttpDetectAutoProxyConfigUrl",
    "WinHttpFreeProxyResult",
    "WinHttpFreeProxyResultEx",
    "WinHttpFreeProxySettings",
    "WinHttpFreeProxySettingsEx",
    "WinHttpFreeQueryConnectionGroupResult",
    "WinHttpGetDefaultProxyConfiguration",
    "WinHttpGetIEProxyConfigForCurrentUser",
    "WinHttpGetProxySettingsVersion",
    "WinHttpIsHostInProxyBypassList",
    "WinHttpOpen",
    "WinHttpReadProxySettings",
    "WinHttpRegisterProxyChangeNotification",
    "WinHttpSetDefaultProxyConfiguration",
    "WinHttpSetProxySettingsPerUser",
    "WinHttpTimeFromSystemTime",
    "WinHttpTimeToSystemTime",
    "WinHttpUnregisterProxyChangeNotification",
    "WinHttpWriteProxySettings",
];

#[test]
fn every_function_of_the_header_is_in_one_of_the_lists() {
    let mut listed: Vec<&str> = handle_calls().iter().map(|call| call.0).collect();
    listed.extend(WITHOUT);
    listed.sort_unstable();
    assert_eq!(listed, Api::NAMES);
}

/// Numbers that are no handle, near `valid` and far from it.
fn wrong_numbers(valid: usize) -> Vec<usize> {
    let mut numbers = vec![
        0,
        1,
        2,
        3,
        4,
        0xFFFF,
        0xDEAD_BEEF,
        0x7FFF_FFFC,
        0x8000_0000,
        0xFFFF_FFFF,
        usize::MAX,
        usize::MAX - 3,
        isize::MAX as usize,
        valid + 1,
        valid + 2,
        valid ^ 0x4000_0000,
        // An address.
        (&raw const *Box::leak(Box::new(0_u64))) as usize,
    ];
    if cfg!(target_pointer_width = "64") {
        numbers.extend([valid | 1 << 32, valid | 1 << 63, 1 << 32]);
    }
    numbers
}

both_modes! {
    /// Numbers that never were handles.
    /// Statements: facts 1.11; functions 10.8, 10.16
    fn fc16_what_is_no_handle_is_6(mode: Mode) {
        let client = Client::new(mode);
        for (name, wants, call) in handle_calls() {
            for number in wrong_numbers(client.session.raw()) {
                if number == 0 && wants == Wants::AnyOrNull {
                    continue;
                }
                assert_eq!(call(number as HINTERNET), 6, "{name} with {number:#x}");
            }
        }
        // The session is as before.
        assert!(calls::query_u32(client.session.raw(), WINHTTP_OPTION_CONNECT_TIMEOUT).is_ok());
    }

    /// Handles that were closed, of each kind, also when their places are taken by others.
    /// Statements: facts 1.10; functions 10.16
    fn fc16_what_was_a_handle_is_6(mode: Mode) {
        for reused in [false, true] {
            let client = Client::new(mode);
            let connect = client.connect_to("localhost", 80);
            let request = client.request(&connect, &RequestSpec::new("GET", "/"));
            let stale = [client.session.raw(), connect.raw(), request.raw()];
            request.close();
            connect.close();
            client.session.close();
            let others: Vec<_> = (0..if reused { 40 } else { 0 }).map(|_| Client::new(mode)).collect();
            for (name, _, call) in handle_calls() {
                for number in stale {
                    assert_eq!(call(number as HINTERNET), 6, "{name} with {number:#x}");
                }
            }
            for other in &others {
                assert!(calls::query_u32(other.session.raw(), WINHTTP_OPTION_CONNECT_TIMEOUT).is_ok());
            }
        }
    }

    /// Handles of another kind: 12018.
    /// Statements: functions 10.8, 10.12
    fn fc12_handles_of_another_kind_are_12018(mode: Mode) {
        let client = Client::new(mode);
        let connect = client.connect_to("localhost", 80);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        let kinds = [(Wants::Session, client.session.raw()), (Wants::Connect, connect.raw()), (Wants::Request, request.raw())];
        for (name, wants, call) in handle_calls() {
            if [Wants::Any, Wants::AnyOrNull].contains(&wants) {
                continue;
            }
            for (kind, number) in kinds {
                if kind != wants {
                    assert_eq!(Code(call(number as HINTERNET)), 12018, "{name} with a {kind:?}");
                }
            }
        }
    }
}
