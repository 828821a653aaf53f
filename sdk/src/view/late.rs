//! An instrument that is made when it is first used, and once nobody reads.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use opentelemetry::{
    KeyValue,
    metrics::{BoundSyncInstrument, SyncInstrument},
};

use super::{
    instrument::{Bound, Dress, Handle, Plain, Source},
    number::Number,
    readings::{Readings, is_reading},
};

/// An instrument that is made when it is first used, and what it is to record once it is.
struct Late<T: Number, H: Handle<T>> {
    /// Until it is asked for.
    make: Mutex<Option<Make<H>>>,
    readings: Arc<Readings>,
    made: OnceLock<H>,
    before: Mutex<Vec<(T, Box<[KeyValue]>)>>,
}

/// Makes an instrument.
type Make<H> = Box<dyn FnOnce() -> H + Send>;

/// Observations that are kept for an instrument: who comes later waits until it is made.
const KEPT: usize = 4096;

/// The instrument that `make` makes, in `dress`.
///
/// The SDK sets aside room for all series that a metric may have, so it is made when something is recorded, or a
/// series is bound. While a reading is under way, which nobody is to wait for, it keeps what it records until that
/// ends, and records it then, in the order in which it came. Where somebody reads on its own, whom all others would
/// have to wait for, it is made at once.
pub(super) fn instrument<T: Number, H: Handle<T> + Clone>(
    readings: &Arc<Readings>,
    make: impl FnOnce() -> H + Send + 'static,
    dress: Dress,
) -> H {
    let late = Arc::new(Late {
        make: Mutex::new(Some(Box::new(make))),
        readings: Arc::clone(readings),
        made: OnceLock::new(),
        before: Mutex::default(),
    });
    if !readings.are_all_known() {
        late.begin();
        if let Some(made) = late.made.get() {
            return made.clone().dressed(dress);
        }
    }
    if dress.is_plain() { H::of(Arc::new(Shared(late))) } else { dress.around(Shared(late)) }
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

    fn record(self: &Arc<Self>, value: T, attributes: &[KeyValue]) {
        match self.ready() {
            Some(made) => made.record(value, attributes),
            None => self.keep(value, attributes),
        }
    }

    /// The instrument, if it was made or can be now.
    fn ready(self: &Arc<Self>) -> Option<&H> {
        if self.made.get().is_none() {
            self.begin();
        }
        self.made.get()
    }

    /// Has it made, unless somebody did.
    #[cold]
    fn begin(self: &Arc<Self>) {
        // Not under the lock: who makes it tells others, who may record something.
        let make = self.make.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(make) = make {
            let late = Arc::clone(self);
            self.readings.make(Box::new(move || {
                // Whoever is at it may make it for others, who wait.
                let instrument = catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| {
                    mem::forget(panic);
                    tracing::error!(
                        "a meter provider panicked: what its instrument records is lost"
                    );
                    H::of(Arc::new(Lost))
                });
                late.settle(instrument);
            }));
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

/// An instrument that could not be made.
struct Lost;

impl<T> SyncInstrument<T> for Lost {
    fn measure(&self, _value: T, _attributes: &[KeyValue]) {}

    fn bind(&self, _attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
        Box::new(Self)
    }
}

impl<T> BoundSyncInstrument<T> for Lost {
    fn measure(&self, _value: T) {}
}

/// The instrument, as the API wants to have it.
struct Shared<T: Number, H: Handle<T>>(Arc<Late<T, H>>);

impl<T: Number, H: Handle<T>> Source<T> for Shared<T, H> {
    type Bound = H::Bound;

    fn record(&self, value: T, attributes: &[KeyValue]) {
        self.0.record(value, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> H::Bound {
        match self.0.ready() {
            Some(made) => made.bind(attributes),
            None => H::of(Arc::new(Self(Arc::clone(&self.0)))).bind(attributes),
        }
    }
}

impl<T: Number, H: Handle<T>> SyncInstrument<T> for Shared<T, H> {
    fn measure(&self, value: T, attributes: &[KeyValue]) {
        self.0.record(value, attributes);
    }

    fn bind(&self, attributes: &[KeyValue]) -> Box<dyn BoundSyncInstrument<T> + Send + Sync> {
        if let Some(made) = self.0.ready() {
            return Box::new(Plain(made.bind(attributes)));
        }
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
