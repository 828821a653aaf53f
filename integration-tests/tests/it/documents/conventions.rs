//! Our metrics follow the semantic conventions.

use std::collections::{BTreeMap, BTreeSet};

use kymo::{MetricKind, MetricSpec};
use opentelemetry_semantic_conventions::{attribute, metric};

/// The metrics of the conventions that we emit, as their own crate spells them.
const METRICS: &[&str] = &[
    metric::HTTP_SERVER_REQUEST_DURATION,
    metric::HTTP_SERVER_ACTIVE_REQUESTS,
    metric::HTTP_SERVER_REQUEST_BODY_SIZE,
    metric::HTTP_SERVER_RESPONSE_BODY_SIZE,
];

/// The one of them that is about calls of gRPC.
const CALLS: &[&str] = &[metric::RPC_SERVER_CALL_DURATION];

/// The attributes that we set there.
const CALL_ATTRIBUTES: &[&str] = &[
    attribute::ERROR_TYPE,
    attribute::RPC_METHOD,
    attribute::RPC_RESPONSE_STATUS_CODE,
    attribute::RPC_SYSTEM_NAME,
];

/// Those of them that are about clients of HTTP.
const CLIENT: &[&str] =
    &[metric::HTTP_CLIENT_REQUEST_DURATION, metric::HTTP_CLIENT_ACTIVE_REQUESTS];

/// The attributes that we set there: of requests under way, then the others.
const CLIENT_ATTRIBUTES: &[&str] = &[
    attribute::HTTP_REQUEST_METHOD,
    attribute::SERVER_ADDRESS,
    attribute::SERVER_PORT,
    attribute::URL_SCHEME,
    attribute::URL_TEMPLATE,
    attribute::ERROR_TYPE,
    attribute::HTTP_RESPONSE_STATUS_CODE,
    attribute::NETWORK_PROTOCOL_VERSION,
];

/// Those of them that are about pushing.
const PUSH: &[&str] = &[
    metric::OTEL_SDK_EXPORTER_OPERATION_DURATION,
    metric::OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
    metric::OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
    metric::OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
];

/// Those of them that several crates record, each of what it does.
const SHARED: &[&str] = &[
    metric::DB_CLIENT_OPERATION_DURATION,
    metric::OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
    "kymo.scrape.losses",
];

/// The attributes that we set there.
const PUSH_ATTRIBUTES: &[&str] = &[
    attribute::ERROR_TYPE,
    attribute::HTTP_RESPONSE_STATUS_CODE,
    attribute::OTEL_COMPONENT_NAME,
    attribute::OTEL_COMPONENT_TYPE,
    attribute::RPC_RESPONSE_STATUS_CODE,
    attribute::SERVER_ADDRESS,
    attribute::SERVER_PORT,
];

/// Those of them that are about the process.
const PROCESS: &[&str] = &[
    metric::PROCESS_CPU_TIME,
    metric::PROCESS_MEMORY_USAGE,
    metric::PROCESS_MEMORY_VIRTUAL,
    metric::PROCESS_DISK_IO,
    metric::PROCESS_THREAD_COUNT,
    metric::PROCESS_UNIX_FILE_DESCRIPTOR_COUNT,
    metric::PROCESS_CONTEXT_SWITCHES,
    metric::PROCESS_PAGING_FAULTS,
    metric::PROCESS_UPTIME,
];

/// The attributes that we set there.
const PROCESS_ATTRIBUTES: &[&str] = &[
    attribute::CPU_MODE,
    attribute::DISK_IO_DIRECTION,
    attribute::PROCESS_CONTEXT_SWITCH_TYPE,
    attribute::SYSTEM_PAGING_FAULT_TYPE,
];

/// Those of them that are about databases: of operations, then of pools.
const DATABASE: &[&str] = &[
    metric::DB_CLIENT_OPERATION_DURATION,
    metric::DB_CLIENT_RESPONSE_RETURNED_ROWS,
    metric::DB_CLIENT_CONNECTION_COUNT,
    metric::DB_CLIENT_CONNECTION_IDLE_MAX,
    metric::DB_CLIENT_CONNECTION_IDLE_MIN,
    metric::DB_CLIENT_CONNECTION_MAX,
    metric::DB_CLIENT_CONNECTION_PENDING_REQUESTS,
    metric::DB_CLIENT_CONNECTION_TIMEOUTS,
    metric::DB_CLIENT_CONNECTION_CREATE_TIME,
    metric::DB_CLIENT_CONNECTION_WAIT_TIME,
    metric::DB_CLIENT_CONNECTION_USE_TIME,
];

