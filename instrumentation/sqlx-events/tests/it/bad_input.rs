//! Events and subscribers as nobody should make them.

use std::sync::Arc;

use kymo_sqlx_events::{EventMetrics, EventSettings};
use kymo_testing::{Snapshot, TestMeters};
use proptest::prelude::*;
use tracing::{Event, Level, Subscriber, dispatcher, event, subscriber::with_default};
use tracing_subscriber::{Layer, Registry, layer::Context, prelude::*};

use crate::common::{Bed, statement};

const DURATION: &str = "db.client.operation.duration";
const BOOKS: (&str, &str) = ("db.query.summary", "SELECT books");

/// How many operations were recorded, and how many events were not read.
fn counts(metrics: &Snapshot) -> (i64, i64) {
    (metrics.points().count(DURATION, &[]), metrics.points().count("kymo.db.events.unread", &[]))
}

fn books() {
    statement("SELECT * FROM books", 1, 0.1);
}

#[test]
fn events_of_another_crate_are_counted_as_unread() {
    let metrics = Bed::new().recorded(|| {
        event!(target: "sqlx::query", Level::DEBUG, "reconnecting");
        event!(target: "sqlx::query", Level::ERROR, user = 7);
        event!(target: "sqlx::pool::acquire", Level::INFO, "waiting");
        // Neither of the two targets.
        event!(target: "sqlx::query::plan", Level::DEBUG, summary = "SELECT 1", elapsed_secs = 0.1);
        event!(target: "sqlx", Level::DEBUG, summary = "SELECT 1", elapsed_secs = 0.1);
    });
    assert_eq!(counts(&metrics), (0, 3));
}

#[test]
fn what_can_be_read_beside_fields_of_another_type_is_recorded() {
    let metrics = Bed::new().recorded(|| {
        // No time that could be read: nothing is recorded.
        let summary = "SELECT * FROM books";
        event!(target: "sqlx::query", Level::DEBUG, summary, rows_returned = 1_u64, elapsed_secs = "0.1");
        event!(target: "sqlx::query", Level::DEBUG, summary, rows_returned = 1_u64, elapsed_secs = f64::NAN);
        event!(target: "sqlx::query", Level::DEBUG, summary, rows_returned = 1_u64, elapsed_secs = -1.0);
        event!(target: "sqlx::query", Level::DEBUG, summary, rows_returned = 1_u64, elapsed_secs = f64::INFINITY);
        // No text.
        event!(target: "sqlx::query", Level::DEBUG, summary = 1, rows_returned = 1_u64, elapsed_secs = 0.1);
        // No rows.
        event!(target: "sqlx::query", Level::DEBUG, summary, rows_returned = true, elapsed_secs = 0.1);
        event!(target: "sqlx::query", Level::DEBUG, summary, elapsed_secs = 0.1);
    });
    assert_eq!(counts(&metrics), (3, 7));
    assert_eq!(metrics.points().count(DURATION, &[BOOKS]), 2);
    assert_eq!(metrics.points().count("db.client.response.returned_rows", &[]), 1);
}

#[test]
fn a_span_under_the_target_is_no_event() {
    let metrics = Bed::new().recorded(|| {
        let span = tracing::info_span!(target: "sqlx::query", "query", summary = "SELECT 1");
        span.in_scope(books);
    });
    assert_eq!(counts(&metrics), (1, 0));
}

#[test]
fn a_statement_of_a_megabyte_is_one_statement() {
    let sql = format!("INSERT INTO books VALUES ('{}')", "x".repeat(1024 * 1024));
    let one_word = "x".repeat(1024 * 1024);
    let metrics = Bed::new().recorded(|| {
        (0..3).for_each(|_| statement(&sql, 0, 0.1));
        statement(&one_word, 0, 0.1);
    });
    assert_eq!(counts(&metrics), (4, 0));
    assert_eq!(metrics.points().count(DURATION, &[("db.query.summary", "INSERT books")]), 3);
}

#[test]
fn a_layer_that_is_installed_twice_counts_once() {
    let bed = Bed::new();
    let other = Bed::new();
    let settings = EventSettings::new();
    let of = |bed: &Bed| -> Box<dyn Layer<Registry> + Send + Sync> {
        Box::new(bed.metrics.layer::<Registry>(&settings))
    };
    let subscriber = tracing_subscriber::registry()
        // In one list, and one above the other, with another telemetry's in between.
        .with(vec![of(&bed), of(&other), of(&bed)])
        .with(bed.metrics.layer(&settings))
        .with(Some(other.metrics.layer(&settings).and_then(bed.metrics.layer(&settings))));
    let metrics = bed.recorded_by(subscriber, books);
    assert_eq!(counts(&metrics), (1, 0));
    assert_eq!(counts(&other.meters.snapshot()), (1, 0));
}

#[test]
fn two_subscribers_of_one_telemetry_are_both_heard() {
    let bed = Bed::new();
    bed.recorded(books);
    assert_eq!(counts(&bed.recorded(books)), (2, 0));
    // One that is shared registers each time it is made the default one.
    let shared = Arc::new(Registry::default().with(bed.layer()));
    for _ in 0..3 {
        with_default(Arc::clone(&shared), books);
    }
    assert_eq!(counts(&bed.meters.snapshot()), (5, 0));
}

/// A layer around another that does not ask it whether it wants an event.
struct Unasked<L>(L);

impl<L: Layer<S>, S: Subscriber> Layer<S> for Unasked<L> {
    fn on_layer(&mut self, subscriber: &mut S) {
        self.0.on_layer(subscriber);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.0.on_event(event, context);
    }
}

#[test]
fn a_layer_that_is_not_asked_takes_each_event_also_where_another_one_was() {
    let bed = Bed::new();
    let two = || {
        books();
        statement("DELETE FROM books", 0, 0.1);
    };
    bed.recorded(two);
    let above = Unasked(bed.metrics.layer(&EventSettings::new()));
    let unasked = Registry::default().with(Unasked(bed.layer())).with(above);
    let metrics = bed.recorded_by(unasked, || (0..10).for_each(|_| two()));
    assert_eq!(counts(&metrics), (22, 0));
}

#[test]
fn two_telemetries_count_each_for_itself() {
    let (meters, others) = (TestMeters::new(), TestMeters::new());
    let settings = EventSettings::new();
    let subscriber = Registry::default()
        .with(EventMetrics::new(&*meters).layer(&settings))
        .with(EventMetrics::new(&*others).layer(&settings));
    with_default(subscriber, books);
    assert_eq!((counts(&meters.snapshot()), counts(&others.snapshot())), ((1, 0), (1, 0)));
}

#[test]
fn a_layer_that_no_subscriber_has_does_nothing() {
    let bed = Bed::new();
    drop(bed.layer());
    with_default(tracing::subscriber::NoSubscriber::default(), books);
    dispatcher::with_default(&dispatcher::Dispatch::none(), books);
    assert_eq!(counts(&bed.meters.snapshot()), (0, 0));
}

proptest! {
    #[test]
    fn any_text_is_taken(sql in "\\PC*|[\\x00-\\x7f]*", rows in any::<u64>(), secs in any::<f64>()) {
        let metrics = Bed::new().recorded(|| statement(&sql, rows, secs));
        let is_read = secs.is_finite() && secs >= 0.0;
        let (operations, unread) = counts(&metrics);
        prop_assert_eq!(operations, i64::from(is_read));
        prop_assert_eq!(unread, i64::from(!is_read));
    }
}
