//! A service on sea-orm 2.0: one line measures its connection, and what went round that is counted by the
//! events of sqlx 0.9, which is beneath it.

mod book;

use std::process::ExitCode;

use axum::{
    Router,
    extract::{Path, State},
    http::{Method, StatusCode},
    routing::{get, post},
};
use compat_stand::{Comparison, Database, Failure, Statement, Visitor};
use kymo::{
    Telemetry,
    sea_orm::MeasuredDatabaseConnection,
    sqlx_events::{EventSettings, System},
};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _,
    PaginatorTrait as _, Set, TransactionTrait as _,
};
use tracing_subscriber::{
    Layer as _, filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// What the service counts as, and the database.
const STATEMENTS: &[Statement] = &[
    Statement { summary: "BEGIN", like: "begin%" },
    Statement { summary: "COMMIT", like: "commit%" },
    Statement { summary: "CREATE TABLE books", like: "create table%" },
    Statement { summary: r#"INSERT \"books\""#, like: r#"insert into "books"%"# },
    Statement { summary: r#"SELECT \"books\""#, like: r#"select "books"%"# },
    Statement { summary: r#"DELETE \"books\""#, like: r#"delete from "books"%"# },
];

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

    let database = Database::create("sea_orm_2_0")?;
    let db = telemetry.sea_orm(sea_orm::Database::connect(database.url()).await?);
    database.reset()?;
    db.execute_unprepared("CREATE TABLE books (id SERIAL PRIMARY KEY, title TEXT NOT NULL)")
        .await?;

    let visitor = Visitor::of(service(&telemetry, db.clone()));
    for title in ["Dune", "Emma", "Ulysses"] {
        visitor.ask(Method::POST, &format!("/books/{title}")).await?;
    }
    for _ in 0..4 {
        visitor.ask(Method::GET, "/books").await?;
        visitor.ask(Method::GET, "/books/1").await?;
    }
    visitor.ask(Method::DELETE, "/books/1").await?;

    let page = visitor.scrape().await?;
    let unmeasured = page.sum("kymo_db_unmeasured_operations_total", &[]);
    if (unmeasured - 4.0).abs() > 0.0 {
        return Err(format!("4 statements went round, and {unmeasured} are told").into());
    }
    Comparison::of("sea-orm 2.0", &database, &page, STATEMENTS, &[])?.print()?;
    db.close().await?;
    Ok(())
}

type Db = State<MeasuredDatabaseConnection>;

fn service(telemetry: &Telemetry, db: MeasuredDatabaseConnection) -> Router {
    Router::new()
        .route("/books", get(async |State(db): Db| answer(titles(&db).await)))
        .route("/books/{id}", get(find).delete(remove))
        .route("/books/{id}", post(add))
        .layer(telemetry.http())
        .route_service("/metrics", telemetry.endpoint())
        .with_state(db)
}

/// As most functions of such services: of the connection itself, which goes round the measured one.
async fn titles(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let books = book::Entity::find().all(db).await?;
    Ok(books.into_iter().map(|book| book.title).collect())
}

/// Of a connection or a transaction.
async fn insert(db: &impl ConnectionTrait, title: String) -> Result<i32, DbErr> {
    let book = book::ActiveModel { title: Set(title), ..Default::default() };
    Ok(book.insert(db).await?.id)
}

async fn add(State(db): Db, Path(title): Path<String>) -> Answer {
    let added = async {
        let transaction = db.begin().await?;
        let id = insert(&transaction, title).await?;
        transaction.commit().await?;
        Ok(id)
    };
    answer(added.await)
}

async fn find(State(db): Db, Path(id): Path<i32>) -> Answer {
    let found = async {
        let book = book::Entity::find_by_id(id).one(&db).await?;
        Ok((book, book::Entity::find().count(&db).await?))
    };
    answer(found.await)
}

async fn remove(State(db): Db, Path(id): Path<i32>) -> Answer {
    answer(book::Entity::delete_by_id(id).exec(&db).await)
}

type Answer = Result<String, (StatusCode, String)>;

fn answer<T: std::fmt::Debug>(result: Result<T, DbErr>) -> Answer {
    match result {
        Ok(found) => Ok(format!("{found:?}")),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}
