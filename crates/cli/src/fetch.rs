//! `get` and `post`: one HTTP request through the WinHTTP client.
//!
//! | module | what it owns |
//! |---|---|
//! | `options` | the command line |
//! | `upload` | the request's body |
//! | `transfer` | what comes after what, in either mode |
//! | `synchronous`, `asynchronous` | the two modes |
//! | `output`, `progress` | where the response goes, and how far it is |
//! | `trace` | what `--verbose` says |
//! | `error` | errors and exit codes |

mod asynchronous;
mod error;
mod options;
mod output;
mod progress;
mod synchronous;
mod trace;
mod transfer;
mod upload;

use std::path::Path;
use std::sync::Arc;

use openwinhttp::options::{RedirectPolicy, Timeout};
use openwinhttp::request_headers::Modifiers;
use openwinhttp::tls::{CertErrors, ClientCertificate};
use openwinhttp::{Connect, Mode, Notification, OpenRequest, Request, Session};

use asynchronous::Driver;
pub(crate) use error::{Failure, HttpFailure, function, name_and_number};
pub(crate) use options::{Fetch, header};
pub(crate) use progress::size;
pub(crate) use trace::{Trace, describe, describe_tls, kind_name};
use transfer::Transfer;
use upload::Upload;

pub(crate) const AGENT: &str = concat!("openwinhttp/", env!("CARGO_PKG_VERSION"));

/// Makes the request and writes the response out.
///
/// # Errors
/// As [`Failure`] says.
pub(crate) fn run(fetch: &Fetch) -> Result<(), Failure> {
    let upload = Upload::open(&fetch.body)?;
    let chunked = upload.length().is_none() && !fetch.has_header("Content-Length");
    if chunked && fetch.http_1_0 {
        return Err(Failure::NoChunks);
    }
    let mode = if fetch.asynchronous {
        Mode::Asynchronous
    } else {
        Mode::Synchronous
    };
    let session = Session::new(Some(AGENT), mode);
    set_options(&session, fetch)?;
    let connect = session
        .connect(fetch.url.host(), fetch.url.port())
        .map_err(Failure::of)?;
    let trace = Arc::new(Trace::new(fetch.verbose));
    let transfer = Transfer::new(fetch, upload, Arc::clone(&trace));
    let object: Vec<u16> = fetch.url.target().encode_utf16().collect();
    let mut open = OpenRequest::default();
    open.verb = &fetch.method;
    open.object = &object;
    open.version = if fetch.http_1_0 { "HTTP/1.0" } else { "" };
    open.secure = fetch.url.secure();
    open.automatic_chunking = chunked || fetch.has_header("Transfer-Encoding");
    open.accept = &["*/*"];
    match mode {
        Mode::Synchronous => {
            open.observer = Some(Arc::new(move |notification: &Notification<'_>| {
                trace.notification(notification);
            }));
            let request = open_request(&connect, open, fetch)?;
            synchronous::run(&request, transfer)
        }
        Mode::Asynchronous => {
            let (driver, inbox) = Driver::new(transfer, trace);
            open.observer = Some(driver.clone());
            let request = Arc::new(open_request(&connect, open, fetch)?);
            driver.run(&request, &inbox)
        }
    }
}

fn open_request(
    connect: &Connect,
    open: OpenRequest<'_>,
    fetch: &Fetch,
) -> Result<Request, Failure> {
    let request: Request = connect.open_request(open).map_err(Failure::of)?;
    request.with_headers(|headers| {
        fetch.headers.iter().try_for_each(|(name, value)| {
            headers
                .add(name.as_bytes(), value.as_bytes(), Modifiers::ADD)
                .map_err(Failure::of)
        })
    })?;
    Ok(request)
}

fn set_options(session: &Session, fetch: &Fetch) -> Result<(), Failure> {
    let certificate = fetch
        .certificate
        .as_deref()
        .map(|file| client_certificate(file, fetch.key.as_deref()))
        .transpose()?;
    let mut options = session.options();
    options.redirect_policy = RedirectPolicy::Never;
    options.fast_fallback = true;
    options.client_certificate = certificate;
    if fetch.insecure {
        options.ignored_cert_errors = CertErrors::IGNORABLE;
    }
    if let Some(time) = fetch.timeout {
        let milliseconds = u32::try_from(time.as_millis()).unwrap_or(u32::MAX).max(1);
        let limit = Timeout(milliseconds);
        let timeouts = &mut options.timeouts;
        timeouts.resolve = limit;
        timeouts.connect = limit;
        timeouts.send = limit;
        timeouts.receive = limit;
        timeouts.set_receive_response(limit);
    }
    Ok(())
}

/// A certificate and its key, in one PEM file or two.
fn client_certificate(file: &Path, key: Option<&Path>) -> Result<Arc<ClientCertificate>, Failure> {
    let read = |path: &Path| {
        std::fs::read(path)
            .map_err(|error| Failure::Certificate(path.to_owned(), error.to_string()))
    };
    let mut pem = read(file)?;
    if let Some(key) = key {
        pem.push(b'\n');
        pem.extend(read(key)?);
    }
    ClientCertificate::from_pem(&pem)
        .map(Arc::new)
        .map_err(|error| Failure::Certificate(file.to_owned(), error.to_string()))
}
