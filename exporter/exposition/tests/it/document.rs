//! Whole documents, as an operator sees them.

use std::time::SystemTime;

use kymo_exposition::{
    Exemplar, Family, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number, Quantile,
    Report, Series, Sink, Summary, Value, text::TextWriter,
};

#[test]
fn every_kind_has_its_lines() {
    let (document, report) = write(|sink| {
        sink.family(&family("jobs_total", Kind::Counter));
        sink.series(&number(&[Label::new("queue", "mail")], 3_u64));
        sink.series(&number(&[], -1_i64));
        sink.family(&family("heat_celsius", Kind::Gauge));
        sink.series(&number(&[], 36.6));
        sink.family(&family("latency_seconds", Kind::Histogram));
        sink.series(&series(&[Label::new("route", "/")], histogram(&[0.1, 1.0], &[4, 0, 1])));
        sink.series(&series(&[], histogram(&[], &[2])));
        sink.family(&family("rpc_seconds", Kind::Summary));
        sink.series(&series(&[Label::new("peer", "a")], summary(&QUANTILES)));
        sink.series(&series(&[], summary(&[])));
        sink.family(&family("build_info", Kind::Info));
        sink.series(&number(&[Label::new("version", "1")], 1_u64));
        sink.family(&family("feature", Kind::StateSet));
        sink.series(&number(&[Label::new("feature", "a")], 1_u64));
        sink.series(&number(&[Label::new("feature", "b")], 0_u64));
        sink.family(&family("mystery", Kind::Unknown));
        sink.series(&number(&[], f64::NAN));
    });
    assert_eq!(document, include_str!("document.txt"));
    assert_eq!((report.families, report.samples), (7, 21));
    assert_eq!((report.dropped, report.unsupported), (0, 0));
}

#[test]
fn what_the_format_has_no_words_for_is_left_out() {
    let exemplar = Exemplar {
        labels: &[Label::new("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")],
        value: 1.0,
        timestamp: Some(SystemTime::UNIX_EPOCH),
    };
    let native = NativeHistogram {
        schema: 3,
        zero_threshold: 1e-128,
        zero_count: 1,
        positive: NativeBuckets { offset: 1, counts: &[1] },
        negative: NativeBuckets::default(),
        sum: Number::F64(1.0),
        count: 2,
        exemplars: &[exemplar],
        classic: None,
    };
    let (document, report) = write(|sink| {
        sink.family(&Family { unit: "bytes", help: "", ..family("a_bytes_total", Kind::Counter) });
        sink.series(&Series {
            labels: &[],
            start_time: Some(SystemTime::UNIX_EPOCH),
            timestamp: None,
            value: Value::Number(Number::U64(1), Some(exemplar)),
        });
        sink.family(&family("b", Kind::Histogram));
        sink.series(&series(&[], Value::NativeHistogram(native)));
    });
    assert_eq!(document, "# TYPE a_bytes_total counter\na_bytes_total 1\n");
    assert_eq!((report.families, report.unsupported, report.dropped), (1, 1, 0));
}

#[test]
fn help_and_label_values_are_escaped() {
    let (document, _) = write(|sink| {
        sink.family(&Family { help: "a \\ and\n\"b\"", ..family("a", Kind::Gauge) });
        sink.series(&number(&[Label::new("x", "C:\\temp\n\"é\u{7f}\"")], 1_u64));
    });
    let escaped =
        "# HELP a a \\\\ and\\n\"b\"\n# TYPE a gauge\na{x=\"C:\\\\temp\\n\\\"é\u{7f}\\\"\"} 1\n";
    assert_eq!(document, escaped);
}

