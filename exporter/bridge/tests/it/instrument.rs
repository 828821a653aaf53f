//! Any instrument of any library, with what was measured.

use opentelemetry::{
    Array, InstrumentationScope, KeyValue, Value,
    metrics::{Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use proptest::{collection::vec, prelude::*, sample::select};

#[derive(Debug, Clone)]
pub(crate) struct Instrument {
    pub(crate) scope: Scope,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) help: &'static str,
    pub(crate) shape: Shape,
    pub(crate) points: Vec<(Vec<KeyValue>, u32)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scope {
    pub(crate) name: &'static str,
    pub(crate) version: Option<&'static str>,
    pub(crate) attributes: Vec<KeyValue>,
}

impl Scope {
    /// Whether Prometheus cannot tell the two apart, although OpenTelemetry does: an attribute that would
    /// take the place of a fixed label is not shown, nor is an empty one, nor the type of any.
    pub(crate) fn is_shown_as(&self, other: &Scope) -> bool {
        let is_free = |it: &&KeyValue| {
            let key = it.key.as_str().replace('.', "_");
            !["name", "version", "schema_url"].contains(&key.as_str())
        };
        let shown = |scope: &Scope| {
            let free = scope.attributes.iter().filter(is_free);
            let labels = free.map(|it| (it.key.as_str().replace('.', "_"), it.value.to_string()));
            let mut labels: Vec<_> = labels.filter(|(_, value)| !value.is_empty()).collect();
            labels.sort();
            (scope.name, scope.version.filter(|version| !version.is_empty()), labels)
        };
        self != other && shown(self) == shown(other)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    CounterU64,
    CounterF64,
    UpDownI64,
    UpDownF64,
    GaugeU64,
    GaugeF64,
    HistogramU64,
    HistogramF64,
    /// Of what is less than zero; its sum falls.
    HistogramBelowZero,
    ObservableCounter,
}

impl Instrument {
    pub(crate) fn new(shape: Shape, name: &'static str, unit: &'static str) -> Self {
        let scope = Scope { name: "test", version: None, attributes: Vec::new() };
        Instrument { scope, name, unit, help: "", shape, points: vec![(Vec::new(), 1)] }
    }

    pub(crate) fn with(self, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        Instrument { points: vec![(attributes.into_iter().collect(), 1)], ..self }
    }

    pub(crate) fn is_counter(&self) -> bool {
        matches!(self.shape, Shape::CounterU64 | Shape::CounterF64 | Shape::ObservableCounter)
    }

    pub(crate) fn is_gauge(&self) -> bool {
        matches!(self.shape, Shape::GaugeU64 | Shape::GaugeF64)
    }

    pub(crate) fn is_histogram(&self) -> bool {
        let shapes = [Shape::HistogramU64, Shape::HistogramF64, Shape::HistogramBelowZero];
        shapes.contains(&self.shape)
    }

    pub(crate) fn type_word(&self) -> &'static str {
        match self.shape {
            _ if self.is_counter() => "counter",
            _ if self.is_histogram() => "histogram",
            _ => "gauge",
        }
    }

    /// Makes the instrument and measures all its points.
    pub(crate) fn record(&self, provider: &SdkMeterProvider) {
        let mut scope = InstrumentationScope::builder(self.scope.name)
            .with_attributes(self.scope.attributes.clone());
        if let Some(version) = self.scope.version {
            scope = scope.with_version(version);
        }
        self.record_with(&provider.meter_with_scope(scope.build()));
    }

    fn record_with(&self, meter: &Meter) {
        let Instrument { name, unit, help, .. } = *self;
        let points = self.points.iter().map(|(attributes, number)| (attributes, *number));
        match self.shape {
            Shape::CounterU64 => {
                let it = meter.u64_counter(name).with_unit(unit).with_description(help).build();
                points.for_each(|(attributes, number)| it.add(number.into(), attributes));
            }
            Shape::CounterF64 => {
                let it = meter.f64_counter(name).with_unit(unit).with_description(help).build();
                points.for_each(|(attributes, number)| it.add(f64::from(number) / 8.0, attributes));
            }
            Shape::UpDownI64 => {
                let it = meter.i64_up_down_counter(name).with_unit(unit);
                let it = it.with_description(help).build();
                points.for_each(|(attributes, number)| it.add(-i64::from(number), attributes));
            }
            Shape::UpDownF64 => {
                let it = meter.f64_up_down_counter(name).with_unit(unit);
                let it = it.with_description(help).build();
                points
                    .for_each(|(attributes, number)| it.add(-f64::from(number) / 3.0, attributes));
            }
            Shape::GaugeU64 => {
                let it = meter.u64_gauge(name).with_unit(unit).with_description(help).build();
                points.for_each(|(attributes, number)| it.record(number.into(), attributes));
            }
            Shape::GaugeF64 => {
                let it = meter.f64_gauge(name).with_unit(unit).with_description(help).build();
                points.for_each(|(attributes, number)| {
                    it.record(f64::from(number) * 0.1, attributes);
                });
            }
            Shape::HistogramU64 => {
                let it = meter.u64_histogram(name).with_unit(unit).with_description(help).build();
                points.for_each(|(attributes, number)| it.record(number.into(), attributes));
            }
            Shape::HistogramF64 => {
                let it = meter.f64_histogram(name).with_unit(unit).with_description(help);
                let it = it.with_boundaries(vec![0.005, 0.25, 1.0, 1e6]).build();
                points.for_each(|(attributes, number)| {
                    it.record(f64::from(number) / 7.0, attributes);
                });
            }
            Shape::HistogramBelowZero => {
                let it = meter.f64_histogram(name).with_unit(unit).with_description(help);
                let it = it.with_boundaries(vec![-1.0, 1.0]).build();
                points.for_each(|(attributes, number)| it.record(-f64::from(number), attributes));
            }
            Shape::ObservableCounter => {
                let points = self.points.clone();
                let it = meter.u64_observable_counter(name).with_unit(unit).with_description(help);
                let it = it.with_callback(move |observer| {
                    for (attributes, number) in &points {
                        observer.observe(u64::from(*number), attributes);
                    }
                });
                it.build();
            }
        }
    }
}

pub(crate) fn instrument() -> impl Strategy<Value = Instrument> {
    let scope = (select(vec!["one", "two", ""]), select(vec![None, Some("1.0"), Some("2.0")]));
    let scope_attributes = select(vec![
        vec![],
        vec![KeyValue::new("tier", "a")],
        vec![KeyValue::new("tier.x", 7)],
        vec![KeyValue::new("version", "hidden")],
    ]);
    let names = [
        "requests",
        "http.server.duration",
        "a-b/c",
        "jobs_total",
        "jobs",
        "copied_bytes",
        "Queue.Size",
        "io.bytes.total",
        "x..y",
        "z_",
        "latency_seconds",
        "q1.",
        "requests_count",
        "requests.sum",
    ];
    let units = [
        "", "", "s", "By", "1", "{item}", "ms", "m/s", "{item}/s", "kBy", "TiBy", "Cel", "kg", "",
        "",
    ];
    let helps = ["", "Help.", "Other help \\ with\nlines."];
    let shapes = [
        Shape::CounterU64,
        Shape::CounterF64,
        Shape::UpDownI64,
        Shape::UpDownF64,
        Shape::GaugeU64,
        Shape::GaugeF64,
        Shape::HistogramU64,
        Shape::HistogramF64,
        Shape::ObservableCounter,
    ];
    let what = (select(names.to_vec()), select(units.to_vec()), select(helps.to_vec()));
    let points = vec((vec(attribute(), 0..4), 0_u32..20_000), 1..5);
    (scope, scope_attributes, what, select(shapes.to_vec()), points).prop_map(
        |((name, version), attributes, (instrument, unit, help), shape, points)| Instrument {
            scope: Scope { name, version, attributes },
            name: instrument,
            unit,
            help,
            shape,
            points,
        },
    )
}

fn attribute() -> impl Strategy<Value = KeyValue> {
    let plain =
        select(vec!["method", "http.route", "status_code", "A", "otel.scope.name", "a.b", "a_b"]);
    let odd = select(vec!["1st", "x..y", "c:d", "größe", "le"]);
    let key = prop_oneof![12 => plain, 1 => odd];
    let value = prop_oneof![
        8 => select(vec!["GET", "/books/{id}", "a\\b", "\"quoted\"\n", "é", "x;y"]).prop_map(Value::from),
        1 => Just(Value::from("")),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => select(vec![0.5, -1e9, f64::INFINITY]).prop_map(Value::from),
        1 => Just(Value::Array(Array::I64(vec![1, 2]))),
        1 => Just(Value::Array(Array::String(vec!["a".into(), "\"".into()]))),
    ];
    (key, value).prop_map(|(key, value)| KeyValue::new(key, value))
}
