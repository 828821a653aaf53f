//! A part of a series that is given is on the page, or counted as lost.

use kymo_exposition::{Format, Kind, Label, Loss, Report, Scheme, Series, Sink, Value, Writer};
use proptest::{collection::vec, prelude::*, sample::select};
use prost::Message;

use super::{
    any::{AnyFamily, AnySeries, AnyValue},
    document::family,
    message::MetricFamily,
    openmetrics_parser,
    parser::ReadFamily,
    roundtrip::written,
};

/// How many parts there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Parts {
    exemplars: u64,
    sums: u64,
    counts: u64,
    units: u64,
}

impl Parts {
    /// With those that a report counts as lost.
    fn and_lost(mut self, report: &Report) -> Self {
        self.exemplars += report.losses.of(Loss::Exemplar);
        self.sums += report.losses.of(Loss::Sum);
        self.counts += report.losses.of(Loss::Count);
        self.units += report.losses.of(Loss::Unit);
        self
    }

    /// Those of families that were read from a page of text.
    fn read(families: &[ReadFamily]) -> Self {
        let mut parts = Self::default();
        for family in families {
            parts.units += u64::from(family.unit.is_some());
            for sample in &family.samples {
                let is = |suffix| sample.name == format!("{}{suffix}", family.name);
                parts.exemplars += sample.exemplars.len() as u64;
                parts.sums += u64::from(is("_sum"));
                parts.counts += u64::from(is("_count") && family.kind == "histogram");
            }
        }
        parts
    }

    /// Those of a series that OpenMetrics 1 has not refused.
    fn given(series: &AnySeries) -> Self {
        let exemplars = series.exemplars.iter().flatten().count() as u64;
        let histogram =
            |has_sum: bool| Self { exemplars, sums: has_sum.into(), counts: 1, ..Self::default() };
        match &series.value {
            AnyValue::Number(_) => Self { exemplars: exemplars.min(1), ..Self::default() },
            AnyValue::Histogram(it) => histogram(it.sum.is_some()),
            AnyValue::Native(it) => {
                histogram(it.classic.as_ref().is_some_and(|classic| classic.sum.is_some()))
            }
            AnyValue::Summary(_, sum, _) => Self { sums: sum.is_some().into(), ..Self::default() },
        }
    }

    fn add(&mut self, other: Self) {
        self.exemplars += other.exemplars;
        self.sums += other.sums;
        self.counts += other.counts;
        self.units += other.units;
    }
}