/// The attributes that we set there: of operations, then the others.
const DATABASE_ATTRIBUTES: &[&str] = &[
    attribute::DB_NAMESPACE,
    attribute::DB_QUERY_SUMMARY,
    attribute::DB_RESPONSE_STATUS_CODE,
    attribute::DB_SYSTEM_NAME,
    attribute::ERROR_TYPE,
    attribute::SERVER_ADDRESS,
    attribute::SERVER_PORT,
    attribute::DB_CLIENT_CONNECTION_POOL_NAME,
    attribute::DB_CLIENT_CONNECTION_STATE,
    attribute::DB_COLLECTION_NAME,
    attribute::DB_OPERATION_NAME,
];

/// The attributes that we set on the duration of an operation of Redis.
const REDIS_ATTRIBUTES: &[&str] = &[
    attribute::DB_NAMESPACE,
    attribute::DB_OPERATION_NAME,
    attribute::DB_RESPONSE_STATUS_CODE,
    attribute::DB_SYSTEM_NAME,
    attribute::ERROR_TYPE,
    attribute::SERVER_ADDRESS,
    attribute::SERVER_PORT,
];

/// The names that client libraries of Prometheus have always used: only on request, and without
/// attributes.
const CLASSIC: &[&str] = &[
    "process_cpu_seconds",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

/// The attributes of the conventions that we set.
const ATTRIBUTES: &[&str] = &[
    attribute::ERROR_TYPE,
    attribute::HTTP_REQUEST_METHOD,
    attribute::HTTP_RESPONSE_STATUS_CODE,
    attribute::HTTP_ROUTE,
    attribute::NETWORK_PROTOCOL_VERSION,
    attribute::URL_SCHEME,
];

/// Whether a metric is of the conventions.
pub(super) fn is_metric(name: &str) -> bool {
    [METRICS, CLIENT, CALLS, PUSH, PROCESS, DATABASE].iter().any(|set| set.contains(&name))
}

/// Whether an attribute is of the conventions.
pub(super) fn is_attribute(key: &str) -> bool {
    let sets = [
        ATTRIBUTES,
        CLIENT_ATTRIBUTES,
        CALL_ATTRIBUTES,
        PUSH_ATTRIBUTES,
        PROCESS_ATTRIBUTES,
        DATABASE_ATTRIBUTES,
    ];
    sets.iter().any(|set| set.contains(&key))
}

/// Whether a metric has a name that client libraries of Prometheus have always used.
pub(super) fn is_classic(name: &str) -> bool {
    CLASSIC.contains(&name)
}

fn declared(name: &str) -> &'static MetricSpec {
    kymo::declared_metrics().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name}"))
}

/// Of a metric that several crates declare, the one of `owner`.
fn declared_by(owner: &str, name: &str) -> &'static MetricSpec {
    let (_, metrics) = kymo::declared_metrics_by_crate().find(|(it, _)| *it == owner).unwrap();
    metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn keys(metric: &MetricSpec) -> BTreeSet<&'static str> {
    metric.attributes.iter().map(|key| key.name).collect()
}

#[test]
fn every_name_is_of_the_conventions_or_a_classic_or_begins_with_ours() {
    for metric in kymo::declared_metrics() {
        if CLASSIC.contains(&metric.name) {
            assert!(metric.attributes.is_empty(), "{}", metric.name);
            continue;
        }
        let ours = metric.name.starts_with("kymo.");
        assert!(ours || is_metric(metric.name), "{}", metric.name);
        for key in keys(metric) {
            assert!(key.starts_with("kymo.") || is_attribute(key), "{key}");
        }
    }
}

