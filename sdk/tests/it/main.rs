//! Installing telemetry, and every way it can be refused.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod access;
mod at_rest;
mod config_file;
mod configuration;
mod ending;
mod exemplars;
mod exemplars_of_tracers;
mod instrumentation;
mod live;
mod log;
mod metrics_recorder;
mod mistakes;
mod objectives;
mod pools;
mod process;
mod readers;
mod scrape;
mod sqlx_events;
mod testing;
mod tracing_opentelemetry;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use ::prometheus::proto::{Metric, MetricFamily};
use kymo::{
    InstallError, Telemetry, View,
    opentelemetry::{Context, global},
    prometheus::{Bridge, BridgeError, Registry},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// Why an exporter cannot be built.
pub(crate) type Refusal = Box<dyn std::error::Error + Send + Sync>;

fn names(registry: &Registry) -> Vec<String> {
    names_of(&registry.gather())
}

/// The names of `families`, without what a bridge says of itself on every page.
fn names_of(families: &[MetricFamily]) -> Vec<String> {
    let names = families.iter().map(|family| family.name().to_owned());
    names.filter(|name| !name.contains("kymo_scrape_losses")).collect()
}

#[test]
fn the_first_install_is_global_and_the_second_is_an_error_that_says_what_to_do() {
    // A failed install leaves the way free for one that is right.
    let nameless = Telemetry::for_service(" ").install().unwrap_err();
    assert!(matches!(nameless, InstallError::EmptyServiceName), "{nameless}");
    assert!(Telemetry::installed().is_none());

    let telemetry = Telemetry::for_service("shop")
        .prometheus()
        .view("calls.off", View::off())
        .install()
        .unwrap();
    for name in ["calls", "calls.off"] {
        global::meter("third-party").u64_counter(name).build().add(1, &[]);
    }
    let registry = telemetry.bridge().unwrap().registry();
    assert!(!names(registry).contains(&"calls_off_total".to_owned()), "{:?}", names(registry));
    assert!(names(registry).contains(&"calls_total".to_owned()), "{:?}", names(registry));

    let second = Telemetry::for_service("shop").prometheus().install().unwrap_err();
    assert!(matches!(second, InstallError::AlreadyInstalled));
    assert!(second.to_string().contains("keep the handle"), "{second}");
    // What is not global can be built beside it, and hears nothing of what is.
    let built = Telemetry::for_service("shop").prometheus().build().unwrap();
    global::meter("third-party").u64_counter("later.calls").build().add(1, &[]);
    assert_eq!(names(built.bridge().unwrap().registry()), ["target_info"]);
    assert!(names(registry).contains(&"later_calls_total".to_owned()));

    drop(built);
    let installed = Telemetry::installed().unwrap();
    installed.meter("shop").u64_counter("sold").build().add(1, &[]);
    assert!(names(registry).contains(&"sold_total".to_owned()), "{:?}", names(registry));
}

#[test]
fn a_namespace_that_begins_no_metric_name_is_refused_by_name() {
    for namespace in ["9lives", "a-b", "a b", "ü"] {
        let error = Telemetry::for_service("shop").namespace(namespace).build().unwrap_err();
        let is = |it: &Refusal| matches!(it.downcast_ref(), Some(BridgeError::Namespace { .. }));
        let refused = matches!(&error, InstallError::Prometheus(it) if is(it));
        assert!(refused && error.to_string().contains(namespace), "{error}");
    }
}

#[test]
fn a_namespace_goes_before_the_name_of_every_metric() {
    let telemetry = Telemetry::for_service("shop").namespace("shop").build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
    telemetry.meter("shop").f64_gauge("shelf.room").with_unit("m").build().record(1.0, &[]);
    let names = names(telemetry.bridge().unwrap().registry());
    assert_eq!(names, ["shop_shelf_room_meters", "shop_sold_total", "target_info"]);
}

#[test]
fn the_page_can_go_without_target_and_scope() {
    let scrape = |builder: kymo::TelemetryBuilder| {
        let telemetry = builder.build().unwrap();
        telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
        telemetry.bridge().unwrap().registry().gather()
    };
    let scope = |families: &[MetricFamily]| {
        let sold = families.iter().find(|family| family.name() == "sold_total").unwrap();
        sold.get_metric()[0].get_label().iter().any(|label| label.name() == "otel_scope_name")
    };
    let whole = scrape(Telemetry::for_service("shop").prometheus());
    assert_eq!(names_of(&whole), ["sold_total", "target_info"]);
    assert!(scope(&whole));
    let bare = Telemetry::for_service("shop").without_target_info().without_scope_info();
    let bare = scrape(bare);
    assert_eq!(names_of(&bare), ["sold_total"]);
    assert!(!scope(&bare));
}

#[test]
fn a_registry_takes_one_bridge() {
    let registry = Registry::new();
    let _first = Telemetry::for_service("shop").registry(registry.clone()).build().unwrap();
    let second = Telemetry::for_service("shop").registry(registry).build().unwrap_err();
    let is = |it: &Refusal| matches!(it.downcast_ref(), Some(BridgeError::SecondBridge));
    let refused = matches!(&second, InstallError::Prometheus(it) if is(it));
    assert!(refused && second.to_string().contains("clone it"), "{second}");
}

#[test]
fn a_collector_registered_twice_is_refused_with_its_name() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let bridge = telemetry.bridge().unwrap();
    let counter = || Box::new(prometheus::IntCounter::new("sold_total", "Sold.").unwrap());
    bridge.register(counter()).unwrap();
    let error = bridge.register(counter()).unwrap_err();
    assert!(matches!(&error, BridgeError::Collector { .. }), "{error}");
    assert!(error.to_string().contains("sold_total"), "{error}");
}

