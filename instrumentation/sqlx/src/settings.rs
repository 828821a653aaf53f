//! What a pool is called, where its database is said to be.

use sqlx::{ConnectOptions, Database, Pool};

use crate::{identity::Identity, shown, system::System};

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

/// Where connections are opened to, as far as their options show it.
#[derive(Debug, Default)]
struct Place {
    scheme: String,
    namespace: Option<String>,
    address: Option<String>,
    port: Option<u16>,
}

impl Place {
    fn of<DB: Database>(pool: &Pool<DB>) -> Self {
        let options = pool.connect_options();
        match DB::NAME {
            // It holds the URL that it was made from; the other drivers would make one, and some
            // panic when they cannot.
            "Any" => Self::of_url(options.to_url_lossy().as_str()),
            "SQLite" => Self::of_file(&format!("{options:?}")),
            name => Self::of_server(name.to_ascii_lowercase(), &format!("{options:?}")),
        }
    }

    fn of_server(scheme: String, options: &str) -> Self {
        let socket = shown::text(options, "socket");
        let port = shown::number(options, "port").filter(|_| socket.is_none());
        Self {
            scheme,
            namespace: shown::text(options, "database"),
            address: socket.or_else(|| shown::text(options, "host")),
            port: port.and_then(|port| port.try_into().ok()),
        }
    }

    fn of_file(options: &str) -> Self {
        let in_memory = shown::field(options, "in_memory") == Some("true");
        let file = shown::text(options, "filename").filter(|_| !in_memory);
        Self {
            scheme: "sqlite".to_owned(),
            namespace: Some(file_name(file.as_deref().unwrap_or(MEMORY))),
            ..Self::default()
        }
    }

    fn of_url(url: &str) -> Self {
        let Some((scheme, rest)) = url.split_once(':') else { return Self::default() };
        let scheme = scheme.to_owned();
        let rest = rest.split(['?', '#']).next().unwrap_or("");
        let Some(rest) = rest.strip_prefix("//").filter(|_| scheme != "sqlite") else {
            let file = rest.strip_prefix("//").unwrap_or(rest);
            return Self { scheme, namespace: Some(file_name(file)), ..Self::default() };
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
                (host, port.parse().ok())
            }
            _ => (host, None),
        };
        Self {
            scheme,
            namespace: Some(path.to_owned()).filter(|path| !path.is_empty()),
            address: Some(host.to_owned()).filter(|host| !host.is_empty()),
            port,
        }
    }
}

/// What SQLite calls a database without a file.
const MEMORY: &str = ":memory:";

/// The last part of a path: the folders say where a program runs, not what it stores.
fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}
