//! A driver's own log of its statements agrees with what was measured of them.
//!
//! sqlx writes a line for every statement that it sends, whoever asked for it: a count that knows
//! nothing of ours. SQLite's are written on a thread of their own, where no test hears them.

use std::{
    io::{self, Write},
    sync::{Arc, LazyLock, Mutex},
};

use kymo::testing::{Snapshot, TestTelemetry};
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, util::SubscriberInitExt};

use super::{empty_database::EmptyDatabase, measured};

/// The lines of one thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// How many statements were sent, those apart that begin and end transactions, which sqlx logs
    /// in part, and those that set up a new connection.
    fn statements(&self) -> u64 {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter(|line| line.contains("sqlx::query: "));
        let others = ["BEGIN", "COMMIT", "ROLLBACK", "SET"];
        let others = others.map(|word| format!("summary=\"{word}"));
        let lines = lines.filter(|line| !others.iter().any(|other| line.contains(other)));
        lines.count().try_into().unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn operations(metrics: &Snapshot) -> u64 {
    let all = metrics.histogram("db.client.operation.duration");
    let ends = ["BEGIN", "COMMIT", "ROLLBACK"];
    let ends = ends.map(|end| all.clone().with("db.query.summary", end).try_count());
    all.count() - ends.into_iter().flatten().sum::<u64>()
}

/// Hears what this thread logs until the guard is dropped.
fn logging(log: &Log) -> impl Sized {
    LazyLock::force(&SECOND);
    subscriber(log).set_default()
}

/// A subscriber that nobody writes to.
///
/// While there is but one in the program, `tracing` asks that of the thread that comes to a log line
/// first whether anybody wants to hear it, and believes its answer on all threads: a test beside this
/// one, that has none, would silence it. Of two or more, it asks all.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(subscriber(&Log::default())));

fn subscriber(log: &Log) -> impl Subscriber + Send + Sync {
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone());
    subscriber.with_max_level(LevelFilter::DEBUG).finish()
}

/// One statement could not be encoded, and was not sent.
const NOT_SENT: u64 = 1;

#[tokio::test]
async fn every_statement_that_postgres_is_sent_is_measured_once() {
    let (telemetry, log, fresh) =
        (TestTelemetry::new(), Log::default(), EmptyDatabase::postgres().await);
    let pool = telemetry.sqlx(super::pool(&fresh, 1));
    let guard = logging(&log);
    measured::postgres::service::run_statements(&pool).await;
    drop(guard);
    let metrics = telemetry.snapshot();
    assert!(log.statements() > 50, "{}", log.statements());
    assert_eq!(operations(&metrics), log.statements() + NOT_SENT, "{metrics}");
}

#[tokio::test]
async fn every_statement_that_mariadb_is_sent_is_measured_once() {
    let (telemetry, log, fresh) =
        (TestTelemetry::new(), Log::default(), EmptyDatabase::mariadb().await);
    let pool = telemetry.sqlx(super::pool(&fresh, 1));
    let guard = logging(&log);
    measured::mariadb::service::run_statements(&pool).await;
    drop(guard);
    let metrics = telemetry.snapshot();
    assert!(log.statements() > 50, "{}", log.statements());
    assert_eq!(operations(&metrics), log.statements() + NOT_SENT, "{metrics}");
}
