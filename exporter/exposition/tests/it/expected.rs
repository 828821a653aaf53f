//! Any families at all, and what of them a document can hold, said a second time in other words.

use std::collections::BTreeSet;

use kymo_exposition::{Histogram, Kind, Label, Number, Quantile, Series, Summary, Value};
use proptest::{collection::vec, prelude::*, sample::select};

use super::parser::{ReadFamily, ReadSample};

#[derive(Debug, Clone)]
pub(crate) struct AnyFamily {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) kind: Kind,
    pub(crate) series: Vec<AnySeries>,
}

#[derive(Debug, Clone)]
pub(crate) struct AnySeries {
    labels: Vec<(String, String)>,
    value: AnyValue,
}

#[derive(Debug, Clone)]
enum AnyValue {
    Number(Number),
    Histogram(Vec<f64>, Vec<u64>, Option<Number>),
    Summary(Vec<(f64, f64)>, Option<Number>, u64),
}

pub(crate) struct Expected {
    pub(crate) families: Vec<ReadFamily>,
    pub(crate) dropped: u64,
}

pub(crate) fn families() -> impl Strategy<Value = Vec<AnyFamily>> {
    let name = prop_oneof![
        select(vec!["a", "b", "c", "a_sum", "b_count", "c_bucket", "é1", "9", ""]).prop_map_into(),
        "\\PC{0,6}",
    ];
    let kinds = [
        Kind::Counter,
        Kind::Gauge,
        Kind::Histogram,
        Kind::Summary,
        Kind::Info,
        Kind::StateSet,
        Kind::Unknown,
    ];
    let family = (name, any::<String>(), select(kinds.to_vec()), vec(series(), 0..5));
    vec(family.prop_map(|(name, help, kind, series)| AnyFamily { name, help, kind, series }), 0..6)
}

fn series() -> impl Strategy<Value = AnySeries> {
    let key = prop_oneof![
        30 => select(vec!["x", "y", "_z9", "_", "A"]).prop_map_into(),
        1 => select(vec!["le", "quantile", "x.y", "9", ""]).prop_map_into(),
        1 => "\\PC{0,4}",
    ];
    let text = prop_oneof!["[\\\\\"\n{}=, a]{0,12}", any::<String>()];
    (vec((key, text), 0..4), value()).prop_map(|(labels, value)| AnySeries { labels, value })
}

fn value() -> impl Strategy<Value = AnyValue> {
    let ascending = vec(0_u32..1000, 0..6).prop_map(|numbers| {
        let sorted: BTreeSet<_> = numbers.into_iter().collect();
        sorted.into_iter().map(|number| f64::from(number) / 1000.0).collect::<Vec<_>>()
    });
    let bounds = prop_oneof![5 => ascending, 1 => vec(any::<f64>(), 0..4)];
    let count = prop_oneof![9 => 0_u64..1 << 53, 1 => any::<u64>()];
    let histogram = (bounds.clone(), vec(count, 7), proptest::option::of(number()), 0..12_usize);
    let summary = (bounds, any::<f64>(), proptest::option::of(number()), any::<u64>());
    prop_oneof![
        2 => number().prop_map(AnyValue::Number),
        1 => histogram.prop_map(|(bounds, mut counts, sum, off)| {
            counts.truncate(if off == 0 { 1 } else { bounds.len() + 1 });
            AnyValue::Histogram(bounds, counts, sum)
        }),
        1 => summary.prop_map(|(quantiles, value, sum, count)| {
            let quantiles = quantiles
                .into_iter()
                .map(|quantile| (quantile, value))
                .collect();
            AnyValue::Summary(quantiles, sum, count)
        }),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<u64>().prop_map(Number::U64),
        any::<i64>().prop_map(Number::I64),
        proptest::num::f64::ANY.prop_map(Number::F64),
        (-1000..1000_i32).prop_map(|number| Number::F64(f64::from(number))),
    ]
}

impl AnySeries {
    pub(crate) fn with(&self, give: impl FnOnce(&Series<'_>)) {
        let label = |label: &'_ (String, String)| -> (String, String) { label.clone() };
        let owned: Vec<_> = self.labels.iter().map(label).collect();
        let labels: Vec<_> = owned.iter().map(|(name, value)| Label { name, value }).collect();
        let quantiles: Vec<_> = match &self.value {
            AnyValue::Summary(all, ..) => {
                all.iter().map(|&(quantile, value)| Quantile { quantile, value }).collect()
            }
            _ => Vec::new(),
        };
        let value = match &self.value {
            AnyValue::Number(number) => Value::Number(*number, None),
            AnyValue::Histogram(bounds, counts, sum) => {
                Value::Histogram(Histogram { bounds, counts, sum: *sum, exemplars: &[] })
            }
            AnyValue::Summary(_, sum, count) => {
                Value::Summary(Summary { quantiles: &quantiles, sum: *sum, count: *count })
            }
        };
        give(&Series { labels: &labels, start_time: None, timestamp: None, value });
    }
}

pub(crate) fn of(families: &[AnyFamily]) -> Expected {
    let mut expected = Expected { families: Vec::new(), dropped: 0 };
    let mut taken: Vec<(String, Kind)> = Vec::new();
    for any in families {
        let mut name =
            any.name.replace(|c: char| !(c.is_ascii_alphanumeric() || "_:".contains(c)), "_");
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.replace_range(..1, "_");
        }
        let free =
            !name.is_empty() && taken.iter().all(|other| !share(&samples(&name, any.kind), other));
        let kind = match any.kind {
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
            Kind::Summary => "summary",
            Kind::Unknown => "untyped",
            _ => "gauge",
        };
        let mut read = ReadFamily {
            name: name.clone(),
            help: (!any.help.is_empty()).then(|| any.help.clone()),
            kind: kind.to_owned(),
            samples: Vec::new(),
        };
        for series in &any.series {
            match lines(&name, any.kind, series).filter(|_| free) {
                Some(lines) => read.samples.extend(lines),
                None => expected.dropped += 1,
            }
        }
        if free {
            taken.push((name, any.kind));
        }
        if !read.samples.is_empty() {
            expected.families.push(read);
        }
    }
    expected
}

