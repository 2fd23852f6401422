//! Sessions and connections: what requests are made from.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use net::pool::SharedKey;

use crate::options::Options;
use crate::request::{OpenRequest, Request};
pub(crate) use crate::sync::lock;
use crate::{Buffer, Error, Result};

/// How a session's calls behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Calls return when they are done.
    Synchronous,
    /// Calls return at once; results come by notification (`WINHTTP_FLAG_ASYNC`).
    Asynchronous,
}

/// A session: `WinHttpOpen`.
///
/// Cheap to clone; all clones are the same session. It ends when the last clone and the last connection and request made
/// from it are gone.
#[derive(Clone)]
pub struct Session {
    shared: Arc<SessionShared>,
}

pub(crate) struct SessionShared {
    /// Never 0.
    id: u64,
    mode: Mode,
    agent: Mutex<Option<String>>,
    options: Mutex<Arc<Options>>,
    on_unload: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Session {
    /// A session whose requests carry `agent` as `User-Agent`, if given.
    pub fn new(agent: Option<&str>, mode: Mode) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self {
            shared: Arc::new(SessionShared {
                id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
                mode,
                agent: Mutex::new(agent.map(str::to_owned)),
                options: Mutex::new(Arc::default()),
                on_unload: Mutex::new(None),
            }),
        }
    }

    /// Whether calls wait.
    pub fn mode(&self) -> Mode {
        self.shared.mode
    }

    /// The options that requests opened from now on start with. The lock is to be left soon.
    pub fn options(&self) -> SessionOptions<'_> {
        SessionOptions {
            options: lock(&self.shared.options),
        }
    }

    /// `WINHTTP_OPTION_USER_AGENT`.
    pub fn agent(&self) -> Option<String> {
        lock(&self.shared.agent).clone()
    }

    /// Changes the `User-Agent` of requests sent from now on.
    pub fn set_agent(&self, agent: Option<&str>) {
        *lock(&self.shared.agent) = agent.map(str::to_owned);
    }

    /// `work` runs once when the session, with all that was made from it, has ended (`WINHTTP_OPTION_UNLOAD_NOTIFY_EVENT`). An
    /// earlier one is replaced.
    pub fn on_unload(&self, work: Box<dyn FnOnce() + Send>) {
        // What it replaces is dropped without the lock.
        let _earlier = lock(&self.shared.on_unload).replace(work);
    }

    /// Names a server: `WinHttpConnect`. Nothing is resolved or connected yet. Port 0 stands for the scheme's default.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`]: the name is empty, not ASCII, or no host's name at all.
    pub fn connect(&self, host: &str, port: u16) -> Result<Connect> {
        let bare = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host);
        let acceptable = |byte: u8| {
            byte.is_ascii_graphic()
                && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'@' | b'"' | b'<' | b'>')
        };
        if bare.is_empty() || bare.len() > 255 || !bare.bytes().all(acceptable) {
            return Err(Error::InvalidUrl);
        }
        Ok(Connect {
            session: self.clone(),
            host: bare.into(),
            port,
            plain_key: Arc::default(),
        })
    }
}

/// Access to a session's options.
pub struct SessionOptions<'a> {
    /// Requests share the session's until one of the two is changed.
    options: MutexGuard<'a, Arc<Options>>,
}

impl Deref for SessionOptions<'_> {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

impl DerefMut for SessionOptions<'_> {
    fn deref_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.options)
    }
}

impl SessionShared {
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Never 0.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// What a request that is opened now starts with.
    pub(crate) fn options(&self) -> Arc<Options> {
        Arc::clone(&lock(&self.options))
    }

    pub(crate) fn with_agent<T>(&self, look: impl FnOnce(Option<&str>) -> T) -> T {
        look(lock(&self.agent).as_deref())
    }

    /// The pool's partition for this session's connections.
    pub(crate) fn partition(&self, options: &Options) -> u64 {
        if options.disable_global_pooling {
            self.id
        } else {
            0
        }
    }
}

impl Drop for SessionShared {
    fn drop(&mut self) {
        let work = self
            .on_unload
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(work) = work {
            work();
        }
    }
}

/// A server to which requests can be made: `WinHttpConnect`.
#[derive(Clone)]
pub struct Connect {
    session: Session,
    host: Arc<str>,
    port: u16,
    plain_key: Arc<OnceLock<SharedKey>>,
}

impl Connect {
    /// The session it was made from.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The host's name, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 for the scheme's default.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections of the process to this server there are now, idle or in use.
    pub fn connection_count(&self, secure: bool) -> usize {
        let port = match (self.port, secure) {
            (0, false) => 80,
            (0, true) => 443,
            (port, _) => port,
        };
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.to_string()
        };
        net::pool::global().connection_count(&host.to_ascii_lowercase(), port, secure)
    }

    /// Makes a request: `WinHttpOpenRequest`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: the verb, the referrer or an accepted type has characters that HTTP does not allow.
    /// [`Error::InvalidUrl`]: the host is none.
    pub fn open_request<B: Buffer>(&self, open: OpenRequest<'_>) -> Result<Request<B>> {
        Request::open(
            Arc::clone(&self.session.shared),
            &self.host,
            self.port,
            &self.plain_key,
            open,
        )
    }
}
