//! Whatever is measured under whatever names and units, each format can be written of it.

use std::collections::BTreeSet;

use kymo_bridge::{Bridge, Translation};
use kymo_exposition::{Format, Scheme, Source, Writer};
use opentelemetry::{KeyValue, metrics::Meter};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, SdkMeterProvider, Stream};
use proptest::{prelude::*, sample::select};
use prost::Message;

use super::{
    openmetrics_parser,
    parser::{self, ReadFamily},
    protobuf_message::{Histogram, LabelPair, Metric, MetricFamily},
    scrape::Rig,
    translation::WithoutStart,
};

/// A kind of instrument, and whether its histogram is exponential.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Counter,
    FloatCounter,
    UpDownCounter,
    Gauge,
    Histogram,
    Exponential,
}

use Kind::{Counter, Exponential, FloatCounter, Gauge, UpDownCounter};

/// An instrument: its kind, the name that a view gives it, and its unit.
type Made = (Kind, String, String);

/// Values that each kind takes in: those below zero are for levels and histograms.
type Values = Vec<f64>;

fn instruments() -> impl Strategy<Value = Vec<Made>> {
    let kinds = [Counter, FloatCounter, UpDownCounter, Gauge, Kind::Histogram, Exponential];
    let name = prop_oneof![
        ".{1,8}",
        "[a.]{1,3}",
        "[ab](_total|_bucket|_count|_sum|_created|_info|_bytes|.total)?",
    ];
    // The SDK measures nothing in a unit that is not of ASCII.
    let unit = prop_oneof!["[ -~]{0,8}", "(By|s|1|m/s|By/min|kg|%|\\{job\\}|)"];
    proptest::collection::vec((select(kinds.to_vec()), name, unit), 1..5)
}

/// Attributes of one series.
fn attributes() -> impl Strategy<Value = Vec<(String, String)>> {
    let key = prop_oneof![
        ".{0,6}",
        "[a._]{1,3}",
        "(__name__|le|quantile|1st|otel_scope_name|job|exported_le)",
    ];
    proptest::collection::vec((key, ".{0,4}"), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_measured_every_format_is_legal(
        made in instruments(),
        series in proptest::collection::vec(attributes(), 1..4),
        values in proptest::collection::vec(
            prop_oneof![-10.0..10.0_f64, Just(0.0), 1e-9..1e12_f64], 1..4,
        ),
        strategy in select(Translation::ALL.to_vec()),
        has_scope in any::<bool>(),
    ) {
        let rig = rig(&made, strategy, has_scope);
        let meter = rig.meter();
        for (at, (kind, _, unit)) in made.iter().enumerate() {
            for attributes in &series {
                let attributes: Vec<_> = attributes.iter()
                    .map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
                record(&meter, *kind, &format!("i{at}"), unit, &values, &attributes);
            }
        }
        let registry = parser::read(&rig.registry_text());
        once(&registry.unwrap_or_else(|fault| panic!("{fault}")));
        for (format, scheme) in Format::ALL.into_iter().flat_map(|it| Scheme::ALL.map(|at| (it, at))) {
            let document = written(&rig.bridge, format, scheme);
            if format == Format::Protobuf {
                let families = messages(&document);
                are_legal(&families, scheme);
                prop_assert!(scheme != Scheme::AllowUtf8 || families.len() > 1);
                continue;
            }
            let document = String::from_utf8(document).unwrap();
            let read = match format {
                Format::Text004 | Format::Text100 => parser::read(&document),
                Format::OpenMetrics200 => openmetrics_parser::read(&document, 2),
                _ => openmetrics_parser::read(&document, 1),
            };
            let read = read.unwrap_or_else(|fault| panic!("{format} {scheme}: {fault}\n{document}"));
            once(&read);
            // `target_info`, and what was measured.
            prop_assert!(scheme != Scheme::AllowUtf8 || read.len() > 1, "{}", document);
        }
    }
}

/// A provider whose views give each instrument `i0`, `i1` and so on its name and its buckets.
fn rig(made: &[Made], strategy: Translation, has_scope: bool) -> Rig {
    let options = Bridge::builder().translation(strategy);
    let options = if has_scope { options } else { options.without_scope_info() };
    let bridge = options.build().unwrap();
    let made = made.to_vec();
    let view = move |instrument: &Instrument| {
        let at: usize = instrument.name().strip_prefix('i')?.parse().ok()?;
        let (kind, name, _) = made.get(at)?;
        let stream = Stream::builder().with_name(name.clone());
        let stream = if *kind == Exponential {
            stream.with_aggregation(Aggregation::Base2ExponentialHistogram {
                max_size: 20,
                max_scale: 20,
                record_min_max: true,
            })
        } else {
            stream
        };
        stream.build().ok()
    };
    let provider = SdkMeterProvider::builder().with_view(view).with_reader(bridge.reader()).build();
    Rig { bridge, provider }
}

fn record(
    meter: &Meter,
    kind: Kind,
    name: &str,
    unit: &str,
    values: &Values,
    attributes: &[KeyValue],
) {
    let unit = unit.to_owned();
    for value in values {
        #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
        let whole = *value as i64;
        let name = name.to_owned();
        let unit = unit.clone();
        match kind {
            Counter => {
                meter
                    .u64_counter(name)
                    .with_unit(unit)
                    .build()
                    .add(whole.unsigned_abs(), attributes);
            }
            FloatCounter => {
                meter.f64_counter(name).with_unit(unit).build().add(value.abs(), attributes);
            }
            UpDownCounter => {
                meter.i64_up_down_counter(name).with_unit(unit).build().add(whole, attributes);
            }
            Gauge => meter.f64_gauge(name).with_unit(unit).build().record(*value, attributes),
            Kind::Histogram | Exponential => {
                meter.f64_histogram(name).with_unit(unit).build().record(*value, attributes);
            }
        }
    }
}

fn written(bridge: &Bridge, format: Format, scheme: Scheme) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, format, scheme);
    bridge.collect(&mut WithoutStart(&mut writer));
    writer.finish();
    out
}

