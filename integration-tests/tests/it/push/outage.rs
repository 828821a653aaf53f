//! A collector comes and goes; a service that pushes to it does not care.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use integration_tests::{
    Bookshop, Client, Receiver, Rotel, Scrape, Signal, eventually,
    load::{self, Tally},
    otlp::{Attribute, Point, latest, sum},
    receiver::Conduct,
};

const COUNT: &str = "http.server.request.duration";
const SCRAPED_COUNT: &str = "http_server_request_duration_seconds_count";
const EXPORTED: &str = "otel_sdk_exporter_metric_data_point_exported_total";
const OPERATIONS: &str = "otel_sdk_exporter_operation_duration_seconds_count";
const PATIENCE: Duration = Duration::from_secs(20);
const OUTAGE: Duration = Duration::from_mins(1);

/// A bookshop that exposes and pushes, as its environment alone says.
fn bookshop(protocol: &str, endpoint: &str, interval: &str) -> Bookshop {
    Bookshop::start_in(&[
        ("OTEL_METRICS_EXPORTER", "prometheus,otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_METRIC_EXPORT_INTERVAL", interval),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bookshop_pushes_what_it_exposes_until_its_last_request() {
    for protocol in ["http/protobuf", "grpc"] {
        // One that only its end makes push, and one that has pushed many times before.
        for interval in ["3600000", "100"] {
            let rotel = Rotel::start();
            let endpoint = if protocol == "grpc" { rotel.grpc() } else { rotel.http() };
            let shop = bookshop(protocol, &endpoint, interval);
            let sent = load::run(shop.client(), 4, 25).await;
            let scrape = shop.scrape().await;
            assert_eq!(scraped(&scrape), sent, "{protocol} {interval}");
            let stopped = shop.stop(Signal::Terminate);
            assert!(stopped.status.success(), "{}", stopped.log);
            let points = latest(rotel.stop());
            assert_eq!(pushed(&points), sent, "{protocol} {interval}: {}", stopped.log);
            assert!(sum(&points, "http.server.active_requests", &[]).abs() < 0.5);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_dead_for_a_minute_costs_little_and_loses_nothing() {
    let rotel = Rotel::start();
    let shop = bookshop("http/protobuf", &rotel.http(), "1000");
    survive(rotel, shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_dead_for_a_minute_costs_little_over_grpc_and_loses_nothing() {
    let rotel = Rotel::start();
    let shop = bookshop("grpc", &rotel.grpc(), "1000");
    survive(rotel, shop).await;
}

async fn survive(mut rotel: Rotel, shop: Bookshop) {
    // Pools, series and the like, which grow once, have grown by then.
    let mut load = Load::of(shop.client());
    load.run_for(Duration::from_secs(10)).await;
    let arrived = |points: &Vec<Point>| sum(points, COUNT, &[]) > 0.0;
    eventually(PATIENCE, async || rotel.latest(), arrived).await;
    let (before, calm) = (shop.resident(), load.median());

    rotel.kill();
    let killed = Instant::now();
    let mut sizes = Vec::new();
    while killed.elapsed() < OUTAGE {
        load.run_for(Duration::from_secs(5)).await;
        sizes.push(shop.resident());
    }
    let during = load.median();
    let failed = shop.scrape().await;
    rotel.restart();

    let sent = load.sent.clone();
    assert_eq!(scraped(&failed), sent, "every request was counted meanwhile");
    let everything = |points: &Vec<Point>| pushed(points) == sent;
    eventually(PATIENCE, async || rotel.latest(), everything).await;

    let grown = shop.resident().saturating_sub(before) / 1024;
    println!(
        "{grown} KiB grown from {} KiB: {sizes:?}; median {calm:?}, then {during:?}",
        before / 1024
    );
    assert!(grown < 4096, "{grown} KiB: {sizes:?}");
    assert!(during < calm * 3 + Duration::from_millis(5), "median {calm:?}, then {during:?}");

    // An export a second failed, but for one or two that were spent on trying again.
    let operations = failed.sum(OPERATIONS, &[("error_type", "connection")]);
    assert!(operations > 40.0 && operations < 70.0, "{operations} failed");
    assert!(failed.sum(EXPORTED, &[("error_type", "connection")]) > operations);
    let back = async || shop.scrape().await.sum(OPERATIONS, &[]) - operations;
    eventually(PATIENCE, back, |succeeded| *succeeded > 10.0).await;

    let stopped = shop.stop(Signal::Terminate);
    assert!(stopped.status.success(), "{}", stopped.log);
    assert_eq!(pushed(&latest(rotel.stop())), sent);
    let said = stopped.log.lines().filter(|line| line.contains("WARN") || line.contains("ERROR"));
    assert!((1..=3).contains(&said.count()), "once when it begins: {}", stopped.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bookshop_whose_collector_hangs_serves_and_stops_as_ever() {
    for conduct in [Conduct::Hang, Conduct::Ignore, Conduct::Drip(Duration::from_secs(1))] {
        let receiver = Receiver::start();
        receiver.conduct(conduct.clone());
        let shop = bookshop("http/protobuf", &receiver.url(), "100");
        let sent = load::run(shop.client(), 4, 25).await;
        assert_eq!(scraped(&shop.scrape().await), sent);
        let stopped = shop.stop(Signal::Terminate);
        // It gives its last export five seconds.
        assert!(stopped.after < Duration::from_secs(8), "{conduct:?}: {:?}", stopped.after);
    }
}

/// A load that goes on for a while, with the times that some of its requests took.
struct Load {
    client: Client,
    sent: Tally,
    /// Of the last while.
    times: Vec<Duration>,
}

impl Load {
    fn of(client: &Client) -> Self {
        Self { client: client.clone(), sent: Tally::new(), times: Vec::new() }
    }

    async fn run_for(&mut self, time: Duration) {
        let start = Instant::now();
        self.times.clear();
        while start.elapsed() < time {
            for (key, count) in load::run(&self.client, 2, 1).await {
                *self.sent.entry(key).or_default() += count;
            }
            let request = Instant::now();
            assert_eq!(self.client.get("/no/such/page").await.status, 404);
            self.times.push(request.elapsed());
            *self.sent.entry(("GET".into(), String::new(), 404)).or_default() += 1;
        }
    }

    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2]
    }
}

/// The load's table, as a scrape tells it.
fn scraped(scrape: &Scrape) -> Tally {
    let samples = scrape.samples(SCRAPED_COUNT, &[]);
    tally(samples.map(|sample| {
        let label = |key| sample.label(key).unwrap_or("").to_owned();
        (
            label("http_request_method"),
            label("http_route"),
            label("http_response_status_code"),
            sample.value,
        )
    }))
}

/// The load's table, as the points tell it.
fn pushed(points: &[Point]) -> Tally {
    let points = points.iter().filter(|point| point.name == COUNT);
    tally(points.map(|point| {
        let label = |key| point.attributes.get(key).map(Attribute::label).unwrap_or_default();
        (
            label("http.request.method"),
            label("http.route"),
            label("http.response.status_code"),
            point.number(),
        )
    }))
}

fn tally(rows: impl Iterator<Item = (String, String, String, f64)>) -> Tally {
    let mut tally = BTreeMap::new();
    for (method, route, status, count) in rows {
        // A count of requests is far below 2^53.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        let count = count as u64;
        *tally.entry((method, route, status.parse().unwrap_or(0))).or_default() += count;
    }
    tally
}
