//! Values that are kept, to be read back or for features that look at them later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use win32_abi::winhttp::*;

/// The kept values of a session or request.
///
/// Few are ever set, so nothing is allocated before; and a request shares its session's until one of the two is changed.
#[derive(Default)]
pub(crate) struct StoredOptions {
    values: Mutex<Values>,
}

/// Sorted by the option's number.
type Values = Option<Arc<Vec<(u32, Value)>>>;

#[derive(Clone)]
enum Value {
    Number(u32),
    Text(Arc<[u16]>),
    Bytes(Arc<[u8]>),
    Proxy(Arc<Proxy>),
}

/// `WINHTTP_PROXY_INFO`, or what `WinHttpOpen` was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// `WINHTTP_ACCESS_TYPE_*`.
    pub(crate) access_type: u32,
    /// The proxies; empty: none.
    pub(crate) proxy: String,
    /// Hosts that need no proxy; empty: none.
    pub(crate) bypass: String,
}

impl StoredOptions {
    /// What a session starts with: the proxies of `WinHttpOpen`.
    pub(crate) fn for_session(access_type: u32, proxy: &str, bypass: &str) -> Self {
        let stored = Self::default();
        if access_type != WINHTTP_ACCESS_TYPE_DEFAULT_PROXY {
            let (proxy, bypass) = if access_type == WINHTTP_ACCESS_TYPE_NAMED_PROXY {
                (proxy, bypass)
            } else {
                ("", "")
            };
            stored.set_proxy(Proxy {
                access_type,
                proxy: proxy.to_owned(),
                bypass: bypass.to_owned(),
            });
        }
        stored
    }

    /// What a request of this session starts with (facts 4.6): a copy.
    pub(crate) fn for_request(&self) -> Self {
        Self {
            values: Mutex::new(self.values().clone()),
        }
    }

    /// The proxies; those of `WINHTTP_ACCESS_TYPE_DEFAULT_PROXY` if nothing was said.
    pub(crate) fn proxy(&self) -> Arc<Proxy> {
        match self.get(WINHTTP_OPTION_PROXY) {
            Some(Value::Proxy(proxy)) => proxy,
            _ => Arc::default(),
        }
    }

    pub(crate) fn set_proxy(&self, proxy: Proxy) {
        self.put(WINHTTP_OPTION_PROXY, Value::Proxy(Arc::new(proxy)));
    }

    /// Whether requests are to go by a proxy that was named.
    pub(crate) fn names_a_proxy(&self) -> bool {
        let proxy = self.get(WINHTTP_OPTION_PROXY);
        matches!(proxy, Some(Value::Proxy(proxy)) if proxy.access_type == WINHTTP_ACCESS_TYPE_NAMED_PROXY)
    }

    /// A number, if it was set.
    pub(crate) fn number(&self, option: u32) -> Option<u32> {
        match self.get(option) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn set_number(&self, option: u32, number: u32) {
        self.put(option, Value::Number(number));
    }

    /// A text; empty if it was not set (facts 2.9).
    pub(crate) fn text(&self, option: u32) -> Arc<[u16]> {
        match self.get(option) {
            Some(Value::Text(text)) => text,
            _ => Arc::default(),
        }
    }

    pub(crate) fn set_text(&self, option: u32, text: &[u16]) {
        self.put(option, Value::Text(text.into()));
    }

    /// A structure; zeros if it was not set.
    pub(crate) fn bytes(&self, option: u32, size: usize) -> Arc<[u8]> {
        match self.get(option) {
            Some(Value::Bytes(bytes)) if bytes.len() == size => bytes,
            _ => vec![0; size].into(),
        }
    }

    pub(crate) fn set_bytes(&self, option: u32, bytes: &[u8]) {
        self.put(option, Value::Bytes(bytes.into()));
    }

    fn get(&self, option: u32) -> Option<Value> {
        let values = self.values();
        let values = values.as_deref()?;
        let index = values
            .binary_search_by_key(&option, |(number, _)| *number)
            .ok()?;
        Some(values[index].1.clone())
    }

    fn put(&self, option: u32, value: Value) {
        let mut values = self.values();
        let values = Arc::make_mut(values.get_or_insert_default());
        match values.binary_search_by_key(&option, |(number, _)| *number) {
            Ok(index) => values[index].1 = value,
            Err(index) => values.insert(index, (option, value)),
        }
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_a_copy_that_lives_its_own_life() {
        let session = StoredOptions::for_session(WINHTTP_ACCESS_TYPE_NAMED_PROXY, "p:1", "local");
        session.set_number(122, 7);
        session.set_text(4096, &[1, 2]);
        let request = session.for_request();
        session.set_number(122, 8);
        request.set_text(4096, &[]);
        request.set_bytes(178, &[9; 16]);
        assert_eq!(
            (session.number(122), request.number(122)),
            (Some(8), Some(7))
        );
        assert_eq!(
            (&*session.text(4096), &*request.text(4096)),
            (&[1, 2][..], &[][..])
        );
        assert_eq!(
            (&*session.bytes(178, 16), &*request.bytes(178, 16)),
            (&[0; 16][..], &[9; 16][..])
        );
        assert_eq!(request.proxy().proxy, "p:1");
        assert_eq!(session.number(123), None);
    }

    #[test]
    fn nothing_is_allocated_before_something_is_set() {
        assert!(size_of::<StoredOptions>() <= 2 * size_of::<usize>());
        let session = StoredOptions::for_session(0, "", "");
        assert!(session.values().is_none());
        assert_eq!(*session.proxy(), Proxy::default());
    }
}
