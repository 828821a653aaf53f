//! Code over the environment over the default, and what becomes of mistakes.

use std::time::Duration;

use kymo::{
    InstallError, Telemetry, TelemetryBuilder,
    configuration::Origin,
    otlp::{Compression, Otlp, PushError, TemporalityPreference},
};

use crate::{Refusal, log};

fn shop(variables: &[(&str, &str)]) -> TelemetryBuilder {
    Telemetry::for_service("shop").environment(variables.iter().copied())
}

/// The value and the origin of a setting, and what was reported on the way.
fn effective(builder: TelemetryBuilder, name: &str) -> (Option<(String, Origin)>, String) {
    let (telemetry, log) = log::of(|| builder.build().unwrap());
    let setting = telemetry.describe().get(name);
    (setting.map(|setting| (setting.value.clone(), setting.origin)), log)
}

#[track_caller]
fn is(builder: TelemetryBuilder, name: &str, value: &str, origin: Origin) {
    let (setting, log) = effective(builder, name);
    assert_eq!(setting, Some((value.to_owned(), origin)), "{name}");
    assert_eq!(log, "");
}

/// One variable of OTLP: its default, its effect, that the variable of the signal is stronger than
/// that of all signals, and what a malformed value does.
#[track_caller]
fn otlp_variable(kind: &str, name: &str, default: &str, good: [(&str, &str); 2], bad: &str) {
    let all: &'static str = format!("OTEL_EXPORTER_OTLP_{kind}").leak();
    let metrics: &'static str = format!("OTEL_EXPORTER_OTLP_METRICS_{kind}").leak();
    is(shop(&[]).otlp(), name, default, Origin::Default);
    let [(first, first_shown), (second, second_shown)] = good;
    is(shop(&[(all, first)]).otlp(), name, first_shown, Origin::Environment(all));
    let both = [(all, first), (metrics, second)];
    is(shop(&both).otlp(), name, second_shown, Origin::Environment(metrics));
    if !bad.is_empty() {
        let (setting, log) = effective(shop(&[(all, bad)]).otlp(), name);
        assert_eq!(setting, Some((default.to_owned(), Origin::Default)), "{all}={bad}");
        assert_eq!(log.matches(all).count(), 1, "{log}");
    }
}

#[test]
fn the_sdk_can_be_disabled() {
    let variables = [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_METRICS_EXPORTER", "otlp")];
    let telemetry = shop(&variables).prometheus().build().unwrap();
    telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
    let sold = telemetry.meter("shop").u64_histogram("price").build();
    sold.record(1, &[]);
    let registry = telemetry.bridge().unwrap().registry();
    let own = prometheus::IntCounter::new("own_total", "The application's own.").unwrap();
    registry.register(Box::new(own)).unwrap();
    let names: Vec<_> = registry.gather().iter().map(|it| it.name().to_owned()).collect();
    assert_eq!(names, ["own_total", "target_info"], "what is not ours is still scraped");
    assert!(telemetry.describe().get("otlp.endpoint").is_none(), "nothing is pushed");
    telemetry.shutdown_blocking(Duration::ZERO).unwrap();
    let (setting, log) = effective(shop(&[("OTEL_SDK_DISABLED", "1")]), "sdk.disabled");
    assert_eq!(setting, Some(("false".to_owned(), Origin::Default)));
    assert!(log.contains("write true or false"), "{log}");
}

#[test]
fn the_environment_adds_exporters_and_code_has_the_last_word() {
    const LIST: &str = "OTEL_METRICS_EXPORTER";
    let state = |builder: TelemetryBuilder, name| {
        let (setting, _) = effective(builder, name);
        setting.map(|(value, origin)| (value == "on", origin))
    };
    let env = Origin::Environment(LIST);
    let both = || shop(&[(LIST, "prometheus,otlp")]);
    assert_eq!(state(both(), "prometheus"), Some((true, env)));
    assert_eq!(state(both(), "otlp"), Some((true, env)));
    assert_eq!(state(both().prometheus(), "prometheus"), Some((true, Origin::Code)));
    assert_eq!(state(shop(&[]), "prometheus"), Some((false, Origin::Default)));
    assert_eq!(state(shop(&[]), "otlp"), Some((false, Origin::Default)));
    assert_eq!(state(shop(&[(LIST, "none")]).otlp(), "otlp"), Some((true, Origin::Code)));
    assert_eq!(state(shop(&[(LIST, "console")]), "console"), Some((true, env)));
    let (_, log) = effective(shop(&[(LIST, "zipkin,prometheus")]), "prometheus");
    assert!(log.contains("`zipkin`") && log.contains("write prometheus, otlp"), "{log}");
}

#[test]
fn an_endpoint_switches_otlp_on_unless_the_exporters_are_listed() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    is(shop(&[endpoint]), "otlp", "on", Origin::Environment(endpoint.0));
    let list = ("OTEL_METRICS_EXPORTER", "prometheus");
    is(shop(&[endpoint, list]), "otlp", "off", Origin::Environment(list.0));
}