#[test]
fn an_injected_provider_measures_and_stays_the_applications() {
    let bridge = Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let telemetry =
        Telemetry::with_meter_provider(provider.clone()).bridge(bridge.clone()).build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    telemetry.shutdown_blocking(Duration::from_secs(1)).unwrap();
    sold.add(1, &[]);
    let families = bridge.registry().gather();
    let sold = families.iter().find(|family| family.name() == "sold_total").unwrap();
    assert!((sold.get_metric()[0].get_counter().get_value() - 1.0).abs() < 1e-9);
    provider.shutdown().unwrap();
}

#[test]
fn where_an_injected_provider_is_scraped_is_described() {
    let bridge = Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let injected = || Telemetry::with_meter_provider(provider.clone());
    let scraped = injected().bridge(bridge).environment([("OTEL_EXPORTER_PROMETHEUS_PORT", "9")]);
    let scraped = scraped.build().unwrap();
    for (name, value) in
        [("meter.provider", "injected"), ("prometheus", "on"), ("prometheus.port", "9")]
    {
        assert_eq!(scraped.describe().get(name).unwrap().value, value, "{name}");
    }
    assert_eq!(injected().build().unwrap().describe().get("prometheus"), None);
}

#[test]
fn what_a_file_says_of_an_injected_provider_is_reported() {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    let meters = |page, limits, views| {
        let exporter = format!("{{prometheus/development: {{{page}}}}}");
        let reader =
            format!("{{pull: {{exporter: {exporter}, cardinality_limits: {{{limits}}}}}}}");
        format!("meter_provider: {{readers: [{reader}]{views}}}")
    };
    for (yaml, expected) in [
        (meters("", "", ""), None),
        (meters("", "", ", views: [{selector: {}, stream: {}}]"), Some("its views")),
        (meters("without_scope_info: true", "default: 9", ""), Some("its limits and the page")),
        ("resource: {attributes: [{name: region, value: eu}]}".to_owned(), Some("the resource")),
        ("resource: {attributes_list: region=eu}".to_owned(), Some("the resource")),
        ("disabled: false".to_owned(), None),
    ] {
        std::fs::write(file.path(), format!("file_format: \"1.1\"\n{yaml}\n")).unwrap();
        let bridge = Bridge::builder().build().unwrap();
        let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
        let builder = Telemetry::with_meter_provider(provider).bridge(bridge);
        let telemetry = builder.config_file(file.path()).build().unwrap();
        let ignored = telemetry.describe().ignored().join("\n");
        let is_told = |part| {
            ignored.contains(&format!("what the configuration file says of {part} is ignored"))
        };
        assert!(
            expected.is_none_or(is_told) && expected.is_some() != ignored.is_empty(),
            "{yaml}: {ignored}"
        );
    }
}

