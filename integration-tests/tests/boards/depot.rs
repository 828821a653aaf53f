//! A service that does, and suffers, what the bookshop does not.

use std::{future::ready, panic::resume_unwind, thread, time::Duration};

use axum::{
    Router,
    body::Body,
    http::StatusCode,
    routing::{get, post},
};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use integration_tests::{Postgres, Redis};
use kymo::{
    Objective, Telemetry,
    cache::moka::future::MeasuredCache,
    http::ServerMetric,
    opentelemetry::KeyValue,
    pool::{ObservedPool, PoolState},
    prometheus::Translation,
    sqlx::{MeasureConnections as _, MeasuredPool},
};
use sqlx::{Sqlite, postgres::PgPoolOptions, sqlite::SqlitePoolOptions};
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::Status;
use tower::{Layer, ServiceExt};

/// Scraped, and pushing, be it to where nobody is.
pub(crate) struct Depot {
    address: String,
    telemetry: Telemetry,
    /// Of one connection.
    small: MeasuredPool<Sqlite>,
    /// Where it keeps its books.
    ledger: MeasuredPool<sqlx::Postgres>,
    _database: Postgres,
    /// Of a file that cannot be.
    missing: MeasuredPool<Sqlite>,
    _levels: ObservedPool<()>,
    /// With room for ten.
    shelves: MeasuredCache<u32, ()>,
    server: JoinHandle<()>,
}

/// A method of gRPC that always fails.
const FAILING: &str = "/depot.Shelves/Fail";

