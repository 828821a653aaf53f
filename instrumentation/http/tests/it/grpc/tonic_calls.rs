//! Real calls to a real server of tonic.

use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::sync::Semaphore;
use tonic::{Code, Request, Status, body::Body, service::Routes, transport};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest,
};
use tower::{
    BoxError, Layer, ServiceBuilder, ServiceExt, limit::GlobalConcurrencyLimitLayer,
    load_shed::LoadShedLayer,
};

use super::{
    called::{CALLS, call, called, settled, the_call},
    echo::{self, BIDI, CLIENT_STREAM, Echo, SERVER_STREAM, UNARY},
    server::Server,
    web::message,
};
use crate::server_meters::ServerMeters;

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_call_is_recorded_once_by_its_method() {
    for compressed in [false, true] {
        let meters = ServerMeters::new();
        let server = Server::echo(&meters).await;
        let client = server.client().await;
        let mut client = if compressed { client.compressed() } else { client };

        assert_eq!(client.unary(Request::new("Dune")).await.unwrap(), "Dune");
        assert_eq!(client.client_stream(&["Du", "ne"]).await.unwrap(), "Dune");
        let (texts, end) = echo::all(client.server_stream("Dune").await.unwrap()).await;
        assert_eq!((texts.join(" "), end.is_ok()), ("first Dune last".to_owned(), true));
        let (texts, end) = echo::all(client.bidi(&["Dune", "Emma"]).await.unwrap()).await;
        assert_eq!((texts.join(" "), end.is_ok()), ("Dune Emma".to_owned(), true));

        let points = settled(&meters, 4).await;
        let each = |method| (method, Some("OK"), None, 1);
        let expected = [BIDI, CLIENT_STREAM, SERVER_STREAM, UNARY].map(each);
        assert_eq!(called(&points), expected, "{compressed}");
        let requests = meters.only("http.server.request.duration");
        assert_eq!((requests.get("error.type"), requests.count), (None, 4));
        assert_eq!(requests.get("http.response.status_code"), Some("200"));
    }
}

/// A call that fails before its first message is trailers-only.
#[tokio::test(flavor = "multi_thread")]
async fn each_status_is_told_and_six_are_errors_also_for_http() {
    const ERRORS: [&str; 6] =
        ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];
    for (number, name) in [
        (1, "CANCELLED"),
        (2, "UNKNOWN"),
        (3, "INVALID_ARGUMENT"),
        (4, "DEADLINE_EXCEEDED"),
        (5, "NOT_FOUND"),
        (6, "ALREADY_EXISTS"),
        (7, "PERMISSION_DENIED"),
        (8, "RESOURCE_EXHAUSTED"),
        (9, "FAILED_PRECONDITION"),
        (10, "ABORTED"),
        (11, "OUT_OF_RANGE"),
        (12, "UNIMPLEMENTED"),
        (13, "INTERNAL"),
        (14, "UNAVAILABLE"),
        (15, "DATA_LOSS"),
        (16, "UNAUTHENTICATED"),
    ] {
        let meters = ServerMeters::new();
        let server = Server::echo(&meters).await;
        let mut client = server.client().await;
        let text = format!("fail:{number}");
        // Before any message, and after the first one.
        let status = client.unary(Request::new(&text)).await.unwrap_err();
        assert_eq!(status.code() as i32, number);
        let (texts, end) = echo::all(client.server_stream(&text).await.unwrap()).await;
        assert_eq!((texts.len(), end.unwrap_err().code() as i32), (1, number));

        let points = settled(&meters, 2).await;
        let error = ERRORS.contains(&name).then_some(name);
        // A method has its name once it has answered.
        let mut expected =
            [("_OTHER", Some(name), error, 1), (SERVER_STREAM, Some(name), error, 1)];
        expected.sort_unstable();
        assert_eq!(called(&points), expected);
        let requests = meters.of("http.server.request.duration");
        let failed = requests.iter().filter(|point| point.get("error.type").is_some());
        let failed: Vec<_> = failed.map(|point| (point.get("error.type"), point.count)).collect();
        // That a server lacks a method is a failure for HTTP only if it has shown to have it.
        let count = if name == "UNIMPLEMENTED" { 1 } else { 2 };
        let expected = error.map(|error| (Some(error), count));
        assert_eq!(failed, Vec::from_iter(expected), "{name}");
        assert_eq!(requests.iter().map(|point| point.count).sum::<i64>(), 2);
        assert!(requests.iter().all(|p| p.get("http.response.status_code") == Some("200")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_is_a_cancellation_without_a_status() {
    let meters = ServerMeters::new();
    let server = Server::echo(&meters).await;
    let mut client = server.client().await;
    let mut texts = client.server_stream("slow").await.unwrap();
    assert_eq!(texts.message().await.unwrap().unwrap(), "first");
    drop(texts);
    let expected = call(SERVER_STREAM, None, Some("cancelled"), Some("cancelled"));
    assert_eq!(the_call(&meters).await, expected);

    let meters = ServerMeters::new();
    let (server, begun) = Server::saying_what_begins(&meters).await;
    let mut client = server.client().await;
    let unary = tokio::spawn(async move { client.unary(Request::new("slow")).await });
    begun.notified().await;
    unary.abort();
    let expected = call("_OTHER", None, Some("cancelled"), Some("cancelled"));
    assert_eq!(the_call(&meters).await, expected);
}

/// A client that went away with its connection, and not by a message of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_a_cancellation_of_each_call_on_it() {
    let meters = ServerMeters::new();
    let server = Server::echo(&meters).await;
    let client = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut client = server.client().await;
            let mut first = client.server_stream("slow").await.unwrap();
            let mut second = client.bidi(&["Dune", "slow"]).await.unwrap();
            assert!(first.message().await.unwrap().is_some());
            assert!(second.message().await.unwrap().is_some());
            drop((first, second));
        });
        // With its runtime the connection is gone.
        drop(runtime);
        server
    });
    let server = client.join().unwrap();
    let points = settled(&meters, 2).await;
    let gone = |method| (method, None, Some("cancelled"), 1);
    assert_eq!(called(&points), [gone(BIDI), gone(SERVER_STREAM)]);
    drop(server);
}

