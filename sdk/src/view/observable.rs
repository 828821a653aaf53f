//! An observable instrument whose callbacks may panic or never return, and whose attributes go through
//! rules.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Callback},
};
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{
    callbacks::Callbacks,
    misses::{Miss, Misses},
    number::Number,
    rules::{self, Rules},
    run::{Callable, Observed, Run},
};
use crate::lifecycle::runtime::Runtime;

/// Callbacks that observe one metric together, so that observations of one set of attributes can be added
/// up, from whichever callback they come.
pub(super) struct Observers<T>(Mutex<Vec<Arc<Watched<T>>>>);

/// The way in which several observations with the same attributes become one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Merge {
    Sum,
    Last,
}

impl Merge {
    /// That of instruments of this kind.
    pub(super) fn of(kind: InstrumentKind) -> Self {
        match kind {
            InstrumentKind::ObservableGauge => Self::Last,
            _ => Self::Sum,
        }
    }
}

impl<T: Number> Observers<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    pub(super) fn add(&self, callbacks: impl IntoIterator<Item = Watched<T>>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(callbacks.into_iter().map(Arc::new));
    }

    /// Tells `observer` what all of them have observed.
    pub(super) fn observe(&self, merge: Merge, rules: &Rules, observer: &dyn AsyncInstrument<T>) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let runs: Vec<_> = all.iter().filter_map(|one| one.run()).collect();
        let observations = || runs.iter().flat_map(|run| observations(run));
        if observations().all(|(_, attributes)| rules.let_pass(attributes)) {
            for (value, attributes) in observations() {
                observer.observe(*value, attributes);
            }
            return;
        }
        // Of several observations of the same thing the last one is true, as in the SDK.
        let mut things = Merged::default();
        for (value, attributes) in observations().filter(|(value, _)| value.is_finite()) {
            let mut attributes = attributes.clone();
            rules::sort(&mut attributes);
            things.put(attributes, *value, |_, last| last);
        }
        let mut merged = Merged::default();
        for (attributes, value) in things.observations {
            let attributes = rules.apply(&attributes, rules::count_fold);
            merged.put(attributes, value, |before, value| match merge {
                Merge::Sum => before.plus(value),
                Merge::Last => value,
            });
        }
        for (attributes, value) in merged.observations {
            observer.observe(value, &attributes);
        }
    }
}

/// A callback that costs only what it would have observed, if it panics or does not return.
pub(super) struct Guarded<T> {
    instrument: Arc<str>,
    callback: Callback<T>,
    /// In which it runs.
    runtime: Runtime,
    misses: Misses,
}

type Observations<T> = Vec<(T, Vec<KeyValue>)>;

/// Everything that a callback observed in `run`, or nothing if it panicked on the way.
fn observations<T: Number>(run: &Run) -> &[(T, Vec<KeyValue>)] {
    run.observed::<Observations<T>>().map_or(&[], Vec::as_slice)
}

/// A callback that runs before each reading, and what it has observed.
pub(super) struct Watched<T> {
    /// As long as it lives, it is called.
    _callback: Arc<Guarded<T>>,
    callbacks: Callbacks,
    index: usize,
}

impl<T: Number> Watched<T> {
    /// Lets `callback`, of the instrument `name`, run with all others.
    pub(super) fn new(name: &str, callback: Callback<T>, callbacks: &Callbacks) -> Self {
        let callback = Arc::new(Guarded {
            instrument: name.into(),
            callback,
            runtime: Runtime::current(),
            misses: callbacks.misses().clone(),
        });
        let weak = Arc::downgrade(&callback);
        let index = callbacks.add(weak);
        Self { _callback: callback, callbacks: callbacks.clone(), index }
    }

    pub(super) fn into_callback(self) -> Callback<T> {
        Box::new(move |observer| {
            if let Some(run) = self.run() {
                for (value, attributes) in observations(&run) {
                    observer.observe(*value, attributes);
                }
            }
        })
    }

    /// Its run for the reading under way, if it has returned.
    fn run(&self) -> Option<Arc<Run>> {
        self.callbacks.run_of(self.index)
    }
}

impl<T: Number> Callable for Guarded<T> {
    fn run(&self) -> Observed {
        let notes = Notes::default();
        let observe = || self.runtime.within(|| (self.callback)(&notes));
        match catch_unwind(AssertUnwindSafe(observe)) {
            Ok(()) => Box::new(notes.0.into_inner().unwrap_or_else(PoisonError::into_inner)),
            Err(panic) => {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                self.misses.count(&self.instrument, Miss::Panic);
                Box::new(Observations::<T>::new())
            }
        }
    }

    fn miss(&self) {
        self.misses.count(&self.instrument, Miss::Timeout);
    }
}

/// The observations of one callback.
struct Notes<T>(Mutex<Observations<T>>);

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Number> AsyncInstrument<T> for Notes<T> {
    fn observe(&self, value: T, attributes: &[KeyValue]) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push((value, attributes.to_vec()));
    }
}

/// One value for each set of attributes, in the order in which they came.
struct Merged<T> {
    observations: Vec<(Vec<KeyValue>, T)>,
    positions: HashMap<Vec<KeyValue>, usize>,
}

impl<T> Default for Merged<T> {
    fn default() -> Self {
        Self { observations: Vec::new(), positions: HashMap::new() }
    }
}

impl<T: Number> Merged<T> {
    fn put(&mut self, attributes: Vec<KeyValue>, value: T, merge: impl FnOnce(T, T) -> T) {
        if let Some(position) = self.positions.get(&attributes) {
            let before = &mut self.observations[*position].1;
            *before = merge(*before, value);
            return;
        }
        self.positions.insert(attributes.clone(), self.observations.len());
        self.observations.push((attributes, value));
    }
}
