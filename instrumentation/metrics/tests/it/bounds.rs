//! Nothing grows without an end, and what is not told apart is counted.

use std::thread;

use metrics::{Key, Label, counter, describe_counter, gauge, histogram};

use crate::facade::Facade;

const FOLDED: &str = "kymo.cardinality.folded";

fn folds(facade: &Facade, attribute: &str) -> i64 {
    let points = facade.snapshot().points();
    points.count(
        FOLDED,
        &[("kymo.cardinality.attribute", attribute), ("kymo.cardinality.metric", "sold_total")],
    )
}

#[test]
fn the_label_that_has_too_many_values_is_folded_and_the_others_stay() {
    let facade = Facade::limited(100);
    facade.run(|| {
        for n in 0..1000 {
            let genre = ["crime", "drama"][n % 2];
            counter!("sold_total", "genre" => genre, "user" => n.to_string()).increment(1);
        }
    });
    let metrics = facade.snapshot();
    let sold = metrics.counter("sold_total");
    sold.assert(1000);
    sold.assert_series(79 + 2);
    metrics.counter("sold_total").with("user", "_OTHER").with("genre", "crime").assert(460);
    metrics.counter("sold_total").with("user", "_OTHER").with("genre", "drama").assert(461);
    metrics.counter("sold_total").with("user", "7").exactly().assert_absent();
    assert_eq!((folds(&facade, "user"), folds(&facade, "genre")), (921, 0));
}

#[test]
fn a_kept_handle_of_a_folded_key_counts_each_fold() {
    let facade = Facade::limited(2);
    facade.run(|| counter!("sold_total", "user" => "a").increment(1));
    let other = facade.run(|| counter!("sold_total", "user" => "b"));
    (0..5).for_each(|_| other.increment(2));
    facade.snapshot().counter("sold_total").assert(11);
    assert_eq!(folds(&facade, "user"), 5);
}

