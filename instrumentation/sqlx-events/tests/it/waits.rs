//! What is recorded of the wait for a connection.

use tracing::{Level, event};

use crate::common::Bed;

const WAIT_TIME: &str = "db.client.connection.wait_time";

#[test]
fn a_wait_is_read_however_sqlx_spells_it() {
    let metrics = Bed::new().recorded(|| {
        event!(target: "sqlx::pool::acquire", Level::DEBUG, acquired_after_secs = 0.5, "acquired connection");
        event!(target: "sqlx::pool::acquire", Level::INFO, aquired_after_secs = 0.25, "acquired connection");
    });
    let wait = metrics.histogram(WAIT_TIME).exactly();
    assert_eq!(wait.count(), 2);
    wait.assert_sum(0.75);
}

#[test]
fn slow_waits_alone_are_not_taken_for_all_waits() {
    let slow = || {
        event!(
            target: "sqlx::pool::acquire",
            Level::WARN,
            aquired_after_secs = 3.0,
            slow_acquire_threshold_secs = 2.0,
            "acquired connection, but time to acquire exceeded slow threshold"
        );
    };
    let bed = Bed::new();
    bed.recorded(slow).assert_absent(WAIT_TIME);
    let metrics = bed.recorded(|| {
        event!(target: "sqlx::pool::acquire", Level::DEBUG, aquired_after_secs = 0.5);
        slow();
    });
    metrics.histogram(WAIT_TIME).assert_sum(3.5);
    metrics.counter("kymo.db.events.unread").assert(0);
}
