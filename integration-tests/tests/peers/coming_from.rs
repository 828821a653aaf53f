//! `docs/coming-from.md` names what is there: on the page of each crate that it tells of, and on that of kymo.

use std::{collections::BTreeSet, fs, path::Path};

use axum::{Router, body::Body, routing::post};
use axum_prometheus::{BaseMetricLayer, utils::SECONDS_DURATION_BUCKETS};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use integration_tests::Scrape;
use kymo::{
    Profile, Telemetry, TelemetryBuilder, View,
    opentelemetry::{global, metrics::MeterProvider},
    prometheus::{Registry, Translation},
};
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::TextEncoder;
use tower::ServiceExt;

use crate::page;

/// The tables of the section `heading`, each without its head, cell by cell.
fn tables(heading: &str) -> Vec<Vec<Vec<String>>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coming-from.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("\n\n").filter(|block| block.starts_with("| "));
    let cells = |row: &str| {
        let row = row.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
        row.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    blocks.map(|block| block.trim_end().lines().skip(2).map(cells).collect()).collect()
}

/// The name in a cell.
fn name(cell: &str) -> &str {
    cell.split('`').nth(1).unwrap_or_else(|| panic!("no name in {cell}"))
}

fn names(page: &str) -> BTreeSet<String> {
    let scrape = Scrape::parse(page).unwrap();
    let samples = scrape.families().iter().flat_map(|family| &family.samples);
    samples.map(|sample| sample.name.clone()).collect()
}

/// Each name of the last two cells of a row is on the page of its side.
fn hold(rows: &[Vec<String>], theirs: &str, ours: &str) {
    let (their_names, our_names) = (names(theirs), names(ours));
    for row in rows {
        let [.., their, our] = &row[..] else { panic!("{row:?}") };
        assert!(their_names.contains(name(their)), "{their} of {row:?} in\n{theirs}");
        assert!(our_names.contains(name(our)), "{our} of {row:?} in\n{ours}");
    }
}

/// Each label of a row is on the sample of its side.
fn hold_labels(rows: &[Vec<String>], theirs: (&str, &str), ours: (&str, &str)) {
    let has = |(page, sample): (&str, &str), label: &str| {
        let scrape = Scrape::parse(page).unwrap();
        scrape.samples(sample, &[]).any(|sample| sample.label(label).is_some())
    };
    for row in rows {
        let (their, our) = (name(&row[0]), &row[1]);
        assert!(has(theirs, their), "{their} on {}", theirs.1);
        if our.starts_with('`') {
            assert!(has(ours, name(our)), "{our} on {}", ours.1);
        } else {
            assert!(our.starts_with("none") && !has(ours, their), "{row:?}");
        }
    }
}

async fn book(_body: String) -> &'static str {
    "Dune"
}

