//! Where the connections of a pool are opened to.

use sqlx::{ConnectOptions, Database, Pool};

use crate::database::shown;

/// Where connections are opened to, as far as their options show it.
#[derive(Debug, Default)]
pub(crate) struct Destination {
    /// That of the URL that leads there.
    pub(crate) scheme: String,
    pub(crate) namespace: Option<String>,
    /// A host, or the path of a socket.
    pub(crate) address: Option<String>,
    pub(crate) port: Option<u16>,
}

impl Destination {
    pub(crate) fn of<DB: Database>(pool: &Pool<DB>) -> Self {
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
        let namespace = shown::text(options, "database");
        let port = shown::number(options, "port").and_then(|port| port.try_into().ok());
        let host = shown::text(options, "socket").or_else(|| shown::text(options, "host"));
        Self { scheme, namespace, address: host, port }.reached()
    }

    fn of_file(options: &str) -> Self {
        let in_memory = shown::field(options, "in_memory") == Some("true");
        let file = shown::text(options, "filename").as_deref().map(file_name);
        let namespace = if in_memory { Some(MEMORY.to_owned()) } else { file };
        Self { scheme: "sqlite".to_owned(), namespace, ..Self::default() }
    }

    fn of_url(url: &str) -> Self {
        let Some((scheme, rest)) = url.split_once(':') else { return Self::default() };
        let scheme = scheme.to_owned();
        let rest = rest.split('#').next().unwrap_or("");
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let Some(rest) = rest.strip_prefix("//").filter(|_| scheme != "sqlite") else {
            let file = file_name(&decoded(rest.strip_prefix("//").unwrap_or(rest)));
            return Self { scheme, namespace: Some(file), ..Self::default() };
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
                (host, port.parse().ok())
            }
            _ => (host, None),
        };
        let given = |part: &str| Some(decoded(part)).filter(|part| !part.is_empty());
        // As the drivers read it: the last word counts, and MySQL's knows one alone.
        let asked = |names: &[&str]| {
            let mut pairs = query.rsplit('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| names.contains(name)).and_then(|(_, value)| given(value))
        };
        let (namespace, address, port) = if scheme.starts_with("postgres") {
            let port = asked(&["port"]).and_then(|port| port.parse().ok()).or(port);
            let address = asked(&["host", "hostaddr"]).or_else(|| given(host));
            (asked(&["dbname"]).or_else(|| given(path)), address, port)
        } else {
            (given(path), asked(&["socket"]).or_else(|| given(host)), port)
        };
        Self { scheme, namespace, address, port }.reached()
    }

    /// As it is reached: an address without the brackets of a URL, and without a port if it is a
    /// socket, which has none, but for PostgreSQL in its name.
    fn reached(mut self) -> Self {
        if let Some(address) = &mut self.address {
            if address.starts_with('/') {
                let port = self.port.take().unwrap_or(5432);
                if self.scheme.starts_with("postgres") {
                    let folder = address.trim_end_matches('/');
                    *address = format!("{folder}/.s.PGSQL.{port}");
                }
            } else if let Some(inside) = address.strip_prefix('[').and_then(|a| a.strip_suffix(']'))
            {
                *address = inside.to_owned();
            }
        }
        self
    }
}

/// The name that SQLite has for a database without a file.
const MEMORY: &str = ":memory:";

/// The last part of a path: the folders say where a program runs, not what it stores. What a URI
/// says beside its path may be a secret.
fn file_name(path: &str) -> String {
    let uri = path.strip_prefix("file:").and_then(|uri| uri.split(['?', '#']).next());
    let path = uri.unwrap_or(path);
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// A part of a URL, its percent signs read.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code =
            after.get(..2).filter(|_| byte == b'%').and_then(|code| str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
