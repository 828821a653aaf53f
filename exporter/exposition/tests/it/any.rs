//! Any families at all.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kymo_exposition::{
    Exemplar, Family, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number, Quantile,
    Series, Sink, Summary, Value,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::parser::Labels;
use value::value;

// The fuzzer includes this file from elsewhere.
#[path = "any/value.rs"]
mod value;

#[derive(Debug, Clone)]
pub(crate) struct AnyFamily {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) kind: Kind,
    pub(crate) series: Vec<AnySeries>,
}

#[derive(Debug, Clone)]
pub(crate) struct AnySeries {
    pub(crate) labels: Labels,
    pub(crate) start: Option<SystemTime>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) value: AnyValue,
    /// One for each bucket, or the first one for a number.
    pub(crate) exemplars: Vec<Option<AnyExemplar>>,
}

#[derive(Debug, Clone)]
pub(crate) enum AnyValue {
    Number(Number),
    Histogram(AnyHistogram),
    Native(AnyNative),
    Summary(Vec<(f64, f64)>, Option<Number>, u64),
}

#[derive(Debug, Clone)]
pub(crate) struct AnyHistogram {
    pub(crate) bounds: Vec<f64>,
    pub(crate) counts: Vec<u64>,
    pub(crate) sum: Option<Number>,
    pub(crate) can_fall: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct AnyNative {
    pub(crate) schema: i8,
    pub(crate) zero: (f64, u64),
    pub(crate) positive: (i32, Vec<u64>),
    pub(crate) negative: (i32, Vec<u64>),
    pub(crate) sum: Number,
    pub(crate) count: u64,
    pub(crate) classic: Option<AnyHistogram>,
}

#[derive(Debug, Clone)]
pub(crate) struct AnyExemplar {
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    pub(crate) time: Option<SystemTime>,
}

pub(crate) const KINDS: [Kind; 7] = [
    Kind::Counter,
    Kind::Gauge,
    Kind::Histogram,
    Kind::Summary,
    Kind::Info,
    Kind::StateSet,
    Kind::Unknown,
];

pub(crate) fn families() -> impl Strategy<Value = Vec<AnyFamily>> {
    let name = prop_oneof![
        select(vec!["a", "b", "c", "a_sum", "b_count", "c_bucket", "é1", "9", ""]).prop_map_into(),
        select(vec!["a_total", "b_total", "c_info", "a_created"]).prop_map_into(),
        select(vec!["a.b", "_total", "a_s_total", "b_s"]).prop_map_into(),
        "\\PC{0,6}",
        "[a.\\x00\r\t]{1,3}",
    ];
    let unit = select(vec!["", "", "s", "total", "m/s"]).prop_map_into();
    let family =
        (name, text(), unit, select(KINDS.to_vec())).prop_flat_map(|(name, help, unit, kind)| {
            let header = (Just(name), Just(help), Just(unit), Just(kind));
            (header, vec(series(kind), 0..5))
        });
    let family = family.prop_map(|((name, help, unit, kind), series)| AnyFamily {
        name,
        help,
        unit,
        kind,
        series,
    });
    vec(family, 0..6)
}

fn series(kind: Kind) -> impl Strategy<Value = AnySeries> {
    let key = prop_oneof![
        30 => select(vec!["x", "y", "_z9", "_", "A", "a"]).prop_map_into(),
        3 => select(vec!["le", "quantile", "x.y", "x_y", "9", "", "__name__", "a:b"]).prop_map_into(),
        1 => "\\PC{0,4}",
        1 => "[x\\x00\r\t\n]{1,2}",
    ];
    let labels = vec((key, text()), 0..4);
    let time = option::of((-2_000_000_000..2_000_000_000_i64).prop_map(time));
    let exemplars = vec(option::of(exemplar()), 0..7);
    (labels, time, option::weighted(0.1, any::<i64>()), value(kind), exemplars).prop_map(
        |(labels, start, timestamp, value, exemplars)| AnySeries {
            labels,
            start,
            timestamp,
            value,
            exemplars,
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[\\\\\"\n{}=, aé]{0,12}",
        1 => any::<String>(),
        // Of these, the others have none.
        1 => "[\\x00-\\x1F\\x7F\u{85}\u{2028}a]{0,4}",
    ]
}

/// Milliseconds around 1970.
fn time(milliseconds: i64) -> SystemTime {
    let distance = Duration::from_millis(milliseconds.unsigned_abs());
    if milliseconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
}

fn exemplar() -> impl Strategy<Value = AnyExemplar> {
    let key = prop_oneof![
        select(vec!["trace_id", "x.y", "x_y", ""]).prop_map_into(),
        "\\PC{0,3}",
        "[x\\x00\r]{1,2}"
    ];
    let value = prop_oneof![text(), "[aé]{110,130}"];
    let number = prop_oneof![0.0..1.0_f64, proptest::num::f64::ANY];
    let when = option::of((0..2_000_000_000_000_i64).prop_map(time));
    (vec((key, value), 0..3), number, when).prop_map(|(labels, value, time)| AnyExemplar {
        labels,
        value,
        time,
    })
}

impl AnyFamily {
    /// Pushes the header and all series.
    pub(crate) fn push(&self, sink: &mut dyn Sink) {
        sink.family(&self.header());
        self.series.iter().for_each(|series| series.with(|series| sink.series(series)));
    }

    pub(crate) fn header(&self) -> Family<'_> {
        Family { name: &self.name, help: &self.help, unit: &self.unit, kind: self.kind }
    }
}

impl AnySeries {
    pub(crate) fn with(&self, give: impl FnOnce(&Series<'_>)) {
        let labels = borrowed(&self.labels);
        let of_exemplars: Vec<Vec<_>> = self
            .exemplars
            .iter()
            .map(|it| it.as_ref().map(|it| borrowed(&it.labels)).unwrap_or_default())
            .collect();
        let exemplars: Vec<_> = self.exemplars.iter().zip(&of_exemplars).map(lent).collect();
        let flat: Vec<_> = exemplars.iter().flatten().copied().collect();
        let quantiles: Vec<_> = match &self.value {
            AnyValue::Summary(all, ..) => {
                all.iter().map(|&(quantile, value)| Quantile { quantile, value }).collect()
            }
            _ => Vec::new(),
        };
        let value = match &self.value {
            AnyValue::Number(number) => Value::Number(*number, flat.first().copied()),
            AnyValue::Histogram(it) => Value::Histogram(it.lent(&exemplars)),
            AnyValue::Native(it) => Value::NativeHistogram(NativeHistogram {
                schema: it.schema,
                zero_threshold: it.zero.0,
                zero_count: it.zero.1,
                positive: NativeBuckets { offset: it.positive.0, counts: &it.positive.1 },
                negative: NativeBuckets { offset: it.negative.0, counts: &it.negative.1 },
                sum: it.sum,
                count: it.count,
                exemplars: &flat,
                classic: it.classic.as_ref().map(|classic| classic.lent(&exemplars)),
            }),
            AnyValue::Summary(_, sum, count) => {
                Value::Summary(Summary { quantiles: &quantiles, sum: *sum, count: *count })
            }
        };
        let start_time = self.start;
        give(&Series { labels: &labels, start_time, timestamp: self.timestamp, value });
    }
}

impl AnyHistogram {
    fn lent<'a>(&'a self, exemplars: &'a [Option<Exemplar<'a>>]) -> Histogram<'a> {
        let AnyHistogram { bounds, counts, sum, can_fall } = self;
        Histogram { bounds, counts, sum: *sum, can_fall: *can_fall, exemplars }
    }
}

fn borrowed(labels: &Labels) -> Vec<Label<'_>> {
    labels.iter().map(|(name, value)| Label { name, value }).collect()
}

fn lent<'a>((any, labels): (&Option<AnyExemplar>, &'a Vec<Label<'a>>)) -> Option<Exemplar<'a>> {
    any.as_ref().map(|it| Exemplar { labels, value: it.value, timestamp: it.time })
}
