//! The memory that is set aside before anything is measured.

use allocation_counter::measure;
use kymo_core::{Folds, MetricKind, MetricSpec, SeriesCache, SeriesKey, ValueBudget, key};
use opentelemetry::metrics::{MeterProvider, noop::NoopMeterProvider};

const JOBS: MetricSpec = MetricSpec::new("jobs", MetricKind::Counter, "{job}", "Jobs finished.");

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u16);

impl SeriesKey for Key {
    fn fold(self) -> Option<(Self, key::AttributeKey)> {
        None
    }
}

/// The heap bytes of what is made, and of it once it is used.
fn heap<T>(make: impl FnOnce() -> T, fill: impl FnOnce(&T)) -> [i64; 2] {
    let mut thing = None;
    let empty = measure(|| thing = Some(make())).bytes_current;
    let Some(thing) = &thing else { return [0; 2] };
    [empty, empty + measure(|| fill(thing)).bytes_current]
}

#[test]
fn what_is_set_aside_before_anything_is_measured_is_little() {
    let meter = NoopMeterProvider::new().meter("at-rest");
    let folds = Folds::new(&meter, &JOBS, &[]);
    let series = heap(
        || SeriesCache::<Key, u64>::with_reserve(680, 900, folds),
        |cache| (0..30).for_each(|n| cache.with(Key(n), |_| 0, |_| ())),
    );
    let budget = heap(
        || ValueBudget::uncounted(500),
        |budget| {
            for n in 0..30 {
                budget.bound(&n.to_string());
            }
        },
    );
    println!("series {series:?}, budget {budget:?}");
    assert!(series[0] < 600 && series[1] < 6_000, "{series:?}");
    assert!(budget[0] < 600 && budget[1] < 6_000, "{budget:?}");
}
