//! No writer allocates anything per sample.

use std::time::{Duration, UNIX_EPOCH};

use kymo_exposition::{
    Exemplar, Family, Format, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number,
    Scheme, Series, Sink, Value, Writer,
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