/// tonic gives the call up on both sides; in the second, the client only says its time, and waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_time_is_over_exceeded_its_deadline_whoever_gave_it_up() {
    let exceeded = Some("DEADLINE_EXCEEDED");
    let expected = |error| [(UNARY, None, error, 1), (UNARY, Some("OK"), None, 1)];
    let meters = ServerMeters::new();
    let server = Server::echo(&meters).await;
    let mut client = server.client().await;
    client.unary(Request::new("Dune")).await.unwrap();
    let mut request = Request::new("slow");
    request.set_timeout(Duration::from_millis(500));
    client.unary(request).await.unwrap_err();
    assert_eq!(called(&settled(&meters, 2).await), expected(exceeded));

    // No client can mean less than a millisecond.
    let cancelled = Some("cancelled");
    for (timeout, error) in
        [("0n", cancelled), ("1n", cancelled), ("1000u", exceeded), ("50m", exceeded)]
    {
        let meters = ServerMeters::new();
        let server = Server::echo(&meters).await;
        server.client().await.unary(Request::new("Dune")).await.unwrap();
        assert_eq!(ask(&server, &GRPC, Some(timeout), "slow").await, 200, "tonic answers");
        assert_eq!(called(&settled(&meters, 2).await), expected(error), "{timeout}");
        let requests = meters.of("http.server.request.duration");
        let failed: Vec<_> = requests.iter().filter_map(|point| point.get("error.type")).collect();
        assert_eq!(failed, [error.unwrap()], "{timeout}");
    }
}

const GRPC: [(&str, &str); 1] = [("content-type", "application/grpc")];

/// Asks [`Echo`] over HTTP/2, with a request that says this of itself.
async fn ask(
    server: &Server,
    headers: &[(&str, &str)],
    timeout: Option<&str>,
    text: &str,
) -> http::StatusCode {
    let request = http::Request::post(format!("http://{}/{UNARY}", server.address));
    let said = headers.iter().copied().chain(timeout.map(|timeout| ("grpc-timeout", timeout)));
    let request = said.fold(request, |request, (name, value)| request.header(name, value));
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    let request = request.body(axum::body::Body::from(message(text))).unwrap();
    client.request(request).await.unwrap().status()
}

