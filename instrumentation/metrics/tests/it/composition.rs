//! It is a plain recorder.

use kymo_metrics::MetricsRecorder;
use kymo_testing::TestMeters;
use metrics::{counter, describe_counter, gauge, histogram};
use metrics_util::layers::{FanoutBuilder, FilterLayer, Layer, PrefixLayer};

use crate::facade::Facade;

#[test]
fn layers_of_metrics_util_go_around_it() {
    let facade = Facade::new();
    let recorder = FilterLayer::from_patterns(["secret"]).layer(facade.recorder.clone());
    let recorder = PrefixLayer::new("shop").layer(recorder);
    metrics::with_local_recorder(&recorder, || {
        describe_counter!("sold_total", "Books sold.");
        counter!("sold_total").increment(1);
        counter!("secret_total").increment(1);
    });
    let metrics = facade.snapshot();
    metrics.counter("shop.sold_total").assert(1);
    assert_eq!(metrics.named("shop.sold_total").next().unwrap().description, "Books sold.");
    metrics.assert_absent("shop.secret_total");
}

#[test]
fn two_of_a_fanout_record_the_same() {
    let (one, other) = (Facade::new(), Facade::new());
    let both = FanoutBuilder::default().add_recorder(one.recorder.clone());
    let both = both.add_recorder(other.recorder.clone()).build();
    metrics::with_local_recorder(&both, || {
        counter!("sold_total").increment(2);
        gauge!("stock").set(3);
        histogram!("wait").record_many(1, 4);
    });
    for metrics in [one.snapshot(), other.snapshot()] {
        metrics.counter("sold_total").assert(2);
        metrics.gauge("stock").assert(3.0);
        metrics.histogram("wait").assert_count(4);
    }
}

/// The only test of this process that touches the global one.
#[test]
fn one_recorder_is_installed_and_a_second_one_is_an_error_that_says_what_to_remove() {
    let meters = TestMeters::new();
    let recorder = MetricsRecorder::new(&*meters);
    recorder.install().unwrap();
    recorder.clone().install().unwrap();
    counter!("sold_total").increment(1);
    std::thread::spawn(|| counter!("sold_total").increment(1)).join().unwrap();
    meters.snapshot().counter("sold_total").assert(2);

    let error = Facade::new().recorder.install().unwrap_err();
    let message = error.to_string();
    for word in
        ["PrometheusBuilder::install_recorder()", "another telemetry", "with_local_recorder()"]
    {
        assert!(message.contains(word), "{word} in {message}");
    }
    assert_eq!(format!("{error:?}"), message);
}
