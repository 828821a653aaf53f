//! An observable instrument whose callbacks may panic, and whose attributes go through rules.

use std::{
    cell::Cell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use opentelemetry::{
    KeyValue,
    metrics::{AsyncInstrument, Callback},
};

use super::{
    number::Number,
    rules::{self, Rules},
};

/// Callbacks that observe one metric together, so that observations of one set of attributes can be added
/// up, from whichever callback they come.
pub(super) struct Observers<T>(Mutex<Vec<Arc<Guarded<T>>>>);

/// The way in which several observations with the same attributes become one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Merge {
    Sum,
    Last,
}

impl<T: Number> Observers<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::default())
    }

    pub(super) fn add(&self, callbacks: impl IntoIterator<Item = Guarded<T>>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(callbacks.into_iter().map(Arc::new));
    }

    /// Lets all of them observe, and tells `observer` what it came to.
    pub(super) fn observe(&self, merge: Merge, rules: &Rules, observer: &dyn AsyncInstrument<T>) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let observations: Vec<_> = all.iter().flat_map(|one| one.observations()).collect();
        if observations.iter().all(|(_, attributes)| rules.let_pass(attributes)) {
            for (value, attributes) in observations {
                observer.observe(value, &attributes);
            }
            return;
        }
        // Of several observations of the same thing the last one is true, as in the SDK.
        let mut things = Merged::default();
        let finite = observations.into_iter().filter(|(value, _)| value.is_finite());
        for (value, mut attributes) in finite {
            rules::sort(&mut attributes);
            things.put(attributes, value, |_, last| last);
        }
        let mut merged = Merged::default();
        for (attributes, value) in things.observations {
            let attributes = rules.apply(&attributes, |fold| fold.add(1));
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

/// A callback whose panics cost only what it would have observed.
pub(super) struct Guarded<T> {
    instrument: Arc<str>,
    callback: Callback<T>,
    is_reported: AtomicBool,
}

impl<T: Number> Guarded<T> {
    pub(super) fn new(instrument: &str, callback: Callback<T>) -> Self {
        Self { instrument: instrument.into(), callback, is_reported: AtomicBool::new(false) }
    }

    pub(super) fn into_callback(self) -> Callback<T> {
        Box::new(move |observer| {
            for (value, attributes) in self.observations() {
                observer.observe(value, &attributes);
            }
        })
    }

    /// Everything the callback observes, or nothing if it panics on the way.
    fn observations(&self) -> Vec<(T, Vec<KeyValue>)> {
        let notes = Notes::default();
        let _running = Running::begin();
        match catch_unwind(AssertUnwindSafe(|| (self.callback)(&notes))) {
            Ok(()) => notes.0.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(panic) => {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                if !self.is_reported.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        "a callback of the instrument {} panicked; what it observes is missing \
                         from the metrics as long as it does",
                        self.instrument
                    );
                }
                Vec::new()
            }
        }
    }
}

thread_local! {
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// As long as it lives, a callback runs on this thread, and the SDK holds its locks.
struct Running {
    before: bool,
}

impl Running {
    fn begin() -> Self {
        Self { before: IS_RUNNING.replace(true) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        IS_RUNNING.set(self.before);
    }
}

/// Whether a callback runs on this thread: the SDK would wait for ever for its own locks.
pub(crate) fn is_running() -> bool {
    IS_RUNNING.get()
}

/// The observations of one callback.
struct Notes<T>(Mutex<Vec<(T, Vec<KeyValue>)>>);

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
