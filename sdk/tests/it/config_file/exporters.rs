//! Readers and their exporters.

use kymo::configuration::Origin;

use super::{Config, indented, is, mistake};

/// A periodic reader with the options `yaml` of the exporter `name`.
fn exporter(name: &str, yaml: &str) -> Config {
    let indented = indented(yaml, 10);
    Config::of_meters(&format!(
        "readers:\n  - periodic:\n      exporter:\n        {name}:\n{indented}"
    ))
}

#[test]
fn each_option_of_the_otlp_exporters_has_its_effect() {
    for (option, name, shown, http, grpc) in [
        (
            "endpoint: http://c:1/otel",
            "otlp.endpoint",
            "http://c:1/otel",
            "meter_provider.readers[].periodic.exporter.otlp_http.endpoint",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.endpoint",
        ),
        (
            "timeout: 1500",
            "otlp.timeout",
            "1.5s",
            "meter_provider.readers[].periodic.exporter.otlp_http.timeout",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.timeout",
        ),
        (
            "compression: gzip",
            "otlp.compression",
            "gzip",
            "meter_provider.readers[].periodic.exporter.otlp_http.compression",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.compression",
        ),
        (
            "compression: zstd",
            "otlp.compression",
            "zstd",
            "meter_provider.readers[].periodic.exporter.otlp_http.compression",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.compression",
        ),
        (
            "temporality_preference: low_memory",
            "otlp.temporality",
            "lowmemory",
            "meter_provider.readers[].periodic.exporter.otlp_http.temporality_preference",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.temporality_preference",
        ),
        (
            "tls: {ca_file: /ca.pem}",
            "otlp.certificate",
            "/ca.pem",
            "meter_provider.readers[].periodic.exporter.otlp_http.tls.ca_file",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.ca_file",
        ),
        (
            "tls: {cert_file: /cert.pem, key_file: /key.pem}",
            "otlp.client_certificate",
            "/cert.pem",
            "meter_provider.readers[].periodic.exporter.otlp_http.tls.cert_file",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.cert_file",
        ),
        (
            "tls: {cert_file: /cert.pem, key_file: /key.pem}",
            "otlp.client_key",
            "/key.pem",
            "meter_provider.readers[].periodic.exporter.otlp_http.tls.key_file",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.key_file",
        ),
        (
            "headers: [{name: api-key, value: hush}]",
            "otlp.header.api-key",
            "***",
            "meter_provider.readers[].periodic.exporter.otlp_http.headers",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.headers",
        ),
        (
            "default_histogram_aggregation: base2_exponential_bucket_histogram",
            "view.*",
            "exponential buckets",
            "meter_provider.readers[].periodic.exporter.otlp_http.default_histogram_aggregation",
            "meter_provider.readers[].periodic.exporter.otlp_grpc.default_histogram_aggregation",
        ),
    ] {
        exporter("otlp_http", option).says(name, shown, http);
        exporter("otlp_grpc", option).says(name, shown, grpc);
        assert_eq!(exporter("otlp_http", option).reported(), [""; 0], "{option}");
    }
    exporter("otlp_grpc", "tls: {insecure: true}").says(
        "otlp.insecure",
        "true",
        "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.insecure",
    );
}

#[test]
fn the_kind_of_exporter_is_the_protocol() {
    let http = exporter("otlp_http", "");
    let key = "meter_provider.readers[].periodic.exporter.otlp_http";
    http.says("otlp.protocol", "http/protobuf", key);
    is(http.deployed(&[]), "otlp.endpoint", "http://localhost:4318/v1/metrics", Origin::Default);
    let grpc = exporter("otlp_grpc", "");
    grpc.says("otlp.protocol", "grpc", "meter_provider.readers[].periodic.exporter.otlp_grpc");
    is(grpc.deployed(&[]), "otlp.endpoint", "http://localhost:4317", Origin::Default);
    grpc.says("otlp", "on", "meter_provider.readers[]");
    let console = exporter("console", "");
    console.says("console", "on", "meter_provider.readers[]");
    console.says("otlp", "off", "meter_provider.readers[]");
}

