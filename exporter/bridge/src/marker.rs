//! The families of a registry without those of the bridge itself.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use prometheus::{Registry, proto};

use crate::{apart::Apart, gathering::Gathering, label::OwnedLabel, loss::Losses};

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
    /// Whether anybody else can register with the registry.
    is_shared: AtomicBool,
    /// Where the other collectors run.
    apart: Apart,
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
        Marker {
            id,
            name: format!("\0bridge {id}"),
            common: OnceLock::new(),
            is_shared: AtomicBool::new(false),
            apart: Apart::default(),
        }
    }

    /// From now on others may have collectors in the registry.
    pub(crate) fn share(&self) {
        self.is_shared.store(true, Ordering::Relaxed);
    }

    /// Whether this thread is gathering for the bridge of this marker.
    pub(crate) fn is_wanted(&self) -> bool {
        Gathering::current().bridge == self.id
    }

    /// The family that stands for all of the bridge's.
    pub(crate) fn family(&self) -> proto::MetricFamily {
        let mut family = proto::MetricFamily::default();
        family.set_name(self.name.clone());
        family.set_field_type(proto::MetricType::GAUGE);
        family.set_metric(vec![proto::Metric::from_gauge(proto::Gauge::default())]);
        family
    }

    /// The families of all other collectors that are there by `deadline`, and what the registry adds to
    /// every family.
    pub(crate) fn gather_others(
        &self,
        registry: &Registry,
        deadline: Option<Instant>,
        losses: &Losses,
    ) -> (Vec<proto::MetricFamily>, Common) {
        if !self.is_shared.load(Ordering::Relaxed) {
            return (Vec::new(), Common::default());
        }
        let gathering = Gathering { bridge: self.id, deadline };
        let mut families = gathering.of(registry, &self.apart, losses);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_asked_for_others_once_others_can_be_there() {
        let (marker, registry) = (Marker::new(), Registry::new());
        registry.register(Box::new(prometheus::IntGauge::new("depth", "D.").unwrap())).unwrap();
        let others = || marker.gather_others(&registry, None, &Losses::default()).0.len();
        assert_eq!(others(), 0);
        marker.share();
        assert_eq!(others(), 1);
    }
}
