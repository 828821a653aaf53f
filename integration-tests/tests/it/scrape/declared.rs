//! Nothing is scraped that is not declared, and everything declared is scraped.

use std::{collections::BTreeSet, time::Duration};

use http::Method;
use integration_tests::{Bookshop, Scrape, eventually, load, only_declared, reference};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// Metrics that no route of the bookshop brings about: they are on request, and off there.
const ON_REQUEST: &[&str] = &[
    // Only when a callback of the application's did not return in time, or panicked.
    "kymo_callback_missed_",
    // Only when a value was too long.
    "kymo_cardinality_cut_",
    // Only when a connection cannot be opened.
    "kymo_db_connection_errors_",
    // Only when somebody says who may scrape, or listens on a port of its own.
    "kymo_endpoint_",
    // Only of a program that records through the facade `metrics`.
    "kymo_facade_",
    "kymo_http_server_first_byte_duration_seconds",
    "kymo_http_server_request_longest_poll_seconds",
    // Only of a cluster.
    "kymo_redis_redirects_",
    "otel_sdk_exporter_",
    // Only of a server of gRPC.
    "rpc_server_call_duration_seconds",
    // Only of a program that has units of work.
    "kymo_unit_of_work_",
    // The classic names of the process.
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_",
    // tokio tells these when it is built with `--cfg tokio_unstable`.
    "kymo_tokio_blocking_",
    "kymo_tokio_local_queue_",
    "kymo_tokio_task_forced_yields_",
    "kymo_tokio_task_remote_schedules_",
    "kymo_tokio_task_spawned_",
    "kymo_tokio_worker_overflows_",
    "kymo_tokio_worker_polls_",
    "kymo_tokio_worker_steals_",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_bookshop_shows_exactly_the_declared_metrics() {
    let shop = Bookshop::start();
    load::run(shop.client(), 2, 3).await;
    // A query that is repeated, and a client.
    for path in ["/bestsellers", "/reviews"] {
        shop.client().get(path).await;
    }
    shop.client().send(Method::PATCH, "/books", "{}").await;
    shop.client().send(Method::POST, "/orders", r#"{"book":1,"copies":1}"#).await;
    let mut events = TcpStream::connect(shop.address()).await.unwrap();
    events.write_all(b"GET /events HTTP/1.1\r\nhost: shop\r\n\r\n").await.unwrap();

    let look = async || Scrape::parse(shop.client().get("/metrics").await.text()).unwrap();
    let streams = "kymo_http_server_active_streams";
    // A scrape is measured when it is over: its numbers are on the page after it.
    let measured = "kymo_scrape_requests_total";
    let woken = "kymo_tokio_delay_seconds_count";
    let is_whole =
        |scrape: &Scrape| [streams, measured, woken].iter().all(|name| scrape.sum(name, &[]) > 0.5);
    let scrape = eventually(Duration::from_secs(5), look, is_whole).await;
    only_declared(&scrape);

    let mut declared = BTreeSet::new();
    for metric in kymo::declared_metrics() {
        declared.insert(reference::scraped_name(metric).await);
    }
    let scraped: BTreeSet<_> = scrape
        .families()
        .iter()
        .map(|family| family.name.clone())
        .filter(|name| name != "target_info")
        .collect();
    declared.retain(|name| !ON_REQUEST.iter().any(|known| name.starts_with(known)));
    assert_eq!(scraped, declared);
}
