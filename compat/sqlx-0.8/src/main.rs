//! A service on sqlx 0.8: its statements are counted by sqlx's own events, and its pool by a closure.

mod books;

use std::process::ExitCode;

use axum::{
    Router,
    extract::{Path, State},
    http::{Method, StatusCode},
    routing::{delete, get, post},
};
use compat_stand::{Comparison, Database, Failure, Statement, Visitor};
use kymo::{
    Telemetry,
    pool::{ObservedPool, PoolState},
    sqlx_events::{EventSettings, System},
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tracing_subscriber::{
    Layer as _, filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// What the service counts as, and the database.
const STATEMENTS: &[Statement] = &[
    Statement { summary: "COMMIT", like: "commit%" },
    Statement { summary: "ROLLBACK", like: "rollback%" },
    Statement { summary: "CREATE TABLE books", like: "create table%" },
    Statement { summary: "INSERT books", like: "insert into books%" },
    Statement { summary: "SELECT books", like: "select%books%" },
    Statement { summary: "UPDATE books", like: "update books%" },
    Statement { summary: "DELETE books", like: "delete from books%" },
];

/// A statement of which sqlx writes no event.
const UNSEEN: &[&str] = &["begin%"];

#[tokio::main]
async fn main() -> ExitCode {
    compat_stand::end(run().await)
}

async fn run() -> Result<(), Failure> {
    let telemetry = Telemetry::for_service("books").prometheus().install()?;
    let events = EventSettings::new().system(System::Postgresql);
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_filter(LevelFilter::WARN))
        .with(telemetry.sqlx_events_with(&events))
        .init();

    let database = Database::create("sqlx_0_8")?;
    let pool = PgPoolOptions::new().max_connections(3).connect(&database.url()).await?;
    let pool = telemetry.pool("books", pool, |pool: &PgPool| {
        let max = pool.options().get_max_connections();
        PoolState::new(pool.size(), pool.num_idle()).max(max)
    })?;
    database.reset()?;
    books::create(&pool).await?;

    let visitor = Visitor::of(service(&telemetry, pool.clone()));
    for title in ["Dune", "Emma", "Ulysses"] {
        visitor.ask(Method::POST, &format!("/books/{title}")).await?;
    }
    for _ in 0..4 {
        visitor.ask(Method::GET, "/books").await?;
        visitor.ask(Method::GET, "/titles").await?;
    }
    visitor.ask(Method::GET, "/books/Dune").await?;
    for title in ["Dune", "Nothing"] {
        visitor.ask(Method::POST, &format!("/books/{title}/sale")).await?;
    }
    visitor.ask(Method::DELETE, "/books/Emma").await?;

    let page = visitor.scrape().await?;
    let levels = [("db_client_connection_pool_name", "books")];
    if (page.sum("db_client_connection_max", &levels) - 3.0).abs() > 0.0 {
        return Err("the maximum of the pool is not shown".into());
    }
    Comparison::of("sqlx 0.8", &database, &page, STATEMENTS, UNSEEN)?.print()?;
    pool.close().await;
    Ok(())
}

type Pool = State<ObservedPool<PgPool>>;

fn service(telemetry: &Telemetry, pool: ObservedPool<PgPool>) -> Router {
    Router::new()
        .route("/books", get(async |State(pool): Pool| answer(books::count(&pool).await)))
        .route("/titles", get(async |State(pool): Pool| answer(books::titles(&pool).await)))
        .route("/books/{title}", get(find))
        .route("/books/{title}", post(add))
        .route("/books/{title}/sale", post(sell))
        .route("/books/{title}", delete(remove))
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint())
        .with_state(pool)
}

async fn add(State(pool): Pool, Path(title): Path<String>) -> Answer {
    answer(books::add(&pool, &[&title]).await)
}

async fn find(State(pool): Pool, Path(title): Path<String>) -> Answer {
    let found = async { books::find(&mut *pool.acquire().await?, &title).await };
    answer(found.await)
}

async fn sell(State(pool): Pool, Path(title): Path<String>) -> Answer {
    let sold = async {
        let mut transaction = pool.begin().await?;
        if books::sell(&mut transaction, &title).await? == 0 {
            return transaction.rollback().await;
        }
        transaction.commit().await
    };
    answer(sold.await)
}

async fn remove(State(pool): Pool, Path(title): Path<String>) -> Answer {
    answer(books::remove(&*pool, &title).await)
}

type Answer = Result<String, (StatusCode, String)>;

fn answer<T: std::fmt::Debug>(result: sqlx::Result<T>) -> Answer {
    match result {
        Ok(found) => Ok(format!("{found:?}")),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}
