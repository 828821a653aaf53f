//! A hit allocates nothing.

use allocation_counter::measure;
use metrics::{Key, counter, gauge, histogram};

use crate::facade::Facade;

#[test]
fn a_macro_with_literals_and_a_kept_handle_allocate_nothing() {
    let facade = Facade::new();
    let record = || {
        counter!("sold_total", "genre" => "crime", "new" => "yes", "shop" => "a").increment(1);
        gauge!("stock", "shelf" => "a").increment(1);
        histogram!("wait_seconds").record(0.1);
    };
    facade.run(record);
    let (counter, gauge) =
        (facade.counter(&Key::from_name("a")), facade.gauge(&Key::from_name("b")));
    gauge.set(1);
    let hits = facade.run(|| measure(|| (0..100).for_each(|_| record())));
    assert_eq!(hits.count_total, 0);
    let kept = measure(|| {
        (0..100).for_each(|n| {
            counter.increment(1);
            counter.absolute(n);
            gauge.set(2);
        });
    });
    assert_eq!(kept.count_total, 0);
}

#[test]
fn an_idle_recorder_takes_a_few_kilobytes() {
    let facade = Facade::new();
    let idle = measure(|| drop(facade.recorder.clone()));
    assert_eq!(idle.bytes_current, 0);
    let meters = kymo_testing::TestMeters::new();
    let mut recorder = None;
    let made = measure(|| recorder = Some(kymo_metrics::MetricsRecorder::new(&*meters)));
    drop(recorder);
    // Both metrics of its own have room for as many series as the SDK gives them by itself.
    assert!(made.bytes_current < 300_000, "{}", made.bytes_current);
}
