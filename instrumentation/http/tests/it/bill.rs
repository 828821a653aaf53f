//! The bill of each request adds up to its duration, and with what is outside to what there was.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{Response, Sse, sse::Event},
    routing::get,
};
use futures_util::{StreamExt, future::join, stream};
use http::StatusCode;
use http_body_util::BodyExt;
use kymo_core::{Attempt, Operations, Outcome, Record, carry};
use kymo_http::{OperationKind, Part, ServerLayer, ServerMetric};
use opentelemetry::metrics::MeterProvider;
use proptest::prelude::*;
use tokio::runtime::Builder;
use tower::ServiceExt;

use crate::server_meters::ServerMeters;

const TIME: &str = "kymo.http.server.request.time";
const OPERATIONS: &str = "kymo.http.server.request.operations";
const OUTSIDE: &str = "kymo.http.server.request.outside";
const REPEATED: &str = "kymo.http.server.request.repeated_queries";
const BLOCKING: &str = "kymo.http.server.request.blocking";
const LONGEST_POLL: &str = "kymo.http.server.request.longest_poll";

/// A database that takes some time.
#[derive(Clone)]
struct Database(Arc<Log>);

struct Log {
    operations: Operations,
    /// What its own metric would count.
    recorded: AtomicU64,
}

struct Query(Database);

impl Record for Query {
    const PART: Option<Part> = Some(Part::Sql);

    fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {
        let Query(Database(log)) = self;
        log.recorded.fetch_add(1, Ordering::Relaxed);
        log.operations.enter();
    }
}

impl Database {
    fn of(meters: &ServerMeters) -> Self {
        let meter = meters.provider.meter("database");
        let operations = Operations::new(&meter, OperationKind::Sql);
        Self(Arc::new(Log { operations, recorded: AtomicU64::new(0) }))
    }

    async fn query(&self, takes: Duration) {
        let mut attempt = Attempt::started(Query(self.clone()));
        attempt.watch(tokio::time::sleep(takes)).await;
        attempt.finish(Outcome::Success);
    }
}

