//! What the program says is what is recorded.

use std::{thread, time::Duration};

use metrics::{Key, counter, gauge, histogram};

use crate::facade::Facade;

#[test]
fn a_counter_adds_up_and_its_labels_are_attributes() {
    let facade = Facade::new();
    facade.run(|| {
        counter!("sold_total", "genre" => "crime").increment(2);
        counter!("sold_total", "genre" => "crime").increment(3);
        let genre = String::from("drama");
        counter!("sold_total", "genre" => genre, "new" => "yes").increment(4);
        counter!("asked_total").increment(0);
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").scope("metrics").assert(9);
    metrics.counter("sold_total").with("genre", "crime").exactly().assert(5);
    metrics.counter("sold_total").with("genre", "drama").with("new", "yes").exactly().assert(4);
    metrics.counter("asked_total").exactly().assert(0);
}

#[test]
fn an_absolute_count_adds_what_is_missing_and_never_falls() {
    let facade = Facade::new();
    let absolute = |value| facade.run(|| counter!("read_bytes").absolute(value));
    absolute(10);
    absolute(25);
    absolute(7);
    facade.snapshot().counter("read_bytes").assert(25);
    facade.run(|| counter!("read_bytes").increment(5));
    absolute(31);
    facade.snapshot().counter("read_bytes").assert(31);
}

#[test]
fn an_absolute_count_of_many_threads_is_the_greatest() {
    let facade = Facade::new();
    thread::scope(|scope| {
        for thread in 0..4 {
            let counter = facade.counter(&Key::from_name("read_bytes"));
            scope.spawn(move || (0..10_000).for_each(|n| counter.absolute(4 * n + thread)));
        }
    });
    facade.snapshot().counter("read_bytes").assert(39_999);
}

#[test]
fn a_gauge_is_set_and_goes_up_and_down() {
    let facade = Facade::new();
    let gauge = facade.run(|| gauge!("stock", "shelf" => "a"));
    gauge.set(10);
    gauge.increment(2.5);
    gauge.decrement(4);
    facade.snapshot().gauge("stock").with("shelf", "a").assert(8.5);
    facade.run(|| gauge!("stock", "shelf" => "a").set(Duration::from_millis(1500)));
    facade.snapshot().gauge("stock").assert(1.5);
}

#[test]
fn no_change_of_a_gauge_is_lost_among_threads() {
    let facade = Facade::new();
    for round in 0..20 {
        let key = Key::from_parts("stock", vec![metrics::Label::new("round", round.to_string())]);
        thread::scope(|scope| {
            for _ in 0..4 {
                let gauge = facade.gauge(&key);
                scope.spawn(move || {
                    for _ in 0..2000 {
                        gauge.increment(3);
                        gauge.decrement(2);
                    }
                });
            }
        });
        facade.snapshot().gauge("stock").with("round", round.to_string()).assert(8000.0);
    }
}

#[test]
fn a_gauge_is_there_at_zero_before_it_is_set() {
    let facade = Facade::new();
    drop(facade.run(|| gauge!("stock")));
    facade.snapshot().gauge("stock").assert(0.0);
}

#[test]
fn a_counter_is_there_at_zero_before_it_counts() {
    let facade = Facade::new();
    facade.run(|| {
        drop(counter!("errors_total"));
        drop(counter!("sold_total", "genre" => "crime"));
        counter!("read_bytes").absolute(0);
    });
    let metrics = facade.snapshot();
    metrics.counter("errors_total").exactly().assert(0);
    metrics.counter("sold_total").with("genre", "crime").assert(0);
    metrics.counter("read_bytes").exactly().assert(0);
}

#[test]
fn a_histogram_without_labels_is_there_from_its_first_value_on_and_one_with_labels_at_once() {
    let facade = Facade::new();
    facade.run(|| {
        drop(histogram!("wait"));
        drop(histogram!("weight", "genre" => "crime"));
    });
    let metrics = facade.snapshot();
    metrics.assert_absent("wait");
    metrics.histogram("weight").with("genre", "crime").assert_count(0);
}

const GREATEST: u64 = i64::MAX as u64;

#[test]
fn a_counter_stops_at_the_greatest_number_of_a_push_and_what_exceeds_it_is_counted() {
    for values in [
        &[u64::MAX, 1, 5][..],
        &[GREATEST - 3, 5, 0, 1 << 47],
        &[1 << 62, 1 << 62, 1 << 62],
        &[GREATEST, 1],
    ] {
        let facade = Facade::new();
        let by = facade.counter(&Key::from_name("read_bytes"));
        let mut lost = 0;
        let mut sum = 0_u128;
        for value in values {
            by.increment(*value);
            sum += u128::from(*value);
            lost += i64::from(*value > 0 && sum > u128::from(GREATEST));
        }
        by.absolute(5);
        assert_eq!(total(&facade), GREATEST, "{values:?}");
        facade.assert_lost("overflow", lost);
    }
}

#[test]
fn an_absolute_count_stops_there_too() {
    let facade = Facade::new();
    let counter = facade.counter(&Key::from_name("read_bytes"));
    counter.absolute(u64::MAX);
    counter.increment(1);
    counter.absolute(5);
    counter.absolute(GREATEST);
    assert_eq!(total(&facade), GREATEST);
    facade.assert_lost("overflow", 2);
}

#[test]
fn threads_that_race_for_the_greatest_number_do_not_exceed_it() {
    let facade = Facade::new();
    let counter = facade.counter(&Key::from_name("read_bytes"));
    counter.absolute(GREATEST - 1000);
    thread::scope(|scope| {
        for thread in 0..4 {
            let counter = counter.clone();
            scope.spawn(move || {
                for n in 0..1000 {
                    counter.increment(if n % 7 == thread { 1 << 60 } else { 1 });
                    counter.absolute(n);
                }
            });
        }
    });
    assert_eq!(total(&facade), GREATEST);
}

fn total(facade: &Facade) -> u64 {
    let metrics = facade.snapshot();
    let series = &metrics.named("read_bytes").next().unwrap().series[0];
    series.reading.number().unwrap().to_string().parse().unwrap()
}

#[test]
fn a_histogram_counts_in_buckets() {
    let facade = Facade::new();
    facade.run(|| {
        histogram!("wait_seconds").record(Duration::from_millis(30));
        histogram!("wait_seconds").record(3);
        histogram!("wait_seconds").record_many(0.2, 5);
        histogram!("wait_seconds").record_many(0.2, 0);
    });
    let metrics = facade.snapshot();
    let waits = metrics.histogram("wait_seconds");
    waits.assert_count(7);
    waits.assert_sum_near(4.03, 1e-9);
    waits.assert_at_most(0.05, 1);
    waits.assert_at_most(0.25, 6);
}

#[test]
fn labels_in_another_order_and_names_in_another_case_are_the_same() {
    let facade = Facade::new();
    facade.run(|| {
        counter!("sold_total", "a" => "1", "b" => "2", "c" => "3").increment(1);
        counter!("sold_total", "c" => "3", "b" => "2", "a" => "1").increment(1);
        counter!("Sold_Total", "b" => "2", "c" => "3", "a" => "1").increment(1);
        counter!("sold_total", "b" => "9", "c" => "3", "a" => "1", "b" => "2").increment(1);
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").assert(4);
    metrics.counter("sold_total").assert_series(1);
}

#[test]
fn a_name_that_opentelemetry_does_not_take_has_a_metric_all_the_same() {
    let facade = Facade::new();
    facade.run(|| {
        counter!("größe der bücher").increment(1);
        counter!("_private").increment(2);
        counter!("x".repeat(1000)).increment(3);
        counter!("").increment(4);
        gauge!("one value").set(1);
        gauge!("one:value").increment(2);
    });
    let metrics = facade.snapshot();
    metrics.counter("gr__e_der_b_cher").assert(1);
    metrics.counter("m_private").assert(2);
    metrics.counter(&"x".repeat(255)).assert(3);
    metrics.counter("m_").assert(4);
    metrics.gauge("one_value").assert(3.0);
}

#[test]
fn what_is_not_finite_is_lost_and_counted() {
    let facade = Facade::new();
    facade.run(|| {
        gauge!("stock").set(5);
        gauge!("stock").set(f64::NAN);
        gauge!("stock").increment(f64::INFINITY);
        gauge!("stock").decrement(f64::NAN);
        histogram!("wait").record(f64::NEG_INFINITY);
        histogram!("wait").record_many(f64::NAN, 3);
        histogram!("wait").record(-1.0);
    });
    let metrics = facade.snapshot();
    metrics.gauge("stock").assert(5.0);
    metrics.histogram("wait").assert_count(1);
    facade.assert_lost("not_finite", 7);
}
