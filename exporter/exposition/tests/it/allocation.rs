//! No writer allocates anything per sample.

use std::time::{Duration, UNIX_EPOCH};

use kymo_exposition::{
    Exemplar, Family, Format, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number,
    Quantile, Scheme, Series, Sink, Summary, Value, Writer,
};

use allocation_counter::measure;

#[test]
fn the_hundred_thousandth_series_allocates_as_little_as_the_second() {
    for format in Format::ALL {
        let mut out = Vec::with_capacity(64 << 20);
        let mut writer = Writer::new(&mut out, format, Scheme::AllowUtf8);
        writer.family(&family("jobs_total", Kind::Counter));
        let mut values = String::with_capacity(32);
        count(&mut writer, 0, &mut values);

        let allocations = measure(|| {
            for number in 1..100_000 {
                count(&mut writer, number, &mut values);
            }
        });
        assert_eq!(allocations.count_total, 0, "{format}");
        assert_eq!(writer.finish().samples, 100_000, "{format}");
    }
}

#[test]
fn a_histogram_allocates_nothing_once_its_bounds_are_known() {
    for format in Format::ALL {
        let mut out = Vec::with_capacity(64 << 20);
        let mut writer = Writer::new(&mut out, format, Scheme::AllowUtf8);
        writer.family(&family("latency_seconds", Kind::Histogram));
        observe(&mut writer, 0);

        let allocations = measure(|| (1..10_000).for_each(|number| observe(&mut writer, number)));
        assert_eq!(allocations.count_total, 0, "{format}");
        let samples = if format == Format::OpenMetrics200 { 1 } else { 6 };
        assert_eq!(writer.finish().samples, 10_000 * samples, "{format}");
    }
}

#[test]
fn labels_that_take_turns_allocate_nothing_once_all_were_there() {
    let labels = [Label::new("a.b", "1"), Label::new("error_type", "500"), Label::new("c", "2")];
    for format in Format::ALL {
        let mut out = Vec::with_capacity(16 << 20);
        let mut writer = Writer::new(&mut out, format, Scheme::Underscores);
        writer.family(&family("jobs_total", Kind::Counter));
        let mut all = |times: usize| {
            for turn in 0..3 * times {
                writer.series(&Series {
                    labels: &labels[..=turn % 3],
                    start_time: None,
                    timestamp: None,
                    value: Value::Number(Number::U64(1), None),
                });
            }
        };
        // Each set of names was in either of two places then.
        all(2);
        let allocations = measure(|| all(1000));
        assert_eq!(allocations.count_total, 0, "{format}");
        assert_eq!(writer.finish().samples, 3006, "{format}");
    }
}

#[test]
fn a_state_allocates_nothing_though_its_label_is_escaped() {
    for format in Format::ALL {
        let mut out = Vec::with_capacity(16 << 20);
        let mut writer = Writer::new(&mut out, format, Scheme::Underscores);
        writer.family(&family("door.state", Kind::StateSet));
        let open = Series {
            labels: &[Label::new("door.state", "open")],
            start_time: None,
            timestamp: None,
            value: Value::Number(Number::U64(1), None),
        };
        writer.series(&open);
        let allocations = measure(|| (1..1000).for_each(|_| writer.series(&open)));
        assert_eq!(allocations.count_total, 0, "{format}");
        assert_eq!(writer.finish().samples, 1000, "{format}");
    }
}

#[test]
fn no_kind_allocates_anything_per_series_by_any_scheme_with_labels_that_take_turns() {
    let long = "x".repeat(129);
    for format in Format::ALL {
        for scheme in Scheme::ALL {
            for (name, kind) in [
                ("jobs.done_total", Kind::Counter),
                ("jobs.done", Kind::Counter),
                ("room.heat", Kind::Gauge),
                ("lag.native", Kind::Histogram),
                ("lag.quantiles", Kind::Summary),
                ("build.info", Kind::Info),
                ("build_info", Kind::Info),
                ("door.state", Kind::StateSet),
                ("mystery", Kind::Unknown),
            ] {
                let mut out = Vec::with_capacity(4 << 20);
                let mut writer = Writer::new(&mut out, format, scheme).with_created_samples();
                writer.family(&Family { unit: "s", ..family(name, kind) });
                let mut all = |times: usize| {
                    for turn in 0..2 * times {
                        push(&mut writer, kind, &long, turn % 2 == 0);
                    }
                };
                all(2);
                let allocations = measure(|| all(200));
                assert_eq!(allocations.count_total, 0, "{format} {scheme} {name}");
                let report = writer.finish();
                assert!(report.samples >= 202, "{format} {scheme} {name}: {report:?}");
            }
        }
    }
}

