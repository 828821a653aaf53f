//! Where families differ from those of `opentelemetry-prometheus` 0.33, and what asks for it.
//!
//! The paragraphs are sections of the OpenTelemetry specification: [compat] is "Prometheus and
//! OpenMetrics Compatibility", part "OTLP Metric points to Prometheus"; [common] is "Common
//! specification concepts". Each entry has an example of both worlds, checked by a test, and says
//! which instruments it concerns; all others must come out equal.

use opentelemetry::{Array, KeyValue, Value};

use super::{
    differential::{ours, theirs},
    instrument::{Instrument, Shape},
};

pub(crate) struct Deviation {
    /// The difference, and the paragraph that asks for it.
    pub(crate) because: &'static str,
    pub(crate) concerns: fn(&Instrument) -> bool,
    example: fn() -> Instrument,
    theirs: &'static str,
    ours: &'static str,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        because: "a counter's name that ends in `_total` MUST remain unchanged [compat: Sums]",
        concerns: |it| it.is_counter() && cleaned(it.name).ends_with("_total"),
        example: || Instrument::new(Shape::CounterU64, "jobs_total", ""),
        theirs: "jobs_total_total{otel_scope_name=test} 1",
        ours: "jobs_total{otel_scope_name=test} 1",
    },
    Deviation {
        because: "the unit is added unless the name ends with it, before type-specific suffixes \
                  [compat: Metric Metadata]",
        concerns: |it| {
            let stem = cleaned(it.name);
            let stem = stem.trim_end_matches("_total");
            let words = [("By", "bytes"), ("s", "seconds")];
            words.iter().any(|(unit, word)| it.unit == *unit && stem.ends_with(word))
        },
        example: || Instrument::new(Shape::GaugeF64, "copied_bytes", "By"),
        theirs: "copied_bytes_bytes{otel_scope_name=test} 0.1",
        ours: "copied_bytes{otel_scope_name=test} 0.1",
    },
    Deviation {
        because: "consecutive `_` are replaced with one [compat: Metric Metadata]",
        concerns: |it| {
            let with_suffix = format!("{}_", it.name);
            let has_suffix = it.is_counter() || it.unit == "1" || word_of(it.unit).is_some();
            has_runs(if has_suffix { &with_suffix } else { it.name })
        },
        example: || Instrument::new(Shape::GaugeU64, "a..b", ""),
        theirs: "a__b{otel_scope_name=test} 1",
        ours: "a_b{otel_scope_name=test} 1",
    },
    Deviation {
        because: "a unit is converted if it is in the table, and the resulting unit is a suffix: one \
                  that is not stays as it is [compat: Metric Metadata]",
        concerns: |it| ["foo", "kg", "seconds"].contains(&it.unit),
        example: || Instrument::new(Shape::GaugeU64, "payload", "kg"),
        theirs: "payload{otel_scope_name=test} 1",
        ours: "payload_kg{otel_scope_name=test} 1",
    },
    Deviation {
        because: "`kBy` is kilobytes in the table of units [compat: Metric Metadata]",
        concerns: |it| it.unit == "kBy",
        example: || Instrument::new(Shape::CounterU64, "net", "kBy"),
        theirs: "net_total{otel_scope_name=test} 1",
        ours: "net_kilobytes_total{otel_scope_name=test} 1",
    },
    Deviation {
        because: "`TiBy` is tebibytes in the table of units [compat: Metric Metadata]",
        concerns: |it| it.unit == "TiBy",
        example: || Instrument::new(Shape::GaugeU64, "disk", "TiBy"),
        theirs: "disk_tibibytes{otel_scope_name=test} 1",
        ours: "disk_tebibytes{otel_scope_name=test} 1",
    },
    Deviation {
        because: "`1` is not in the table of units [compat: Metric Metadata]; like the translator of \
                  Prometheus, only gauges of that unit are called ratios",
        concerns: |it| it.unit == "1" && !it.is_gauge(),
        example: || Instrument::new(Shape::CounterU64, "items", "1"),
        theirs: "items_ratio_total{otel_scope_name=test} 1",
        ours: "items_total{otel_scope_name=test} 1",
    },
    Deviation {
        because: "a rate is converted to words whatever is counted [compat: Metric Metadata]",
        concerns: |it| it.unit == "km/h",
        example: || Instrument::new(Shape::GaugeU64, "speed", "km/h"),
        theirs: "speed_per_hour{otel_scope_name=test} 1",
        ours: "speed_km_per_hour{otel_scope_name=test} 1",
    },
    Deviation {
        because: "portions in brackets are dropped, the rest of the unit is not \
                  [compat: Metric Metadata]",
        concerns: |it| it.unit == "By{payload}",
        example: || Instrument::new(Shape::GaugeU64, "sent", "By{payload}"),
        theirs: "sent{otel_scope_name=test} 1",
        ours: "sent_bytes{otel_scope_name=test} 1",
    },
    Deviation {
        because: "consecutive `_` in label names are replaced with one [compat: Metric Attributes]",
        concerns: |it| keys(it).any(has_runs),
        example: || Instrument::new(Shape::GaugeU64, "a", "").with([KeyValue::new("x..y", "v")]),
        theirs: "a{otel_scope_name=test,x__y=v} 1",
        ours: "a{otel_scope_name=test,x_y=v} 1",
    },
    Deviation {
        because: "label names match `[a-zA-Z_]([a-zA-Z0-9_])*`: no colon [compat: Metric Attributes]",
        concerns: |it| keys(it).any(|key| key.contains(':')),
        example: || Instrument::new(Shape::GaugeU64, "a", "").with([KeyValue::new("c:d", "v")]),
        theirs: "a{c:d=v,otel_scope_name=test} 1",
        ours: "a{c_d=v,otel_scope_name=test} 1",
    },
    Deviation {
        because: "label names match `[a-zA-Z_]([a-zA-Z0-9_])*`: no digit first \
                  [compat: Metric Attributes]",
        concerns: |it| keys(it).any(|key| key.starts_with(|first: char| first.is_ascii_digit())),
        example: || Instrument::new(Shape::GaugeU64, "a", "").with([KeyValue::new("1st", "v")]),
        theirs: "a{1st=v,otel_scope_name=test} 1",
        ours: "a{_1st=v,otel_scope_name=test} 1",
    },
    Deviation {
        because: "the label `le` is the bucket's bound [compat: Histograms], so an attribute gets the \
                  prefix that Prometheus itself gives to labels that are taken",
        concerns: |it| it.is_histogram() && keys(it).any(|key| key == "le"),
        example: || {
            let le = KeyValue::new("le", "v");
            Instrument::new(Shape::HistogramF64, "a", "").with([le])
        },
        theirs: "a_count{le=v,otel_scope_name=test} 1",
        ours: "a_count{exported_le=v,otel_scope_name=test} 1",
    },
    Deviation {
        because: "a histogram whose sum may fall has none [compat: Histograms]",
        concerns: |it| it.shape == Shape::HistogramBelowZero,
        example: || Instrument::new(Shape::HistogramBelowZero, "a", ""),
        theirs: "a_sum{otel_scope_name=test} -1",
        ours: "a_count{otel_scope_name=test} 1",
    },
    Deviation {
        because: "floats that are no JSON numbers are `NaN`, `Infinity`, `-Infinity` \
                  [common: AnyValue representation for non-OTLP protocols]",
        concerns: |it| values(it).any(|value| matches!(value, Value::F64(it) if !it.is_finite())),
        example: || {
            let infinite = KeyValue::new("x", f64::INFINITY);
            Instrument::new(Shape::GaugeU64, "a", "").with([infinite])
        },
        theirs: "a{otel_scope_name=test,x=inf} 1",
        ours: "a{otel_scope_name=test,x=Infinity} 1",
    },
    Deviation {
        because: "arrays are JSON arrays, with escapes \
                  [common: AnyValue representation for non-OTLP protocols]",
        concerns: |it| values(it).any(|value| matches!(value, Value::Array(Array::String(_)))),
        example: || {
            let texts = Array::String(vec!["\"".into()]);
            let array = KeyValue::new("x", Value::Array(texts));
            Instrument::new(Shape::GaugeU64, "a", "").with([array])
        },
        theirs: "a{otel_scope_name=test,x=[\"\"\"]} 1",
        ours: "a{otel_scope_name=test,x=[\"\\\"\"]} 1",
    },
];

#[test]
fn each_deviation_is_as_listed() {
    for Deviation { because, concerns, example, theirs: listed, ours: own } in DEVIATIONS {
        let example = example();
        assert!(concerns(&example), "{because}");
        let (theirs, ours) = (theirs(&example), ours(&example));
        assert!(theirs.contains(&(*listed).to_owned()), "{because}: {theirs:#?}");
        assert!(ours.contains(&(*own).to_owned()), "{because}: {ours:#?}");
    }
}

fn keys(instrument: &Instrument) -> impl Iterator<Item = &str> {
    let own = instrument.points.iter().flat_map(|(attributes, _)| attributes);
    own.map(|attribute| attribute.key.as_str())
}

fn values(instrument: &Instrument) -> impl Iterator<Item = &Value> {
    instrument
        .points
        .iter()
        .flat_map(|(attributes, _)| attributes)
        .map(|attribute| &attribute.value)
}

fn cleaned(name: &str) -> String {
    name.replace(|char: char| !char.is_ascii_alphanumeric(), "_")
}

fn has_runs(name: &str) -> bool {
    cleaned(name).contains("__")
}

fn word_of(unit: &str) -> Option<()> {
    (!["", "{item}", "foo", "kg", "seconds"].contains(&unit)).then_some(())
}