/// tonic does not ask for the content type.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_say_what_it_is_is_recorded_with_its_status() {
    let internal = Some("INTERNAL");
    for headers in [&[][..], &[("content-type", "application/x-protobuf")]] {
        let meters = ServerMeters::new();
        let server = Server::echo(&meters).await;
        assert_eq!(ask(&server, headers, None, "fail:13").await, 200);
        assert_eq!(the_call(&meters).await, call("_OTHER", internal, internal, internal));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_is_kept_changes_nothing_and_who_leaves_before_it_is_cancelled() {
    let meters = ServerMeters::new();
    let (server, begun) = Server::saying_what_begins(&meters).await;
    let mut client = server.client().await;
    let timed = |text| {
        let mut request = Request::new(text);
        request.set_timeout(Duration::from_secs(60));
        request
    };
    client.unary(timed("Dune")).await.unwrap();
    settled(&meters, 1).await;
    let unary = tokio::spawn(async move { client.unary(timed("slow")).await });
    begun.notified().await;
    unary.abort();
    let points = settled(&meters, 2).await;
    let expected = [(UNARY, None, Some("cancelled"), 1), (UNARY, Some("OK"), None, 1)];
    assert_eq!(called(&points), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_method_or_in_its_stream_is_a_panic() {
    let meters = ServerMeters::new();
    let server = Server::echo(&meters).await;
    server.client().await.unary(Request::new("panic")).await.unwrap_err();
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("panic"), Some("panic")));

    let meters = ServerMeters::new();
    let server = Server::echo(&meters).await;
    let texts = server.client().await.server_stream("panic").await.unwrap();
    assert!(echo::all(texts).await.1.is_err());
    // tonic hands on together what is ready, so no message has come.
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("panic"), Some("panic")));
}

/// tonic's body is not axum's, so only a layer of any body counts its bytes.
#[tokio::test(flavor = "multi_thread")]
async fn a_layer_of_any_body_counts_the_bytes_of_requests_and_the_calls() {
    let meters = ServerMeters::new();
    let router = transport::Server::builder().layer(meters.layer().any_body()).add_service(Echo);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    assert_eq!(server.client().await.client_stream(&["Dune", "Emma"]).await.unwrap(), "DuneEmma");
    assert_eq!(the_call(&meters).await, call(CLIENT_STREAM, Some("OK"), None, None));
    // Of each message the head, and a field with its length.
    assert_eq!(meters.only("http.server.request.body.size").sum, 2.0 * (5.0 + 2.0 + 4.0));
}

/// What tonic's builder sets is outside of every layer, and what an error becomes there is not seen.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_outside_of_the_layer_is_seen_as_the_documents_say() {
    let meters = ServerMeters::new();
    let router = transport::Server::builder().timeout(Duration::from_millis(50));
    let router = router.layer(meters.layer()).add_service(Echo);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    server.client().await.unary(Request::new("slow")).await.unwrap_err();
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("cancelled"), Some("cancelled")));

    let meters = ServerMeters::new();
    let refuse = tower::layer::layer_fn(|_: Routes| {
        tower::service_fn(async |_: http::Request<Body>| {
            Err::<http::Response<Body>, BoxError>(Status::resource_exhausted("full").into())
        })
    });
    let router = transport::Server::builder().layer(meters.layer()).layer(refuse).add_service(Echo);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    let status = server.client().await.unary(Request::new("Dune")).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "tonic makes one of the error");
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("_OTHER"), Some("_OTHER")));

    let meters = ServerMeters::new();
    let late = tower::timeout::TimeoutLayer::new(Duration::from_millis(50));
    let router = transport::Server::builder().layer(meters.layer()).layer(late).add_service(Echo);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    server.client().await.unary(Request::new("slow")).await.unwrap_err();
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("timeout"), Some("timeout")));
}

