//! Where a listener is.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use opentelemetry::KeyValue;

use crate::key;

/// Where a listener is: what it listens on, with the port that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// An address and a port; an address of IPv4 as such, also where the socket is of IPv6, as
    /// `::ffff:127.0.0.1`.
    Tcp(SocketAddr),
    /// The path of a unix socket; empty if it has none, as an abstract one.
    Unix(PathBuf),
}

impl Place {
    /// An address and a port, whichever form the address has.
    pub(crate) fn tcp(address: SocketAddr) -> Self {
        Self::Tcp(match address.ip().to_canonical() {
            ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
            // Its scope is in the address alone.
            IpAddr::V6(_) => address,
        })
    }

    /// Whether this machine alone reaches it.
    pub(crate) fn is_near(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }

    /// The address, which a unix socket has not.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// As metrics describe it.
    pub(crate) fn attributes(&self) -> Vec<KeyValue> {
        match self {
            Self::Tcp(address) => vec![
                key::SERVER_ADDRESS.of(address.ip().to_string()),
                key::SERVER_PORT.of(i64::from(address.port())),
            ],
            Self::Unix(path) => vec![key::SERVER_ADDRESS.of(path.display().to_string())],
        }
    }
}

/// Such as `127.0.0.1:9464` or `unix:/run/bookshop.sock`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
