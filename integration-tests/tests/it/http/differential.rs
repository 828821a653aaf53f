//! The bills of requests, beside what PostgreSQL and Redis have counted themselves.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::future::join_all;
use integration_tests::{Client, Postgres, Redis, Scrape};
use kymo::{
    Telemetry,
    redis::MeasuredConnection,
    sqlx::{MeasureConnections as _, MeasuredPool},
};
use redis::{AsyncCommands, aio::MultiplexedConnection};
use sqlx::{
    ConnectOptions, Executor, PgConnection, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::net::TcpListener;

/// What handlers ask.
#[derive(Clone)]
struct Shop {
    books: MeasuredPool<sqlx::Postgres>,
    shelf: MeasuredConnection<MultiplexedConnection>,
}

/// Why a handler gave up.
struct Trouble;

impl<E: std::error::Error> From<E> for Trouble {
    fn from(_: E) -> Self {
        Self
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

type Answer = Result<String, Trouble>;

/// A look-up in Redis, and a query where that has nothing.
async fn read(State(mut shop): State<Shop>) -> Answer {
    let kept: Option<String> = shop.shelf.get("title").await?;
    let title = sqlx::query_scalar("SELECT title FROM books WHERE id = 1");
    let title: String = title.fetch_one(&shop.books).await?;
    let () = shop.shelf.set("title", &title).await?;
    Ok(kept.unwrap_or(title))
}

/// Queries that take their time, one after the other.
async fn think(State(shop): State<Shop>) -> Answer {
    for _ in 0..3 {
        sqlx::query("SELECT pg_sleep(0.01)").execute(&shop.books).await?;
    }
    Ok("thought".into())
}

/// A transaction that is taken back.
async fn change(State(mut shop): State<Shop>) -> Answer {
    let mut transaction = shop.books.begin().await?;
    let stock = "UPDATE books SET stock = stock - 1 WHERE id = 1";
    sqlx::query(stock).execute(&mut *transaction).await?;
    transaction.rollback().await?;
    let _: i64 = shop.shelf.incr("changes", 1).await?;
    Ok("changed".into())
}

/// What neither takes: a query without a table, and a command that is not for the key.
async fn fail(State(mut shop): State<Shop>) -> Answer {
    let pushed: redis::RedisResult<()> = shop.shelf.lpush("changes", "prose").await;
    assert!(pushed.is_err());
    sqlx::query("SELECT title FROM missing").execute(&shop.books).await?;
    Ok(String::new())
}

/// Eight clients ask for each again and again.
async fn traffic(client: &Client) {
    let ask = async |_| {
        for _ in 0..10 {
            for (path, status) in
                [("/read", 200), ("/think", 200), ("/change", 200), ("/fail", 500)]
            {
                assert_eq!(client.get(path).await.status, status, "{path}");
            }
        }
    };
    join_all((0..8).map(ask)).await;
}

/// Statements that PostgreSQL ran to their end, and its seconds in them.
async fn of_postgres(bare: &mut PgConnection) -> (f64, f64) {
    let row = bare.fetch_one(
        "SELECT sum(calls)::float8 AS calls, sum(total_exec_time)::float8 / 1000 AS seconds
         FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'",
    );
    let row = row.await.unwrap();
    (row.get("calls"), row.get("seconds"))
}

/// Commands that Redis ran, or refused for their key, and its seconds in them.
fn of_redis(redis: &Redis) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for (name, fields) in redis.info("commandstats") {
        let field = |wanted: &str| {
            let field = fields.split(',').find_map(|field| field.strip_prefix(wanted));
            field.and_then(|value| value.strip_prefix('=')?.parse::<f64>().ok()).unwrap()
        };
        if ["cmdstat_get", "cmdstat_set", "cmdstat_incrby", "cmdstat_lpush"].contains(&&*name) {
            sums = (sums.0 + field("calls"), sums.1 + field("usec") / 1e6);
        }
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bills_are_those_that_the_servers_would_write() {
    let (database, redis) = (Postgres::start(), Redis::start());
    let options: PgConnectOptions = database.url().parse().unwrap();
    let mut bare = options.connect().await.unwrap();
    bare.execute("CREATE EXTENSION pg_stat_statements").await.unwrap();
    bare.execute("CREATE TABLE books (id INT PRIMARY KEY, title TEXT, stock INT)").await.unwrap();
    bare.execute("INSERT INTO books VALUES (1, 'Dune', 3)").await.unwrap();

    let telemetry = Telemetry::for_service("billed").prometheus().build().unwrap();
    let books = PgPoolOptions::new().max_connections(3).measured();
    let books = telemetry.sqlx(books.connect_with(options).await.unwrap());
    let shelf = redis::Client::open(redis.url()).unwrap();
    let shelf = telemetry.redis(shelf.get_multiplexed_async_connection().await.unwrap());
    let app = Router::new()
        .route("/read", get(read))
        .route("/think", get(think))
        .route("/change", get(change))
        .route("/fail", get(fail))
        .layer(telemetry.http())
        .with_state(Shop { books, shelf });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    bare.execute("SELECT pg_stat_statements_reset()").await.unwrap();
    traffic(&client).await;
    // What a request was is recorded once the server is through with it.
    server.abort();
    drop(server.await);
    let scrape = Scrape::of(&telemetry).await;

    let billed = |kind| {
        let operations = [("kymo_operation_kind", kind)];
        let time = [("kymo_part", kind)];
        let of = |name, labels: &[_]| scrape.sum(name, labels);
        assert!(of("kymo_http_server_request_outside_total", &operations) < 0.5, "{kind}");
        (
            of("kymo_http_server_request_operations_sum", &operations),
            of("kymo_http_server_request_time_seconds_total", &time),
        )
    };
    let (queries, in_queries) = billed("sql");
    let (calls, seconds) = of_postgres(&mut bare).await;
    // PostgreSQL keeps those that failed out of its statistics: one of each round.
    let failed = 80.0;
    assert!((queries - calls - failed).abs() < 0.5, "{queries} of {calls} and {failed}");
    assert!(calls >= 560.0 && seconds > 2.4 && seconds <= in_queries, "{seconds} of {in_queries}");

    let (commands, in_commands) = billed("redis");
    let (calls, seconds) = of_redis(&redis);
    assert!((commands - calls).abs() < 0.5, "{commands} of {calls}");
    assert!(calls >= 320.0 && seconds > 0.0 && seconds <= in_commands, "{seconds} {in_commands}");
}
