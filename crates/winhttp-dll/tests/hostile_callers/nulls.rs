//! NULL in every place where the documentation lets it be checked, and memory that is not aligned.

use std::mem::zeroed;
use std::ptr::{null, null_mut};

use winhttp_testkit::abi::*;
use winhttp_testkit::calls::RequestSpec;
use winhttp_testkit::text::wide;
use winhttp_testkit::{Client, Server, both_modes, response};

use crate::api::{api, boolean, code, handle};

/// Calls that lack something, with the names of what they lack, and their errors.
macro_rules! lacking {
    ($($what:literal $result:ident $name:ident($($argument:expr),* $(,)?) = $error:expr;)*) => {$(
        // SAFETY: each pointer is NULL, or valid for what goes with it.
        assert_eq!($result(unsafe { (api().$name)($($argument),*) }), $error, "{}: {}", stringify!($name), $what);
    )*};
}

both_modes! {
    /// Statements: facts 1.3, 2.1, 2.5, 15.8, 16.1, 16.3, 21.1, 22.1; functions 10.3; options 9.55
    fn f1_3_null_where_something_is_needed(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let session = client.session.raw() as HINTERNET;
        let connection = client.connect(&server);
        let connect = connection.raw() as HINTERNET;
        let asked = client.request(&connection, &RequestSpec::new("GET", "/"));
        let request = asked.raw() as HINTERNET;
        let url = wide("http://host/path");
        let name = wide("name");
        // SAFETY: all zeros is valid for all of them.
        let (mut info, mut options): (WINHTTP_PROXY_INFO, WINHTTP_AUTOPROXY_OPTIONS) = unsafe { zeroed() };
        let mut time = [0_u16; 16];
        let mut number = 0;
        let mut none = components();
        lacking! {
            "proxy" handle WinHttpOpen(null(), WINHTTP_ACCESS_TYPE_NAMED_PROXY, null(), null(), mode.flags()) = 87;
            "nothing" handle WinHttpOpen(null(), WINHTTP_ACCESS_TYPE_NO_PROXY, null(), null(), mode.flags()) = 0;
            "name" handle WinHttpConnect(session, null(), 80, 0) = 87;
            "nothing" handle WinHttpOpenRequest(connect, null(), null(), null(), null(), null_mut(), 0) = 0;
            "headers" boolean WinHttpAddRequestHeaders(request, null(), u32::MAX, WINHTTP_ADDREQ_FLAG_ADD) = 87;
            "headers with a length" boolean WinHttpAddRequestHeaders(request, null(), 4, WINHTTP_ADDREQ_FLAG_ADD) = 87;
            "headers" code WinHttpAddRequestHeadersEx(request, WINHTTP_ADDREQ_FLAG_ADD, 0, 0, 1, null_mut()) = 87;
            // SAFETY: all zeros is valid.
            "names" code WinHttpAddRequestHeadersEx(request, WINHTTP_ADDREQ_FLAG_ADD, 0, 0, 1, &mut zeroed()) = 87;
            // SAFETY: all zeros is valid.
            "wide names" code WinHttpAddRequestHeadersEx(request, WINHTTP_ADDREQ_FLAG_ADD, 1, 0, 1, &mut zeroed()) = 87;
            "size" boolean WinHttpQueryOption(request, WINHTTP_OPTION_CONNECT_TIMEOUT, (&raw mut number).cast(), null_mut()) = 87;
            "size and value" boolean WinHttpQueryOption(request, WINHTTP_OPTION_CONNECT_TIMEOUT, null_mut(), null_mut()) = 87;
            "value" boolean WinHttpSetOption(request, WINHTTP_OPTION_CONNECT_TIMEOUT, null_mut(), 4) = 87;
            "url" boolean WinHttpCrackUrl(null(), 0, 0, &mut none) = 87;
            "url with a length" boolean WinHttpCrackUrl(null(), 10, 0, &mut none) = 87;
            "components" boolean WinHttpCrackUrl(url.as_ptr(), 0, 0, null_mut()) = 87;
            "components" boolean WinHttpCreateUrl(null_mut(), 0, null_mut(), &mut number) = 87;
            // SAFETY: all zeros is valid.
            "structure's size" boolean WinHttpCreateUrl(&mut zeroed(), 0, null_mut(), &mut number) = 87;
            "length" boolean WinHttpCreateUrl(&mut none, 0, null_mut(), null_mut()) = 87;
            "time" boolean WinHttpTimeFromSystemTime(null(), time.as_mut_ptr()) = 87;
            // SAFETY: all zeros is valid.
            "text" boolean WinHttpTimeFromSystemTime(&zeroed(), null_mut()) = 87;
            // SAFETY: all zeros is valid.
            "text" boolean WinHttpTimeToSystemTime(null(), &mut zeroed()) = 87;
            "time" boolean WinHttpTimeToSystemTime(name.as_ptr(), null_mut()) = 87;
            "url and flags" boolean WinHttpDetectAutoProxyConfigUrl(0, null_mut()) = 87;
            "flags" boolean WinHttpDetectAutoProxyConfigUrl(0, &mut null_mut()) = 87;
            "url" boolean WinHttpDetectAutoProxyConfigUrl(WINHTTP_AUTO_DETECT_TYPE_DHCP, null_mut()) = 87;
            "info" boolean WinHttpGetDefaultProxyConfiguration(null_mut()) = 87;
            "info" boolean WinHttpSetDefaultProxyConfiguration(null_mut()) = 87;
            "config" boolean WinHttpGetIEProxyConfigForCurrentUser(null_mut()) = 87;
            "url" boolean WinHttpGetProxyForUrl(session, null(), &mut options, &mut info) = 87;
            "options" boolean WinHttpGetProxyForUrl(session, url.as_ptr(), null_mut(), &mut info) = 87;
            "info" boolean WinHttpGetProxyForUrl(session, url.as_ptr(), &mut options, null_mut()) = 87;
        }
        // SAFETY: NULL frees nothing.
        unsafe {
            (api().WinHttpFreeProxyResult)(null_mut());
            (api().WinHttpFreeProxyResultEx)(null_mut());
            (api().WinHttpFreeProxySettings)(null_mut());
            (api().WinHttpFreeQueryConnectionGroupResult)(null_mut());
        }

        asked.exchange();
        let mut size = 100;
        let mut buffer = [0_u16; 50];
        lacking! {
            "size" boolean WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE, null(), buffer.as_mut_ptr().cast(), null_mut(), null_mut()) = 87;
            "buffer" boolean WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE, null(), null_mut(), &mut size, null_mut()) = 122;
            "buffer of a write" boolean WinHttpWriteData(request, null(), 10, &mut number) = 87;
            "buffer of a read" boolean WinHttpReadData(request, null_mut(), 10, &mut number) = 87;
            "buffer of a read" code WinHttpReadDataEx(request, null_mut(), 10, &mut number, 0, 0, null_mut()) = 87;
        }
        assert_eq!(asked.body(), b"body");
    }

    /// Outputs need no alignment: programs pass members of packed structures.
    fn outputs_need_not_be_aligned(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        let handle = request.raw() as HINTERNET;
        let mut memory = [0_u8; 64];
        let odd = |at: usize| at + 1;
        let base = memory.as_mut_ptr();
        // SAFETY: within the memory.
        let (size, status, index) = unsafe { (base.add(odd(0)).cast::<u32>(), base.add(odd(8)).cast::<u32>(), base.add(odd(16)).cast::<u32>()) };
        // SAFETY: valid, if not aligned.
        unsafe { size.write_unaligned(4) };
        lacking! {
            "alignment" boolean WinHttpQueryHeaders(handle, WINHTTP_QUERY_CONTENT_LENGTH | WINHTTP_QUERY_FLAG_NUMBER, null(), status.cast(), size, index) = 0;
        }
        // SAFETY: as above.
        assert_eq!(unsafe { (size.read_unaligned(), status.read_unaligned(), index.read_unaligned()) }, (4, 4, 1));
        // SAFETY: as above.
        unsafe { size.write_unaligned(8) };
        lacking! {
            "alignment" boolean WinHttpQueryOption(handle, WINHTTP_OPTION_PARENT_HANDLE, status.cast(), size) = 0;
        }
        // SAFETY: as above.
        unsafe { size.write_unaligned(40) };
        lacking! {
            "alignment of a text" boolean WinHttpQueryHeaders(handle, WINHTTP_QUERY_STATUS_TEXT, null(), status.cast(), size, null_mut()) = 0;
        }
        assert_eq!(&memory[9..15], b"O\0K\0\0\0");
    }
}

/// Components that ask for nothing.
fn components() -> URL_COMPONENTS {
    // SAFETY: pointers may be NULL.
    let mut components: URL_COMPONENTS = unsafe { zeroed() };
    components.dwStructSize = size_of::<URL_COMPONENTS>() as u32;
    components
}
