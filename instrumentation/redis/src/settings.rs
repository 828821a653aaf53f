//! The place of a Redis, and the logical caches in it.

use redis::{ConnectionAddr, ConnectionInfo};

use crate::server::Server;

/// The cache of a connection that was given no name.
const DEFAULT_CACHE: &str = "redis";

/// Where a Redis is said to be, and which logical caches are in it.
///
/// ```
/// use kymo_redis::RedisSettings;
///
/// # fn run() -> redis::RedisResult<()> {
/// let client = redis::Client::open("redis://cache.local/")?;
/// let settings = RedisSettings::new()
///     .server_of(client.get_connection_info())
///     .cache_for_prefix("session:", "sessions")
///     .cache_for_prefix("book:", "books");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisSettings {
    pub(crate) namespace: Option<String>,
    pub(crate) server: Option<Server>,
    pub(crate) cache: Option<String>,
    pub(crate) prefixes: Vec<(Vec<u8>, String)>,
}

impl RedisSettings {
    /// A Redis at an address that is not told, with one logical cache, `redis`.
    pub fn new() -> Self {
        Self {
            namespace: None,
            server: None,
            cache: Some(DEFAULT_CACHE.to_owned()),
            prefixes: Vec::new(),
        }
    }

    /// The values of `server.address` and `server.port`: what a connection does not tell of itself.
    /// The port is left out if it is 6379.
    pub fn server(mut self, address: impl Into<String>, port: u16) -> Self {
        self.server = Some(Server { address: address.into(), port: Some(port) });
        self
    }

    /// As [`RedisSettings::server`], of what connections are opened with, such as
    /// [`redis::Client::get_connection_info`]; of a socket, its path. Nothing else is read.
    pub fn server_of(mut self, info: &ConnectionInfo) -> Self {
        let (address, port) = match info.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                (host.clone(), Some(*port))
            }
            ConnectionAddr::Unix(path) => (path.to_string_lossy().into_owned(), None),
            _ => return self,
        };
        self.server = Some(Server { address, port });
        self
    }

    /// The value of `db.namespace`; otherwise the number of the database that a connection was
    /// opened with. `SELECT` does not change it later.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The name of the logical cache that all keys belong to which no prefix claims; otherwise
    /// `redis`. It is the value of `kymo.cache.name`, of which the first 64 are kept apart.
    pub fn cache(mut self, name: impl Into<String>) -> Self {
        self.cache = Some(name.into());
        self
    }

    /// Keys that begin with `prefix` belong to the logical cache called `name`; the longest prefix
    /// decides, and of equal ones the last. Thousands of them cost a key little more than one.
    pub fn cache_for_prefix(mut self, prefix: impl AsRef<[u8]>, name: impl Into<String>) -> Self {
        self.prefixes.push((prefix.as_ref().to_vec(), name.into()));
        self
    }

    /// Keys that no prefix claims belong to no cache: for a Redis that is a queue or a store.
    pub fn without_cache(mut self) -> Self {
        self.cache = None;
        self
    }
}

impl Default for RedisSettings {
    fn default() -> Self {
        Self::new()
    }
}