/// Who waits for a service that is not ready is no call that anybody knows of.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shed_is_seen_as_the_documents_say() {
    let shed = Code::ResourceExhausted;
    // Of tonic's own, nothing has come to the layer yet.
    let meters = ServerMeters::new();
    let limited = transport::Server::builder().load_shed(true).concurrency_limit_per_connection(1);
    let (server, begun) = Server::saying_what_begins_in(limited, &meters).await;
    let channel = server.channel().await;
    let mut client = echo::Client::new(channel.clone());
    let slow = tokio::spawn(async move { client.unary(Request::new("slow")).await });
    begun.notified().await;
    let status = echo::Client::new(channel).unary(Request::new("Dune")).await.unwrap_err();
    assert_eq!(status.code(), shed);
    assert_eq!(meters.of(CALLS), []);
    slow.abort();
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("cancelled"), Some("cancelled")));

    // tower's, inside of the layer, fails each call.
    let meters = ServerMeters::new();
    let shedding = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Semaphore::new(0).into()));
    let router =
        transport::Server::builder().layer(meters.layer()).layer(shedding).add_service(Echo);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    let status = server.client().await.unary(Request::new("Dune")).await.unwrap_err();
    assert_eq!(status.code(), shed);
    assert_eq!(the_call(&meters).await, call("_OTHER", None, Some("_OTHER"), Some("_OTHER")));

    // A limit without a shedder lets each wait, and whoever gives up there is a request alone.
    let meters = ServerMeters::new();
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(Semaphore::new(0).into());
    let service = meters.layer().layer(limit.layer(Echo));
    let call = http::Request::post(format!("/{UNARY}")).header("content-type", "application/grpc");
    let waiting = service.oneshot(call.body(Body::empty()).unwrap());
    assert!(waiting.now_or_never().is_none());
    assert_eq!(meters.of(CALLS), []);
    let request = meters.the_request();
    let said = ["error.type", "http.request.method"].map(|key| request.get(key));
    assert_eq!(said, [Some("cancelled"), Some("_OTHER")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_reflection_are_services_as_any_other() {
    let meters = ServerMeters::new();
    let (_reporter, health) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .unwrap();
    let router = transport::Server::builder()
        .layer(meters.layer())
        .add_service(health)
        .add_service(reflection);
    let server = Server::start(|incoming| router.serve_with_incoming(incoming)).await;
    let mut health = HealthClient::new(server.channel().await);
    let check = |service: &str| HealthCheckRequest { service: service.to_owned() };
    health.check(check("")).await.unwrap();
    assert_eq!(health.check(check("none")).await.unwrap_err().code(), Code::NotFound);
    // It goes on until the client leaves.
    let mut watch = health.watch(check("")).await.unwrap().into_inner();
    watch.message().await.unwrap().unwrap();
    drop(watch);
    let mut reflection = ServerReflectionClient::new(server.channel().await);
    let list = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let answers = reflection.server_reflection_info(futures_util::stream::iter([list]));
    let mut answers = answers.await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}

    let points = settled(&meters, 4).await;
    let info = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let (check, watch) = ("grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch");
    let expected = [
        (check, Some("NOT_FOUND"), None, 1),
        (check, Some("OK"), None, 1),
        (watch, None, Some("cancelled"), 1),
        (info, Some("OK"), None, 1),
    ];
    assert_eq!(called(&points), expected);
}

/// tonic's services are routes of axum, whose template says no method.
#[tokio::test(flavor = "multi_thread")]
async fn calls_and_other_requests_share_a_router_of_axum() {
    let meters = ServerMeters::new();
    let app: Router = Routes::new(Echo)
        .into_axum_router()
        .route("/books/{id}", axum::routing::get(async || "Dune"))
        .layer(meters.layer());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    let channel = transport::Endpoint::new(address).unwrap().connect().await.unwrap();
    let mut client = echo::Client::new(channel);
    client.unary(Request::new("Dune")).await.unwrap();
    client.call("test.Echo/Missing", Request::new(String::new())).await.unwrap_err();
    client.call("test.Missing/Unary", Request::new(String::new())).await.unwrap_err();

    let points = settled(&meters, 3).await;
    let unimplemented = Some("UNIMPLEMENTED");
    let expected = [("_OTHER", unimplemented, unimplemented, 2), (UNARY, Some("OK"), None, 1)];
    assert_eq!(called(&points), expected);
    let requests = meters.of("http.server.request.duration");
    let routes: Vec<_> = requests.iter().map(|point| point.get("http.route")).collect();
    assert_eq!(routes.iter().filter(|route| **route == Some("/test.Echo/{*rest}")).count(), 1);
    // As a path that leads nowhere, a method that there is not is no failure of HTTP.
    assert!(requests.iter().all(|point| point.get("error.type").is_none()), "{requests:#?}");
    serving.abort();
}
