//! Series as text and two numbers.

use std::{collections::BTreeMap, ops::Deref};

use crate::{Number, Reading, Series, Snapshot};

/// One series as text and two numbers: for tables, and for tests that count by attribute.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// The name of its metric.
    pub name: String,
    /// Its attributes as text, whatever the type of their values.
    pub attributes: BTreeMap<String, String>,
    /// How many values a histogram has; of any other metric, the number, cut to an integer.
    pub count: i64,
    /// The sum of a histogram's values; of any other metric, the number.
    pub sum: f64,
}

/// The series of a [`Snapshot`], each as a [`Point`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Points(Vec<Point>);

impl Point {
    fn new(name: &str, series: &Series) -> Self {
        let text =
            |(key, value): (&str, &opentelemetry::Value)| (key.to_owned(), value.to_string());
        let (count, sum) = match &series.reading {
            Reading::Number(number) => (integer(*number), number.as_f64()),
            Reading::Histogram(histogram) => {
                (histogram.count.try_into().unwrap_or(i64::MAX), histogram.sum.as_f64())
            }
        };
        Self {
            name: name.to_owned(),
            attributes: series.attributes.iter().map(text).collect(),
            count,
            sum,
        }
    }

    /// The value of the attribute `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }
}

impl Points {
    /// Those of the metric `name`.
    pub fn of(&self, name: &str) -> Vec<Point> {
        self.0.iter().filter(|point| point.name == name).cloned().collect()
    }

    /// The only one of the metric `name`.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one.
    #[track_caller]
    pub fn only(&self, name: &str) -> Point {
        let mut points = self.of(name);
        assert_eq!(points.len(), 1, "{name}: {points:#?}");
        points.remove(0)
    }

    /// The counts of the metric `name` by the value of the attribute `key`, `""` where it is absent.
    pub fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        for point in self.of(name) {
            *counts.entry(point.get(key).unwrap_or_default().to_owned()).or_default() +=
                point.count;
        }
        counts
    }

    /// The counts of the metric `name`, added up over the series that have these `attributes`; 0
    /// without any such series.
    pub fn count(&self, name: &str, attributes: &[(&str, &str)]) -> i64 {
        let has = |point: &Point| attributes.iter().all(|(key, is)| point.get(key) == Some(*is));
        self.of(name).iter().filter(|point| has(point)).map(|point| point.count).sum()
    }
}

impl Deref for Points {
    type Target = [Point];

    fn deref(&self) -> &[Point] {
        &self.0
    }
}

impl IntoIterator for Points {
    type Item = Point;
    type IntoIter = std::vec::IntoIter<Point>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Points {
    type Item = &'a Point;
    type IntoIter = std::slice::Iter<'a, Point>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Point> for Points {
    fn from_iter<I: IntoIterator<Item = Point>>(points: I) -> Self {
        Self(points.into_iter().collect())
    }
}

impl Snapshot {
    /// Every series as a [`Point`], in the order of the snapshot.
    pub fn points(&self) -> Points {
        let of = |metric: &'_ crate::Metric| {
            metric.series.iter().map(|series| Point::new(&metric.name, series)).collect::<Vec<_>>()
        };
        self.metrics.iter().flat_map(of).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float is cut, and ends at the limits")]
fn integer(number: Number) -> i64 {
    match number {
        Number::Integer(integer) => integer.clamp(i64::MIN.into(), i64::MAX.into()) as i64,
        Number::Float(float) => float as i64,
    }
}