#[test]
fn the_endpoint_of_all_signals_is_a_base_and_that_of_metrics_is_whole() {
    const NAME: &str = "otlp.endpoint";
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const METRICS: &str = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    is(shop(&[]).otlp(), NAME, "http://localhost:4318/v1/metrics", Origin::Default);
    for base in ["http://c:1/otlp", "http://c:1/otlp/"] {
        is(shop(&[(ALL, base)]), NAME, "http://c:1/otlp/v1/metrics", Origin::Environment(ALL));
    }
    for base in ["http://c:1?key=secret", "http://c:1/?key=secret"] {
        let shown = "http://c:1/v1/metrics";
        is(shop(&[(ALL, base)]), NAME, shown, Origin::Environment(ALL));
        is(shop(&[]).otlp_with(Otlp::new().endpoint(base)), NAME, shown, Origin::Code);
    }
    is(
        shop(&[(METRICS, "http://c:1/otel")]),
        NAME,
        "http://c:1/otel",
        Origin::Environment(METRICS),
    );
    let code = |url: &str| shop(&[(ALL, "http://c:1")]).otlp_with(Otlp::new().endpoint(url));
    is(code("http://d:1"), NAME, "http://d:1/v1/metrics", Origin::Code);
    is(code("http://d:1/otel"), NAME, "http://d:1/otel", Origin::Code);
    let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    is(shop(&grpc).otlp(), NAME, "http://localhost:4317", Origin::Default);
    let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), (ALL, "http://c:1")];
    is(shop(&grpc), NAME, "http://c:1", Origin::Environment(ALL));
}

#[test]
fn a_malformed_endpoint_is_ignored_and_one_in_code_is_an_error() {
    let variable = [("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://me:hush@collector")];
    let (setting, log) = effective(shop(&variable).otlp(), "otlp.endpoint");
    assert_eq!(setting.unwrap().1, Origin::Default);
    assert_eq!(log.matches("OTEL_EXPORTER_OTLP_ENDPOINT is ignored").count(), 1, "{log}");
    assert!(!log.contains("hush"), "{log}");
    let otlp = Otlp::new().endpoint("ftp://collector");
    let error = shop(&[]).otlp_with(otlp).build().unwrap_err();
    let is = |it: &Refusal| matches!(it.downcast_ref(), Some(PushError::Endpoint { .. }));
    let refused = matches!(&error, InstallError::Push(it) if is(it));
    assert!(refused && error.to_string().contains("http://host:4318"), "{error}");
}

#[test]
fn the_protocol_is_http_protobuf_or_grpc() {
    let good = [("HTTP/protobuf", "http/protobuf"), ("grpc", "grpc")];
    otlp_variable("PROTOCOL", "otlp.protocol", "http/protobuf", good, "http/json");
}

