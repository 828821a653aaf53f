//! What the facade `metrics` records is on the page as everything else is.

use kymo::{
    InstrumentKind, Profile, Selector, Telemetry, TelemetryBuilder, View,
    testing::{TestTelemetry, laws::Traced},
};
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

/// The page of what `record` does, without what kymo says of itself.
fn page(shape: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder, record: impl FnOnce()) -> String {
    let builder = Telemetry::for_service("shop").without_scope_info().without_target_info();
    let telemetry = shape(builder.prometheus()).build().unwrap();
    metrics::with_local_recorder(&telemetry.metrics_recorder(), record);
    rendered(&telemetry)
}

fn rendered(telemetry: &Telemetry) -> String {
    use kymo::prometheus::exposition::{Source, text::TextWriter};

    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    telemetry.bridge().unwrap().collect(&mut writer);
    writer.finish();
    let page = String::from_utf8(page).unwrap();
    let of_kymo = |line: &&str| line.split(' ').any(|word| word.starts_with("kymo_"));
    page.split_inclusive('\n').filter(|line| !of_kymo(line)).collect()
}

#[test]
fn names_units_and_descriptions_are_those_of_prometheus() {
    let page = page(
        |shop| shop,
        || {
            describe_counter!("sold", Unit::Count, "Books sold.");
            describe_gauge!("cache.size", Unit::Bytes, "Room taken.");
            describe_histogram!("wait", Unit::Milliseconds, "Time in the queue.");
            describe_gauge!("in_rate", Unit::CountPerSecond, "Books that come.");
            describe_gauge!("line", Unit::MegabitsPerSecond, "The line.");
            counter!("sold").increment(1);
            counter!("http_requests_total", "status" => "200").increment(2);
            gauge!("cache.size").set(3);
            gauge!("in_rate").set(4);
            gauge!("line").set(5);
            describe_gauge!("fill", Unit::Percent, "How full it is.");
            gauge!("fill").set(6);
            histogram!("wait").record(7);
        },
    );
    for line in [
        "# HELP sold_total Books sold.",
        "sold_total 1",
        "# TYPE http_requests_total counter",
        "http_requests_total{status=\"200\"} 2",
        "# HELP cache_size_bytes Room taken.",
        "cache_size_bytes 3",
        "in_rate_per_second 4",
        "line_Mbit_per_second 5",
        "fill_percent 6",
        "wait_milliseconds_bucket{le=\"10\"} 1",
        "wait_milliseconds_sum 7",
    ] {
        assert!(page.lines().any(|it| it == line), "{line} in\n{page}");
    }
}

#[test]
fn views_shape_what_it_records() {
    let histograms = Selector::any().kind(InstrumentKind::Histogram).meter("metrics");
    let page = page(
        |shop| {
            shop.view(histograms, View::new().buckets([1.0, 2.0]))
                .view("sold_*", View::new().rename_attribute("genre", "kind").limit(5))
                .view("noise", View::off())
        },
        || {
            for n in 0..20 {
                counter!("sold_total", "genre" => n.to_string()).increment(1);
            }
            histogram!("wait_seconds").record(1.5);
            counter!("noise").increment(1);
        },
    );
    let lines = |name: &str| page.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((lines("sold_total{"), lines("noise")), (4, 0), "{page}");
    assert!(page.contains("sold_total{kind=\"_OTHER\"} 17\n"), "{page}");
    assert_eq!(lines("wait_seconds_bucket"), 3, "{page}");
}