fn books() -> Router {
    let never = post(std::future::pending::<&'static str>);
    Router::new().route("/books/{id}", post(book)).route("/never", never)
}

/// Two requests that are answered, and one that its client gives up.
async fn visit(app: Router) {
    let request = |path: &str| {
        let request = http::Request::post(path).header("content-length", "4");
        request.body(Body::from("four")).unwrap()
    };
    for (path, status) in [("/books/7", 200), ("/nowhere", 404)] {
        let response = app.clone().oneshot(request(path)).await.unwrap();
        assert_eq!(response.status(), status);
        response.into_body().collect().await.unwrap();
    }
    assert!(app.oneshot(request("/never")).now_or_never().is_none());
}

fn telemetry(shape: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Telemetry {
    shape(Telemetry::for_service("shop").prometheus()).build().unwrap()
}

const DURATION: &str = "axum_http_requests_duration_seconds";
const OURS: &str = "http_server_request_duration_seconds_count";

#[tokio::test]
async fn names_of_axum_prometheus() {
    let theirs = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), SECONDS_DURATION_BUCKETS)
        .unwrap()
        .build_recorder();
    {
        let _recorder = metrics::set_default_local_recorder(&theirs);
        visit(books().layer(BaseMetricLayer::with_response_body_size())).await;
    }
    let theirs = theirs.handle().render();
    let with_profile = telemetry(|it| it.also_named(Profile::AxumPrometheus));
    visit(books().layer(with_profile.http())).await;
    let ours = page::of(&with_profile);

    let tables = tables("axum-prometheus");
    hold(&tables[0], &theirs, &ours);
    hold_labels(&tables[1], (&theirs, "axum_http_requests_total"), (&ours, OURS));
    // The old names are beside the new ones, with the same buckets and the same numbers.
    let old: Vec<_> = tables[0].iter().map(|row| vec![row[0].clone(), row[0].clone()]).collect();
    hold(&old, &theirs, &ours);
    let (theirs, ours) = (Scrape::parse(&theirs).unwrap(), Scrape::parse(&ours).unwrap());
    let value = |page: &Scrape, name: &str, labels: &[(&str, &str)]| page.value(name, labels);
    let route = [("method", "POST"), ("status", "200"), ("endpoint", "/books/{id}")];
    for name in ["axum_http_requests_total", "axum_http_requests_duration_seconds_count"] {
        for page in [&theirs, &ours] {
            assert_eq!(value(page, name, &route).to_string(), "1", "{name}");
            assert_eq!(page.sum(name, &[]).to_string(), "2", "{name}");
        }
    }
    let bounds = |page: &Scrape| {
        let samples = page.samples("axum_http_requests_duration_seconds_bucket", &route);
        samples.map(|sample| sample.label("le").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(bounds(&theirs), bounds(&ours));
    let of_route = [("method", "POST"), ("endpoint", "/books/{id}")];
    for page in [&theirs, &ours] {
        assert_eq!(value(page, "axum_http_response_body_size_sum", &of_route).to_string(), "4");
        assert_eq!(page.sum("axum_http_requests_pending", &[]).to_string(), "0");
    }
    // A response that never was has no size, as it is no request there.
    let requests = ours.sum("axum_http_requests_total", &[]).to_string();
    assert_eq!(ours.sum("axum_http_response_body_size_count", &[]).to_string(), requests);
    let unmatched = [("method", "POST"), ("status", "404"), ("endpoint", "_OTHER")];
    assert_eq!(value(&ours, "axum_http_requests_total", &unmatched).to_string(), "1");
    assert!(with_profile.describe().to_string().contains("axum-prometheus"));

    let without = telemetry(|it| it);
    visit(books().layer(without.http())).await;
    assert!(!page::of(&without).contains("axum_http"));
}

#[tokio::test]
async fn old_names_go_through_the_views_by_those_names() {
    let shaped = telemetry(|shop| {
        shop.also_named(Profile::AxumPrometheus)
            .common_attribute("region", "eu")
            .view(DURATION, View::new().buckets([1.0]).rename_attribute("endpoint", "path"))
            .view("axum_http_requests_total", View::off())
            .view("http.server.response.body.size", View::off())
    });
    visit(books().layer(shaped.http())).await;
    let page = page::of(&shaped);
    let scrape = Scrape::parse(&page).unwrap();
    let labels = [("path", "/books/{id}"), ("region", "eu")];
    let buckets = scrape.samples("axum_http_requests_duration_seconds_bucket", &labels);
    assert_eq!(buckets.count(), 2, "{page}");
    assert_eq!(scrape.value("axum_http_requests_pending", &[]).to_string(), "0");
    for off in ["axum_http_requests_total", "axum_http_response_body_size", "response_body_size"] {
        assert!(!page.contains(off), "{page}");
    }
}

fn record() {
    describe_histogram!("weight", Unit::Bytes, "Weight.");
    counter!("sold_total").increment(1);
    counter!("asked").increment(1);
    gauge!("stock").set(1);
    gauge!("my.level").set(1);
    histogram!("wait_seconds").record(1);
    histogram!("weight").record(1);
}

#[test]
fn names_of_metrics_exporter_prometheus() {
    let theirs = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&theirs, record);
    let theirs = theirs.handle().render();
    let recorded = |telemetry: &Telemetry| {
        metrics::with_local_recorder(&telemetry.metrics_recorder(), record);
        page::of(telemetry)
    };
    let table = &tables("metrics-exporter-prometheus")[1];
    hold(table, &theirs, &recorded(&telemetry(|it| it)));
    // Letter for letter, but for the quantiles.
    let bare = telemetry(|it| it.translation(Translation::UnderscoreEscapingWithoutSuffixes));
    let bare = names(&recorded(&bare));
    for row in table.iter().filter(|row| name(&row[1]) != "wait_seconds") {
        assert!(bare.contains(name(&row[1])), "{row:?} in {bare:?}");
    }
}

#[test]
fn units_of_metrics_exporter_prometheus_and_names_that_are_no_names() {
    let record = || {
        let units = [Unit::Percent, Unit::MegabitsPerSecond, Unit::CountPerSecond];
        for (n, unit) in units.into_iter().enumerate() {
            metrics::describe_gauge!(format!("unit{n}"), unit, "");
            gauge!(format!("unit{n}")).set(1);
        }
        for name in ["job:rate5m", "_private", "5xx"] {
            gauge!(name).set(1);
        }
    };
    let theirs = PrometheusBuilder::new().with_recommended_naming(true).build_recorder();
    metrics::with_local_recorder(&theirs, record);
    let theirs = names(&theirs.handle().render());
    let telemetry = telemetry(|it| it);
    metrics::with_local_recorder(&telemetry.metrics_recorder(), record);
    let ours = names(&page::of(&telemetry));
    for (n, row) in tables("metrics-exporter-prometheus")[2].iter().enumerate() {
        for (page, suffix) in [(&theirs, name(&row[1])), (&ours, name(&row[2]))] {
            assert!(page.contains(&format!("unit{n}{suffix}")), "{row:?} in {page:?}");
        }
    }
    for (their, our) in [("job:rate5m", "job_rate5m"), ("_private", "m_private"), ("_xx", "m_5xx")]
    {
        assert!(theirs.contains(their) && ours.contains(our), "{theirs:?} {ours:?}");
    }
}

/// A provider whose metrics `opentelemetry-prometheus` shows, and the registry where it does.
fn upstream() -> (SdkMeterProvider, Registry) {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let exporter = exporter.build().unwrap();
    (SdkMeterProvider::builder().with_reader(exporter).build(), registry)
}

fn page_of(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).unwrap()
}

