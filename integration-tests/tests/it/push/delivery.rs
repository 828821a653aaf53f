//! Pushes arrive, and are told of where they do not.

use std::time::{Duration, Instant};

use integration_tests::{
    Receiver, Rotel, Scrape,
    otlp::{PointValue, latest, sum},
    receiver::{Authority, Conduct},
};
use kymo::{
    Telemetry,
    opentelemetry::KeyValue,
    otlp::{Compression, Otlp, Protocol, TemporalityPreference},
};

const PATIENCE: Duration = Duration::from_secs(20);
const PROTOCOLS: [Protocol; 2] = [Protocol::HttpProtobuf, Protocol::Grpc];
const EXPORTED: &str = "otel_sdk_exporter_metric_data_point_exported_total";
const OPERATIONS: &str = "otel_sdk_exporter_operation_duration_seconds_count";

/// Pushes when asked to, to a receiver of its own.
struct Pushing {
    receiver: Receiver,
    telemetry: Telemetry,
}

impl Pushing {
    fn over(protocol: Protocol) -> Self {
        Self::to(Receiver::start(), protocol, |otlp| otlp)
    }

    fn to(receiver: Receiver, protocol: Protocol, more: impl FnOnce(Otlp) -> Otlp) -> Self {
        let otlp = Otlp::new().endpoint(receiver.url()).protocol(protocol);
        let otlp = more(otlp.interval(Duration::from_hours(1)));
        let telemetry = Telemetry::for_service("pushing").prometheus().otlp_with(otlp);
        Self { receiver, telemetry: telemetry.build().unwrap() }
    }

    fn sell(&self, books: u64) {
        self.telemetry.meter("shop").u64_counter("sold").build().add(books, &[]);
    }

    async fn flush(&self) -> Result<(), String> {
        self.telemetry.flush(PATIENCE).await.map_err(|error| format!("{error:?}"))
    }

    /// A sum over what a scrape says about exports with this error; none is `""`.
    async fn told(&self, name: &str, error: &str) -> f64 {
        let scrape = Scrape::of(&self.telemetry).await;
        let told = scrape.samples(name, &[]);
        let told = told.filter(|sample| sample.label("error_type").unwrap_or("") == error);
        told.fold(0.0, |sum, sample| sum + sample.value)
    }
}

