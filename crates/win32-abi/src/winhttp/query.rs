//! Levels and modifiers of `WinHttpQueryHeaders`.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 2.

use super::types::DWORD;

// Levels of WinHttpQueryHeaders: which header.

/// `Mime-Version`.
pub const WINHTTP_QUERY_MIME_VERSION: DWORD = 0;
/// `Content-Type`.
pub const WINHTTP_QUERY_CONTENT_TYPE: DWORD = 1;
/// `Content-Transfer-Encoding`.
pub const WINHTTP_QUERY_CONTENT_TRANSFER_ENCODING: DWORD = 2;
/// `Content-Id`.
pub const WINHTTP_QUERY_CONTENT_ID: DWORD = 3;
/// `Content-Description`.
pub const WINHTTP_QUERY_CONTENT_DESCRIPTION: DWORD = 4;
/// `Content-Length`.
pub const WINHTTP_QUERY_CONTENT_LENGTH: DWORD = 5;
/// `Content-Language`.
pub const WINHTTP_QUERY_CONTENT_LANGUAGE: DWORD = 6;
/// `Allow`.
pub const WINHTTP_QUERY_ALLOW: DWORD = 7;
/// `Public`.
pub const WINHTTP_QUERY_PUBLIC: DWORD = 8;
/// `Date`.
pub const WINHTTP_QUERY_DATE: DWORD = 9;
/// `Expires`.
pub const WINHTTP_QUERY_EXPIRES: DWORD = 10;
/// `Last-Modified`.
pub const WINHTTP_QUERY_LAST_MODIFIED: DWORD = 11;
/// `Message-Id`.
pub const WINHTTP_QUERY_MESSAGE_ID: DWORD = 12;
/// `URI`.
pub const WINHTTP_QUERY_URI: DWORD = 13;
/// `Derived-From`.
pub const WINHTTP_QUERY_DERIVED_FROM: DWORD = 14;
/// `Cost`.
pub const WINHTTP_QUERY_COST: DWORD = 15;
/// `Link`.
pub const WINHTTP_QUERY_LINK: DWORD = 16;
/// `Pragma`.
pub const WINHTTP_QUERY_PRAGMA: DWORD = 17;
/// The version of the status line, as `HTTP/1.1`.
pub const WINHTTP_QUERY_VERSION: DWORD = 18;
/// The status code, as text or number.
pub const WINHTTP_QUERY_STATUS_CODE: DWORD = 19;
/// The reason phrase.
pub const WINHTTP_QUERY_STATUS_TEXT: DWORD = 20;
/// The whole block, NUL after each line.
pub const WINHTTP_QUERY_RAW_HEADERS: DWORD = 21;
/// The whole block, CRLF after each line.
pub const WINHTTP_QUERY_RAW_HEADERS_CRLF: DWORD = 22;
/// `Connection`.
pub const WINHTTP_QUERY_CONNECTION: DWORD = 23;
/// `Accept`.
pub const WINHTTP_QUERY_ACCEPT: DWORD = 24;
/// `Accept-Charset`.
pub const WINHTTP_QUERY_ACCEPT_CHARSET: DWORD = 25;
/// `Accept-Encoding`.
pub const WINHTTP_QUERY_ACCEPT_ENCODING: DWORD = 26;
/// `Accept-Language`.
pub const WINHTTP_QUERY_ACCEPT_LANGUAGE: DWORD = 27;
/// `Authorization`.
pub const WINHTTP_QUERY_AUTHORIZATION: DWORD = 28;
/// `Content-Encoding`.
pub const WINHTTP_QUERY_CONTENT_ENCODING: DWORD = 29;
/// `Forwarded`.
pub const WINHTTP_QUERY_FORWARDED: DWORD = 30;
/// `From`.
pub const WINHTTP_QUERY_FROM: DWORD = 31;
/// `If-Modified-Since`.
pub const WINHTTP_QUERY_IF_MODIFIED_SINCE: DWORD = 32;
/// `Location`.
pub const WINHTTP_QUERY_LOCATION: DWORD = 33;
/// `Orig-Uri`.
pub const WINHTTP_QUERY_ORIG_URI: DWORD = 34;
/// `Referer`.
pub const WINHTTP_QUERY_REFERER: DWORD = 35;
/// `Retry-After`.
pub const WINHTTP_QUERY_RETRY_AFTER: DWORD = 36;
/// `Server`.
pub const WINHTTP_QUERY_SERVER: DWORD = 37;
/// `Title`.
pub const WINHTTP_QUERY_TITLE: DWORD = 38;
/// `User-Agent`.
pub const WINHTTP_QUERY_USER_AGENT: DWORD = 39;
/// `WWW-Authenticate`.
pub const WINHTTP_QUERY_WWW_AUTHENTICATE: DWORD = 40;
/// `Proxy-Authenticate`.
pub const WINHTTP_QUERY_PROXY_AUTHENTICATE: DWORD = 41;
/// `Accept-Ranges`.
pub const WINHTTP_QUERY_ACCEPT_RANGES: DWORD = 42;
/// `Set-Cookie`.
pub const WINHTTP_QUERY_SET_COOKIE: DWORD = 43;
/// `Cookie`.
pub const WINHTTP_QUERY_COOKIE: DWORD = 44;
/// The request's verb.
pub const WINHTTP_QUERY_REQUEST_METHOD: DWORD = 45;
/// `Refresh`.
pub const WINHTTP_QUERY_REFRESH: DWORD = 46;
/// `Content-Disposition`.
pub const WINHTTP_QUERY_CONTENT_DISPOSITION: DWORD = 47;
/// `Age`.
pub const WINHTTP_QUERY_AGE: DWORD = 48;
/// `Cache-Control`.
pub const WINHTTP_QUERY_CACHE_CONTROL: DWORD = 49;
/// `Content-Base`.
pub const WINHTTP_QUERY_CONTENT_BASE: DWORD = 50;
/// `Content-Location`.
pub const WINHTTP_QUERY_CONTENT_LOCATION: DWORD = 51;
/// `Content-MD5`.
pub const WINHTTP_QUERY_CONTENT_MD5: DWORD = 52;
/// `Content-Range`.
pub const WINHTTP_QUERY_CONTENT_RANGE: DWORD = 53;
/// `ETag`.
pub const WINHTTP_QUERY_ETAG: DWORD = 54;
/// `Host`.
pub const WINHTTP_QUERY_HOST: DWORD = 55;
/// `If-Match`.
pub const WINHTTP_QUERY_IF_MATCH: DWORD = 56;
/// `If-None-Match`.
pub const WINHTTP_QUERY_IF_NONE_MATCH: DWORD = 57;
/// `If-Range`.
pub const WINHTTP_QUERY_IF_RANGE: DWORD = 58;
/// `If-Unmodified-Since`.
pub const WINHTTP_QUERY_IF_UNMODIFIED_SINCE: DWORD = 59;
/// `Max-Forwards`.
pub const WINHTTP_QUERY_MAX_FORWARDS: DWORD = 60;
/// `Proxy-Authorization`.
pub const WINHTTP_QUERY_PROXY_AUTHORIZATION: DWORD = 61;
/// `Range`.
pub const WINHTTP_QUERY_RANGE: DWORD = 62;
/// `Transfer-Encoding`.
pub const WINHTTP_QUERY_TRANSFER_ENCODING: DWORD = 63;
/// `Upgrade`.
pub const WINHTTP_QUERY_UPGRADE: DWORD = 64;
/// `Vary`.
pub const WINHTTP_QUERY_VARY: DWORD = 65;
/// `Via`.
pub const WINHTTP_QUERY_VIA: DWORD = 66;
/// `Warning`.
pub const WINHTTP_QUERY_WARNING: DWORD = 67;
/// `Expect`.
pub const WINHTTP_QUERY_EXPECT: DWORD = 68;
/// `Proxy-Connection`.
pub const WINHTTP_QUERY_PROXY_CONNECTION: DWORD = 69;
/// `Unless-Modified-Since`.
pub const WINHTTP_QUERY_UNLESS_MODIFIED_SINCE: DWORD = 70;
/// `Proxy-Support`.
pub const WINHTTP_QUERY_PROXY_SUPPORT: DWORD = 75;
/// `Authentication-Info`.
pub const WINHTTP_QUERY_AUTHENTICATION_INFO: DWORD = 76;
/// `PassportURLs`.
pub const WINHTTP_QUERY_PASSPORT_URLS: DWORD = 77;
/// `PassportConfig`.
pub const WINHTTP_QUERY_PASSPORT_CONFIG: DWORD = 78;
/// The largest level but for CUSTOM.
pub const WINHTTP_QUERY_MAX: DWORD = 78;
/// `WinHttpQueryHeadersEx`: all headers.
pub const WINHTTP_QUERY_EX_ALL_HEADERS: DWORD = 21;
/// The header that the name argument names.
pub const WINHTTP_QUERY_CUSTOM: DWORD = 65_535;

