//! The OpenTelemetry side of a bridge.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::{Instant, SystemTime},
};

use kymo_core::Exemplars;
use opentelemetry_sdk::metrics::{ManualReader, data::ResourceMetrics, reader::MetricReader};

use crate::{
    label::{self, OwnedLabel},
    loss::{Cause, Losses},
    metrics::Readings,
    name::NameRules,
    naming::Naming,
    scope,
    spelling::Spelling,
};

/// The measurements of a provider, as families.
pub(crate) struct Otel {
    pub(crate) reader: Arc<ManualReader>,
    pub(crate) losses: Arc<Losses>,
    /// The names that scrapers see.
    pub(crate) naming: Naming,
    /// Those in a registry, where they are others.
    gathered: Option<Naming>,
    scope_info: bool,
    resource_labels: Option<Choice>,
    /// The bytes of an attribute's value at most.
    pub(crate) longest: usize,
    /// Whether a callback of an observable instrument has panicked.
    has_panicked: AtomicBool,
    /// When it was made, before anything was measured.
    pub(crate) began: SystemTime,
    /// The threads that read just now.
    reading: Mutex<Threads>,
    /// Wraps each reading.
    around: OnceLock<Around>,
    /// Who measures readings.
    readings: OnceLock<Readings>,
    exemplars: OnceLock<Exemplars>,
}

/// Gets the time until which a reading may wait, and what reads.
type Around = Box<dyn Fn(Option<Instant>, &mut dyn FnMut()) + Send + Sync>;

/// Chooses resource attributes by their keys.
pub(crate) type Choice = Box<dyn Fn(&str) -> bool + Send + Sync>;

impl Otel {
    /// Reads by `rules`; values of attributes have `longest` bytes at most.
    pub(crate) fn new(
        rules: NameRules,
        scope_info: bool,
        target_info: bool,
        resource_labels: Option<Choice>,
        longest: usize,
    ) -> Self {
        let losses = Arc::new(Losses::default());
        // What gathers a registry may know no other names.
        let gathered = (rules.spelling != Spelling::Underscores)
            .then(|| NameRules { spelling: Spelling::Underscores, ..rules.clone() })
            .map(|rules| Naming::new(rules, target_info, &losses));
        Otel {
            reader: Arc::new(ManualReader::builder().build()),
            naming: Naming::new(rules, target_info, &losses),
            gathered,
            losses,
            scope_info,
            resource_labels,
            longest,
            began: SystemTime::now(),
            has_panicked: AtomicBool::new(false),
            reading: Mutex::default(),
            around: OnceLock::new(),
            readings: OnceLock::new(),
            exemplars: OnceLock::new(),
        }
    }

    /// The names in a registry.
    pub(crate) fn gathered(&self) -> &Naming {
        self.gathered.as_ref().unwrap_or(&self.naming)
    }

    /// Lets every reading happen inside `around`, unless they happen inside another already.
    pub(crate) fn read_within(&self, around: Around) {
        let _ = self.around.set(around);
    }

    /// Measures readings from now on, unless somebody does already.
    pub(crate) fn measure_readings(&self, readings: Readings) {
        let _ = self.readings.set(readings);
    }

    /// Gives out `exemplars` with the series that they belong to, unless others are given out already.
    pub(crate) fn take_exemplars(&self, exemplars: Exemplars) {
        let _ = self.exemplars.set(exemplars);
    }

    /// The exemplars that are given out, if any are.
    pub(crate) fn exemplars(&self) -> Option<&Exemplars> {
        self.exemplars.get()
    }

    /// Everything measured so far, by `deadline` if there is one; nothing while no provider is running.
    pub(crate) fn measure(&self, deadline: Option<Instant>) -> ResourceMetrics {
        let mut metrics = ResourceMetrics::default();
        let Some(reading) = Reading::begin(&self.reading) else {
            // The SDK would wait for its own lock, for ever.
            self.losses.record("", Cause::CallbackScraped);
            return metrics;
        };
        let begun = Instant::now();
        let mut collected = None;
        let mut read = || {
            let read = AssertUnwindSafe(|| self.reader.collect(&mut metrics));
            collected = Some(catch_unwind(read));
        };
        match self.around.get() {
            Some(around) => around(deadline, &mut read),
            None => read(),
        }
        drop(reading);
        let Some(collected) = collected else {
            self.losses.record("", Cause::CallbackScraped);
            return ResourceMetrics::default();
        };
        if let Some(readings) = self.readings.get() {
            let error = match &collected {
                Ok(Ok(())) => None,
                Ok(Err(_)) => Some("collection"),
                Err(_) => Some("panic"),
            };
            readings.record(begun.elapsed(), error);
        }
        match collected {
            Ok(Ok(())) => return metrics,
            Ok(Err(_)) if !self.has_panicked.load(Ordering::Relaxed) => {
                self.losses.record("", Cause::NoProvider);
            }
            // A panic while the SDK holds its locks makes every later reading fail.
            Ok(Err(_)) => self.losses.record("", Cause::CallbackPanicked),
            Err(_) => {
                self.has_panicked.store(true, Ordering::Relaxed);
                self.losses.record("", Cause::CallbackPanicked);
            }
        }
        ResourceMetrics::default()
    }

    /// The labels of all series of each scope: about the scope, the resource and the registry.
    pub(crate) fn scopes(
        &self,
        metrics: &ResourceMetrics,
        common: &[OwnedLabel],
        spelling: Spelling,
    ) -> Vec<Vec<OwnedLabel>> {
        let resource = match &self.resource_labels {
            Some(choose) => label::of_resource(metrics.resource(), spelling, choose),
            None => Vec::new(),
        };
        let of = |scope| {
            let own = if self.scope_info { scope::labels(scope, spelling) } else { Vec::new() };
            label::of_scope(own.into_iter().chain(resource.iter().chain(common).cloned()))
        };
        metrics.scope_metrics().map(|scoped| of(scoped.scope())).collect()
    }
}

type Threads = HashSet<ThreadId>;

/// A thread reads, until this is dropped: what others do meanwhile may panic.
struct Reading<'a>(&'a Mutex<Threads>);

impl<'a> Reading<'a> {
    /// Unless this thread reads already.
    fn begin(threads: &'a Mutex<Threads>) -> Option<Self> {
        locked(threads).insert(thread::current().id()).then(|| Self(threads))
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        locked(self.0).remove(&thread::current().id());
    }
}

/// A panic while the threads are locked leaves them as they are.
fn locked(threads: &Mutex<Threads>) -> MutexGuard<'_, Threads> {
    threads.lock().unwrap_or_else(PoisonError::into_inner)
}
