//! What curl gets who asks as a scraper does, and what the judge of that format says.

use std::{fs, path::Path, process::Command};

use http_body_util::BodyExt;
use integration_tests::{Bookshop, Scrape, load, promtool, python};
use kymo::{ExemplarFilter, Telemetry, View, opentelemetry::KeyValue};
use tower::ServiceExt;

/// Who asks, what it accepts, and what it is told that it gets.
const SCRAPERS: [(&str, &str, &str); 10] = [
    (
        "Prometheus 2.42",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
         text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    ),
    (
        "Prometheus 2.42 with native histograms",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
         application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
         text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; \
         escaping=underscores",
    ),
    (
        "Prometheus 2.55",
        "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
         text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    ),
    (
        "Prometheus 2.33",
        "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text; version=0.0.1; charset=utf-8",
    ),
    (
        "Prometheus 3",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
         text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
    ),
    (
        "Prometheus 3 that is told to ask for text",
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4",
        "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
    ),
    (
        "Grafana Alloy, and the collector of OpenTelemetry",
        "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,\
         application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,\
         text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    ),
    (
        "VictoriaMetrics",
        "text/plain;version=0.0.4;q=1,*/*;q=0.1",
        "text/plain; version=0.0.4; charset=utf-8",
    ),
    (
        "Datadog's agent",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
         text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
    ),
    ("curl", "*/*", "text/plain; version=0.0.4; charset=utf-8"),
];

/// What curl is told, and the file that has the page.
fn curl(shop: &Bookshop, accept: &str, page: &Path) -> String {
    let output = Command::new("curl")
        .args(["-sS", "-m", "20", "-w", "%{content_type}", "-H", &format!("Accept: {accept}")])
        .arg("-o")
        .arg(page)
        .arg(format!("{}/metrics", shop.url()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// How many families Go's `expfmt` reads from the pages of a folder, which are in one format.
fn families(format: &str, folder: &Path) -> usize {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = tmp.join(format!("judge-{format}"));
    let source =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../exporter/exposition/tests/judges/expfmt.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(source)
        .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode"), ("GOPROXY", "off")])
        .envs([("GOFLAGS", "".as_ref()), ("GOCACHE", tmp.join("go").as_os_str())])
        .status()
        .expect("go starts; scripts/tools installs it");
    assert!(built.success());
    let output = Command::new(program).arg(format).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().matches("\"metric\":[").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_what_each_scraper_asks_for_its_judge_takes_it_and_nothing_is_lost() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 3).await;
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("0");
    for (scraper, accept, content_type) in SCRAPERS {
        let said = curl(&shop, accept, &page);
        assert_eq!(said, content_type, "{scraper}");
        if said.contains("protobuf") {
            let families = families("protobuf", folder.path());
            assert!(families > 20, "{scraper}: {families}");
            continue;
        }
        let text = fs::read_to_string(&page).unwrap();
        if said.contains("openmetrics") {
            let samples = python::samples(&text, true);
            assert!(samples.as_ref().is_ok_and(|it| *it > 100), "{scraper}: {samples:?}\n{text}");
            continue;
        }
        let verdict = promtool::check_metrics(&text);
        assert!(verdict.parsed(), "{scraper}: {}\n{text}", verdict.findings);
        assert!(families("text", folder.path()) > 20, "{scraper}: {text}");
    }
    curl(&shop, "*/*", &page);
    let scrape = Scrape::parse(&fs::read_to_string(&page).unwrap()).unwrap();
    let of = |cause| scrape.value("kymo_scrape_losses_total", &[("error_type", cause)]);
    for part in ["exemplar", "exemplar_label", "sum", "count", "unit", "kind"] {
        assert!(of(part).abs() < 0.5, "{part}: {}", of(part));
    }
    assert!(scrape.sum("kymo_scrape_losses_total", &[]).abs() < 0.5);
    assert!(scrape.sum("kymo_scrape_series_left_out_total", &[]).abs() < 0.5);
}

#[tokio::test]
async fn a_label_of_an_exemplar_that_is_too_long_is_cut_and_counted_and_the_page_has_one_help_of_both()
 {
    let variables: [(&str, &str); 0] = [];
    let view = View::new().without_attribute("title").without_attribute("client");
    let telemetry = Telemetry::for_service("shop")
        .prometheus()
        .environment(variables)
        .exemplar_filter(ExemplarFilter::AlwaysOn)
        .view("sold", view)
        .build()
        .unwrap();
    let title = "x".repeat(129);
    let attributes = [KeyValue::new("client", "7"), KeyValue::new("title", title)];
    telemetry.meter("shop").u64_counter("sold").build().add(1, &attributes);
    let mut pages = Vec::new();
    for accept in ["application/openmetrics-text", "application/openmetrics-text", "*/*"] {
        let request = http::Request::builder().header("accept", accept).body(()).unwrap();
        let answer = telemetry.endpoint().oneshot(request).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        pages.push(String::from_utf8(body.to_vec()).unwrap());
    }
    let sold = pages[0].lines().find(|line| line.starts_with("sold_total{")).unwrap();
    assert!(sold.contains(" # {client=\"7\"} 1 "), "{sold}");
    assert_eq!(pages[2].matches("# HELP kymo_scrape_losses_total ").count(), 1, "{}", pages[2]);
    let scrape = Scrape::parse(&pages[2]).unwrap();
    let of = |cause| scrape.value("kymo_scrape_losses_total", &[("error_type", cause)]);
    assert!((of("exemplar_label") - 2.0).abs() < 0.5, "two pages: {}", pages[2]);
    assert!(of("exemplar").abs() < 0.5 && of("help_conflict").abs() < 0.5, "{}", pages[2]);
    assert_eq!(telemetry.bridge().unwrap().losses(), []);
}
