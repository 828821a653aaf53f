//! A hundred thousand clients that leave whenever they like.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use kymo::{
    Telemetry,
    testing::{Snapshot, TestTelemetry},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

const DURATION: &str = "http.server.request.duration";
const ACTIVE: &str = "http.server.active_requests";
const REQUESTS: u64 = 100_000;
const WORKERS: u64 = 50;

/// Counts arrivals apart from what it tests.
async fn count(State(arrived): State<Arc<AtomicU64>>, request: Request, next: Next) -> Response {
    arrived.fetch_add(1, Ordering::Relaxed);
    next.run(request).await
}

fn app(telemetry: &Telemetry, arrived: &Arc<AtomicU64>) -> Router {
    let slow = async || sleep(Duration::from_millis(2)).await;
    let stream = async || {
        let chunks = futures_util::stream::unfold(0, async |n| {
            sleep(Duration::from_micros(300)).await;
            (n < 8).then(|| (Ok::<_, std::io::Error>("chunk"), n + 1))
        });
        Body::from_stream(chunks)
    };
    Router::new()
        .route("/books", get(async || "Dune"))
        .route("/slow", get(slow))
        .route("/stream", get(stream))
        .route("/echo", post(async |body: Bytes| body))
        .layer(telemetry.http())
        .layer(from_fn_with_state(Arc::clone(arrived), count))
}

const HTTP1: [&str; 4] = [
    "GET /books HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /stream HTTP/1.1\r\nhost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nDune",
];

/// Sends requests over one connection after another and hangs up at random points: within the
/// head, before the answer, within the body, or after it.
async fn http1(address: SocketAddr, seed: u64, arrived: Arc<AtomicU64>) {
    let mut random = Random(seed);
    while arrived.load(Ordering::Relaxed) < REQUESTS {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut answer = vec![0; 4096];
        for _ in 0..random.below(20) {
            let request = HTTP1[random.below(4)].as_bytes();
            let cut =
                if random.below(50) == 0 { random.below(request.len()) } else { request.len() };
            if stream.write_all(&request[..cut]).await.is_err() || cut < request.len() {
                break;
            }
            let patience = Duration::from_micros(random.below(5000) as u64);
            match timeout(patience, stream.read(&mut answer)).await {
                Ok(Ok(1..)) => {}
                _ => break,
            }
        }
    }
}

/// Sends requests over one shared connection and resets their streams at random points.
async fn http2(address: SocketAddr, seed: u64, arrived: Arc<AtomicU64>) {
    let mut random = Random(seed);
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    while arrived.load(Ordering::Relaxed) < REQUESTS {
        let path = ["books", "slow", "stream"][random.below(3)];
        let uri = format!("http://{address}/{path}").parse().unwrap();
        let exchange = async {
            let answer: http::Response<hyper::body::Incoming> = client.get(uri).await?;
            let body = answer.into_body().collect().await;
            Ok::<_, hyper_util::client::legacy::Error>(body.is_ok())
        };
        let patience = Duration::from_micros(random.below(6000) as u64);
        drop(timeout(patience, exchange).await);
    }
    drop::<Client<_, Full<Bytes>>>(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_requests_cancelled_anywhere_are_all_counted_once() {
    let telemetry = TestTelemetry::new();
    let arrived = Arc::new(AtomicU64::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app(&telemetry, &arrived);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let mut clients = JoinSet::new();
    for worker in 1..=WORKERS {
        clients.spawn(http1(address, worker, Arc::clone(&arrived)));
        clients.spawn(http2(address, worker << 32, Arc::clone(&arrived)));
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }

    // Requests of clients that have left are still arriving: all that had arrived is counted, once
    // nothing is on the way.
    let limit = Duration::from_secs(20);
    let counts = [DURATION, "http.server.request.body.size", "http.server.response.body.size"];
    let is_settled = |metrics: &Snapshot| {
        let arrived = arrived.load(Ordering::Relaxed);
        metrics.up_down_counter(ACTIVE).try_value() == Some(0.into())
            && counts.iter().all(|name| metrics.histogram(name).count() == arrived)
    };
    let metrics = telemetry.eventually(limit, is_settled).await;
    let arrived = metrics.histogram(DURATION).count();
    let cancelled = metrics.histogram(DURATION).with("error.type", "cancelled").count();
    let answered = metrics.histogram(DURATION).with("http.response.status_code", 200).count();
    println!("{arrived} arrived, {cancelled} cancelled, {answered} answered");
    assert!(arrived >= REQUESTS && cancelled > 5_000 && answered > 20_000, "a storm of all kinds");
    server.abort();
}

/// xorshift64: fast, and the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}
