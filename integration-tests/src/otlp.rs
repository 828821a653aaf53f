//! Points of OTLP, typed, as a receiver got them.

mod attribute;
mod decode;

use std::collections::BTreeMap;

pub use self::attribute::{Attribute, Attributes};

/// One data point with all that surrounds it on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The attributes of the resource.
    pub resource: Attributes,
    /// Who recorded it.
    pub scope: Scope,
    /// The name of the metric, dots and all.
    pub name: String,
    /// The unit, in UCUM.
    pub unit: String,
    /// The description.
    pub description: String,
    /// The kind of its metric.
    pub kind: PointKind,
    /// Whether the numbers count since the start, not since the last report. Always so for a gauge.
    pub cumulative: bool,
    /// The attributes of the point itself.
    pub attributes: Attributes,
    /// Nanoseconds since 1970 since when it counts; 0 when not said.
    pub start: u64,
    /// Nanoseconds since 1970 when it was read.
    pub time: u64,
    /// The measured value.
    pub value: PointValue,
}

/// An instrumentation scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// The name, such as `kymo-http`.
    pub name: String,
    /// The version; empty without one.
    pub version: String,
    /// Which conventions its metrics follow; empty without one.
    pub schema_url: String,
    /// The attributes.
    pub attributes: Attributes,
}

/// The kind of metric that a point belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A sum that only ever rises.
    Counter,
    /// A sum that rises and falls.
    UpDownCounter,
    /// A level.
    Gauge,
    /// Buckets with bounds chosen beforehand.
    Histogram,
    /// Buckets with bounds that follow the data. Only `count` and `sum` are read.
    ExponentialHistogram,
}

/// The numbers of a point.
#[derive(Clone, Debug, PartialEq)]
pub enum PointValue {
    /// Of a counter, an up-down counter or a gauge.
    Number(f64),
    /// Of a histogram.
    Buckets {
        /// How many values were recorded.
        count: u64,
        /// Their sum.
        sum: f64,
        /// The inclusive upper bounds, without the last, which is infinite.
        bounds: Vec<f64>,
        /// How many values fell into each bucket alone: one more than there are bounds.
        counts: Vec<u64>,
    },
}

impl Point {
    /// Whether it carries at least these attributes, each given as its label would read.
    pub fn has(&self, attributes: &[(&str, &str)]) -> bool {
        let carries = |(key, text): &(&str, &str)| {
            self.attributes.get(*key).is_some_and(|value| value.label() == *text)
        };
        attributes.iter().all(carries)
    }

    /// The number, or the count of a histogram.
    pub fn number(&self) -> f64 {
        match &self.value {
            PointValue::Number(number) => *number,
            PointValue::Buckets { count, .. } => *count as f64,
        }
    }
}

/// The last point of every series, in which resource, scope, name and attributes are the same.
pub fn latest(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut last = BTreeMap::new();
    for point in points {
        let scope = (point.scope.name.clone(), point.scope.version.clone());
        let series = (point.name.clone(), format!("{:?}", point.attributes), scope);
        last.insert((format!("{:?}", point.resource), series), point);
    }
    last.into_values().collect()
}

/// The sum over the points of that name which carry at least these attributes; 0 without any.
///
/// A histogram adds its count.
pub fn sum(points: &[Point], name: &str, attributes: &[(&str, &str)]) -> f64 {
    let matching = points.iter().filter(|point| point.name == name && point.has(attributes));
    matching.fold(0.0, |sum, point| sum + point.number())
}
