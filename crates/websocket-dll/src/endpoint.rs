//! What a `WEB_SOCKET_HANDLE` stands for, and the table of all handles.

use handle_table::{Guard, Handle, HandleTable};
use websocket_component::Component;
use win32_abi::hresult::{E_HANDLE, E_INVALIDARG, E_OUTOFMEMORY, HRESULT};
use win32_abi::websocket::WEB_SOCKET_HANDLE;

use crate::header_array::HeaderArray;
use crate::memory::Raw;

/// One end of a connection.
pub(crate) struct Endpoint {
    pub(crate) component: Component<Raw>,
    /// The headers that Begin…Handshake returned: programs read them until the handle is deleted (statement 45).
    pub(crate) headers: Option<HeaderArray>,
}

static ENDPOINTS: HandleTable<Box<Endpoint>> = HandleTable::new();

/// A new handle.
pub(crate) fn open(component: Component<Raw>) -> Result<WEB_SOCKET_HANDLE, HRESULT> {
    let handle = ENDPOINTS
        .insert(Box::new(Endpoint {
            component,
            headers: None,
        }))
        .map_err(|_| E_OUTOFMEMORY)?;
    Ok(std::ptr::without_provenance_mut(handle.value() as usize))
}

/// The endpoint of a handle, for this thread alone.
#[inline]
pub(crate) fn lock(handle: WEB_SOCKET_HANDLE) -> Result<Guard<'static, Box<Endpoint>>, HRESULT> {
    ENDPOINTS.lock(parse(handle)?).map_err(|_| E_HANDLE)
}

/// Ends a handle.
pub(crate) fn close(handle: WEB_SOCKET_HANDLE) -> Result<Box<Endpoint>, HRESULT> {
    ENDPOINTS.remove(parse(handle)?).map_err(|_| E_HANDLE)
}

#[inline]
fn parse(handle: WEB_SOCKET_HANDLE) -> Result<Handle, HRESULT> {
    if handle.is_null() {
        return Err(E_INVALIDARG);
    }
    u32::try_from(handle.addr())
        .ok()
        .and_then(Handle::from_value)
        .ok_or(E_HANDLE)
}