#[tokio::test]
async fn headers_and_compression_are_as_asked_for() {
    let compressions = [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")];
    for (protocol, (compression, name)) in
        PROTOCOLS.into_iter().flat_map(|protocol| compressions.map(|it| (protocol, it)))
    {
        let pushing = Pushing::to(Receiver::start(), protocol, |otlp| {
            otlp.header("x-tenant", "books").compression(compression)
        });
        pushing.sell(1);
        pushing.flush().await.unwrap();
        let request = &pushing.receiver.requests()[0];
        assert_eq!(request.header("x-tenant"), "books");
        let encoding = [request.header("content-encoding"), request.header("grpc-encoding")];
        assert!(encoding.contains(&name), "{:?}", request.headers);
        let agent = request.header("user-agent");
        assert!(agent.starts_with("kymo-otlp-exporter-rust/"), "{agent}");
    }
}

#[tokio::test]
async fn everything_is_there_after_the_receiver_was_away() {
    for protocol in PROTOCOLS {
        let pushing = Pushing::over(protocol);
        pushing.sell(1);
        pushing.flush().await.unwrap();
        pushing.receiver.refuse();
        for _ in 0..3 {
            pushing.sell(10);
            pushing.telemetry.flush(Duration::from_millis(300)).await.unwrap_err();
        }
        pushing.receiver.listen_again();
        pushing.sell(100);
        pushing.flush().await.unwrap();
        assert!((sum(&pushing.receiver.latest(), "sold", &[]) - 131.0).abs() < 0.5);
        assert!(pushing.told(EXPORTED, "connection").await > 2.5);
        assert!(pushing.told(OPERATIONS, "connection").await > 2.5);
        assert!((pushing.told(OPERATIONS, "").await - 2.0).abs() < 0.5);
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_after_the_time_asked_for() {
    for protocol in PROTOCOLS {
        let pushing = Pushing::over(protocol);
        pushing.sell(1);
        let pause = Duration::from_secs(1);
        pushing.receiver.conduct(Conduct::unavailable(Some(pause)));
        let flush = pushing.flush();
        let accept_later = async {
            while pushing.receiver.requests().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            pushing.receiver.conduct(Conduct::Accept);
        };
        let (flushed, ()) = tokio::join!(flush, accept_later);
        flushed.unwrap();
        let requests = pushing.receiver.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests[1].at - requests[0].at >= pause);
        assert_eq!(requests[0].request, requests[1].request, "it is the same export");
        assert!((pushing.told(OPERATIONS, "").await - 1.0).abs() < 0.5);
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for protocol in PROTOCOLS {
        let over_http = protocol == Protocol::HttpProtobuf;
        for (conduct, http, grpc) in [
            (Conduct::invalid(), "400", "INVALID_ARGUMENT"),
            (Conduct::unauthenticated(), "401", "UNAUTHENTICATED"),
        ] {
            let pushing = Pushing::over(protocol);
            pushing.sell(1);
            pushing.receiver.conduct(conduct);
            pushing.flush().await.unwrap_err();
            assert_eq!(pushing.receiver.requests().len(), 1);
            let error = if over_http { http } else { grpc };
            let points = pushing.receiver.requests()[0].points().len();
            assert!((pushing.told(EXPORTED, error).await - points as f64).abs() < 0.5, "{error}");
        }
    }
}

#[tokio::test]
async fn rejected_points_are_told_and_not_pushed_again() {
    for protocol in PROTOCOLS {
        let pushing = Pushing::over(protocol);
        let meter = pushing.telemetry.meter("shop");
        let sold = meter.u64_counter("sold").build();
        for shop in 0..5 {
            sold.add(1, &[KeyValue::new("shop", shop)]);
        }
        pushing.receiver.conduct(Conduct::Partial { rejected: 2, message: "too old".into() });
        let error = pushing.flush().await.unwrap_err();
        assert!(error.contains("too old"), "{error}");
        let points = pushing.receiver.requests()[0].points().len();
        assert_eq!(pushing.receiver.requests().len(), 1);
        assert!((pushing.told(EXPORTED, "rejected").await - 2.0).abs() < 0.5);
        assert!((pushing.told(EXPORTED, "").await - (points - 2) as f64).abs() < 0.5);
        // A warning without a rejection is a success.
        pushing.receiver.conduct(Conduct::Partial { rejected: 0, message: "slow down".into() });
        pushing.flush().await.unwrap();
        assert!((pushing.told(EXPORTED, "rejected").await - 2.0).abs() < 0.5);
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    for protocol in PROTOCOLS {
        let pushing = Pushing::over(protocol);
        pushing.sell(1);
        pushing.receiver.conduct(Conduct::Huge(1_000_000_000));
        let start = Instant::now();
        pushing.flush().await.unwrap_err();
        assert!(start.elapsed() < PATIENCE / 2, "{:?}", start.elapsed());
        pushing.receiver.conduct(Conduct::Accept);
        pushing.flush().await.unwrap();
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    for protocol in PROTOCOLS {
        for conduct in
            [Conduct::Delay(Duration::from_millis(500)), Conduct::Drip(Duration::from_millis(2))]
        {
            let pushing = Pushing::over(protocol);
            pushing.sell(1);
            pushing.receiver.conduct(conduct);
            pushing.flush().await.unwrap();
            assert_eq!(pushing.receiver.requests().len(), 1);
        }
    }
}

#[tokio::test]
async fn deltas_add_up_to_what_was_recorded() {
    for protocol in PROTOCOLS {
        let pushing = Pushing::to(Receiver::start(), protocol, |otlp| {
            otlp.temporality(TemporalityPreference::Delta)
        });
        let time = pushing.telemetry.meter("shop").f64_histogram("time").build();
        for round in 1..=3 {
            pushing.sell(round);
            time.record(0.5, &[]);
            pushing.flush().await.unwrap();
        }
        let points = pushing.receiver.points();
        assert!((sum(&points, "sold", &[]) - 6.0).abs() < 0.5);
        assert!((sum(&points, "time", &[]) - 3.0).abs() < 0.5);
        let sums = points.iter().filter(|point| ["sold", "time"].contains(&&*point.name));
        assert!(sums.clone().all(|point| !point.cumulative));
        assert!(sums.clone().all(|point| match &point.value {
            PointValue::Number(_) => true,
            PointValue::Buckets { counts, .. } => counts.iter().sum::<u64>() == 1,
        }));
        // The scrape stays cumulative.
        assert!((Scrape::of(&pushing.telemetry).await.value("sold_total", &[]) - 6.0).abs() < 0.5);
    }
}

#[tokio::test]
async fn tls_is_trusted_by_its_authority_alone() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        for (trusted, arrives) in [(&authority, true), (&stranger, false)] {
            let receiver = Receiver::with_tls(&authority);
            let pushing =
                Pushing::to(receiver, protocol, |otlp| otlp.ca_certificate(trusted.certificate()));
            pushing.sell(1);
            let flushed = pushing.telemetry.flush(Duration::from_secs(3)).await;
            assert_eq!(flushed.is_ok(), arrives, "{flushed:?}");
            assert_eq!(pushing.receiver.requests().len(), usize::from(arrives));
        }
    }
}

#[tokio::test]
async fn a_client_shows_its_certificate() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        for (shown, arrives) in [(Some(&authority), true), (Some(&stranger), false), (None, false)]
        {
            let receiver = Receiver::with_mutual_tls(&authority);
            let pushing = Pushing::to(receiver, protocol, |otlp| {
                let otlp = otlp.ca_certificate(authority.certificate());
                match shown {
                    Some(shown) => {
                        otlp.client_certificate(shown.client_certificate(), shown.client_key())
                    }
                    None => otlp,
                }
            });
            pushing.sell(1);
            let flushed = pushing.telemetry.flush(Duration::from_secs(3)).await;
            assert_eq!(flushed.is_ok(), arrives, "{flushed:?}");
            assert_eq!(pushing.receiver.requests().len(), usize::from(arrives));
        }
    }
}

#[tokio::test]
async fn a_collector_that_takes_no_zstd_is_told_of_and_takes_gzip() {
    let refusals = ["HTTP status 400", "gRPC status UNIMPLEMENTED"];
    for (protocol, refusal) in PROTOCOLS.into_iter().zip(refusals) {
        let rotel = Rotel::start();
        let endpoint = if protocol == Protocol::Grpc { rotel.grpc() } else { rotel.http() };
        for compression in [Compression::Zstd, Compression::Gzip] {
            let otlp = Otlp::new().endpoint(&endpoint).protocol(protocol).compression(compression);
            let telemetry = Telemetry::for_service("pushing").otlp_with(otlp).build().unwrap();
            telemetry.meter("shop").u64_counter("sold").build().add(7, &[]);
            let flushed = telemetry.flush(PATIENCE).await;
            if compression == Compression::Gzip {
                flushed.unwrap();
                continue;
            }
            let error = flushed.unwrap_err().to_string();
            assert!(error.contains(refusal) && error.ends_with("compressed with zstd"), "{error}");
        }
        assert!((sum(&latest(rotel.stop()), "sold", &[]) - 7.0).abs() < 0.5);
    }
}
