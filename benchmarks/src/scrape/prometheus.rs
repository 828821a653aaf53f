//! `prometheus`, instruments and registry and encoder: no OpenTelemetry.

use ::prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};

use paths::BoxError;
use paths::scrape::{BOUNDS, HELP, LabelSet, OBSERVATIONS, Peer, Series, Workload};

pub const PEER: Peer = Peer {
    name: "prometheus",
    title: "prometheus 0.14, native instruments",
    record: |workload| {
        let registry = Registry::new();
        for instrument in 0..workload.instruments {
            match workload.series {
                Series::Counters => counter(workload, instrument, &registry)?,
                Series::Histograms => histogram(workload, instrument, &registry)?,
            }
        }
        Ok(Box::new(move |text| Ok(TextEncoder::new().encode(&registry.gather(), text)?)))
    },
};

fn counter(workload: &Workload, instrument: usize, registry: &Registry) -> Result<(), BoxError> {
    let options = Opts::new(workload.counting_sample(instrument), HELP);
    let counter = IntCounterVec::new(options, &LabelSet::NAMES)?;
    for set in workload.sets() {
        counter.with_label_values(&set.values()).inc_by(set.count());
    }
    Ok(registry.register(Box::new(counter))?)
}

fn histogram(workload: &Workload, instrument: usize, registry: &Registry) -> Result<(), BoxError> {
    let options = HistogramOpts::new(workload.family(instrument), HELP).buckets(BOUNDS.to_vec());
    let histogram = HistogramVec::new(options, &LabelSet::NAMES)?;
    for set in workload.sets() {
        let histogram = histogram.with_label_values(&set.values());
        for value in OBSERVATIONS {
            histogram.observe(value);
        }
    }
    Ok(registry.register(Box::new(histogram))?)
}