#[test]
fn headers_of_code_and_environment_are_sent_together_and_never_shown() {
    let variables = [("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush,x-tenant=a%20b")];
    let otlp = Otlp::new().header("X-Tenant", "other");
    let (telemetry, log) = log::of(|| shop(&variables).otlp_with(otlp).build().unwrap());
    let description = telemetry.describe();
    let origin = |name| description.get(name).map(|setting| setting.origin);
    let env = Origin::Environment("OTEL_EXPORTER_OTLP_HEADERS");
    assert_eq!(origin("otlp.header.authorization"), Some(env));
    assert_eq!(origin("otlp.header.X-Tenant"), Some(Origin::Code));
    assert_eq!(origin("otlp.header.x-tenant"), None, "code replaces it");
    assert!(!description.to_string().contains("hush"), "{description}");
    assert_eq!(log, "");
    for malformed in ["authorization", "=hush", "a=%FF", "sp ace=hush", "Bearer hush="] {
        let variables = [("OTEL_EXPORTER_OTLP_METRICS_HEADERS", malformed)];
        let (telemetry, log) = log::of(|| shop(&variables).otlp().build().unwrap());
        let shown = telemetry.describe().to_string();
        assert!(!shown.contains("otlp.header."), "{malformed}: {shown}");
        assert_eq!(log.matches("OTEL_EXPORTER_OTLP_METRICS_HEADERS").count(), 1, "{log}");
        assert!(!log.contains("hush"), "{log}");
    }
}

#[test]
fn the_time_for_sending_is_in_milliseconds() {
    let good = [("1500", "1.5s"), ("20", "20ms")];
    otlp_variable("TIMEOUT", "otlp.timeout", "10s", good, "5s");
    let code = Otlp::new().timeout(Duration::from_secs(3));
    let variables = [("OTEL_EXPORTER_OTLP_TIMEOUT", "20")];
    is(shop(&variables).otlp_with(code), "otlp.timeout", "3s", Origin::Code);
}

#[test]
fn requests_can_be_compressed() {
    let good = [("GZIP", "gzip"), ("none", "none")];
    otlp_variable("COMPRESSION", "otlp.compression", "none", good, "brotli");
    let good = [("zstd", "zstd"), ("ZStd", "zstd")];
    otlp_variable("COMPRESSION", "otlp.compression", "none", good, "brotli");
    let code = Otlp::new().compression(Compression::Gzip);
    is(shop(&[]).otlp_with(code), "otlp.compression", "gzip", Origin::Code);
}

#[test]
fn whether_grpc_goes_without_tls_can_be_said() {
    let good = [("true", "true"), ("false", "false")];
    otlp_variable("INSECURE", "otlp.insecure", "false", good, "yes");
    is(shop(&[]).otlp_with(Otlp::new().insecure(true)), "otlp.insecure", "true", Origin::Code);
}

#[test]
fn a_certificate_that_cannot_be_read_is_ignored_and_one_in_code_is_an_error() {
    for (kind, name) in [
        ("CERTIFICATE", "otlp.certificate"),
        ("CLIENT_CERTIFICATE", "otlp.client_certificate"),
        ("CLIENT_KEY", "otlp.client_key"),
    ] {
        for prefix in ["OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_METRICS_"] {
            let variable = format!("{prefix}{kind}");
            let variables = [(variable.as_str(), "/nowhere.pem")];
            // Without TLS, no certificate is looked at.
            let otlp = Otlp::new().endpoint("https://collector");
            let (setting, log) = effective(shop(&variables).otlp_with(otlp), name);
            assert_eq!(setting, Some(("none".to_owned(), Origin::Default)), "{variable}");
            assert_eq!(log.matches(&variable).count(), 1, "{log}");
        }
    }
    for otlp in [
        Otlp::new().ca_certificate("/nowhere.pem"),
        Otlp::new().client_certificate("/nowhere.pem", "/nowhere.key"),
    ] {
        let otlp = otlp.endpoint("https://collector");
        let error = shop(&[]).otlp_with(otlp).build().unwrap_err();
        let is = |it: &Refusal| matches!(it.downcast_ref(), Some(PushError::File { .. }));
        let refused = matches!(&error, InstallError::Push(it) if is(it));
        assert!(refused && error.to_string().contains("PEM"), "{error}");
    }
}

