//! How the bookshop's schema stands, also when another program changes it.

use std::{borrow::Cow, path::Path, time::Duration};

use integration_tests::{Bookshop, Prometheus, Scrape, eventually};
use sqlx::{
    Connection, SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::documents::questions;

const DATABASE: (&str, &str) = ("db_client_connection_pool_name", "books.db");

/// The bookshop looks every 15 s.
const SEEN: Duration = Duration::from_secs(40);

async fn scrape(shop: &Bookshop) -> Scrape {
    Scrape::parse(shop.client().get("/metrics").await.text()).unwrap()
}

fn count(scrape: &Scrape, state: &str) -> f64 {
    scrape.value("kymo_migrations", &[DATABASE, ("kymo_migration_state", state)])
}

fn counts(scrape: &Scrape) -> [String; 5] {
    ["applied", "pending", "failed", "mismatch", "unknown"]
        .map(|state| count(scrape, state).to_string())
}

/// Another program, which has the bookshop's migrations and one more.
async fn newer(file: &Path) -> (Migrator, SqliteConnection) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/bookshop/migrations");
    let mut migrations = Migrator::new(folder).await.unwrap().migrations.into_owned();
    let sql = "CREATE TABLE readers (id INTEGER PRIMARY KEY)".into_sql_str();
    let kind = MigrationType::Simple;
    migrations.push(Migration::new(3, Cow::Borrowed("readers"), kind, sql, false));
    let url = format!("sqlite:{}", file.display());
    (Migrator::with_migrations(migrations), SqliteConnection::connect(&url).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_does_to_the_schema_is_seen_within_the_interval() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.db");
    let shop = Bookshop::start_with(&["--database-url", &format!("sqlite:{}", file.display())]);
    let ready = async || shop.client().get("/ready").await.status.as_u16();

    let is_read = |scrape: &Scrape| scrape.family("kymo_migrations").is_some();
    let first = eventually(SEEN, async || scrape(&shop).await, is_read).await;
    assert_eq!(counts(&first), ["2", "0", "0", "0", "0"]);
    assert_eq!(first.value("kymo_migration_latest_version", &[DATABASE]).to_string(), "2");
    assert_eq!(first.value("kymo_migration_running", &[DATABASE]).to_string(), "0");
    assert_eq!(first.value("kymo_migration_read_errors_total", &[DATABASE]).to_string(), "0");
    assert_eq!(first.sum("kymo_migration_duration_seconds_count", &[DATABASE]).to_string(), "2");
    assert_eq!(ready().await, 204);

    let (newer, mut connection) = newer(&file).await;
    newer.run(&mut connection).await.unwrap();
    let is_seen = |scrape: &Scrape| count(scrape, "unknown") > 0.5;
    let then = eventually(SEEN, async || scrape(&shop).await, is_seen).await;
    assert_eq!(counts(&then), ["2", "0", "0", "0", "1"]);
    assert_eq!(then.value("kymo_migration_latest_version", &[DATABASE]).to_string(), "3");
    assert_eq!(ready().await, 204, "the older program goes on while it is replaced");

    let taken_back = "DELETE FROM _sqlx_migrations WHERE version > 1";
    sqlx::query(taken_back).execute(&mut connection).await.unwrap();
    let is_seen = |scrape: &Scrape| count(scrape, "pending") > 0.5;
    let last = eventually(SEEN, async || scrape(&shop).await, is_seen).await;
    assert_eq!(counts(&last), ["1", "1", "0", "0", "0"]);
    assert_eq!(ready().await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_document_has_an_answer() {
    let shop = Bookshop::start();
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("migrations.md");
    assert!(questions.len() >= 10, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || {}).await;
}
