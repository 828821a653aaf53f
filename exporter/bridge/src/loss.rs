//! Losses: measurements that are not scraped, counted with their cause.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use kymo_exposition::Kind;

/// A measurement that is not scraped, and the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// The family it happened to, or `""` when it happened to all of a source.
    pub family: String,
    /// The cause.
    pub cause: Cause,
    /// How often since the start: once per scrape for a family, once per series for a series.
    pub times: u64,
}

/// The cause of a [`Loss`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Two metrics have one name and different kinds; the one that came later is dropped.
    TypeConflict {
        /// The kind of the family since it was first seen.
        kept: Kind,
        /// The kind of the dropped metric.
        dropped: Kind,
    },
    /// Two metrics have one name and different descriptions; the later description is dropped.
    ///
    /// All series are kept.
    HelpConflict,
    /// Two metrics have one name and different units; the later unit is dropped.
    ///
    /// All series are kept.
    UnitConflict,
    /// The samples of a histogram or summary have the name of this family.
    NameTaken {
        /// The histogram or summary, or the family whose name its samples would take.
        owner: String,
    },
    /// An exponential histogram is too coarse (scale below -4) for a native histogram; it is a classic one
    /// alone, with all its observations.
    CoarseHistogram,
    /// Two series of a family have the same labels and cannot be added: gauges, series of two units,
    /// or of two collectors. One is dropped, which is the same in every process for gauges.
    DuplicateSeries,
    /// Two histograms became one and have other buckets; those that both have are kept, with all
    /// observations.
    UnlikeBuckets,
    /// A value of an attribute is longer than `BridgeBuilder::attribute_value_limit`, and is cut.
    LongValue,
    /// A metric has more sets of attributes than the SDK keeps apart for it. All that comes later is in
    /// one series, with the label `otel_metric_overflow`.
    Overflow,
    /// A series has labels or buckets that no format can write.
    MalformedSeries,
    /// A family has an empty or illegal name.
    IllegalName,
    /// The family is of a type, such as untyped, that `prometheus` has no common way to read.
    UnreadableType,
    /// A collector that was registered with `Bridge::register` panicked.
    CollectorPanicked,
    /// A collector that was registered with `Bridge::register` has not returned in time, or not yet.
    CollectorLate,
    /// Some other collector has not returned in time, or not yet, and with it all of the registry but
    /// OpenTelemetry's metrics.
    ///
    /// Register it with `Bridge::register` to lose only its own families.
    RegistryLate,
    /// Some other collector panicked, and with it all of the registry but OpenTelemetry's metrics.
    ///
    /// Register it with `Bridge::register` to lose only its own families.
    RegistryPanicked,
    /// No provider has the bridge's reader, or it was shut down: there is no OpenTelemetry metric.
    NoProvider,
    /// A callback of an observable instrument panicked; OpenTelemetry's metrics are gone for good.
    CallbackPanicked,
    /// A callback of an observable instrument scraped; the inner scrape got no OpenTelemetry metric.
    CallbackScraped,
    /// There are more different losses than are kept apart.
    Other,
}

impl Cause {
    /// As metrics call it.
    fn name(&self) -> &'static str {
        match self {
            Cause::TypeConflict { .. } => "type_conflict",
            Cause::HelpConflict => "help_conflict",
            Cause::UnitConflict => "unit_conflict",
            Cause::NameTaken { .. } => "name_taken",
            Cause::CoarseHistogram => "coarse_histogram",
            Cause::DuplicateSeries => "duplicate_series",
            Cause::UnlikeBuckets => "unlike_buckets",
            Cause::LongValue => "long_value",
            Cause::Overflow => "overflow",
            Cause::MalformedSeries => "malformed_series",
            Cause::IllegalName => "illegal_name",
            Cause::UnreadableType => "unreadable_type",
            Cause::CollectorPanicked => "collector_panicked",
            Cause::CollectorLate => "collector_late",
            Cause::RegistryLate => "registry_late",
            Cause::RegistryPanicked => "registry_panicked",
            Cause::NoProvider => "no_provider",
            Cause::CallbackPanicked => "callback_panicked",
            Cause::CallbackScraped => "callback_scraped",
            Cause::Other => "_OTHER",
        }
    }
}