#[test]
fn a_file_can_disable_the_meters_of_an_injected_provider() {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    for disabled in [true, false] {
        std::fs::write(file.path(), format!("file_format: \"1.1\"\ndisabled: {disabled}\n"))
            .unwrap();
        let bridge = Bridge::builder().build().unwrap();
        let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
        let builder = Telemetry::with_meter_provider(provider).bridge(bridge.clone());
        let telemetry = builder.config_file(file.path()).build().unwrap();
        telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
        let is_sold = names(bridge.registry()).contains(&"sold_total".to_owned());
        assert_eq!(is_sold, !disabled, "{:?}", names(bridge.registry()));
    }
}

#[test]
fn options_beside_a_bridge_are_refused_whatever_comes_first() {
    type Change = fn(kymo::TelemetryBuilder) -> kymo::TelemetryBuilder;
    let bridge = || Bridge::builder().build().unwrap();
    let options: [(&str, Change); 4] = [
        ("registry", |builder| builder.registry(Registry::new())),
        ("namespace", |builder| builder.namespace("shop")),
        ("without_target_info", kymo::TelemetryBuilder::without_target_info),
        ("without_scope_info", kymo::TelemetryBuilder::without_scope_info),
    ];
    for (name, option) in options {
        let shop = || Telemetry::for_service("shop");
        for builder in [option(shop()).bridge(bridge()), option(shop().bridge(bridge()))] {
            let error = builder.install().unwrap_err();
            let refused =
                matches!(error, InstallError::IgnoredBesideBridge { method } if method == name);
            assert!(refused && error.to_string().contains("`Bridge::builder()`"), "{error}");
        }
    }
    // That there is a pull exporter is no contradiction.
    Telemetry::for_service("shop").prometheus().bridge(bridge()).build().unwrap();
}

#[test]
fn exporters_that_are_listed_beside_an_injected_provider_are_reported() {
    let (_, log) = log::of(|| {
        Telemetry::with_meter_provider(SdkMeterProvider::builder().build())
            .environment([("OTEL_METRICS_EXPORTER", "prometheus,otlp")])
            .build()
            .unwrap()
    });
    assert_eq!(log.matches("OTEL_METRICS_EXPORTER is ignored").count(), 1, "{log}");

    let bridge = Bridge::builder().build().unwrap();
    let (_, log) = log::of(|| {
        Telemetry::with_meter_provider(
            SdkMeterProvider::builder().with_reader(bridge.reader()).build(),
        )
        .bridge(bridge)
        .environment([("OTEL_METRICS_EXPORTER", "prometheus")])
        .build()
        .unwrap()
    });
    assert_eq!(log, "", "the bridge is scraped as asked");
}

#[test]
fn after_the_end_prometheus_still_reads_the_last_numbers() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    for _ in 0..2 {
        sold.add(1, &[]);
        telemetry.clone().shutdown_blocking(Duration::from_secs(1)).unwrap();
    }
    sold.add(1, &[]);
    let families = telemetry.bridge().unwrap().registry().gather();
    let sold = families.iter().find(|family| family.name() == "sold_total").unwrap();
    assert!((sold.get_metric()[0].get_counter().get_value() - 3.0).abs() < 1e-9);
}

