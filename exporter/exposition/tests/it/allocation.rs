//! The writer allocates nothing per sample.

use kymo_exposition::{
    Family, Histogram, Kind, Label, Number, Series, Sink, Value, text::TextWriter,
};

use allocation_counter::measure;

#[test]
fn the_hundred_thousandth_series_allocates_as_little_as_the_second() {
    let mut out = Vec::with_capacity(64 << 20);
    let mut writer = TextWriter::new(&mut out);
    writer.family(&family("jobs_total", Kind::Counter));
    let mut values = String::with_capacity(32);
    count(&mut writer, 0, &mut values);

    let allocations = measure(|| {
        for number in 1..100_000 {
            count(&mut writer, number, &mut values);
        }
    });
    assert_eq!(allocations.count_total, 0);
    assert_eq!(writer.finish().samples, 100_000);
}

#[test]
fn a_histogram_allocates_nothing_once_its_bounds_are_known() {
    let mut out = Vec::with_capacity(64 << 20);
    let mut writer = TextWriter::new(&mut out);
    writer.family(&family("latency_seconds", Kind::Histogram));
    observe(&mut writer, 0);

    let allocations = measure(|| (1..10_000).for_each(|number| observe(&mut writer, number)));
    assert_eq!(allocations.count_total, 0);
    assert_eq!(writer.finish().samples, 10_000 * 6);
}

#[test]
fn a_refused_series_allocates_nothing() {
    let mut out = Vec::with_capacity(1 << 20);
    let mut writer = TextWriter::new(&mut out);
    writer.family(&family("jobs_total", Kind::Counter));
    let bad = Series {
        labels: &[Label::new("le", "x"), Label::new("le", "y")],
        start_time: None,
        timestamp: None,
        value: Value::Number(Number::U64(1), None),
    };
    writer.series(&bad);
    let allocations = measure(|| (1..1000).for_each(|_| writer.series(&bad)));
    assert_eq!(allocations.count_total, 0);
    assert_eq!(writer.finish().dropped, 1000);
}

fn count(writer: &mut TextWriter<'_>, number: u64, value: &mut String) {
    use std::fmt::Write;
    value.clear();
    write!(value, "queue \"{number}\"").unwrap();
    writer.series(&Series {
        labels: &[Label::new("queue", value), Label::new("region", "eu")],
        start_time: None,
        timestamp: None,
        value: Value::Number(Number::U64(number), None),
    });
}

fn observe(writer: &mut TextWriter<'_>, number: u64) {
    writer.series(&Series {
        labels: &[Label::new("route", "/books/{id}")],
        start_time: None,
        timestamp: None,
        value: Value::Histogram(Histogram {
            bounds: &[0.005, 0.01, 0.25],
            counts: &[number, 1, 2, 3],
            sum: Some(Number::F64(0.1)),
            exemplars: &[],
        }),
    });
}

fn family(name: &str, kind: Kind) -> Family<'_> {
    Family { name, help: "Help.", unit: "", kind }
}
