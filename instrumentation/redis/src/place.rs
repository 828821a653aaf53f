//! The Redis databases that are spoken to.

use std::sync::{Mutex, PoisonError};

use kymo_core::OTHER;
use opentelemetry::KeyValue;

use crate::key;

/// The port that goes without saying.
const DEFAULT_PORT: u16 = 6379;

/// Where a database is, by the conventions' attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) namespace: Namespace,
    pub(crate) server: Option<Server>,
}

/// Which of a server's databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Namespace {
    Number(i64),
    Named(String),
}

/// The server as it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) address: String,
    /// A socket in the file system has none.
    pub(crate) port: Option<u16>,
}

/// A place among [`Places`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PlaceKey(u16);

/// Every database that was ever measured, up to a number of them.
#[derive(Debug)]
pub(crate) struct Places {
    known: Mutex<Vec<Place>>,
    limit: usize,
}

impl Places {
    pub(crate) fn new() -> Self {
        let limit = key::DB_NAMESPACE.limit();
        Self { known: Mutex::default(), limit: usize::from(limit) }
    }

    /// The key of a place, and whether it is there in full; where there are too many, it is that of
    /// all the others.
    pub(crate) fn admit(&self, namespace: &Namespace, server: Option<&Server>) -> (PlaceKey, bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |known: &[Place], namespace: &Namespace, server: Option<&Server>| {
            known
                .iter()
                .position(|one| one.namespace == *namespace && one.server.as_ref() == server)
        };
        if let Some(found) = find(&known, namespace, server) {
            return (PlaceKey::at(found), true);
        }
        let has_room = known.len() < self.limit;
        let others = Namespace::Named(OTHER.to_owned());
        let (namespace, server) = if has_room { (namespace, server) } else { (&others, None) };
        let found = find(&known, namespace, server).unwrap_or_else(|| {
            known.push(Place { namespace: namespace.clone(), server: server.cloned() });
            known.len() - 1
        });
        (PlaceKey::at(found), has_room)
    }

    /// The attributes of a place, beside the system's.
    pub(crate) fn attributes(&self, key: PlaceKey) -> Vec<KeyValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(usize::from(key.0)).map(Place::attributes).unwrap_or_default()
    }
}

impl PlaceKey {
    fn at(position: usize) -> Self {
        Self(u16::try_from(position).unwrap_or(u16::MAX))
    }
}

impl Place {
    fn attributes(&self) -> Vec<KeyValue> {
        let namespace = match &self.namespace {
            Namespace::Number(number) => number.to_string(),
            Namespace::Named(name) => name.clone(),
        };
        let mut attributes = vec![key::DB_NAMESPACE.of(namespace)];
        if let Some(Server { address, port }) = &self.server {
            attributes.push(key::SERVER_ADDRESS.of(address.clone()));
            let port = port.filter(|port| *port != DEFAULT_PORT);
            attributes.extend(port.map(|port| key::SERVER_PORT.of(i64::from(port))));
        }
        attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(port: u16) -> Server {
        Server { address: "cache.local".to_owned(), port: Some(port) }
    }

    fn shown(places: &Places, key: PlaceKey) -> Vec<String> {
        let show = |pair: &KeyValue| format!("{}={}", pair.key, pair.value);
        places.attributes(key).iter().map(show).collect()
    }

    #[test]
    fn the_usual_port_goes_without_saying() {
        let places = Places::new();
        let (usual, _) = places.admit(&Namespace::Number(0), Some(&server(6379)));
        assert_eq!(shown(&places, usual), ["db.namespace=0", "server.address=cache.local"]);
        let (other, _) = places.admit(&Namespace::Number(0), Some(&server(6380)));
        assert_eq!(shown(&places, other).last().unwrap(), "server.port=6380");
    }

    #[test]
    fn a_flood_of_places_ends_in_one_other() {
        let places = Places::new();
        let (first, _) = places.admit(&Namespace::Number(-1), None);
        let keys: std::collections::HashSet<_> =
            (0..1000).map(|n| places.admit(&Namespace::Number(n), Some(&server(1))).0).collect();
        assert_eq!(keys.len(), 64, "63 that found room, and all the others");
        assert_eq!(places.admit(&Namespace::Number(-1), None), (first, true));
        let (late, is_full) = places.admit(&Namespace::Number(999), None);
        assert!(!is_full);
        assert_eq!(shown(&places, late), ["db.namespace=_OTHER"]);
    }
}
