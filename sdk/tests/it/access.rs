//! Who may scrape a service.

use kymo::{
    InstallError, Telemetry, TelemetryBuilder,
    prometheus::{Access, AccessError, ServeError},
};
use tower::ServiceExt;

fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("shop").prometheus().environment(variables)
}

async fn status(telemetry: &Telemetry, token: Option<&str>) -> u16 {
    let request = axum::http::Request::get("/metrics");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let request = request.body(axum::body::Body::empty()).unwrap();
    telemetry.endpoint().oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_rules_hold_for_every_endpoint_of_a_telemetry() {
    let telemetry = shop().access(Access::new().bearer_token("the-right-token")).build().unwrap();
    for _ in 0..2 {
        assert_eq!(status(&telemetry, None).await, 401);
        assert_eq!(status(&telemetry, Some("the-wrong-token")).await, 401);
        assert_eq!(status(&telemetry, Some("the-right-token")).await, 200);
    }
    let shown = telemetry.describe();
    assert_eq!(shown.get("prometheus.access").unwrap().value, "tokens: 1");
    assert!(!shown.to_string().contains("the-right-token"), "{shown}");
    assert_eq!(status(&shop().build().unwrap(), None).await, 200);
}

#[test]
fn a_rule_that_cannot_be_followed_is_an_error_of_the_start() {
    let error = shop().access(Access::new().web_config("/nowhere/web.yml")).build().unwrap_err();
    assert!(error.to_string().contains("/nowhere/web.yml"), "{error}");
    let InstallError::Access(source) = error else { panic!("{error}") };
    assert!(matches!(*source.downcast::<AccessError>().unwrap(), AccessError::Read { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_where_it_listens_and_others_need_a_rule() {
    let variables = [("OTEL_EXPORTER_PROMETHEUS_HOST", "nowhere.invalid")];
    let builder = || shop().environment(variables);
    let telemetry = builder().listen("127.0.0.1", 0).build().unwrap();
    assert_eq!(telemetry.describe().get("prometheus.host").unwrap().value, "127.0.0.1");
    let server = telemetry.serve().await.unwrap();
    assert!(server.local_addr().ip().is_loopback());

    let telemetry = builder().listen("0.0.0.0", 0).build().unwrap();
    let error = telemetry.serve().await.unwrap_err();
    assert!(matches!(error, ServeError::Listen { .. }));
    assert!(error.to_string().contains("allow_insecure"), "{error}");
    let access = Access::new().bearer_token("the-right-token");
    let telemetry = builder().listen("0.0.0.0", 0).access(access).build().unwrap();
    telemetry.serve().await.unwrap();
}