/// The causes, as metrics call them.
const NAMES: [&str; 20] = [
    "type_conflict",
    "help_conflict",
    "unit_conflict",
    "name_taken",
    "coarse_histogram",
    "duplicate_series",
    "unlike_buckets",
    "long_value",
    "overflow",
    "malformed_series",
    "illegal_name",
    "unreadable_type",
    "collector_panicked",
    "collector_late",
    "registry_late",
    "registry_panicked",
    "no_provider",
    "callback_panicked",
    "callback_scraped",
    "_OTHER",
];

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Cause::TypeConflict { kept, dropped } => {
                return write!(
                    out,
                    "a {dropped:?} of this name is dropped because it is a {kept:?} already; \
                     rename one of them"
                );
            }
            Cause::NameTaken { owner } => {
                return write!(out, "its samples cannot be told from those of {owner}; rename one");
            }
            Cause::HelpConflict => "it has two descriptions, the first is used; make them equal",
            Cause::UnitConflict => "it has two units, the first is used; make them equal",
            Cause::CoarseHistogram => {
                "an exponential histogram of a scale below -4 has no native form; give it more buckets, or explicit ones"
            }
            Cause::DuplicateSeries => {
                "two of its series have the same labels and cannot be added, one is used"
            }
            Cause::UnlikeBuckets => {
                "two histograms have the same labels and other buckets, those that both have are used"
            }
            Cause::LongValue => {
                "a value of an attribute is too long and is cut; record a shorter one"
            }
            Cause::Overflow => {
                "it has more sets of attributes than are kept apart, and later ones are one series; \
                 record fewer values, or raise its limit with a view"
            }
            Cause::MalformedSeries => {
                "a series has labels or buckets that cannot be written; label names must be legal and distinct, bounds ascend"
            }
            Cause::IllegalName => {
                "the name is not one of Prometheus; rename it to match [a-zA-Z_:][a-zA-Z0-9_:]*"
            }
            Cause::UnreadableType => {
                "its type cannot be read from the registry; make it a counter, gauge, histogram or summary"
            }
            Cause::CollectorPanicked => {
                "its collector panicked and its families are missing; mend the collector"
            }
            Cause::CollectorLate => {
                "its collector does not return in time and its families are missing; mend the collector"
            }
            Cause::RegistryLate => {
                "a collector of the registry does not return in time; register it with Bridge::register"
            }
            Cause::RegistryPanicked => {
                "a collector of the registry panicked; register it with Bridge::register"
            }
            Cause::NoProvider => {
                "no running meter provider has the bridge's reader; give it Bridge::reader(), and do \
                 not scrape after shutdown"
            }
            Cause::CallbackPanicked => {
                "a callback of an observable instrument panicked, and no OpenTelemetry metric can be read until the process restarts; mend the callback"
            }
            Cause::CallbackScraped => {
                "a callback of an observable instrument scrapes, which would wait for itself; scrape elsewhere"
            }
            Cause::Other => "there are too many different losses to name this one",
        };
        out.write_str(text)
    }
}

/// All losses so far. Each is logged the first time and counted from then on.
#[derive(Debug, Default)]
pub(crate) struct Losses(Mutex<BTreeMap<(String, Cause), u64>>);

impl Losses {
    /// Counts a loss, and logs it the first time.
    ///
    /// From the 1,000th different one on, new ones are counted together as [`Cause::Other`].
    pub(crate) fn record(&self, family: &str, cause: Cause) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (family.to_owned(), cause);
        if known.len() >= DIFFERENT && !known.contains_key(&key) {
            key = (String::new(), Cause::Other);
        }
        let times = known.entry(key.clone()).or_default();
        *times += 1;
        let first = *times == 1;
        // A log that is itself measured may come back here.
        drop(known);
        if first {
            tracing::warn!(family = key.0, "not everything is scraped: {}", key.1);
        }
    }

    /// How many losses each cause has had so far; those that had none are there too.
    pub(crate) fn by_cause(&self) -> BTreeMap<&'static str, u64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut causes: BTreeMap<_, _> = NAMES.map(|name| (name, 0)).into();
        for ((_, cause), times) in &*known {
            *causes.entry(cause.name()).or_default() += times;
        }
        causes
    }

    /// All losses so far, sorted by family.
    pub(crate) fn list(&self) -> Vec<Loss> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let loss = |((family, cause), times): (&(String, Cause), &u64)| Loss {
            family: family.clone(),
            cause: cause.clone(),
            times: *times,
        };
        known.iter().map(loss).collect()
    }
}

/// So many losses are kept apart; a collector could invent names for ever.
const DIFFERENT: usize = 1000;

#[cfg(test)]
mod tests;
