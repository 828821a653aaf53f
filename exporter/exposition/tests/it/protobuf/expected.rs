//! The part of any families that a document of protobuf can hold, said a second time in other words.

use std::time::SystemTime;

use kymo_exposition::{Kind, Number, Scheme};

use super::{
    super::{
        any::{AnyExemplar, AnyFamily, AnyHistogram, AnyNative, AnySeries, AnyValue},
        expected::{Lost, Shapes, are_quantiles, escaped, is_readable, samples},
        openmetrics::{
            composite::sparse,
            expected::{exemplar, milliseconds},
        },
        parser::Labels,
    },
    message::{
        Bucket, BucketSpan, Counter, Exemplar, Histogram, LabelPair, Metric, MetricFamily,
        Quantile, Single, Summary, Timestamp,
    },
};

#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) families: Vec<MetricFamily>,
    pub(crate) samples: u64,
    pub(crate) dropped: u64,
    pub(crate) unsupported: u64,
}

pub(crate) fn of(families: &[AnyFamily], scheme: Scheme) -> Expected {
    let mut expected = Expected::default();
    let mut taken = Vec::new();
    for any in families {
        let name = escaped(&any.name, scheme, true);
        let owned = samples(&name, any.kind);
        let free = is_readable(&name) && owned.iter().all(|name| !taken.contains(name));
        taken.extend(owned.into_iter().filter(|_| free));
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let r#type = match any.kind {
            Kind::Counter => 0,
            Kind::Summary => 2,
            Kind::Unknown => 3,
            Kind::Histogram => 4,
            _ => 1,
        };
        let mut family = MetricFamily {
            name: Some(name),
            help: some(&any.help),
            r#type: Some(r#type),
            metric: Vec::new(),
            unit: some(&any.unit),
        };
        let mut shapes = Shapes::default();
        for series in &any.series {
            let labels = free.then(|| shapes.labels(series, any.kind, scheme)).flatten();
            let metric = labels.ok_or(Lost::Dropped);
            match metric.and_then(|labels| metric_of(any.kind, series, &labels, scheme)) {
                Ok((metric, samples)) => {
                    family.metric.push(metric);
                    expected.samples += samples as u64;
                }
                Err(Lost::Dropped) => expected.dropped += 1,
                Err(Lost::Unsupported) => expected.unsupported += 1,
            }
        }
        expected.families.extend(Some(family).filter(|family| !family.metric.is_empty()));
    }
    expected
}

/// The metric, and how many samples it has.
fn metric_of(
    kind: Kind,
    series: &AnySeries,
    labels: &Labels,
    scheme: Scheme,
) -> Result<(Metric, usize), Lost> {
    let label = labels.iter().map(pair).collect();
    let mut metric = Metric { label, timestamp_ms: series.timestamp, ..Metric::default() };
    let created_timestamp = series.start.map(timestamp);
    let mut samples = 1;
    match (kind, &series.value) {
        (Kind::Histogram, AnyValue::Histogram(it)) => {
            let (sample_count, bucket) = buckets(it, series, scheme).ok_or(Lost::Dropped)?;
            samples = it.counts.len() + 2;
            metric.histogram = Some(Histogram {
                sample_count,
                sample_sum: Some(it.sum.map_or(f64::NAN, Number::as_f64)),
                bucket,
                created_timestamp,
                ..Histogram::default()
            });
        }
        (Kind::Histogram, AnyValue::Native(it)) => {
            let mut histogram = native(it, series, scheme).ok_or(Lost::Dropped)?;
            histogram.created_timestamp = created_timestamp;
            if let Some(classic) = &it.classic {
                let (count, bucket) = buckets(classic, series, scheme).ok_or(Lost::Dropped)?;
                if count == Some(it.count) {
                    samples = classic.counts.len() + 2;
                    histogram.bucket = bucket;
                }
            }
            metric.histogram = Some(histogram);
        }
        (Kind::Summary, AnyValue::Summary(quantiles, sum, count)) => {
            if !are_quantiles(quantiles) {
                return Err(Lost::Dropped);
            }
            samples = quantiles.len() + 2;
            let quantile = quantiles.iter().map(|(quantile, value)| Quantile {
                quantile: Some(*quantile),
                value: Some(*value),
            });
            metric.summary = Some(Summary {
                sample_count: Some(*count),
                sample_sum: Some(sum.map_or(f64::NAN, Number::as_f64)),
                quantile: quantile.collect(),
                created_timestamp,
            });
        }
        (Kind::Histogram | Kind::Summary, _) => return Err(Lost::Dropped),
        (_, AnyValue::Number(number)) => {
            let value = Some(number.as_f64());
            let exemplar = series.exemplars.iter().flatten().next();
            let exemplar = exemplar.and_then(|it| message(it, scheme));
            match kind {
                Kind::Counter => {
                    metric.counter = Some(Counter { value, exemplar, created_timestamp });
                }
                Kind::Unknown => metric.untyped = Some(Single { value }),
                _ => metric.gauge = Some(Single { value }),
            }
        }
        _ => return Err(Lost::Dropped),
    }
    Ok((metric, samples))
}

