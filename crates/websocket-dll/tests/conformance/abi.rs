//! Statements 1 to 4: names, layouts, results of void functions, NULL handles.

use std::ffi::c_void;
use std::mem::{align_of, offset_of, size_of};
use std::process::Command;
use std::ptr::{null, null_mut, without_provenance_mut};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::{Api, Endpoint, Role, api, library_path};

use crate::support::*;
use crate::table::section;

section! { "ABI":
    s001_exactly_the_13_names_and_x86_argument_bytes,
    s002_struct_sizes_and_offsets_on_x86_and_x64,
    s003_void_functions_leave_zero_in_the_result_register,
    s004_every_function_survives_a_null_handle,
}

/// Bytes of arguments that a stdcall function takes off the stack on x86, where each of these parameters (pointers,
/// `ULONG`s, enumerations) takes four.
trait X86ArgumentBytes {
    fn x86_argument_bytes(&self) -> usize;
}

macro_rules! count_arguments {
    ($($name:ident)*) => {
        impl<Result, $($name),*> X86ArgumentBytes for unsafe extern "system" fn($($name),*) -> Result {
            fn x86_argument_bytes(&self) -> usize {
                4 * [$(stringify!($name)),*].len()
            }
        }
    };
}
count_arguments!(A);
count_arguments!(A B C);
count_arguments!(A B C D);
count_arguments!(A B C D E F);
count_arguments!(A B C D E F G H);
count_arguments!(A B C D E F G H I);

fn s001_exactly_the_13_names_and_x86_argument_bytes() {
    // `api` has found each of them, or it would have panicked.
    let api = api();
    assert_eq!(
        [
            api.create_client_handle.x86_argument_bytes(),
            api.begin_client_handshake.x86_argument_bytes(),
            api.end_client_handshake.x86_argument_bytes(),
            api.create_server_handle.x86_argument_bytes(),
            api.begin_server_handshake.x86_argument_bytes(),
            api.end_server_handshake.x86_argument_bytes(),
            api.send.x86_argument_bytes(),
            api.receive.x86_argument_bytes(),
            api.get_action.x86_argument_bytes(),
            api.complete_action.x86_argument_bytes(),
            api.abort_handle.x86_argument_bytes(),
            api.delete_handle.x86_argument_bytes(),
            api.get_global_property.x86_argument_bytes(),
        ],
        [12, 36, 24, 12, 32, 4, 16, 12, 32, 12, 4, 4, 12],
    );
    assert_eq!(Api::NAMES.len(), 13);
    if cfg!(target_os = "linux") {
        exports_nothing_else();
    }
}

