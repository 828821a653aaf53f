//! `prometheus-client`, instruments and registry and encoder: no OpenTelemetry.

use std::fmt;

use ::prometheus_client::encoding::text::encode;
use ::prometheus_client::metrics::counter::Counter;
use ::prometheus_client::metrics::family::Family;
use ::prometheus_client::metrics::histogram::Histogram;
use ::prometheus_client::registry::Registry;
use paths::scrape::{BOUNDS, HELP, LabelSet, OBSERVATIONS, Peer, Series, Workload};

pub const PEER: Peer = Peer {
    name: "prometheus-client",
    title: "prometheus-client 0.25, native instruments",
    record: |workload| {
        let mut registry = Registry::default();
        for instrument in 0..workload.instruments {
            match workload.series {
                Series::Counters => counter(workload, instrument, &mut registry),
                Series::Histograms => histogram(workload, instrument, &mut registry),
            }
        }
        Ok(Box::new(move |text| Ok(encode(&mut Utf8(text), &registry)?)))
    },
};

type Labels = [(&'static str, String); 3];

fn labels(set: LabelSet) -> Labels {
    let [method, status, route] = LabelSet::NAMES;
    let [method_value, status_value, route_value] = set.values();
    [(method, method_value), (status, status_value), (route, route_value)]
}

fn counter(workload: &Workload, instrument: usize, registry: &mut Registry) {
    let counter = Family::<Labels, Counter>::default();
    for set in workload.sets() {
        counter.get_or_create(&labels(set)).inc_by(set.count());
    }
    registry.register(workload.family(instrument), HELP, counter);
}

fn histogram(workload: &Workload, instrument: usize, registry: &mut Registry) {
    let histogram = Family::<Labels, Histogram>::new_with_constructor(|| Histogram::new(BOUNDS));
    for set in workload.sets() {
        let histogram = histogram.get_or_create(&labels(set));
        for value in OBSERVATIONS {
            histogram.observe(value);
        }
    }
    registry.register(workload.family(instrument), HELP, histogram);
}

/// The encoder writes to a `fmt::Write`.
struct Utf8<'a>(&'a mut Vec<u8>);

impl fmt::Write for Utf8<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
