//! The detectors on machines of other people, whose files are in `tests/fixtures`.

use std::{env, path::Path};

use opentelemetry::KeyValue;

use super::{Machine, container, host, kubernetes, process};
use crate::{Telemetry, configuration::environment::Environment};

const CONTAINER: &str = "3f4e0c1d5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f";
const POD: &str = "0d6c2f5e-8f7a-4d6e-9b1c-2a3b4c5d6e7f";

type Attributes = Vec<(String, String)>;

fn on(
    name: &str,
    variables: &[(&str, &str)],
    detect: fn(&Machine<'_>) -> Vec<KeyValue>,
) -> Attributes {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    assert!(root.exists(), "{}", root.display());
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let environment: Environment = variables.collect();
    texts(detect(&Machine::at(&root, &environment)))
}

fn texts(attributes: Vec<KeyValue>) -> Attributes {
    let text = |KeyValue { key, value, .. }| (key.to_string(), value.to_string());
    attributes.into_iter().map(text).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Attributes {
    expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_container_is_known_by_its_control_group_or_its_mounts() {
    let machines = [
        "docker_v1",
        "docker_v2",
        "docker_v2_host",
        "podman",
        "podman_host",
        "kubernetes_v1",
        "kubernetes_systemd",
        "crio",
        "nested",
        "ecs_ec2",
    ];
    for machine in machines {
        let found = on(machine, &[], container::attributes);
        assert_eq!(found, pairs(&[("container.id", CONTAINER)]), "{machine}");
    }
    let fargate = "cd189a933e5849daa93386466019ab50-2495160603";
    let found = on("ecs_fargate", &[], container::attributes);
    assert_eq!(found, pairs(&[("container.id", fargate)]));
}

#[test]
fn what_is_no_container_or_hides_its_id_has_none() {
    // A group of 32 digits that is no container; and a pod that sees the id of its sandbox.
    for machine in ["bare", "kubernetes_v2"] {
        assert_eq!(on(machine, &[], container::attributes), [], "{machine}");
    }
    let variables = [("KUBERNETES_SERVICE_HOST", "10.0.0.1")];
    assert_eq!(on("podman", &variables, container::attributes), []);
}

#[test]
fn a_pod_is_known_by_its_files_and_its_variables() {
    for machine in ["kubernetes_v1", "kubernetes_systemd", "kubernetes_v2", "crio"] {
        let found = on(machine, &[], kubernetes::attributes);
        let expected = pairs(&[("k8s.namespace.name", "shops"), ("k8s.pod.uid", POD)]);
        assert_eq!(found, expected, "{machine}");
    }
    let variables = [
        ("POD_NAME", "bookshop-7d9f8b6c5-x2x4z"),
        ("K8S_POD_NAMESPACE", "night"),
        ("K8S_NODE_NAME", "node-3"),
        ("NODE_NAME", "weaker"),
        ("CONTAINER_NAME", "shop"),
        ("POD_UID", "uid-of-variable"),
    ];
    let expected = [
        ("k8s.container.name", "shop"),
        ("k8s.namespace.name", "night"),
        ("k8s.node.name", "node-3"),
        ("k8s.pod.name", "bookshop-7d9f8b6c5-x2x4z"),
        ("k8s.pod.uid", "uid-of-variable"),
    ];
    assert_eq!(on("kubernetes_v2", &variables, kubernetes::attributes), pairs(&expected));
}

#[test]
fn variables_of_others_make_no_pod() {
    // As on a Jenkins agent.
    assert_eq!(on("bare", &[("NODE_NAME", "built-in")], kubernetes::attributes), []);
}

#[test]
fn a_host_has_an_id_outside_of_containers_only() {
    let keys = |machine| {
        let found = on(machine, &[], host::attributes);
        found.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };
    assert_eq!(keys("bare"), ["host.arch", "os.type", "host.name", "host.id"]);
    for machine in ["docker_v1", "kubernetes_v2"] {
        assert_eq!(keys(machine), ["host.arch", "os.type", "host.name"], "{machine}");
    }
    let found = on("bare", &[], host::attributes);
    assert!(found.contains(&("host.name".to_owned(), "shop-7".to_owned())), "{found:?}");
}

#[test]
fn the_architecture_has_the_name_of_the_conventions() {
    let found = on("bare", &[], host::attributes);
    let expected = if cfg!(target_arch = "x86_64") { "amd64" } else { env::consts::ARCH };
    if cfg!(any(target_arch = "x86_64", target_arch = "riscv64", target_arch = "s390x")) {
        assert!(found.contains(&("host.arch".to_owned(), expected.to_owned())), "{found:?}");
    }
    if cfg!(target_os = "linux") {
        assert!(found.contains(&("os.type".to_owned(), "linux".to_owned())), "{found:?}");
    }
}

#[test]
fn the_process_is_this_one_and_its_arguments_are_left_out() {
    let found = texts(process::attributes());
    assert!(found.contains(&("process.pid".to_owned(), std::process::id().to_string())));
    assert!(found.iter().any(|(key, _)| key == "process.executable.name"));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn what_is_detected_is_weaker_than_everything_that_is_said() {
    let said = [("host.arch", "by environment"), ("os.type", "by code")];
    let telemetry = Telemetry::for_service("shop")
        .environment([("OTEL_RESOURCE_ATTRIBUTES", "host.arch=by environment,os.type=weaker")])
        .attribute("os.type", "by code")
        .detect_host()
        .detect_process()
        .detect_container()
        .detect_kubernetes()
        .build()
        .unwrap();
    let description = telemetry.describe().to_string();
    for (key, value) in said {
        let line = description.lines().find(|line| line.contains(&format!("resource.{key} ")));
        assert!(line.unwrap().contains(value), "{description}");
    }
    let pid = description.lines().find(|line| line.contains("resource.process.pid")).unwrap();
    assert!(pid.ends_with("detected"), "{pid}");
}
