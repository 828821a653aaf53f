//! A million requests from strangers cost no memory.

use axum::{Router, body::Body, extract::Request, http::StatusCode, routing::get};
use kymo::testing::TestTelemetry;
use tower::ServiceExt;

const REQUESTS: u64 = 1_000_000;

/// Everything a client can choose, chosen anew for every request.
fn stranger(random: &mut u64) -> Request {
    let mut next = |bound: u64| {
        // xorshift64: fast, and the same in every run.
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        *random % bound
    };
    let method = match next(4) {
        0 => format!("M{}", next(1 << 40)),
        known => ["GET", "POST", "HEAD"][usize::try_from(known - 1).unwrap()].to_owned(),
    };
    let path = match next(3) {
        0 => format!("/books/{}", next(1 << 40)),
        1 => format!("/shops/{}/books/{}", next(1 << 20), next(1 << 20)),
        _ => format!("/{:x}/{:x}", next(1 << 40), next(1 << 40)),
    };
    Request::builder()
        .method(method.as_str())
        .uri(path)
        .header("host", format!("{}.example", next(1 << 40)))
        .header("x-forwarded-proto", format!("proto{}", next(1 << 40)))
        .header("user-agent", format!("agent/{}", next(1 << 40)))
        .body(Body::empty())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_random_requests_keep_the_number_of_series_constant() {
    let telemetry = TestTelemetry::new();
    let shop = Router::new().route("/books/{id}", get(async || "Dune").post(async || ()));
    let app = Router::new()
        .route("/books/{id}", get(async || "Dune"))
        .nest("/shops/{shop}", shop)
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(telemetry.http());

    let mut series = Vec::new();
    // The first tenth sees every combination there is; the rest must add nothing.
    for (round, share) in [REQUESTS / 10, REQUESTS - REQUESTS / 10].into_iter().enumerate() {
        let halves = [1, 2].map(|half| {
            let app = app.clone();
            tokio::spawn(async move {
                let mut random = 0x9E37_79B9_7F4A_7C15 ^ (half << 8) ^ (round as u64);
                for _ in 0..share / 2 {
                    drop(app.clone().oneshot(stranger(&mut random)).await);
                }
            })
        });
        for half in halves {
            half.await.unwrap();
        }
        let metrics = telemetry.snapshot().metrics;
        series.push(metrics.iter().map(|metric| metric.series.len()).sum::<usize>());
    }

    assert_eq!(series[0], series[1], "series after 100,000 and after 1,000,000");
    let metrics = telemetry.snapshot();
    metrics.histogram("http.server.request.duration").assert_count(REQUESTS);
    metrics.up_down_counter("http.server.active_requests").assert(0);
    metrics.assert_declared(kymo::declared_metrics());
}
