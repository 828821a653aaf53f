//! Each scraper gets the best format that it reads, and reads it.

use std::{collections::BTreeMap, process::Command, time::Duration};

use http_body_util::BodyExt;
use integration_tests::{
    Bookshop, Prometheus, Release, Sampled, Scrape, VictoriaMetrics, eventually, load, promtool,
    python,
};
use kymo::{Telemetry, prometheus::Translation, testing::TestTelemetry};
use tower::ServiceExt;

/// A scrape every second, and one more to be sure.
const SCRAPED: Duration = Duration::from_secs(15);

const REQUESTS: &str = "sum(http_server_request_duration_seconds_count)";

/// What Prometheus can be told to ask for, and what it is given then.
const PROTOCOLS: [(&str, &str); 4] = [
    ("PrometheusText0.0.4", "text/0.0.4"),
    ("OpenMetricsText0.0.1", "openmetrics/0.0.1"),
    ("OpenMetricsText1.0.0", "openmetrics/1.0.0"),
    ("PrometheusProto", "protobuf"),
];

/// The content type and the body that curl gets of a bookshop when it accepts this.
fn curl(shop: &Bookshop, accept: &str) -> (String, String) {
    let output = Command::new("curl")
        .args(["-sS", "-m", "20", "-w", "\n%{content_type}", "-H", &format!("Accept: {accept}")])
        .arg(format!("{}/metrics", shop.url()))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (body, content_type) = said.rsplit_once('\n').unwrap();
    (content_type.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_openmetrics_that_python_reads_with_all_that_text_has() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 2).await;
    let (_, text) = curl(&shop, "text/plain");
    let text = python::samples(&text, false).unwrap();
    for (accept, content_type) in [
        (
            "application/openmetrics-text",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8,text/plain;q=0.1",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
        ),
        (
            "application/openmetrics-text; version=0.0.1",
            "application/openmetrics-text; version=0.0.1; charset=utf-8",
        ),
    ] {
        let (said, body) = curl(&shop, accept);
        assert_eq!(said, content_type, "{accept}");
        let samples =
            python::samples(&body, true).unwrap_or_else(|error| panic!("{error}\n{body}"));
        // A format that is asked for first has counters of its own.
        assert!(samples >= text, "{samples} of {text}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_text_that_promtool_reads_whatever_it_accepts() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 2).await;
    for (accept, content_type) in [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
        ("nonsense;;;q=", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "text/plain;version=1.0.0;escaping=underscores",
            "text/plain; version=1.0.0; charset=utf-8; escaping=underscores",
        ),
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8",
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
        ),
    ] {
        let (said, body) = curl(&shop, accept);
        assert_eq!(said, content_type, "{accept}");
        let verdict = promtool::check_metrics(&body);
        assert!(verdict.parsed(), "{accept}: {}\n{body}", verdict.findings);
        let scrape = Scrape::parse(&body).unwrap_or_else(|error| panic!("{accept}: {error}"));
        assert!(scrape.sum("http_server_request_duration_seconds_count", &[]) > 0.0);
    }
}

/// Scrapes a bookshop by one job for each protocol, and holds what they store against each other.
async fn by_each_protocol(release: Release, protocols: &[(&str, &str)]) {
    let shop = Bookshop::start();
    let jobs: Vec<_> = protocols
        .iter()
        .map(|(protocol, _)| (*protocol, format!("  scrape_protocols: [{protocol}]\n")))
        .collect();
    let jobs: Vec<_> = jobs.iter().map(|(name, more)| (*name, more.as_str())).collect();
    let prometheus = Prometheus::scraping_by(release, shop.address(), &jobs, &[]).await;
    let sent = load::run(shop.client(), 4, 10).await;
    let sent = load::total(&sent) as f64;

    let by_job = REQUESTS.replacen("sum(", "sum by (job) (", 1);
    let look = async || values(&prometheus.query(&by_job).await, "job");
    let all = |values: &BTreeMap<String, f64>| {
        values.len() == protocols.len() && values.values().all(|value| *value >= sent)
    };
    let counted = eventually(SCRAPED, look, all).await;
    assert!(counted.values().all(|value| (value - sent).abs() < 0.5), "{sent}: {counted:?}");

    let buckets = by_job.replace("_count)", "_bucket{le=\"+Inf\"})");
    let counted = values(&prometheus.query(&buckets).await, "job");
    assert!(counted.values().all(|value| (value - sent).abs() < 0.5), "{sent}: {counted:?}");
    assert_eq!(counted.len(), protocols.len(), "{counted:?}");

    let formats = "sum by (kymo_scrape_format) (kymo_scrape_requests_total{error_type=\"\"}) > 0";
    let look = async || values(&prometheus.query(formats).await, "kymo_scrape_format");
    let asked = |asked: &BTreeMap<String, f64>| {
        protocols.iter().all(|(_, format)| asked.contains_key(*format))
    };
    let asked = eventually(SCRAPED, look, asked).await;
    assert_eq!(asked.len(), protocols.len(), "each gets what it asks for: {asked:?}");
    let names = "count by (job) (count by (job, __name__) ({job!=\"\"}))";
    let names = values(&prometheus.query(names).await, "job");
    let text = names["PrometheusText0.0.4"];
    assert!(names.values().all(|count| (count - text).abs() < 0.5), "the same metrics: {names:?}");
}

/// The values by a label.
fn values(sampled: &[Sampled], label: &str) -> BTreeMap<String, f64> {
    sampled.iter().map(|it| (it.labels[label].clone(), it.value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_2_stores_the_same_by_each_protocol() {
    by_each_protocol(Release::Two, &PROTOCOLS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_3_stores_the_same_by_each_protocol() {
    let newer = [&PROTOCOLS[..], &[("PrometheusText1.0.0", "text/1.0.0")]].concat();
    by_each_protocol(Release::Three, &newer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_prometheus_asks_for_openmetrics_by_itself() {
    let shop = Bookshop::start();
    for release in [Release::Installed, Release::Two, Release::Three] {
        let prometheus =
            Prometheus::scraping_by(release, shop.address(), &[("test", "")], &[]).await;
        let formats =
            "sum by (kymo_scrape_format) (kymo_scrape_requests_total{error_type=\"\"}) > 0";
        let look = async || values(&prometheus.query(formats).await, "kymo_scrape_format");
        let asked = eventually(SCRAPED, look, |asked| !asked.is_empty()).await;
        let asked: Vec<_> = asked.keys().map(String::as_str).collect();
        assert_eq!(asked, ["openmetrics/1.0.0"], "{release:?}");
    }
}

/// A counter `foo.bar` of 7 bytes, named by a strategy.
fn counted(translation: Translation) -> TestTelemetry {
    let builder = Telemetry::for_service("shop").prometheus().translation(translation);
    let telemetry = TestTelemetry::of(builder);
    telemetry.meter("shop").u64_counter("foo.bar").with_unit("By").build().add(7, &[]);
    telemetry
}

/// The names are those of the specification of the exporter.
#[tokio::test]
async fn a_strategy_names_metrics_and_a_scraper_escapes_what_it_does_not_read() {
    for (translation, escaped, whole) in [
        (
            Translation::UnderscoreEscapingWithSuffixes,
            "\nfoo_bar_bytes_total{",
            "\nfoo_bar_bytes_total{",
        ),
        (Translation::UnderscoreEscapingWithoutSuffixes, "\nfoo_bar{", "\nfoo_bar{"),
        (
            Translation::NoUtf8EscapingWithSuffixes,
            "\nfoo_bar_bytes_total{",
            "\n{\"foo.bar_bytes_total\",",
        ),
        (Translation::NoTranslation, "\nfoo_bar{", "\n{\"foo.bar\","),
    ] {
        let telemetry = counted(translation);
        for (accept, expected) in [
            ("*/*", escaped),
            ("text/plain;version=1.0.0", escaped),
            ("text/plain;version=1.0.0;escaping=underscores", escaped),
            ("text/plain;version=1.0.0;escaping=allow-utf-8", whole),
            ("application/openmetrics-text;version=1.0.0", escaped),
            ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8", whole),
        ] {
            let request = http::Request::builder().header("accept", accept).body(()).unwrap();
            let answer = telemetry.endpoint().oneshot(request).await.unwrap();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let text = std::str::from_utf8(&body).unwrap();
            assert!(text.contains(expected), "{translation} {accept}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_3_stores_names_as_they_are() {
    let telemetry = counted(Translation::NoUtf8EscapingWithSuffixes);
    let server = telemetry.endpoint().serve("127.0.0.1:0").await.unwrap();
    let target = server.local_addr().unwrap().to_string();
    for (protocol, name) in [
        ("OpenMetricsText1.0.0", "{\"foo.bar_bytes_total\"}"),
        ("PrometheusText1.0.0", "{\"foo.bar_bytes_total\"}"),
        ("PrometheusText0.0.4", "foo_bar_bytes_total"),
    ] {
        let job = format!("  scrape_protocols: [{protocol}]\n");
        let jobs = [("test", job.as_str())];
        let prometheus = Prometheus::scraping_by(Release::Three, &target, &jobs, &[]).await;
        assert_eq!(prometheus.value(name).await, Some(7.0), "{protocol}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn victoria_metrics_gets_the_text_that_it_asks_for() {
    let shop = Bookshop::start();
    let victoria = VictoriaMetrics::scraping(shop.address());
    let sent = load::total(&load::run(shop.client(), 2, 10).await) as f64;
    let look = async || victoria.query(REQUESTS).await;
    let is_there = |found: &Vec<Sampled>| found.first().is_some_and(|it| it.value >= sent);
    let found = eventually(SCRAPED, look, is_there).await;
    assert!((found[0].value - sent).abs() < 0.5, "{found:?}");
    let formats = "sum by (kymo_scrape_format) (kymo_scrape_requests_total{error_type=\"\"}) > 0";
    // A scrape is measured when it is over: the first is on the page of the second.
    let look = async || values(&victoria.query(formats).await, "kymo_scrape_format");
    let asked = eventually(SCRAPED, look, |asked| !asked.is_empty()).await;
    assert_eq!(asked.keys().map(String::as_str).collect::<Vec<_>>(), ["text/0.0.4"]);
}