#[test]
fn the_metrics_of_the_conventions_have_their_kinds_units_and_keys() {
    let exchange: BTreeSet<_> = ATTRIBUTES.iter().copied().collect();
    for name in [METRICS[0], METRICS[2], METRICS[3]] {
        assert!(matches!(declared(name).kind, MetricKind::Histogram { .. }), "{name}");
        assert_eq!(keys(declared(name)), exchange, "{name}");
    }
    let units: Vec<_> = METRICS.iter().map(|name| declared(name).unit).collect();
    assert_eq!(units, ["s", "{request}", "By", "By"]);
    let active = declared(metric::HTTP_SERVER_ACTIVE_REQUESTS);
    assert_eq!(active.kind, MetricKind::UpDownCounter);
    assert_eq!(keys(active), [attribute::HTTP_REQUEST_METHOD, attribute::URL_SCHEME].into());
}

#[test]
fn the_duration_of_a_call_has_the_unit_the_keys_and_the_buckets_that_are_advised() {
    let calls = declared(CALLS[0]);
    assert_eq!((calls.unit, keys(calls)), ("s", CALL_ATTRIBUTES.iter().copied().collect()));
    let bounds = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    assert_eq!(calls.kind, MetricKind::Histogram { buckets: bounds });
}

#[test]
fn the_metrics_of_clients_have_their_kinds_units_and_keys_and_the_buckets_of_servers() {
    let [duration, active] = [CLIENT[0], CLIENT[1]].map(declared);
    assert_eq!(duration.kind, declared(METRICS[0]).kind);
    assert_eq!(active.kind, MetricKind::UpDownCounter);
    assert_eq!((duration.unit, active.unit), ("s", "{request}"));
    assert_eq!(keys(duration), CLIENT_ATTRIBUTES.iter().copied().collect());
    assert_eq!(keys(active), CLIENT_ATTRIBUTES[..5].iter().copied().collect());
}

#[test]
fn the_metrics_of_pushing_have_their_kinds_units_and_keys() {
    let units: Vec<_> = PUSH.iter().map(|name| declared(name).unit).collect();
    assert_eq!(units, ["s", "{data_point}", "{data_point}", "s"]);
    for name in [PUSH[0], PUSH[3]] {
        // The convention asks for a histogram without boundaries.
        assert_eq!(declared(name).kind, MetricKind::Histogram { buckets: &[] }, "{name}");
    }
    assert_eq!(declared(PUSH[1]).kind, MetricKind::UpDownCounter);
    assert_eq!(declared(PUSH[2]).kind, MetricKind::Counter);
    let all: BTreeSet<_> = PUSH_ATTRIBUTES.iter().copied().collect();
    assert_eq!(keys(declared(PUSH[0])), all);
}

#[test]
fn the_metrics_of_databases_have_their_kinds_units_and_keys() {
    use MetricKind::{Counter, UpDownCounter};

    let units: Vec<_> = DATABASE.iter().map(|name| declared(name).unit).collect();
    let connections = ["{connection}"; 4];
    let others = ["{request}", "{timeout}", "s", "s", "s"];
    assert_eq!(units, [&["s", "{row}"][..], &connections, &others].concat());
    // Of the duration, every bound that is advised, and three below.
    let buckets = [
        &[0.000_1, 0.000_2, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0][..],
        &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4],
    ];
    for (name, buckets) in DATABASE.iter().zip(buckets) {
        assert_eq!(declared(name).kind, MetricKind::Histogram { buckets }, "{name}");
        let operation: BTreeSet<_> = DATABASE_ATTRIBUTES[..7].iter().copied().collect();
        assert_eq!(keys(declared(name)), operation, "{name}");
    }
    let kinds: Vec<_> = DATABASE[2..8].iter().map(|name| declared(name).kind).collect();
    assert_eq!(kinds, [&[UpDownCounter; 5][..], &[Counter]].concat());
    let pool = [attribute::DB_CLIENT_CONNECTION_POOL_NAME];
    for name in &DATABASE[3..] {
        assert_eq!(keys(declared(name)), pool.into(), "{name}");
    }
    let with_state = [pool[0], attribute::DB_CLIENT_CONNECTION_STATE];
    assert_eq!(keys(declared(DATABASE[2])), with_state.into());
}