fn exports_nothing_else() {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(library_path())
        .output()
        .expect("nm can be started");
    assert!(output.status.success(), "nm: {output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let exported: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(|name| name.split('@').next().unwrap_or(name))
        .collect();
    let (mut functions, others): (Vec<&str>, Vec<&str>) = exported
        .into_iter()
        .partition(|name| name.starts_with("WebSocket"));
    let mut expected = Api::NAMES.to_vec();
    functions.sort_unstable();
    expected.sort_unstable();
    assert_eq!(functions, expected);
    // Win32 functions that ported programs need carry the project's prefix, so that they collide with nothing.
    for name in others {
        assert!(name.starts_with("openwinhttp_"), "{name} is exported");
    }
}

/// The structs as a 32-bit compiler sees them: each pointer four bytes.
mod x86 {
    #[repr(C)]
    pub(super) struct Property {
        pub(super) kind: i32,
        pub(super) value: u32,
        pub(super) size: u32,
    }

    #[repr(C)]
    pub(super) struct Header {
        pub(super) name: u32,
        pub(super) name_length: u32,
        pub(super) value: u32,
        pub(super) value_length: u32,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub(super) struct Data {
        pub(super) buffer: u32,
        pub(super) length: u32,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub(super) struct Close {
        pub(super) reason: u32,
        pub(super) length: u32,
        pub(super) status: u16,
    }

    #[repr(C)]
    pub(super) union Buffer {
        pub(super) data: Data,
        pub(super) close: Close,
    }
}

fn s002_struct_sizes_and_offsets_on_x86_and_x64() {
    // `win32_abi` asserts the same numbers as multiples of the pointer size when it is compiled for any target.
    let pointer = size_of::<*const u8>();
    let (property, header, buffer) = match pointer {
        8 => ([0, 8, 16, 24], [0, 8, 16, 24, 32], [0, 8, 12, 16]),
        4 => ([0, 4, 8, 12], [0, 4, 8, 12, 16], [0, 4, 8, 12]),
        _ => panic!("pointers of {pointer} bytes"),
    };
    assert_eq!(
        [
            offset_of!(WEB_SOCKET_PROPERTY, Type),
            offset_of!(WEB_SOCKET_PROPERTY, pvValue),
            offset_of!(WEB_SOCKET_PROPERTY, ulValueSize),
            size_of::<WEB_SOCKET_PROPERTY>(),
        ],
        property
    );
    assert_eq!(
        [
            offset_of!(WEB_SOCKET_HTTP_HEADER, pcName),
            offset_of!(WEB_SOCKET_HTTP_HEADER, ulNameLength),
            offset_of!(WEB_SOCKET_HTTP_HEADER, pcValue),
            offset_of!(WEB_SOCKET_HTTP_HEADER, ulValueLength),
            size_of::<WEB_SOCKET_HTTP_HEADER>(),
        ],
        header
    );
    assert_eq!(
        [
            offset_of!(WEB_SOCKET_BUFFER_DATA, pbBuffer),
            offset_of!(WEB_SOCKET_BUFFER_DATA, ulBufferLength),
            offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, usStatus),
            size_of::<WEB_SOCKET_BUFFER>(),
        ],
        buffer
    );
    assert_eq!(
        (
            offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, pbReason),
            offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, ulReasonLength),
        ),
        (0, pointer)
    );
    assert_eq!(align_of::<WEB_SOCKET_BUFFER>(), pointer);

    assert_eq!(
        [
            offset_of!(x86::Property, kind),
            offset_of!(x86::Property, value),
            offset_of!(x86::Property, size),
            size_of::<x86::Property>(),
        ],
        [0, 4, 8, 12]
    );
    assert_eq!(
        [
            offset_of!(x86::Header, name),
            offset_of!(x86::Header, name_length),
            offset_of!(x86::Header, value),
            offset_of!(x86::Header, value_length),
            size_of::<x86::Header>(),
        ],
        [0, 4, 8, 12, 16]
    );
    assert_eq!(
        [
            offset_of!(x86::Buffer, data) + offset_of!(x86::Data, buffer),
            offset_of!(x86::Data, length),
            offset_of!(x86::Buffer, close) + offset_of!(x86::Close, reason),
            offset_of!(x86::Close, length),
            offset_of!(x86::Close, status),
            size_of::<x86::Buffer>(),
        ],
        [0, 4, 0, 4, 8, 12]
    );
}

fn s003_void_functions_leave_zero_in_the_result_register() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        assert_eq!(endpoint.complete(0, 0), 0);
        assert_eq!(endpoint.complete(0x1234, 1), 0);
        returns(endpoint.send_empty(TEXT, 1), S_OK);
        let action = write(&endpoint, SEND);
        assert_eq!(endpoint.complete(action.context, action.total()), 0);
        assert_eq!(endpoint.complete(action.context, action.total()), 0);
        assert_eq!(endpoint.abort(), 0);
        assert_eq!(endpoint.abort(), 0);
        let (handle, result) = endpoint.delete();
        assert_eq!(result, 0);
        for handle in [handle, null_mut(), without_provenance_mut(12345)] {
            // SAFETY: the functions check their handle; the context is only compared.
            let results = unsafe {
                [
                    (api().complete_action)(handle, without_provenance_mut(1), 1),
                    (api().abort_handle)(handle),
                    (api().delete_handle)(handle),
                ]
            };
            assert_eq!(results, [0; 3]);
        }
    }
}

