//! Finding, building and loading the library.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use libloading::Library;
use win32_abi::hresult::HRESULT;
use win32_abi::websocket::{
    WEB_SOCKET_ACTION, WEB_SOCKET_ACTION_QUEUE, WEB_SOCKET_BUFFER, WEB_SOCKET_BUFFER_TYPE,
    WEB_SOCKET_HANDLE, WEB_SOCKET_HTTP_HEADER, WEB_SOCKET_PROPERTY, WEB_SOCKET_PROPERTY_TYPE,
};

macro_rules! api {
    ($($(#[$doc:meta])* $field:ident = $symbol:literal: fn($($argument:ty),* $(,)?) -> $result:ty;)*) => {
        /// The 13 functions, by their Rust names. All are `unsafe`: their pointers are not checked by the compiler.
        #[derive(Clone, Copy)]
        pub struct Api {
            $($(#[$doc])* pub $field: unsafe extern "system" fn($($argument),*) -> $result,)*
        }

        impl Api {
            /// The exported names, in the order of the fields.
            pub const NAMES: &[&str] = &[$($symbol),*];

            fn load(library: &Library) -> Result<Self, libloading::Error> {
                Ok(Self {
                    // SAFETY: the signature is the one that `websocket.h` gives for this name.
                    $($field: *unsafe { library.get($symbol) }?,)*
                })
            }
        }
    };
}

api! {
    /// `WebSocketCreateClientHandle(pProperties, ulPropertyCount, phWebSocket)`
    create_client_handle = "WebSocketCreateClientHandle": fn(*const WEB_SOCKET_PROPERTY, u32, *mut WEB_SOCKET_HANDLE) -> HRESULT;
    /// `WebSocketBeginClientHandshake(h, pszSubprotocols, count, pszExtensions, count, pInitialHeaders, count, ppAdditionalHeaders, pCount)`
    begin_client_handshake = "WebSocketBeginClientHandshake": fn(
        WEB_SOCKET_HANDLE, *const *const u8, u32, *const *const u8, u32, *const WEB_SOCKET_HTTP_HEADER, u32,
        *mut *mut WEB_SOCKET_HTTP_HEADER, *mut u32,
    ) -> HRESULT;
    /// `WebSocketEndClientHandshake(h, pResponseHeaders, count, pulSelectedExtensions, pulSelectedExtensionCount, pulSelectedSubprotocol)`
    end_client_handshake = "WebSocketEndClientHandshake": fn(WEB_SOCKET_HANDLE, *const WEB_SOCKET_HTTP_HEADER, u32, *mut u32, *mut u32, *mut u32) -> HRESULT;
    /// `WebSocketCreateServerHandle(pProperties, ulPropertyCount, phWebSocket)`
    create_server_handle = "WebSocketCreateServerHandle": fn(*const WEB_SOCKET_PROPERTY, u32, *mut WEB_SOCKET_HANDLE) -> HRESULT;
    /// `WebSocketBeginServerHandshake(h, pszSubprotocol, pszExtensions, count, pRequestHeaders, count, ppResponseHeaders, pCount)`
    begin_server_handshake = "WebSocketBeginServerHandshake": fn(
        WEB_SOCKET_HANDLE, *const u8, *const *const u8, u32, *const WEB_SOCKET_HTTP_HEADER, u32,
        *mut *mut WEB_SOCKET_HTTP_HEADER, *mut u32,
    ) -> HRESULT;
    /// `WebSocketEndServerHandshake(h)`
    end_server_handshake = "WebSocketEndServerHandshake": fn(WEB_SOCKET_HANDLE) -> HRESULT;
    /// `WebSocketSend(h, BufferType, pBuffer, Context)`
    send = "WebSocketSend": fn(WEB_SOCKET_HANDLE, WEB_SOCKET_BUFFER_TYPE, *const WEB_SOCKET_BUFFER, *mut c_void) -> HRESULT;
    /// `WebSocketReceive(h, pBuffer, pvContext)`
    receive = "WebSocketReceive": fn(WEB_SOCKET_HANDLE, *const WEB_SOCKET_BUFFER, *mut c_void) -> HRESULT;
    /// `WebSocketGetAction(h, eActionQueue, pDataBuffers, pulDataBufferCount, pAction, pBufferType, pvApplicationContext, pvActionContext)`
    get_action = "WebSocketGetAction": fn(
        WEB_SOCKET_HANDLE, WEB_SOCKET_ACTION_QUEUE, *mut WEB_SOCKET_BUFFER, *mut u32, *mut WEB_SOCKET_ACTION,
        *mut WEB_SOCKET_BUFFER_TYPE, *mut *mut c_void, *mut *mut c_void,
    ) -> HRESULT;
    /// `WebSocketCompleteAction(h, pvActionContext, ulBytesTransferred)`: declared `VOID`, read here as the register that
    /// callers who expect an `HRESULT` look at (statement 3: it must be 0).
    complete_action = "WebSocketCompleteAction": fn(WEB_SOCKET_HANDLE, *mut c_void, u32) -> usize;
    /// `WebSocketAbortHandle(h)`: see `complete_action` for the result.
    abort_handle = "WebSocketAbortHandle": fn(WEB_SOCKET_HANDLE) -> usize;
    /// `WebSocketDeleteHandle(h)`: see `complete_action` for the result.
    delete_handle = "WebSocketDeleteHandle": fn(WEB_SOCKET_HANDLE) -> usize;
    /// `WebSocketGetGlobalProperty(eType, pvValue, ulSize)`
    get_global_property = "WebSocketGetGlobalProperty": fn(WEB_SOCKET_PROPERTY_TYPE, *mut c_void, *mut u32) -> HRESULT;
}

/// The functions of the library at [`library_path`], loaded once and never unloaded.
///
/// # Panics
/// If the library cannot be built or loaded, or lacks one of the 13 names.
pub fn api() -> &'static Api {
    static API: OnceLock<Api> = OnceLock::new();
    API.get_or_init(|| {
        let path = library_path();
        // SAFETY: the library's initialisers are those of the Rust runtime, or of Microsoft's own DLL.
        let library = unsafe { Library::new(path) }
            .unwrap_or_else(|error| panic!("cannot load {}: {error}", path.display()));
        let api = Api::load(&library)
            .unwrap_or_else(|error| panic!("{} is incomplete: {error}", path.display()));
        std::mem::forget(library);
        api
    })
}

/// The library under test: `OPENWINHTTP_WEBSOCKET_LIB` if set, else the one that Cargo builds in the profile of the
/// caller.
///
/// # Panics
/// If Cargo fails.
pub fn library_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match std::env::var_os("OPENWINHTTP_WEBSOCKET_LIB") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(&workspace)
        .args(["build", "--quiet", "--package", "websocket-dll"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command
        .args(["--message-format", "json"])
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "cargo build -p websocket-dll failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Cargo prints one JSON object a line; the path is the only thing needed, so it is cut out without a JSON parser.
    let text = String::from_utf8_lossy(&output.stdout);
    let name = format!(
        "{}websocket{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    text.split('"')
        .filter(|part| part.ends_with(&name))
        .map(|part| PathBuf::from(part.replace("\\\\", "\\")))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("cargo build -p websocket-dll names no {name}:\n{text}"))
}
