//! Whole files, in the shape of the examples of OpenTelemetry.

use super::Config;

/// As somebody who begins would write it.
const BEGINNING: &str = r#"
# Variables are read where this file refers to them, and nowhere else.
file_format: "1.1"
resource:
  attributes_list: ${OTEL_RESOURCE_ATTRIBUTES}
  detection/development:
    detectors:
      - service:
      - host:
propagator:
  composite:
    - tracecontext:
    - baggage:
tracer_provider:
  sampler:
    parent_based:
      root:
        always_on:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/traces
meter_provider:
  readers:
    - periodic:
        exporter:
          otlp_http:
            endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/metrics
"#;

/// Everything that the schema has for metrics.
const EVERYTHING: &str = r#"
file_format: "1.1"
disabled: false
log_level: info
attribute_limits:
  attribute_value_length_limit:
  attribute_count_limit: 128
resource:
  attributes:
    - {name: service.name, value: bookshop}
    - {name: a, value: [1, 2], type: int_array}
  attributes_list: "b=1,c=2"
  schema_url: https://opentelemetry.io/schemas/1.16.0
meter_provider:
  readers:
    - pull:
        exporter:
          prometheus/development:
            host: localhost
            port: 9464
            scope_info_enabled: true
            target_info_enabled/development: true
            resource_constant_labels:
              included: ["service*"]
              excluded: [service.attr1]
            translation_strategy: underscore_escaping_with_suffixes
        producers:
          - opencensus:
        cardinality_limits: &limits
          default: 100
          counter: 2000
          gauge: 2000
          histogram: 2000
          observable_counter: 2000
          observable_gauge: 2000
          observable_up_down_counter: 2000
          up_down_counter: 2000
    - periodic:
        interval: 60000
        timeout: 30000
        max_export_batch_size/development: 512
        exporter:
          otlp_http: &otlp
            endpoint: http://localhost:1/v1/metrics
            tls:
              ca_file: /app/cert.pem
              key_file: /app/cert.pem
              cert_file: /app/cert.pem
            headers:
              - name: api-key
                value: "1234"
            headers_list: "api-key=1234"
            compression: gzip
            max_request_size: 67108864
            max_response_size: 4194304
            timeout: 10000
            encoding: protobuf
            temporality_preference: cumulative
            default_histogram_aggregation: explicit_bucket_histogram
        cardinality_limits: *limits
    - periodic:
        exporter:
          otlp_grpc:
            endpoint: http://localhost:1
            tls: {ca_file: , key_file: , cert_file: , insecure: false}
            headers: [{name: api-key, value: "1234"}]
            compression: gzip
            timeout: 10000
            temporality_preference: delta
            default_histogram_aggregation: base2_exponential_bucket_histogram
    - periodic:
        exporter:
          otlp_file/development:
            output_stream: file:///var/log/metrics.jsonl
            temporality_preference: delta
    - periodic:
        exporter:
          console:
            temporality_preference: cumulative
            default_histogram_aggregation: explicit_bucket_histogram
  views:
    - selector:
        instrument_name: my_instrument
        instrument_type: histogram
        unit: ms
        meter_name: my-meter
        meter_version: 1.0.0
        meter_schema_url: https://opentelemetry.io/schemas/1.16.0
      stream:
        name: new_instrument_name
        description: new_description
        aggregation:
          explicit_bucket_histogram:
            boundaries: [0.0, 5.0, 10.0]
            record_min_max: true
        aggregation_cardinality_limit: 2000
        attribute_keys:
          included: [foo.*]
          excluded: [foo.bar]
    - selector: {instrument_name: "*"}
      stream:
        aggregation:
          base2_exponential_bucket_histogram: {max_scale: 20, max_size: 160, record_min_max: true}
  exemplar_filter: trace_based
  meter_configurator/development:
    default_config: {enabled: true}
    meters:
      - name: io.opentelemetry.contrib.*
        config: {enabled: false}
instrumentation/development:
  general:
    http:
      semconv: {version: 1, experimental: true, dual_emit: true}
      client: {request_captured_headers: [Content-Type], known_methods: [GET]}
      server: {response_captured_headers: [Content-Type], known_methods: [GET, BREW]}
    db:
      semconv: {version: 1}
    stability_opt_in_list: http/dup
  rust:
    example: {property: value}
"#;

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
