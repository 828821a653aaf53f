//! What a request asks of a database is on its bill, as far as events come on its thread.

use std::{thread, time::Duration};

use kymo_core::{OperationKind, Part};
use kymo_testing::UnitOfWork;
use tracing::{Level, event};

use crate::common::{Bed, statement};

const DURATION: &str = "db.client.operation.duration";
const OUTSIDE: &str = "kymo.http.server.request.outside";
const A_WHILE: Duration = Duration::from_millis(20);

#[test]
fn a_statement_is_on_the_bill_of_the_thread_that_is_told_of_it() {
    let bed = Bed::new();
    let mut account = UnitOfWork::new();
    thread::sleep(A_WHILE);
    let metrics = bed.recorded(|| {
        account.run(|| statement("SELECT 1", 1, 3600.0));
        account.run(|| statement("SELECT title FROM books", 1, 0.0));
        statement("SELECT 1", 1, 0.5);
    });
    let bill = account.end();
    assert_eq!(bill.operations(OperationKind::Sql), 2);
    metrics.counter(OUTSIDE).with("kymo.operation.kind", "sql").assert(1);
    assert_eq!(metrics.points().count(DURATION, &[]), 3);
    assert_eq!(bill.time(Part::PoolWait), Duration::ZERO);
}

#[test]
fn a_statement_that_began_in_an_earlier_poll_takes_the_time_since_then() {
    let bed = Bed::new();
    let mut account = UnitOfWork::new();
    bed.recorded(|| {
        account.run(|| ());
        thread::sleep(A_WHILE);
        account.run(|| {
            event!(target: "sqlx::pool::acquire", Level::WARN, acquired_after_secs = 0.005, slow_acquire_threshold_secs = 0.001);
            statement("SELECT title FROM books", 1, 0.0);
        });
        thread::sleep(A_WHILE);
        account.run(|| statement("SELECT title FROM books", 1, 0.010));
        account.run(|| statement("SELECT title FROM books", 1, f64::MAX));
    });
    let bill = account.end();
    assert_eq!(bill.time(Part::PoolWait), Duration::from_millis(5), "also of slow waits alone");
    assert!(bill.time(Part::Sql) >= Duration::from_millis(10), "{bill:?}");
    assert_eq!(bill.operations(OperationKind::Sql), 3);
}

#[test]
fn a_query_that_is_repeated_is_on_the_bill_by_its_summary() {
    let bed = Bed::new();
    let mut account = UnitOfWork::new();
    bed.recorded(|| {
        for n in 0..10 {
            account.run(|| statement(&format!("SELECT title FROM books WHERE id = {n}"), 1, 0.0));
            account.run(|| statement("", 1, 0.0));
        }
    });
    let bill = account.end();
    let repeated: Vec<&str> = bill.repeated().iter().map(|it| &**it).collect();
    assert_eq!((repeated, bill.operations(OperationKind::Sql)), (vec!["SELECT books"], 20));
}