#[test]
fn a_broken_series_costs_only_itself() {
    let nameless = [Label::new("", "")];
    let renaming = [Label::new("__name__", "b")];
    let alike = [Label::new("a.b", "1"), Label::new("a_b", "2")];
    let twice = [Label::new("a", "1"), Label::new("b", ""), Label::new("a", "1")];
    let le = [Label::new("le", "1")];
    let broken = [
        number(&nameless, 1_u64),
        number(&renaming, 1_u64),
        number(&alike, 1_u64),
        number(&twice, 1_u64),
        series(&[], summary(&[])),
    ];
    let broken_histograms = [
        number(&[], 1_u64),
        series(&le, histogram(&[], &[1])),
        series(&[], histogram(&[1.0, 1.0], &[0, 0, 0])),
        series(&[], histogram(&[2.0, 1.0], &[0, 0, 0])),
        series(&[], histogram(&[f64::NAN], &[0, 0])),
        series(&[], histogram(&[f64::INFINITY], &[0, 0])),
        series(&[], histogram(&[1.0], &[0])),
        series(&[], histogram(&[1.0], &[u64::MAX, 1])),
    ];
    let (document, report) = write(|sink| {
        sink.family(&family("a", Kind::Gauge));
        for broken in &broken {
            sink.series(&number(&[Label::new("le", "fine")], 1_u64));
            sink.series(broken);
        }
        sink.family(&family("b", Kind::Histogram));
        for broken in &broken_histograms {
            sink.series(broken);
            sink.series(&series(&[], histogram(&[1.0], &[0, 0])));
        }
    });
    assert_eq!(report.dropped, 5 + 8);
    assert_eq!(report.samples, 5 + 8 * 4);
    assert_eq!(document.lines().count(), 2 + 5 + 2 + 8 * 4);
    assert!(super::parser::read(&document).is_ok());
}

#[test]
fn quantiles_out_of_order_or_range_cost_their_series() {
    let orders: [&[f64]; 4] = [&[0.9, 0.5], &[0.5, 0.5], &[1.5], &[f64::NAN]];
    for order in orders {
        let quantiles: Vec<_> =
            order.iter().map(|&quantile| Quantile { quantile, value: 1.0 }).collect();
        let (document, report) = write(|sink| {
            sink.family(&family("a", Kind::Summary));
            sink.series(&series(&[], summary(&quantiles)));
        });
        assert_eq!((document.as_str(), report.dropped), ("", 1));
    }
}

#[test]
fn a_family_without_samples_is_not_mentioned() {
    let (document, report) = write(|sink| {
        sink.family(&family("a", Kind::Gauge));
        sink.family(&family("b", Kind::Gauge));
        sink.series(&number(&[], 1_u64));
        sink.family(&family("c", Kind::Gauge));
        sink.series(&series(&[], summary(&[])));
    });
    assert_eq!(document, "# HELP b Help.\n# TYPE b gauge\nb 1\n");
    assert_eq!((report.families, report.dropped), (1, 1));
}

#[test]
fn a_series_before_any_family_is_dropped() {
    let (document, report) = write(|sink| sink.series(&number(&[], 1_u64)));
    assert_eq!((document.as_str(), report.dropped), ("", 1));
}

#[test]
fn a_name_that_is_taken_costs_the_family_that_comes_later() {
    let (document, report) = write(|sink| {
        sink.family(&family("a", Kind::Histogram));
        sink.series(&series(&[], histogram(&[], &[1])));
        for name in ["a", "a_count", "a_bucket", "a_sum"] {
            sink.family(&family(name, Kind::Gauge));
            sink.series(&number(&[], 1_u64));
        }
    });
    assert_eq!(document.lines().count(), 2 + 3);
    assert_eq!((report.families, report.dropped), (1, 4));
}

#[test]
fn a_name_that_is_not_legal_is_escaped() {
    let (document, _) = write(|sink| {
        sink.family(&family("1 http.dürationé", Kind::Gauge));
        sink.series(&number(&[], 1_u64));
        sink.family(&family("", Kind::Gauge));
        sink.series(&number(&[], 1_u64));
    });
    assert_eq!(document.lines().last(), Some("__http_d_ration_ 1"));
}

#[test]
fn a_writer_appends_to_what_is_there() {
    let mut out = b"# before\n".to_vec();
    let mut writer = TextWriter::new(&mut out);
    writer.family(&family("empty", Kind::Gauge));
    assert_eq!(writer.finish(), Report::default());
    assert_eq!(out, b"# before\n");
}

