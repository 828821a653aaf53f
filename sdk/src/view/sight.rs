//! The form in which views leave a metric of ours.

use opentelemetry::Key;

use super::{BucketKind, Fate, View};

/// The form in which views leave a metric of ours that is on.
#[derive(Debug)]
#[allow(dead_code, reason = "used by the features")]
pub(crate) struct Sight(pub(super) View);

#[allow(dead_code, reason = "used by the features")]
impl Sight {
    /// Its name, unless it is that of its instrument.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Whether a histogram has buckets with given bounds.
    pub(crate) fn is_classic(&self) -> bool {
        !matches!(self.0.buckets, Some(BucketKind::Exponential { .. }))
    }

    /// The key that the attribute `key` has, unless it is dropped.
    pub(crate) fn key(&self, key: &Key) -> Option<Key> {
        let View { kept, fates, .. } = &self.0;
        match fates.get(key) {
            Some(Fate::Dropped) => None,
            _ if kept.as_ref().is_some_and(|kept| !kept.contain(key)) => None,
            Some(Fate::Renamed(new)) => Some(new.clone()),
            None => Some(key.clone()),
        }
    }
}
