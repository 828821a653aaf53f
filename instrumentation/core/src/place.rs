//! The databases that are spoken to.

use std::sync::{Mutex, PoisonError};

use opentelemetry::KeyValue;

use crate::{OTHER, key};

/// Where a database is, by the conventions' attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The value of `db.system.name`.
    pub system: &'static str,
    /// The value of `db.namespace`.
    pub namespace: Option<&'a str>,
    /// The value of `server.address`: a host, or the path of a socket.
    pub address: Option<&'a str>,
    /// The value of `server.port`; absent if it is the one that goes without saying.
    pub port: Option<u16>,
}

/// A database among [`Places`]; meaningless to any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaceKey(u16);

/// Every database that was ever measured, up to as many as `db.namespace` may have values.
#[derive(Debug)]
pub struct Places {
    known: Mutex<Vec<Known>>,
    limit: usize,
}

/// A place that is kept.
#[derive(Debug)]
struct Known {
    system: &'static str,
    namespace: Option<String>,
    address: Option<String>,
    port: Option<u16>,
}

impl Places {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self { known: Mutex::default(), limit: usize::from(key::DB_NAMESPACE.limit()) }
    }

    /// The key of a place, and whether it is there in full; where there are too many, it is that of all
    /// the others of its system.
    pub fn admit(&self, place: Place<'_>) -> (PlaceKey, bool) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |known: &[Known], place| known.iter().position(|one| one.place() == place);
        if let Some(found) = find(&known, place) {
            return (PlaceKey::at(found), true);
        }
        let has_room = known.len() < self.limit;
        let others = Place { namespace: Some(OTHER), address: None, port: None, ..place };
        let place = if has_room { place } else { others };
        let found = find(&known, place).unwrap_or_else(|| {
            known.push(Known::from(place));
            known.len() - 1
        });
        (PlaceKey::at(found), has_room)
    }

    /// The attributes of a place, in the order of their keys.
    pub fn attributes(&self, key: PlaceKey) -> Vec<KeyValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(usize::from(key.0)).map(Known::attributes).unwrap_or_default()
    }
}

impl Default for Places {
    fn default() -> Self {
        Self::new()
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
            self.namespace.as_ref().map(|namespace| key::DB_NAMESPACE.of(namespace.clone())),
            Some(key::DB_SYSTEM_NAME.of(self.system)),
            self.address.as_ref().map(|address| key::SERVER_ADDRESS.of(address.clone())),
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
            namespace: place.namespace.map(str::to_owned),
            address: place.address.map(str::to_owned),
            port: place.port,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const NOWHERE: Place<'_> = Place { system: "a", namespace: None, address: None, port: None };

    fn shown(places: &Places, key: PlaceKey) -> Vec<String> {
        let show = |pair: &KeyValue| format!("{}={}", pair.key, pair.value);
        places.attributes(key).iter().map(show).collect()
    }

    #[test]
    fn only_what_is_known_is_an_attribute() {
        let places = Places::new();
        let (nowhere, _) = places.admit(NOWHERE);
        assert_eq!(shown(&places, nowhere), ["db.system.name=a"]);
        let (somewhere, _) = places.admit(Place {
            namespace: Some("n"),
            address: Some("h"),
            port: Some(1),
            ..NOWHERE
        });
        assert_eq!(
            shown(&places, somewhere),
            ["db.namespace=n", "db.system.name=a", "server.address=h", "server.port=1"]
        );
        assert_eq!(places.admit(NOWHERE), (nowhere, true));
    }

    #[test]
    fn a_flood_of_places_ends_in_one_other_of_each_system() {
        let places = Places::new();
        let (first, _) = places.admit(NOWHERE);
        let keys: HashSet<_> = (0..1000)
            .map(|n: u32| {
                places.admit(Place { namespace: Some(&n.to_string()), port: Some(1), ..NOWHERE }).0
            })
            .collect();
        assert_eq!(keys.len(), 64, "63 that found room, and all the others");
        assert_eq!(places.admit(NOWHERE), (first, true));
        let (late, is_full) = places.admit(Place { address: Some("late"), ..NOWHERE });
        assert!(!is_full);
        assert_eq!(shown(&places, late), ["db.namespace=_OTHER", "db.system.name=a"]);
        let (other, _) = places.admit(Place { system: "b", ..NOWHERE });
        assert_eq!(shown(&places, other), ["db.namespace=_OTHER", "db.system.name=b"]);
    }
}
