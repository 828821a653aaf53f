//! Objectives: the bounds that they put into buckets, and the rules that watch over them.

use std::time::Duration;

use axum::{Router, body::Body, extract::Request, routing::get};
use kymo::{
    InstallError, InstrumentKind, Objective, ObjectiveError, Selector, Telemetry, TelemetryBuilder,
    View,
    http::{ServerLayer, ServerMetric},
    prometheus::Translation,
    testing::{Buckets, Histogram, Reading, TestTelemetry},
};
use tower::ServiceExt;

const DURATION: &str = "http.server.request.duration";

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn objective(route: &str) -> Objective {
    Objective::of(route).within(millis(300)).ratio(0.995)
}

/// A builder that no shell changes.
fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("bookshop").environment(variables).prometheus()
}

/// The bounds in which one request was counted.
async fn bounds(builder: TelemetryBuilder, layer: fn(ServerLayer) -> ServerLayer) -> Vec<f64> {
    let telemetry = TestTelemetry::of(builder);
    let books = Router::new().route("/books/{id}", get(async || "Dune"));
    let app: Router = books.layer(layer(telemetry.http()));
    let request = Request::get("/books/7").body(Body::empty()).unwrap();
    axum::body::to_bytes(app.oneshot(request).await.unwrap().into_body(), 99).await.unwrap();
    let metrics = telemetry.snapshot();
    let metric = metrics.named(DURATION).next().unwrap();
    let Reading::Histogram(Histogram { buckets: Buckets::Explicit(buckets), .. }) =
        &metric.series[0].reading
    else {
        panic!("{metrics}")
    };
    buckets.iter().map(|bucket| bucket.upper).filter(|bound| bound.is_finite()).collect()
}

#[tokio::test]
async fn an_objective_puts_its_bound_into_the_buckets_once() {
    let usual = kymo::declared_metrics().find(|metric| metric.name == DURATION).unwrap().buckets();
    assert!(usual.contains(&0.25) && !usual.contains(&0.3), "{usual:?}");
    let known = shop().objective(Objective::of("/books/{id}").within(millis(250)).ratio(0.9));
    assert_eq!(bounds(known, |layer| layer).await, usual);

    let slow = Objective::of_all().within(Duration::from_secs(30)).ratio(0.9);
    let new = shop().objective(objective("/books/{id}")).objective(slow);
    let mut expected = [usual, &[0.3, 30.0]].concat();
    expected.sort_by(f64::total_cmp);
    assert_eq!(bounds(new, |layer| layer).await, expected);

    let promised = || shop().objective(objective("/books/{id}"));
    let own =
        |layer: ServerLayer| layer.buckets(ServerMetric::RequestDuration, [0.1, 0.3, 1.0]).unwrap();
    assert_eq!(bounds(promised(), own).await, [0.1, 0.3, 1.0]);
    let own =
        |layer: ServerLayer| layer.buckets(ServerMetric::RequestDuration, [0.1, 1.0]).unwrap();
    assert_eq!(bounds(promised(), own).await, [0.1, 0.3, 1.0]);
    let view = promised().view("http.server.*", View::new().buckets([0.5, 2.0]));
    assert_eq!(bounds(view, own).await, [0.3, 0.5, 2.0]);
    assert_eq!(bounds(shop(), own).await, [0.1, 1.0]);
}

