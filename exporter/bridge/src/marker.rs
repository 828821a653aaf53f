//! The families of a registry without those of the bridge itself.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use prometheus::{Registry, proto};

use crate::{
    label::OwnedLabel,
    loss::{Cause, Losses},
};

/// Makes a bridge's own collector step aside while the bridge gathers everybody else's families.
///
/// A registry calls its collectors on the thread that gathers, so a thread-local flag tells the two
/// uses apart. And a registry keeps its prefix and common labels to itself, but puts them on every
/// family: on this one they can be read.
#[derive(Debug)]
pub(crate) struct Marker {
    id: u64,
    name: String,
    common: OnceLock<Common>,
}

/// The prefix and the labels that a registry adds to everything in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    /// With its final `_`, or empty.
    pub(crate) prefix: String,
    pub(crate) labels: Vec<OwnedLabel>,
}

impl Marker {
    /// A marker that no other bridge of the process has.
    pub(crate) fn new() -> Self {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        // No metric has such a name.
        Marker { id, name: format!("\0bridge {id}"), common: OnceLock::new() }
    }

    /// Whether this thread is gathering for the bridge of this marker.
    pub(crate) fn is_wanted(&self) -> bool {
        GATHERING.get() == self.id
    }

    /// The family that stands for all of the bridge's.
    pub(crate) fn family(&self) -> proto::MetricFamily {
        let mut family = proto::MetricFamily::default();
        family.set_name(self.name.clone());
        family.set_field_type(proto::MetricType::GAUGE);
        family.set_metric(vec![proto::Metric::from_gauge(proto::Gauge::default())]);
        family
    }

    /// The families of all other collectors, and what the registry adds to every family.
    pub(crate) fn gather_others(
        &self,
        registry: &Registry,
        losses: &Losses,
    ) -> (Vec<proto::MetricFamily>, Common) {
        let mut families = {
            let _restored = Gathering(GATHERING.replace(self.id));
            gather(registry, losses)
        };
        let own = families.iter().position(|family| family.name().ends_with(&self.name));
        if let Some(own) = own {
            let own = families.remove(own);
            self.common.get_or_init(|| self.common_of(&own));
        }
        (families, self.common.get().cloned().unwrap_or_default())
    }

    /// Reads the prefix and the labels that the registry has put on the bridge's own family.
    fn common_of(&self, own: &proto::MetricFamily) -> Common {
        let pairs = own.get_metric().iter().flat_map(proto::Metric::get_label);
        let mut labels: Vec<_> = pairs
            .map(|pair| OwnedLabel { name: pair.name().into(), value: pair.value().into() })
            .collect();
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        let prefix = own.name().strip_suffix(&self.name).unwrap_or_default();
        Common { prefix: prefix.into(), labels }
    }
}

/// All families of a registry, or none if one of its collectors panics.
pub(crate) fn gather(registry: &Registry, losses: &Losses) -> Vec<proto::MetricFamily> {
    catch_unwind(AssertUnwindSafe(|| registry.gather())).unwrap_or_else(|_| {
        losses.record("", Cause::RegistryPanicked);
        Vec::new()
    })
}

/// Puts the flag back to what it was, even if gathering panics.
struct Gathering(u64);

impl Drop for Gathering {
    fn drop(&mut self) {
        GATHERING.set(self.0);
    }
}

thread_local! {
    /// The marker that is wanted on this thread, or 0.
    static GATHERING: Cell<u64> = const { Cell::new(0) };
}