#[test]
fn labels_may_change_from_series_to_series() {
    let (document, _) = write(|sink| {
        sink.family(&Family { help: "", ..family("a", Kind::Gauge) });
        sink.series(&number(&[Label::new("x", "1"), Label::new("y", "2")], 1_u64));
        sink.series(&number(&[Label::new("x", "1")], 1_u64));
        sink.series(&number(&[Label::new("xy", "1")], 1_u64));
        sink.series(&number(&[], 1_u64));
        sink.series(&number(&[Label::new("y", "2"), Label::new("x", "1")], 1_u64));
    });
    let lines = ["a{x=\"1\",y=\"2\"} 1", "a{x=\"1\"} 1", "a{xy=\"1\"} 1", "a 1"];
    let written: Vec<_> = document.lines().skip(1).collect();
    assert_eq!(written[..4], lines);
    assert_eq!(written[4], "a{y=\"2\",x=\"1\"} 1");
}

pub(crate) fn write(fill: impl FnOnce(&mut dyn Sink)) -> (String, Report) {
    let mut out = Vec::new();
    let mut writer = TextWriter::new(&mut out);
    fill(&mut writer);
    let report = writer.finish();
    (String::from_utf8(out).unwrap(), report)
}

#[test]
fn a_timestamp_is_on_every_line_of_its_series() {
    let labels = [Label::new("x", "1")];
    let (document, report) = write(|sink| {
        let then = |labels, value| Series { timestamp: Some(7), ..series(labels, value) };
        sink.family(&Family { help: "", ..family("a", Kind::Gauge) });
        sink.series(&then(&[], Value::Number(Number::U64(1), None)));
        sink.family(&Family { help: "", ..family("b", Kind::Histogram) });
        sink.series(&then(&labels, histogram(&[0.5], &[1, 2])));
        sink.family(&Family { help: "", ..family("c", Kind::Summary) });
        sink.series(&then(&[], summary(&QUANTILES)));
        sink.series(&series(&labels, summary(&[])));
    });
    let expected = "# TYPE a gauge\na 1 7\n# TYPE b histogram\n\
        b_bucket{x=\"1\",le=\"0.5\"} 1 7\nb_bucket{x=\"1\",le=\"+Inf\"} 3 7\n\
        b_sum{x=\"1\"} 7.5 7\nb_count{x=\"1\"} 3 7\n# TYPE c summary\n\
        c{quantile=\"0.5\"} 2.25 7\nc{quantile=\"1\"} 4 7\nc_sum 9 7\nc_count 4 7\n\
        c_sum{x=\"1\"} 9\nc_count{x=\"1\"} 4\n";
    assert_eq!((document.as_str(), report.samples), (expected, 11));
}

pub(crate) fn family(name: &str, kind: Kind) -> Family<'_> {
    Family { name, help: "Help.", unit: "", kind }
}

pub(crate) fn series<'a>(labels: &'a [Label<'a>], value: Value<'a>) -> Series<'a> {
    Series { labels, start_time: None, timestamp: None, value }
}

pub(crate) fn number<'a>(labels: &'a [Label<'a>], number: impl Into<Number>) -> Series<'a> {
    series(labels, Value::Number(number.into(), None))
}

pub(crate) fn histogram<'a>(bounds: &'a [f64], counts: &'a [u64]) -> Value<'a> {
    let sum = Some(Number::F64(7.5));
    Value::Histogram(Histogram { bounds, counts, sum, can_fall: false, exemplars: &[] })
}

pub(crate) fn summary(quantiles: &[Quantile]) -> Value<'_> {
    Value::Summary(Summary { quantiles, sum: Some(Number::I64(9)), count: 4 })
}

pub(crate) const QUANTILES: [Quantile; 2] =
    [Quantile { quantile: 0.5, value: 2.25 }, Quantile { quantile: 1.0, value: 4.0 }];
