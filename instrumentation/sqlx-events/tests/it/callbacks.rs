//! Statements that a library above the driver is told of by callbacks too.

use std::time::Duration;

use kymo_core::Sighting;

use crate::common::{Bed, statement};

const DURATION: &str = "db.client.operation.duration";
const TOOK: Duration = Duration::from_millis(100);

fn is_first(sql: &str) -> bool {
    Sighting::Callback.of(sql).is_none_or(|it| it.is_first(TOOK))
}

#[test]
fn a_statement_that_both_tell_of_is_recorded_once_whichever_comes_first() {
    Sighting::expect_callbacks();
    // A short text is in the summary, and a long one apart.
    for sql in ["SELECT told_twice", "SELECT told, twice, and, much, longer FROM books"] {
        let bed = Bed::new();
        let metrics = bed.recorded(|| {
            statement(sql, 1, 0.1);
            assert!(!is_first(sql), "{sql}");
            assert!(is_first(sql), "{sql}");
            statement(sql, 1, 0.1);
        });
        assert_eq!(metrics.points().count(DURATION, &[]), 1, "{sql}");
    }
}
