//! A metric and its series.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use kymo_core::{Fold, OTHER};
use opentelemetry::{KeyValue, Value, metrics::Meter};

use crate::{
    host::Host,
    kind::Kind,
    labels::Labels,
    loss::Losses,
    room::{Room, Rooms},
    shared::Shared,
};

/// The labels of a metric at most that have a count of their own when they are folded.
const FOLDS: usize = 64;

/// A metric and its series, whose number has a limit.
///
/// Once it is reached, a label becomes `_OTHER` at a time, beginning with the one that has had the most
/// values, until the key meets a series that is there, or the room that is kept for those.
pub(crate) struct Family<K: Kind> {
    name: String,
    unit: &'static str,
    instrument: K::Instrument,
    rooms: Rooms,
    known: RwLock<Known<K>>,
    hasher: RandomState,
    /// What counts the folds.
    meter: Meter,
    losses: Arc<Losses>,
    host: Arc<dyn Host>,
}

struct Known<K: Kind> {
    series: HashMap<Vec<KeyValue>, Arc<K::Series>>,
    /// The hashes of the values that each label has had, in series that are not folded.
    values: HashMap<String, HashSet<u64>>,
    folds: HashMap<String, Arc<Fold>>,
}

/// The series that a key leads to.
pub(crate) struct Found<K: Kind> {
    pub(crate) series: Arc<K::Series>,
    /// The counts of its labels that became `_OTHER`.
    pub(crate) folds: Vec<Arc<Fold>>,
    pub(crate) is_new: bool,
}

impl<K: Kind> Family<K> {
    /// The metric of `instrument`, called `name`, for as many series as the host lets it have.
    pub(crate) fn new(
        name: String,
        instrument: K::Instrument,
        unit: &'static str,
        shared: &Shared,
    ) -> Self {
        let (meter, losses) = (shared.own.clone(), Arc::clone(&shared.losses));
        let (host, hasher) = (Arc::clone(&shared.host), RandomState::new());
        // The series without labels is outside the limit of the SDK, unless it has the attributes of all.
        let takes_room = !host.shown(&name, K::KIND, unit, &[]).is_empty();
        let limit = host.series(&name, K::KIND, unit);
        let rooms = Rooms::of(limit.saturating_sub(usize::from(takes_room)));
        let known = RwLock::new(Known {
            series: HashMap::new(),
            values: HashMap::new(),
            folds: HashMap::new(),
        });
        Self { name, unit, instrument, rooms, known, hasher, meter, losses, host }
    }

    /// The series of `labels`.
    pub(crate) fn find(&self, labels: Labels) -> Found<K> {
        let Labels { attributes, folded, .. } = labels;
        // What says `_OTHER` by itself is where others are folded to, and has room there.
        let is_whole = folded.is_empty() && !attributes.iter().all(is_other);
        if let Some(found) = self.find_or_bind(&attributes, is_whole) {
            return Found { folds: self.folds(&folded), ..found };
        }
        let (mut attributes, mut folded) = (attributes, folded);
        for at in self.by_values(&attributes) {
            let attribute = &mut attributes[at];
            if is_other(attribute) {
                continue;
            }
            attribute.value = Value::from(OTHER);
            folded.push(attribute.key.as_str().to_owned());
            if let Some(found) = self.find_or_bind(&attributes, false) {
                return Found { folds: self.folds(&folded), ..found };
            }
        }
        if folded.is_empty() {
            // The labels said `_OTHER` by themselves, and are lost here.
            folded.extend(attributes.iter().map(|attribute| attribute.key.as_str().to_owned()));
        }
        // As the SDK does it. There is room for this one.
        let overflow = [KeyValue::new("otel.metric.overflow", true)];
        let (series, is_new) = self.bind(&overflow, None);
        Found { series, folds: self.folds(&folded), is_new }
    }

    /// The series of `attributes`, unless there is none and no room for it.
    fn find_or_bind(&self, attributes: &[KeyValue], is_whole: bool) -> Option<Found<K>> {
        let known = self.read().series.get(attributes).cloned();
        if let Some(series) = known {
            return Some(Found { series, folds: Vec::new(), is_new: false });
        }
        let room = match attributes {
            [] => None,
            _ if is_whole => Some(self.rooms.take()?),
            _ => Some(self.rooms.take_folded()?),
        };
        let (series, is_new) = self.bind(attributes, room);
        Some(Found { series, folds: Vec::new(), is_new })
    }

    /// Binds the series of `attributes` in its `room`, if it takes any, unless somebody else did, and says whether it is new.
    fn bind(&self, attributes: &[KeyValue], room: Option<Room<'_>>) -> (Arc<K::Series>, bool) {
        // While nothing is locked: whoever logs of it may record through the facade.
        let shown = self.host.shown(&self.name, K::KIND, self.unit, attributes);
        let new = Arc::new(K::bind(&self.instrument, attributes, &shown, &self.losses));
        let mut known = self.write();
        if let Some(series) = known.series.get(attributes) {
            return (Arc::clone(series), false);
        }
        if room.is_some_and(Room::keep) {
            for KeyValue { key, value, .. } in attributes {
                let value = self.hasher.hash_one(value.as_str());
                known.values.entry(key.as_str().to_owned()).or_default().insert(value);
            }
        }
        // Whoever lost the race must not set a gauge back, nor may this one once others have it.
        K::begin(&new, shown.is_empty());
        known.series.insert(attributes.to_vec(), Arc::clone(&new));
        (new, true)
    }

    /// The positions of `attributes`, beginning with the one that has had the most values.
    fn by_values(&self, attributes: &[KeyValue]) -> Vec<usize> {
        let known = self.read();
        let values =
            |at: &usize| known.values.get(attributes[*at].key.as_str()).map_or(0, HashSet::len);
        let mut order: Vec<_> = (0..attributes.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(values(at)));
        order
    }

    /// The counts of `labels` that became `_OTHER`.
    fn folds(&self, labels: &[String]) -> Vec<Arc<Fold>> {
        labels.iter().map(|label| self.fold(label)).collect()
    }

    fn fold(&self, label: &str) -> Arc<Fold> {
        let known = self.read();
        let is_full = known.folds.len() >= FOLDS;
        if let Some(fold) = known.folds.get(label) {
            return Arc::clone(fold);
        }
        drop(known);
        let label = if is_full { OTHER } else { label };
        let new = Fold::named(&self.meter, self.name.clone(), label.to_owned());
        Arc::clone(self.write().folds.entry(label.to_owned()).or_insert_with(|| Arc::new(new)))
    }

    fn read(&self) -> RwLockReadGuard<'_, Known<K>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known<K>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_other(attribute: &KeyValue) -> bool {
    attribute.value == Value::from(OTHER)
}
