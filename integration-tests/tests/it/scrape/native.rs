//! What Prometheus stores of exponential histograms and of names that stay as they are.

use std::time::Duration;

use integration_tests::{Prometheus, Release, Sampled, eventually};
use kymo::{
    InstrumentKind, Selector, Telemetry, View,
    opentelemetry::KeyValue,
    prometheus::{Listener, Place, Server, Translation},
};

/// A scrape every second, and one more to be sure.
const SCRAPED: Duration = Duration::from_secs(15);

/// A telemetry with a listener of its own.
async fn served(telemetry: &Telemetry) -> (Server, String) {
    let server = telemetry.serve_on(Listener::ports("127.0.0.1", 0..=0)).await.unwrap();
    let Place::Tcp(address) = *server.place() else { panic!("{server:?}") };
    (server, address.to_string())
}

/// The only value of an expression, once it gives one.
async fn value(prometheus: &Prometheus, expression: &str) -> f64 {
    let look = async || prometheus.query(expression).await;
    let found = eventually(SCRAPED, look, |found: &Vec<Sampled>| !found.is_empty()).await;
    assert_eq!(found.len(), 1, "{expression}: {found:?}");
    found[0].value
}

/// One instrument: native for whoever asks for protobuf, classic for everybody else.
async fn quantiles_are_right_in_both_forms(release: Release) {
    let variables: [(&str, &str); 0] = [];
    let histograms = Selector::any().kind(InstrumentKind::Histogram).meter("shop");
    let telemetry = Telemetry::for_service("shop").prometheus().environment(variables);
    let telemetry = telemetry.view(histograms, View::new().exponential_buckets()).build().unwrap();
    let latency = telemetry.meter("shop").f64_histogram("latency").with_unit("s").build();
    // From a millisecond to eight seconds: 13 powers of two, in 160 buckets of scale 3.
    let mut seconds: Vec<f64> =
        (0..1000).map(|n| 0.001 * f64::from(n * 13 % 1000).mul_add(0.013, 0.0).exp2()).collect();
    for it in &seconds {
        latency.record(*it, &[KeyValue::new("http.route", "/")]);
    }
    seconds.sort_by(f64::total_cmp);

    let (server, address) = served(&telemetry).await;
    let jobs = [
        ("native", "  scrape_protocols: [PrometheusProto]\n"),
        ("text", "  scrape_protocols: [PrometheusText0.0.4]\n"),
        ("openmetrics", "  scrape_protocols: [OpenMetricsText1.0.0]\n"),
    ];
    let prometheus =
        Prometheus::scraping_by(release, &address, &jobs, &["native-histograms"]).await;
    let count = "histogram_count(latency_seconds{job=\"native\",http_route=\"/\"})";
    assert!((value(&prometheus, count).await - 1000.0).abs() < 0.5);
    let sum = value(&prometheus, "histogram_sum(latency_seconds{job=\"native\"})").await;
    assert!((sum / seconds.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{sum}");
    for (quantile, place) in [(0.1, 99), (0.5, 499), (0.9, 899), (0.99, 989)] {
        let expression = |series: &str| format!("histogram_quantile({quantile}, {series})");
        let native = value(&prometheus, &expression("latency_seconds{job=\"native\"}")).await;
        let error = native / seconds[place];
        let width = 0.125_f64.exp2();
        assert!((1.0 / width..=width).contains(&error), "{quantile}: {native}, by {error}");
        for job in ["text", "openmetrics"] {
            let series = format!("latency_seconds_bucket{{job=\"{job}\"}}");
            let classic = value(&prometheus, &expression(&series)).await;
            let error = classic / seconds[place];
            assert!((0.5..=2.0).contains(&error), "{quantile} of {job}: {classic}, by {error}");
        }
    }
    // A power of two is a bound in both forms, and exact.
    let below = seconds.iter().filter(|it| **it <= 0.125).count();
    let classic = "latency_seconds_bucket{job=\"text\",le=\"0.125\"}";
    let classic = value(&prometheus, classic).await;
    assert!((classic - f64::from(u32::try_from(below).unwrap())).abs() < 0.5, "{classic} {below}");
    server.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_2_stores_native_histograms_and_classic_ones_of_one_instrument() {
    quantiles_are_right_in_both_forms(Release::Two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_3_stores_native_histograms_and_classic_ones_of_one_instrument() {
    quantiles_are_right_in_both_forms(Release::Three).await;
}

/// No format carries classic histograms as native ones of custom buckets: a server makes these of what it is given.
#[tokio::test(flavor = "multi_thread")]
async fn prometheus_makes_native_histograms_of_our_classic_ones_with_the_same_quantiles() {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").prometheus().environment(variables);
    let telemetry = telemetry.build().unwrap();
    let bounds = vec![0.01, 0.05, 0.1, 0.5, 1.0, 2.5];
    let meter = telemetry.meter("shop");
    let latency = meter.f64_histogram("latency").with_unit("s").with_boundaries(bounds).build();
    for number in 0..500 {
        latency.record(0.006 * f64::from(number), &[KeyValue::new("http.route", "/")]);
    }
    let (server, address) = served(&telemetry).await;
    let formats = ["PrometheusText0.0.4", "OpenMetricsText1.0.0", "PrometheusProto"];
    let job = |format: &str| {
        format!("  convert_classic_histograms_to_nhcb: true\n  scrape_protocols: [{format}]\n")
    };
    let [text, openmetrics, protobuf] = formats.map(job);
    let jobs = [
        ("classic", "  scrape_protocols: [PrometheusText0.0.4]\n"),
        ("text", text.as_str()),
        ("openmetrics", openmetrics.as_str()),
        ("protobuf", protobuf.as_str()),
    ];
    let prometheus =
        Prometheus::scraping_by(Release::Three, &address, &jobs, &["native-histograms"]).await;
    for job in ["text", "openmetrics", "protobuf"] {
        let count = format!("histogram_count(latency_seconds{{job=\"{job}\"}})");
        assert!((value(&prometheus, &count).await - 500.0).abs() < 0.5, "{job}");
        for quantile in [0.001, 0.1, 0.5, 0.9, 0.99] {
            let of = |series: &str| format!("histogram_quantile({quantile}, {series})");
            let classic = "latency_seconds_bucket{job=\"classic\"}";
            let classic = value(&prometheus, &of(classic)).await;
            let native = format!("latency_seconds{{job=\"{job}\"}}");
            let native = value(&prometheus, &of(&native)).await;
            assert!((native - classic).abs() < 1e-9, "{job}, {quantile}: {native}, {classic}");
        }
        let buckets = format!("latency_seconds_bucket{{job=\"{job}\"}}");
        assert!(prometheus.query(&buckets).await.is_empty(), "{job} keeps one form");
    }
    server.shutdown(Duration::from_secs(5)).await;
}

/// Prometheus 3 asks for names as they are, unless it is told otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_stay_as_they_are_arrive_so_where_they_are_asked_for() {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").prometheus().environment(variables);
    let telemetry = telemetry.translation(Translation::NoTranslation).build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("shop.sold").with_unit("By").build();
    sold.add(7, &[KeyValue::new("shop.section", "poems")]);
    let (server, address) = served(&telemetry).await;
    let underscores =
        "  metric_name_escaping_scheme: underscores\n  metric_name_validation_scheme: legacy\n";
    let jobs = [("exact", ""), ("escaped", underscores)];
    let prometheus = Prometheus::scraping_by(Release::Three, &address, &jobs, &[]).await;
    for expression in [
        "{\"shop.sold\",job=\"exact\",\"shop.section\"=\"poems\"}",
        "shop_sold{job=\"escaped\",shop_section=\"poems\"}",
    ] {
        assert!((value(&prometheus, expression).await - 7.0).abs() < 0.5, "{expression}");
    }
    let other =
        prometheus.query("{\"shop.sold\",job=\"escaped\"} or shop_sold{job=\"exact\"}").await;
    assert!(other.is_empty(), "{other:?}");
    server.shutdown(Duration::from_secs(5)).await;
}
