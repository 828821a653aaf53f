use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_client::MetricsServiceClient,
    },
    metrics::v1::{
        Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric, number_data_point,
    },
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};
use tonic::{Code, Status, codec::CompressionEncoding};
use tonic_types::StatusExt;

use super::*;
use crate::client::Client;

/// Long for an answer, short for a test.
const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

fn request(value: i64) -> ExportMetricsServiceRequest {
    let value = Some(number_data_point::Value::AsInt(value));
    let data_points = vec![NumberDataPoint { value, ..NumberDataPoint::default() }];
    let data = Sum { data_points, aggregation_temporality: 2, is_monotonic: true };
    let data = Some(metric::Data::Sum(data));
    let metrics = vec![Metric { name: "sold".into(), data, ..Metric::default() }];
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let resource_metrics = vec![ResourceMetrics { scope_metrics, ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }
}

async fn grpc(url: &str, value: i64) -> Result<ExportMetricsServiceResponse, Status> {
    let client = MetricsServiceClient::connect(url.to_owned()).await;
    let client = client.map_err(|error| Status::unavailable(format!("{error:?}")))?;
    let mut client = client.send_compressed(CompressionEncoding::Gzip);
    let mut request = tonic::Request::new(request(value));
    request.metadata_mut().insert("x-token", "secret".parse().unwrap());
    client.export(request).await.map(tonic::Response::into_inner)
}

async fn http(
    url: &str,
    value: i64,
) -> Result<(StatusCode, HeaderMap, ExportMetricsServiceResponse), String> {
    let body = request(value).encode_to_vec();
    let client = Client::new(url);
    let answer = client.try_post("/v1/metrics", "application/x-protobuf", &body).await?;
    let message = ExportMetricsServiceResponse::decode(answer.body).map_err(|e| e.to_string());
    Ok((answer.status, answer.headers, message.unwrap_or_default()))
}

#[tokio::test]
async fn both_protocols_arrive_on_one_port() {
    let receiver = Receiver::start();
    grpc(&receiver.url(), 1).await.unwrap();
    let (status, _, answer) = http(&receiver.url(), 2).await.unwrap();
    assert_eq!((status, answer), (StatusCode::OK, ExportMetricsServiceResponse::default()));
    let requests = receiver.requests();
    let came = requests.iter().map(|it| (it.protocol, it.points()[0].number(), it.accepted));
    let expected = [(Protocol::Grpc, 1.0, true), (Protocol::Http, 2.0, true)];
    assert_eq!(came.collect::<Vec<_>>(), expected);
    assert_eq!(requests[0].header("x-token"), "secret");
    assert_eq!(requests[0].header("grpc-encoding"), "gzip");
    assert_eq!(receiver.latest().len(), 1, "one series");
    assert!((receiver.latest()[0].number() - 2.0).abs() < 0.5);
}

#[tokio::test]
async fn failures_reach_the_client_in_its_protocol_and_are_no_points() {
    let receiver = Receiver::start();
    let pause = Some(Duration::from_secs(7));
    for (conduct, status, code) in [
        (Conduct::unavailable(pause), 503, Code::Unavailable),
        (Conduct::throttled(pause), 429, Code::ResourceExhausted),
        (Conduct::invalid(), 400, Code::InvalidArgument),
        (Conduct::unauthenticated(), 401, Code::Unauthenticated),
    ] {
        let may_retry = status == 503 || status == 429;
        receiver.conduct(conduct);
        let (answered, headers, _) = http(&receiver.url(), 1).await.unwrap();
        assert_eq!(answered, status);
        assert_eq!(headers.get("retry-after").is_some_and(|it| it == "7"), may_retry);
        let failed = grpc(&receiver.url(), 1).await.unwrap_err();
        assert_eq!(failed.code(), code);
        let told = failed.get_details_retry_info().and_then(|info| info.retry_delay);
        assert_eq!(told, pause.filter(|_| may_retry));
    }
    assert_eq!((receiver.requests().len(), receiver.points().len()), (8, 0));
    receiver.conduct(Conduct::Accept);
    grpc(&receiver.url(), 1).await.unwrap();
    assert_eq!(receiver.points().len(), 1);
}

#[tokio::test]
async fn a_partial_success_says_how_many_and_why() {
    let receiver = Receiver::start();
    receiver.conduct(Conduct::Partial { rejected: 3, message: "too old".into() });
    let (_, _, over_http) = http(&receiver.url(), 1).await.unwrap();
    let over_grpc = grpc(&receiver.url(), 1).await.unwrap();
    assert_eq!(over_http, over_grpc);
    let partial = over_grpc.partial_success.unwrap();
    assert_eq!((partial.rejected_data_points, &*partial.error_message), (3, "too old"));
}

#[tokio::test]
async fn a_hanging_receiver_reads_and_never_answers() {
    let receiver = Receiver::start();
    for (conduct, read) in [(Conduct::Hang, 2), (Conduct::Ignore, 2)] {
        receiver.conduct(conduct);
        assert!(timeout(SOON, http(&receiver.url(), 1)).await.is_err());
        assert!(timeout(SOON, grpc(&receiver.url(), 1)).await.is_err());
        assert_eq!(receiver.requests().len(), read);
    }
    assert_eq!((receiver.connections(), receiver.points().len()), (4, 0));
}

#[tokio::test]
async fn a_closed_connection_is_an_error_of_the_client() {
    let receiver = Receiver::start();
    receiver.conduct(Conduct::Close);
    assert!(timeout(LONG, http(&receiver.url(), 1)).await.unwrap().is_err());
    assert!(timeout(LONG, grpc(&receiver.url(), 1)).await.unwrap().is_err());
    assert_eq!((receiver.requests().len(), receiver.connections()), (0, 2));
}

#[tokio::test]
async fn a_slow_answer_is_whole_in_the_end() {
    let receiver = Receiver::start();
    receiver.conduct(Conduct::Delay(SOON));
    let start = Instant::now();
    grpc(&receiver.url(), 1).await.unwrap();
    assert!(start.elapsed() >= SOON);
    receiver.conduct(Conduct::Drip(Duration::from_millis(2)));
    let start = Instant::now();
    let (_, _, over_http) = http(&receiver.url(), 1).await.unwrap();
    let over_grpc = grpc(&receiver.url(), 1).await.unwrap();
    assert_eq!(over_http, over_grpc);
    assert!(start.elapsed() > SOON, "a hundred bytes each");
}

#[tokio::test]
async fn a_huge_answer_is_well_formed() {
    let receiver = Receiver::start();
    receiver.conduct(Conduct::Huge(1_000_000));
    let (_, _, over_http) = http(&receiver.url(), 1).await.unwrap();
    let over_grpc = grpc(&receiver.url(), 1).await.unwrap();
    assert_eq!(over_http, over_grpc);
    assert_eq!(over_grpc.partial_success.unwrap().error_message.len(), 1_000_000);
}

#[tokio::test]
async fn a_refusing_receiver_comes_back_on_the_same_port() {
    let receiver = Receiver::start();
    let mut client = MetricsServiceClient::connect(receiver.url()).await.unwrap();
    client.export(request(1)).await.unwrap();
    receiver.refuse();
    let refused = http(&receiver.url(), 2).await.unwrap_err();
    assert!(refused.contains("ConnectionRefused"), "{refused}");
    assert!(client.export(request(3)).await.is_err());
    receiver.listen_again();
    client.export(request(4)).await.unwrap();
    http(&receiver.url(), 5).await.unwrap();
    let came = receiver.points().iter().map(Point::number).collect::<Vec<_>>();
    assert_eq!(came, [1.0, 4.0, 5.0]);
}

#[tokio::test]
#[should_panic(expected = "this is no OTLP")]
async fn what_is_no_otlp_fails_the_test() {
    let receiver = Receiver::start();
    Client::new(receiver.url()).post("/v1/metrics", "text/plain", "hello").await;
    receiver.requests();
}

#[tokio::test]
async fn only_a_client_that_trusts_us_gets_through_tls() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let receiver = Receiver::with_tls(&authority);
    assert_eq!(handshake(&receiver, &authority, None).await, Ok(()));
    assert!(handshake(&receiver, &stranger, None).await.is_err());
}

