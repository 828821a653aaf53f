//! The wait for the lock is told of each run that asks for it.

use crate::migration_meters::{MigrationMeters, RUNS, counted, pool, program};

const LOCK_WAIT_TIME: &str = "kymo.migration.lock.wait_time";

#[tokio::test]
async fn a_run_that_is_not_to_lock_has_not_waited() {
    let meters = MigrationMeters::new();
    let pool = pool();
    for (locks, waited) in [(false, counted([])), (true, counted([("", 1)]))] {
        let mut migrator = program([1]);
        migrator.set_locking(locks);
        meters.metrics.migrations(migrator).run(&pool).await.unwrap();
        assert_eq!(meters.by(LOCK_WAIT_TIME, "error.type"), waited);
    }
    assert_eq!(meters.by(RUNS, "error.type"), counted([("", 2)]));
}