/// Each series of a text is there once.
fn once(families: &[ReadFamily]) {
    let mut series = BTreeSet::new();
    for sample in families.iter().flat_map(|family| &family.samples) {
        let mut labels = sample.labels.clone();
        labels.sort();
        assert!(series.insert((sample.name.clone(), labels)), "{families:#?}");
    }
}

fn messages(mut document: &[u8]) -> Vec<MetricFamily> {
    let mut families = Vec::new();
    while !document.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut document).unwrap());
    }
    families
}

/// Whether a name is one for those who know no UTF-8: `has_colons` is for families.
fn is_plain(name: &str, has_colons: bool) -> bool {
    let is_known = |c: char| c.is_ascii_alphanumeric() || c == '_' || (has_colons && c == ':');
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_known)
}

/// As `expfmt` of Prometheus reads protobuf, and its scraper after that.
fn are_legal(families: &[MetricFamily], scheme: Scheme) {
    let has_plain_names = scheme != Scheme::AllowUtf8;
    let mut names = BTreeSet::new();
    for family in families {
        let name = family.name();
        assert!(!name.is_empty() && names.insert(name), "{families:#?}");
        assert!(!has_plain_names || is_plain(name, true), "{name} by {scheme}");
        let mut series = BTreeSet::new();
        assert!(!family.metric.is_empty(), "{family:#?}");
        for metric in &family.metric {
            let mut labels: Vec<_> = metric.label.iter().map(LabelPair::name).collect();
            let is_legal = |label: &&str| {
                !label.is_empty()
                    && *label != "__name__"
                    && (!has_plain_names || is_plain(label, false))
            };
            assert!(labels.iter().all(is_legal), "{family:#?} by {scheme}");
            labels.sort_unstable();
            assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{family:#?}");
            let mut pairs: Vec<_> =
                metric.label.iter().map(|label| (label.name(), label.value())).collect();
            pairs.sort_unstable();
            assert!(series.insert(pairs), "{family:#?}");
            assert_eq!(kind_of(metric), Some(family.r#type()), "{family:#?}");
            metric.histogram.iter().for_each(is_whole);
        }
    }
}

/// The number of the type whose value a metric has, if it has one alone.
fn kind_of(metric: &Metric) -> Option<i32> {
    let kinds = [
        (0, metric.counter.is_some()),
        (1, metric.gauge.is_some()),
        (2, metric.summary.is_some()),
        (3, metric.untyped.is_some()),
        (4, metric.histogram.is_some()),
    ];
    let mut there = kinds.iter().filter(|(_, is_there)| *is_there);
    let (kind, _) = there.next()?;
    there.next().is_none().then_some(*kind)
}

/// The buckets of a histogram have all that it counts, in each of its forms.
fn is_whole(histogram: &Histogram) {
    let count = histogram.sample_count();
    let buckets = &histogram.bucket;
    let rises = buckets.windows(2).all(|pair| {
        pair[0].upper_bound() < pair[1].upper_bound()
            && pair[0].cumulative_count() <= pair[1].cumulative_count()
    });
    assert!(rises, "{histogram:#?}");
    assert!(buckets.last().is_none_or(|last| last.cumulative_count() <= count), "{histogram:#?}");
    let is_native = histogram.schema.is_some();
    assert!(is_native || !buckets.is_empty(), "{histogram:#?}");
    if is_native {
        assert!((-4..=8).contains(&histogram.schema()), "{histogram:#?}");
        let counted = |deltas: &[i64]| -> i64 {
            let counts = deltas.iter().scan(0, |count, delta| {
                *count += delta;
                Some(*count)
            });
            counts.inspect(|count| assert!(*count >= 0, "{histogram:#?}")).sum()
        };
        let sum = counted(&histogram.positive_delta) + counted(&histogram.negative_delta);
        assert_eq!(u64::try_from(sum).unwrap() + histogram.zero_count(), count, "{histogram:#?}");
    }
}