#[test]
fn what_is_pushed_can_count_since_the_last_push() {
    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    const NAME: &str = "otlp.temporality";
    is(shop(&[]).otlp(), NAME, "cumulative", Origin::Default);
    for (value, shown) in [("delta", "delta"), ("LowMemory", "lowmemory")] {
        is(shop(&[(VARIABLE, value)]).otlp(), NAME, shown, Origin::Environment(VARIABLE));
    }
    let code = Otlp::new().temporality(TemporalityPreference::Cumulative);
    is(shop(&[(VARIABLE, "delta")]).otlp_with(code), NAME, "cumulative", Origin::Code);
    let (setting, log) = effective(shop(&[(VARIABLE, "epsilon")]).otlp(), NAME);
    assert_eq!(setting.unwrap().1, Origin::Default);
    assert!(log.contains("write cumulative, delta or lowmemory"), "{log}");
}

#[test]
fn histograms_that_are_only_pushed_can_be_exponential() {
    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    let exponential = [(VARIABLE, "base2_exponential_bucket_histogram")];
    is(shop(&exponential).otlp(), "view.*", "exponential buckets", Origin::Environment(VARIABLE));
    let (setting, log) = effective(shop(&exponential).otlp().prometheus(), "view.*");
    assert!(
        setting.is_none() && log.contains("it would change the buckets of what is scraped"),
        "{log}"
    );
    let (setting, log) = effective(shop(&[(VARIABLE, "round")]).otlp(), "view.*");
    assert!(setting.is_none() && log.contains("write explicit_bucket_histogram"), "{log}");
    let explicit = [(VARIABLE, "explicit_bucket_histogram")];
    assert_eq!(effective(shop(&explicit).otlp(), "view.*"), (None, String::new()));
}

#[test]
fn when_to_push_and_for_how_long_can_be_said() {
    for (variable, name, default) in [
        ("OTEL_METRIC_EXPORT_INTERVAL", "otlp.interval", "60s"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "otlp.export_timeout", "30s"),
    ] {
        is(shop(&[]).otlp(), name, default, Origin::Default);
        is(shop(&[(variable, "1500")]).otlp(), name, "1.5s", Origin::Environment(variable));
        for malformed in ["0", "-5", "1m"] {
            let (setting, log) = effective(shop(&[(variable, malformed)]).otlp(), name);
            assert_eq!(setting, Some((default.to_owned(), Origin::Default)));
            assert!(log.contains("milliseconds"), "{log}");
        }
    }
    let code = Otlp::new().interval(Duration::from_secs(5)).export_timeout(Duration::from_secs(2));
    is(shop(&[]).otlp_with(code.clone()), "otlp.interval", "5s", Origin::Code);
    is(shop(&[]).otlp_with(code), "otlp.export_timeout", "2s", Origin::Code);
}

#[test]
fn no_time_at_all_is_an_error_in_code() {
    let none = Duration::ZERO;
    for (method, otlp) in [
        ("timeout", Otlp::new().timeout(none)),
        ("interval", Otlp::new().interval(none)),
        ("export_timeout", Otlp::new().export_timeout(none)),
    ] {
        let error = shop(&[]).otlp_with(otlp).build().unwrap_err();
        assert!(error.to_string().contains(&format!("`Otlp::{method}`")), "{error}");
    }
}