fn samples(name: &str, kind: Kind) -> Vec<String> {
    let suffixes: &[&str] = match kind {
        Kind::Histogram => &["", "_bucket", "_sum", "_count"],
        Kind::Summary => &["", "_sum", "_count"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{name}{suffix}")).collect()
}

/// Whether one is the name of the other, or of one of its samples.
fn share(mine: &[String], (name, kind): &(String, Kind)) -> bool {
    mine.contains(name) || samples(name, *kind).contains(&mine[0])
}

fn lines(name: &str, kind: Kind, series: &AnySeries) -> Option<Vec<ReadSample>> {
    let reserved = match kind {
        Kind::Histogram => "le",
        Kind::Summary => "quantile",
        _ => "",
    };
    let mut seen = BTreeSet::new();
    for (label, _) in &series.labels {
        let first = label.chars().next()?;
        let legal = label.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        if first.is_ascii_digit() || !legal || label == reserved || !seen.insert(label) {
            return None;
        }
    }
    let line = |suffix: &str, extra: Option<(&str, f64)>, value: String| {
        let extra = extra.map(|(label, number)| (label.to_owned(), text(Number::F64(number))));
        let labels = series.labels.iter().cloned().chain(extra).collect();
        ReadSample { name: format!("{name}{suffix}"), labels, value, timestamp: None }
    };
    let tail = |sum: Option<Number>, count: u64| {
        let sum = sum.map(|sum| line("_sum", None, text(sum)));
        sum.into_iter().chain([line("_count", None, count.to_string())])
    };
    let ascending = |all: &[f64]| all.windows(2).all(|pair| pair[0] < pair[1]);
    match (kind, &series.value) {
        (Kind::Histogram, AnyValue::Histogram(bounds, counts, sum)) => {
            let finite = bounds.iter().all(|bound| bound.is_finite());
            let total = counts.iter().map(|&count| u128::from(count)).sum::<u128>();
            if !finite || !ascending(bounds) || counts.len() != bounds.len() + 1 {
                return None;
            }
            let total = u64::try_from(total).ok()?;
            let bounds = bounds.iter().copied().chain([f64::INFINITY]).enumerate();
            let buckets = bounds.map(|(index, bound)| {
                let below: u64 = counts[..=index].iter().sum();
                line("_bucket", Some(("le", bound)), below.to_string())
            });
            Some(buckets.chain(tail(*sum, total)).collect())
        }
        (Kind::Summary, AnyValue::Summary(quantiles, sum, count)) => {
            let all: Vec<_> = quantiles.iter().map(|quantile| quantile.0).collect();
            if !ascending(&all) || !all.iter().all(|q| *q >= 0.0 && *q <= 1.0) {
                return None;
            }
            let line = |&(q, value)| line("", Some(("quantile", q)), text(Number::F64(value)));
            Some(quantiles.iter().map(line).chain(tail(*sum, *count)).collect())
        }
        (Kind::Histogram | Kind::Summary, _) => None,
        (_, AnyValue::Number(number)) => Some(vec![line("", None, text(*number))]),
        _ => None,
    }
}

/// The digits: Rust's own float formatting is the shortest that reads back, too.
fn text(number: Number) -> String {
    match number {
        Number::U64(number) => number.to_string(),
        Number::I64(number) => number.to_string(),
        Number::F64(number) if number.is_nan() => "NaN".into(),
        Number::F64(f64::INFINITY) => "+Inf".into(),
        Number::F64(f64::NEG_INFINITY) => "-Inf".into(),
        Number::F64(number) => digits(number),
    }
}

fn digits(number: f64) -> String {
    // Below 1e-5 and from 1e16 the writer changes to an exponent, whose sign it always shows.
    if number == 0.0 || (1e-5..1e16).contains(&number.abs()) {
        return number.to_string();
    }
    let digits = format!("{number:e}");
    if digits.contains("e-") { digits } else { digits.replace('e', "e+") }
}