/// A series of this kind, which has a label more than the others or not, and an exemplar that no format has whole.
fn push(writer: &mut Writer<'_>, kind: Kind, long: &str, has_error: bool) {
    let labels = [
        Label::new("door.state", "open"),
        Label::new("http.route", "/"),
        Label::new("error.type", "500"),
    ];
    let of_exemplar = [Label::new("trace.id", "1"), Label::new("path", long)];
    let value = match kind {
        Kind::Histogram => return observe(writer, has_error.into()),
        Kind::Summary => Value::Summary(Summary {
            quantiles: &[Quantile { quantile: 0.5, value: 1.5 }],
            sum: Some(Number::F64(7.5)),
            count: 3,
        }),
        _ => Value::Number(Number::U64(1), Some(exemplar(&of_exemplar))),
    };
    writer.series(&Series {
        labels: &labels[..if has_error { 3 } else { 2 }],
        start_time: Some(UNIX_EPOCH),
        timestamp: Some(7),
        value,
    });
}

#[test]
fn only_protobuf_holds_more_of_a_family_than_what_is_not_passed_on() {
    for format in Format::ALL {
        let mut values = String::with_capacity(32);
        let mut len = 0;
        let allocations = measure(|| {
            let mut out = Vec::new();
            let mut writer = Writer::new(&mut out, format, Scheme::Underscores);
            writer.family(&family("jobs_total", Kind::Counter));
            for number in 0..10_000 {
                count(&mut writer, number, &mut values);
                if writer.buffered() >= 4096 {
                    writer.pass_on(|written| len += written.len());
                }
            }
            writer.finish();
            len += out.len();
        });
        let peak = usize::try_from(allocations.bytes_max).unwrap();
        if format == Format::Protobuf {
            // What is there, and twice as much to move it to.
            assert!((len..3 * len + 4096).contains(&peak), "{peak} bytes for {len}");
        } else {
            assert!(len > 500_000 && peak < 32 * 1024, "{format}: {peak} bytes for {len}");
        }
    }
}

#[test]
fn a_refused_series_allocates_nothing() {
    for format in Format::ALL {
        let mut out = Vec::with_capacity(1 << 20);
        let mut writer = Writer::new(&mut out, format, Scheme::Underscores);
        writer.family(&family("jobs_total", Kind::Counter));
        let bad = Series {
            labels: &[Label::new("not.legal", "x"), Label::new("not_legal", "y")],
            start_time: None,
            timestamp: None,
            value: Value::Number(Number::U64(1), None),
        };
        writer.series(&bad);
        let allocations = measure(|| (1..1000).for_each(|_| writer.series(&bad)));
        assert_eq!(allocations.count_total, 0, "{format}");
        assert_eq!(writer.finish().dropped, 1000, "{format}");
    }
}

fn count(writer: &mut Writer<'_>, number: u64, value: &mut String) {
    use std::fmt::Write;
    value.clear();
    write!(value, "queue \"{number}\"").unwrap();
    let labels = [Label::new("trace_id", value), Label::new("a.b", "c")];
    let exemplar = exemplar(&labels);
    writer.series(&Series {
        labels: &[Label::new("queue", value), Label::new("region", "eu")],
        start_time: Some(UNIX_EPOCH + Duration::from_millis(number)),
        timestamp: None,
        value: Value::Number(Number::U64(number), Some(exemplar)),
    });
}

/// A histogram with native buckets, where a format has them.
fn observe(writer: &mut Writer<'_>, number: u64) {
    let labels = [Label::new("trace_id", "1")];
    let exemplars = [None, Some(exemplar(&labels)), None, None];
    let counts = [number, 1, 2, 3];
    writer.series(&Series {
        labels: &[Label::new("route", "/books/{id}")],
        start_time: Some(UNIX_EPOCH),
        timestamp: None,
        value: Value::NativeHistogram(NativeHistogram {
            schema: 3,
            zero_threshold: 1e-128,
            zero_count: number,
            positive: NativeBuckets { offset: 1, counts: &[1, 0, 5] },
            negative: NativeBuckets::default(),
            sum: Number::F64(0.1),
            count: number + 6,
            exemplars: &[],
            classic: Some(Histogram {
                bounds: &[0.005, 0.01, 0.25],
                counts: &counts,
                sum: Some(Number::F64(0.1)),
                can_fall: false,
                exemplars: &exemplars,
            }),
        }),
    });
}

fn exemplar<'a>(labels: &'a [Label<'a>]) -> Exemplar<'a> {
    Exemplar { labels, value: 0.007, timestamp: Some(UNIX_EPOCH) }
}

fn family(name: &str, kind: Kind) -> Family<'_> {
    Family { name, help: "Help.", unit: "", kind }
}
