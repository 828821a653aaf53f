//! Code over the file over the default, and the environment nowhere.

use std::time::Duration;

use kymo::{
    configuration::Origin,
    otlp::{Compression, Otlp},
};

use super::{Config, is};

#[test]
fn every_other_variable_is_ignored() {
    let variables = [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_SERVICE_NAME", "named"),
        ("OTEL_RESOURCE_ATTRIBUTES", "region=eu"),
        ("OTEL_ENTITIES", "host{host.id=h}"),
        ("OTEL_METRICS_EXPORTER", "prometheus,otlp,console"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:1"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "1"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "1"),
        ("console.interval", "1"),
    ];
    let config = Config::new("file_format: \"1.1\"");
    let with = config.deployed(&variables).prometheus().otlp().build().unwrap();
    let without = config.deployed(&[]).prometheus().otlp().build().unwrap();
    let rows = |telemetry: &kymo::Telemetry| {
        let settings = telemetry.describe().settings().iter();
        let known = settings.filter(|setting| setting.name != "resource.service.instance.id");
        known.map(|setting| format!("{} {}", setting.name, setting.value)).collect::<Vec<_>>()
    };
    assert_eq!(rows(&with), rows(&without));
    is(config.deployed(&variables), "otlp", "off", Origin::File("meter_provider.readers[]"));
    is(config.deployed(&variables), "prometheus", "off", Origin::Default);
}

#[test]
fn code_is_stronger_than_the_file() {
    let yaml = "readers:\n- periodic:\n    interval: 1\n    exporter:\n      otlp_http: {endpoint: \"http://f:1\", \
                timeout: 1, compression: none, headers: [{name: a, value: f}]}\n";
    let config = Config::of_meters(yaml);
    let otlp = Otlp::new()
        .endpoint("http://code:1")
        .compression(Compression::Gzip)
        .header("A", "code")
        .interval(Duration::from_secs(9));
    let shop = || config.deployed(&[]).otlp_with(otlp.clone());
    is(shop(), "otlp", "on", Origin::Code);
    is(shop(), "otlp.endpoint", "http://code:1/v1/metrics", Origin::Code);
    is(shop(), "otlp.compression", "gzip", Origin::Code);
    is(shop(), "otlp.header.A", "***", Origin::Code);
    is(shop(), "otlp.interval", "9s", Origin::Code);
    // What the program does not say is what the file says.
    let key = "meter_provider.readers[].periodic.exporter.otlp_http.timeout";
    is(shop(), "otlp.timeout", "1ms", Origin::File(key));
    assert!(shop().build().unwrap().describe().get("otlp.header.a").is_none());
}

#[test]
fn variables_come_in_by_reference_and_bring_no_structure() {
    let config = Config::new(
        "file_format: \"1.1\"\n\
         disabled: ${DISABLED:-false}\n\
         resource:\n\
         \x20 attributes:\n\
         \x20 - {name: a, value: \"${A}\"}\n\
         \x20 - name: b\n\
         \x20   value: ${env:B:-none}\n",
    );
    let shop = |variables: &'static [(&str, &str)]| config.deployed(variables);
    is(shop(&[]), "sdk.disabled", "false", Origin::File("disabled"));
    is(shop(&[("DISABLED", "true")]), "sdk.disabled", "true", Origin::File("disabled"));
    let attributes = Origin::File("resource.attributes[]");
    is(shop(&[]), "resource.b", "none", attributes);
    is(shop(&[("B", " x\ndisabled: true ")]), "resource.b", " x\ndisabled: true ", attributes);
    is(shop(&[("A", "1"), ("OTEL_A", "2")]), "resource.a", "1", attributes);
    is(shop(&[("A", "${B}$$"), ("B", "no")]), "resource.a", "${B}$$", attributes);
}
