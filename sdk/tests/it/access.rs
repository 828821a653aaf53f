//! Who may scrape a service.

use std::path::Path;

use kymo::{
    InjectedBuilder, InstallError, Telemetry, TelemetryBuilder,
    configuration::Origin,
    prometheus::{Access, AccessError, Bridge, ServeError},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tower::ServiceExt;

fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("shop").prometheus().environment(variables)
}

/// The values that a scrape with the token shows in the lines that begin with `name`.
async fn shown(telemetry: &Telemetry, name: &str) -> String {
    let request = axum::http::Request::get("/metrics");
    let request = request.header("authorization", "Bearer the-right-token");
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = telemetry.endpoint().oneshot(request).await.unwrap();
    let page = axum::body::to_bytes(axum::body::Body::new(response.into_body()), usize::MAX).await;
    let page = String::from_utf8(page.unwrap().to_vec()).unwrap();
    let lines = page.split_inclusive('\n').filter(|line| line.starts_with(name));
    lines.collect()
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
    assert!(server.local_addr().unwrap().ip().is_loopback());

    let telemetry = builder().listen("0.0.0.0", 0).build().unwrap();
    let error = telemetry.serve().await.unwrap_err();
    assert!(matches!(error, ServeError::Listen { .. }));
    assert!(error.to_string().contains("allow_insecure"), "{error}");
    let access = Access::new().bearer_token("the-right-token");
    let telemetry = builder().listen("0.0.0.0", 0).access(access).build().unwrap();
    telemetry.serve().await.unwrap();
}

#[tokio::test]
async fn who_is_not_let_in_is_counted_and_so_are_changes_of_the_files() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "the-right-token").unwrap();
    let access = Access::new().bearer_token_file(file.path());
    let telemetry = shop().without_scope_info().access(access).build().unwrap();
    for _ in 0..3 {
        assert_eq!(status(&telemetry, Some("the-wrong-token")).await, 401);
    }
    let refusals = shown(&telemetry, "kymo_endpoint_refusals_total").await;
    for (reason, count) in [
        ("credentials", 3),
        ("network", 0),
        ("handshake", 0),
        ("certificate", 0),
        ("busy", 0),
        ("rate", 0),
    ] {
        let line = format!("{{error_type=\"{reason}\"}} {count}\n");
        assert!(refusals.contains(&line), "{reason}: {refusals}");
    }
    let reloads = async || shown(&telemetry, "kymo_endpoint_access_reloads_total").await;
    assert!(reloads().await.contains("total 0\n"), "{}", reloads().await);
    std::fs::write(file.path(), "short").unwrap();
    for _ in 0..100 {
        if reloads().await.contains("{error_type=\"broken\"} 1\n") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    std::fs::write(file.path(), "the-right-token").unwrap();
    for _ in 0..100 {
        if reloads().await.contains("total 1\n") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let reloads = reloads().await;
    assert!(
        reloads.contains("{error_type=\"broken\"} 1\n") && reloads.contains("total 1\n"),
        "{reloads}"
    );
    assert_eq!(shown(&telemetry, "kymo_endpoint_tls").await, "", "there is no certificate");
}

/// A shop that brings a provider of its own, with a bridge that reads from it.
fn injected() -> InjectedBuilder {
    let bridge = Bridge::builder().without_scope_info().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    Telemetry::with_meter_provider(provider).bridge(bridge)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_of_a_program_with_its_own_provider_hold_and_so_does_where_it_listens() {
    let access = || Access::new().bearer_token("the-right-token");
    let variables = [("OTEL_EXPORTER_PROMETHEUS_HOST", "nowhere.invalid")];
    let builder = injected().environment(variables).access(access()).listen("0.0.0.0", 0);
    let telemetry = builder.build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);
    assert_eq!(status(&telemetry, Some("the-right-token")).await, 200);
    let refusals = shown(&telemetry, "kymo_endpoint_refusals_total").await;
    assert!(refusals.contains("{error_type=\"credentials\"} 1\n"), "{refusals}");
    for (name, value) in
        [("prometheus", "on"), ("prometheus.host", "0.0.0.0"), ("prometheus.access", "tokens: 1")]
    {
        let setting = telemetry.describe().get(name).unwrap();
        assert_eq!((&*setting.value, setting.origin), (value, Origin::Code), "{name}");
    }
    telemetry.serve().await.unwrap();

    let error = injected().access(Access::new().bearer_token("short")).build().unwrap_err();
    assert!(matches!(error, InstallError::Access(_)), "{error}");
    let open = injected().environment(variables).listen("0.0.0.0", 0).build().unwrap();
    assert!(matches!(open.serve().await.unwrap_err(), ServeError::Listen { .. }));
}

const WEB_CONFIG: &str = "KYMO_EXPORTER_PROMETHEUS_WEB_CONFIG_FILE";

/// A file in which one user has a password.
fn web_config() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let hash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
    std::fs::write(file.path(), format!("basic_auth_users:\n  prometheus: {hash}\n")).unwrap();
    file
}

