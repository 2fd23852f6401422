//! The exported functions, each looked up when it is first called.

#![allow(non_snake_case, reason = "Microsoft's names")]
#![allow(clippy::too_many_arguments, reason = "Microsoft's parameters")]

use std::ffi::c_void;
use std::sync::OnceLock;

use win32_abi::winhttp::{
    HINTERNET, SYSTEMTIME, URL_COMPONENTS, WINHTTP_EXTENDED_HEADER, WINHTTP_HEADER_NAME,
    WINHTTP_STATUS_CALLBACK,
};

use crate::library::library;

macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty;)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "` of the library under test.")]
            ///
            /// # Safety
            /// As Microsoft documents the function.
            ///
            /// # Panics
            /// If the library does not export it.
            pub unsafe fn $name($($argument: $type),*) -> $result {
                type Function = unsafe extern "system" fn($($type),*) -> $result;
                static POINTER: OnceLock<Function> = OnceLock::new();
                let function = POINTER.get_or_init(|| {
                    // SAFETY: the signature is the one that `winhttp.h` gives for this name.
                    *unsafe { library().get::<Function>(stringify!($name)) }
                        .unwrap_or_else(|error| panic!("{} is missing: {error}", stringify!($name)))
                });
                // SAFETY: the caller's promise.
                unsafe { function($($argument),*) }
            }
        )*
    };
}

functions! {
    fn WinHttpOpen(agent: *const u16, access: u32, proxy: *const u16, bypass: *const u16, flags: u32) -> HINTERNET;
    fn WinHttpConnect(session: HINTERNET, server: *const u16, port: u16, reserved: u32) -> HINTERNET;
    fn WinHttpOpenRequest(
        connect: HINTERNET, verb: *const u16, object: *const u16, version: *const u16, referrer: *const u16,
        accept: *const *const u16, flags: u32,
    ) -> HINTERNET;
    fn WinHttpCloseHandle(handle: HINTERNET) -> i32;
    fn WinHttpSetStatusCallback(handle: HINTERNET, callback: WINHTTP_STATUS_CALLBACK, flags: u32, reserved: usize) -> WINHTTP_STATUS_CALLBACK;
    fn WinHttpSetTimeouts(handle: HINTERNET, resolve: i32, connect: i32, send: i32, receive: i32) -> i32;
    fn WinHttpSendRequest(
        request: HINTERNET, headers: *const u16, headers_length: u32, optional: *const c_void, optional_length: u32,
        total_length: u32, context: usize,
    ) -> i32;
    fn WinHttpReceiveResponse(request: HINTERNET, reserved: *mut c_void) -> i32;
    fn WinHttpQueryDataAvailable(request: HINTERNET, available: *mut u32) -> i32;
    fn WinHttpReadData(request: HINTERNET, buffer: *mut c_void, length: u32, read: *mut u32) -> i32;
    fn WinHttpReadDataEx(
        request: HINTERNET, buffer: *mut c_void, length: u32, read: *mut u32, flags: u64, property_length: u32,
        property: *mut c_void,
    ) -> u32;
    fn WinHttpWriteData(request: HINTERNET, buffer: *const c_void, length: u32, written: *mut u32) -> i32;
    fn WinHttpAddRequestHeaders(request: HINTERNET, headers: *const u16, length: u32, modifiers: u32) -> i32;
    fn WinHttpAddRequestHeadersEx(
        request: HINTERNET, modifiers: u32, flags: u64, extra: u64, count: u32, headers: *const WINHTTP_EXTENDED_HEADER,
    ) -> u32;
    fn WinHttpQueryHeaders(
        request: HINTERNET, level: u32, name: *const u16, buffer: *mut c_void, length: *mut u32, index: *mut u32,
    ) -> i32;
    fn WinHttpQueryHeadersEx(
        request: HINTERNET, level: u32, flags: u64, code_page: u32, index: *mut u32, name: *mut WINHTTP_HEADER_NAME,
        buffer: *mut c_void, length: *mut u32, headers: *mut *mut WINHTTP_EXTENDED_HEADER, count: *mut u32,
    ) -> u32;
    fn WinHttpQueryOption(handle: HINTERNET, option: u32, buffer: *mut c_void, length: *mut u32) -> i32;
    fn WinHttpSetOption(handle: HINTERNET, option: u32, buffer: *const c_void, length: u32) -> i32;
    fn WinHttpSetCredentials(
        request: HINTERNET, target: u32, scheme: u32, user: *const u16, password: *const u16, parameters: *mut c_void,
    ) -> i32;
    fn WinHttpQueryAuthSchemes(request: HINTERNET, supported: *mut u32, first: *mut u32, target: *mut u32) -> i32;
    fn WinHttpCrackUrl(url: *const u16, length: u32, flags: u32, components: *mut URL_COMPONENTS) -> i32;
    fn WinHttpCreateUrl(components: *const URL_COMPONENTS, flags: u32, url: *mut u16, length: *mut u32) -> i32;
    fn WinHttpTimeFromSystemTime(time: *const SYSTEMTIME, text: *mut u16) -> i32;
    fn WinHttpTimeToSystemTime(text: *const u16, time: *mut SYSTEMTIME) -> i32;
    fn WinHttpCheckPlatform() -> i32;
    fn WinHttpQueryConnectionGroup(handle: HINTERNET, guid: *const c_void, flags: u64, result: *mut *mut c_void) -> u32;
    fn WinHttpFreeQueryConnectionGroupResult(result: *mut c_void) -> ();
    fn WinHttpGetProxyForUrl(session: HINTERNET, url: *const u16, options: *mut c_void, info: *mut c_void) -> i32;
    fn WinHttpCreateProxyResolver(session: HINTERNET, resolver: *mut HINTERNET) -> u32;
    fn WinHttpWebSocketCompleteUpgrade(request: HINTERNET, context: usize) -> HINTERNET;
    fn WinHttpWebSocketSend(socket: HINTERNET, kind: i32, buffer: *mut c_void, length: u32) -> u32;
    fn WinHttpWebSocketReceive(socket: HINTERNET, buffer: *mut c_void, length: u32, read: *mut u32, kind: *mut i32) -> u32;
    fn WinHttpWebSocketShutdown(socket: HINTERNET, status: u16, reason: *mut c_void, length: u32) -> u32;
    fn WinHttpWebSocketClose(socket: HINTERNET, status: u16, reason: *mut c_void, length: u32) -> u32;
    fn WinHttpWebSocketQueryCloseStatus(
        socket: HINTERNET, status: *mut u16, reason: *mut c_void, length: u32, consumed: *mut u32,
    ) -> u32;
    fn WinHttpResetAutoProxy(session: HINTERNET, flags: u32) -> u32;
    fn openwinhttp_GetLastError() -> u32;
    fn openwinhttp_SetLastError(error: u32) -> ();
    fn openwinhttp_GlobalFree(block: *mut c_void) -> *mut c_void;
    fn openwinhttp_CertFreeCertificateContext(context: *const c_void) -> i32;
}
