//! Reading the values of `prometheus` metrics, whether or not its `protobuf` feature is on.
//!
//! Another crate of the program decides about that feature, and it changes the type behind a metric.

use kymo_exposition::Kind;
use prometheus::proto::{Counter, Gauge, Histogram, Metric, Summary};

/// The value of a counter.
pub(crate) fn counter(counter: &Counter) -> f64 {
    counter.value()
}

/// The value of a gauge.
pub(crate) fn gauge(gauge: &Gauge) -> f64 {
    gauge.value()
}

/// Whether a metric can be part of such a family: whether it has the right value and no other.
///
/// A family can say that it has counters, and a collector give it gauges. Without the `protobuf`
/// feature nobody can tell no value from a value of zero, so a metric without any value will do.
pub(crate) fn is_of_kind(metric: &Metric, kind: Kind) -> bool {
    let values = [
        (Kind::Counter, is_set::<Counter>(metric.get_counter())),
        (Kind::Gauge, is_set::<Gauge>(metric.get_gauge())),
        (Kind::Histogram, is_set::<Histogram>(metric.get_histogram())),
        (Kind::Summary, is_set::<Summary>(metric.get_summary())),
    ];
    values.contains(&(kind, true)) || values.iter().all(|(_, is_set)| !is_set)
}

/// Whether a value differs from one that nobody has set.
fn is_set<T: Default + PartialEq>(value: &T) -> bool {
    *value != T::default()
}

/// Gives a type its method `value`, which it has itself only with the `protobuf` feature.
///
/// A method of the type goes before one of a trait. So the call ends at the method `value` of the type,
/// or else at its method `get_value`, which it has without that feature.
#[allow(dead_code, reason = "unused when the type has this method itself")]
trait ValueOfPlain {
    fn value(&self) -> f64;
}

/// Ends the call at no number if the type has lost both methods, rather than never.
#[allow(dead_code, reason = "unused when the type has either method itself")]
trait ValueOfProto {
    fn get_value(&self) -> f64 {
        f64::NAN
    }
}

impl ValueOfPlain for Counter {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl ValueOfPlain for Gauge {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl ValueOfProto for Counter {}

impl ValueOfProto for Gauge {}

#[cfg(test)]
mod tests {
    use prometheus::core::Collector;

    use super::*;

    fn sold_and_depth() -> (Counter, Gauge) {
        let sold = prometheus::Counter::new("sold", "Sold.").unwrap();
        sold.inc_by(3.0);
        let depth = prometheus::Gauge::new("depth", "Depth.").unwrap();
        depth.set(-2.5);
        let [sold, depth] = [sold.collect(), depth.collect()];
        let metric =
            |families: &[prometheus::proto::MetricFamily]| families[0].get_metric()[0].clone();
        (metric(&sold).get_counter().clone(), metric(&depth).get_gauge().clone())
    }

    #[test]
    fn the_types_still_have_a_method_that_tells_their_value() {
        let (sold, depth) = sold_and_depth();
        let values = (counter(&sold), gauge(&depth));
        assert!((values.0 - 3.0).abs() < 1e-9 && (values.1 + 2.5).abs() < 1e-9, "{values:?}");
    }

    /// If each trait asked the other one, a type that has lost both methods would recurse for ever.
    #[test]
    fn the_last_of_the_methods_asks_no_other() {
        let (sold, depth) = sold_and_depth();
        assert!(ValueOfProto::get_value(&sold).is_nan());
        assert!(ValueOfProto::get_value(&depth).is_nan());
    }
}