fn of(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// A service in which requests fare as they may.
fn service(database: &Database, layer: ServerLayer) -> Router {
    let handle = |answer: Answer| {
        let database = database.clone();
        get(async move || answer.give(database).await)
    };
    Router::new()
        .route("/plain", handle(Answer::Plain))
        .route("/queries", handle(Answer::Queries))
        .route("/spawn", handle(Answer::Spawn))
        .route("/carry", handle(Answer::Carry))
        .route("/fail", handle(Answer::Fail))
        .route("/panic", handle(Answer::Panic))
        .route("/select", handle(Answer::Select))
        .route("/body", handle(Answer::Body))
        .route("/events", handle(Answer::Events))
        .layer(layer)
}

const PATHS: [&str; 10] = [
    "/plain", "/queries", "/spawn", "/carry", "/fail", "/panic", "/select", "/body", "/events",
    "/nowhere",
];

#[derive(Clone, Copy)]
enum Answer {
    Plain,
    Queries,
    Spawn,
    Carry,
    Fail,
    Panic,
    Select,
    Body,
    Events,
}

impl Answer {
    async fn give(self, database: Database) -> Response {
        let rows = || {
            let database = database.clone();
            stream::iter(0..3).then(move |_| {
                let database = database.clone();
                async move { database.query(MILLISECOND).await }
            })
        };
        match self {
            Self::Plain => {}
            Self::Queries => {
                let both = join(database.query(MILLISECOND), database.query(2 * MILLISECOND));
                join(both, async { tokio::time::sleep(MILLISECOND).await }).await;
                database.query(MILLISECOND).await;
            }
            Self::Spawn => drop(tokio::spawn(async move { database.query(MILLISECOND).await })),
            Self::Carry => {
                let carried = carry(async move { database.query(MILLISECOND).await });
                tokio::spawn(carried).await.unwrap();
            }
            Self::Fail => return status(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Panic => {
                database.query(MILLISECOND).await;
                std::panic::resume_unwind(Box::new("on purpose"));
            }
            Self::Select => {
                let slow = database.query(Duration::from_secs(60));
                let _ = tokio::time::timeout(MILLISECOND, slow).await;
            }
            Self::Body => {
                let rows = rows().map(|()| Ok::<_, Infallible>("row"));
                return Response::new(Body::from_stream(rows));
            }
            Self::Events => {
                let events = rows().map(|()| Ok::<_, Infallible>(Event::default().data("row")));
                return axum::response::IntoResponse::into_response(Sse::new(events));
            }
        }
        status(StatusCode::OK)
    }
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from("done"));
    *response.status_mut() = status;
    response
}

/// Requests `path`, and leaves after so many tenths of a millisecond.
async fn request(app: Router, path: &'static str, leaves_after: Option<u8>) {
    let running = tokio::spawn(async move {
        let response = app.oneshot(of(path)).await.unwrap();
        let _ = response.into_body().collect().await;
    });
    if let Some(tenths) = leaves_after {
        tokio::time::sleep(MILLISECOND / 10 * tenths.into()).await;
        running.abort();
    }
    let _ = running.await;
}

/// The seconds of all points of `name`, of this route.
fn seconds(meters: &ServerMeters, name: &str, route: Option<&str>) -> f64 {
    let points = meters.of(name);
    points.iter().filter(|it| it.get("http.route") == route).map(|it| it.sum).sum()
}

/// How many operations were entered into requests, and outside.
fn operations(meters: &ServerMeters) -> (u64, u64) {
    let sum = |name| meters.of(name).iter().map(|it| it.sum).sum::<f64>();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and few")]
    let whole = |sum: f64| sum as u64;
    (whole(sum(OPERATIONS)), whole(sum(OUTSIDE)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_parts_add_up_to_the_duration_and_the_operations_to_all_there_were(
        requests in proptest::collection::vec((0..PATHS.len(), proptest::option::of(0_u8..40)), 1..24),
    ) {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let meters = ServerMeters::new();
        let database = Database::of(&meters);
        let all = Arc::clone(&database.0);
        runtime.block_on(async {
            let app = service(&database, meters.layer());
            let running: Vec<_> = requests
                .into_iter()
                .map(|(path, leaves)| tokio::spawn(request(app.clone(), PATHS[path], leaves)))
                .collect();
            for request in running {
                request.await.unwrap();
            }
            drop((app, database));
            // What was spawned has ended when nobody else has the database.
            while Arc::strong_count(&all) > 1 {
                tokio::time::sleep(MILLISECOND).await;
            }
        });
        for route in PATHS.into_iter().map(Some).chain([None]) {
            let parts = seconds(&meters, TIME, route);
            let duration = seconds(&meters, "http.server.request.duration", route);
            prop_assert!((parts - duration).abs() < 1e-6, "{:?}: {} of {}", route, parts, duration);
        }
        let (inside, outside) = operations(&meters);
        prop_assert_eq!(inside + outside, all.recorded.load(Ordering::Relaxed));
    }
}

/// The points of a service whose only route is `/`, which answers by `handler` and was asked once.
async fn asked<F: Future<Output = ()> + Send + 'static>(
    change: impl FnOnce(ServerLayer) -> ServerLayer,
    handler: impl Fn(Database) -> F + Clone + Send + Sync + 'static,
) -> (ServerMeters, Response) {
    let meters = ServerMeters::new();
    let database = Database::of(&meters);
    let handle = get(async move || {
        handler(database).await;
        "done"
    });
    let app = Router::new().route("/", handle).layer(change(meters.layer()));
    let response = app.oneshot(of("/")).await.unwrap();
    let (parts, body) = response.into_parts();
    body.collect().await.unwrap();
    (meters, Response::from_parts(parts, Body::empty()))
}

/// The seconds of each part, by its name.
fn parts(meters: &ServerMeters) -> Vec<(String, f64)> {
    let points = meters.of(TIME).into_iter();
    points.map(|it| (it.get("kymo.part").unwrap().to_owned(), it.sum)).collect()
}

#[tokio::test]
async fn queries_at_the_same_time_are_time_once() {
    let (meters, _) = asked(
        |layer| layer,
        async |database: Database| {
            let query = || database.query(20 * MILLISECOND);
            join(join(query(), query()), join(query(), query())).await;
            tokio::time::sleep(20 * MILLISECOND).await;
        },
    )
    .await;
    let parts = parts(&meters);
    let time =
        |name: &str| parts.iter().filter(|(part, _)| part == name).map(|it| it.1).sum::<f64>();
    let duration = meters.the_request().sum;
    assert!(time("sql") >= 0.02, "{parts:?}");
    assert!(time("waiting") >= 0.02, "{parts:?}");
    assert!(time("sql") <= duration - time("waiting"), "{parts:?} of {duration}");
    let point = meters.only(OPERATIONS);
    assert_eq!((point.count, point.sum), (1, 4.0));
    assert_eq!(point.get("kymo.operation.kind"), Some("sql"));
}

#[tokio::test]
async fn a_poll_that_keeps_its_thread_is_blocking_and_no_other() {
    let blocked = async |_: Database| thread::sleep(15 * MILLISECOND);
    let (meters, _) = asked(|layer| layer.with(ServerMetric::LongestPoll), blocked).await;
    assert_eq!(meters.only(BLOCKING).count, 1);
    assert!(meters.only(LONGEST_POLL).sum >= 0.015);
    let (meters, _) = asked(|layer| layer.blocking_after(Duration::from_secs(60)), blocked).await;
    assert_eq!(meters.only(BLOCKING).count, 0, "there from the start");
    assert!(meters.of(LONGEST_POLL).is_empty(), "on request");
    let waits = async |_: Database| tokio::time::sleep(15 * MILLISECOND).await;
    let (meters, _) = asked(|layer| layer.blocking_after(10 * MILLISECOND), waits).await;
    assert!(seconds(&meters, TIME, Some("/")) >= 0.015);
    assert_eq!(meters.only(BLOCKING).count, 0, "it waited");
}

#[tokio::test]
async fn a_query_that_comes_ten_times_is_repeated() {
    let ask = |times: u16| {
        move |database: Database| async move {
            for number in 0..times {
                let log = &database.0;
                log.recorded.fetch_add(1, Ordering::Relaxed);
                let summary = if number == 0 { "SELECT books" } else { "SELECT authors" };
                log.operations.enter_query(bounded(summary), || Arc::from(summary));
            }
        }
    };
    let (meters, _) = asked(|layer| layer, ask(10)).await;
    assert!(meters.of(REPEATED).is_empty());
    let (meters, _) = asked(|layer| layer, ask(30)).await;
    let point = meters.only(REPEATED);
    assert_eq!(point.count, 1, "a request counts once");
    assert_eq!(point.get("db.query.summary"), Some("SELECT authors"));
    assert_eq!(point.get("http.route"), Some("/"));
    let (meters, _) = asked(|layer| layer.repeated_after(3), ask(4)).await;
    assert_eq!(meters.only(REPEATED).count, 1);
    let (meters, _) = asked(|layer| layer.repeated_after(0), ask(300)).await;
    assert!(meters.of(REPEATED).is_empty(), "switched off");
}

fn bounded(summary: &str) -> kymo_core::Bounded {
    kymo_core::KnownValues::of(&["SELECT books", "SELECT authors"]).bound(summary)
}

#[tokio::test]
async fn those_who_may_know_are_told_where_the_time_went() {
    let query = async |database: Database| database.query(5 * MILLISECOND).await;
    let (_, response) = asked(|layer| layer, query).await;
    assert!(response.headers().get("server-timing").is_none(), "nobody may");
    let (_, response) = asked(|layer| layer.server_timing(|_| false), query).await;
    assert!(response.headers().get("server-timing").is_none(), "this one may not");
    let (meters, response) = asked(|layer| layer.server_timing(|_| true), query).await;
    let told = response.headers()["server-timing"].to_str().unwrap();
    let mut times = std::collections::BTreeMap::new();
    for metric in told.split(", ") {
        let (name, rest) = metric.split_once(";dur=").unwrap();
        let milliseconds: f64 = rest.split(';').next().unwrap().parse().unwrap();
        times.insert(name, milliseconds);
    }
    assert!(told.contains(";desc=\"1\""), "one query: {told}");
    assert!(times["sql"] >= 5.0, "{told}");
    let total = times.remove("total").unwrap();
    assert!((times.values().sum::<f64>() - total).abs() < 0.01, "{told}");
    assert!(total <= meters.the_request().sum * 1e3, "{told}");
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let query = async |database: Database| database.query(MILLISECOND).await;
    let (meters, _) = asked(|layer| layer.without_part(Part::Waiting), query).await;
    let names: Vec<_> = parts(&meters).into_iter().map(|it| it.0).collect();
    assert!(
        names.contains(&"sql".to_owned()) && !names.contains(&"waiting".to_owned()),
        "{names:?}"
    );
    let (meters, _) = asked(|layer| layer.without_operations(OperationKind::Sql), query).await;
    assert!(meters.of(OPERATIONS).is_empty());
    let all_off = |layer: ServerLayer| {
        [
            ServerMetric::RequestTime,
            ServerMetric::RequestOperations,
            ServerMetric::RepeatedQueries,
            ServerMetric::Blocking,
        ]
        .into_iter()
        .fold(layer, ServerLayer::without)
    };
    let (meters, response) = asked(|layer| all_off(layer).server_timing(|_| true), query).await;
    assert_eq!(meters.the_request().count, 1);
    for name in [TIME, OPERATIONS, REPEATED, BLOCKING] {
        assert!(meters.of(name).is_empty(), "{name}");
    }
    assert_eq!(meters.of(OUTSIDE).iter().map(|it| it.count).sum::<i64>(), 1, "of no account");
    assert!(response.headers().get("server-timing").is_none(), "nothing is known");
}

#[tokio::test]
async fn a_route_has_twelve_series_of_its_bill_unless_more_are_asked_for() {
    struct Any<const PART: usize>;
    impl<const PART: usize> Record for Any<PART> {
        const PART: Option<Part> = Some(Part::ALL[PART]);
        fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {}
    }
    fn take<const PART: usize>() {
        let mut attempt = Attempt::started(Any::<PART>);
        attempt.run(|| thread::sleep(MILLISECOND));
        attempt.finish(Outcome::Success);
    }
    let series = async |layer: fn(ServerLayer) -> ServerLayer| {
        let meters = ServerMeters::new();
        let meter = meters.provider.meter("all");
        let all = OperationKind::ALL.map(|kind| Arc::new(Operations::new(&meter, kind)));
        let handle = get(async move || {
            take::<0>();
            take::<1>();
            take::<2>();
            take::<3>();
            take::<4>();
            tokio::time::sleep(MILLISECOND).await;
            for operations in &all {
                operations.enter();
            }
            "done"
        });
        let app = Router::new().route("/", handle).layer(layer(meters.layer()));
        app.oneshot(of("/")).await.unwrap().into_body().collect().await.unwrap();
        [TIME, OPERATIONS, BLOCKING, LONGEST_POLL].map(|name| meters.of(name).len())
    };
    assert_eq!(series(|layer| layer).await, [8, 3, 1, 0]);
    let more = |layer: ServerLayer| {
        let layer = layer.with(ServerMetric::LongestPoll);
        OperationKind::ALL.into_iter().fold(layer, ServerLayer::with_operations)
    };
    assert_eq!(series(more).await, [8, 5, 1, 1]);
}

#[tokio::test]
async fn routes_beyond_those_that_have_room_share_their_bill() {
    let meters = ServerMeters::new();
    let mut app = Router::new();
    for number in 0..260 {
        app = app.route(&format!("/{number}"), get(async || "done"));
    }
    let app = app.layer(meters.layer());
    for number in 0..260 {
        let path = format!("/{number}");
        let request = Request::get(path).body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    }
    let points = meters.of(TIME);
    let routes: std::collections::BTreeSet<_> =
        points.iter().map(|it| it.get("http.route")).collect();
    assert_eq!(routes.len(), 221, "220, and those that share one");
    assert!(routes.contains(&Some("_OTHER")));
    let parts: f64 = points.iter().map(|it| it.sum).sum();
    let duration: f64 = meters.of("http.server.request.duration").iter().map(|it| it.sum).sum();
    assert!((parts - duration).abs() < 1e-6, "{parts} of {duration}");
    let folded = meters.of("kymo.cardinality.folded");
    let folded = folded.iter().filter(|it| it.get("kymo.cardinality.metric") == Some(TIME));
    assert_eq!(folded.map(|it| it.count).sum::<i64>(), 40);
}
