//! The instruments that a program has made.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use kymo_core::ExemplarSlots;

use super::{kind, selector::Subject};

/// The instruments that a program has made, for whoever wants to know what it may emit.
///
/// The SDK keeps each of them for as long as the provider lives, and more of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instruments(Arc<Mutex<BTreeSet<Made>>>);

/// One of them, as views leave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(dead_code, reason = "read by the feature `testing`")]
pub(crate) struct Made {
    pub(crate) scope: String,
    /// Its own name.
    pub(crate) instrument: String,
    /// The name of its metric.
    pub(crate) name: String,
    /// Its type, as a configuration file calls it.
    pub(crate) kind: &'static str,
    pub(crate) unit: String,
    pub(crate) distribution: Distribution,
}

/// How it counts what it measures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Distribution {
    /// It is no histogram.
    None,
    /// In buckets with these upper bounds, each by its bits.
    Explicit(Vec<u64>),
    Exponential,
}

impl Instruments {
    /// One was made, whose metric is called `name`.
    pub(super) fn note(&self, subject: Subject<'_>, name: &str, spread: Option<&ExemplarSlots>) {
        let made = Made {
            scope: subject.scope.name().to_owned(),
            instrument: subject.name.to_owned(),
            name: name.to_owned(),
            kind: kind::word(subject.kind),
            unit: subject.unit.to_owned(),
            distribution: match spread {
                Some(ExemplarSlots::Buckets(bounds)) => {
                    Distribution::Explicit(bounds.iter().map(|bound| bound.to_bits()).collect())
                }
                Some(ExemplarSlots::Powers) => Distribution::Exponential,
                _ => Distribution::None,
            },
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(made);
    }

    /// All of them, sorted.
    #[allow(dead_code, reason = "read by the feature `testing`")]
    pub(crate) fn all(&self) -> Vec<Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