/// One family with one series of it, which is written or refused.
fn alone(any: &AnyFamily, series: &AnySeries) -> AnyFamily {
    AnyFamily { series: vec![series.clone()], ..any.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_given_to_openmetrics_1_is_on_the_page_or_counted(
        families in super::any::families(), scheme in select(Scheme::ALL.to_vec()),
    ) {
        for any in &families {
            for series in &any.series {
                let any = alone(any, series);
                let (page, report) = written(std::slice::from_ref(&any), Format::OpenMetrics100, scheme);
                let text = String::from_utf8(page).unwrap();
                let read = openmetrics_parser::read(&text, 1).map_err(TestCaseError::fail)?;
                let found = Parts::read(&read).and_lost(&report);
                let mut given = Parts::default();
                let mut kinds = 0;
                if report.samples > 0 {
                    given.add(Parts::given(series));
                    given.units = u64::from(!any.unit.is_empty());
                    kinds = u64::from(read[0].kind != word(any.kind));
                }
                prop_assert_eq!(found, given, "{}", text);
                prop_assert_eq!(report.losses.of(Loss::Kind), kinds, "{}", text);
                prop_assert_eq!(report.first_lost.is_some(), !report.losses.is_empty());
                let refused = report.dropped + report.unsupported;
                prop_assert_eq!(report.first_refused.is_some(), refused > 0);
            }
        }
    }

    #[test]
    fn whatever_exemplars_are_given_to_other_formats_are_on_the_page_or_counted(
        families in super::any::families(), scheme in select(Scheme::ALL.to_vec()),
    ) {
        for any in &families {
            for series in &any.series {
                let any = alone(any, series);
                for format in [Format::OpenMetrics200, Format::Protobuf] {
                    let (page, report) = written(std::slice::from_ref(&any), format, scheme);
                    let read = exemplars(format, &page)?;
                    let lost = report.losses.of(Loss::Exemplar);
                    let given = match (report.samples, &series.value) {
                        (0, _) => 0,
                        (_, AnyValue::Native(it)) if format == Format::Protobuf => {
                            // The classic ones are there if they are the same histogram.
                            let sum = |counts: &[u64]| counts.iter().sum::<u64>();
                            let classic = it.classic.as_ref().map(|classic| sum(&classic.counts));
                            let sets = 1 + u64::from(classic == Some(it.count));
                            sets * Parts::given(series).exemplars
                        }
                        _ => Parts::given(series).exemplars,
                    };
                    prop_assert_eq!(read.len() as u64 + lost, given, "{}", format);
                    for other in [Loss::Sum, Loss::Count] {
                        prop_assert_eq!(report.losses.of(other), 0, "{}", format);
                    }
                }
            }
        }
    }

    #[test]
    fn a_label_of_an_exemplar_is_there_or_counted_unless_the_exemplar_is_not(
        names in vec("[ab.\\x00]{0,2}", 0..5),
        values in vec(prop_oneof!["[aé]{0,9}", "[aé]{60,130}", "[a\\x00]{1,3}"], 5),
        scheme in select(Scheme::ALL.to_vec()),
    ) {
        let labels: Vec<_> =
            names.iter().zip(&values).map(|(name, value)| Label::new(name, value)).collect();
        for format in [Format::OpenMetrics100, Format::OpenMetrics200, Format::Protobuf] {
            let mut page = Vec::new();
            let mut writer = Writer::new(&mut page, format, scheme);
            writer.family(&family("a_total", Kind::Counter));
            let exemplar = kymo_exposition::Exemplar {
                labels: &labels,
                value: 1.0,
                timestamp: Some(std::time::UNIX_EPOCH),
            };
            let value = Value::Number(1_u64.into(), Some(exemplar));
            writer.series(&Series { labels: &[], start_time: None, timestamp: None, value });
            let losses = writer.finish().losses;
            if let [there] = *exemplars(format, &page)? {
                let found = there + losses.of(Loss::ExemplarLabel);
                prop_assert_eq!(found, labels.len() as u64, "{}", format);
                prop_assert_eq!(losses.of(Loss::Exemplar), 0);
            } else {
                prop_assert_eq!(losses.of(Loss::Exemplar), 1, "{}", format);
                prop_assert_eq!(losses.of(Loss::ExemplarLabel), 0, "its labels go with it");
            }
        }
    }
}

/// How many labels each exemplar of a page has.
fn exemplars(format: Format, mut page: &[u8]) -> Result<Vec<u64>, TestCaseError> {
    if format != Format::Protobuf {
        let version = if format == Format::OpenMetrics200 { 2 } else { 1 };
        let text = std::str::from_utf8(page).unwrap();
        let read = openmetrics_parser::read(text, version).map_err(TestCaseError::fail)?;
        let samples = read.iter().flat_map(|family| &family.samples);
        let all = samples.flat_map(|sample| &sample.exemplars);
        return Ok(all.map(|(labels, ..)| labels.len() as u64).collect());
    }
    let mut found = Vec::new();
    while !page.is_empty() {
        for metric in MetricFamily::decode_length_delimited(&mut page).unwrap().metric {
            let histogram = metric.histogram.unwrap_or_default();
            let buckets = histogram.bucket.into_iter().filter_map(|bucket| bucket.exemplar);
            let all = buckets.chain(histogram.exemplars);
            let all = all.chain(metric.counter.and_then(|counter| counter.exemplar));
            found.extend(all.map(|exemplar| exemplar.label.len() as u64));
        }
    }
    Ok(found)
}

/// The kind as OpenMetrics calls it.
fn word(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}

#[test]
fn what_a_format_has_nowhere_is_no_loss() {
    let exemplar = kymo_exposition::Exemplar { labels: &[], value: 1.0, timestamp: None };
    for format in [Format::Text004, Format::Text100] {
        let mut page = Vec::new();
        let mut writer = Writer::new(&mut page, format, Scheme::AllowUtf8);
        writer.family(&kymo_exposition::Family { unit: "m/s", ..family("a", Kind::Counter) });
        let value = Value::Number(1_u64.into(), Some(exemplar));
        writer.series(&Series { labels: &[], start_time: None, timestamp: None, value });
        let report = writer.finish();
        assert!(report.losses.is_empty(), "{format}: {:?}", report.losses);
    }
}

#[test]
fn the_first_family_that_lost_something_is_named_with_the_cause() {
    let mut page = Vec::new();
    let mut writer = Writer::new(&mut page, Format::OpenMetrics100, Scheme::Underscores);
    let falls = Value::Histogram(kymo_exposition::Histogram {
        bounds: &[0.0],
        counts: &[1, 1],
        sum: Some(7_u64.into()),
        can_fall: true,
        exemplars: &[],
    });
    let series = |value| Series { labels: &[], start_time: None, timestamp: None, value };
    writer.family(&kymo_exposition::Family { unit: "s", ..family("empty", Kind::Gauge) });
    writer.family(&family("fine", Kind::Gauge));
    writer.series(&series(Value::Number(1_u64.into(), None)));
    writer.family(&family("fine", Kind::Gauge));
    writer.series(&series(Value::Number(1_u64.into(), None)));
    writer.family(&family("balance.change", Kind::Histogram));
    writer.series(&series(falls));
    writer.family(&kymo_exposition::Family { unit: "s", ..family("speed", Kind::Gauge) });
    writer.series(&series(Value::Number(1_u64.into(), None)));
    let report = writer.finish();
    let refused = (Box::from("fine"), kymo_exposition::Refusal::Family);
    assert_eq!(report.first_refused, Some(refused));
    assert_eq!(report.first_lost, Some((Box::from("balance_change"), Loss::Sum)));
    assert_eq!(report.losses.to_string(), "sum: 1, count: 1, unit: 1");
}
