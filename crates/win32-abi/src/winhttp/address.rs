//! Socket addresses as C programs see them.

use core::mem::{align_of, size_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// An address with its port, as the system's own `sockaddr_storage` has it: C programs cast it to `sockaddr_in` or
/// `sockaddr_in6`. 128 bytes, aligned to 8.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SOCKADDR_STORAGE {
    head: [u8; 8],
    align: u64,
    rest: [u8; 112],
}

/// The numbers of the address families differ between systems.
const AF_INET: u8 = 2;
const AF_INET6: u8 = if cfg!(windows) {
    23
} else if cfg!(target_vendor = "apple") {
    30
} else if cfg!(target_os = "freebsd") {
    28
} else {
    10
};
/// Where the structures begin with their length, and the family has one byte.
const HAS_LENGTH: bool = cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd"
));

impl SOCKADDR_STORAGE {
    /// No address: all zero.
    pub const EMPTY: Self = Self {
        head: [0; 8],
        align: 0,
        rest: [0; 112],
    };

    /// The bytes in memory order.
    pub fn to_bytes(&self) -> [u8; 128] {
        let mut bytes = [0; 128];
        bytes[..8].copy_from_slice(&self.head);
        bytes[8..16].copy_from_slice(&self.align.to_ne_bytes());
        bytes[16..].copy_from_slice(&self.rest);
        bytes
    }

    fn from_bytes(bytes: [u8; 128]) -> Self {
        let mut storage = Self::EMPTY;
        let mut align = [0; 8];
        storage.head.copy_from_slice(&bytes[..8]);
        align.copy_from_slice(&bytes[8..16]);
        storage.align = u64::from_ne_bytes(align);
        storage.rest.copy_from_slice(&bytes[16..]);
        storage
    }

    /// The address, if it is one of IPv4 or IPv6.
    pub fn address(&self) -> Option<SocketAddr> {
        let bytes = self.to_bytes();
        let family = if HAS_LENGTH {
            u16::from(bytes[1])
        } else {
            u16::from_ne_bytes([bytes[0], bytes[1]])
        };
        let port = u16::from_be_bytes([bytes[2], bytes[3]]);
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if family == u16::from(AF_INET) {
            Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::from(word(4))), port))
        } else if family == u16::from(AF_INET6) {
            let mut ip = [0; 16];
            ip.copy_from_slice(&bytes[8..24]);
            let (flow, scope) = (u32::from_be_bytes(word(4)), u32::from_ne_bytes(word(24)));
            Some(SocketAddrV6::new(Ipv6Addr::from(ip), port, flow, scope).into())
        } else {
            None
        }
    }
}

impl From<SocketAddr> for SOCKADDR_STORAGE {
    fn from(address: SocketAddr) -> Self {
        let mut bytes = [0; 128];
        let (family, length) = match address {
            SocketAddr::V4(_) => (AF_INET, 16),
            SocketAddr::V6(_) => (AF_INET6, 28),
        };
        if HAS_LENGTH {
            bytes[..2].copy_from_slice(&[length, family]);
        } else {
            bytes[..2].copy_from_slice(&u16::from(family).to_ne_bytes());
        }
        bytes[2..4].copy_from_slice(&address.port().to_be_bytes());
        match address {
            SocketAddr::V4(v4) => bytes[4..8].copy_from_slice(&v4.ip().octets()),
            SocketAddr::V6(v6) => {
                bytes[4..8].copy_from_slice(&v6.flowinfo().to_be_bytes());
                bytes[8..24].copy_from_slice(&v6.ip().octets());
                bytes[24..28].copy_from_slice(&v6.scope_id().to_ne_bytes());
            }
        }
        Self::from_bytes(bytes)
    }
}

const _: () = {
    assert!(size_of::<SOCKADDR_STORAGE>() == 128);
    assert!(align_of::<SOCKADDR_STORAGE>() == align_of::<u64>());
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_systems_layout() {
        for text in [
            "127.0.0.1:80",
            "255.1.2.3:65535",
            "[::1]:443",
            "[fe80::1%7]:8080",
        ] {
            let address: SocketAddr = text.parse().expect("an address");
            let storage = SOCKADDR_STORAGE::from(address);
            assert_eq!(storage.address(), Some(address), "{text}");
        }
        assert_eq!(SOCKADDR_STORAGE::EMPTY.address(), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_layout_is_linuxs() {
        let bytes =
            SOCKADDR_STORAGE::from("1.2.3.4:258".parse::<SocketAddr>().expect("an address"))
                .to_bytes();
        assert_eq!(bytes[..8], [2, 0, 1, 2, 1, 2, 3, 4]);
        assert!(bytes[8..].iter().all(|&byte| byte == 0));
        let bytes =
            SOCKADDR_STORAGE::from("[::5]:1".parse::<SocketAddr>().expect("an address")).to_bytes();
        assert_eq!((bytes[0], bytes[1], bytes[3], bytes[23]), (10, 0, 1, 5));
    }
}
