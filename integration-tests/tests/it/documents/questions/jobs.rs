//! Prometheus answers the questions of `docs/jobs.md`.

use std::{thread, time::Duration};

use axum::Router;
use integration_tests::Prometheus;
use kymo::{
    Telemetry,
    sqlx::{MeasureConnections as _, MeasuredPool},
};
use sqlx::{Sqlite, sqlite::SqlitePoolOptions};
use tokio::net::TcpListener;

use crate::documents::questions;

/// One unit that asks again and again, one that fails, and one that blocks.
async fn round(telemetry: &Telemetry, pool: &MeasuredPool<Sqlite>) {
    let reindex = telemetry.unit_of_work("reindex");
    reindex
        .run_result(async {
            for _ in 0..10 {
                sqlx::query("SELECT 1").execute(pool).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
        .await
        .unwrap();
    let wrong = sqlx::query("SELECT * FROM nothing").execute(pool);
    assert!(telemetry.unit_of_work("sweep").run_result(wrong).await.is_err());
    let blocks = async { thread::sleep(Duration::from_millis(11)) };
    telemetry.unit_of_work("report").run(blocks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_about_jobs_has_an_answer() {
    let telemetry = Telemetry::for_service("worker").prometheus().build().unwrap();
    let pool = SqlitePoolOptions::new().measured().connect("sqlite::memory:").await.unwrap();
    let pool = telemetry.sqlx(pool);
    let app = Router::new().route_service("/metrics", telemetry.endpoint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&telemetry, &pool).await;
    let prometheus = Prometheus::scraping(&server.to_string()).await;
    let questions = questions::of("jobs.md");
    assert!(questions.len() >= 8, "{questions:#?}");
    questions::ask(&prometheus, &questions, async || round(&telemetry, &pool).await).await;
}
