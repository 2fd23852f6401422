//! Every option number with every size.

use std::ptr::null_mut;

use winhttp_testkit::abi::*;
use winhttp_testkit::calls::RequestSpec;
use winhttp_testkit::{Client, Server, both_modes, response};

use crate::api::{api, boolean};

/// Options whose values hold or are pointers: only zeros may be given for them.
const POINTERS: [u32; 8] = [
    WINHTTP_OPTION_CALLBACK,
    WINHTTP_OPTION_PROXY,
    WINHTTP_OPTION_PROXY_RESULT_ENTRY,
    WINHTTP_OPTION_CLIENT_CERT_CONTEXT,
    WINHTTP_OPTION_UNLOAD_NOTIFY_EVENT,
    WINHTTP_OPTION_GLOBAL_PROXY_CREDS,
    WINHTTP_OPTION_GLOBAL_SERVER_CREDS,
    WINHTTP_OPTION_KDC_PROXY_SETTINGS,
];

/// Numbers of options, and around them.
fn numbers() -> impl Iterator<Item = u32> {
    (0..260).chain([
        0x0FFF,
        0x1000,
        0x1001,
        0x1002,
        0x1003,
        0x1004,
        0x7FFF_FFFF,
        0x8000_0000,
        u32::MAX,
    ])
}

const GUARD: u8 = 0xC3;

both_modes! {
    /// No option writes more than the size it is given, whatever that is, nor leaves a smaller size than it needs.
    /// Statements: facts 2.3
    fn f2_3_queries_of_every_number_keep_to_the_size(mode: Mode) {
        let server = Server::answering(response("A: b\r\n", b"body"));
        let client = Client::new(mode);
        let connect = client.connect(&server);
        let fresh = client.request(&connect, &RequestSpec::new("GET", "/"));
        let asked = client.request(&connect, &RequestSpec::new("GET", "/"));
        asked.exchange();
        for handle in [0, client.session.raw(), connect.raw(), fresh.raw(), asked.raw()] {
            for option in numbers() {
                for given in (0..12).chain([16, 24, 31, 64, 200]) {
                    for offset in [0, 1] {
                        let mut memory = [GUARD; 1024];
                        let mut size = given;
                        // SAFETY: the memory is longer than any of the sizes.
                        let error = boolean(unsafe {
                            (api().WinHttpQueryOption)(handle as HINTERNET, option, memory.as_mut_ptr().add(offset).cast(), &mut size)
                        });
                        let end = offset + given as usize;
                        assert!(memory[end..].iter().all(|byte| *byte == GUARD), "option {option} writes beyond {given} bytes");
                        match error {
                            0 => assert!(size <= given, "option {option}: {size} of {given}"),
                            122 => assert!(size > given, "option {option}: {size} of {given} is enough"),
                            _ => {}
                        }
                        if error != 0 {
                            assert!(memory.iter().all(|byte| *byte == GUARD), "option {option} fails with {error} and writes");
                        }
                    }
                }
                let mut size = 4000;
                // SAFETY: NULL may be given to ask for the size.
                boolean_or_success(unsafe { (api().WinHttpQueryOption)(handle as HINTERNET, option, null_mut(), &mut size) });
            }
        }
        assert_eq!(asked.body(), b"body");
    }

    /// No value of any size breaks a handle.
    fn values_of_every_size_for_every_number(mode: Mode) {
        let server = Server::answering(response("A: b\r\n", b"body"));
        let client = Client::new(mode);
        let connect = client.connect(&server);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        for handle in [client.session.raw(), connect.raw(), request.raw()] {
            for option in numbers() {
                for fill in [0_u8, 1, 0x41, 0x7F, 0xFF] {
                    if fill != 0 && POINTERS.contains(&option) {
                        continue;
                    }
                    for size in (0..12).chain([16, 20, 24, 32, 40, 64, 200]) {
                        // Texts have two bytes for each unit of the size; all of it ends with a NUL.
                        let mut memory = [u64::from_ne_bytes([fill; 8]); 128];
                        memory[127] = 0;
                        // SAFETY: longer than the sizes.
                        boolean(unsafe { (api().WinHttpSetOption)(handle as HINTERNET, option, memory.as_mut_ptr().cast(), size) });
                    }
                }
                for size in [0, 4, 8, 100, u32::MAX] {
                    // SAFETY: NULL.
                    boolean(unsafe { (api().WinHttpSetOption)(handle as HINTERNET, option, null_mut(), size) });
                }
            }
        }
        // All are alive and can be closed; the request can be sent or is refused.
        // SAFETY: takes a handle.
        boolean(unsafe { (api().WinHttpSetStatusCallback)(request.raw() as HINTERNET, client.recorder.callback(), u32::MAX, 0) }.map_or(1, |_| 1));
        let _ = request.send();
        request.close();
    }
}

/// As [`boolean`]; some options are nothing but a question.
fn boolean_or_success(result: BOOL) {
    boolean(result);
}
