//! A migrator, measured.

use std::{
    borrow::Borrow,
    fmt,
    future::Future,
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use kymo_core::Claim;
use sqlx::{
    Acquire, Database,
    migrate::{Migrate, MigrateError, Migrator},
};
use tokio::runtime::Handle;

use crate::{
    claimed::{claimed, lent},
    database_series::DatabaseSeries,
    direction::Direction,
    either_pool::EitherPool,
    held_pool::IsThere,
    migration_metrics::MigrationMetrics,
    observed::Observed,
    reader::Reader,
    reading::read,
    status::MigrationStatus,
    undo::undo,
    watch::{Pace, Watch},
};

/// The holder of the migrator, such as an [`Arc`] or a static.
pub(crate) type Source = Arc<dyn Borrow<Migrator> + Send + Sync>;

/// sqlx's [`Migrator`], measured: each migration, the wait for the lock, and where the schema stands.
///
/// [`run`](Self::run), [`run_to`](Self::run_to), [`undo`](Self::undo) and [`skip`](Self::skip) take
/// what those of sqlx take, and give the same results and errors; what they give can be sent to any
/// task. Clones are the same.
///
/// Make one for each database: it goes by the name of the first pool that [`of`](Self::of) or
/// [`watch`](Self::watch) is given, or by the first that [`named`](Self::named) is; if something is
/// run before, by the name of the product, such as `postgresql`.
#[derive(Clone)]
pub struct Migrations {
    metrics: MigrationMetrics,
    source: Source,
    series: Arc<OnceLock<Arc<DatabaseSeries>>>,
    pace: Pace,
    /// The watch there is, if there is one, and whether its pool is there.
    watch: Arc<Mutex<Option<Current>>>,
}

impl Migrations {
    pub(crate) fn new(metrics: MigrationMetrics, source: Source) -> Self {
        let pace = Pace { interval: Duration::from_secs(15), timeout: Duration::from_secs(5) };
        Self { metrics, source, series: Arc::default(), pace, watch: Arc::default() }
    }

    /// Has the database go by the name of `pool` in the metrics, unless it has one already.
    pub fn of(self, pool: &impl EitherPool) -> Self {
        self.series_called(|| pool.database_name());
        self
    }

    /// Has the database go by `name` in the metrics, unless it has one already: such as where two
    /// migrators have a table each in one database, whose counts would be summed otherwise.
    pub fn named(self, name: &str) -> Self {
        self.series_called(|| name.to_owned());
        self
    }

    /// How often [`watch`](Self::watch) reads, when it is called after this: every 15 s unless told
    /// otherwise, and every 100 ms at most.
    pub fn read_every(mut self, interval: Duration) -> Self {
        self.pace.interval = interval.max(SHORTEST);
        self
    }

    /// How long a reading of [`watch`](Self::watch) may take before it counts as failed, when that is
    /// called after this: 5 s unless told otherwise, and 100 ms at least.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.pace.timeout = timeout.max(SHORTEST);
        self
    }

    /// Runs what is pending; as [`Migrator::run`].
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::run`].
    pub fn run<'a, A>(&self, database: A) -> impl Future<Output = Result<(), MigrateError>> + Send
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        self.forwards(database, None, Direction::Up)
    }

    /// Runs what is pending up to the version `target`; as [`Migrator::run_to`].
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::run_to`].
    pub fn run_to<'a, A>(
        &self,
        target: i64,
        database: A,
    ) -> impl Future<Output = Result<(), MigrateError>> + Send
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        self.forwards(database, Some(target), Direction::Up)
    }

    /// Marks what is pending as applied without running it, up to the version `target` or all of it;
    /// as [`Migrator::skip`].
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::skip`].
    pub fn skip<'a, A>(
        &self,
        database: A,
        target: Option<i64>,
    ) -> impl Future<Output = Result<(), MigrateError>> + Send
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        self.forwards(database, target, Direction::Skip)
    }

    /// Takes back what is newer than the version `target`; as [`Migrator::undo`].
    ///
    /// # Errors
    ///
    /// Those of [`Migrator::undo`].
    pub fn undo<'a, A>(
        &self,
        database: A,
        target: i64,
    ) -> impl Future<Output = Result<(), MigrateError>> + Send
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        let series = self.series::<A::Database>();
        // Here, and not within: what `A` is would decide whether this can be sent otherwise.
        let acquiring = Claim::Lending.run(|| database.acquire());
        let undoing = async move {
            let mut connection = lent(acquiring).await?;
            let mut observed = Observed::new(&mut *connection, series);
            claimed::<A::Database, _>(undo(self.migrator(), &mut observed, target)).await
        };
        series.run(Direction::Down, undoing)
    }

    /// Reads from now on how the migrations stand in the database of `pool`, in the background: at
    /// once, every 15 s, and whenever this process has migrated it.
    ///
    /// It begins when it is called, waits for nothing, and goes on until the pool is closed, the last
    /// handle of a measured pool is dropped, or the tokio runtime that it was called in ends; outside of
    /// one nothing is read, and that is logged. A pool that is not measured has no weak handle: it is
    /// kept, and closed by closing it, and not by dropping all others. Called again meanwhile, it gives
    /// the same status, whatever the pool: nothing is read twice. What was read last of a pool that was
    /// dropped is shown for as long as it can be true.
    ///
    /// A reading is two short queries on one connection of the pool, which are not measured, and
    /// changes nothing. While the database does not answer, one reading waits for it, and has one
    /// connection at most. Of a database where nothing was ever migrated, PostgreSQL logs that the
    /// table is missing.
    pub fn watch<P: EitherPool>(&self, pool: &P) -> MigrationStatus
    where
        <P::Database as Database>::Connection: Migrate,
    {
        let mut current = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((watch, is_there)) = &*current
            && let Some(watch) = watch.upgrade().filter(|watch| !watch.is_over())
        {
            if is_there() {
                return MigrationStatus::new(watch);
            }
            watch.end();
        }
        let series = Arc::clone(self.series_called(|| pool.database_name()));
        let watch = Arc::new(Watch::new(Arc::clone(&self.source), series, self.pace));
        let (held, mut closed) = (pool.held(), pool.bare().close_event());
        *current = Some((Arc::downgrade(&watch), held.is_there()));
        drop(current);
        // The readings that linger of a pool of that name are over.
        watch.series().ask();
        self.metrics.registry().observe(&watch);
        // Dropped in either case when nothing will be read any more.
        let reader = Reader::of(&watch);
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    let reading = reader.read(|watch: Arc<Watch>| {
                        let pool = held.get();
                        async move {
                            let pool = pool.ok_or(sqlx::Error::PoolClosed)?;
                            read(&pool, &watch.migrator().table_name).await
                        }
                    });
                    // Closed, or gone: that is the end of it.
                    let _ = closed.do_until(reading).await;
                    if held.get().is_none() {
                        reader.linger().await;
                    }
                });
            }
            Err(outside) => watch.fail(&outside),
        }
        MigrationStatus::new(watch)
    }

    /// The migrator itself; what is done with it is not measured.
    pub fn migrator(&self) -> &Migrator {
        (*self.source).borrow()
    }
}

impl Migrations {
    fn forwards<'a, A>(
        &self,
        database: A,
        target: Option<i64>,
        direction: Direction,
    ) -> impl Future<Output = Result<(), MigrateError>> + Send
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        let series = self.series::<A::Database>();
        let acquiring = Claim::Lending.run(|| database.acquire());
        let running = async move {
            let mut connection = lent(acquiring).await?;
            let mut observed = Observed::new(&mut *connection, series);
            let skip = direction == Direction::Skip;
            // Hidden, because what is documented takes nothing but a driver's own connection.
            let run = self.migrator().run_direct(target, &mut observed, skip);
            claimed::<A::Database, _>(run).await
        };
        series.run(direction, running)
    }

    /// Those of the name that was given; else of the product.
    fn series<DB: Database>(&self) -> &DatabaseSeries {
        self.series_called(|| DB::NAME.to_ascii_lowercase())
    }

    fn series_called(&self, name: impl FnOnce() -> String) -> &Arc<DatabaseSeries> {
        self.series.get_or_init(|| self.metrics.database(&name()))
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.series.get().map(|series| series.name().value.as_str());
        f.debug_struct("Migrations").field("database", &database).finish_non_exhaustive()
    }
}

/// The watch of now, and whether its pool is there.
type Current = (Weak<Watch>, IsThere);

/// The shortest interval and time-out of readings.
const SHORTEST: Duration = Duration::from_millis(100);