#[test]
fn the_duration_of_an_operation_of_redis_has_its_unit_and_keys_and_the_buckets_of_sql() {
    let metric = declared_by("kymo-redis", metric::DB_CLIENT_OPERATION_DURATION);
    let keys = keys(metric);
    assert_eq!((metric.unit, keys), ("s", REDIS_ATTRIBUTES.iter().copied().collect()));
    assert_eq!(metric.kind, declared(metric.name).kind, "over two sets no quantile is right");
}

#[test]
fn the_events_of_sqlx_are_recorded_as_the_measured_pool_records_without_what_they_do_not_tell() {
    for name in [DATABASE[0], DATABASE[1], metric::DB_CLIENT_CONNECTION_WAIT_TIME] {
        let events = declared_by("kymo-sqlx-events", name);
        let pool = declared_by("kymo-sqlx", name);
        assert_eq!(events.kind, pool.kind, "{name}");
        let lacking = [
            attribute::DB_RESPONSE_STATUS_CODE,
            attribute::ERROR_TYPE,
            attribute::DB_CLIENT_CONNECTION_POOL_NAME,
        ];
        let told: BTreeSet<_> =
            keys(pool).into_iter().filter(|key| !lacking.contains(key)).collect();
        assert_eq!(keys(events), told, "{name}");
    }
}

#[test]
fn the_metrics_of_the_process_have_their_kinds_units_and_keys() {
    use MetricKind::{Counter, Gauge, UpDownCounter};

    let kinds: Vec<_> = PROCESS.iter().map(|name| declared(name).kind).collect();
    let expected =
        [Counter, UpDownCounter, UpDownCounter, Counter, UpDownCounter, UpDownCounter, Counter];
    assert_eq!(kinds, [&expected[..], &[Counter, Gauge]].concat());
    let units: Vec<_> = PROCESS.iter().map(|name| declared(name).unit).collect();
    let annotations = ["{thread}", "{file_descriptor}", "{context_switch}", "{fault}"];
    assert_eq!(units, [&["s", "By", "By", "By"][..], &annotations, &["s"]].concat());
    for (position, key) in [0, 3, 6, 7].into_iter().zip(PROCESS_ATTRIBUTES) {
        assert_eq!(keys(declared(PROCESS[position])), [*key].into());
    }
}

#[test]
fn names_and_units_follow_the_naming_rules() {
    let mut known = BTreeMap::new();
    for metric in kymo::declared_metrics() {
        let name = metric.name;
        if let Some(first) = known.insert(name, metric) {
            // The other has its own attributes, and the rest in common: also the buckets, since both are
            // one family.
            assert!(SHARED.contains(&name) || DATABASE.contains(&name), "{name} is declared twice");
            assert_eq!(first.kind, metric.kind, "{name}");
            assert_eq!((first.unit, first.description), (metric.unit, metric.description));
        }
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
        assert!(name.chars().all(legal), "{name}");
        // A Prometheus exporter adds it.
        assert!(!name.ends_with("total"), "{name}");
        // Prometheus keeps these suffixes for histograms.
        let is_kept = ["count", "sum", "bucket"].iter().any(|suffix| name.ends_with(suffix));
        assert!(!(is_kept && name.starts_with("kymo.")), "{name}");
        let annotation = metric.unit.strip_prefix('{').and_then(|unit| unit.strip_suffix('}'));
        assert!(["s", "By", "1"].contains(&metric.unit) || annotation.is_some(), "{name}");
        let is_singular = |unit: &str| unit == "series" || !unit.ends_with('s');
        assert!(annotation.is_none_or(is_singular), "{name}: singular");
        assert!(metric.description.ends_with('.'), "{name}: a sentence");
        assert!(metric.recorded.ends_with('.'), "{name}: says when it is recorded");
        let mut ordered = metric.attributes.to_vec();
        ordered.sort_unstable_by_key(|key| key.name);
        assert_eq!(ordered, metric.attributes, "{name}: keys in order");
        if let MetricKind::Histogram { buckets } = metric.kind {
            assert!(buckets.windows(2).all(|pair| pair[0] < pair[1]), "{name}");
        }
    }
}