#[test]
fn headers_of_both_keys_are_sent_and_never_shown() {
    let yaml = "headers_list: \"x-a=hush%20hush,x-b=hush\"\n\
                headers:\n  - {name: X-B, value: \"hush, hush=%\"}\n  - {name: x-c, value: }";
    let config = exporter("otlp_http", yaml);
    let telemetry = config.deployed(&[]).build().unwrap();
    let text = telemetry.describe().to_string();
    let shown: Vec<_> = text.lines().filter(|line| line.starts_with("otlp.header.")).collect();
    assert_eq!(shown.len(), 2, "{text}");
    assert!(shown[0].contains("x-a") && shown[1].contains("X-B"), "{text}");
    assert!(!text.contains("hush"), "{text}");
    for wrong in [
        "headers: [{name: \"a b\", value: hush}]",
        "headers: [{name: a, value: [hush]}]",
        "headers: [{name: a, hush: a}]",
        "headers: [{value: hush}]",
        "headers: {a: hush}",
        "headers_list: hush",
        "headers_list: [hush]",
    ] {
        let text = mistake(&exporter("otlp_http", wrong));
        let told = text.split(" line ").nth(1).unwrap();
        assert!(told.contains("headers"), "{wrong}: {text}");
        assert!(!told.replace(".hush", "").contains("hush"), "{wrong}: {text}");
    }
}

#[test]
fn each_periodic_reader_has_its_own_schedule() {
    let config = Config::of_meters(
        "readers:\n\
         - periodic: {interval: 1500, timeout: 20, exporter: {otlp_http: }}\n\
         - periodic: {interval: 5000, exporter: {console: }}\n",
    );
    let interval = "meter_provider.readers[].periodic.interval";
    let timeout = "meter_provider.readers[].periodic.timeout";
    config.says("otlp.interval", "1.5s", interval);
    config.says("otlp.export_timeout", "20ms", timeout);
    config.says("console.interval", "5s", interval);
    config.says("console.export_timeout", "30s", timeout);
}

#[test]
fn a_time_without_end_is_reported_and_is_the_default() {
    let yaml = "readers:\n- periodic: {interval: 0, exporter: {otlp_http: {timeout: 0}}}\n";
    let config = Config::of_meters(yaml);
    is(config.deployed(&[]), "otlp.timeout", "10s", Origin::Default);
    let telemetry = config.deployed(&[]).build().unwrap();
    assert_eq!(telemetry.describe().get("otlp.interval").unwrap().value, "60s");
    let reports = config.reported().join("\n");
    assert!(reports.contains("`meter_provider.readers[0].periodic.interval`"), "{reports}");
    assert!(reports.contains("otlp_http.timeout` (line 4)"), "{reports}");
}

#[test]
fn each_reader_that_pushes_does_and_a_second_page_is_an_error_that_says_what_to_do() {
    let yaml = "readers:\n\
                - periodic: {exporter: {otlp_http: {endpoint: \"http://a:1\", timeout: 1}}}\n\
                - periodic: {interval: 7000, exporter: {otlp_grpc: {endpoint: \"http://b:1\"}}}\n\
                - periodic: {exporter: {console: }}\n\
                - periodic: {interval: 9000, exporter: {console: }}\n\
                - periodic: {exporter: {otlp_http: {endpoint: \"http://c:1/v1/metrics\", headers: [{name: k, value: hush}]}}}\n\
                - pull: {exporter: {prometheus/development: {port: 1}}}\n";
    let config = Config::of_meters(yaml);
    let telemetry = config.deployed(&[]).build().unwrap();
    let description = telemetry.describe();
    for (name, value) in [
        ("otlp.endpoint", "http://a:1"),
        ("otlp.timeout", "1ms"),
        ("otlp.interval", "60s"),
        ("otlp[1].endpoint", "http://b:1"),
        ("otlp[1].protocol", "grpc"),
        ("otlp[1].timeout", "10s"),
        ("otlp[1].interval", "7s"),
        ("otlp[2].endpoint", "http://c:1/v1/metrics"),
        ("otlp[2].protocol", "http/protobuf"),
        ("otlp[2].header.k", "***"),
        ("console.interval", "60s"),
        ("console[1].interval", "9s"),
        ("prometheus.port", "1"),
    ] {
        assert_eq!(description.get(name).unwrap().value, value, "{name}\n{description}");
    }
    assert_eq!(description.get("otlp[1].header.k"), None);
    assert_eq!(config.reported(), [""; 0]);
    for name in ["prometheus", "prometheus/development"] {
        let second = format!("{yaml}- pull: {{exporter: {{{name}: {{port: 2}}}}}}\n");
        let message = mistake(&Config::of_meters(&second));
        assert!(
            message.contains("readers[6].pull") && message.contains("leave out this"),
            "{message}"
        );
    }
}

