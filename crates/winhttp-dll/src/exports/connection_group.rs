//! `WinHttpQueryConnectionGroup`: how many connections there are to a server.

use std::ffi::c_void;

use openwinhttp::{Error, Result};
use win32_abi::runtime::{openwinhttp_GlobalAlloc, openwinhttp_GlobalFree};
use win32_abi::winhttp::*;

use crate::guard::code;
use crate::memory::write;
use crate::objects::Object;

/// `WinHttpQueryConnectionGroup`: connections of the process to the server of a connect or request handle. One group, without a
/// label: labels (`WINHTTP_OPTION_CONNECTION_GUID`) are stored, but not put on connections yet.
///
/// # Safety
/// `label` is NULL or can be read; `result` is NULL or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpQueryConnectionGroup(
    handle: HINTERNET,
    label: *const GUID,
    flags: ULONGLONG,
    result: *mut PWINHTTP_QUERY_CONNECTION_GROUP_RESULT,
) -> DWORD {
    code(|| {
        let object = Object::of(handle)?;
        if result.is_null() || flags & !WINHTTP_QUERY_CONNECTION_GROUP_FLAG_INSECURE != 0 {
            return Err(Error::InvalidParameter);
        }
        let (host, count) = match &object {
            Object::Session(_) | Object::WebSocket(_) => return Err(Error::IncorrectHandleType),
            Object::Connect(object) => {
                let secure = flags & WINHTTP_QUERY_CONNECTION_GROUP_FLAG_INSECURE == 0;
                (
                    object.connect.host().to_owned(),
                    object.connect.connection_count(secure),
                )
            }
            Object::Request(object) => (
                object.request.host().to_owned(),
                object.request.connection_count(),
            ),
        };
        let count = if label.is_null() { count } else { 0 };
        let answer = Answer::allocate(&host, u32::try_from(count).unwrap_or(u32::MAX))?;
        // SAFETY: the caller's contract.
        unsafe { write(result, answer) };
        Ok(())
    })
}

/// `WinHttpFreeQueryConnectionGroupResult`.
///
/// # Safety
/// `result` is NULL or what [`WinHttpQueryConnectionGroup`] gave, which is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpFreeQueryConnectionGroupResult(
    result: PWINHTTP_QUERY_CONNECTION_GROUP_RESULT,
) {
    // SAFETY: one block of the heap, or NULL (the caller's contract).
    unsafe { openwinhttp_GlobalFree(result.cast::<c_void>()) };
}

/// A result in one block: structures, then the host's name. Without connections there is no host in it.
#[repr(C)]
struct Answer {
    result: WINHTTP_QUERY_CONNECTION_GROUP_RESULT,
    host: WINHTTP_HOST_CONNECTION_GROUP,
    group: WINHTTP_CONNECTION_GROUP,
}

impl Answer {
    /// In a block of the heap.
    fn allocate(host: &str, count: u32) -> Result<PWINHTTP_QUERY_CONNECTION_GROUP_RESULT> {
        const ZEROED: u32 = 0x40;
        let name: Vec<u16> = host.encode_utf16().chain([0]).collect();
        let size = size_of::<Self>() + 2 * name.len();
        let block = openwinhttp_GlobalAlloc(ZEROED, size).cast::<Self>();
        if block.is_null() {
            return Err(Error::NotEnoughMemory);
        }
        // SAFETY: the block is ours alone, large enough for the structures and the name behind them, aligned as `malloc` aligns,
        // and zeros are valid in all of it.
        unsafe {
            let text = block.add(1).cast::<u16>();
            std::ptr::copy_nonoverlapping(name.as_ptr(), text, name.len());
            (*block).group.cConnections = count;
            (*block).host.pwszHost = text;
            (*block).host.cConnectionGroups = 1;
            (*block).host.pConnectionGroups = &raw mut (*block).group;
            (*block).result.cHosts = u32::from(count > 0);
            if count > 0 {
                (*block).result.pHostConnectionGroups = &raw mut (*block).host;
            }
        }
        Ok(block.cast())
    }
}
