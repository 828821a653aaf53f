//! An instrument that is made once nobody reads.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use opentelemetry::{
    KeyValue,
    metrics::{BoundSyncInstrument, SyncInstrument},
};

use super::{
    instrument::{Bound, Handle},
    number::Number,
    readings::{Readings, is_reading},
};

/// An instrument that is made once nobody reads, and what it is to record then.
struct Late<T: Number, H: Handle<T>> {
    made: OnceLock<H>,
    before: Mutex<Vec<(T, Box<[KeyValue]>)>>,
}

/// Observations that are kept for an instrument: who comes later waits until it is made.
const KEPT: usize = 4096;

/// The instrument that `make` makes: the SDK's own, unless a reading is under way, which it is not to wait for.
///
/// Then it keeps what it records until that ends, and records it in the order in which it came.
pub(super) fn instrument<T: Number, H: Handle<T> + Clone>(
    readings: &Readings,
    make: impl FnOnce() -> H + Send + 'static,
) -> H {
    let late = Arc::new(Late { made: OnceLock::new(), before: Mutex::default() });
    let to_be_made = Arc::clone(&late);
    readings.make(Box::new(move || to_be_made.settle(make())));
    let instrument = late.made.get().cloned();
    instrument.unwrap_or_else(|| H::of(Arc::new(Shared(late))))
}

impl<T: Number, H: Handle<T>> Late<T, H> {
    /// It is made: whatever comes waits until all that came before is recorded.
    fn settle(&self, made: H) {
        let mut before = self.before();
        for (value, attributes) in mem::take(&mut *before) {
            made.record(value, &attributes);
        }
        let _ = self.made.set(made);
    }

    fn record(&self, value: T, attributes: &[KeyValue]) {
        match self.made.get() {
            Some(made) => made.record(value, attributes),
            None => self.keep(value, attributes),
        }
    }

    #[cold]
    fn keep(&self, value: T, attributes: &[KeyValue]) {
        let mut before = self.before();
        // It may have been made a moment ago.
        if self.made.get().is_none() && (before.len() < KEPT || is_reading()) {
            return before.push((value, attributes.into()));
        }
        drop(before);
        self.made.wait().record(value, attributes);
    }

    fn before(&self) -> MutexGuard<'_, Vec<(T, Box<[KeyValue]>)>> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The instrument, as the API wants to have it.
struct Shared<T: Number, H: Handle<T>>(Arc<Late<T, H>>);

impl<T: Number, H: Handle<T>> SyncInstrument<T> for Shared<T, H> {
    fn measure(&self, value: T, attributes: &[KeyValue]) {
        self.0.record(value, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
        let (late, attributes) = (Arc::clone(&self.0), attributes.into());
        Box::new(LateBound { late, attributes, bound: OnceLock::new() })
    }
}

/// The instrument, bound to its attributes before or after it was made.
struct LateBound<T: Number, H: Handle<T>> {
    late: Arc<Late<T, H>>,
    attributes: Box<[KeyValue]>,
    bound: OnceLock<H::Bound>,
}

impl<T: Number, H: Handle<T>> BoundSyncInstrument<T> for LateBound<T, H> {
    fn measure(&self, value: T) {
        if let Some(bound) = self.bound.get() {
            return bound.record(value);
        }
        match self.late.made.get() {
            Some(made) => self.bound.get_or_init(|| made.bind(&self.attributes)).record(value),
            None => self.late.keep(value, &self.attributes),
        }
    }
}

#[cfg(test)]
mod tests;
