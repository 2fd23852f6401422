//! The options of `get` and `post`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use openwinhttp::request_headers::{Modifiers, RequestHeaders};
use openwinhttp::url::{CrackOptions, Url, crack};

/// A request as the user wants it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fetch {
    pub(crate) url: Url,
    pub(crate) method: String,
    /// In the order given; names and values are ones that HTTP allows.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) asynchronous: bool,
    pub(crate) verbose: bool,
    /// `None` is standard output.
    pub(crate) output: Option<PathBuf>,
    pub(crate) insecure: bool,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) http_1_0: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) include_head: bool,
    pub(crate) fail: bool,
}

/// Where the request's body comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Data(Vec<u8>),
    File(PathBuf),
    StandardInput,
}

impl Fetch {
    /// Reads what follows the command's name; `None` if the help is asked for.
    ///
    /// # Errors
    /// If it is not what the help describes; the error says why.
    pub(crate) fn parse(
        parser: &mut lexopt::Parser,
        method: &str,
    ) -> Result<Option<Self>, lexopt::Error> {
        let mut url = None;
        let mut own_method = None;
        let mut head = false;
        let mut fetch = Parts::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Short('H') | Long("header") => {
                    fetch.headers.push(parser.value()?.parse_with(header)?);
                }
                Short('d') | Long("data") => {
                    let data = parser.value()?.into_encoded_bytes();
                    set_body(&mut fetch.body, Body::Data(data))?;
                }
                Long("data-file") => {
                    let file = parser.value()?;
                    let body = if file == "-" {
                        Body::StandardInput
                    } else {
                        Body::File(file.into())
                    };
                    set_body(&mut fetch.body, body)?;
                }
                Long("method") => own_method = Some(parser.value()?.parse_with(token)?),
                Long("head") => head = true,
                Short('i') | Long("include") => fetch.include_head = true,
                Short('o') | Long("output") => fetch.output = Some(parser.value()?),
                Short('f') | Long("fail") => fetch.fail = true,
                Short('v') | Long("verbose") => fetch.verbose = true,
                Long("async") => fetch.asynchronous = true,
                Short('k') | Long("insecure") => fetch.insecure = true,
                Long("cert") => fetch.certificate = Some(parser.value()?.into()),
                Long("key") => fetch.key = Some(parser.value()?.into()),
                Long("http1.0") => fetch.http_1_0 = true,
                Long("timeout") => {
                    fetch.timeout = Some(parser.value()?.parse_with(time_limit)?);
                }
                Value(value) if url.is_none() => url = Some(value.parse_with(parse_url)?),
                other => return Err(other.unexpected()),
            }
        }
        if head && own_method.is_some() {
            return Err("--head and --method exclude each other".into());
        }
        if fetch.key.is_some() && fetch.certificate.is_none() {
            return Err("--key needs --cert".into());
        }
        let method = own_method.unwrap_or_else(|| {
            let method = if head { "HEAD" } else { method };
            method.to_owned()
        });
        Ok(Some(Self {
            url: url.ok_or("a URL is needed")?,
            include_head: fetch.include_head || method == "HEAD",
            method,
            headers: fetch.headers,
            body: fetch.body.unwrap_or(Body::None),
            asynchronous: fetch.asynchronous,
            verbose: fetch.verbose,
            output: fetch.output.filter(|file| file != "-").map(PathBuf::from),
            insecure: fetch.insecure,
            certificate: fetch.certificate,
            key: fetch.key,
            http_1_0: fetch.http_1_0,
            timeout: fetch.timeout,
            fail: fetch.fail,
        }))
    }

    /// Whether the user gives a header of this name.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    }
}

/// What is collected before the URL is known.
#[derive(Default)]
struct Parts {
    headers: Vec<(String, String)>,
    body: Option<Body>,
    asynchronous: bool,
    verbose: bool,
    output: Option<OsString>,
    insecure: bool,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    http_1_0: bool,
    timeout: Option<Duration>,
    include_head: bool,
    fail: bool,
}

fn set_body(body: &mut Option<Body>, new: Body) -> Result<(), lexopt::Error> {
    if body.is_some() {
        return Err("only one of --data and --data-file can be given, once".into());
    }
    *body = Some(new);
    Ok(())
}

/// Takes `NAME: VALUE` apart.
///
/// # Errors
/// If it is not that, or HTTP does not allow it.
pub(crate) fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or_else(|| format!("{text:?} is not of the form NAME: VALUE"))?;
    let value = value.trim_ascii();
    RequestHeaders::new()
        .add(name.as_bytes(), value.as_bytes(), Modifiers::ADD)
        .map_err(|_| format!("{text:?} is not a header that HTTP allows"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A method (RFC 9110 section 5.6.2).
fn token(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || !text.bytes().all(allowed) {
        return Err(format!("{text:?} is not a method"));
    }
    Ok(text.to_owned())
}

/// A millisecond at least, for 0 would mean no limit; a day at most.
fn time_limit(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(String::from(
            "it must be a number of seconds from 0.001 to 86400",
        )),
    }
}

fn parse_url(text: &str) -> Result<Url, String> {
    let lower = text.trim_ascii_start().to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Err(String::from("a URL begins with http:// or https://"));
    }
    let units: Vec<u16> = text.trim_ascii().encode_utf16().collect();
    if crack(&units, CrackOptions::default()).is_ok_and(|parts| parts.user_name.is_some()) {
        return Err(String::from("user names in URLs are not supported yet"));
    }
    Url::parse(text).map_err(|error| error.to_string())
}
