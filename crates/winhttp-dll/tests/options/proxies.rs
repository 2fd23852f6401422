//! The proxy options: what is set is read back; using it is another part of the project.

use std::ptr::null_mut;

use winhttp_testkit::abi::functions::PFN_WinHttpGetIEProxyConfigForCurrentUser;
use winhttp_testkit::text::{text_at, wide};

use crate::support::*;

fn query(handle: RawHandle) -> (u32, Option<String>, Option<String>) {
    let block = query_bytes(handle, WINHTTP_OPTION_PROXY).unwrap();
    let info: WINHTTP_PROXY_INFO = structure(&block);
    // SAFETY: the strings that the library has just made.
    let texts = unsafe { (text_at(info.lpszProxy), text_at(info.lpszProxyBypass)) };
    global_free(info.lpszProxy.cast());
    global_free(info.lpszProxyBypass.cast());
    (info.dwAccessType, texts.0, texts.1)
}

fn set(handle: RawHandle, access: u32, proxy: Option<&str>, bypass: Option<&str>) -> Outcome {
    let (mut proxy, mut bypass) = (proxy.map(wide), bypass.map(wide));
    let pointer =
        |text: &mut Option<Vec<u16>>| text.as_mut().map_or(null_mut(), |text| text.as_mut_ptr());
    let info = WINHTTP_PROXY_INFO {
        dwAccessType: access,
        lpszProxy: pointer(&mut proxy),
        lpszProxyBypass: pointer(&mut bypass),
    };
    set_option(
        handle,
        WINHTTP_OPTION_PROXY,
        Some(&block_of(&info)),
        size_of::<WINHTTP_PROXY_INFO>() as u32,
    )
}

fn named(proxy: &str, bypass: Option<&str>) -> (u32, Option<String>, Option<String>) {
    (3, Some(proxy.to_owned()), bypass.map(str::to_owned))
}

/// Statements: options 9.38; behaviour 18.121
#[test]
fn oc38_proxies_are_copied_and_every_query_allocates_anew() {
    let session = open(None, 3, Some("first:1"), Some("<local>"), 0).unwrap();
    assert_eq!(query(session.raw()), named("first:1", Some("<local>")));
    let connect = connect(session.raw(), Some("localhost"), 80).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::default()).unwrap();
    assert_eq!(query(request.raw()), named("first:1", Some("<local>")));

    assert_eq!(set(request.raw(), 3, Some("second:2"), None), Ok(()));
    assert_eq!(query(request.raw()), named("second:2", None));
    assert_eq!(
        query(session.raw()),
        named("first:1", Some("<local>")),
        "the session has its own"
    );
    assert_eq!(set(session.raw(), 1, None, None), Ok(()));
    assert_eq!(query(session.raw()), (1, None, None));
    assert_eq!(
        query(request.raw()),
        named("second:2", None),
        "the request has its own"
    );

    for access in [2, 5, u32::MAX] {
        assert_eq!(
            set(session.raw(), access, None, None),
            fails(INVALID_PARAMETER)
        );
    }
    assert_eq!(set(session.raw(), 3, None, None), fails(INVALID_PARAMETER));
    assert_eq!(
        set(session.raw(), 3, Some(""), None),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(set(session.raw(), 4, None, None), Ok(()));
    assert_eq!(query(session.raw()), (4, None, None));
    assert_eq!(set(request.raw(), 4, None, None), fails(INVALID_PARAMETER));
    assert_eq!(set(connect.raw(), 1, None, None), fails(12018));
}

/// Statements: options 9.39
#[test]
fn oc39_the_machine_has_no_proxy() {
    assert_eq!(query(0), (1, None, None));
}

/// Statements: facts 1.2
#[test]
fn f1_2_proxy_strings_with_the_default_access_do_not_count() {
    let session = open(None, 0, Some("proxy:1"), Some("bypass"), 0).unwrap();
    assert_eq!(query(session.raw()), (0, None, None));
}

#[test]
fn one_entry_of_a_result_replaces_the_proxies() {
    let session = open(None, 3, Some("first:1"), None, 0).unwrap();
    let mut host = wide("::1");
    let mut entry = WINHTTP_PROXY_RESULT_ENTRY {
        fProxy: 1,
        fBypass: 0,
        ProxyScheme: INTERNET_SCHEME_HTTP,
        pwszProxy: host.as_mut_ptr(),
        ProxyPort: 8080,
    };
    let set = |entry: &WINHTTP_PROXY_RESULT_ENTRY| {
        let size = size_of::<WINHTTP_PROXY_RESULT_ENTRY>() as u32;
        set_option(
            session.raw(),
            WINHTTP_OPTION_PROXY_RESULT_ENTRY,
            Some(&block_of(entry)),
            size,
        )
    };
    assert_eq!(set(&entry), Ok(()));
    assert_eq!(query(session.raw()), named("[::1]:8080", None));
    entry.ProxyScheme = INTERNET_SCHEME_SOCKS;
    assert_eq!(set(&entry), Ok(()));
    assert_eq!(query(session.raw()), named("socks=[::1]:8080", None));
    entry.ProxyScheme = 9;
    assert_eq!(set(&entry), fails(INVALID_PARAMETER));
    entry.ProxyScheme = INTERNET_SCHEME_HTTP;
    entry.pwszProxy = null_mut();
    assert_eq!(set(&entry), fails(INVALID_PARAMETER));
    entry.fProxy = 0;
    assert_eq!(set(&entry), Ok(()));
    assert_eq!(query(session.raw()), (1, None, None));
}

/// Facts 15.11: there are always settings, which may be empty.
#[test]
fn the_user_has_no_proxy_settings() {
    let stale = std::ptr::dangling_mut::<u16>();
    let mut config = WINHTTP_CURRENT_USER_IE_PROXY_CONFIG {
        fAutoDetect: 7,
        lpszAutoConfigUrl: stale,
        lpszProxy: stale,
        lpszProxyBypass: stale,
    };
    // SAFETY: the function of this name, which is given room for the structure.
    let done = unsafe {
        function::<PFN_WinHttpGetIEProxyConfigForCurrentUser>(
            "WinHttpGetIEProxyConfigForCurrentUser",
        )(&raw mut config)
    };
    assert_eq!((done, last_error()), (1, 0));
    assert_eq!(config.fAutoDetect, 0);
    let texts = [
        config.lpszAutoConfigUrl,
        config.lpszProxy,
        config.lpszProxyBypass,
    ];
    assert!(texts.iter().all(|text| text.is_null()));
}
