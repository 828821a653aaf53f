//! The listeners that are open.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use opentelemetry::KeyValue;

use crate::place::Place;

/// The listeners of one scraper that are open.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<BTreeMap<Place, i64>>);

impl Listeners {
    pub(crate) fn opened(&self, place: &Place) {
        *self.places().entry(place.clone()).or_default() += 1;
    }

    pub(crate) fn closed(&self, place: &Place) {
        let mut places = self.places();
        if let Some(count) = places.get_mut(place) {
            *count -= 1;
            if *count == 0 {
                places.remove(place);
            }
        }
    }

    /// What metrics say of each.
    pub(crate) fn open(&self) -> Vec<(Vec<KeyValue>, i64)> {
        self.places().iter().map(|(place, count)| (place.attributes(), *count)).collect()
    }

    /// Each, for humans.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.places().keys().map(Place::to_string).collect()
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<Place, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