/// Why a telemetry with these objectives cannot be.
fn refusal(builder: TelemetryBuilder) -> ObjectiveError {
    match builder.build() {
        Err(InstallError::Objective(error)) => {
            error.downcast_ref::<ObjectiveError>().unwrap().clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_objective_that_cannot_be_is_an_error_that_says_what_to_write() {
    for route in ["", "books", "/books/{id", "/books/{}", "/a b", "/a?b=1", "/a\n"] {
        let error = refusal(shop().objective(objective(route)));
        assert_eq!(error, ObjectiveError::Route { route: route.to_owned() });
        assert!(error.to_string().contains(&format!("{route:?}; write it")), "{error}");
    }
    let of = || Objective::of("/books/{id}").within(millis(300));
    let wrong = [f64::NAN, 0.0, 1.0, -0.5, 99.5, f64::INFINITY];
    for ratio in wrong {
        for objective in [of().ratio(ratio), of().ratio(0.9).availability(ratio)] {
            let error = refusal(shop().objective(objective)).to_string();
            assert!(
                error.contains("/books/{id}") && error.contains(&format!("share {ratio};")),
                "{error}"
            );
        }
    }
    let error = refusal(shop().objective(of()));
    assert_eq!(error, ObjectiveError::Ratio { route: "/books/{id}".to_owned(), ratio: None });
    let error = refusal(shop().objective(of().within(Duration::ZERO).ratio(0.9)));
    assert_eq!(error, ObjectiveError::NoTime { route: "/books/{id}".to_owned() });
    let error = refusal(shop().objective(objective("/a")).objective(objective("/a").ratio(0.9)));
    assert_eq!(error, ObjectiveError::Twice { route: "/a".to_owned() });
    let all = || Objective::of_all().ratio(0.9);
    let error = refusal(shop().objective(all()).objective(all()));
    assert_eq!(error, ObjectiveError::Twice { route: "*".to_owned() });
    shop().objective(objective("/a")).objective(objective("/b")).objective(all()).build().unwrap();
}

#[test]
fn views_that_hide_what_an_objective_needs_are_refused_beside_it() {
    let histograms = || Selector::any().kind(InstrumentKind::Histogram);
    let promised = || shop().objective(objective("/books/{id}"));
    for (builder, expected) in [
        (promised().view(DURATION, View::off()), "`http.server.request.duration` is off"),
        (promised().view(histograms(), View::new().exponential_buckets()), "exponential buckets"),
        (promised().view("*", View::new().without_attribute("http.route")), "drops `http.route`"),
        (promised().view("*", View::new().only_attributes(["http.route"])), "drops `error.type`"),
    ] {
        let error = refusal(builder).to_string();
        assert!(error.contains(expected), "{error}");
    }
    // What is not about the metric is no contradiction.
    let other = Selector::any().meter("billing");
    promised().view(other, View::new().exponential_buckets()).build().unwrap();
    shop().view(DURATION, View::off()).build().unwrap();
}

/// The rules of a service with these settings, on one line.
fn rules(builder: TelemetryBuilder) -> String {
    let rules = builder.objective(objective("/books/{id}")).build().unwrap().rules();
    rules.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn rules_ask_for_the_series_of_exactly_this_service_and_route() {
    let rules = rules(shop());
    let fast = "sum by (job) (rate(http_server_request_duration_seconds_bucket{http_route=\"/books/{id}\",\
                error_type=~\"|cancelled\",le=\"0.3\"}[1h]) and on (job, instance) \
                last_over_time(target_info{service_name=\"bookshop\"}[1h]))";
    assert!(rules.contains(fast), "{rules}");
    let failed = "rate(http_server_request_duration_seconds_count{http_route=\"/books/{id}\",\
                  error_type!=\"\",error_type!=\"cancelled\"}[3d])";
    assert!(rules.contains(failed), "{rules}");
    let page = "job:kymo_objective_broken:ratio_rate1h{service=\"bookshop\",route=\"/books/{id}\",\
                objective=\"latency\"} > 0.072 and \
                job:kymo_objective_broken:ratio_rate5m{service=\"bookshop\",route=\"/books/{id}\",\
                objective=\"latency\"} > 0.072";
    assert!(rules.contains(page), "{rules}");
    assert_eq!(rules.matches("record: ").count(), 14, "{rules}");
    assert_eq!(rules.matches("alert: ").count(), 4, "{rules}");
    assert_eq!(rules.matches("severity: page").count(), 2, "{rules}");
}

#[test]
fn rules_have_the_names_that_the_page_has() {
    let metric =
        |rules: &str| rules.split("rate(").nth(1).unwrap().split('[').next().unwrap().to_owned();
    let count = |builder| metric(&rules(builder));
    assert!(
        count(shop().namespace("app"))
            .starts_with("app_http_server_request_duration_seconds_count{")
    );
    let bare = shop().translation(Translation::UnderscoreEscapingWithoutSuffixes);
    assert!(count(bare).starts_with("http_server_request_duration_count{"));
    let whole = count(shop().translation(Translation::NoTranslation));
    let expected = "{\"http.server.request.duration_count\",\"http.route\"=\"/books/{id}\",\
                    \"error.type\"!=\"\",\"error.type\"!=\"cancelled\"}";
    assert_eq!(whole, expected);
    let named = View::new().name("requests").rename_attribute("http.route", "route");
    let named = count(shop().view(DURATION, named));
    assert!(named.starts_with("requests_seconds_count{route=\"/books/{id}\""), "{named}");
}

#[test]
fn a_service_whose_page_does_not_name_it_is_told_by_its_job() {
    let job = |builder| {
        let rules = rules(builder);
        assert!(!rules.contains("target_info"), "{rules}");
        rules.split("{job=").nth(1).unwrap().split(',').next().unwrap().to_owned()
    };
    assert_eq!(job(shop().without_target_info()), "\"bookshop\"");
    let variables: [(&str, &str); 0] = [];
    let pushed = || Telemetry::for_service("bookshop").environment(variables);
    assert_eq!(job(pushed()), "\"bookshop\"");
    // As Prometheus calls the job of what is pushed to it.
    assert_eq!(job(pushed().attribute("service.namespace", "shops")), "\"shops/bookshop\"");
    let telemetry = shop().objective(objective("/a")).build().unwrap();
    let rules = telemetry.rules().of_job("web \"1\"").to_string();
    assert!(rules.contains(r#"{job="web \"1\"",http_route="/a","#), "{rules}");
    assert!(!rules.contains("target_info"), "{rules}");
}

#[test]
fn the_service_has_the_name_that_the_environment_gives_it() {
    let builder = Telemetry::for_service("bookshop").prometheus();
    let rules = rules(builder.environment([("OTEL_SERVICE_NAME", "staging")]));
    assert!(rules.contains("service_name=\"staging\"") && !rules.contains("bookshop"), "{rules}");
}

#[test]
fn alerts_that_nothing_could_set_off_are_left_out() {
    let alerts = |ratio| {
        let telemetry = shop().objective(Objective::of_all().ratio(ratio)).build().unwrap();
        let rules = telemetry.rules().to_string();
        assert!(!rules.contains("http_route"), "{rules}");
        ["page", "ticket"].map(|severity| rules.matches(&format!("severity: {severity}")).count())
    };
    assert_eq!(alerts(0.999), [1, 1]);
    assert_eq!(alerts(0.9), [1, 1]);
    assert_eq!(alerts(0.8), [0, 1]);
}

#[test]
fn each_promise_can_have_a_share_of_its_own() {
    let both = objective("/a").ratio(0.95).availability(0.999);
    let rules = shop().objective(both).build().unwrap().rules().to_string();
    let threshold = |kind: &str, window: &str| {
        let alert = format!(
            "ratio_rate{window}{{service=\"bookshop\",route=\"/a\",objective=\"{kind}\"}} > "
        );
        rules.split(&alert).nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    assert_eq!(threshold("availability", "1h"), "0.0144");
    assert_eq!(threshold("latency", "1h"), "0.72");
    assert_eq!(threshold("latency", "3d"), "0.05");
}

#[test]
fn what_is_promised_is_described_and_without_it_there_are_no_rules() {
    let telemetry = shop().objective(objective("/a").availability(0.9)).build().unwrap();
    let described = &telemetry.describe().get("objective./a").unwrap().value;
    assert_eq!(described, "0.9 answered, 0.995 within 300ms");
    let none = shop().build().unwrap().rules().to_string();
    assert!(none.ends_with("groups: []\n"), "{none}");
}
