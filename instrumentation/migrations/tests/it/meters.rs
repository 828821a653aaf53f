//! Meters whose points can be read, and sets of migrations.

use std::collections::BTreeMap;

use kymo_migrations::MigrationMetrics;
use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics},
};
use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::SqlitePoolOptions,
};

pub(crate) const DURATION: &str = "kymo.migration.duration";
pub(crate) const LAST: &str = "kymo.migration.last_duration";
pub(crate) const RUNS: &str = "kymo.migration.run.duration";
pub(crate) const COUNT: &str = "kymo.migrations";
pub(crate) const LATEST: &str = "kymo.migration.latest_version";
pub(crate) const READ_ERRORS: &str = "kymo.migration.read.errors";
pub(crate) const FOLDED: &str = "kymo.cardinality.folded";

pub(crate) const NAME: &str = "db.client.connection.pool.name";

pub(crate) struct Meters {
    pub(crate) metrics: MigrationMetrics,
    pub(crate) provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
        Self { metrics: MigrationMetrics::new(&provider), provider, exporter }
    }

    /// The values of the metric `name` by that of the attribute `key`, `""` where it is absent: those of
    /// a sum, the counts of a histogram, or how many there are of a gauge.
    pub(crate) fn by(&self, name: &str, key: &str) -> BTreeMap<String, i64> {
        self.exporter.reset();
        self.provider.force_flush().unwrap();
        let finished = self.exporter.get_finished_metrics().unwrap();
        let metrics = finished
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        let mut counts = BTreeMap::new();
        for (attributes, count) in metrics.filter(|metric| metric.name() == name).flat_map(points) {
            let value = attributes.iter().find(|kv| kv.key.as_str() == key);
            let value = value.map(|kv| kv.value.to_string()).unwrap_or_default();
            *counts.entry(value).or_default() += count;
        }
        counts
    }
}

fn points(metric: &Metric) -> Vec<(Vec<KeyValue>, i64)> {
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
            .data_points()
            .map(|p| (p.attributes().cloned().collect(), p.count().cast_signed()))
            .collect(),
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
            gauge.data_points().map(|p| (p.attributes().cloned().collect(), 1)).collect()
        }
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
            .data_points()
            .map(|p| (p.attributes().cloned().collect(), p.value().cast_signed()))
            .collect(),
        AggregatedMetrics::I64(MetricData::Sum(sum)) => {
            sum.data_points().map(|p| (p.attributes().cloned().collect(), p.value())).collect()
        }
        other => panic!("{} is of a kind that is not declared: {other:?}", metric.name()),
    }
}

/// A database in memory.
pub(crate) fn pool() -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect_lazy("sqlite::memory:").unwrap()
}

/// Migrations of these versions, which do nothing.
pub(crate) fn program(versions: impl IntoIterator<Item = i64>) -> Migrator {
    let migration = |version| {
        let sql = AssertSqlSafe("SELECT 1").into_sql_str();
        Migration::new(version, "one".into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(versions.into_iter().map(migration).collect())
}

pub(crate) fn counted<const N: usize>(counts: [(&str, i64); N]) -> BTreeMap<String, i64> {
    counts.into_iter().map(|(value, count)| (value.to_owned(), count)).collect()
}
