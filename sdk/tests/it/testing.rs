//! The test kit, tested.

mod contract;
mod declaration;
mod difference;
mod laws;
mod lint;
mod messages;
mod rendering;
mod telemetry;

use kymo::{
    opentelemetry::KeyValue,
    testing::{Snapshot, TestTelemetry},
};

/// Two caches, and how long loading took.
fn caches() -> Snapshot {
    let telemetry = TestTelemetry::new();
    let meter = telemetry.meter("shop");
    let requests = meter.u64_counter("cache.requests").with_unit("{request}").build();
    let of = |name: &'static str, result: &'static str| {
        [KeyValue::new("cache.name", name), KeyValue::new("cache.result", result)]
    };
    requests.add(5, &of("books", "hit"));
    requests.add(4, &of("authors", "hit"));
    requests.add(1, &of("books", "miss"));
    let entries = meter.i64_up_down_counter("cache.entries").with_unit("{entry}").build();
    entries.add(7, &[]);
    entries.add(-4, &[]);
    let fill = meter.f64_gauge("cache.fill").with_unit("1").build();
    fill.record(0.25, &[KeyValue::new("cache.name", "books")]);
    fill.record(0.5, &[KeyValue::new("cache.name", "authors")]);
    let bounds = vec![0.1, 1.0];
    let load = meter.f64_histogram("cache.load.duration").with_unit("s").with_boundaries(bounds);
    let load = load.build();
    for (seconds, name) in [(0.1, "books"), (0.2, "books"), (2.0, "authors")] {
        load.record(seconds, &[KeyValue::new("cache.name", name)]);
    }
    telemetry.snapshot()
}

/// The message that `assertion` panics with.
fn message(assertion: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(assertion))
        .expect_err("the assertion should have failed");
    panic.downcast_ref::<String>().cloned().expect("a message made of what there is")
}