fn s004_every_function_survives_a_null_handle() {
    every_function_refuses(null_mut(), E_INVALIDARG);
    // The same goes for handles that never were, or are no more.
    let (deleted, _) = Endpoint::open(Role::Client).delete();
    every_function_refuses(deleted, E_HANDLE);
    every_function_refuses(without_provenance_mut(0x7fff_fff3), E_HANDLE);
    every_function_refuses(without_provenance_mut(usize::MAX), E_HANDLE);

    // SAFETY: NULL outputs are what is tested.
    unsafe {
        returns(
            (api().create_client_handle)(null(), 0, null_mut()),
            E_INVALIDARG,
        );
        returns(
            (api().create_server_handle)(null(), 0, null_mut()),
            E_INVALIDARG,
        );
        let mut size = 4;
        returns(
            (api().get_global_property)(
                WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE,
                null_mut(),
                &mut size,
            ),
            E_INVALIDARG,
        );
    }
}

fn every_function_refuses(handle: WEB_SOCKET_HANDLE, result: HRESULT) {
    let api = api();
    let mut headers: *mut WEB_SOCKET_HTTP_HEADER = without_provenance_mut(0x5555);
    let mut count = 0x5555;
    // SAFETY: the outputs are writable; everything else may be NULL or is checked by the functions.
    unsafe {
        returns(
            (api.begin_client_handshake)(
                handle,
                null(),
                0,
                null(),
                0,
                null(),
                0,
                &mut headers,
                &mut count,
            ),
            result,
        );
        assert!(headers.is_null() && count == 0, "{headers:?} {count}");
        let (mut extension, mut extensions, mut subprotocol) = (7, 1, 7);
        returns(
            (api.end_client_handshake)(
                handle,
                null(),
                0,
                &mut extension,
                &mut extensions,
                &mut subprotocol,
            ),
            result,
        );
        assert_eq!((extensions, subprotocol), (0, 0));
        (headers, count) = (without_provenance_mut(0x5555), 0x5555);
        let request = websocket_testkit::handshake::Headers::new(
            websocket_testkit::handshake::DOTNET_REQUEST,
        );
        returns(
            (api.begin_server_handshake)(
                handle,
                null(),
                null(),
                0,
                request.pointer(),
                request.count(),
                &mut headers,
                &mut count,
            ),
            result,
        );
        assert!(headers.is_null() && count == 0, "{headers:?} {count}");
        returns((api.end_server_handshake)(handle), result);
        returns((api.send)(handle, TEXT, null(), null_mut()), result);
        returns((api.receive)(handle, null(), null_mut()), result);
        let mut buffers = [websocket_testkit::data(without_provenance_mut(0x5555), 0x5555); 2];
        let (mut count, mut action, mut kind) = (2, 0x5555, 0x5555);
        let mut contexts: [*mut c_void; 2] = [without_provenance_mut(0x5555); 2];
        let [application, context] = &mut contexts;
        returns(
            (api.get_action)(
                handle,
                ALL,
                buffers.as_mut_ptr(),
                &mut count,
                &mut action,
                &mut kind,
                application,
                context,
            ),
            result,
        );
        assert_eq!((count, action, kind, contexts), (0, 0, 0, [null_mut(); 2]));
        assert!(
            buffers
                .iter()
                .all(|buffer| buffer.Data.ulBufferLength == 0x5555)
        );
        // Nothing can be seen of these but that they return.
        (api.complete_action)(handle, without_provenance_mut(1), 1);
        (api.abort_handle)(handle);
        (api.delete_handle)(handle);
    }
}
