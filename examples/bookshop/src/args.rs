//! The arguments of the command line.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use clap::Parser;
use redis::Client;
use sqlx::sqlite::SqliteConnectOptions;

/// A bookshop over HTTP, measured by kymo.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// Where the books are kept, such as `sqlite:books.db` or `sqlite::memory:`;
    /// by default a file in a temporary folder that is removed at the end.
    #[arg(long, value_name = "URL", value_parser = database)]
    pub(crate) database_url: Option<SqliteConnectOptions>,

    /// A Redis to keep books in for a minute, such as `redis://127.0.0.1/`, which may be away;
    /// by default they are kept in this process.
    #[arg(long, value_name = "URL", value_parser = redis)]
    pub(crate) redis_url: Option<Client>,

    /// Where to listen for scrapes too, on a port of their own; other machines reach it only with
    /// `--web-config`.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) metrics: Option<SocketAddr>,

    /// Plays so many customers, each of whom asks the shop for something ten times a second; some of it fails.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) customers: u16,

    /// Opens so many shelves, each with a route of its own, `/shelves/1` and so on; with those that the shop has
    /// anyway, 200 routes have series of their own.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) shelves: u8,

    /// Print the rules for Prometheus that watch over the objectives of the shop, and do nothing else.
    #[arg(long)]
    pub(crate) kymo_rules: bool,

    /// Who may scrape: a web-config file, as Prometheus and its exporters have it.
    #[arg(long, value_name = "FILE")]
    pub(crate) web_config: Option<PathBuf>,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8080 or [::1]:0")
}

/// sqlx takes anything without its own scheme for a file name, `postgres://…` included.
fn database(url: &str) -> Result<SqliteConnectOptions, String> {
    if !url.starts_with("sqlite:") {
        return Err("expected sqlite:FILE or sqlite::memory:".into());
    }
    SqliteConnectOptions::from_str(url).map_err(|error| error.to_string())
}

fn redis(url: &str) -> Result<Client, String> {
    Client::open(url)
        .map_err(|error| format!("expected redis://HOST:PORT/NUMBER or unix:PATH: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn another_database_is_not_taken_for_a_file_name() {
        assert!(database("postgres://localhost/books").is_err());
        assert!(database("books.db").is_err());
        assert!(database("sqlite:books.db").is_ok());
        assert!(database("sqlite::memory:").is_ok());
    }

    #[test]
    fn an_address_needs_a_port() {
        assert!(address("127.0.0.1").is_err());
        assert!(address("localhost:8080").is_err());
        assert!(address("[::1]:0").is_ok());
    }
}
