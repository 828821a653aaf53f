//! The rules of objectives: Prometheus takes them, and they alert when a promise is broken and not before.

use std::{fmt::Write, time::Duration};

use http::Method;
use integration_tests::{
    Bookshop, Prometheus, Release, eventually,
    promtool::{self, RULES},
};
use kymo::{
    Objective, Telemetry,
    prometheus::{Listener, Place, Translation},
};

/// A scrape and an evaluation every second, and one more of each to be sure.
const EVALUATED: Duration = Duration::from_secs(20);

const ALERT: &str = "KymoObjectiveBudgetBurns";

/// The rules of a shop that promises 99.5 % of `/books/{id}` within 300 ms.
fn rules() -> String {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").prometheus().environment(variables);
    let objective = Objective::of("/books/{id}").within(Duration::from_millis(300)).ratio(0.995);
    telemetry.objective(objective).build().unwrap().rules().to_string()
}

/// A minute of a shop: requests, those that failed, and those that took too long.
#[derive(Clone, Copy)]
struct Minute {
    requests: u32,
    failed: u32,
    slow: u32,
}

const GOOD: Minute = Minute { requests: 1000, failed: 1, slow: 1 };
const QUIET: Minute = Minute { requests: 0, failed: 0, slow: 0 };
const FAILING: Minute = Minute { requests: 1000, failed: 100, slow: 0 };
const SLOW: Minute = Minute { requests: 1000, failed: 0, slow: 100 };

/// What `promtool` finds wrong in the alerts after these times of a shop, in minutes: which there are, by what
/// is broken and how urgent that is.
fn wrong(history: &[(Minute, u32)], alerts: &[(&str, &str)]) -> Option<String> {
    let of = |service: &str, read: &dyn Fn(Minute) -> u32| {
        let mut values = String::from("0");
        let mut reached = 0;
        for (minute, length) in history {
            // Another service on the same route does nothing but fail.
            let step = if service == "shop" { read(*minute) } else { 1000 };
            write!(values, " {}+{step}x{}", reached + step, length - 1).unwrap();
            reached += step * length;
        }
        values
    };
    let mut input = String::new();
    for service in ["shop", "other"] {
        let target = format!("job=\"web\",instance=\"{service}\"");
        let mut series = |name: &str, labels: &str, values: &str| {
            let series = format!("{name}{{{target},{labels}}}");
            writeln!(input, "      - series: '{series}'\n        values: '{values}'").unwrap();
        };
        let minutes: u32 = history.iter().map(|(_, length)| length).sum();
        series("target_info", &format!("service_name=\"{service}\""), &format!("1x{minutes}"));
        let request = "http_server_request_duration_seconds";
        let good = r#"http_route="/books/{id}",http_response_status_code="200""#;
        let bad = r#"http_route="/books/{id}",http_response_status_code="500",error_type="500""#;
        let answered = |minute: Minute| minute.requests - minute.failed;
        series(&format!("{request}_count"), good, &of(service, &answered));
        let fast = |minute: Minute| answered(minute) - minute.slow;
        series(&format!("{request}_bucket"), &format!("{good},le=\"0.3\""), &of(service, &fast));
        series(&format!("{request}_count"), bad, &of(service, &|minute| minute.failed));
    }
    let minutes: u32 = history.iter().map(|(_, length)| length).sum();
    let mut tests = format!(
        "rule_files: [{RULES}]\nevaluation_interval: {minutes}m\ntests:\n  - interval: 1m\n    input_series:\n{input}"
    );
    // Alerts have texts, which say a share that is not known beforehand: they are read as samples.
    let mut expected = String::new();
    for (objective, severity) in alerts {
        write!(
            expected,
            "\n          - labels: 'ALERTS{{alertname=\"{ALERT}\",alertstate=\"firing\",job=\"web\",\
             service=\"shop\",route=\"/books/{{id}}\",objective=\"{objective}\",severity=\"{severity}\"}}'\n            value: 1"
        )
        .unwrap();
    }
    write!(
        tests,
        "    promql_expr_test:\n      - expr: ALERTS\n        eval_time: {minutes}m\n        exp_samples:{}\n",
        if expected.is_empty() { " []" } else { &expected }
    )
    .unwrap();
    promtool::check_rules(&rules(), &tests)
}

const PAGE: &str = "page";
const TICKET: &str = "ticket";
const FAILED: &str = "availability";
const LATE: &str = "latency";
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

#[track_caller]
fn assert_alerts(history: &[(Minute, u32)], alerts: &[(&str, &str)]) {
    let objections = wrong(history, alerts);
    assert!(objections.is_none(), "{}", objections.unwrap());
}

#[test]
fn a_service_that_keeps_its_promises_alerts_nobody() {
    assert_alerts(&[(GOOD, 4 * DAY)], &[]);
    assert_alerts(&[(QUIET, HOUR)], &[]);
    // A budget that burns at less than its speed lasts.
    let nearly = Minute { failed: 4, slow: 4, ..GOOD };
    assert_alerts(&[(nearly, 4 * DAY)], &[]);
}

