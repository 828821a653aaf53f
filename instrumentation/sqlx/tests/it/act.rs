//! The acts of a program with an executor, and how each must be counted.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use sqlx::{
    Database, Encode, Executor, Sqlite, Type, encode::IsNull, error::BoxDynError, query, raw_sql,
    sqlite::SqliteTypeInfo,
};

/// One thing to do, with whatever is an executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Execute,
    ExecuteMany,
    ExecuteText,
    Fetch,
    FetchMany,
    FetchAll,
    FetchOne,
    FetchOptional,
    FetchNoRow,
    FetchOptionalNoRow,
    Batch,
    BatchAfterError,
    Returning,
    Violation,
    ViolationInStream,
    ReturningViolation,
    SyntaxError,
    EncodeError,
    EncodeErrorInFetchOne,
    /// A stream of three rows, of which so many are taken.
    Take(usize),
    /// A stream that is never polled.
    Unpolled,
    UnpolledFuture,
    /// A future that is dropped after its first poll.
    DroppedFuture,
    DroppedFetchOne,
}

impl Act {
    pub(crate) const ALL: &[Self] = &[
        Self::Execute,
        Self::ExecuteMany,
        Self::ExecuteText,
        Self::Fetch,
        Self::FetchMany,
        Self::FetchAll,
        Self::FetchOne,
        Self::FetchOptional,
        Self::FetchNoRow,
        Self::FetchOptionalNoRow,
        Self::Batch,
        Self::BatchAfterError,
        Self::Returning,
        Self::Violation,
        Self::ViolationInStream,
        Self::ReturningViolation,
        Self::SyntaxError,
        Self::EncodeError,
        Self::EncodeErrorInFetchOne,
        Self::Take(1),
        Self::Take(2),
        Self::Take(3),
        Self::Unpolled,
        Self::UnpolledFuture,
        Self::DroppedFuture,
        Self::DroppedFetchOne,
    ];

    /// The `error.type` that it must be counted under once, `""` for a success; `None` if it must
    /// not be counted.
    pub(crate) fn counted_as(self) -> Option<&'static str> {
        match self {
            Self::Violation | Self::ViolationInStream | Self::ReturningViolation => {
                Some("unique_violation")
            }
            Self::SyntaxError | Self::BatchAfterError => Some("database_error"),
            Self::EncodeError | Self::EncodeErrorInFetchOne => Some("encode"),
            Self::Take(_) | Self::DroppedFuture | Self::DroppedFetchOne => Some("cancelled"),
            Self::Unpolled | Self::UnpolledFuture => None,
            _ => Some(""),
        }
    }

    /// Does it, on a database with [`TABLES`](crate::database_meters::TABLES); what came of it, as text.
    pub(crate) async fn run<'e>(self, executor: impl Executor<'e, Database = Sqlite>) -> String {
        match self {
            Self::Execute => shown(query(THREE).execute(executor).await),
            Self::ExecuteMany => {
                shown(raw_sql(THREE).execute_many(executor).collect::<Vec<_>>().await)
            }
            Self::ExecuteText => shown(executor.execute(THREE).await),
            Self::Fetch => shown(query(THREE).fetch(executor).map(is_ok).collect::<Vec<_>>().await),
            Self::FetchMany => {
                let steps = executor.fetch_many(query(THREE));
                shown(steps.map_ok(|step| step.is_left()).collect::<Vec<_>>().await)
            }
            Self::FetchAll => shown(query(THREE).fetch_all(executor).await.map(|rows| rows.len())),
            Self::FetchOne => shown(query(THREE).fetch_one(executor).await.map(drop)),
            Self::FetchOptional => {
                shown(query(THREE).fetch_optional(executor).await.map(|row| row.is_some()))
            }
            Self::FetchNoRow => shown(query(NONE).fetch_one(executor).await.map(drop)),
            Self::FetchOptionalNoRow => {
                shown(query(NONE).fetch_optional(executor).await.map(|row| row.is_some()))
            }
            Self::Batch => {
                let steps = raw_sql("SELECT 1; SELECT 2; SELECT 3").fetch_many(executor);
                shown(steps.map_ok(|step| step.is_left()).collect::<Vec<_>>().await)
            }
            Self::BatchAfterError => {
                let steps =
                    raw_sql("SELECT 1; SELECT * FROM nowhere; SELECT 3").fetch_many(executor);
                shown(steps.map_ok(|step| step.is_left()).collect::<Vec<_>>().await)
            }
            Self::Returning => {
                let insert = "INSERT INTO acts VALUES (NULL), (NULL) RETURNING n";
                shown(query(insert).fetch_one(executor).await.map(drop))
            }
            Self::Violation => shown(query(VIOLATION).execute(executor).await),
            Self::ViolationInStream => {
                shown(query(VIOLATION).fetch(executor).map(is_ok).collect::<Vec<_>>().await)
            }
            Self::ReturningViolation => {
                let violation = "INSERT INTO acts VALUES (1) RETURNING n";
                shown(query(violation).fetch_one(executor).await.map(drop))
            }
            Self::SyntaxError => shown(query("SELEC 1").execute(executor).await),
            Self::EncodeError => shown(query("SELECT ?").bind(Unencodable).execute(executor).await),
            Self::EncodeErrorInFetchOne => {
                shown(query("SELECT ?").bind(Unencodable).fetch_one(executor).await.map(drop))
            }
            Self::Take(rows) => {
                let stream = query(THREE).fetch(executor);
                shown(stream.take(rows).map(is_ok).collect::<Vec<_>>().await)
            }
            Self::Unpolled => {
                drop(query(THREE).fetch(executor));
                String::new()
            }
            Self::UnpolledFuture => {
                drop(query(THREE).execute(executor));
                String::new()
            }
            Self::DroppedFuture => {
                let answer = query(ENDLESS).execute(executor).now_or_never();
                assert!(answer.is_none(), "it was to be dropped before it ended");
                String::new()
            }
            Self::DroppedFetchOne => {
                let answer = query(SLOW).fetch_one(executor).now_or_never();
                assert!(answer.is_none(), "it was to be dropped before it ended");
                String::new()
            }
        }
    }
}

const THREE: &str = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3";

const NONE: &str = "SELECT n FROM acts WHERE n = 7";

const VIOLATION: &str = "INSERT INTO acts VALUES (1)";

const SLOW: &str = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 200000) \
     SELECT count(*) FROM t";

const ENDLESS: &str =
    "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t";

/// An argument that cannot be encoded.
struct Unencodable;

impl Type<Sqlite> for Unencodable {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Unencodable {
    fn encode_by_ref(
        &self,
        _: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Err("it has no form".into())
    }
}

fn shown(result: impl std::fmt::Debug) -> String {
    format!("{result:?}")
}

fn is_ok<T>(result: sqlx::Result<T>) -> sqlx::Result<()> {
    result.map(drop)
}
