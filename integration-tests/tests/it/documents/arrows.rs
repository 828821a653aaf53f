//! Imports point one way.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

use super::sources;

/// The imports that each published crate may have, of the crates that decide on which side of the
/// road it stands. Nothing else of these, and no crate of ours that is not listed here.
const PERMITTED: &[(&str, &[&str])] = &[
    ("kymo-core", &["opentelemetry"]),
    ("kymo-testing", &["kymo-core", "opentelemetry", "opentelemetry_sdk"]),
    (
        "kymo-http",
        &[
            "kymo-core",
            "opentelemetry",
            "axum",
            "bytes",
            "http",
            "http-body",
            "hyper",
            "tokio",
            "tower",
            "tower-layer",
            "tower-service",
        ],
    ),
    (
        "kymo-http-client",
        &[
            "kymo-core",
            "opentelemetry",
            "bytes",
            "http",
            "http-body",
            "hyper",
            "hyper-util",
            "tower-layer",
            "tower-service",
        ],
    ),
    ("kymo-process", &["kymo-core", "opentelemetry", "nix", "procfs", "tokio"]),
    ("kymo-sql", &[]),
    ("kymo-pool", &["kymo-core", "opentelemetry"]),
    ("kymo-sqlx", &["kymo-core", "kymo-pool", "kymo-sql", "opentelemetry", "sqlx"]),
    ("kymo-sea-orm", &["kymo-pool", "kymo-sqlx", "sea-orm", "sqlx"]),
    ("kymo-sqlx-events", &["kymo-core", "kymo-sql", "opentelemetry", "tracing-subscriber"]),
    ("kymo-cache", &["kymo-core", "opentelemetry"]),
    ("kymo-moka", &["kymo-cache", "kymo-core", "moka", "tokio"]),
    ("kymo-redis", &["kymo-cache", "kymo-core", "opentelemetry", "redis", "tokio"]),
    ("kymo-reqwest", &["kymo-http-client", "async-trait", "http", "reqwest", "reqwest-middleware"]),
    ("kymo-repository", &["kymo-core", "kymo-macros", "opentelemetry"]),
    ("kymo-work", &["kymo-core", "opentelemetry"]),
    ("kymo-macros", &["proc-macro2", "quote", "syn"]),
    ("kymo-metrics", &["kymo-core", "metrics", "opentelemetry"]),
    ("kymo-migrations", &["kymo-core", "kymo-sqlx", "opentelemetry", "sqlx", "tokio"]),
    ("kymo-exposition", &[]),
    ("kymo-contract", &["kymo-bridge", "kymo-core", "kymo-testing"]),
    (
        "kymo-bridge",
        &["kymo-core", "kymo-exposition", "opentelemetry", "opentelemetry_sdk", "prometheus"],
    ),
    (
        "kymo-endpoint",
        &[
            "kymo-core",
            "kymo-exposition",
            "opentelemetry",
            "base64",
            "bcrypt",
            "bytes",
            "flate2",
            "http",
            "http-body",
            "hyper",
            "hyper-util",
            "ring",
            "rustix",
            "rustls",
            "sd-listen-fds",
            "socket2",
            "subtle",
            "tokio",
            "tokio-rustls",
            "tower-service",
            "zstd",
        ],
    ),
    ("kymo-live", &["kymo-exposition", "bytes", "flate2", "http"]),
    (
        "kymo-push",
        &[
            "kymo-core",
            "opentelemetry",
            "opentelemetry_sdk",
            "opentelemetry-proto",
            "opentelemetry-stdout",
            "bytes",
            "flate2",
            "http",
            "http-body",
            "http-body-util",
            "httpdate",
            "hyper",
            "hyper-rustls",
            "hyper-util",
            "prost",
            "rustls",
            "rustls-native-certs",
            "tokio",
            "tonic",
            "tonic-prost",
            "tonic-types",
            "tower-service",
            "zstd",
        ],
    ),
    (
        "kymo",
        &[
            "kymo-core",
            "kymo-cache",
            "kymo-contract",
            "kymo-http",
            "kymo-http-client",
            "kymo-live",
            "kymo-metrics",
            "kymo-migrations",
            "kymo-moka",
            "kymo-pool",
            "kymo-process",
            "kymo-push",
            "kymo-redis",
            "kymo-repository",
            "kymo-reqwest",
            "kymo-sea-orm",
            "kymo-sqlx",
            "kymo-sqlx-events",
            "kymo-testing",
            "kymo-work",
            "kymo-exposition",
            "kymo-bridge",
            "kymo-endpoint",
            "opentelemetry",
            "opentelemetry_sdk",
            "opentelemetry-prometheus",
            "prometheus",
            "tokio",
        ],
    ),
    ("hello", &["kymo", "axum", "tokio"]),
];

/// Crates that belong to no side: data structures, formatting, derives.
const NEUTRAL: &[&str] = &[
    "async-stream",
    "async-trait",
    "foldhash",
    "form_urlencoded",
    "futures-channel",
    "futures-core",
    "futures-util",
    "granit-parser",
    "itoa",
    "percent-encoding",
    "pin-project-lite",
    "regex-lite",
    "serde_json",
    "thiserror",
    "tracing",
    "tracing-core",
    "uuid",
    "zmij",
];

/// Examples and tests: they use the facade, and never a leaf crate.
const UNPUBLISHED: &[&str] = &["bookshop", "dashboards", "hello", "integration-tests", "paths"];

#[test]
fn every_import_is_permitted() {
    let imports = imports();
    for (name, imported) in &imports {
        let permitted = PERMITTED.iter().find(|(known, _)| known == name).map(|(_, may)| *may);
        if let Some(permitted) = permitted {
            for import in imported {
                let known =
                    permitted.contains(&import.as_str()) || NEUTRAL.contains(&import.as_str());
                assert!(known, "{name} may not import {import}; imports point one way");
            }
        } else {
            assert!(UNPUBLISHED.contains(&name.as_str()), "say what {name} may import");
        }
    }
    for name in UNPUBLISHED {
        let leaves = imports[*name].iter().filter(|import| import.starts_with("kymo-"));
        assert_eq!(leaves.collect::<Vec<_>>(), Vec::<&String>::new(), "{name} goes through kymo");
    }
}

#[test]
fn every_crate_of_the_table_is_still_there() {
    let imports = imports();
    for (name, _) in PERMITTED {
        assert!(imports.contains_key(*name), "{name} is gone; take it out of the table");
    }
}

/// A leaf or the facade that adds a metric changes nothing below it: core spells none of their metrics, and of the
/// attributes only those that several crates share.
#[test]
fn core_knows_no_metric_and_no_attribute_of_one_crate_alone() {
    let core = sources::below("instrumentation/core/src").concat();
    let mut crates: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, metrics) in kymo::declared_metrics_by_crate() {
        for metric in metrics {
            let is_spelled = core.contains(&format!("\"{}\"", metric.name));
            assert_eq!(is_spelled, name == "kymo-core", "{} of {name}", metric.name);
            for key in metric.attributes {
                crates.entry(key.name).or_default().insert(name);
            }
        }
    }
    for (key, crates) in crates {
        let is_spelled = core.contains(&format!("\"{key}\""));
        let may_be = crates.len() > 1 || crates.contains("kymo-core");
        assert!(!is_spelled || may_be, "{key} belongs to {crates:?}");
    }
}

/// The imports of each crate of the workspace, development apart.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let imports_of = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let imported = dependencies.filter(|dependency| dependency["kind"] != "dev");
        imported.map(|dependency| text(&dependency["name"])).collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (text(&package["name"]), imports_of(package))).collect()
}