#[test]
fn keys_of_a_gauge_that_a_view_makes_one_are_one() {
    let record = || {
        gauge!("busy", "worker" => "1").increment(2);
        // Only registered: it must not begin anew at zero.
        drop(gauge!("busy", "worker" => "2"));
        gauge!("busy", "worker" => "2").increment(1);
        gauge!("busy", "worker" => "3").increment(1);
        gauge!("busy", "worker" => "3").decrement(1);
    };
    let long = || {
        let worker = |n: char| format!("{}{n}", "w".repeat(40));
        gauge!("busy", "worker" => worker('1')).increment(2);
        gauge!("busy", "worker" => worker('2')).increment(1);
        drop(gauge!("busy", "worker" => worker('3')));
    };
    let renamed = || {
        gauge!("busy", "a" => "1").increment(2);
        gauge!("busy", "b" => "1").increment(1);
    };
    let of = |view| move |shop: TelemetryBuilder| shop.view("busy", view);
    let dropped = page(of(View::new().without_attribute("worker")), record);
    assert!(dropped.contains("\nbusy 3\n"), "{dropped}");
    let only = page(of(View::new().only_attributes(["none"])), record);
    assert!(only.contains("\nbusy 3\n"), "{only}");
    let folded = page(of(View::new().attribute_budget("worker", 1)), record);
    assert!(folded.contains("\nbusy{worker=\"1\"} 2\n"), "{folded}");
    assert!(folded.contains("\nbusy{worker=\"_OTHER\"} 1\n"), "{folded}");
    let cut = page(|shop| shop.attribute_value_limit(40), long);
    assert!(cut.contains(&format!("\nbusy{{worker=\"{}\"}} 3\n", "w".repeat(40))), "{cut}");
    let view = View::new().rename_attribute("a", "b");
    let one = page(of(view), renamed);
    assert!(one.contains("\nbusy{b=\"1\"} 3\n"), "{one}");
    let common = page(
        |shop| shop.common_attribute("worker", "1"),
        || {
            gauge!("busy").increment(1);
            gauge!("busy", "worker" => "1").increment(1);
        },
    );
    assert!(common.contains("\nbusy{worker=\"1\"} 2\n"), "{common}");
}

#[test]
fn a_value_that_is_cut_is_counted_once_for_each_series() {
    let telemetry = TestTelemetry::of(Telemetry::for_service("shop").attribute_value_limit(40));
    metrics::with_local_recorder(&telemetry.metrics_recorder(), || {
        gauge!("busy", "worker" => "w".repeat(50)).set(1);
    });
    telemetry.snapshot().counter("kymo.cardinality.cut").assert(1);
}

#[test]
fn what_is_only_registered_is_there_at_zero_under_any_view() {
    let page = page(
        |shop| shop.view("sold_total", View::new().without_attribute("genre")),
        || {
            drop(counter!("sold_total", "genre" => "crime"));
            drop(counter!("errors_total"));
            drop(gauge!("stock"));
            counter!("read_total").absolute(0);
        },
    );
    for line in ["sold_total 0", "errors_total 0", "stock 0", "read_total 0"] {
        assert!(page.lines().any(|it| it == line), "{line} in\n{page}");
    }
}

#[test]
fn the_series_without_labels_has_room_beside_common_attributes() {
    let page = page(
        |shop| shop.common_attribute("region", "eu").view("sold_total", View::new().limit(10)),
        || {
            for n in 0..20 {
                counter!("sold_total", "user" => n.to_string()).increment(1);
            }
            counter!("sold_total").increment(1);
        },
    );
    assert!(page.contains("\nsold_total{region=\"eu\"} 1\n"), "{page}");
    assert!(!page.contains("overflow"), "{page}");
}

#[test]
fn each_call_gives_the_same_recorder_and_a_disabled_telemetry_one_that_records_nothing() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    for _ in 0..2 {
        metrics::with_local_recorder(&telemetry.metrics_recorder(), || {
            gauge!("stock").increment(1);
        });
    }
    assert!(rendered(&telemetry).contains("stock{otel_scope_name=\"metrics\"} 2\n"));

    let disabled = Telemetry::for_service("shop").prometheus();
    let disabled = disabled.environment([("OTEL_SDK_DISABLED", "true")]).build().unwrap();
    metrics::with_local_recorder(&disabled.metrics_recorder(), || {
        counter!("sold_total").increment(1);
        gauge!("stock").increment(1);
        histogram!("wait").record(1);
    });
    assert!(!rendered(&disabled).contains("sold_total"));
}