/// The only test of this process that touches the global provider.
#[tokio::test]
async fn names_of_opentelemetry_instrumentation_tower() {
    let (provider, registry) = upstream();
    global::set_meter_provider(provider);
    visit(books().layer(opentelemetry_instrumentation_tower::http::server::Layer::new())).await;
    let theirs = page_of(&registry);
    let telemetry = telemetry(|it| it);
    visit(books().layer(telemetry.http())).await;
    let ours = page::of(&telemetry);
    let tables = tables("opentelemetry-instrumentation-tower");
    hold(&tables[0], &theirs, &ours);
    hold_labels(&tables[1], (&theirs, OURS), (&ours, OURS));
    // What the section says of requests that are dropped.
    let (theirs, ours) = (Scrape::parse(&theirs).unwrap(), Scrape::parse(&ours).unwrap());
    assert_eq!(ours.sum(OURS, &[("error_type", "cancelled")]).to_string(), "1");
    assert_eq!(ours.sum("http_server_active_requests", &[]).to_string(), "0");
    assert_eq!(theirs.sum(OURS, &[]).to_string(), "2");
}

fn instruments(meters: &dyn MeterProvider) {
    let meter =
        meters.meter_with_scope(kymo::opentelemetry::InstrumentationScope::builder("shop").build());
    meter.u64_counter("jobs").build().add(1, &[]);
    meter.u64_counter("jobs.done_total").build().add(1, &[]);
    meter.f64_histogram("wait").with_unit("s").build().record(1.0, &[]);
    meter.f64_gauge("load").with_unit("1").build().record(1.0, &[]);
    meter.f64_gauge("line").with_unit("kg").build().record(1.0, &[]);
}

#[test]
fn names_of_opentelemetry_prometheus() {
    let (provider, registry) = upstream();
    instruments(&provider);
    let telemetry = telemetry(|it| it);
    instruments(telemetry.meters());
    let table = &tables("opentelemetry-prometheus")[0];
    hold(table, &page_of(&registry), &page::of(&telemetry));
}
