//! What sea-orm tells of a statement, by a clock that is set now and then.

use std::time::Duration;

use kymo_sqlx::{DatabaseMetrics, System};
use kymo_testing::TestMeters;
use sea_orm::{DbBackend, Statement, metric::Info};

use super::*;
use crate::callback;

#[tokio::test]
async fn a_clock_that_is_set_forward_makes_no_statement_of_an_hour() {
    let meters = TestMeters::new();
    let told = DatabaseMetrics::new(&*meters).told_numbered(System::Sqlite);
    let select = Statement::from_string(DbBackend::Sqlite, "SELECT title FROM books");
    let an_hour = Duration::from_hours(1);
    let run = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        callback::tell(
            &told.onlooker(),
            &Info { elapsed: an_hour, statement: &select, failed: false },
        );
        Ok(None::<QueryResult>)
    };
    observe(told.statement(&select.sql), run).await.unwrap();
    let took = meters.snapshot().points().only("db.client.operation.duration").sum;
    assert!((0.02..60.0).contains(&took), "{took} s");
}

#[tokio::test]
async fn a_statement_begins_when_a_connection_is_there() {
    let meters = TestMeters::new();
    let told = DatabaseMetrics::new(&*meters).told_numbered(System::Sqlite);
    let select = Statement::from_string(DbBackend::Sqlite, "SELECT title FROM books");
    let run = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let elapsed = Duration::from_millis(1);
        callback::tell(&told.onlooker(), &Info { elapsed, statement: &select, failed: false });
        Ok(None::<QueryResult>)
    };
    observe(told.statement(&select.sql), run).await.unwrap();
    let took = meters.snapshot().points().only("db.client.operation.duration").sum;
    assert!((0.001..0.2).contains(&took), "{took} s");
}
