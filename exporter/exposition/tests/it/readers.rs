//! No page has what servers refuse a whole page for, and none loses more than that.

use std::time::UNIX_EPOCH;

use kymo_exposition::{
    Exemplar, Family, Format, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number,
    Report, Scheme, Series, Sink, Value, Writer,
};

use super::document::{family, number, series};

fn write(format: Format, fill: impl FnOnce(&mut dyn Sink)) -> (Vec<u8>, Report) {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, format, Scheme::AllowUtf8);
    fill(&mut writer);
    let report = writer.finish();
    (out, report)
}

fn text(format: Format, fill: impl FnOnce(&mut dyn Sink)) -> (String, Report) {
    let (out, report) = write(format, fill);
    (String::from_utf8(out).unwrap(), report)
}

#[test]
fn a_name_with_a_nul_is_dropped_unless_it_is_escaped() {
    for format in Format::ALL {
        let (document, report) = write(format, |sink| {
            sink.family(&family("a\0", Kind::Gauge));
            sink.series(&number(&[], 1_u64));
            sink.family(&family("b", Kind::Gauge));
            sink.series(&number(&[Label::new("x\0y", "1")], 1_u64));
            sink.series(&number(&[Label::new("x", "\0")], 1_u64));
        });
        // Formats without quotes escape names whatever is asked for.
        let dropped = if format.applied(Scheme::AllowUtf8) == Scheme::AllowUtf8 { 2 } else { 0 };
        assert_eq!((report.dropped, report.samples), (dropped, 3 - dropped), "{format}");
        let nuls = document.split(|byte| *byte == b'\n').filter(|line| line.contains(&0));
        assert!(format == Format::Protobuf || nuls.count() == 1, "{format}");
    }
}

#[test]
fn an_exemplar_has_no_label_with_a_nul() {
    let labels = [Label::new("trace_id", "1"), Label::new("q", "a\0b"), Label::new("r\0", "c")];
    let exemplar = Exemplar { labels: &labels, value: 1.0, timestamp: Some(UNIX_EPOCH) };
    for format in [Format::OpenMetrics001, Format::OpenMetrics100, Format::OpenMetrics200] {
        let (document, _) = text(format, |sink| {
            sink.family(&Family { help: "", ..family("a_total", Kind::Counter) });
            sink.series(&series(&[], Value::Number(Number::U64(3), Some(exemplar))));
        });
        let more = if format == Format::OpenMetrics001 { ",r_=\"c\"" } else { "" };
        let line = format!("a_total 3 # {{trace_id=\"1\"{more}}} 1 0\n");
        assert!(document.contains(&line), "{format}: {document}");
    }
}

#[test]
fn text_has_no_time_before_1970() {
    for format in Format::ALL {
        let (document, report) = write(format, |sink| {
            sink.family(&family("a", Kind::Gauge));
            for time in [-5, 0, 5] {
                sink.series(&Series { timestamp: Some(time), ..number(&[], 1_u64) });
            }
        });
        let is_text = matches!(format, Format::Text004 | Format::Text100);
        assert_eq!(report.unsupported, u64::from(is_text), "{format}");
        if is_text {
            assert!(document.ends_with(b" gauge\na 1 0\na 1 5\n"), "{format}");
        }
    }
}

#[test]
fn the_states_of_a_set_are_together() {
    let one = |set, state| [Label::new("set", set), Label::new("door", state)];
    for (format, dropped) in [
        (Format::Text004, 0),
        (Format::OpenMetrics100, 2),
        (Format::OpenMetrics200, 2),
        (Format::Protobuf, 0),
    ] {
        let (_, report) = write(format, |sink| {
            for name in ["door", "door2"] {
                sink.family(&family(name, Kind::StateSet));
                let mut state = |labels: [Label<'_>; 2]| {
                    let labels = labels.map(|it| match it.name {
                        "door" => Label::new(name, it.value),
                        _ => it,
                    });
                    sink.series(&number(&labels, 1_u64));
                };
                state(one("1", "open"));
                state(one("1", "closed"));
                let [set, door] = one("1", "ajar");
                state([door, set]);
                state(one("2", "open"));
                state(one("1", "open"));
                state(one("2", "closed"));
            }
        });
        assert_eq!((report.dropped, report.samples), (dropped, 12 - dropped), "{format}");
    }
}

#[test]
fn a_sum_that_may_fall_is_where_it_need_not_be_a_counter() {
    let it = Histogram {
        bounds: &[0.0],
        counts: &[1, 1],
        sum: Some(Number::F64(7.0)),
        can_fall: true,
        exemplars: &[],
    };
    let of = |format, it: Histogram<'_>| {
        write(format, |sink| {
            sink.family(&Family { help: "", ..family("a", Kind::Histogram) });
            sink.series(&series(&[], Value::Histogram(it)));
        })
        .0
    };
    let buckets = "# TYPE a histogram\na_bucket{le=\"0\"} 1\na_bucket{le=\"+Inf\"} 2\n";
    assert_eq!(of(Format::Text004, it), format!("{buckets}a_count 2\n").as_bytes());
    let buckets = buckets.replace("\"0\"", "\"0.0\"");
    assert_eq!(of(Format::OpenMetrics100, it), format!("{buckets}# EOF\n").as_bytes());
    for format in [Format::OpenMetrics200, Format::Protobuf] {
        let rising = Histogram { can_fall: false, ..it };
        assert_eq!(of(format, it), of(format, rising), "{format}");
        assert_ne!(of(format, it), of(format, Histogram { sum: None, ..it }), "{format}");
    }
}

#[test]
fn exemplars_of_native_buckets_are_there_where_classic_ones_have_no_time() {
    let labels = [Label::new("trace_id", "1")];
    let timed = Exemplar { labels: &labels, value: 0.5, timestamp: Some(UNIX_EPOCH) };
    let untimed = [None, Some(Exemplar { timestamp: None, ..timed })];
    let classic = Histogram {
        bounds: &[0.25],
        counts: &[0, 1],
        sum: Some(Number::F64(0.5)),
        can_fall: false,
        exemplars: &untimed,
    };
    let native = NativeHistogram {
        schema: 0,
        zero_threshold: 0.0,
        zero_count: 0,
        positive: NativeBuckets { offset: 0, counts: &[1] },
        negative: NativeBuckets::default(),
        sum: Number::F64(0.5),
        count: 1,
        exemplars: &[timed],
        classic: Some(classic),
    };
    let (document, _) = text(Format::OpenMetrics200, |sink| {
        sink.family(&family("a", Kind::Histogram));
        sink.series(&series(&[], Value::NativeHistogram(native)));
    });
    assert!(document.contains("} # {trace_id=\"1\"} 0.5 0\n"), "{document}");
}

#[test]
fn the_text_of_a_bound_is_its_own() {
    for format in [Format::Text004, Format::OpenMetrics100, Format::OpenMetrics200] {
        let of = |bounds: &[f64]| {
            let (document, _) = text(format, |sink| {
                sink.family(&Family { help: "", ..family("a", Kind::Histogram) });
                for bound in bounds {
                    sink.series(&series(&[], super::document::histogram(&[*bound], &[1, 2])));
                }
            });
            let begins = |line: &&str| !line.starts_with('#');
            document.lines().filter(begins).map(str::to_owned).collect::<Vec<_>>()
        };
        let apart = [of(&[0.0]), of(&[-0.0]), of(&[0.0])].concat();
        assert_eq!(of(&[0.0, -0.0, 0.0]), apart, "{format}");
    }
}
