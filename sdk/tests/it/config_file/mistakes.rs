//! Files that stop the start, and that say why.

use std::fs;

use kymo::{ConfigFileError, InstallError, Telemetry};
use proptest::prelude::*;

use super::{Config, mistake};

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
    let error = Telemetry::for_service("shop").config_file("/nowhere/otel.yaml").build();
    let error = error.unwrap_err();
    let is_read = matches!(&error, InstallError::ConfigFile(ConfigFileError::Read { .. }));
    let text = error.to_string();
    assert!(is_read && text.contains("/nowhere/otel.yaml") && text.contains("path"), "{text}");

    let config = Config::new("");
    for bytes in [b"a: \xff".to_vec(), vec![b' '; (1 << 20) + 1]] {
        fs::write(config.path(), bytes).unwrap();
        assert!(mistake(&config).contains("cannot read"));
    }
}

#[test]
fn every_mistake_is_told_with_its_line_its_key_and_a_remedy() {
    let meters = "file_format: \"1.1\"\nmeter_provider:\n";
    for (yaml, place, remedy) in [
        ("", "line 1:", "write file_format: \"1.1\""),
        ("- 1", "line 1:", "this is a list; write keys"),
        ("a: [1", "line 1:", "not YAML"),
        ("a: ${1}", "line 1:", "write ${NAME}"),
        ("disabled: true", "line 1:", "`file_format` is missing"),
        ("file_format:", "line 1:", "`file_format` is missing"),
        ("file_format: 1.1", "line 1, `file_format`", "put it in quotes"),
        ("file_format: \"0.4\"", "line 1, `file_format`", "write \"1.1\""),
        ("file_format: \"2.0\"", "line 1, `file_format`", "write \"1.1\""),
        ("file_format: \"1\"", "line 1, `file_format`", "write \"1.1\""),
        ("file_format: \"1.1\"\ndisabled: 1", "line 2, `disabled`", "write true or false"),
        ("file_format: \"1.1\"\nlog_level: [a]", "line 2, `log_level`", "write text"),
        ("file_format: \"1.1\"\nresource: a", "line 2, `resource`", "write keys with values"),
        (&format!("{meters}  views: []"), "line 3, `meter_provider.views`", "empty list"),
        (
            &format!("{meters}  exemplar_filter: always_on"),
            "line 3, `meter_provider`",
            "`readers` is",
        ),
        (
            &format!("{meters}  exemplar_filter: never"),
            "line 3, `meter_provider.exemplar_filter`",
            "write one of always_on, always_off, trace_based",
        ),
        (&format!("{meters}  readers: 1"), "line 3, `meter_provider.readers`", "write a list"),
        (
            &format!("{meters}  readers:\n  - push: "),
            "line 4, `meter_provider.readers[0].push`",
            "write periodic or pull",
        ),
        (
            &format!("{meters}  readers:\n  - periodic:\n      interval: 1"),
            "line 5, `meter_provider.readers[0].periodic`",
            "`exporter` is missing",
        ),
        (
            &format!("{meters}  readers:\n  - periodic:\n      interval: -1"),
            "line 5, `meter_provider.readers[0].periodic.interval`",
            "a whole number from 0 to 2147483647",
        ),
        (
            &format!("{meters}  readers:\n  - periodic: {{exporter: {{a: , b: }}}}"),
            "line 4, `meter_provider.readers[0].periodic.exporter`",
            "exactly one key",
        ),
        (
            &format!(
                "{meters}  readers:\n  - pull: {{exporter: {{prometheus/development: {{port: 65536}}}}}}"
            ),
            "`meter_provider.readers[0].pull.exporter.prometheus/development.port`",
            "from 0 to 65535",
        ),
        (
            "file_format: \"1.1\"\ninstrumentation/development: {general: {http: {server: {known_methods: [a b]}}}}",
            "`instrumentation/development.general.http.server.known_methods[0]`",
            "such as GET",
        ),
    ] {
        let text = mistake(&Config::new(yaml));
        assert!(text.contains(place) && text.contains(remedy), "{yaml}: {text}");
    }
}

