//! Putting a URL together: what `WinHttpCreateUrl` writes.

use super::Scheme;
use super::escape::{characters, push_byte, push_utf8, unsafe_in_created_url};
use crate::{Error, Result};

/// What a URL is made of. `None` is a part that is not there, which differs from an empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Components<'a> {
    /// The scheme as text; wins over `scheme`. Any text is written as it is.
    pub scheme_text: Option<&'a [u16]>,
    /// The scheme where there is no text.
    pub scheme: Scheme,
    /// The user name. An empty one is written if there is a password.
    pub user_name: Option<&'a [u16]>,
    /// The password, only together with a user name. An empty one leaves its colon.
    pub password: Option<&'a [u16]>,
    /// The host as it stands in the URL, that is with brackets where they belong. Without it neither user info nor port
    /// is written.
    pub host: Option<&'a [u16]>,
    /// The port; written if it is not the default of the scheme that is written. 0 is a port like any other.
    pub port: u16,
    /// The path; no slash is added.
    pub path: Option<&'a [u16]>,
    /// Query and fragment, with their `?` and `#`.
    pub extra: Option<&'a [u16]>,
}

/// How [`create()`] works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CreateOptions {
    /// `ICU_ESCAPE`: escapes in path and extra info; see [`create()`]. The code page is that of characters above 0x7F.
    pub escape: Option<CodePage>,
    /// `ICU_REJECT_USERPWD`: user name or password make [`Error::InvalidUrl`].
    pub reject_user_info: bool,
}

/// What bytes a character above 0x7F is escaped as: the counterpart of Windows' ANSI code page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePage {
    /// Its bytes in UTF-8; unpaired surrogates count as U+FFFD.
    Utf8,
    /// One byte up to U+00FF; above that there is none, and it is an [`Error::InvalidParameter`].
    SingleByte,
}

/// Writes `scheme://[user[:password]@]host[:port]path extra`.
///
/// Parts are copied unit by unit, NUL units too. With [`CreateOptions::escape`] these become `%XX` (upper case) in path and
/// extra info: control characters, DEL, space and the characters `"`, `#`, `%`, `<`, `>`, `[`, `\`, `]`, `^`, `` ` ``, `{`,
/// `|`, `}`, `~`, and what stands above 0x7F. Facts 22.5 to 22.13; behaviour 9.2.
///
/// # Errors
/// [`Error::InvalidParameter`] for a password without user name, and as [`CodePage::SingleByte`] says;
/// [`Error::InvalidUrl`] for user info that is to be rejected.
pub fn create(components: &Components<'_>, options: CreateOptions) -> Result<Vec<u16>> {
    if components.password.is_some() && components.user_name.is_none() {
        return Err(Error::InvalidParameter);
    }
    if components.user_name.is_some() && options.reject_user_info {
        return Err(Error::InvalidUrl);
    }
    let mut url = Vec::new();
    let default_port = match components.scheme_text {
        Some(text) => {
            url.extend_from_slice(text);
            Scheme::from_units(text).map(Scheme::default_port)
        }
        None => {
            url.extend(components.scheme.name().encode_utf16());
            Some(components.scheme.default_port())
        }
    };
    url.extend("://".encode_utf16());
    if let Some(host) = components.host {
        if let Some(user_name) = components.user_name {
            url.extend_from_slice(user_name);
            if let Some(password) = components.password {
                url.push(u16::from(b':'));
                url.extend_from_slice(password);
            }
            url.push(u16::from(b'@'));
        }
        url.extend_from_slice(host);
        if default_port != Some(components.port) {
            url.extend(format!(":{}", components.port).encode_utf16());
        }
    }
    for part in [components.path, components.extra].into_iter().flatten() {
        match options.escape {
            None => url.extend_from_slice(part),
            Some(code_page) => escape(part, code_page, &mut url)?,
        }
    }
    Ok(url)
}

fn escape(part: &[u16], code_page: CodePage, url: &mut Vec<u16>) -> Result<()> {
    let mut push = |byte: u8| url.push(u16::from(byte));
    for character in characters(part) {
        match (u8::try_from(character), code_page) {
            (Ok(byte @ ..=0x7F), _) if !unsafe_in_created_url(byte) => push(byte),
            (Ok(byte), CodePage::SingleByte) => push_byte(byte, &mut push),
            (Err(_), CodePage::SingleByte) => return Err(Error::InvalidParameter),
            (_, CodePage::Utf8) => push_utf8(character, &mut push),
        }
    }
    Ok(())
}
