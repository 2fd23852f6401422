//! Properties of the component as a whole (`WebSocketGetGlobalProperty`).

/// The protocol versions spoken (RFC 6455 section 4.1).
pub const SUPPORTED_VERSIONS: [u32; 1] = [13];

/// Default time between keep-alives in milliseconds (statement 128).
pub const DEFAULT_KEEPALIVE_INTERVAL: u32 = 30_000;

/// Shortest time between keep-alives in milliseconds (statement 128).
pub const MIN_KEEPALIVE_INTERVAL: u32 = 15_000;

/// The keep-alive interval in milliseconds that a configured value leads to: the default if there is none, never less
/// than [`MIN_KEEPALIVE_INTERVAL`]. The component itself sends no keep-alives; the number is for programs that do.
pub const fn keepalive_interval(configured: Option<u32>) -> u32 {
    match configured {
        None => DEFAULT_KEEPALIVE_INTERVAL,
        Some(value) if value < MIN_KEEPALIVE_INTERVAL => MIN_KEEPALIVE_INTERVAL,
        Some(value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s128_default_and_floor() {
        assert_eq!(keepalive_interval(None), 30_000);
        assert_eq!(keepalive_interval(Some(0)), 15_000);
        assert_eq!(keepalive_interval(Some(14_999)), 15_000);
        assert_eq!(keepalive_interval(Some(15_001)), 15_001);
    }
}
