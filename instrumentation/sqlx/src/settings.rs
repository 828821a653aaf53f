//! What a pool is called, where its database is said to be.

use sqlx::{Database, Pool};

use crate::{identity::Identity, place::Place, system::System};

/// How a pool and its database are named in the metrics, where the connection options do not say
/// it well.
///
/// ```
/// use kymo_sqlx::{PoolSettings, System};
///
/// let settings = PoolSettings::new().name("orders").system(System::Mariadb);
/// # drop(settings);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolSettings {
    pub(crate) name: Option<String>,
    system: Option<System>,
    namespace: Option<String>,
    server: Option<(String, u16)>,
}

impl PoolSettings {
    /// Everything as the connection options say it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `db.client.connection.pool.name`, which no other pool may have; otherwise
    /// `address:port/namespace`, with a number if there are several.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The value of `db.system.name`; otherwise by the driver, which takes MariaDB for MySQL.
    pub fn system(mut self, system: System) -> Self {
        self.system = Some(system);
        self
    }

    /// The value of `db.namespace`; otherwise the database that the connections are opened with,
    /// of SQLite the name of its file.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The values of `server.address` and `server.port`, such as those behind a proxy; otherwise
    /// those that the connections are opened with.
    pub fn server(mut self, address: impl Into<String>, port: u16) -> Self {
        self.server = Some((address.into(), port));
        self
    }

    /// Where the database of `pool` is.
    pub(crate) fn identity<DB: Database>(&self, pool: &Pool<DB>) -> Identity {
        let Place { scheme, namespace, address, port } = Place::of(pool);
        let system = self.system.unwrap_or_else(|| System::of_scheme(&scheme));
        let (address, port) = match &self.server {
            Some((address, port)) => (Some(address.clone()), Some(*port)),
            None => (address, port),
        };
        Identity {
            system,
            namespace: self.namespace.clone().or(namespace),
            port: port.filter(|port| address.is_some() && Some(*port) != system.default_port()),
            address,
        }
    }
}
