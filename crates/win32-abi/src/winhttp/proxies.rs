//! Structs of proxies and their settings.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 6.

#![allow(non_snake_case, reason = "Microsoft's field names")]

use core::mem::{offset_of, size_of};

use super::types::*;

/// Proxy settings.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_INFO {
    /// `WINHTTP_ACCESS_TYPE_*`.
    pub dwAccessType: DWORD,
    /// Proxies.
    pub lpszProxy: LPWSTR,
    /// Hosts that need none.
    pub lpszProxyBypass: LPWSTR,
}

/// The user's proxy settings.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_CURRENT_USER_IE_PROXY_CONFIG {
    /// Whether to look for a script.
    pub fAutoDetect: BOOL,
    /// A script.
    pub lpszAutoConfigUrl: LPWSTR,
    /// Proxies.
    pub lpszProxy: LPWSTR,
    /// Hosts that need none.
    pub lpszProxyBypass: LPWSTR,
}

/// How to find a proxy.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_AUTOPROXY_OPTIONS {
    /// `WINHTTP_AUTOPROXY_*`.
    pub dwFlags: DWORD,
    /// `WINHTTP_AUTO_DETECT_TYPE_*`.
    pub dwAutoDetectFlags: DWORD,
    /// The script's URL.
    pub lpszAutoConfigUrl: LPCWSTR,
    /// NULL.
    pub lpvReserved: LPVOID,
    /// 0.
    pub dwReserved: DWORD,
    /// Whether the script's server may have the user's credentials.
    pub fAutoLogonIfChallenged: BOOL,
}

/// One way to a server.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_RESULT_ENTRY {
    /// Through a proxy, not direct.
    pub fProxy: BOOL,
    /// Direct because of the bypass list.
    pub fBypass: BOOL,
    /// How to speak to the proxy.
    pub ProxyScheme: INTERNET_SCHEME,
    /// Its host.
    pub pwszProxy: PWSTR,
    /// Its port.
    pub ProxyPort: INTERNET_PORT,
}

/// The ways to a server, to be tried in order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_RESULT {
    /// How many.
    pub cEntries: DWORD,
    /// The ways.
    pub pEntries: *mut WINHTTP_PROXY_RESULT_ENTRY,
}

/// The same for an interface.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_RESULT_EX {
    /// How many.
    pub cEntries: DWORD,
    /// The ways.
    pub pEntries: *mut WINHTTP_PROXY_RESULT_ENTRY,
    /// A handle.
    pub hProxyDetectionHandle: HANDLE,
    /// The interface.
    pub dwProxyInterfaceAffinity: DWORD,
}

/// Names a network.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_NETWORKING_KEY {
    /// The name.
    pub pbBuffer: [u8; 128],
}

/// Proxy settings of a connection; of system components.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_SETTINGS {
    /// Size of this.
    pub dwStructSize: DWORD,
    /// `WINHTTP_PROXY_TYPE_*`.
    pub dwFlags: DWORD,
    /// Changes with every change.
    pub dwCurrentSettingsVersion: DWORD,
    /// Connection.
    pub pwszConnectionName: PWSTR,
    /// Proxies.
    pub pwszProxy: PWSTR,
    /// Hosts that need none.
    pub pwszProxyBypass: PWSTR,
    /// A script.
    pub pwszAutoconfigUrl: PWSTR,
    /// Another script.
    pub pwszAutoconfigSecondaryUrl: PWSTR,
    /// Flags of looking for a script.
    pub dwAutoDiscoveryFlags: DWORD,
    /// The last script that worked.
    pub pwszLastKnownGoodAutoConfigUrl: PWSTR,
    /// Minutes until scripts are read again.
    pub dwAutoconfigReloadDelayMins: DWORD,
    /// When a script was found last.
    pub ftLastKnownDetectTime: FILETIME,
    /// How many addresses.
    pub dwDetectedInterfaceIpCount: DWORD,
    /// Addresses.
    pub pdwDetectedInterfaceIp: PDWORD,
    /// How many keys.
    pub cNetworkKeys: DWORD,
    /// Keys.
    pub pNetworkKeys: PWINHTTP_PROXY_NETWORKING_KEY,
}

/// Proxy settings as `WinHttpGetProxySettingsResultEx` gives them.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_SETTINGS_EX {
    /// Changes with every change.
    pub ullGenerationId: ULONGLONG,
    /// Flags.
    pub ullFlags: ULONGLONG,
    /// A script.
    pub pcwszAutoconfigUrl: PCWSTR,
    /// Proxy of http.
    pub pcwszProxy: PCWSTR,
    /// Proxy of https.
    pub pcwszSecureProxy: PCWSTR,
    /// How many.
    pub cProxyBypasses: ULONG,
    /// Hosts that need none.
    pub rgpcwszProxyBypasses: *const PCWSTR,
    /// Interface.
    pub dwInterfaceIndex: DWORD,
    /// Connection.
    pub pcwszConnectionName: PCWSTR,
}

