//! Mistakes in the environment: their effect, and the reports of them.

use kymo::{Telemetry, TelemetryBuilder};

use crate::log;

fn shop(variables: &[(&str, &str)]) -> TelemetryBuilder {
    Telemetry::for_service("shop").environment(variables.iter().copied())
}

/// The settings in force, as they are printed, and the reports on the way.
fn told(builder: TelemetryBuilder) -> [String; 2] {
    let (telemetry, log) = log::of(|| builder.build().unwrap());
    [telemetry.describe().to_string(), log]
}

#[test]
fn a_header_that_cannot_be_sent_takes_no_other_along() {
    let credentials = ["hush", "hush=", "hush=="];
    let others = ["content-type=x", "Grpc-Timeout=1S", "te=x", "no name=x", "x=%0Ahush"];
    for bad in others.into_iter().chain(credentials) {
        for list in [format!("{bad},authorization=b"), format!("authorization=b,{bad}")] {
            let variables = [("OTEL_EXPORTER_OTLP_HEADERS", &*list)];
            let [described, log] = told(shop(&variables).otlp());
            assert!(described.contains("otlp.header.authorization"), "{list}: {described}");
            assert_eq!(described.matches("otlp.header.").count(), 1, "{list}: {described}");
            assert_eq!(log.matches("OTEL_EXPORTER_OTLP_HEADERS").count(), 1, "{list}: {log}");
            assert!(described.contains("OTEL_EXPORTER_OTLP_HEADERS"), "{list}: {described}");
            assert!(!log.contains("hush") && !described.contains("hush"), "{log}{described}");
        }
    }
    // In code it is an error, of which the program is told at its start.
    let otlp = kymo::otlp::Otlp::new().header("content-type", "x");
    shop(&[]).otlp_with(otlp).build().unwrap_err();
}

#[test]
fn a_method_that_is_none_takes_no_other_along() {
    let variables = [("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "GET,PO ST,BREW")];
    let [described, log] = told(shop(&variables));
    assert!(log.contains("`PO ST` in OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS is ignored"), "{log}");
    assert!(
        described.contains("`PO ST` in OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"),
        "{described}"
    );
}

#[test]
fn attributes_are_decoded_and_an_error_discards_all_of_them() {
    let [described, log] = told(shop(&[("OTEL_RESOURCE_ATTRIBUTES", "a%2Eb=c%20d")]));
    assert!(described.contains("resource.a.b ") && described.contains("  c d "), "{described}");
    assert_eq!(log, "");
    for bad in ["good=1,hush%zz=1", "good=1,a=hush%", "good=1,hush", "%FF=1,good=1"] {
        let [described, log] = told(shop(&[("OTEL_RESOURCE_ATTRIBUTES", bad)]));
        assert!(!described.contains("good"), "{bad}: {described}");
        assert!(log.contains("WARN") && log.contains("OTEL_RESOURCE_ATTRIBUTES=***"), "{log}");
        assert!(!log.contains("hush") && !described.contains("hush"), "{log}{described}");
    }
}

#[test]
fn an_enumeration_is_read_in_any_case() {
    for (variable, value) in [
        ("OTEL_SDK_DISABLED", "True"),
        ("OTEL_METRICS_EXPORTER", "Prometheus,OTLP,Console"),
        ("OTEL_METRICS_EXPORTER", "NONE"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "ALWAYS_OFF"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "TRACE_BASED"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/Protobuf"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "GZip"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "TRUE"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "Explicit_Bucket_Histogram"),
    ] {
        let [_, log] = told(shop(&[(variable, value)]).otlp());
        assert!(!log.contains("WARN"), "{log}");
        let [described, log] = told(shop(&[(variable, "nonsense")]).otlp());
        assert!(log.contains("WARN") && log.contains(variable), "{variable}: {log}");
        assert!(described.contains("nonsense"), "what was ignored is described: {described}");
    }
    let [_, log] = told(shop(&[("OTEL_SEMCONV_STABILITY_OPT_IN", "HTTP/DUP")]));
    assert!(log.contains("stable names only"), "{log}");
}

#[test]
fn nothing_that_may_be_a_secret_is_told() {
    for (variable, value) in [
        ("OTEL_RESOURCE_ATTRIBUTES", "password=hush,broken"),
        ("OTEL_ENTITIES", "service{password=hush"),
        ("OTEL_ENTITIES", "service{a=hush{}}"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hush"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer hush"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/hush?hush#hush"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://hush:hush@c/"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://u:hu/hush@c/"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://c/hush"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "hush"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://c/hush"),
    ] {
        let [described, log] = told(shop(&[(variable, value)]).otlp());
        assert!(!described.contains("hush"), "{value}: {described}");
        assert!(!log.contains("hush"), "{value}: {log}");
    }
    for url in ["https://c:port/hush", "ftp://c/hush", "https://u:hush@c", "hush"] {
        let otlp = kymo::otlp::Otlp::new().endpoint(url);
        let error = shop(&[]).otlp_with(otlp).build().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
}

#[test]
fn nobody_forges_a_line_and_every_line_has_an_end() {
    let forged = "\u{2028}\u{202e}\n ERROR kymo: forged";
    let long = format!("{forged}{}", "x".repeat(3_000_000));
    for (variable, value) in [
        ("OTEL_SDK_DISABLED", long.clone()),
        ("OTEL_METRICS_EXPORTER", long.clone()),
        ("OTEL_LOG_LEVEL", long.clone()),
        ("OTEL_ENTITIES", long.clone()),
        ("OTEL_SERVICE_NAME", format!("x{long}x")),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", long.clone()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", long.clone()),
    ] {
        let told = told(shop(&[(variable, &*value)]).otlp());
        for text in told {
            assert!(!text.contains(['\u{2028}', '\u{202e}']), "{variable}: {text}");
            assert!(!text.lines().any(|line| line.starts_with(" ERROR")), "{variable}: {text}");
            let longest = text.lines().map(str::len).max().unwrap_or_default();
            assert!(longest < 1500, "{variable}: {longest}");
        }
    }
}

#[test]
fn a_long_value_leaves_room_for_what_to_do() {
    let long = "x".repeat(600);
    for text in told(shop(&[("OTEL_SDK_DISABLED", &*long)])) {
        assert!(text.contains("x… is ignored: "), "{text}");
        assert!(text.contains("true"), "{text}");
    }
}

#[test]
fn what_is_ignored_is_described_below_what_is_in_force() {
    let variables = [
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "abc"),
        ("OTEL_METRICS_EXPORTER", "zipkin"),
        ("OTEL_LOG_LEVEL", "debug"),
    ];
    let (telemetry, _) = log::of(|| shop(&variables).prometheus().build().unwrap());
    let ignored = telemetry.describe().ignored();
    assert_eq!(ignored.len(), 3, "{ignored:?}");
    for (variable, value) in variables {
        let about = ignored.iter().find(|line| line.contains(variable)).unwrap();
        assert!(about.contains(value), "{about}");
    }
    let table = telemetry.describe().to_string();
    assert!(table.ends_with(&ignored.join("\n")), "{table}");
    assert!(shop(&[]).build().unwrap().describe().ignored().is_empty());
}