#[test]
fn where_to_listen_for_scrapes_can_be_said() {
    let variables =
        [("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0"), ("OTEL_EXPORTER_PROMETHEUS_PORT", "9")];
    for ((variable, value), name) in
        variables.into_iter().zip(["prometheus.host", "prometheus.port"])
    {
        let builder = || shop(&variables).prometheus();
        is(builder(), name, value, Origin::Environment(variable));
    }
    is(shop(&[]).prometheus(), "prometheus.host", "localhost", Origin::Default);
    is(shop(&[]).prometheus(), "prometheus.port", "9464", Origin::Default);
    let malformed = [("OTEL_EXPORTER_PROMETHEUS_PORT", "http")];
    let (setting, log) = effective(shop(&malformed).prometheus(), "prometheus.port");
    assert_eq!(setting.unwrap().1, Origin::Default);
    assert!(log.contains("9464 is used"), "{log}");
}

#[test]
fn the_resource_is_described_with_who_said_what() {
    let entities = "service{service.name=entity}[service.version=1];host{host.id=h}";
    let variables = [
        ("OTEL_ENTITIES", entities),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.version=2,region=eu"),
        ("OTEL_SERVICE_NAME", "named"),
    ];
    let builder = || shop(&variables).attribute("region", "us");
    for (name, value, origin) in [
        ("resource.service.name", "named", Origin::Environment("OTEL_SERVICE_NAME")),
        ("resource.service.version", "2", Origin::Environment("OTEL_RESOURCE_ATTRIBUTES")),
        ("resource.host.id", "h", Origin::Environment("OTEL_ENTITIES")),
        ("resource.region", "us", Origin::Code),
        ("resource.telemetry.distro.name", "kymo", Origin::Default),
        ("resource.telemetry.sdk.language", "rust", Origin::Default),
    ] {
        is(builder(), name, value, origin);
    }
    let version = || shop(&variables).version("3");
    is(version(), "resource.service.version", "3", Origin::Code);
    is(shop(&[]), "resource.service.name", "shop", Origin::Code);
}

#[test]
fn nobody_writes_lines_of_their_own() {
    let variables = [("OTEL_RESOURCE_ATTRIBUTES", "a=b%0Asdk.disabled  true  code,service.name=x")];
    let telemetry = shop(&variables).build().unwrap();
    assert!(!telemetry.describe().to_string().lines().any(|line| line.ends_with("true  code")));
    let megabyte = format!("{}\n", "x".repeat(1_000_000));
    let (_, log) = effective(shop(&[("OTEL_SDK_DISABLED", &megabyte)]), "otlp");
    assert!(log.len() < 2000, "{}", log.len());
    let nameless = [("OTEL_RESOURCE_ATTRIBUTES", "service.name=")];
    let (setting, log) = effective(shop(&nameless), "resource.service.name");
    assert_eq!(setting.unwrap().0, "shop");
    assert!(log.contains("a service without a name"), "{log}");
}

#[test]
fn a_malformed_entity_is_left_out_and_reported() {
    let variables = [("OTEL_ENTITIES", "service{};host{host.id=h}")];
    let (setting, log) = effective(shop(&variables), "resource.host.id");
    assert_eq!(setting.unwrap().0, "h");
    assert!(log.contains("entity 1 is ignored"), "{log}");
}

