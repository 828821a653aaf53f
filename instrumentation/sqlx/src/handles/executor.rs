//! Where sqlx hands a query over.
//!
//! Only what a driver itself implements is implemented here; every other method of [`Executor`] is
//! made of these four.

use futures_core::{future::BoxFuture, stream::BoxStream};
use futures_util::StreamExt;
use kymo_sql::Dialect;
use sqlx::{Database, Describe, Either, Execute, Executor, SqlStr};

use crate::{
    MeasuredPool,
    database::{
        driver::{Driver, Step},
        peeked::Peeked,
    },
    handles::{borrowed::Borrowed, connection::Measured},
    recording::{
        first_row::FirstRow, operation::Operation, statement::Statement, stream::MeasuredStream,
        waiting,
    },
};

impl<'p, DB: Database> Executor<'p> for &MeasuredPool<DB> {
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step<DB>>
    where
        'p: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let (pool, query) = (self.clone(), Peeked::of(query));
        Box::pin(async_stream::stream! {
            let measures = pool.measures();
            let mut operation = measures.operation(measures.statement(query.text()));
            let obtained = waiting::by(&mut operation, pool.unmeasured()).await;
            let mut borrowed = match Borrowed::obtained(obtained, &**measures, &mut operation) {
                Ok(borrowed) => borrowed,
                Err(error) => {
                    drop(operation);
                    yield Err(error);
                    return;
                }
            };
            let driver = pool.driver();
            let steps = (driver.fetch_many)(&mut borrowed.connection, query);
            let mut steps = MeasuredStream::<DB>::new(steps, operation, driver.read_rows);
            while let Some(step) = steps.next().await {
                yield step;
            }
        })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<DB::Row>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let (pool, query) = (self.clone(), Peeked::of(query));
        Box::pin(async move {
            let measures = pool.measures();
            let statement = measures.statement(query.text());
            let goes_to_the_end = goes_to_the_end::<DB>(&statement);
            let mut operation = measures.operation(statement);
            let obtained = waiting::by(&mut operation, pool.unmeasured()).await;
            let (mut connection, _) = operation.obtained(obtained)?;
            operation.uses_its_connection_up();
            let (driver, connection) = (pool.driver(), &mut *connection);
            if goes_to_the_end {
                return first_of_all(driver, connection, query, operation).await;
            }
            let answer = (driver.fetch_optional)(connection, query);
            FirstRow::<DB, _>::new(answer, &mut operation).await
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<DB::Statement>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move { (&mut *pool.acquire().await?).prepare_with(sql, parameters).await })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<DB>>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move { (&mut *pool.acquire().await?).describe(sql).await })
    }
}

impl<'c, DB: Database, G> Executor<'c> for &'c mut Measured<DB, G>
where
    G: std::ops::DerefMut<Target = DB::Connection> + Send + ?Sized,
{
    type Database = DB;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step<DB>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let query = Peeked::of(query);
        let Measured { measures, driver, ledger, guard } = self;
        let statement = measures.statement(query.text());
        let operation = Operation::new(measures, statement, Some(ledger));
        let steps = (driver.fetch_many)(guard, query);
        Box::pin(MeasuredStream::<DB>::new(steps, operation, driver.read_rows))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<DB::Row>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let query = Peeked::of(query);
        let Measured { measures, driver, ledger, guard } = self;
        let statement = measures.statement(query.text());
        if goes_to_the_end::<DB>(&statement) {
            let operation = Operation::new(measures, statement, Some(ledger));
            return Box::pin(first_of_all(driver, guard, query, operation));
        }
        let answer = (driver.fetch_optional)(guard, query);
        // Made where it stays.
        let operation = Operation::new(measures, statement, Some(ledger));
        Box::pin(FirstRow::<DB, _>::new(answer, operation))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<DB::Statement>>
    where
        'c: 'e,
    {
        let Measured { measures, driver, ledger, guard } = self;
        let preparing = (driver.prepare_with)(guard, sql, parameters);
        Box::pin(measures.noticing_damage(ledger, preparing))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<DB>>>
    where
        'c: 'e,
    {
        let Measured { measures, driver, ledger, guard } = self;
        let describing = (driver.describe)(guard, sql);
        Box::pin(measures.noticing_damage(ledger, describing))
    }
}

/// Whether only the end of the stream tells how many rows a statement changed that asks for one row,
/// and the driver itself looks that far.
///
/// Of the drivers, only PostgreSQL's looks beyond the first row itself; SQLite has changed all rows
/// by then, and only tells so later. MariaDB would tell nothing, and `Any` may be either.
fn goes_to_the_end<DB: Database>(statement: &Statement<'_>) -> bool {
    statement.change().is_some()
        && (matches!(Driver::<DB>::dialect(), Dialect::Postgres | Dialect::Sqlite)
            || !statement.returns_rows())
}

/// The first row of a stream that is read to its end, as the driver's own `fetch_optional` gives it.
async fn first_of_all<DB: Database>(
    driver: &Driver<DB>,
    connection: &mut DB::Connection,
    query: Peeked<DB>,
    operation: Operation<'_>,
) -> sqlx::Result<Option<DB::Row>> {
    let steps = (driver.fetch_many)(connection, query);
    let mut steps = MeasuredStream::<DB>::new(steps, operation, driver.read_rows).giving_one();
    let mut first = None;
    while let Some(step) = steps.next().await {
        match step {
            Ok(Either::Right(row)) => first = first.or(Some(row)),
            Ok(Either::Left(_result)) => {}
            Err(_) if first.is_some() && Driver::<DB>::dialect() != Dialect::Postgres => break,
            Err(error) => return Err(error),
        }
    }
    Ok(first)
}
