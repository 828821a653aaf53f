//! The databases that are observed at every collection.

use std::sync::{Arc, Weak};

use kymo_core::{Roster, sum_by_name};
use opentelemetry::{KeyValue, metrics::Meter};

use crate::{counts::MigrationCounts, key, metrics, watch::Watch};

/// The databases that are watched, by name, each held weakly.
#[derive(Debug)]
pub(crate) struct Registry(Roster<String, Weak<Watch>>);

impl Registry {
    /// A registry that is observed by instruments of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let registry = Arc::new(Self(Roster::weak()));
        let observed = Arc::clone(&registry);
        metrics::MIGRATIONS.observable_up_down_counter(meter, move |instrument| {
            for (name, counts) in observed.counts() {
                for (state, migrations) in counts.states() {
                    let attributes = [name.clone(), key::MIGRATION_STATE.of(state)];
                    instrument.observe(whole(migrations), &attributes);
                }
            }
        });
        let observed = Arc::clone(&registry);
        metrics::LATEST_VERSION.observable_up_down_counter(meter, move |instrument| {
            for (name, counts) in observed.counts() {
                instrument.observe(counts.latest_version.unwrap_or_default(), &[name]);
            }
        });
        registry
    }

    pub(crate) fn observe(&self, watch: &Arc<Watch>) {
        let name = watch.series().name().value.as_str().into_owned();
        drop(self.0.watch(name, Arc::downgrade(watch)));
    }

    /// The counts of the databases, as they are known now. Several of one name are summed, such as the
    /// tables of two migrators in one database; where one of them is not known, their sum is not either.
    fn counts(&self) -> impl Iterator<Item = (KeyValue, MigrationCounts)> {
        let counts = self.0.there().into_iter().filter_map(|(name, watch)| {
            let watch = watch.upgrade().filter(|watch| !watch.is_over())?;
            Some((name, watch.counts()))
        });
        let sums = sum_by_name(counts, MigrationCounts::and);
        sums.map(|(name, counts)| (key::DB_CONNECTION_POOL_NAME.of(name), counts))
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
