//! Metrics that have no room for all of their series.

use std::collections::BTreeSet;

use kymo_core::OneLine;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics,
};

/// Tells of each metric once that it has more sets of attributes than the SDK keeps apart.
///
/// A scrape tells so too; this is for programs that are not scraped. Of the metrics that overflow it
/// remembers 1,000, and tells of no more.
#[derive(Debug, Default)]
pub(crate) struct Overflows(BTreeSet<String>);

impl Overflows {
    /// Looks at everything that was collected.
    pub(crate) fn look(&mut self, metrics: &ResourceMetrics) {
        for metric in metrics.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let has_overflown = match metric.data() {
                AggregatedMetrics::F64(data) => has_overflown(data),
                AggregatedMetrics::U64(data) => has_overflown(data),
                AggregatedMetrics::I64(data) => has_overflown(data),
            };
            if has_overflown {
                self.tell(metric.name());
            }
        }
    }

    /// Warns of the metric `name`, the first time.
    fn tell(&mut self, name: &str) {
        if self.0.contains(name) || self.0.len() >= TOLD {
            return;
        }
        self.0.insert(name.to_owned());
        tracing::warn!(
            "the metric {} has more sets of attributes than are kept apart, and later ones are one \
             series; record fewer values, or raise its limit with a view",
            OneLine(name),
        );
    }
}

/// Whether a series of a metric stands for all that found no room.
fn has_overflown<T>(data: &MetricData<T>) -> bool {
    match data {
        MetricData::Gauge(it) => it.data_points().any(|point| stands_for_all(point.attributes())),
        MetricData::Sum(it) => it.data_points().any(|point| stands_for_all(point.attributes())),
        MetricData::Histogram(it) => {
            it.data_points().any(|point| stands_for_all(point.attributes()))
        }
        MetricData::ExponentialHistogram(it) => {
            it.data_points().any(|point| stands_for_all(point.attributes()))
        }
    }
}

/// Whether the SDK marks a series so that stands for all that found no room.
fn stands_for_all<'a>(mut attributes: impl Iterator<Item = &'a KeyValue>) -> bool {
    let is_mark = |attribute: &KeyValue| {
        attribute.key.as_str() == "otel.metric.overflow" && attribute.value == Value::Bool(true)
    };
    attributes.next().is_some_and(is_mark) && attributes.next().is_none()
}

/// The metrics that are told of at most; a program could make names without end.
const TOLD: usize = 1000;

#[cfg(test)]
mod tests {
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider, Stream};

    use super::*;
    use crate::health::tests::log_of;

    #[test]
    fn a_metric_that_overflows_is_told_of_once() {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder()
            .with_periodic_exporter(exporter.clone())
            .with_view(|_: &_| Stream::builder().with_cardinality_limit(2).build().ok())
            .build();
        let meter = provider.meter("shop");
        let sold = meter.u64_counter("sold").build();
        let [lent, waited] = ["lent", "waited"].map(|name| meter.f64_histogram(name).build());
        let collected = || {
            provider.force_flush().unwrap();
            exporter.get_finished_metrics().unwrap().pop().unwrap()
        };
        let mut overflows = Overflows::default();

        let (sets, mark) = (|n: i64| [KeyValue::new("n", n)], "otel.metric.overflow");
        for n in 0..2 {
            sold.add(1, &sets(n));
            lent.record(1.0, &sets(n));
        }
        waited.record(1.0, &[KeyValue::new(mark, true), KeyValue::new("n", 1)]);
        let log = log_of(|| overflows.look(&collected()));
        assert_eq!(log, "");

        sold.add(1, &sets(2));
        lent.record(1.0, &sets(2));
        let log = log_of(|| (0..3).for_each(|_| overflows.look(&collected())));
        let lines: Vec<_> = log.lines().collect();
        assert_eq!(lines.len(), 2, "{log}");
        for (name, line) in ["sold", "lent"].iter().zip(lines) {
            assert!(
                line.contains(&format!(
                    "WARN kymo_push::overflow: the metric {name} has more sets"
                )),
                "{log}"
            );
            assert!(line.ends_with("raise its limit with a view"), "{log}");
        }
    }

    #[test]
    fn names_without_end_are_not_remembered() {
        let mut overflows = Overflows::default();
        let log = log_of(|| (0..TOLD + 10).for_each(|n| overflows.tell(&format!("m\n{n}"))));
        assert_eq!((log.lines().count(), overflows.0.len()), (TOLD, TOLD));
    }
}