#[tokio::test]
async fn only_a_client_that_we_know_gets_through_mutual_tls() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let receiver = Receiver::with_mutual_tls(&authority);
    assert_eq!(handshake(&receiver, &authority, Some(&authority)).await, Ok(()));
    assert!(handshake(&receiver, &authority, None).await.is_err());
    assert!(handshake(&receiver, &authority, Some(&stranger)).await.is_err());
}

/// A request over TLS that gets any answer at all.
async fn handshake(
    receiver: &Receiver,
    trusted: &Authority,
    shown: Option<&Authority>,
) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted.certificate()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match shown {
        None => config.with_no_client_auth(),
        Some(shown) => {
            let certificate = CertificateDer::from_pem_file(shown.client_certificate()).unwrap();
            let key = PrivateKeyDer::from_pem_file(shown.client_key()).unwrap();
            config.with_client_auth_cert(vec![certificate], key).unwrap()
        }
    };
    let stream = TcpStream::connect(receiver.address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, stream).await.map_err(|error| text(&error))?;
    stream.write_all(b"POST /v1/metrics HTTP/1.1\r\nhost: a\r\n").await.map_err(|e| text(&e))?;
    stream
        .write_all(b"content-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
        .await
        .map_err(|error| text(&error))?;
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).await.map_err(|error| text(&error))?;
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    Ok(())
}
