//! The collector in the registry of a bridge.

use std::sync::Arc;

use prometheus::{
    core::{Collector, Desc},
    proto::MetricFamily,
};

use crate::{emitter::Emitter, marker::Marker, naming::Entry, otel::Otel, proto::ProtoSink};

/// The OpenTelemetry metrics inside a `prometheus::Registry`, for everybody who gathers it.
pub(crate) struct OtelCollector {
    pub(crate) otel: Arc<Otel>,
    pub(crate) marker: Arc<Marker>,
    pub(crate) descriptions: Vec<Desc>,
}

impl Collector for OtelCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        if self.marker.is_wanted() {
            return vec![self.marker.family()];
        }
        let metrics = self.otel.measure(None);
        let naming = self.otel.gathered();
        let entries = naming.entries(&metrics, &self.otel.losses);
        let mut sink = ProtoSink::default();
        let mut emitter = Emitter::new(&mut sink, &self.otel, naming.spelling(), &metrics, &[]);
        for family in entries.chunk_by(Entry::is_same_family) {
            let name = family.first().map_or("", |entry| entry.definition.name());
            emitter.family(name, family, false);
        }
        sink.finish()
    }
}
