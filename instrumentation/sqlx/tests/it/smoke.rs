use futures_util::TryStreamExt;
use kymo_sqlx::{DatabaseMetrics, MeasuredConnection, MeasuredPool};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use sqlx::{Acquire, Executor, Row, Sqlite, SqliteConnection};

async fn generic<'e, E: Executor<'e, Database = Sqlite>>(executor: E) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(executor).await
}
async fn acquired<'a, A: Acquire<'a, Database = Sqlite>>(a: A) -> sqlx::Result<i64> {
    let mut c = a.acquire().await?;
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(&mut *c).await
}
async fn begun<'a, A: Acquire<'a, Database = Sqlite>>(a: A) -> sqlx::Result<()> {
    let mut tx = a.begin().await?;
    sqlx::query("INSERT INTO books (title) VALUES ('x')").execute(&mut *tx).await?;
    tx.rollback().await
}
async fn raw(c: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(c).await
}
async fn both(c: &mut MeasuredConnection<'_, Sqlite>) -> sqlx::Result<i64> {
    sqlx::query("INSERT INTO books (title) VALUES ('x')").execute(&mut *c).await?;
    sqlx::query_scalar("SELECT count(*) FROM books").fetch_one(&mut *c).await
}
fn is_send<T: Send>(t: T) -> T {
    t
}

#[tokio::test]
async fn smoke() {
    let exporter = InMemoryMetricExporter::default();
    let meters = SdkMeterProvider::builder().with_periodic_exporter(exporter.clone()).build();
    let metrics = DatabaseMetrics::new(&meters);
    let pool = kymo_sqlx::pool_options::<Sqlite>()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .unwrap();
    let pool: MeasuredPool<Sqlite> = metrics.pool(pool);
    sqlx::query("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT UNIQUE)")
        .execute(&pool)
        .await
        .unwrap();
    pool.execute("INSERT INTO books (title) VALUES ('Dune')").await.unwrap();
    assert_eq!(generic(&pool).await.unwrap(), 1);
    assert_eq!(acquired(&pool).await.unwrap(), 1);
    begun(&pool).await.unwrap();
    let mut c = pool.acquire().await.unwrap();
    generic(&mut *c).await.unwrap();
    raw(&mut c).await.unwrap();
    raw(&mut *c).await.unwrap();
    both(&mut c).await.unwrap_err_or();
    c.fetch_one("SELECT 1").await.unwrap();
    acquired(&mut c).await.unwrap();
    acquired(&mut *c).await.unwrap();
    {
        let mut tx = c.begin().await.unwrap();
        both(&mut tx).await.unwrap_err_or();
        tx.commit().await.unwrap();
    }
    c.transaction(|tx| {
        Box::pin(async move { sqlx::query("DELETE FROM books").execute(&mut **tx).await })
    })
    .await
    .unwrap();
    drop(c);
    is_send(async {
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("INSERT INTO books (title) VALUES ('a')").execute(&mut *tx).await.unwrap();
        let mut sp = tx.begin().await.unwrap();
        sqlx::query("INSERT INTO books (title) VALUES ('b')").execute(&mut *sp).await.unwrap();
        sp.rollback().await.unwrap();
        raw(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let rows: Vec<i64> = sqlx::query("SELECT id FROM books")
            .fetch(&pool)
            .map_ok(|r| r.get::<i64, _>(0))
            .try_collect()
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
    })
    .await;
    meters.force_flush().unwrap();
    let metrics = exporter.get_finished_metrics().unwrap();
    for m in metrics[0].scope_metrics().flat_map(|s| s.metrics()) {
        println!("{} {:?}", m.name(), m.data());
    }
}
trait U<T> {
    fn unwrap_err_or(self);
}
impl<T, E: std::fmt::Debug> U<T> for Result<T, E> {
    fn unwrap_err_or(self) {
        println!("{:?}", self.err());
    }
}
