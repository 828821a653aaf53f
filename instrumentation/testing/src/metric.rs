//! A metric and what was recorded of it.

use std::fmt;

use crate::{attributes::Attributes, series::Series};
use kymo_core::MetricKind;

/// A metric of one instrumentation scope, with all its series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// The OpenTelemetry name, such as `http.server.request.duration`.
    pub name: String,
    /// The kind of the instrument that records it.
    pub kind: Kind,
    /// The unit in UCUM, such as `s`; empty if none was given.
    pub unit: String,
    /// The description; empty if none was given.
    pub description: String,
    /// Whose metric it is.
    pub scope: Scope,
    /// Its series, sorted by their attributes.
    pub series: Vec<Series>,
}

/// The kind of an instrument, as far as its data tell.
///
/// An observable instrument is of the same kind as its synchronous sibling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Only ever grows.
    Counter,
    /// Goes up and comes down again.
    UpDownCounter,
    /// The latest reading of something.
    Gauge,
    /// How values are distributed between given bounds.
    Histogram,
    /// How values are distributed between powers of a base.
    ExponentialHistogram,
}

/// The instrumentation scope: the library that records.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scope {
    /// Its name, such as `kymo-http`.
    pub name: String,
    /// Its version, if it says so.
    pub version: Option<String>,
    /// Its other attributes.
    pub attributes: Attributes,
}

impl Kind {
    /// With the article that it takes in a sentence.
    pub(crate) fn with_article(self) -> String {
        match self {
            Self::UpDownCounter | Self::ExponentialHistogram => format!("an {self}"),
            _ => format!("a {self}"),
        }
    }
}

impl Metric {
    /// Whether `other` is the same metric, of which something else was recorded.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.name, self.kind, &self.unit, &self.scope)
            == (&other.name, other.kind, &other.unit, &other.scope)
    }
}

impl From<MetricKind> for Kind {
    fn from(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Counter => Self::Counter,
            MetricKind::UpDownCounter => Self::UpDownCounter,
            MetricKind::Gauge => Self::Gauge,
            MetricKind::Histogram { .. } => Self::Histogram,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "up-down counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::ExponentialHistogram => "exponential histogram",
        })
    }
}

/// `kymo-http 0.1.0 {kymo.layer="inner"}`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        if !self.attributes.is_empty() {
            write!(f, " {}", self.attributes)?;
        }
        Ok(())
    }
}