#[test]
fn any_number_of_keys_of_any_shape_makes_no_more_series_than_the_limit() {
    let facade = Facade::limited(50);
    facade.run(|| {
        for n in 0..2000 {
            let labels: Vec<_> =
                (0..n % 7).map(|l| Label::new(format!("l{}", l + n % 90), n.to_string())).collect();
            counter!("sold_total", labels).increment(1);
        }
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").assert(2000);
    let all = metrics.counter("sold_total");
    let with_labels =
        all.series().into_iter().filter(|series| series.attributes.iter().count() > 0);
    // The SDK keeps the one without labels outside its limit.
    assert_eq!((all.series().len(), with_labels.count()), (51, 50));
    let overflow = metrics.counter("sold_total").with("otel.metric.overflow", true);
    assert!(!overflow.series().is_empty());
    assert!(metrics.counter(FOLDED).series().len() <= 65);
}

#[test]
fn threads_that_race_for_the_last_series_overrun_nothing_and_lose_nothing() {
    let facade = Facade::limited(100);
    thread::scope(|scope| {
        for thread in 0..4 {
            let facade = &facade;
            scope.spawn(move || {
                for n in 0..500 {
                    let user = ((n + 37 * thread) % 300).to_string();
                    facade
                        .counter(&Key::from_parts("sold_total", vec![Label::new("user", user)]))
                        .increment(1);
                }
            });
        }
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").assert(2000);
    metrics.counter("sold_total").assert_series(79 + 1);
}

#[test]
fn a_value_that_is_too_long_is_folded_at_once() {
    let facade = Facade::new();
    facade.run(|| {
        for n in 0..10 {
            let long = format!("{n}{}", "x".repeat(2000));
            counter!("sold_total", "user" => long, "genre" => "crime").increment(1);
        }
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").with("user", "_OTHER").with("genre", "crime").assert(10);
    assert_eq!(folds(&facade, "user"), 10);
}

#[test]
fn gauges_and_absolute_counts_that_are_folded_stay_in_one_series() {
    let facade = Facade::limited(5);
    facade.run(|| {
        gauge!("busy", "worker" => "0").set(1);
        for worker in 1..6 {
            gauge!("busy", "worker" => worker.to_string()).increment(1);
            counter!("read_bytes", "worker" => worker.to_string()).absolute(10 * worker);
        }
    });
    let metrics = facade.snapshot();
    metrics.gauge("busy").with("worker", "_OTHER").assert(3.0);
    metrics.counter("read_bytes").with("worker", "1").assert(10);
    metrics.counter("read_bytes").with("worker", "_OTHER").assert(50);
}

#[test]
fn names_have_a_limit_and_what_exceeds_it_is_counted() {
    let facade = Facade::new();
    facade.run(|| {
        for n in 0..600 {
            counter!(format!("sold_{n}")).increment(1);
        }
        counter!("sold_3").increment(1);
    });
    facade.snapshot().counter("sold_511").assert(1);
    facade.snapshot().assert_absent("sold_512");
    facade.snapshot().counter("sold_3").assert(2);
    facade.assert_lost("name_limit", 88);
}

#[test]
fn a_name_that_two_kinds_want_is_that_of_the_first() {
    let facade = Facade::new();
    facade.run(|| {
        counter!("jobs").increment(3);
        gauge!("jobs").set(5);
        gauge!("jobs").increment(5);
        gauge!("jobs").decrement(5);
        histogram!("Jobs").record_many(1, 4);
        counter!("jobs").increment(1);
        gauge!("level").set(1);
        counter!("level").increment(1);
        counter!("level").absolute(1);
    });
    let metrics = facade.snapshot();
    metrics.counter("jobs").assert(4);
    metrics.gauge("level").assert(1.0);
    facade.assert_lost("kind", 9);
}

#[test]
fn a_key_without_labels_needs_no_room() {
    let facade = Facade::limited(2);
    facade.run(|| {
        counter!("sold_total", "user" => "a").increment(1);
        counter!("sold_total").increment(2);
    });
    let metrics = facade.snapshot();
    metrics.counter("sold_total").exactly().assert(2);
    metrics.counter("sold_total").with("otel.metric.overflow", true).assert_absent();
}

#[test]
fn what_cannot_be_told_apart_is_counted_though_it_says_other_by_itself() {
    let facade = Facade::limited(2);
    facade.run(|| {
        counter!("sold_total", "user" => "a").increment(1);
        counter!("sold_total", "user" => "_OTHER").increment(2);
    });
    facade.snapshot().counter("sold_total").with("otel.metric.overflow", true).assert(2);
    assert_eq!(folds(&facade, "user"), 1);
}

#[test]
fn a_key_that_says_other_by_itself_is_where_others_are_folded_to() {
    let facade = Facade::limited(5);
    facade.run(|| {
        (0..3).for_each(|n| counter!("sold_total", "user" => n.to_string()).increment(1));
        counter!("sold_total", "user" => "_OTHER").increment(2);
        counter!("sold_total", "user" => "z").increment(1);
    });
    facade.snapshot().counter("sold_total").with("user", "_OTHER").assert(3);
    assert_eq!(folds(&facade, "user"), 1);
}

#[test]
fn recording_many_times_has_an_end_and_the_rest_is_counted() {
    let facade = Facade::limited(2);
    facade.run(|| {
        histogram!("wait", "user" => "a").record_many(1, usize::MAX);
        histogram!("wait", "user" => "b").record_many(1, usize::MAX);
        histogram!("wait", "user" => "a").record_many(f64::NAN, 1 << 40);
    });
    facade.snapshot().histogram("wait").with("user", "a").assert_count(100_000);
    facade.snapshot().histogram("wait").assert_count(200_000);
    facade.assert_lost("not_finite", 1 << 40);
}

#[test]
fn names_that_are_described_have_an_end() {
    let facade = Facade::new();
    let name = "x".repeat(1 << 20);
    let described = allocation_counter::measure(|| {
        facade.run(|| {
            (0..100).for_each(|n| describe_counter!(format!("a{n}{name}"), "Books sold."));
        });
    });
    assert!(described.bytes_current < 100_000, "{}", described.bytes_current);
}
