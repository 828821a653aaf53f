//! `docs/configuration.md` lists every variable and every builder method, and a test for each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::sources;

#[test]
fn every_variable_that_is_read_is_in_the_document_and_no_other() {
    let mut read = BTreeSet::new();
    for source in sources::below("sdk/src") {
        let tested = source.find("#[cfg(test)]").unwrap_or(source.len());
        read.extend(source[..tested].split('"').skip(1).step_by(2).filter_map(variable));
    }
    assert!(read.len() > 20, "{read:?}");
    let documented = ["OTEL_", "KYMO_"].map(rows).into_iter();
    let documented: BTreeSet<_> = documented.flat_map(BTreeMap::into_keys).collect();
    assert_eq!(documented, read);
}

#[test]
fn every_builder_method_is_in_the_document_and_no_other() {
    let methods = methods();
    assert!(methods.len() > 20, "{methods:?}");
    let documented = ["TelemetryBuilder::", "InjectedBuilder::", "Otlp::", "View::"].map(rows);
    let documented: BTreeSet<_> = documented.into_iter().flat_map(BTreeMap::into_keys).collect();
    assert_eq!(documented, methods);
}

#[test]
fn a_builder_with_a_provider_of_its_own_lacks_nothing_but_what_is_up_to_that_provider() {
    let methods = methods();
    let of = |owner: &str| -> BTreeSet<&str> {
        methods.iter().filter_map(|method| method.strip_prefix(owner)?.strip_prefix("::")).collect()
    };
    let (whole, injected) = (of("TelemetryBuilder"), of("InjectedBuilder"));
    let lacking: Vec<_> = whole.difference(&injected).copied().collect();
    // The resource, the readers, the views, and the page of a bridge that is built already.
    let of_provider = [
        "also_named",
        "attribute",
        "attribute_value_limit",
        "common_attribute",
        "console",
        "detect_container",
        "detect_host",
        "detect_kubernetes",
        "detect_process",
        "namespace",
        "objective",
        "otlp",
        "otlp_with",
        "prometheus",
        "reader",
        "registry",
        "translation",
        "version",
        "view",
        "without_dropped_attributes",
        "without_scope_info",
        "without_target_info",
    ];
    assert_eq!(lacking, of_provider);
    assert!(injected.is_subset(&whole), "{injected:?}");
}

/// Every public method of the builders, such as `Otlp::endpoint`.
fn methods() -> BTreeSet<String> {
    let mut methods = BTreeSet::new();
    for source in sources::below("sdk/src") {
        let mut owner = None;
        for line in source.lines() {
            if let Some(block) = line.strip_prefix("impl ") {
                owner = ["TelemetryBuilder", "InjectedBuilder", "Otlp", "View"]
                    .into_iter()
                    .find(|known| block.trim_end_matches(" {") == *known);
            }
            let method =
                line.trim().strip_prefix("pub fn ").and_then(|rest| rest.split(['(', '<']).next());
            if let (Some(owner), Some(method)) = (owner, method) {
                methods.insert(format!("{owner}::{method}"));
            }
        }
    }
    methods
}

#[test]
fn every_key_that_decides_a_setting_is_in_the_document() {
    let folders = ["sdk/src/configuration/config_file", "sdk/src/configuration/environment"];
    let sources = folders.map(sources::below).concat();
    let prefixes =
        ["meter_provider.", "resource.", "instrumentation/development.", "distribution."];
    let mut keys = BTreeSet::new();
    for source in &sources {
        let tested = source.find("#[cfg(test)]").unwrap_or(source.len());
        let texts = source[..tested].split('"').skip(1).step_by(2);
        keys.extend(texts.filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix))));
    }
    assert!(keys.len() > 20, "{keys:?}");
    let documented = rows("");
    for key in keys {
        assert!(documented.contains_key(key), "no row is about `{key}`");
    }
}

#[test]
fn the_file_of_the_document_is_accepted_whole() {
    let document = fs::read_to_string(sources::root().join("docs/configuration.md")).unwrap();
    let (_, rest) = document.split_once("```yaml\n").unwrap();
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(&file, rest.split_once("```").unwrap().0).unwrap();
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("A", "b")];
    let telemetry = kymo::Telemetry::for_service("shop")
        .environment(variables)
        .config_file(file.path())
        .build()
        .unwrap();
    let description = telemetry.describe();
    for (name, value) in [
        ("prometheus.host", "0.0.0.0"),
        ("otlp.endpoint", "http://127.0.0.1:1/v1/metrics"),
        ("otlp.interval", "15s"),
        ("otlp.compression", "gzip"),
        ("otlp.header.authorization", "***"),
        ("resource.service.name", "bookshop"),
        ("view.http.server.request.duration", "buckets [0.01, 0.1, 1.0, 10.0], without url.scheme"),
    ] {
        assert_eq!(description.get(name).unwrap().value, value, "{description}");
    }
}

#[test]
fn every_claim_of_the_document_names_a_test_that_exists() {
    let tests = sources::tests();
    for (subject, row) in rows("") {
        for cited in row.last().unwrap().split(", ").map(|test| test.trim_matches('`')) {
            assert!(tests.contains(cited), "{subject} cites `{cited}`, which is no test");
        }
    }
}

/// The rows of the tables of the document whose first cell begins with `prefix`.
fn rows(prefix: &str) -> BTreeMap<String, Vec<String>> {
    let document = fs::read_to_string(sources::root().join("docs/configuration.md")).unwrap();
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    let mut known = BTreeMap::new();
    for row in rows {
        // An empty cell is written `| |`.
        let row = row.replace(" | | ", " |  | ");
        let cells: Vec<String> = row.split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let subject = cells[0].trim_end_matches('`').to_owned();
        if subject.starts_with(prefix) {
            assert!(cells.len() == 4, "{row}");
            assert!(known.insert(subject, cells).is_none(), "twice: {row}");
        }
    }
    assert!(!known.is_empty(), "no row begins with {prefix}");
    known
}

fn variable(text: &str) -> Option<String> {
    let rest = text.strip_prefix("OTEL_").or_else(|| text.strip_prefix("KYMO_"))?;
    let is_name = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_name.then(|| text.to_owned())
}
