//! OpenMetrics: whole documents, and any families at all.

pub(crate) mod composite;
pub(crate) mod expected;
pub(crate) mod parser;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kymo_exposition::{
    Exemplar, Family, Format, Histogram, Kind, Label, Number, Quantile, Report, Scheme, Series,
    Sink, Summary, Value, Writer, openmetrics::OpenMetricsWriter,
};
use proptest::{prelude::*, sample::select};

use super::{any, roundtrip};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_document_of_version_1_reads_back_to_the_same_values(
        families in any::families(),
        scheme in select(Scheme::ALL.to_vec()),
        created in any::<bool>(),
    ) {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, Format::OpenMetrics100, scheme);
        if created {
            writer = writer.with_created_samples();
        }
        for family in &families {
            family.push(&mut writer);
        }
        let report = writer.finish();
        let document = String::from_utf8(out).unwrap();
        let read = parser::read(&document, 1).map_err(TestCaseError::fail)?;
        roundtrip::compare(read, expected::of(&families, scheme, created), &report, &document)?;
    }

    #[test]
    fn any_document_of_version_2_reads_back_to_the_same_values(
        families in any::families(), scheme in select(Scheme::ALL.to_vec()),
    ) {
        let (out, report) = roundtrip::written(&families, Format::OpenMetrics200, scheme);
        let document = String::from_utf8(out).unwrap();
        let read = parser::read(&document, 2).map_err(TestCaseError::fail)?;
        roundtrip::compare(read, composite::of(&families, scheme), &report, &document)?;
    }
}

#[test]
fn every_kind_has_its_lines_in_openmetrics() {
    let (document, report) = write(fill, false);
    assert_eq!(document, include_str!("openmetrics/document.txt"));
    assert_eq!((report.families, report.dropped, report.unsupported), (7, 0, 0));
}

#[test]
fn version_2_has_a_line_for_each_series() {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, Format::OpenMetrics200, Scheme::AllowUtf8);
    fill(&mut writer);
    let report = writer.finish();
    assert_eq!(String::from_utf8(out).unwrap(), include_str!("openmetrics/composite.txt"));
    assert_eq!((report.families, report.samples, report.unsupported), (7, 9, 0));
}

#[test]
fn an_empty_document_has_its_last_line() {
    assert_eq!(write(|_| {}, false).0, "# EOF\n");
}

#[test]
fn start_times_are_samples_on_request() {
    let fill = |sink: &mut dyn Sink| {
        for kind in [Kind::Counter, Kind::Gauge] {
            let name = if kind == Kind::Counter { "a_total" } else { "b" };
            sink.family(&Family { name, help: "", unit: "", kind });
            sink.series(&Series { start_time: Some(start()), ..number(&[], 1_u64) });
        }
    };
    let (document, report) = write(fill, true);
    let expected =
        "# TYPE a counter\na_total 1\na_created 1520430000.123\n# TYPE b gauge\nb 1\n# EOF\n";
    assert_eq!((&*document, report.samples), (expected, 3));
}

#[test]
fn a_counter_or_info_without_a_family_of_its_own_keeps_its_name() {
    let (document, report) = write(
        |sink| {
            for (name, kind) in [
                ("jobs", Kind::Gauge),
                ("jobs_total", Kind::Counter),
                ("odd", Kind::Counter),
                ("_total", Kind::Counter),
                ("target", Kind::Gauge),
                ("target_info", Kind::Info),
                ("build", Kind::Info),
            ] {
                sink.family(&Family { name, help: "", unit: "", kind });
                sink.series(&number(&[], 1_u64));
            }
        },
        false,
    );
    let lines = [
        ("jobs", "gauge"),
        ("jobs_total", "unknown"),
        ("odd", "unknown"),
        ("_total", "unknown"),
        ("target", "gauge"),
        ("target_info", "gauge"),
        ("build", "gauge"),
    ];
    let lines = lines.map(|(name, kind)| format!("# TYPE {name} {kind}\n{name} 1\n"));
    assert_eq!(document, lines.concat() + "# EOF\n");
    assert_eq!((report.families, report.dropped), (7, 0));
}

/// One family of each kind.
fn fill(sink: &mut dyn Sink) {
    let trace = [Label::new("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")];
    let exemplar = Exemplar { labels: &trace, value: 0.5, timestamp: Some(start()) };
    let family = |name, unit, kind| Family { name, help: "A \"help\".\n", unit, kind };
    sink.family(&family("sent_bytes_total", "bytes", Kind::Counter));
    sink.series(&Series {
        labels: &[Label::new("x.y", "1")],
        start_time: Some(start()),
        timestamp: Some(1_520_430_001_000),
        value: Value::Number(Number::U64(3), Some(exemplar)),
    });
    sink.family(&family("heat.now", "celsius", Kind::Gauge));
    sink.series(&number(&[], -3.5));
    sink.family(&family("latency_seconds", "seconds", Kind::Histogram));
    let exemplars = [None, Some(exemplar), None];
    for (labels, bounds, sum) in [
        (&[Label::new("route", "/")][..], [0.25, 1.0], Some(Number::F64(7.5))),
        (&[], [-1.0, 1.0], None),
    ] {
        let value = Value::Histogram(Histogram {
            bounds: &bounds,
            counts: &[4, 0, 1],
            sum,
            can_fall: false,
            exemplars: &exemplars,
        });
        sink.series(&Series { labels, start_time: Some(start()), timestamp: None, value });
    }
    sink.family(&family("rpc_seconds", "seconds", Kind::Summary));
    let quantiles =
        [Quantile { quantile: 0.5, value: 2.25 }, Quantile { quantile: 1.0, value: 4.0 }];
    let summary = Summary { quantiles: &quantiles, sum: Some(Number::I64(9)), count: 4 };
    sink.series(&Series {
        labels: &[],
        start_time: None,
        timestamp: None,
        value: Value::Summary(summary),
    });
    sink.family(&family("build_info", "", Kind::Info));
    sink.series(&number(&[Label::new("version", "1")], 1_u64));
    sink.family(&family("feature", "", Kind::StateSet));
    sink.series(&number(&[Label::new("feature", "a")], 1_u64));
    sink.series(&number(&[Label::new("feature", "b")], 0_u64));
    sink.family(&family("mystery", "", Kind::Unknown));
    sink.series(&number(&[], f64::NAN));
}

fn number<'a>(labels: &'a [Label<'a>], number: impl Into<Number>) -> Series<'a> {
    let value = Value::Number(number.into(), None);
    Series { labels, start_time: None, timestamp: None, value }
}

fn write(fill: impl FnOnce(&mut dyn Sink), created: bool) -> (String, Report) {
    let mut out = Vec::new();
    let mut writer = OpenMetricsWriter::new(&mut out).with_scheme(Scheme::AllowUtf8);
    if created {
        writer = writer.with_created_samples();
    }
    fill(&mut writer);
    let report = writer.finish();
    (String::from_utf8(out).unwrap(), report)
}

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_520_430_000_123)
}