#[test]
fn telemetry_without_an_exporter_allocates_nothing_to_record_and_breaks_nothing() {
    let telemetry = Telemetry::for_service("shop").build().unwrap();
    assert!(telemetry.bridge().is_none());
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    // The first look of a thread at its context, which has the span, makes room for others.
    Context::map_current(|_| ());
    let recorded = allocation_counter::measure(|| sold.add(1, &[]));
    assert_eq!(recorded.count_total, 0);
    telemetry.shutdown_blocking(Duration::from_secs(1)).unwrap();
}

#[test]
fn attributes_that_become_one_label_never_make_two_equal_series() {
    use kymo::{
        opentelemetry::KeyValue,
        prometheus::exposition::{Source, text::TextWriter},
    };

    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    for attribute in [KeyValue::new("a.b", "1"), KeyValue::new("a_b", "1")] {
        sold.add(1, &[attribute]);
    }
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    telemetry.bridge().unwrap().collect(&mut writer);
    writer.finish();
    let page = String::from_utf8(page).unwrap();
    let lines: Vec<_> = page.lines().filter(|line| line.starts_with("sold_total{")).collect();
    assert!(matches!(lines[..], [line] if line.ends_with(" 2")), "{page}");
    assert_eq!(telemetry.bridge().unwrap().losses(), []);
}

#[test]
fn the_names_of_upstream_are_there_for_those_who_rely_on_them() {
    use kymo::prometheus::opentelemetry_prometheus;

    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().without_target_info();
    let bridge =
        Bridge::upstream(registry.clone(), |registry| exporter.with_registry(registry).build());
    let bridge = bridge.unwrap();
    let telemetry = Telemetry::for_service("shop").bridge(bridge).build().unwrap();
    telemetry.meter("shop").u64_counter("jobs_total").build().add(1, &[]);
    assert_eq!(names(&registry), ["jobs_total_total"]);
}

/// Three layers have room for no more series than one.
#[test]
fn every_http_layer_of_one_telemetry_shares_its_series() {
    let (one, three) = (durations(1), durations(3));
    assert_eq!(one.difference(&three).chain(three.difference(&one)).next(), None);
    let folded = |series: &&BTreeMap<String, String>| series["http_route"] == "_OTHER";
    assert!(one.iter().any(|series| folded(&series)), "they have room for all: {}", one.len());
    assert!(!one.iter().any(|series| series.contains_key("otel_metric_overflow")));
}

/// The labels of the durations of 2,160 kinds of requests, a part of them through each of `layers`.
fn durations(layers: usize) -> BTreeSet<BTreeMap<String, String>> {
    use std::convert::Infallible;

    use axum::{body::Body, extract::Request, http::StatusCode, response::IntoResponse};
    use tower::{Layer, Service};

    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let service = || {
        let layer = telemetry.http().route(|head| Some(head.uri.path().to_owned().into()));
        layer.layer(tower::service_fn(|request: Request| {
            let status = request.uri().query().unwrap().parse::<u16>().unwrap();
            let status = StatusCode::from_u16(status).unwrap();
            std::future::ready(Ok::<_, Infallible>(status.into_response()))
        }))
    };
    let mut services: Vec<_> = (0..layers).map(|_| service()).collect();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for route in 0..270 {
        let service = &mut services[route * layers / 270];
        for status in [200, 404, 409, 422, 500, 502, 503, 504] {
            let request = Request::get(format!("/{route}?{status}")).body(Body::empty()).unwrap();
            let response = std::pin::pin!(service.call(request));
            assert!(response.poll(&mut context).is_ready());
        }
    }
    let families = telemetry.bridge().unwrap().registry().gather();
    let is_duration =
        |family: &&MetricFamily| family.name() == "http_server_request_duration_seconds";
    let series = families.iter().find(is_duration).unwrap().get_metric();
    let labels = |series: &Metric| {
        let pairs = series.get_label().iter();
        pairs.map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect()
    };
    series.iter().map(labels).collect()
}
