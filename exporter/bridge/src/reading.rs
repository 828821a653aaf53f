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

fn is_set<T: Default + PartialEq>(value: &T) -> bool {
    *value != T::default()
}

/// With the `protobuf` feature the type has a method `value`, and without it has `get_value`.
///
/// A method of the type goes before one of a trait. So of the two that are missing in turn, each is
/// given here in terms of the other one, and the call always ends at the one that exists.
#[allow(dead_code, reason = "unused when the type has this method itself")]
trait ValueOfPlain {
    fn value(&self) -> f64;
}

#[allow(dead_code, reason = "unused when the type has this method itself")]
trait ValueOfProto {
    fn get_value(&self) -> f64;
}

impl ValueOfPlain for Counter {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl ValueOfProto for Counter {
    fn get_value(&self) -> f64 {
        self.value()
    }
}

impl ValueOfPlain for Gauge {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl ValueOfProto for Gauge {
    fn get_value(&self) -> f64 {
        self.value()
    }
}