#[test]
fn a_metric_that_a_callback_uses_first_is_lost_there_and_made_afterwards() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let recorder = telemetry.metrics_recorder();
    let inner = recorder.clone();
    let known =
        move || metrics::with_local_recorder(&recorder, || counter!("known_total").increment(1));
    known();
    let meter = telemetry.meter("shop");
    let observe = {
        let inner = inner.clone();
        move || {
            metrics::with_local_recorder(&inner, || {
                counter!("asked_total").increment(1);
                counter!("known_total", "new" => "series").increment(1);
            });
        }
    };
    let depth = meter.u64_observable_gauge("depth").with_callback(move |depth| {
        observe();
        depth.observe(1, &[]);
    });
    depth.build();
    rendered(&telemetry);
    metrics::with_local_recorder(&inner, || counter!("asked_total").increment(5));
    let page = rendered(&telemetry);
    let value = |name: &str| {
        let line =
            page.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{page}"));
        line.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    // The first reading lost its one.
    assert_eq!(value("asked_total"), 6);
    assert_eq!(value("known_total{new="), 2);
}

#[test]
fn what_is_recorded_in_a_trace_leads_to_it() {
    let telemetry = TestTelemetry::new();
    let recorder = telemetry.metrics_recorder();
    let kept = metrics::with_local_recorder(&recorder, || {
        counter!("kept_total").increment(1);
        counter!("kept_total")
    });
    let traced = Traced::new(1);
    traced.run(|| {
        metrics::with_local_recorder(&recorder, || histogram!("wait_seconds").record(0.3));
        kept.increment(2);
    });
    for (name, value) in [("wait_seconds", 0.3), ("kept_total", 2.0)] {
        let exemplars = telemetry.exemplars(name);
        assert_eq!((exemplars[0].value, exemplars[0].trace), (value, traced.trace()), "{name}");
    }
}

#[test]
fn a_metric_that_a_profile_records_too_is_told_of_once() {
    let record = || {
        for _ in 0..2 {
            counter!("axum_http_requests_total", "status" => "200").increment(1);
            counter!("axum_http_requests_pending").increment(1);
        }
    };
    let ((), log) = crate::log::of(|| {
        page(|shop| shop.also_named(Profile::AxumPrometheus), record);
    });
    assert_eq!(log.matches("count everything twice").count(), 1, "{log}");
    let ((), log) = crate::log::of(|| {
        page(|shop| shop, record);
    });
    assert!(!log.contains("twice"), "{log}");
}

#[test]
fn buckets_for_what_the_facade_records_are_not_those_of_others() {
    // As `docs/coming-from.md` writes it.
    let row = "`.view(Selector::any().kind(InstrumentKind::Histogram).meter(\"metrics\"), View::new().buckets(…))`";
    assert!(include_str!("../../../docs/coming-from.md").contains(row));
    let selector = Selector::any().kind(InstrumentKind::Histogram).meter("metrics");
    let builder = Telemetry::for_service("shop").without_scope_info().without_target_info();
    let telemetry =
        builder.prometheus().view(selector, View::new().buckets([0.1])).build().unwrap();
    let shop = telemetry.meter("shop");
    let size = shop.u64_histogram("size_bytes").with_boundaries(vec![8.0, 64.0]);
    size.build().record(9, &[]);
    metrics::with_local_recorder(&telemetry.metrics_recorder(), || {
        histogram!("wait_seconds").record(1);
    });
    let page = rendered(&telemetry);
    let buckets = |name: &str| page.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((buckets("wait_seconds_bucket"), buckets("size_bytes_bucket")), (2, 3), "{page}");
}
