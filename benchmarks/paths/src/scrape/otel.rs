//! The workload in the OpenTelemetry SDK, for every exporter that reads from it.

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::metrics::reader::MetricReader;

use super::workload::{BOUNDS, HELP, LabelSet, OBSERVATIONS, Series, Workload};

/// A provider with this reader that has recorded everything.
pub fn record(workload: &Workload, reader: impl MetricReader) -> SdkMeterProvider {
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let meter = provider.meter("bench");
    let sets: Vec<_> = workload.sets().map(|set| (set, attributes(set))).collect();
    for instrument in 0..workload.instruments {
        let name = workload.instrument(instrument);
        match workload.series {
            Series::Counters => {
                let counter = meter.u64_counter(name).with_description(HELP).build();
                for (set, attributes) in &sets {
                    counter.add(set.count(), attributes);
                }
            }
            Series::Histograms => {
                let histogram = meter
                    .f64_histogram(name)
                    .with_description(HELP)
                    .with_boundaries(BOUNDS.to_vec())
                    .build();
                for (_, attributes) in &sets {
                    for value in OBSERVATIONS {
                        histogram.record(value, attributes);
                    }
                }
            }
        }
    }
    provider
}

fn attributes(set: LabelSet) -> [KeyValue; 3] {
    let [method, status, route] = LabelSet::KEYS;
    [
        KeyValue::new(method, set.method()),
        KeyValue::new(status, i64::from(LabelSet::STATUS)),
        KeyValue::new(route, set.route()),
    ]
}