/// The count and the buckets, that of `+Inf` only if it has an exemplar.
fn buckets(
    it: &AnyHistogram,
    series: &AnySeries,
    scheme: Scheme,
) -> Option<(Option<u64>, Vec<Bucket>)> {
    let cumulative = it.cumulative()?;
    let count = cumulative.last()?.1;
    let buckets = cumulative.into_iter().enumerate().filter_map(|(index, (bound, below))| {
        let kept = series.exemplars.get(index).and_then(Option::as_ref);
        let kept = kept.filter(|kept| kept.value <= bound);
        (bound.is_finite() || kept.is_some()).then(|| Bucket {
            cumulative_count: Some(below),
            upper_bound: Some(bound),
            exemplar: kept.and_then(|it| message(it, scheme)),
        })
    });
    Some((Some(count), buckets.collect()))
}

fn native(it: &AnyNative, series: &AnySeries, scheme: Scheme) -> Option<Histogram> {
    let side = |side| {
        let (spans, counts) = sparse(side);
        let mut before = 0;
        let deltas = counts.into_iter().map(|count| {
            let count = i64::try_from(count).unwrap();
            count - std::mem::replace(&mut before, count)
        });
        let spans = spans.into_iter().map(|(offset, length)| BucketSpan {
            offset: Some(i32::try_from(offset).unwrap()),
            length: Some(length),
        });
        (spans.collect::<Vec<_>>(), deltas.collect::<Vec<_>>())
    };
    if !it.is_whole() {
        return None;
    }
    let (negative_span, negative_delta) = side(&it.negative);
    let (mut positive_span, positive_delta) = side(&it.positive);
    if negative_span.is_empty() && positive_span.is_empty() && it.zero == (0.0, 0) {
        positive_span.push(BucketSpan { offset: Some(0), length: Some(0) });
    }
    let timed = series.exemplars.iter().flatten().filter(|it| it.time.is_some());
    Some(Histogram {
        sample_count: Some(it.count),
        sample_sum: Some(it.sum.as_f64()),
        schema: Some(it.schema.into()),
        zero_threshold: Some(it.zero.0),
        zero_count: Some(it.zero.1),
        negative_span,
        negative_delta,
        positive_span,
        positive_delta,
        exemplars: timed.filter_map(|it| message(it, scheme)).collect(),
        ..Histogram::default()
    })
}

fn message(it: &AnyExemplar, scheme: Scheme) -> Option<Exemplar> {
    let (labels, ..) = exemplar(it, scheme)?;
    Some(Exemplar {
        label: labels.iter().map(pair).collect(),
        value: Some(it.value),
        timestamp: it.time.map(timestamp),
    })
}

fn pair((name, value): &(String, String)) -> LabelPair {
    LabelPair { name: Some(name.clone()), value: Some(value.clone()) }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let milliseconds = milliseconds(time);
    let nanos = i32::try_from(milliseconds.rem_euclid(1000) * 1_000_000).unwrap();
    Timestamp { seconds: milliseconds.div_euclid(1000), nanos }
}
