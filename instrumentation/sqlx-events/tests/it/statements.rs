//! What is recorded of a statement.

use kymo_sqlx_events::{EventSettings, System, metrics};
use kymo_testing::Snapshot;
use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

use crate::common::{Bed, statement};

/// How often a statement of this summary was recorded.
fn count(metrics: &Snapshot, summary: &str) -> i64 {
    metrics.points().count("db.client.operation.duration", &[("db.query.summary", summary)])
}

#[test]
fn each_event_is_one_operation_with_its_time_and_its_rows() {
    let bed = Bed::new();
    let metrics = bed.recorded(|| {
        statement("SELECT title FROM books WHERE id = 1", 1, 0.25);
        statement("SELECT title FROM books WHERE id = 2", 0, 0.5);
        statement("INSERT INTO orders (book) VALUES (7)", 0, 0.125);
    });
    assert_eq!((count(&metrics, "SELECT books"), count(&metrics, "INSERT orders")), (2, 1));
    let duration = metrics.histogram("db.client.operation.duration");
    duration.with("db.query.summary", "SELECT books").assert_sum(0.75);
    let rows = metrics.histogram("db.client.response.returned_rows");
    assert_eq!(rows.count(), 2);
    rows.with("db.query.summary", "SELECT books").assert_sum(1);
    metrics.counter("kymo.db.events.unread").assert(0);
}

#[test]
fn a_text_of_four_words_stands_in_the_summary_alone() {
    let bed = Bed::new();
    let metrics = bed.recorded(|| {
        statement("SELECT * FROM books", 3, 0.1);
        statement("DELETE FROM books", 0, 0.1);
        // Cut between words that are not one space apart: the text stands in the statement.
        statement("SELECT  *  FROM  orders", 3, 0.1);
    });
    let counts = ["SELECT books", "DELETE books", "SELECT orders"].map(|it| count(&metrics, it));
    assert_eq!(counts, [1, 1, 1]);
}

#[test]
fn a_statement_has_the_name_that_it_was_given() {
    let metrics = Bed::new().recorded(|| {
        statement("-- name: books_by_author\nSELECT * FROM books WHERE author = $1", 1, 0.1);
    });
    assert_eq!(count(&metrics, "books_by_author"), 1);
}

#[test]
fn what_is_no_sql_has_no_summary_and_is_counted() {
    let metrics = Bed::new().recorded(|| statement("hello", 0, 0.1));
    let duration = metrics.histogram("db.client.operation.duration");
    assert_eq!(duration.without("db.query.summary").count(), 1);
    metrics.counter("kymo.db.events.unread").assert(0);
}

#[test]
fn names_are_read_as_the_system_reads_them() {
    let quoted = || statement(r#"SELECT title FROM "books" WHERE id = 1"#, 1, 0.1);
    for (system, summary) in [
        (None, "SELECT"),
        (Some(System::Postgresql), r#"SELECT "books""#),
        (Some(System::Sqlite), r#"SELECT "books""#),
        (Some(System::Mariadb), "SELECT"),
    ] {
        let settings = EventSettings::new();
        let settings = system.map_or(settings.clone(), |system| settings.system(system));
        let metrics = Bed::new().recorded_with(&settings, quoted);
        assert_eq!(count(&metrics, summary), 1, "{system:?}");
    }
}

#[test]
fn what_is_not_wanted_is_left_out() {
    let settings = EventSettings::new().without_summaries().without_returned_rows();
    let metrics = Bed::new().recorded_with(&settings, || {
        statement("SELECT title FROM books WHERE id = 1", 1, 0.25);
        statement("DELETE FROM orders", 0, 0.25);
    });
    let duration = metrics.histogram("db.client.operation.duration");
    assert_eq!(duration.without("db.query.summary").count(), 2);
    metrics.assert_absent("db.client.response.returned_rows");
}

#[test]
fn summaries_that_exceed_the_budget_are_other_and_counted() {
    let metrics = Bed::new().recorded(|| {
        for n in 0..450 {
            statement(&format!("SELECT a FROM t{n} WHERE b = 1"), 1, 0.1);
        }
    });
    assert_eq!((count(&metrics, "SELECT t399"), count(&metrics, "SELECT t400")), (1, 0));
    assert_eq!(count(&metrics, "_OTHER"), 50);
    let folded = metrics.counter("kymo.cardinality.folded");
    folded.with("kymo.cardinality.attribute", "db.query.summary").assert(50);
}

#[test]
fn the_log_of_the_program_does_not_change_and_does_not_switch_it_off() {
    let written = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let bed = Bed::new();
    let to = std::sync::Arc::clone(&written);
    let log = fmt::layer().with_writer(move || Writer(std::sync::Arc::clone(&to)));
    let subscriber = tracing_subscriber::registry()
        .with(bed.layer())
        .with(log.with_ansi(false).without_time().with_filter(LevelFilter::WARN));
    let metrics = bed.recorded_by(subscriber, || {
        statement("SELECT * FROM books", 1, 0.1);
        tracing::info!("nobody asked for this");
        tracing::warn!("slow");
    });
    assert_eq!(count(&metrics, "SELECT books"), 1);
    let written = String::from_utf8(written.lock().unwrap().clone()).unwrap();
    assert_eq!(written, " WARN it::statements: slow\n");
}

#[test]
fn only_declared_names_and_keys_appear() {
    let metrics = Bed::new().recorded(|| {
        statement("SELECT * FROM books", 1, 0.1);
        tracing::event!(target: "sqlx::pool::acquire", tracing::Level::DEBUG, acquired_after_secs = 0.1);
    });
    metrics.assert_declared(metrics::ALL.iter().chain(kymo_core::metrics::ALL));
}

/// Keeps what is logged.
struct Writer(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
