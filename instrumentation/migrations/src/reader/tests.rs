use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry_sdk::metrics::SdkMeterProvider;
use sqlx::migrate::Migrator;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::*;
use crate::MigrationMetrics;

const SECOND: Duration = Duration::from_secs(1);

/// A database that answers each question after so many seconds, and well.
struct Scripted {
    watch: Arc<Watch>,
    begun: Arc<Mutex<Vec<u64>>>,
    reader: JoinHandle<()>,
}

impl Scripted {
    /// The answers, and that of all questions after them; every 15 s, given up after 5 s.
    fn new(answers: &[u64], rest: u64) -> Self {
        let metrics = MigrationMetrics::new(&SdkMeterProvider::default());
        let pace = Pace { interval: 15 * SECOND, timeout: 5 * SECOND };
        let series = metrics.database("books");
        let watch = Arc::new(Watch::new(Arc::new(Migrator::DEFAULT), series, pace));
        let answers = Mutex::new(answers.iter().copied().collect::<VecDeque<_>>());
        let (begun, under_way) = (Arc::<Mutex<Vec<u64>>>::default(), Arc::<AtomicUsize>::default());
        let (start, times) = (Instant::now(), Arc::clone(&begun));
        let reader = Reader::of(&watch);
        let read = move |_watch| {
            let after = answers.lock().unwrap().pop_front().unwrap_or(rest);
            times.lock().unwrap().push(start.elapsed().as_secs());
            let under_way = Arc::clone(&under_way);
            async move {
                assert_eq!(under_way.fetch_add(1, Ordering::Relaxed), 0, "one at a time");
                sleep(Duration::from_secs(after)).await;
                under_way.fetch_sub(1, Ordering::Relaxed);
                Ok(Recorded::default())
            }
        };
        let reading = async move { reader.read(read).await };
        Self { watch, begun, reader: tokio::spawn(reading) }
    }

    /// When each reading began, in seconds.
    fn begun(&self) -> Vec<u64> {
        self.begun.lock().unwrap().clone()
    }

    /// How long a refresh takes.
    async fn refreshed(&self) -> Duration {
        let start = Instant::now();
        timeout(60 * SECOND, self.watch.refresh()).await.expect("it returns");
        start.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn it_reads_at_once_and_then_in_intervals() {
    let database = Scripted::new(&[], 1);
    sleep(60 * SECOND).await;
    assert_eq!(database.begun(), [0, 16, 32, 48]);
    assert!(database.watch.counts().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_slow_is_asked_no_more_often() {
    let database = Scripted::new(&[], 7);
    sleep(60 * SECOND).await;
    assert_eq!(database.begun(), [0, 22, 44]);
    assert!(database.watch.counts().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_request_begins_a_reading_after_the_one_under_way() {
    let database = Scripted::new(&[], 2);
    sleep(SECOND).await;
    assert_eq!(database.refreshed().await, 3 * SECOND, "the rest of one, and another");
    assert_eq!(database.begun(), [0, 2]);
    sleep(SECOND).await;
    assert_eq!(database.refreshed().await, 2 * SECOND);
    assert_eq!(database.begun(), [0, 2, 5]);
}

#[tokio::test(start_paused = true)]
async fn with_a_database_that_hangs_a_request_is_over_by_the_time_out() {
    let database = Scripted::new(&[1], 3600);
    for _ in 0..100 {
        assert!(database.refreshed().await <= 5 * SECOND);
        sleep(SECOND).await;
    }
    assert_eq!(database.begun().len(), 2);
    assert!(database.watch.counts().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_while_it_hung_is_read_when_it_hangs_no_longer() {
    let database = Scripted::new(&[12], 1);
    sleep(6 * SECOND).await;
    let _: u64 = database.watch.series().ask();
    sleep(8 * SECOND).await;
    assert_eq!(database.begun(), [0, 12]);
    assert!(database.watch.counts().is_some());
}

#[tokio::test(start_paused = true)]
async fn when_it_ends_nobody_waits_and_nothing_is_known() {
    let database = Scripted::new(&[1], 3600);
    sleep(2 * SECOND).await;
    assert!(database.watch.counts().is_some());
    let waiting = tokio::spawn({
        let watch = Arc::clone(&database.watch);
        async move { watch.refresh().await }
    });
    sleep(SECOND).await;
    database.reader.abort();
    timeout(SECOND, waiting).await.unwrap().unwrap();
    assert_eq!(database.refreshed().await, Duration::ZERO);
    assert!(database.watch.counts().is_none() && database.watch.is_over());
}
