//! The databases that are spoken to.

use std::sync::{Mutex, PoisonError};

use kymo_core::OTHER;
use opentelemetry::KeyValue;

use crate::{database::system::System, key};

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

/// A database among [`Identities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct IdentityKey(u16);

/// Every database that was ever measured, up to a number of them.
#[derive(Debug)]
pub(crate) struct Identities {
    known: Mutex<Vec<Identity>>,
    limit: usize,
}

impl Identities {
    pub(crate) fn new() -> Self {
        let limit = key::DB_NAMESPACE.limit();
        Self { known: Mutex::default(), limit: usize::from(limit) }
    }

    /// The key of `identity`; where there are too many, that of all the others of its product.
    pub(crate) fn admit(&self, identity: Identity) -> (IdentityKey, bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().position(|other| *other == identity);
        if let Some(found) = found {
            return (IdentityKey::at(found), true);
        }
        if known.len() < self.limit {
            known.push(identity);
            return (IdentityKey::at(known.len() - 1), true);
        }
        let others =
            Identity { namespace: Some(OTHER.to_owned()), address: None, port: None, ..identity };
        let found = known.iter().position(|other| *other == others);
        let place = found.unwrap_or_else(|| {
            known.push(others);
            known.len() - 1
        });
        (IdentityKey::at(place), false)
    }

    /// The attributes of a database.
    pub(crate) fn attributes(&self, key: IdentityKey) -> Vec<KeyValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(usize::from(key.0)).map(Identity::attributes).unwrap_or_default()
    }
}

impl IdentityKey {
    fn at(place: usize) -> Self {
        Self(u16::try_from(place).unwrap_or(u16::MAX))
    }
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

    fn attributes(&self) -> Vec<KeyValue> {
        [
            self.namespace.as_ref().map(|namespace| key::DB_NAMESPACE.of(namespace.clone())),
            Some(key::DB_SYSTEM_NAME.of(self.system.name())),
            self.address.as_ref().map(|address| key::SERVER_ADDRESS.of(address.clone())),
            self.port.map(|port| key::SERVER_PORT.of(i64::from(port))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
