//! Filters that keep the events away.

use std::{
    io,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use kymo_sqlx_events::Reception;
use tracing::{Dispatch, Subscriber, dispatcher, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, prelude::*, registry::LookupSpan};

use crate::common::{Bed, statement};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// A layer that logs into it.
    fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + Send + Sync {
        let log = self.clone();
        fmt::layer().with_ansi(false).without_time().with_writer(move || log.clone())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// What it says once it says anything, or after a while.
    fn eventually(&self) -> String {
        let start = Instant::now();
        while self.text().is_empty() && start.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(5));
        }
        self.text()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many statements come to the layer of `bed` in this subscriber, and what is found out about it.
fn come(bed: &Bed, subscriber: &Dispatch) -> (i64, Reception) {
    let before = bed.meters.snapshot().points().count("db.client.operation.duration", &[]);
    let reception = dispatcher::with_default(subscriber, || {
        statement("SELECT * FROM books", 1, 0.1);
        Reception::now()
    });
    let after = bed.meters.snapshot().points().count("db.client.operation.duration", &[]);
    (after - before, reception)
}

#[test]
fn a_filter_of_the_whole_subscriber_is_one_warning_that_says_what_to_change() {
    for filter in ["info", "warn,sqlx=info", "info,sqlx::query=off"] {
        let (bed, log) = (Bed::new(), Log::default());
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new(filter))
            .with(log.layer())
            .with(bed.metrics.layer(&kymo_sqlx_events::EventSettings::new()));
        let subscriber = Dispatch::new(subscriber);
        let told = log.eventually();
        assert!(
            told.contains(" WARN ") && told.contains("`sqlx::query=debug`"),
            "{filter}: {told}"
        );
        assert_eq!(come(&bed, &subscriber), (0, Reception::KeptAway), "{filter}");
        thread::sleep(Duration::from_millis(50));
        assert_eq!(log.text().lines().count(), 1, "{filter}: {}", log.text());
    }
}

#[test]
fn a_filter_around_the_layer_is_found_wherever_it_is() {
    let settings = kymo_sqlx_events::EventSettings::new();
    let (bed, log) = (Bed::new(), Log::default());
    let layer = bed.metrics.layer::<Registry>(&settings).with_filter(LevelFilter::INFO);
    let subscriber = Dispatch::new(Registry::default().with(layer).with(log.layer()));
    assert!(log.eventually().contains("no statement is counted"), "{}", log.text());
    assert_eq!(come(&bed, &subscriber), (0, Reception::KeptAway));

    let (bed, log) = (Bed::new(), Log::default());
    let subscriber = Registry::default().with(bed.layer()).with(log.layer());
    let subscriber = Dispatch::new(subscriber.with(LevelFilter::INFO));
    assert!(log.eventually().contains("no statement is counted"), "{}", log.text());
    assert_eq!(come(&bed, &subscriber), (0, Reception::KeptAway));
}

#[test]
fn each_subscriber_is_looked_into_and_each_is_one_warning() {
    let settings = kymo_sqlx_events::EventSettings::new();
    let (bed, log) = (Bed::new(), Log::default());
    // One that hears the events, as in a test before the program's own, and two that do not.
    let fine = Dispatch::new(Registry::default().with(bed.layer()));
    let filtered = |log: &Log| {
        let layer = bed.metrics.layer::<Registry>(&settings).and_then(bed.metrics.layer(&settings));
        Dispatch::new(Registry::default().with(layer).with(log.layer()).with(LevelFilter::INFO))
    };
    let first = filtered(&log);
    assert!(log.eventually().contains("no statement is counted"), "{}", log.text());
    let other = Log::default();
    let second = filtered(&other);
    assert!(other.eventually().contains("no statement is counted"), "{}", other.text());
    thread::sleep(Duration::from_millis(50));
    assert_eq!((log.text().lines().count(), other.text().lines().count()), (1, 1));
    drop((fine, first, second));
}

#[test]
fn filters_that_let_the_events_through_are_no_warning() {
    let settings = kymo_sqlx_events::EventSettings::new();
    let (bed, log) = (Bed::new(), Log::default());
    let subscriber = tracing_subscriber::registry()
        .with(log.layer().with_filter(EnvFilter::new("info")))
        .with(bed.metrics.layer(&settings));
    let subscriber = Dispatch::new(subscriber);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(come(&bed, &subscriber), (1, Reception::Heard));
    // Asked about it, the subscriber goes on as before.
    assert_eq!(come(&bed, &subscriber), (1, Reception::Heard));
    dispatcher::with_default(&subscriber, || tracing::info!("still here"));
    assert_eq!(log.text(), " INFO it::reception: still here\n");

    let (bed, log) = (Bed::new(), Log::default());
    let subscriber = tracing_subscriber::registry()
        .with(EnvFilter::new("info,sqlx::query=debug"))
        .with(log.layer().with_filter(LevelFilter::INFO))
        .with(bed.metrics.layer(&settings));
    let subscriber = Dispatch::new(subscriber);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(come(&bed, &subscriber), (1, Reception::Heard));
    assert_eq!(log.text(), "");
}

#[test]
fn a_layer_that_no_subscriber_has_hears_nothing() {
    let bed = Bed::new();
    let subscriber = Dispatch::new(Registry::default());
    assert_eq!(come(&bed, &subscriber), (0, Reception::KeptAway));
    assert_eq!(come(&bed, &Dispatch::none()), (0, Reception::KeptAway));
}

#[test]
fn each_reception_says_what_to_do() {
    assert!(Reception::CompiledOut.to_string().contains("release_max_level"));
    assert!(Reception::KeptAway.to_string().contains(".with_filter(…)"));
}
