//! Settings of one pool: its name, where its database is said to be, and what is measured.

use kymo_sql::System;
use sqlx::{Database, Pool};

use crate::{
    database::{destination::Destination, identity::Identity},
    recording::without::Without,
};

/// How a pool and its database are named in the metrics, where the connection options do not say
/// it well, and what is not to be measured.
///
/// Views switch a metric off for all pools, and give it other buckets; this is for one pool.
///
/// ```
/// use kymo_sqlx::{PoolSettings, System};
///
/// let settings = PoolSettings::new().named("orders").system(System::Mariadb);
/// # drop(settings);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolSettings {
    pub(crate) name: Option<String>,
    system: Option<System>,
    namespace: Option<String>,
    server: Option<(String, u16)>,
    pub(crate) without: Without,
}

impl PoolSettings {
    /// Everything as the connection options say it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `db.client.connection.pool.name`, which no other pool may have; otherwise
    /// `address:port/namespace`, with a number if there are several.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The value of `db.system.name`; otherwise by the driver, which takes MariaDB for MySQL.
    ///
    /// [`System::OtherSql`] is for a product that speaks the protocol of another; any other value
    /// also says how its statements and errors are to be read.
    pub fn system(mut self, system: System) -> Self {
        self.system = Some(system);
        self
    }

    /// The value of `db.namespace`; otherwise the database that the connections are opened with,
    /// of SQLite the name of its file. [`Pool::set_connect_options`] does not change it later.
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

    /// Leaves `db.client.response.returned_rows` out.
    pub fn without_returned_rows(mut self) -> Self {
        self.without.returned_rows = true;
        self
    }

    /// Leaves `kymo.db.rows.changed` out.
    pub fn without_rows_changed(mut self) -> Self {
        self.without.rows_changed = true;
        self
    }

    /// Leaves `db.query.summary` out, where the names of tables are not to be shown: all
    /// statements of the pool then share their series. `kymo.db.rows.changed` still names them.
    pub fn without_summaries(mut self) -> Self {
        self.without.summaries = true;
        self
    }

    /// Where the database of `pool` is.
    pub(crate) fn identity<DB: Database>(&self, pool: &Pool<DB>) -> Identity {
        let Destination { scheme, namespace, address, port } = Destination::of(pool);
        self.identity_at(System::of_scheme(&scheme), namespace, address, port)
    }

    /// A database that `driver` speaks to, where nothing else is known of it.
    pub(crate) fn identity_of(&self, driver: System) -> Identity {
        self.identity_at(driver, None, None, None)
    }

    fn identity_at(
        &self,
        driver: System,
        namespace: Option<String>,
        address: Option<String>,
        port: Option<u16>,
    ) -> Identity {
        let system = self.system.unwrap_or(driver);
        // Some other product is spoken to as its driver speaks.
        let protocol = if system == System::OtherSql { driver } else { system };
        let (address, port) = match &self.server {
            Some((address, port)) => (Some(address.clone()), Some(*port)),
            None => (address, port),
        };
        Identity {
            system,
            protocol,
            namespace: self.namespace.clone().or(namespace),
            port: port.filter(|port| address.is_some() && Some(*port) != system.default_port()),
            address,
        }
    }
}

/// The name of a pool that is given none, `address:port/namespace`: the value of
/// `db.client.connection.pool.name`, unless there are several of that name, which get a number.
pub fn pool_name<DB: Database>(pool: &Pool<DB>) -> String {
    PoolSettings::new().identity(pool).pool_name()
}