/// The origin of the web-config file, which is at `path`.
fn named_by(telemetry: &Telemetry, path: &Path) -> Origin {
    let setting = telemetry.describe().get("prometheus.web_config").unwrap();
    assert_eq!(setting.value, path.to_str().unwrap());
    setting.origin
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_a_service_can_name_a_web_config_file() {
    let file = web_config();
    let path = file.path().to_str().unwrap();
    let variables =
        [(WEB_CONFIG, path), ("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0"), PORT_OF_THE_SYSTEM];
    let telemetry = shop().environment(variables).build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);
    assert_eq!(named_by(&telemetry, file.path()), Origin::Environment(WEB_CONFIG));
    assert!(telemetry.describe().get("prometheus.access").is_none());
    telemetry.serve().await.unwrap();
    let telemetry = injected().environment(variables).build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);
    assert_eq!(named_by(&telemetry, file.path()), Origin::Environment(WEB_CONFIG));

    // Where nobody scrapes, nobody is to be let in.
    let other = Telemetry::for_service("shop").environment([(WEB_CONFIG, "/nowhere/web.yml")]);
    assert!(other.build().unwrap().describe().get("prometheus.web_config").is_none());
}

const PORT_OF_THE_SYSTEM: (&str, &str) = ("OTEL_EXPORTER_PROMETHEUS_PORT", "0");

#[tokio::test]
async fn a_named_web_config_file_goes_with_the_rules_of_the_program_and_gives_way_to_its_file() {
    let (file, other) = (web_config(), web_config());
    let shop = || shop().environment([(WEB_CONFIG, file.path().to_str().unwrap())]);
    let access = Access::new().bearer_token("the-right-token");
    let telemetry = shop().access(access).build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);
    assert_eq!(status(&telemetry, Some("the-right-token")).await, 200);
    assert_eq!(telemetry.describe().get("prometheus.access").unwrap().value, "tokens: 1");
    assert_eq!(named_by(&telemetry, file.path()), Origin::Environment(WEB_CONFIG));
    // To let in everybody is no rule: the file has one.
    let telemetry = shop().access(Access::new().allow_insecure()).build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);

    let telemetry = shop().access(Access::new().web_config(other.path())).build().unwrap();
    let access = telemetry.describe().get("prometheus.access").unwrap();
    assert_eq!((&*access.value, access.origin), (other.path().to_str().unwrap(), Origin::Code));
    assert!(telemetry.describe().get("prometheus.web_config").is_none());
}

#[tokio::test]
async fn the_configuration_file_can_name_a_web_config_file() {
    const KEY: &str = "distribution.kymo.prometheus.web_config_file";
    let (file, yaml) = (web_config(), tempfile::Builder::new().suffix(".yaml").tempfile().unwrap());
    let name = |path: &str| {
        let kymo = format!("kymo: {{prometheus: {{web_config_file: {path}}}}}");
        let text = format!("file_format: \"1.1\"\ndistribution: {{{kymo}}}\n");
        std::fs::write(yaml.path(), text).unwrap();
    };
    name(file.path().to_str().unwrap());
    // The file takes the place of the variables.
    let shop = || shop().environment([(WEB_CONFIG, "/nowhere/web.yml")]).config_file(yaml.path());
    let telemetry = shop().build().unwrap();
    assert_eq!(status(&telemetry, None).await, 401);
    assert_eq!(named_by(&telemetry, file.path()), Origin::File(KEY));
    assert_eq!(telemetry.describe().ignored(), [""; 0]);

    name("/nowhere/other.yml");
    let error = shop().build().unwrap_err().to_string();
    assert!(error.contains("/nowhere/other.yml") && error.contains(KEY), "{error}");
}

#[test]
fn a_named_web_config_file_that_cannot_be_followed_is_an_error_that_says_who_named_it() {
    let file = web_config();
    let shop = |path: &Path| shop().environment([(WEB_CONFIG, path.to_str().unwrap())]);
    std::fs::write(file.path(), "basic_auth_users:\n  prometheus: hush\n").unwrap();
    for (builder, faults) in [
        (shop(Path::new("/nowhere/web.yml")), ["cannot read /nowhere/web.yml", "os error 2"]),
        (shop(file.path()), [file.path().to_str().unwrap(), ":2: `basic_auth_users.prometheus`"]),
    ] {
        let error = builder.build().unwrap_err();
        let text = error.to_string();
        assert!(faults.iter().all(|fault| text.contains(fault)), "{text}");
        let remedy = format!("correct it, or leave {WEB_CONFIG} out");
        assert!(text.contains(&remedy) && !text.contains("hush"), "{text}");
        let InstallError::WebConfig { origin, source, .. } = error else { panic!("{text}") };
        assert_eq!(origin, Origin::Environment(WEB_CONFIG));
        assert!(source.is::<AccessError>());
    }
}
