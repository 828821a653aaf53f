//! Things that programs do with a pool, the same for every peer.

use std::sync::{Arc, LazyLock};

use futures_util::future::LocalBoxFuture;
use sqlx::{AssertSqlSafe, Database, Executor, IntoArguments};
use tokio::task::yield_now;

/// One thing that programs do with databases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A row, by the pool.
    OneRow,
    /// An insert, by the pool.
    Insert,
    /// A row, by a connection that is held.
    Held,
    /// The same by one of 10,000 texts, in turn.
    Statements,
    /// A transaction of one insert.
    Transaction,
    /// A hundred rows, by the pool.
    ManyRows,
}

/// The answer to this is one row.
const ONE_ROW: &str = "SELECT title FROM books WHERE id = 42";
/// The answer to this is [`MANY`] rows.
pub const MANY_ROWS: &str = "SELECT title FROM books";
/// How many books there are.
pub const MANY: usize = 100;
/// This changes one row.
pub const INSERT: &str = "INSERT INTO orders (book) VALUES (42)";
/// The answer to each of these is one row.
static STATEMENTS: LazyLock<Vec<Arc<str>>> = LazyLock::new(|| {
    (0..10_000).map(|id| format!("SELECT title FROM books WHERE id = {id}").into()).collect()
});

impl Workload {
    /// Those that every database has.
    pub const ALL: [Self; 5] =
        [Self::OneRow, Self::Insert, Self::Held, Self::Transaction, Self::ManyRows];

    /// The one that is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter().chain([Self::Statements]);
        all.find(|workload| workload.name() == name)
    }

    /// As in `run sqlx/DATABASE/NAME/PEER`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneRow => "row",
            Self::Insert => "insert",
            Self::Held => "held",
            Self::Statements => "statements",
            Self::Transaction => "transaction",
            Self::ManyRows => "rows",
        }
    }

    /// Its name in the table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OneRow => "`fetch_one` on `&pool`",
            Self::Insert => "`execute` of an insert on `&pool`",
            Self::Held => "`fetch_one` on `&mut *connection`, held",
            Self::Statements => "`fetch_one`, held, of 10,000 statements in turn",
            Self::Transaction => "transaction of one insert",
            Self::ManyRows => "`fetch_all` of 100 rows on `&pool`",
        }
    }

    /// How many statements it is: a transaction is begun and committed too.
    pub const fn statements(self) -> u64 {
        if matches!(self, Self::Transaction) { 3 } else { 1 }
    }
}

/// A pool that a peer measures.
pub trait Peer {
    /// Does `workload`, `times` times.
    fn run(&self, workload: Workload, times: u64) -> LocalBoxFuture<'_, sqlx::Result<()>>;

    /// The metrics that it recorded; absent if it records nothing.
    fn record(&self) -> Option<Record>;
}

/// The metrics that a peer exposes.
pub struct Record {
    /// Its page.
    pub text: String,
    /// How many operations a transaction of one insert is to it.
    pub operations_of_a_transaction: u64,
}

/// Does `once` again and again, and lets the runtime give the connection back in between.
///
/// # Errors
///
/// The first one of `once`.
pub async fn repeat(
    times: u64,
    mut once: impl AsyncFnMut() -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    for _ in 0..times {
        once().await?;
        yield_now().await;
    }
    Ok(())
}

/// One row.
///
/// # Errors
///
/// Those of the database.
pub async fn one_row<'e, E>(executor: E) -> sqlx::Result<()>
where
    E: Executor<'e>,
    <E::Database as Database>::Arguments: IntoArguments<E::Database>,
{
    sqlx::query(ONE_ROW).fetch_one(executor).await.map(drop)
}

/// One row, by the statement that comes after the `n`th.
///
/// # Errors
///
/// Those of the database.
pub async fn statement<'e, E>(executor: E, n: &mut usize) -> sqlx::Result<()>
where
    E: Executor<'e>,
    <E::Database as Database>::Arguments: IntoArguments<E::Database>,
{
    *n = (*n + 1) % STATEMENTS.len();
    let text = AssertSqlSafe(Arc::clone(&STATEMENTS[*n]));
    sqlx::query(text).fetch_one(executor).await.map(drop)
}

/// A hundred rows.
///
/// # Errors
///
/// Those of the database, and when there are fewer.
pub async fn many_rows<'e, E>(executor: E) -> sqlx::Result<()>
where
    E: Executor<'e>,
    <E::Database as Database>::Arguments: IntoArguments<E::Database>,
{
    let rows = sqlx::query(MANY_ROWS).fetch_all(executor).await?;
    if rows.len() == MANY { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// One row more.
///
/// # Errors
///
/// Those of the database.
pub async fn insert<'e, E>(executor: E) -> sqlx::Result<()>
where
    E: Executor<'e>,
    <E::Database as Database>::Arguments: IntoArguments<E::Database>,
{
    sqlx::query(INSERT).execute(executor).await.map(drop)
}
