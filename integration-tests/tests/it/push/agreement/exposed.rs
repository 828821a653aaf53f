//! The samples that a point is, by the rules of the Prometheus exporter, written down anew.

use std::collections::BTreeMap;

use integration_tests::otlp::{Point, PointKind, PointValue};

/// A sample's name and labels; empty ones are as good as none.
pub(super) type Series = (String, BTreeMap<String, String>);

/// The samples that these points are, by the rules of the Prometheus exporter.
pub(super) fn pushed(points: &[Point]) -> BTreeMap<Series, f64> {
    let mut samples = BTreeMap::new();
    for point in points {
        let (name, labels) = exposed_name(point);
        if !ours(&name) {
            continue;
        }
        let mut add = |suffix: &str, le: Option<f64>, value: f64| {
            let mut labels = labels.clone();
            labels.extend(le.map(|bound| ("le".to_owned(), bound.to_string())));
            let before = samples.insert(series(&format!("{name}{suffix}"), labels), value);
            assert_eq!(before, None, "{name} is there twice");
        };
        match &point.value {
            PointValue::Number(number) => add("", None, *number),
            PointValue::Buckets { count, sum, bounds, counts } => {
                let bounds = bounds.iter().copied().chain([f64::INFINITY]);
                let mut below = 0;
                for (bound, within) in bounds.zip(counts) {
                    below += within;
                    add("_bucket", Some(bound), below as f64);
                }
                add("_sum", None, *sum);
                add("_count", None, *count as f64);
            }
        }
    }
    samples
}

/// The name of the family and the labels of the samples.
pub(super) fn exposed_name(point: &Point) -> (String, BTreeMap<String, String>) {
    let mut name = underscored(&point.name);
    match &*point.unit {
        "s" => name += "_seconds",
        "By" => name += "_bytes",
        "Cel" => name += "_celsius",
        "1" if point.kind == PointKind::Gauge => name += "_ratio",
        _ => {}
    }
    if point.kind == PointKind::Counter {
        name += "_total";
    }
    let mut labels = BTreeMap::new();
    let scope = &point.scope;
    labels.insert("otel_scope_name".to_owned(), scope.name.clone());
    labels.insert("otel_scope_version".to_owned(), scope.version.clone());
    labels.insert("otel_scope_schema_url".to_owned(), scope.schema_url.clone());
    for (key, value) in &scope.attributes {
        labels.insert(format!("otel_scope_{}", underscored(key)), value.label());
    }
    for (key, value) in &point.attributes {
        labels.insert(underscored(key), value.label());
    }
    (name, labels)
}

/// Nothing about the exporters themselves, of which a scrape shows other numbers than a push, and not the
/// resource.
pub(super) fn ours(name: &str) -> bool {
    let of_exporters = ["otel_sdk_", "kymo_scrape_"];
    !of_exporters.iter().any(|prefix| name.starts_with(prefix)) && name != "target_info"
}

pub(super) fn series(name: &str, mut labels: BTreeMap<String, String>) -> Series {
    labels.retain(|_, value| !value.is_empty());
    if let Some(le) = labels.get_mut("le") {
        // 1, 1.0 and 1e0 are one bound.
        *le = le.parse::<f64>().unwrap().to_string();
    }
    (name.to_owned(), labels)
}

pub(super) fn underscored(name: &str) -> String {
    name.replace(|char: char| !char.is_ascii_alphanumeric() && char != '_', "_")
}