impl Depot {
    pub(crate) async fn open(translation: Translation, pushes_to: &str) -> Self {
        let variables = [
            ("OTEL_METRICS_EXPORTER", "prometheus,otlp"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", pushes_to),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ];
        let telemetry = Telemetry::for_service("depot").prometheus().environment(variables);
        let telemetry = telemetry.translation(translation).process();
        // Histograms of custom buckets are added up only where their bounds are the same, and the bookshop has this one.
        let objective = Objective::of("/shelves/{id}").within(Duration::from_millis(300));
        let telemetry = telemetry.objective(objective.ratio(0.99)).build().unwrap();
        let meter = telemetry.meter("depot");
        meter
            .u64_observable_gauge("shelves")
            .with_callback(|_| resume_unwind(Box::new("on purpose")))
            .build();

        telemetry.metrics_recorder();

        let layer = telemetry.http();
        let layer = layer.with(ServerMetric::FirstByteDuration).with(ServerMetric::LongestPoll);
        let app = Router::new()
            .route("/shelves/{id}", get(async || "poems"))
            .route("/fail", get(async || StatusCode::SERVICE_UNAVAILABLE))
            .route(FAILING, post(async || Status::internal("on purpose").into_http::<Body>()))
            .layer(layer)
            .route_service("/metrics", telemetry.endpoint());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

        let options = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_millis(200))
            // Each use opens one.
            .after_release(|_, _| Box::pin(async { Ok(false) }))
            .measured();
        let small = telemetry.sqlx(options.clone().connect_lazy("sqlite::memory:").unwrap());
        let missing = options.connect_lazy("sqlite:/no/such/folder/depot.db").unwrap();
        let missing = telemetry.sqlx(missing);
        let database = Postgres::start();
        let ledger = PgPoolOptions::new().max_connections(2).measured();
        let ledger = telemetry.sqlx(ledger.connect(&database.url()).await.unwrap());
        let entries = "CREATE TABLE entries (id INT PRIMARY KEY, shelf INT NOT NULL)";
        sqlx::query(entries).execute(&ledger).await.unwrap();
        let levels = telemetry.pool("sessions", (), |()| {
            PoolState::new(3, 1).max(10).waiting(2).idle_max(5).idle_min(1)
        });
        let cache = telemetry.cache("shelves");
        let shelves = moka::future::Cache::builder().max_capacity(10);
        let shelves = shelves.eviction_listener(cache.eviction_listener()).build();
        let (shelves, levels) = (cache.moka(shelves), levels.unwrap());
        Self {
            address,
            telemetry,
            small,
            ledger,
            _database: database,
            missing,
            _levels: levels,
            shelves,
            server,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Some of everything.
    pub(crate) async fn round(&self, redis: &Redis) {
        self.ask_others().await;
        self.wait_in_vain().await;
        self.keep_books().await;
        self.misuse(redis).await;
        self.count().await;
        for shelf in 0..20 {
            self.shelves.insert(shelf, ()).await;
        }
        self.shelves.run_pending_tasks().await;
        let sold = self.telemetry.meter("depot").u64_counter("sold").build();
        sold.add(1, &[KeyValue::new("to", "x".repeat(5000))]);
    }

    /// Requests to a server that answers, one that fails, and one that is not there; and a call.
    async fn ask_others(&self) {
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let client = self.telemetry.http_client().layer(client);
        for uri in [
            format!("http://{}/shelves/7", self.address),
            format!("http://{}/fail", self.address),
            "http://127.0.0.1:1/".to_owned(),
        ] {
            let request = http::Request::get(uri).body(Body::empty()).unwrap();
            if let Ok(response) = client.clone().oneshot(request).await {
                let _ = response.into_body().collect().await;
            }
        }
        let any: Client<_, Body> =
            Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let call = http::Request::post(format!("http://{}{FAILING}", self.address));
        let call = call.header("content-type", "application/grpc").body(Body::empty()).unwrap();
        any.request(call).await.unwrap();
    }

    /// A pool without a free connection, and one that cannot open any.
    async fn wait_in_vain(&self) {
        // On a busy machine the first one may come too late, too.
        let held = loop {
            match self.small.acquire().await {
                Ok(held) => break held,
                Err(error) => assert!(matches!(error, sqlx::Error::PoolTimedOut), "{error}"),
            }
        };
        assert!(self.small.acquire().await.is_err());
        drop(held);
        assert!(self.missing.acquire().await.is_err());
        let wrong = sqlx::query("SELECT * FROM nothing").execute(&self.small).await;
        assert!(wrong.is_err());
    }

    /// A transaction on PostgreSQL, what it wrote, and what the table does not take.
    async fn keep_books(&self) {
        let entry = "INSERT INTO entries (id, shelf) SELECT count(*), 7 FROM entries";
        let mut transaction = self.ledger.begin().await.unwrap();
        sqlx::query(entry).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        sqlx::query("SELECT shelf FROM entries LIMIT 10").fetch_all(&self.ledger).await.unwrap();
        let again = sqlx::query("INSERT INTO entries (id, shelf) VALUES (0, 7)");
        assert!(again.execute(&self.ledger).await.is_err());
    }

    /// Units of work: one that asks for each entry, and blocks, and one that fails.
    async fn count(&self) {
        let each = async {
            for _ in 0..10 {
                let entry = sqlx::query("SELECT id FROM entries LIMIT 1");
                entry.fetch_all(&self.ledger).await.unwrap();
            }
            thread::sleep(Duration::from_millis(11));
        };
        self.telemetry.unit_of_work("count").run(each).await;
        let failing = ready(Err::<(), _>("on purpose"));
        let _ = self.telemetry.unit_of_work("sweep").run_result(failing).await;
    }

    /// A command that the key is not for.
    async fn misuse(&self, redis: &Redis) {
        let client = redis::Client::open(redis.url()).unwrap();
        let connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut connection = self.telemetry.redis(connection);
        let mut ask = async |words: &[&str]| {
            let mut command = redis::Cmd::new();
            command.arg(words).query_async::<redis::Value>(&mut connection).await
        };
        ask(&["SET", "shelf", "poems"]).await.unwrap();
        assert!(ask(&["LPUSH", "shelf", "prose"]).await.is_err());
    }
}

impl Drop for Depot {
    fn drop(&mut self) {
        self.server.abort();
    }
}