/// Which proxy settings.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_PROXY_SETTINGS_PARAM {
    /// Flags.
    pub ullFlags: ULONGLONG,
    /// Connection.
    pub pcwszConnectionName: PCWSTR,
    /// Host.
    pub pcwszProbeHost: PCWSTR,
}

/// Where a [`WINHTTP_PROXY_INFO`] is or goes.
pub type LPWINHTTP_PROXY_INFO = *mut WINHTTP_PROXY_INFO;
/// Where a [`WINHTTP_AUTOPROXY_OPTIONS`] is or goes.
pub type PWINHTTP_AUTOPROXY_OPTIONS = *mut WINHTTP_AUTOPROXY_OPTIONS;
/// Where a [`WINHTTP_CURRENT_USER_IE_PROXY_CONFIG`] is or goes.
pub type PWINHTTP_CURRENT_USER_IE_PROXY_CONFIG = *mut WINHTTP_CURRENT_USER_IE_PROXY_CONFIG;
/// Where a [`WINHTTP_PROXY_INFO`] is or goes.
pub type PWINHTTP_PROXY_INFO = *mut WINHTTP_PROXY_INFO;
/// Where a [`WINHTTP_PROXY_NETWORKING_KEY`] is or goes.
pub type PWINHTTP_PROXY_NETWORKING_KEY = *mut WINHTTP_PROXY_NETWORKING_KEY;
/// Where a [`WINHTTP_PROXY_SETTINGS`] is or goes.
pub type PWINHTTP_PROXY_SETTINGS = *mut WINHTTP_PROXY_SETTINGS;
/// Where a [`WINHTTP_PROXY_SETTINGS_EX`] is or goes.
pub type PWINHTTP_PROXY_SETTINGS_EX = *mut WINHTTP_PROXY_SETTINGS_EX;
/// Where a [`WINHTTP_PROXY_SETTINGS_PARAM`] is or goes.
pub type PWINHTTP_PROXY_SETTINGS_PARAM = *mut WINHTTP_PROXY_SETTINGS_PARAM;

const _: () = {
    layout!(WINHTTP_PROXY_INFO, 24, 12; dwAccessType 0, 0; lpszProxy 8, 4; lpszProxyBypass 16, 8);
    layout!(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, 32, 16; fAutoDetect 0, 0; lpszAutoConfigUrl 8, 4; lpszProxy 16, 8; lpszProxyBypass 24, 12);
    layout!(WINHTTP_AUTOPROXY_OPTIONS, 32, 24; dwFlags 0, 0; dwAutoDetectFlags 4, 4; lpszAutoConfigUrl 8, 8; lpvReserved 16, 12; dwReserved 24, 16; fAutoLogonIfChallenged 28, 20);
    layout!(WINHTTP_PROXY_RESULT_ENTRY, 32, 20; fProxy 0, 0; fBypass 4, 4; ProxyScheme 8, 8; pwszProxy 16, 12; ProxyPort 24, 16);
    layout!(WINHTTP_PROXY_RESULT, 16, 8; cEntries 0, 0; pEntries 8, 4);
    layout!(WINHTTP_PROXY_RESULT_EX, 32, 16; cEntries 0, 0; pEntries 8, 4; hProxyDetectionHandle 16, 8; dwProxyInterfaceAffinity 24, 12);
    layout!(WINHTTP_PROXY_NETWORKING_KEY, 128, 128; pbBuffer 0, 0);
    layout!(WINHTTP_PROXY_SETTINGS, 112, 68; dwStructSize 0, 0; dwFlags 4, 4; dwCurrentSettingsVersion 8, 8; pwszConnectionName 16, 12; pwszProxy 24, 16; pwszProxyBypass 32, 20; pwszAutoconfigUrl 40, 24; pwszAutoconfigSecondaryUrl 48, 28; dwAutoDiscoveryFlags 56, 32; pwszLastKnownGoodAutoConfigUrl 64, 36; dwAutoconfigReloadDelayMins 72, 40; ftLastKnownDetectTime 76, 44; dwDetectedInterfaceIpCount 84, 52; pdwDetectedInterfaceIp 88, 56; cNetworkKeys 96, 60; pNetworkKeys 104, 64);
    layout!(WINHTTP_PROXY_SETTINGS_EX, 72, 44; ullGenerationId 0, 0; ullFlags 8, 8; pcwszAutoconfigUrl 16, 16; pcwszProxy 24, 20; pcwszSecureProxy 32, 24; cProxyBypasses 40, 28; rgpcwszProxyBypasses 48, 32; dwInterfaceIndex 56, 36; pcwszConnectionName 64, 40);
    layout!(WINHTTP_PROXY_SETTINGS_PARAM, 24, 16; ullFlags 0, 0; pcwszConnectionName 8, 8; pcwszProbeHost 16, 12);
};