#[test]
fn a_promise_that_is_broken_at_once_pages_within_minutes() {
    // An hour of it is not yet a tenth of the budget.
    assert_alerts(&[(GOOD, DAY), (FAILING, HOUR)], &[(FAILED, PAGE)]);
    assert_alerts(&[(GOOD, DAY), (SLOW, HOUR)], &[(LATE, PAGE)]);
    // 100 of 1,000 for a minute are no trend.
    assert_alerts(&[(GOOD, DAY), (FAILING, 2)], &[]);
    // From the first minute of its life on.
    let all = Minute { failed: 1000, ..FAILING };
    assert_alerts(&[(all, 10)], &[(FAILED, PAGE), (FAILED, TICKET)]);
}

#[test]
fn a_promise_that_is_broken_slowly_is_a_ticket() {
    // Twice as fast as the budget lasts: 3 days of it are enough.
    let twice = Minute { failed: 10, ..GOOD };
    assert_alerts(&[(twice, 3 * DAY)], &[(FAILED, TICKET)]);
    let thrice = Minute { slow: 18, ..GOOD };
    assert_alerts(&[(GOOD, 2 * DAY), (thrice, DAY)], &[(LATE, TICKET)]);
    // Seven times as fast, for six hours.
    let seven = Minute { failed: 35, ..GOOD };
    assert_alerts(&[(seven, 7 * HOUR)], &[(FAILED, PAGE), (FAILED, TICKET)]);
}

#[test]
fn an_alert_ends_soon_after_its_cause() {
    assert_alerts(&[(FAILING, HOUR), (GOOD, HOUR)], &[(FAILED, TICKET)]);
    assert_alerts(&[(FAILING, HOUR), (GOOD, 7 * HOUR)], &[]);
}

#[test]
fn the_share_is_checked_and_not_taken_on_trust() {
    let objections = wrong(&[(GOOD, HOUR)], &[(FAILED, PAGE)]).expect("an alert that is not there");
    assert!(objections.contains("ALERTS"), "{objections}");
}

/// The rules that the bookshop prints.
fn printed() -> String {
    let output = Bookshop::command().arg("--kymo-rules").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_slow_requests_set_off_the_alert_of_their_route_alone() {
    let shop = Bookshop::start();
    let prometheus = Prometheus::ruled(Release::Installed, shop.address(), &printed()).await;
    for (method, path, body) in [
        (Method::GET, "/slow?ms=400", ""),
        (Method::GET, "/slow?ms=1", ""),
        (Method::POST, "/books", r#"{"title":"Dune","author":"Frank Herbert"}"#),
        (Method::GET, "/books/1", ""),
    ] {
        shop.client().send(method, path, body).await;
    }
    // A rate needs two scrapes, and an increase between them.
    let firing = format!("ALERTS{{alertname=\"{ALERT}\",alertstate=\"firing\"}}");
    let look = async || {
        shop.client().get("/slow?ms=400").await;
        shop.client().get("/books/1").await;
        prometheus.query(&firing).await
    };
    let alerts = eventually(EVALUATED, look, |alerts| alerts.len() == 2).await;
    for alert in &alerts {
        assert_eq!(alert.labels["route"], "/slow", "{alerts:?}");
        assert_eq!(alert.labels["objective"], "latency", "{alerts:?}");
        assert_eq!(alert.labels["service"], "bookshop", "{alerts:?}");
    }
    let kept =
        "job:kymo_objective_broken:ratio_rate5m{route=\"/books/{id}\",objective=\"availability\"}";
    // A route that never failed is seen.
    let look = async || prometheus.value(kept).await;
    eventually(EVALUATED, look, |share| *share == Some(0.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_with_names_as_they_are_alert_in_a_server_that_has_such_names() {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").prometheus().environment(variables);
    let telemetry = telemetry.translation(Translation::NoTranslation);
    let telemetry = telemetry.objective(Objective::of("/fail").ratio(0.99)).build().unwrap();
    let app: axum::Router = axum::Router::new()
        .route("/fail", axum::routing::get(async || http::StatusCode::INTERNAL_SERVER_ERROR))
        .layer(telemetry.http());
    let server = telemetry.serve_on(Listener::ports("127.0.0.1", 0..=0)).await.unwrap();
    let Place::Tcp(address) = *server.place() else { panic!("{server:?}") };
    let rules = telemetry.rules().to_string();
    let prometheus = Prometheus::ruled(Release::Three, &address.to_string(), &rules).await;
    let look = async || {
        let request = http::Request::get("/fail").body(axum::body::Body::empty()).unwrap();
        tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
        prometheus.query("ALERTS{alertstate=\"firing\"}").await
    };
    let alerts = eventually(EVALUATED, look, |alerts| alerts.len() == 2).await;
    assert_eq!(alerts[0].labels["route"], "/fail", "{alerts:?}");
}