#[test]
fn a_further_receiver_that_cannot_be_is_an_error_with_its_own_line() {
    let config = Config::of_meters(
        "readers:\n- periodic: {exporter: {otlp_http: {endpoint: \"http://a:1\"}}}\n\
         - periodic: {exporter: {otlp_http: {endpoint: \"ftp://b\"}}}\n",
    );
    let text = mistake(&config);
    assert!(text.contains("readers[1].periodic.exporter.otlp_http.endpoint"), "{text}");
    assert!(text.contains("line 5"), "{text}");
    let config = Config::of_meters(
        "readers:\n- periodic: {exporter: {otlp_http: {endpoint: \"ftp://a\"}}}\n\
         - periodic: {exporter: {otlp_http: {endpoint: \"http://b:1\"}}}\n",
    );
    let text = mistake(&config);
    assert!(text.contains("readers[0].periodic") && text.contains("line 4"), "{text}");
}

#[test]
fn histograms_are_exponential_if_any_receiver_wants_them_so() {
    let config = Config::of_meters(
        "readers:\n- periodic: {exporter: {otlp_http: {endpoint: \"http://a:1\"}}}\n\
         - periodic: {exporter: {otlp_http: {endpoint: \"http://b:1\", \
         default_histogram_aggregation: base2_exponential_bucket_histogram}}}\n",
    );
    let key = "meter_provider.readers[].periodic.exporter.otlp_http.default_histogram_aggregation";
    config.says("view.*", "exponential buckets", key);
}

#[test]
fn what_kymo_cannot_do_is_said_and_the_rest_is_done() {
    for (yaml, key) in [
        ("- periodic: {exporter: {otlp_file/development: }}", "otlp_file/development"),
        ("- periodic: {exporter: {vendor: {a: 1}}}", "vendor"),
        ("- pull: {exporter: {vendor: }}", "vendor"),
        ("- periodic: {exporter: {console: }, producers: [{opencensus: }]}", "producers"),
        ("- periodic: {exporter: {console: }, max_export_batch_size/development: 9}", "batch"),
        ("- periodic: {exporter: {console: {temporality_preference: delta}}}", "temporality"),
        ("- periodic: {exporter: {otlp_http: {encoding: json}}}", "encoding"),
        ("- periodic: {exporter: {otlp_http: {compression: brotli}}}", "compression"),
        ("- periodic: {exporter: {otlp_http: {max_request_size: 1000}}}", "max_request_size"),
        ("- periodic: {exporter: {otlp_http: {max_response_size: 1000}}}", "max_response_size"),
        (
            "- periodic: {exporter: {console: {default_histogram_aggregation: base2_exponential_bucket_histogram}}}",
            "default_histogram_aggregation",
        ),
    ] {
        let config = Config::of_meters(&format!("readers:\n{yaml}\n"));
        let reports = config.reported();
        let [report] = &*reports else { panic!("{yaml}: {reports:?}") };
        let told = report.contains("WARN") && report.contains(key) && report.contains("ignored");
        assert!(told, "{yaml}: {report}");
    }
}

#[test]
fn a_receiver_that_cannot_be_is_an_error_with_its_key() {
    for (yaml, key) in [
        ("otlp_http: {endpoint: \"ftp://c\"}", "readers[1].periodic.exporter.otlp_http.endpoint"),
        (
            "otlp_grpc: {endpoint: \"https://c\", tls: {ca_file: /nowhere.pem}}",
            "readers[1].periodic.exporter.otlp_grpc.tls.ca_file",
        ),
        (
            "otlp_http: {headers: [{name: a, value: \"b\\nc\"}]}",
            "readers[1].periodic.exporter.otlp_http.headers",
        ),
    ] {
        let config = Config::of_meters(&format!(
            "readers:\n- periodic: {{exporter: {{console: }}}}\n- periodic: {{exporter: {{{yaml}}}}}\n"
        ));
        let text = mistake(&config);
        assert!(text.contains(key) && text.contains("line 5"), "{yaml}: {text}");
    }
}