#[test]
fn what_is_set_in_vain_is_said() {
    for (variable, value, level, word) in [
        ("OTEL_LOG_LEVEL", "debug", "INFO", "tracing"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "sometimes", "WARN", "always_on, always_off"),
        ("OTEL_SEMCONV_STABILITY_OPT_IN", "http/dup", "INFO", "stable names only"),
    ] {
        let (_, log) = effective(shop(&[(variable, value)]), "otlp");
        let said = log.contains(level) && log.contains(word) && log.contains(variable);
        assert!(said && log.lines().count() == 1, "{variable}: {log}");
    }
    for (variable, value) in [
        ("OTEL_SEMCONV_STABILITY_OPT_IN", "http"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "always_off"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
    ] {
        assert_eq!(effective(shop(&[(variable, value)]), "otlp").1, "");
    }
}

#[test]
fn how_the_page_looks_is_described() {
    let page = || shop(&[]).namespace("bookshop").without_target_info().without_scope_info();
    for (name, value) in [("namespace", "bookshop"), ("target_info", "off"), ("scope_info", "off")]
    {
        let name = format!("prometheus.{name}");
        is(page(), &name, value, Origin::Code);
        assert_eq!(effective(shop(&[]).prometheus(), &name).0, None, "{name} is as always");
    }
    is(shop(&[]).namespace("a").namespace("b"), "prometheus.namespace", "b", Origin::Code);
}

#[test]
fn known_methods_are_described_as_they_are_understood() {
    const VARIABLE: &str = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";
    let said = |list: &'static str| effective(shop(&[(VARIABLE, list)]), "http.known_methods").0;
    let origin = Origin::Environment(VARIABLE);
    assert_eq!(said("GET,BREW"), Some(("GET, BREW".to_owned(), origin)));
    assert_eq!(said("GET,PO ST"), Some(("GET".to_owned(), origin)));
    assert_eq!(said("PO ST"), None);
    assert_eq!(said(","), Some(("none".to_owned(), origin)));
}

#[test]
fn a_disabled_telemetry_says_who_keeps_it_from_pushing() {
    let disabled = [("OTEL_SDK_DISABLED", "true")];
    is(shop(&disabled).otlp(), "otlp", "off", Origin::Environment("OTEL_SDK_DISABLED"));
}

#[test]
fn printed_the_configuration_is_a_table() {
    let telemetry = shop(&[("OTEL_SERVICE_NAME", "night-shop")]).prometheus().build().unwrap();
    let table = telemetry.describe().to_string();
    let row = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
    let cells = |name| row(name).split_whitespace().collect::<Vec<_>>();
    assert_eq!(cells("prometheus "), ["prometheus", "on", "code"]);
    assert_eq!(
        cells("resource.service.name"),
        ["resource.service.name", "night-shop", "OTEL_SERVICE_NAME"]
    );
    let columns = table.lines().map(|line| line.rfind("  ").unwrap() + 2);
    assert_eq!(columns.collect::<std::collections::BTreeSet<_>>().len(), 1, "{table}");
}

#[test]
fn names_are_translated_as_the_program_or_else_the_environment_says() {
    use kymo::prometheus::Translation;

    const VARIABLE: &str = "KYMO_EXPORTER_PROMETHEUS_TRANSLATION_STRATEGY";
    const NAME: &str = "prometheus.translation";
    for strategy in Translation::ALL {
        let name = strategy.name().to_ascii_lowercase();
        let said = || shop(&[(VARIABLE, &name)]).prometheus();
        is(said(), NAME, strategy.name(), Origin::Environment(VARIABLE));
        let in_code = said().translation(Translation::NoTranslation);
        is(in_code, NAME, "NoTranslation", Origin::Code);

        let telemetry = said().without_target_info().build().unwrap();
        telemetry.meter("shop").u64_counter("foo.bar").with_unit("By").build().add(1, &[]);
        let names = crate::names_of(&telemetry.bridge().unwrap().registry().gather());
        let has_suffixes = strategy.name().ends_with("WithSuffixes");
        let expected = if has_suffixes { "foo_bar_bytes_total" } else { "foo_bar" };
        assert!(names.contains(&expected.to_owned()), "{strategy}: {names:?}");
    }
    let (setting, log) = effective(shop(&[(VARIABLE, "Dashes")]).prometheus(), NAME);
    assert_eq!(setting, None);
    assert!(log.contains(VARIABLE) && log.contains("or NoTranslation"), "{log}");
    let bridge = kymo::prometheus::Bridge::builder().build().unwrap();
    let beside = shop(&[(VARIABLE, "NoTranslation")]).bridge(bridge);
    let (setting, log) = effective(beside, NAME);
    assert_eq!(setting, None);
    assert!(log.contains(VARIABLE) && log.contains("a bridge of its own"), "{log}");
}
