//! The databases that are observed at every collection.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use opentelemetry::{KeyValue, metrics::Meter};

use crate::{counts::MigrationCounts, key, metrics, watch::Watch};

/// What is watched, each held weakly.
#[derive(Default)]
pub(crate) struct Registry(Mutex<Vec<Weak<Watch>>>);

impl Registry {
    /// A registry that is observed by instruments of `meter`.
    pub(crate) fn observed_by(meter: &Meter) -> Arc<Self> {
        let registry = Arc::new(Self::default());
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
        self.living().push(Arc::downgrade(watch));
    }

    fn living(&self) -> MutexGuard<'_, Vec<Weak<Watch>>> {
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|watch| watch.strong_count() > 0);
        watches
    }

    /// What is known now of the databases. Several of one name are summed, such as the tables of two
    /// migrators in one database; where one of them is not known, their sum is not either.
    fn counts(&self) -> impl Iterator<Item = (KeyValue, MigrationCounts)> {
        // Whoever drops the last of a watch drops it without the lock.
        let watches: Vec<_> = self.living().iter().filter_map(Weak::upgrade).collect();
        let mut sums = BTreeMap::new();
        for watch in watches.iter().filter(|watch| !watch.is_over()) {
            let name = watch.series().name();
            let (_, sum) = sums
                .entry(name.value.as_str().into_owned())
                .or_insert_with(|| (name.clone(), Some(MigrationCounts::default())));
            *sum = sum.zip(watch.counts()).map(|(sum, counts)| sum.and(counts));
        }
        sums.into_values().filter_map(|(name, sum)| Some((name, sum?)))
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registry")
    }
}