/// Each object of the schema that is ours to read, and has no other keys.
#[test]
fn a_key_that_the_schema_has_not_is_a_mistake_and_in_a_newer_file_a_report() {
    let readers = "readers: [{periodic: {exporter: {console: }}}]";
    let reader = |reader: &str| format!("meter_provider: {{readers: [{reader}]}}");
    let view = |view: &str| format!("meter_provider: {{{readers}, views: [{view}]}}");
    let periodic = |exporter: &str| reader(&format!("{{periodic: {{exporter: {{{exporter}}}}}}}"));
    let pull = |options: &str| {
        reader(&format!("{{pull: {{exporter: {{prometheus/development: {{{options}}}}}}}}}"))
    };
    for yaml in [
        format!("meter_provider: {{{readers}, speed: 1}}"),
        reader("{periodic: {exporter: {console: }, speed: 1}}"),
        reader("{pull: {exporter: {prometheus/development: }, speed: 1}}"),
        reader("{periodic: {exporter: {console: }, cardinality_limits: {speed: 1}}}"),
        pull("speed: 1"),
        pull("resource_constant_labels: {speed: [a]}"),
        pull("port/development: 9"),
        pull("without_target_info/development/development: true"),
        periodic("console: {speed: 1}"),
        periodic("otlp_http: {speed: 1}"),
        periodic("otlp_http: {tls: {speed: a}}"),
        periodic("otlp_http: {tls: {insecure: true}}"),
        periodic("otlp_grpc: {speed: 1}"),
        periodic("otlp_grpc: {encoding: protobuf, speed: 1}"),
        view("{selector: {}, stream: {}, speed: 1}"),
        view("{selector: {speed: 1}, stream: {}}"),
        view("{selector: {}, stream: {speed: 1}}"),
        view("{selector: {}, stream: {attribute_keys: {speed: [a]}}}"),
        view("{selector: {}, stream: {aggregation: {explicit_bucket_histogram: {speed: 1}}}}"),
        view(
            "{selector: {}, stream: {aggregation: {base2_exponential_bucket_histogram: {speed: 1}}}}",
        ),
        "resource: {speed: 1}".to_owned(),
        "resource: {attributes: [{name: a, value: b, speed: 1}]}".to_owned(),
        "resource: {detection/development: {speed: 1}}".to_owned(),
        "instrumentation/development: {speed: 1}".to_owned(),
        "instrumentation/development: {general: {speed: 1}}".to_owned(),
        "instrumentation/development: {general: {http: {speed: 1}}}".to_owned(),
        "instrumentation/development: {general: {http: {server: {speed: 1}}}}".to_owned(),
    ] {
        let text = mistake(&Config::new(&format!("file_format: \"1.1\"\n{yaml}\n")));
        assert!(text.contains("no such key") && text.contains("line 2"), "{yaml}: {text}");
        let is_first = ["speed`", "encoding`", "insecure`", "/development`"]
            .iter()
            .any(|key| text.contains(key));
        assert!(is_first, "{yaml}: {text}");
        let newer = Config::new(&format!("file_format: \"1.2\"\n{yaml}\n"));
        let reports = newer.reported();
        let about = reports.iter().filter(|report| report.contains("no such key"));
        assert!(about.count() >= 1, "{yaml}: {reports:?}");
    }
    // What kymo itself adds to the schema has one version.
    for yaml in ["{kymo: {speed: 1}}", "{kymo: {prometheus: {web_config: a}}}"] {
        for version in ["1.1", "1.2"] {
            let text = format!("file_format: \"{version}\"\ndistribution: {yaml}\n");
            let text = mistake(&Config::new(&text));
            assert!(text.contains("kymo has no such key"), "{text}");
        }
    }
}

#[test]
fn a_newer_minor_version_is_read_and_reported() {
    for (version, reports) in [("1.0", 0), ("1.0-rc.2", 0), ("1.1", 0), ("1.2", 1)] {
        let config = Config::new(&format!("file_format: \"{version}\""));
        assert_eq!(config.reported().len(), reports, "{version}");
    }
}

