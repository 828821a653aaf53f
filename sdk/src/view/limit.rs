//! How many series a metric may have unless a view says otherwise.
//!
//! The SDK sets room aside for all of them when an instrument is made, in a hash table that is
//! filled to 7/8 at most: 33 bytes for each of its slots. So a limit is what a number of slots
//! can hold.

use kymo_core::key::Values;

use crate::declared_metrics;

/// The greatest limit a view can give.
pub(super) const GREATEST: usize = 1_000_000;

/// The limit of the instrument `name` of `scope`: by what its metric declares if it is one of ours.
///
/// Ours never come near it: their own budgets hold first.
pub(super) fn of(scope: &str, name: &str) -> usize {
    let is_ours = scope.starts_with("kymo-") || name.starts_with("kymo.");
    let mut ours = declared_metrics().filter(|_| is_ours);
    match ours.find(|metric| metric.name == name) {
        None if scope == FACADE => BUDGETED,
        None => APPLICATION,
        Some(metric) if metric.attributes.is_empty() => 1,
        Some(metric) => {
            let is_budget = |values| matches!(values, Values::Budget(_));
            let has_budget = metric.attributes.iter().any(|key| is_budget(key.values));
            if has_budget { BUDGETED } else { CLOSED }
        }
    }
}

/// A metric of the application, or of instrumentation by others: the SDK's own limit, and 135 KB.
const APPLICATION: usize = 2000;

/// The scope of what a program records through the facade `metrics`, where people have many metrics with few
/// series: as much as those of ours with a budget have.
const FACADE: &str = "metrics";

/// A metric of ours whose attributes are closed sets: 17 KB.
///
/// The most is methods by schemes, and only a list of 149 methods could be too long.
const CLOSED: usize = held_by(512);

/// A metric of ours with a budget: 68 KB, half of what the SDK's own limit takes.
///
/// A cache of series binds 1,250, of HTTP 1,750 with its reserve, and then only what cannot be
/// folded: 40 at most over HTTP. Layers of one scope share the rest.
const BUDGETED: usize = held_by(2048);

/// The limit for which the SDK, which has one more in mind, asks for `slots`.
const fn held_by(slots: usize) -> usize {
    slots / 8 * 7 - 1
}

#[cfg(test)]
mod tests {
    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};

    use crate::view::Shapes;

    /// Heap bytes of one counter of `scope` that the SDK made, with so many `readers`.
    fn idle(scope: &'static str, name: &'static str, readers: i64) -> i64 {
        let provider = Shapes::default().attach(SdkMeterProvider::builder());
        let provider = (0..readers).fold(provider, |it, _| it.with_reader(ManualReader::default()));
        let provider = provider.build();
        let meter = provider.meter(scope);
        // The first of a scope makes room for others.
        drop(meter.u64_counter("first").build());
        allocation_counter::measure(|| drop(meter.u64_counter(name).build())).bytes_current
    }

    #[test]
    fn an_instrument_takes_what_the_documentation_says_for_each_reader() {
        for readers in [1, 2] {
            let kilobytes = |scope, name| (idle(scope, name, readers) / readers + 500) / 1000;
            assert_eq!(kilobytes("shop", "sold"), 135);
            assert_eq!(kilobytes("metrics", "sold"), 68);
            // Others may use our names, and are not bounded as ours are.
            assert_eq!(kilobytes("shop", "http.server.request.duration"), 135);
            assert_eq!(kilobytes("kymo-core", "kymo.cardinality.folded"), 17);
            if crate::declared_metrics().any(|metric| metric.name.starts_with("http.server.")) {
                assert_eq!(kilobytes("kymo-http", "http.server.request.duration"), 68);
                assert_eq!(kilobytes("kymo-http", "http.server.active_requests"), 17);
            }
        }
    }
}
