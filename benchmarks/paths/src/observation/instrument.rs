//! A bound instrument that observes one thing after the other.

use std::hint::black_box;

use kymo::{ExemplarFilter, Telemetry};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram};

use crate::{BoxError, Subject, exposition};

/// A kind of instrument.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A histogram.
    Histogram,
    /// A counter.
    Counter,
}

enum Bound {
    Histogram(BoundHistogram<f64>),
    Counter(BoundCounter<u64>),
}

/// A bound instrument, and how often it has observed something.
pub(super) struct Observations {
    bound: Bound,
    telemetry: Telemetry,
    times: u64,
}

impl Observations {
    /// An instrument of this `kind` and `meter`, with exemplars unless `filter` is `off`.
    pub(super) fn new(kind: Kind, meter: &'static str, filter: &str) -> Result<Self, BoxError> {
        let filter = match filter {
            "off" => ExemplarFilter::AlwaysOff,
            "on" => ExemplarFilter::TraceBased,
            _ => return Err(format!("there is no filter {filter:?}").into()),
        };
        let telemetry =
            Telemetry::for_service("bench").prometheus().exemplar_filter(filter).build()?;
        let meter = telemetry.meter(meter);
        let attributes = [KeyValue::new("shop", "main")];
        let bound = match kind {
            Kind::Histogram => {
                Bound::Histogram(meter.f64_histogram("sold").build().bind(&attributes))
            }
            Kind::Counter => Bound::Counter(meter.u64_counter("sold").build().bind(&attributes)),
        };
        Ok(Self { bound, telemetry, times: 0 })
    }
}

impl Subject for Observations {
    fn run(&mut self, times: u64) {
        self.times += times;
        match &self.bound {
            Bound::Histogram(histogram) => {
                (0..times).for_each(|_| black_box(histogram).record(black_box(1.5)));
            }
            Bound::Counter(counter) => {
                (0..times).for_each(|_| black_box(counter).add(black_box(1)));
            }
        }
    }

    fn verify(&self) -> Result<(), BoxError> {
        let bridge = self.telemetry.bridge().ok_or("nothing is scraped")?;
        let text = exposition::text(bridge);
        let name = match self.bound {
            Bound::Histogram(_) => "sold_count",
            Bound::Counter(_) => "sold_total",
        };
        let counted: f64 = exposition::values(&text, name, "shop=\"main\"").sum();
        if counted == self.times as f64 {
            return Ok(());
        }
        Err(format!("{counted} of {} observations in:\n{text}", self.times).into())
    }
}
