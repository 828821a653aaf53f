//! Whole files, in the shape of the examples of OpenTelemetry.

use super::Config;

/// As somebody who begins would write it.
const BEGINNING: &str = include_str!("../../../fuzz/corpus/config_file/beginning");

/// Everything that the schema has for metrics.
const EVERYTHING: &str = include_str!("../../../fuzz/corpus/config_file/everything");

#[test]
fn a_file_to_begin_with_pushes_where_its_variable_says() {
    let config = Config::new(BEGINNING);
    let key = "meter_provider.readers[].periodic.exporter.otlp_http.endpoint";
    config.says("otlp.endpoint", "http://localhost:4318/v1/metrics", key);
    let reports = config.reported().join("\n");
    for part in ["propagator", "tracer_provider", "detectors[1].host"] {
        assert!(reports.contains(part), "{reports}");
    }
    assert_eq!(reports.lines().count(), 3, "{reports}");
}

#[test]
fn a_file_with_everything_is_accepted_and_what_is_left_out_is_said() {
    let config = Config::new(EVERYTHING);
    let telemetry = config.deployed(&[]).build().unwrap();
    let description = telemetry.describe();
    for (name, value) in [
        ("resource.service.name", "bookshop"),
        ("prometheus", "on"),
        ("otlp", "on"),
        ("otlp.protocol", "http/protobuf"),
        ("otlp[1].protocol", "grpc"),
        ("console", "on"),
        ("limit.counter", "2000"),
        ("meter.io.opentelemetry.contrib.*", "off"),
    ] {
        assert_eq!(description.get(name).unwrap().value, value, "{description}");
    }
    let reports = config.reported();
    for key in [
        "attribute_limits",
        "resource.schema_url",
        "meter_provider.readers[0].pull.producers",
        "meter_provider.readers[1].periodic.max_export_batch_size/development",
        "meter_provider.readers[3].periodic.exporter.otlp_file/development",
        "instrumentation/development.general.http.semconv",
        "instrumentation/development.general.http.client",
        "instrumentation/development.general.http.server.response_captured_headers",
        "instrumentation/development.general.db",
        "instrumentation/development.rust",
    ] {
        let about = reports.iter().filter(|report| report.contains(&format!("`{key}` (line ")));
        assert_eq!(about.count(), 1, "{key}: {reports:#?}");
    }
    assert_eq!(reports.len(), 10, "{reports:#?}");
}

#[test]
fn what_has_no_effect_here_is_noted_under_its_key() {
    crate::log::listen();
    Config::new(EVERYTHING).deployed(&[]).build().unwrap();
    let text = crate::log::text();
    for note in [
        "INFO kymo: log_level=info has no effect",
        "instrumentation/development.general.stability_opt_in_list=http/dup has no effect",
    ] {
        assert!(text.contains(note), "{note}");
    }
}
