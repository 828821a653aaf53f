//! A metric that is recorded beside another one, by another name.

use kymo_core::{MetricKind, MetricSpec, key::AttributeKey};
use opentelemetry::{
    KeyValue, Value,
    metrics::{
        BoundCounter, BoundHistogram, BoundUpDownCounter, Counter, Histogram, Meter, UpDownCounter,
    },
};

use super::number::Number;

/// A metric that is recorded whenever another one is, by a name that dashboards know.
///
/// A counter counts the observations of the other one, a histogram and an up-down counter record the same.
#[derive(Debug)]
#[allow(dead_code, reason = "made by the feature `http`")]
pub(crate) struct Twin {
    /// The metric that it is beside.
    pub(crate) of: MetricSpec,
    pub(crate) spec: MetricSpec,
    /// Its labels; what the other one has besides is left out.
    pub(crate) labels: &'static [TwinLabel],
}

/// A label of a twin.
#[derive(Debug)]
#[allow(dead_code, reason = "made by the feature `http`")]
pub(crate) struct TwinLabel {
    pub(crate) from: AttributeKey,
    /// Without one, it is only asked for, and not shown.
    pub(crate) to: Option<AttributeKey>,
    /// The value where the other one has no such attribute; without one, the twin records nothing there.
    pub(crate) otherwise: Option<&'static str>,
}

/// A twin whose instrument was made.
pub(super) struct MadeTwin {
    instrument: Instrument,
    labels: &'static [TwinLabel],
}

enum Instrument {
    Count(Counter<u64>),
    Distribution(Histogram<f64>),
    Level(UpDownCounter<i64>),
}

/// A twin that is bound to its labels.
pub(super) enum BoundTwin {
    Count(BoundCounter<u64>),
    Distribution(BoundHistogram<f64>),
    Level(BoundUpDownCounter<i64>),
}

impl Twin {
    /// Makes its instrument with `meter`; there is none of a gauge, whose values do not add up.
    pub(super) fn make(&self, meter: &Meter) -> Option<MadeTwin> {
        let instrument = match self.spec.kind {
            MetricKind::Counter => Instrument::Count(self.spec.counter(meter)),
            MetricKind::Histogram { .. } => Instrument::Distribution(self.spec.histogram(meter)),
            MetricKind::UpDownCounter => Instrument::Level(self.spec.up_down_counter(meter)),
            MetricKind::Gauge => return None,
        };
        Some(MadeTwin { instrument, labels: self.labels })
    }
}

impl MadeTwin {
    /// Records what the other one does, with `attributes`.
    pub(super) fn record<T: Number>(&self, value: T, attributes: &[KeyValue]) {
        let Some(labels) = self.labels(attributes) else { return };
        match &self.instrument {
            Instrument::Count(count) => count.add(1, &labels),
            Instrument::Distribution(distribution) => distribution.record(value.as_f64(), &labels),
            Instrument::Level(level) => level.add(value.as_i64(), &labels),
        }
    }

    /// It beside a series with `attributes`, unless it records nothing there.
    pub(super) fn bind(&self, attributes: &[KeyValue]) -> Option<BoundTwin> {
        let labels = self.labels(attributes)?;
        Some(match &self.instrument {
            Instrument::Count(count) => BoundTwin::Count(count.bind(&labels)),
            Instrument::Distribution(it) => BoundTwin::Distribution(it.bind(&labels)),
            Instrument::Level(level) => BoundTwin::Level(level.bind(&labels)),
        })
    }

    fn labels(&self, attributes: &[KeyValue]) -> Option<Vec<KeyValue>> {
        let mut labels = Vec::with_capacity(self.labels.len());
        for TwinLabel { from, to, otherwise } in self.labels {
            let known = attributes.iter().find(|attribute| attribute.key.as_str() == from.name);
            let value = known.map(|attribute| attribute.value.clone());
            let value = value.or_else(|| otherwise.map(Value::from))?;
            labels.extend(to.as_ref().map(|to| to.of(value)));
        }
        Some(labels)
    }
}

impl BoundTwin {
    /// Records what the other one does.
    pub(super) fn record<T: Number>(&self, value: T) {
        match self {
            Self::Count(count) => count.add(1),
            Self::Distribution(distribution) => distribution.record(value.as_f64()),
            Self::Level(level) => level.add(value.as_i64()),
        }
    }
}
