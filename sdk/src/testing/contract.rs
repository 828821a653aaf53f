//! The contract of a service.

use std::path::PathBuf;

use kymo_contract::{Contract, Emits, Lock};
use kymo_core::{MetricSpec, SCHEMA_URL};
use kymo_testing::Kind;
use opentelemetry::{InstrumentationScope, Key};

use super::TestTelemetry;
use crate::{
    declared_metrics_by_crate, names_of_page,
    view::{Distribution, Made, Shapes},
};

/// The contract of a service with whoever looks at its metrics: `file` says what it emits, such as
/// `kymo.lock` beside its `Cargo.toml`.
///
/// Its own test holds the service to it, once it has done what the service does. The test fails when a metric
/// is renamed, vanishes or is new, and when its unit, an attribute or a bucket is another; it names that.
/// With `KYMO_LOCK=update` in the environment it writes the file instead. Dashboards and rules are held to
/// the same file:
///
/// ```
/// use kymo::testing::{TestTelemetry, contract};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # std::env::set_current_dir(folder.path()).unwrap();
/// # let text = "names UnderscoreEscapingWithSuffixes\n\nmetric books.sold\n  kind counter\n  unit {book}\n  scraped books_sold_total\n\nmetric kymo.callback.missed\n  kind counter\n  unit {call}\n  scraped kymo_callback_missed_total\n  attribute error.type\n  attribute kymo.callback.metric\n\nmetric kymo.cardinality.cut\n  kind counter\n  unit {measurement}\n  scraped kymo_cardinality_cut_total\n  attribute kymo.cardinality.metric\n";
/// # std::fs::write("kymo.lock", text).unwrap();
/// # std::fs::write("rules.yml", "groups: [{name: shop, rules: [{alert: A, expr: 'rate(books_sold_total[5m]) == 0'}]}]").unwrap();
/// let telemetry = TestTelemetry::new();
/// let sold = telemetry.meter("bookshop").u64_counter("books.sold").with_unit("{book}").build();
/// sold.add(1, &[]);
///
/// let contract = contract("kymo.lock");
/// contract.assert_kept(&telemetry);
/// contract.check_rules("rules.yml");
/// ```
///
/// It is in there once its instrument is made, whether it was recorded or not. A metric of the program's own has
/// the attributes that it was recorded with; one of kymo has all that it may have, whatever the test did. `docs/testing.md` of the repository says more.
pub fn contract(file: impl Into<PathBuf>) -> Contract {
    Contract::of(file)
}

/// The metrics of all instruments that were made, by the names of its page.
impl Emits for TestTelemetry {
    fn emitted(&self) -> Lock {
        let mut lock = match names_of_page(self) {
            Some(translator) => Lock::new(&translator),
            None => Lock::of_declared([]),
        };
        if let Some(meters) = self.provider.shaped() {
            for made in meters.made().all() {
                let (kind, bounds) = kind(&made);
                let keys = declared_keys(&made, meters.shapes());
                lock.make((&made.name, kind, &made.unit), keys, &bounds);
            }
        }
        self.snapshot().metrics.iter().for_each(|metric| lock.record(metric));
        lock
    }
}

/// The kind of metric that comes of an instrument, and the bounds of its buckets.
fn kind(made: &Made) -> (Kind, Vec<f64>) {
    match (made.kind, &made.distribution) {
        ("counter" | "observable_counter", _) => (Kind::Counter, Vec::new()),
        ("up_down_counter" | "observable_up_down_counter", _) => (Kind::UpDownCounter, Vec::new()),
        ("histogram", Distribution::Exponential) => (Kind::ExponentialHistogram, Vec::new()),
        ("histogram", Distribution::Explicit(bounds)) => {
            (Kind::Histogram, bounds.iter().copied().map(f64::from_bits).collect())
        }
        ("histogram", Distribution::None) => (Kind::Histogram, Vec::new()),
        _ => (Kind::Gauge, Vec::new()),
    }
}

/// The keys that a metric of ours may have, after the views; none of any other metric.
fn declared_keys(made: &Made, shapes: &Shapes) -> Vec<String> {
    if !made.scope.starts_with("kymo") {
        return Vec::new();
    }
    let scope = InstrumentationScope::builder(made.scope.clone());
    let scope = scope.with_version(env!("CARGO_PKG_VERSION")).with_schema_url(SCHEMA_URL).build();
    let keys = |spec: &MetricSpec| {
        let keys = spec.attributes.iter().map(|key| Key::from_static_str(key.name));
        let sight = shapes.sight(spec, &scope);
        let seen =
            sight.into_iter().flat_map(|sight| keys.clone().filter_map(move |key| sight.key(&key)));
        seen.map(|key| key.to_string()).collect::<Vec<_>>()
    };
    let of = |is_wanted: &dyn Fn(&str) -> bool| {
        let crates = declared_metrics_by_crate().filter(|(name, _)| is_wanted(name));
        let metrics = crates.flat_map(|(_, metrics)| metrics);
        metrics.filter(|spec| spec.name == made.instrument).flat_map(keys).collect::<Vec<_>>()
    };
    // Several crates may record one metric, each with attributes of its own.
    let own = of(&|name| name == made.scope);
    if own.is_empty() { of(&|_| true) } else { own }
}
