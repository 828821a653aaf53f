//! A family and its samples.

use std::{collections::BTreeMap, fmt};

/// A metric with all its series.
#[derive(Clone, Debug)]
pub struct Family {
    /// The name in the `TYPE` line, or of the samples if there is none.
    pub name: String,
    /// The help text, unescaped; `None` without a `HELP` line.
    pub help: Option<String>,
    /// The type; `Untyped` without a `TYPE` line.
    pub kind: Kind,
    /// The samples in the order of the document.
    pub samples: Vec<Sample>,
}

/// The types that the text format knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Only ever rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Cumulative buckets, a sum and a count.
    Histogram,
    /// Quantiles, a sum and a count.
    Summary,
    /// Not said.
    #[default]
    Untyped,
}

impl Kind {
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "counter" => Some(Self::Counter),
            "gauge" => Some(Self::Gauge),
            "histogram" => Some(Self::Histogram),
            "summary" => Some(Self::Summary),
            "untyped" => Some(Self::Untyped),
            _ => None,
        }
    }

    /// The endings that may follow the family's name in the name of a sample.
    pub(super) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter | Self::Gauge | Self::Untyped => &[""],
            Self::Histogram => &["_bucket", "_sum", "_count"],
            Self::Summary => &["", "_sum", "_count"],
        }
    }
}

/// One line with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name on the line, `_bucket`, `_sum` and `_count` included.
    pub name: String,
    /// All labels, unescaped.
    pub labels: BTreeMap<String, String>,
    /// The number, which may be infinite or no number.
    pub value: f64,
    /// Milliseconds since 1970, when the line says so.
    pub timestamp: Option<i64>,
}

impl Sample {
    /// Whether all of these labels are there with these values.
    pub fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(key, value)| self.label(key) == Some(value))
    }

    /// The value of one label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{:?} {}", self.name, self.labels, self.value)
    }
}
