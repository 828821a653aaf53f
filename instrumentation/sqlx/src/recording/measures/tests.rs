//! What runs beside the operations.

use std::{cell::Cell, future};

use futures_util::FutureExt;
use kymo_testing::TestMeters;

use super::*;
use crate::metrics::SCOPE;

/// Notes whether a statement is claimed where it is dropped.
struct Noting<'c>(&'c Cell<Option<bool>>);

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        self.0.set(Some(Claim::Statement.is_made()));
    }
}

fn measures(system: System) -> Measures {
    let recorder = Arc::new(Recorder::new(&SCOPE.meter(&*TestMeters::new())));
    let series = PoolSeries::new(&recorder.instruments, "books".into(), 0);
    let identity =
        Identity { system, protocol: system, namespace: None, address: None, port: None };
    Measures::new(recorder, &identity, series, Without::default())
}

#[test]
fn what_is_prepared_is_claimed_until_it_is_dropped_on_the_way() {
    Claim::listen(None);
    for system in [System::Postgresql, System::Mysql, System::Mariadb, System::Sqlite] {
        let (measures, mut ledger) = (measures(system), Ledger::transaction());
        let was_claimed = Cell::new(None);
        let noting = Noting(&was_claimed);
        let preparing = async {
            let _noting = noting;
            future::pending::<sqlx::Result<()>>().await
        };
        let mut preparing = Box::pin(measures.noticing_damage(&mut ledger, preparing));
        assert!(preparing.as_mut().now_or_never().is_none());
        drop(preparing);
        assert_eq!(was_claimed.get(), Some(true), "{system:?}");
        assert!(!Claim::Statement.is_made());
    }
}
