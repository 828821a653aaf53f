//! A database of PostgreSQL that counts the statements of its service.

use std::{env, process::Command};

use crate::Failure;

/// A database of its own, whose statements PostgreSQL counts (`pg_stat_statements`).
#[derive(Debug)]
pub struct Database {
    server: String,
    name: &'static str,
}

/// The statements of the service: whoever asks for them is another user.
const OF_SERVICE: &str = "FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid \
                          JOIN pg_database d ON d.oid = s.dbid WHERE r.rolname = 'service'";

impl Database {
    /// Makes an empty one called `name`, on the server that `scripts/compat` has started and named in
    /// `COMPAT_POSTGRES`, such as `127.0.0.1:5432`.
    ///
    /// # Errors
    ///
    /// When there is no such server, or it refuses.
    pub fn create(name: &'static str) -> Result<Self, Failure> {
        let server = env::var("COMPAT_POSTGRES")
            .map_err(|_| "there is no COMPAT_POSTGRES: run this by scripts/compat")?;
        let database = Self { server, name };
        database.ask("postgres", &format!("CREATE DATABASE {name} OWNER service"))?;
        database.ask(name, "CREATE EXTENSION pg_stat_statements")?;
        Ok(database)
    }

    /// Where the service finds it.
    pub fn url(&self) -> String {
        format!("postgres://service@{}/{}?sslmode=disable", self.server, self.name)
    }

    /// Begins to count.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub fn reset(&self) -> Result<(), Failure> {
        self.ask(self.name, "SELECT pg_stat_statements_reset()").map(drop)
    }

    /// How often the service ran statements whose text is like `pattern`, as `LIKE` has it, whatever the case.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub fn calls(&self, pattern: &str) -> Result<u64, Failure> {
        let sql = format!(
            "SELECT coalesce(sum(calls), 0) {OF_SERVICE} AND d.datname = '{}' AND query ILIKE '{pattern}'",
            self.name
        );
        Ok(self.ask(self.name, &sql)?.trim().parse()?)
    }

    /// Every statement of the service, with how often it ran.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub fn statements(&self) -> Result<String, Failure> {
        let sql = format!(
            "SELECT calls, query {OF_SERVICE} AND d.datname = '{}' ORDER BY query",
            self.name
        );
        self.ask(self.name, &sql)
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String, Failure> {
        let url = format!("postgres://postgres@{}/{database}", self.server);
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        let output = psql.args(["--command", sql]).arg(url).output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            Err(format!("{sql}: {}", String::from_utf8_lossy(&output.stderr)).into())
        }
    }
}