// Modifiers of levels: where to look and what to give.

/// Look in the request.
pub const WINHTTP_QUERY_FLAG_REQUEST_HEADERS: DWORD = 0x8000_0000;
/// Give a `SYSTEMTIME`.
pub const WINHTTP_QUERY_FLAG_SYSTEMTIME: DWORD = 0x4000_0000;
/// Give a `DWORD`.
pub const WINHTTP_QUERY_FLAG_NUMBER: DWORD = 0x2000_0000;
/// Give a `ULONGLONG`.
pub const WINHTTP_QUERY_FLAG_NUMBER64: DWORD = 0x0800_0000;
/// Look in the response's trailers.
pub const WINHTTP_QUERY_FLAG_TRAILERS: DWORD = 0x0200_0000;
/// Give the bytes as they came.
pub const WINHTTP_QUERY_FLAG_WIRE_ENCODING: DWORD = 0x0100_0000;

/// The name of the header that a level (without modifiers) stands for; `None` for levels that are no single header,
/// and for numbers that are no levels.
pub fn header_name(level: DWORD) -> Option<&'static str> {
    Some(match level {
        WINHTTP_QUERY_MIME_VERSION => "Mime-Version",
        WINHTTP_QUERY_CONTENT_TYPE => "Content-Type",
        WINHTTP_QUERY_CONTENT_TRANSFER_ENCODING => "Content-Transfer-Encoding",
        WINHTTP_QUERY_CONTENT_ID => "Content-Id",
        WINHTTP_QUERY_CONTENT_DESCRIPTION => "Content-Description",
        WINHTTP_QUERY_CONTENT_LENGTH => "Content-Length",
        WINHTTP_QUERY_CONTENT_LANGUAGE => "Content-Language",
        WINHTTP_QUERY_ALLOW => "Allow",
        WINHTTP_QUERY_PUBLIC => "Public",
        WINHTTP_QUERY_DATE => "Date",
        WINHTTP_QUERY_EXPIRES => "Expires",
        WINHTTP_QUERY_LAST_MODIFIED => "Last-Modified",
        WINHTTP_QUERY_MESSAGE_ID => "Message-Id",
        WINHTTP_QUERY_URI => "URI",
        WINHTTP_QUERY_DERIVED_FROM => "Derived-From",
        WINHTTP_QUERY_COST => "Cost",
        WINHTTP_QUERY_LINK => "Link",
        WINHTTP_QUERY_PRAGMA => "Pragma",
        WINHTTP_QUERY_CONNECTION => "Connection",
        WINHTTP_QUERY_ACCEPT => "Accept",
        WINHTTP_QUERY_ACCEPT_CHARSET => "Accept-Charset",
        WINHTTP_QUERY_ACCEPT_ENCODING => "Accept-Encoding",
        WINHTTP_QUERY_ACCEPT_LANGUAGE => "Accept-Language",
        WINHTTP_QUERY_AUTHORIZATION => "Authorization",
        WINHTTP_QUERY_CONTENT_ENCODING => "Content-Encoding",
        WINHTTP_QUERY_FORWARDED => "Forwarded",
        WINHTTP_QUERY_FROM => "From",
        WINHTTP_QUERY_IF_MODIFIED_SINCE => "If-Modified-Since",
        WINHTTP_QUERY_LOCATION => "Location",
        WINHTTP_QUERY_ORIG_URI => "Orig-Uri",
        WINHTTP_QUERY_REFERER => "Referer",
        WINHTTP_QUERY_RETRY_AFTER => "Retry-After",
        WINHTTP_QUERY_SERVER => "Server",
        WINHTTP_QUERY_TITLE => "Title",
        WINHTTP_QUERY_USER_AGENT => "User-Agent",
        WINHTTP_QUERY_WWW_AUTHENTICATE => "WWW-Authenticate",
        WINHTTP_QUERY_PROXY_AUTHENTICATE => "Proxy-Authenticate",
        WINHTTP_QUERY_ACCEPT_RANGES => "Accept-Ranges",
        WINHTTP_QUERY_SET_COOKIE => "Set-Cookie",
        WINHTTP_QUERY_COOKIE => "Cookie",
        WINHTTP_QUERY_REFRESH => "Refresh",
        WINHTTP_QUERY_CONTENT_DISPOSITION => "Content-Disposition",
        WINHTTP_QUERY_AGE => "Age",
        WINHTTP_QUERY_CACHE_CONTROL => "Cache-Control",
        WINHTTP_QUERY_CONTENT_BASE => "Content-Base",
        WINHTTP_QUERY_CONTENT_LOCATION => "Content-Location",
        WINHTTP_QUERY_CONTENT_MD5 => "Content-MD5",
        WINHTTP_QUERY_CONTENT_RANGE => "Content-Range",
        WINHTTP_QUERY_ETAG => "ETag",
        WINHTTP_QUERY_HOST => "Host",
        WINHTTP_QUERY_IF_MATCH => "If-Match",
        WINHTTP_QUERY_IF_NONE_MATCH => "If-None-Match",
        WINHTTP_QUERY_IF_RANGE => "If-Range",
        WINHTTP_QUERY_IF_UNMODIFIED_SINCE => "If-Unmodified-Since",
        WINHTTP_QUERY_MAX_FORWARDS => "Max-Forwards",
        WINHTTP_QUERY_PROXY_AUTHORIZATION => "Proxy-Authorization",
        WINHTTP_QUERY_RANGE => "Range",
        WINHTTP_QUERY_TRANSFER_ENCODING => "Transfer-Encoding",
        WINHTTP_QUERY_UPGRADE => "Upgrade",
        WINHTTP_QUERY_VARY => "Vary",
        WINHTTP_QUERY_VIA => "Via",
        WINHTTP_QUERY_WARNING => "Warning",
        WINHTTP_QUERY_EXPECT => "Expect",
        WINHTTP_QUERY_PROXY_CONNECTION => "Proxy-Connection",
        WINHTTP_QUERY_UNLESS_MODIFIED_SINCE => "Unless-Modified-Since",
        WINHTTP_QUERY_PROXY_SUPPORT => "Proxy-Support",
        WINHTTP_QUERY_AUTHENTICATION_INFO => "Authentication-Info",
        WINHTTP_QUERY_PASSPORT_URLS => "PassportURLs",
        WINHTTP_QUERY_PASSPORT_CONFIG => "PassportConfig",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_named_like_its_header() {
        assert_eq!(
            header_name(WINHTTP_QUERY_CONTENT_TYPE),
            Some("Content-Type")
        );
        assert_eq!(
            header_name(WINHTTP_QUERY_PASSPORT_CONFIG),
            Some("PassportConfig")
        );
        for level in [
            WINHTTP_QUERY_VERSION,
            WINHTTP_QUERY_STATUS_CODE,
            WINHTTP_QUERY_STATUS_TEXT,
            WINHTTP_QUERY_RAW_HEADERS,
            WINHTTP_QUERY_RAW_HEADERS_CRLF,
            WINHTTP_QUERY_REQUEST_METHOD,
            71,
            74,
            79,
            WINHTTP_QUERY_CUSTOM,
            WINHTTP_QUERY_CONTENT_TYPE | WINHTTP_QUERY_FLAG_NUMBER,
        ] {
            assert_eq!(header_name(level), None, "{level}");
        }
    }
}
