//! Pools whose connections tell of no statement.

use kymo_core::Claim;
use sqlx::{Database, Pool};

use crate::database::shown;

/// Warns if the events of sqlx are a second source, and the connections of the pool called `name` write none: what
/// goes round the measured pool is then counted by nobody.
pub(crate) fn warn<DB: Database>(pool: &Pool<DB>, name: &str) {
    if Claim::is_listened_to() && is_silent(&format!("{:?}", pool.connect_options())) {
        tracing::warn!(
            "the connections of the pool {name:?} log no statement, so that what goes round the measured pool is \
             counted by nobody: take `log_statements(LevelFilter::Off)` out of its options, or give it the level \
             `Trace`"
        );
    }
}

/// Whether connections with these options write no event about a statement that is not slow.
fn is_silent(options: &str) -> bool {
    let settings = shown::field(options, "log_settings");
    settings.and_then(|settings| shown::field(settings, "statements_level")) == Some("Off")
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use sqlx::{
        ConnectOptions, any::AnyConnectOptions, mysql::MySqlConnectOptions,
        postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
    };

    use super::*;

    fn silent_and_not<O: ConnectOptions>(options: &O) -> [bool; 2] {
        let off = options.clone().log_statements("off".parse().unwrap());
        [off, options.clone()].map(|options| is_silent(&format!("{options:?}")))
    }

    #[test]
    fn every_driver_shows_whether_it_logs() {
        let password = "}, log_settings: LogSettings { statements_level: Off, ";
        let postgres = PgConnectOptions::new_without_pgpass().password(password);
        assert_eq!(silent_and_not(&postgres), [true, false]);
        assert_eq!(silent_and_not(&MySqlConnectOptions::new().password(password)), [true, false]);
        assert_eq!(silent_and_not(&SqliteConnectOptions::new()), [true, false]);
        let any: AnyConnectOptions = "sqlite::memory:".parse().unwrap();
        assert_eq!(silent_and_not(&any), [true, false]);
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_silent_pool_is_a_warning_where_the_events_are_a_source() {
        Claim::listen(None);
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let off = SqliteConnectOptions::new().log_statements("off".parse().unwrap());
        let (silent, loud) =
            (Pool::connect_lazy_with(off), Pool::connect_lazy_with(SqliteConnectOptions::new()));
        tracing::subscriber::with_default(subscriber, || {
            warn::<sqlx::Sqlite>(&silent, "books");
            warn::<sqlx::Sqlite>(&loud, "orders");
        });
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains("\"books\"") && !told.contains("\"orders\""), "{told}");
    }
}