#[test]
fn what_is_for_others_and_what_nobody_knows_is_said_once() {
    let config = Config::new(
        "file_format: \"1.1\"\n\
         tracer_provider: {processors: [{batch: }]}\n\
         logger_provider: {processors: []}\n\
         propagator: {composite: [{tracecontext: }]}\n\
         attribute_limits: {attribute_count_limit: 128}\n\
         distribution: {vendor: {a: 1}}\n\
         extra: 1\n\
         instrumentation/development: {java: {a: {}}, general: {db: {}, http: {client: {}, server: {request_captured_headers: [a]}}}}\n",
    );
    let reports = config.reported();
    for key in [
        "tracer_provider",
        "logger_provider",
        "propagator",
        "attribute_limits",
        "distribution.vendor",
        "extra",
        "instrumentation/development.java",
        "instrumentation/development.general.db",
        "general.http.client",
        "general.http.server.request_captured_headers",
    ] {
        let about = reports.iter().filter(|report| report.contains(&format!("{key}` (line ")));
        assert_eq!(about.count(), 1, "{key}: {reports:?}");
    }
    assert_eq!(reports.len(), 10, "{reports:?}");
}

/// Something that could be in a configuration file, or not.
fn yaml() -> impl Strategy<Value = String> {
    let scalar =
        "(|1|-1|1\\.5|true|x|\"x\"|\\[\\]|\\[x\\]|\\{\\}|\\{name: x, value: 1\\}|\\$\\{X\\}|\\*a)";
    let key = proptest::sample::select(vec![
        "file_format",
        "disabled",
        "resource",
        "meter_provider",
        "readers",
        "views",
        "periodic",
        "pull",
        "exporter",
        "otlp_http",
        "console",
        "prometheus/development",
        "interval",
        "attributes",
        "detectors",
        "headers",
        "headers_list",
        "tls",
        "selector",
        "stream",
        "aggregation",
        "attribute_keys",
        "included",
        "cardinality_limits",
        "instrumentation/development",
        "general",
        "http",
        "server",
        "known_methods",
    ]);
    let line =
        (0..8_usize, proptest::bool::ANY, key, scalar).prop_map(|(indent, item, key, value)| {
            format!("{}{}{key}: {value}\n", "  ".repeat(indent), if item { "- " } else { "" })
        });
    proptest::collection::vec(line, 0..12)
        .prop_map(|lines| format!("file_format: \"1.1\"\n{}", lines.concat()))
}

/// A file of sound structure with unsound values.
fn sound_yaml() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "",
        "1",
        "-1",
        "1.5",
        "true",
        "x",
        "\"1\"",
        "[]",
        "[x]",
        "[1]",
        "{}",
        "[{name: x, value: y}]",
        "{included: [x]}",
        "{console: }",
        "{otlp_http: {timeout: x}}",
        "{drop: }",
        "{x: , y: }",
    ]);
    (leaf.clone(), leaf.clone(), leaf.clone(), leaf.clone(), leaf.clone(), leaf).prop_map(
        |(a, b, c, d, e, f)| {
            format!(
                "file_format: \"1.1\"\ndisabled: {a}\nresource: {{attributes: {b}, attributes_list: {c}}}\n\
                 meter_provider:\n  readers:\n  - pull:\n      exporter: {{prometheus/development: {{port: {d}}}}}\n\
                 \x20     cardinality_limits: {e}\n  views:\n  - selector: {f}\n    stream: {{aggregation: {a}, \
                 attribute_keys: {b}, aggregation_cardinality_limit: {c}}}\n"
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_file_makes_the_start_panic(text in prop_oneof![yaml(), sound_yaml(), ".{0,60}".boxed()]) {
        let config = Config::new(&text);
        match config.deployed(&[("OTEL_SDK_DISABLED", "true")]).build() {
            Ok(telemetry) => drop(telemetry),
            Err(error) => prop_assert!(matches!(error, InstallError::ConfigFile(_)), "{}", error),
        }
    }
}
