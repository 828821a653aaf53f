//! `compose.yaml`, and what it mounts.

use std::{collections::BTreeSet, fs};

use integration_tests::promtool;
use serde_json::Value;

use super::{are_arguments_of_a_bookshop, document, folder, list, read, text};

const BOOKSHOPS: [&str; 2] = ["bookshop", "bookshop-pushing"];

/// Where each mount of a service leads from and to.
fn mounts(service: &Value) -> Vec<(&str, &str)> {
    let mounts = list(&service["volumes"]).map(|mount| {
        let parts: Vec<_> = text(mount).split(':').collect();
        let [from, to, "ro"] = parts[..] else { panic!("{mount} is not read only") };
        (from, to)
    });
    mounts.collect()
}

/// Asserts that an address such as `http://prometheus:9090/…` is that of a service.
#[track_caller]
fn is_of_a_service(address: &str, services: &Value, port: &str) {
    let rest = address.trim_start_matches("http://").trim_start_matches("redis://");
    let place = rest.split('/').next().unwrap();
    let (host, found) = place.split_once(':').unwrap_or((place, port));
    assert!(services.get(host).is_some(), "{address} is of no service");
    assert_eq!(found, port, "{address}");
}

#[test]
fn every_file_that_is_mounted_is_there_and_every_service_that_is_named() {
    let compose = document("compose.yaml");
    let services = &compose["services"];
    let mut mounted = 0;
    for (name, service) in services.as_object().unwrap() {
        assert!(service.get("image").is_some() != service.get("build").is_some(), "{name}");
        if let Some(image) = service.get("image") {
            let (_, tag) = text(image).split_once(':').unwrap();
            assert!(tag.chars().any(|c| c.is_ascii_digit()), "{name} is of whichever version");
        }
        for (from, to) in mounts(service) {
            assert!(folder().join(from).exists(), "{name} mounts {from}");
            assert!(to.starts_with('/'), "{name} mounts to {to}");
            mounted += 1;
        }
        for other in list(&service["depends_on"]) {
            assert!(services.get(text(other)).is_some(), "{name} waits for {other}");
        }
        for port in list(&service["ports"]) {
            assert!(text(port).starts_with("127.0.0.1:"), "{name} is open to everybody");
        }
    }
    assert!(mounted >= 12, "{mounted} mounts");
}

#[test]
fn the_bookshops_are_what_the_image_has_and_find_whom_they_speak_to() {
    let compose = document("compose.yaml");
    let services = &compose["services"];
    for name in BOOKSHOPS {
        let service = &services[name];
        let build = &service["build"];
        let root = folder().join(text(&build["context"]));
        assert!(
            root.join(text(&build["dockerfile"])).is_file() && root.join("Cargo.lock").is_file()
        );
        let arguments: Vec<_> = list(&service["command"]).map(text).collect();
        are_arguments_of_a_bookshop(&arguments, 8080);
        let redis = arguments.iter().find(|argument| argument.starts_with("redis://"));
        if let Some(redis) = redis {
            is_of_a_service(redis, services, "6379");
        }
    }
    let known = fs::read_to_string(folder().join("../docs/configuration.md")).unwrap();
    let environment = services["bookshop-pushing"]["environment"].as_object().unwrap();
    for (variable, value) in environment {
        assert!(known.contains(&format!("| `{variable}` |")), "{variable}");
        assert!(value.is_string(), "{variable} is {value}");
    }
    is_of_a_service(text(&environment["OTEL_EXPORTER_OTLP_ENDPOINT"]), services, "4318");
    let targets = &document("prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"];
    for target in list(targets) {
        is_of_a_service(text(target), services, "8080");
    }
    assert!(!read("prometheus.yml").contains("pushing"), "it would be counted twice");
}

#[test]
fn prometheus_takes_its_configuration_with_what_is_mounted_beside_it() {
    let compose = document("compose.yaml");
    let service = &compose["services"]["prometheus"];
    let command: Vec<_> = list(&service["command"]).map(text).collect();
    let files = tempfile::tempdir().unwrap();
    for (from, to) in mounts(service) {
        let name = to.strip_prefix("/etc/prometheus/").unwrap();
        fs::copy(folder().join(from), files.path().join(name)).unwrap();
    }
    assert!(command.contains(&"--config.file=/etc/prometheus/prometheus.yml"));
    let said = promtool::check_config(&files.path().join("prometheus.yml")).unwrap();
    assert!(said.contains("34 rules found"), "{said}");
}

#[test]
fn grafana_finds_every_board_and_its_source() {
    let compose = document("compose.yaml");
    let service = &compose["services"]["grafana"];
    let provider = document("grafana/provisioning/dashboards/kymo.yaml");
    let path = text(&provider["providers"][0]["options"]["path"]).to_owned();
    let mounts = mounts(service);
    let boards: BTreeSet<_> =
        mounts.iter().filter_map(|(_, to)| to.strip_prefix(&format!("{path}/"))).collect();
    let made = fs::read_dir(folder().join("../dashboards")).unwrap();
    let made = made.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let made: BTreeSet<_> =
        made.filter(|name| name.split_once('.').is_some_and(|(_, it)| it == "json")).collect();
    assert_eq!(boards, made.iter().map(String::as_str).collect());
    let home = text(&service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
    assert!(mounts.iter().any(|(_, to)| *to == home), "{home}");
    assert!(mounts.contains(&("./grafana/provisioning", "/etc/grafana/provisioning")));
    let sources = document("grafana/provisioning/datasources/prometheus.yaml");
    let source = &sources["datasources"][0];
    assert_eq!((text(&source["type"]), &source["isDefault"]), ("prometheus", &Value::Bool(true)));
    is_of_a_service(text(&source["url"]), &compose["services"], "9090");
    let interval = &document("prometheus.yml")["global"]["scrape_interval"];
    assert_eq!(&source["jsonData"]["timeInterval"], interval, "a rate would look back too short");
}

#[test]
fn the_collector_has_what_its_pipelines_name() {
    let compose = document("compose.yaml");
    let collector = document("collector.yaml");
    let pipelines = collector["service"]["pipelines"].as_object().unwrap();
    for (name, pipeline) in pipelines {
        for (kind, parts) in pipeline.as_object().unwrap() {
            for part in list(parts) {
                assert!(collector[kind].get(text(part)).is_some(), "{name}: {kind}: {part}");
            }
        }
    }
    let http = &collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"];
    assert_eq!(text(http), "0.0.0.0:4318");
    let endpoint = text(&collector["exporters"]["otlphttp"]["endpoint"]);
    is_of_a_service(endpoint, &compose["services"], "9090");
    assert!(endpoint.ends_with("/api/v1/otlp"), "{endpoint}");
    let command: Vec<_> = list(&compose["services"]["prometheus"]["command"]).map(text).collect();
    assert!(command.contains(&"--web.enable-otlp-receiver"));
}
