//! The places of the databases that a program speaks to.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::{KeyValue, metrics::Meter};

use crate::{Fold, MetricSpec, OTHER, key};

/// Where a database is, by the conventions' attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The value of `db.system.name`.
    pub system: &'static str,
    /// The value of `db.namespace`.
    pub namespace: Option<&'a str>,
    /// The value of `server.address`: a host, or the path of a socket.
    pub address: Option<&'a str>,
    /// The value of `server.port`; absent if it is the usual one of the system, as the conventions ask.
    pub port: Option<u16>,
}

/// A database among [`Places`]; meaningless to any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaceKey(u16);

/// Every database that was ever measured, up to as many as `db.namespace` may have values.
///
/// The 65th place of a program is folded into that of all further ones of its system, and counted.
#[derive(Debug)]
pub struct Places {
    known: Mutex<Vec<Known>>,
    limit: usize,
    fold: Fold,
}

/// A place that is kept.
#[derive(Debug)]
struct Known {
    system: &'static str,
    namespace: Option<Arc<str>>,
    address: Option<Arc<str>>,
    port: Option<u16>,
}

impl Places {
    /// Knows no place yet; those of `metric` that are folded are counted with an instrument of `meter`.
    pub fn new(meter: &Meter, metric: &MetricSpec) -> Self {
        let limit = usize::from(key::DB_NAMESPACE.limit());
        Self { known: Mutex::default(), limit, fold: key::DB_NAMESPACE.fold(meter, metric) }
    }

    /// The key of a place; where there are too many, that of all the others of its system, which is
    /// counted.
    pub fn bound(&self, place: Place<'_>) -> PlaceKey {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |known: &[Known], place| known.iter().position(|one| one.place() == place);
        if let Some(found) = find(&known, place) {
            return PlaceKey::at(found);
        }
        let has_room = known.len() < self.limit;
        let others = Place { namespace: Some(OTHER), address: None, port: None, ..place };
        let place = if has_room { place } else { others };
        let found = find(&known, place).unwrap_or_else(|| {
            known.push(Known::from(place));
            known.len() - 1
        });
        drop(known);
        if !has_room {
            // Whoever counts may ask for a place.
            self.fold.count();
        }
        PlaceKey::at(found)
    }

    /// The attributes of a place, in the order of their keys.
    pub fn attributes(&self, key: PlaceKey) -> Vec<KeyValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(usize::from(key.0)).map(Known::attributes).unwrap_or_default()
    }
}

impl PlaceKey {
    fn at(position: usize) -> Self {
        Self(u16::try_from(position).unwrap_or(u16::MAX))
    }
}

impl Known {
    fn place(&self) -> Place<'_> {
        Place {
            system: self.system,
            namespace: self.namespace.as_deref(),
            address: self.address.as_deref(),
            port: self.port,
        }
    }

    fn attributes(&self) -> Vec<KeyValue> {
        [
            self.namespace.as_ref().map(|namespace| key::DB_NAMESPACE.of(Arc::clone(namespace))),
            Some(key::DB_SYSTEM_NAME.of(self.system)),
            self.address.as_ref().map(|address| key::SERVER_ADDRESS.of(Arc::clone(address))),
            self.port.map(|port| key::SERVER_PORT.of(i64::from(port))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl From<Place<'_>> for Known {
    fn from(place: Place<'_>) -> Self {
        Self {
            system: place.system,
            namespace: place.namespace.map(Arc::from),
            address: place.address.map(Arc::from),
            port: place.port,
        }
    }
}
