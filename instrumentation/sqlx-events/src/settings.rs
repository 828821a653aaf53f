//! Settings of one layer: the database that its statements go to, and what is recorded of them.

use kymo_core::Place;
use kymo_sql::System;

/// What the events of sqlx do not tell of the database, and what is not to be recorded.
///
/// A program with one database names its system, and the statements are called as a measured pool calls
/// them: quotes, and with them the names of tables, differ from system to system.
///
/// ```
/// use kymo_sqlx_events::{EventSettings, System};
///
/// let settings = EventSettings::new().system(System::Postgresql).namespace("shop");
/// # drop(settings);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSettings {
    system: Option<System>,
    namespace: Option<String>,
    server: Option<(String, u16)>,
    pub(crate) without_summaries: bool,
    pub(crate) without_returned_rows: bool,
}

impl EventSettings {
    /// Nothing is said of the database: it is [`System::OtherSql`].
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `db.system.name`, and how the statements are read; [`System::OtherSql`] unless it is
    /// given, of which no name in quotes is shown.
    pub fn system(mut self, system: System) -> Self {
        self.system = Some(system);
        self
    }

    /// The value of `db.namespace`; absent unless it is given.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The values of `server.address` and `server.port`; absent unless they are given.
    pub fn server(mut self, address: impl Into<String>, port: u16) -> Self {
        self.server = Some((address.into(), port));
        self
    }

    /// Leaves `db.query.summary` out, where the names of tables are not to be shown: all statements then
    /// share their series.
    pub fn without_summaries(mut self) -> Self {
        self.without_summaries = true;
        self
    }

    /// Leaves `db.client.response.returned_rows` out.
    pub fn without_returned_rows(mut self) -> Self {
        self.without_returned_rows = true;
        self
    }

    /// Whose statements they are.
    pub(crate) fn spoken(&self) -> System {
        self.system.unwrap_or(System::OtherSql)
    }

    /// Where the database is, for the attributes.
    pub(crate) fn place(&self) -> Place<'_> {
        let system = self.spoken();
        let server = self.server.as_ref();
        Place {
            system: system.name(),
            namespace: self.namespace.as_deref(),
            address: server.map(|(address, _)| address.as_str()),
            port: server.map(|(_, port)| *port).filter(|port| Some(*port) != system.default_port()),
        }
    }
}
