//! Descriptions and units, before and after the first use.

use kymo_testing::Snapshot;
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::facade::Facade;

fn unused(facade: &Facade, cause: &str) -> i64 {
    let points = facade.snapshot().points();
    points.count("kymo.facade.descriptions.unused", &[("kymo.facade.description.cause", cause)])
}

fn words(metrics: &Snapshot, name: &str) -> (String, String) {
    let metric = metrics.named(name).next().unwrap();
    (metric.description.clone(), metric.unit.clone())
}

fn pair(description: &str, unit: &str) -> (String, String) {
    (description.to_owned(), unit.to_owned())
}

#[test]
fn what_is_described_before_it_is_used_is_described() {
    let facade = Facade::new();
    facade.run(|| {
        describe_counter!("sold_total", Unit::Count, "Books sold.");
        describe_gauge!("fill", Unit::Percent, "How full it is.");
        describe_histogram!("wait", Unit::Milliseconds, "First words.");
        describe_histogram!("wait", Unit::Microseconds, "Time in the queue.");
        describe_counter!("never_used", "Nothing.");
        counter!("sold_total").increment(1);
        gauge!("fill").set(50);
        histogram!("wait").record(700);
    });
    let metrics = facade.snapshot();
    assert_eq!(words(&metrics, "sold_total"), pair("Books sold.", "{count}"));
    assert_eq!(words(&metrics, "fill"), pair("How full it is.", "%"));
    assert_eq!(words(&metrics, "wait"), pair("Time in the queue.", "us"));
    metrics.histogram("wait").assert_bucket(1000.0, 1);
    metrics.assert_absent("never_used");
    assert_eq!((unused(&facade, "late"), unused(&facade, "name_limit")), (0, 0));
}

#[test]
fn what_is_described_too_late_stays_as_it_is_and_is_counted_once() {
    let facade = Facade::new();
    facade.run(|| {
        counter!("sold_total").increment(1);
        for _ in 0..3 {
            describe_counter!("sold_total", "Books sold.");
            describe_counter!("sold_total", "Other words.");
        }
        // The kind is another, and so is the metric.
        describe_gauge!("sold_total", "Nothing.");
        counter!("sold_total").increment(1);
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").assert(2);
    assert_eq!(metrics.named("sold_total").count(), 1);
    assert_eq!(words(&metrics, "sold_total"), pair("", ""));
    assert_eq!(unused(&facade, "late"), 1);
}

#[test]
fn a_macro_that_describes_with_each_call_does_so_once() {
    let facade = Facade::new();
    facade.run(|| {
        for _ in 0..10 {
            counter!(description: "Books sold.", unit: Unit::Count, "sold_total").increment(1);
        }
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").assert(10);
    assert_eq!(words(&metrics, "sold_total"), pair("Books sold.", "{count}"));
    assert_eq!(unused(&facade, "late"), 0);
}

#[test]
fn a_name_in_another_case_or_spelling_is_described_too() {
    let facade = Facade::new();
    facade.run(|| {
        describe_counter!("Sold_Total", Unit::Count, "Books sold.");
        describe_gauge!("one value", Unit::Percent, "A value.");
        counter!("sold_total").increment(1);
        gauge!("one:value").set(1);
    });
    let metrics = facade.snapshot();
    assert_eq!(words(&metrics, "sold_total"), pair("Books sold.", "{count}"));
    assert_eq!(words(&metrics, "one_value"), pair("A value.", "%"));
}

#[test]
fn each_unit_is_one_of_ucum() {
    let facade = Facade::new();
    let units = [
        (Unit::Count, "{count}"),
        (Unit::Percent, "%"),
        (Unit::Seconds, "s"),
        (Unit::Milliseconds, "ms"),
        (Unit::Microseconds, "us"),
        (Unit::Nanoseconds, "ns"),
        (Unit::Tebibytes, "TiBy"),
        (Unit::Gibibytes, "GiBy"),
        (Unit::Mebibytes, "MiBy"),
        (Unit::Kibibytes, "KiBy"),
        (Unit::Bytes, "By"),
        (Unit::TerabitsPerSecond, "Tbit/s"),
        (Unit::GigabitsPerSecond, "Gbit/s"),
        (Unit::MegabitsPerSecond, "Mbit/s"),
        (Unit::KilobitsPerSecond, "kbit/s"),
        (Unit::BitsPerSecond, "bit/s"),
        (Unit::CountPerSecond, "{count}/s"),
    ];
    facade.run(|| {
        for (unit, _) in units {
            describe_gauge!(format!("x_{}", unit.as_str()), unit, "");
            gauge!(format!("x_{}", unit.as_str())).set(1);
        }
    });
    let metrics = facade.snapshot();
    for (unit, ucum) in units {
        assert_eq!(words(&metrics, &format!("x_{}", unit.as_str())).1, ucum);
    }
}
