//! The database that a pool speaks to.

use kymo_core::Place;
use kymo_sql::System;

/// Where a database is, by the conventions' attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) system: System,
    /// Whose statements, errors and transactions it has.
    pub(crate) protocol: System,
    pub(crate) namespace: Option<String>,
    pub(crate) address: Option<String>,
    /// Absent if it is the one that goes without saying.
    pub(crate) port: Option<u16>,
}

impl Identity {
    /// The name of a pool that was given none, as the conventions put it together:
    /// `address:port/namespace`.
    pub(crate) fn pool_name(&self) -> String {
        let port = self.port.or(self.system.default_port());
        let server = match (&self.address, port) {
            (Some(address), Some(port)) if address.contains(':') => format!("[{address}]:{port}"),
            (Some(address), Some(port)) if !address.starts_with('/') => format!("{address}:{port}"),
            (address, _) => address.clone().unwrap_or_default(),
        };
        match (&*server, &self.namespace) {
            ("", None) => self.system.name().to_owned(),
            ("", Some(namespace)) => namespace.clone(),
            (_, None) => server,
            (_, Some(namespace)) => format!("{server}/{namespace}"),
        }
    }

    /// The same, for the attributes.
    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            system: self.system.name(),
            namespace: self.namespace.as_deref(),
            address: self.address.as_deref(),
            port: self.port,
        }
    }
}
