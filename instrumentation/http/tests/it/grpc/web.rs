//! gRPC-web, whose trailers are the last frame of the body.

use axum::body::{Body, Bytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use http::{Request, StatusCode, Version};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tonic::{service::Routes, transport};
use tonic_web::GrpcWebLayer;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;

use super::{
    answers::{METHOD, WEB, answer, head},
    called::{call, called, settled, the_call},
    echo::{Echo, SERVER_STREAM, UNARY},
    leaving::leave,
    server::Server,
};
use crate::server_meters::ServerMeters;

/// A frame with a message of protobuf that holds `text`.
pub(crate) fn message(text: &str) -> Vec<u8> {
    let len = u8::try_from(text.len()).unwrap();
    [&[0, 0, 0, 0, len + 2, 0x0a, len], text.as_bytes()].concat()
}

/// Calls `method` as a browser does, and gives back what it got.
async fn browse(server: &Server, method: &str, text: &str, kind: &str) -> Vec<u8> {
    let message = message(text);
    let body = if kind.contains("text") { STANDARD.encode(message).into() } else { message };
    let request = Request::post(format!("http://{}/{method}", server.address))
        .header("content-type", kind)
        .header("accept", kind)
        .header("accept-encoding", "gzip")
        .body(Body::from(body))
        .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let response = client.request(request).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_11));
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

/// The layer sees either what browsers get, or what tonic's own layer makes it from.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_is_read_from_the_body_and_from_trailers_alike() {
    for kind in ["application/grpc-web+proto", "application/grpc-web-text+proto"] {
        for is_outside in [true, false] {
            let meters = ServerMeters::new();
            let layer = meters.layer();
            let server = transport::Server::builder().accept_http1(true);
            let server = if is_outside {
                let router = server.layer(layer).layer(GrpcWebLayer::new()).add_service(Echo);
                Server::start(|incoming| router.serve_with_incoming(incoming)).await
            } else {
                let router = server.layer(GrpcWebLayer::new()).layer(layer).add_service(Echo);
                Server::start(|incoming| router.serve_with_incoming(incoming)).await
            };
            let body = browse(&server, UNARY, "Dune", kind).await;
            assert!(body.len() > 20, "{body:?}");
            browse(&server, UNARY, "fail:14", kind).await;
            browse(&server, SERVER_STREAM, "Emma", kind).await;
            browse(&server, SERVER_STREAM, "fail:5", kind).await;
            browse(&server, "test.Echo/Missing", "Dune", kind).await;

            let points = settled(&meters, 5).await;
            let [unavailable, unimplemented] = ["UNAVAILABLE", "UNIMPLEMENTED"].map(Some);
            let expected = [
                ("_OTHER", unimplemented, unimplemented, 1),
                (SERVER_STREAM, Some("NOT_FOUND"), None, 1),
                (SERVER_STREAM, Some("OK"), None, 1),
                (UNARY, Some("OK"), None, 1),
                (UNARY, unavailable, unavailable, 1),
            ];
            assert_eq!(called(&points), expected, "{kind}, outside: {is_outside}");
            let requests = meters.of("http.server.request.duration");
            let failed = requests.iter().filter(|point| point.get("error.type").is_some());
            // Not the method that there is not.
            assert_eq!(failed.map(|point| point.count).sum::<i64>(), 1);
        }
    }
}

fn web_request() -> Request<Body> {
    let request = Request::post(format!("/{METHOD}"));
    request.header("content-type", "application/grpc-web").body(Body::from("question")).unwrap()
}

/// A body in pieces of `cut` bytes: a message, and the trailers of a call that failed.
fn body(cut: usize) -> Body {
    let trailers = b"grpc-status:13\r\ngrpc-message:no\r\n";
    let len = u8::try_from(trailers.len()).unwrap();
    let bytes = [&message("Dune")[..], &[0x80, 0, 0, 0, len], trailers].concat();
    let pieces: Vec<_> = bytes.chunks(cut).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(stream::iter(pieces as Vec<Result<_, std::io::Error>>))
}

#[tokio::test]
async fn a_body_is_read_however_it_is_cut() {
    let internal = Some("INTERNAL");
    for cut in [1, 4, 5, 6, 13, 1000] {
        let meters = ServerMeters::new();
        answer(meters.layer(), web_request(), head(200, &[WEB]).body(body(cut)).unwrap()).await;
        assert_eq!(the_call(&meters).await, call(METHOD, internal, internal, internal), "{cut}");
    }
}

/// tonic-web gives its content type to all that it lets through, be it a page.
#[tokio::test]
async fn what_is_not_grpcs_behind_tonic_web_is_what_its_status_says() {
    for (status, error) in [(200, None), (404, None), (401, None), (503, Some("503"))] {
        let meters = ServerMeters::new();
        let status = StatusCode::from_u16(status).unwrap();
        let page = async move || (status, [("content-type", "text/html")], "<html></html>");
        let app = Routes::new(Echo).into_axum_router().fallback(page);
        let app = app.layer(GrpcWebLayer::new()).layer(meters.layer());
        let response = app.oneshot(web_request()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/grpc-web+proto");
        drop(response.into_body().collect().await);
        let unknown = status.is_success().then_some("UNKNOWN");
        let expected = call("_OTHER", unknown, unknown.or(error), error);
        assert_eq!(the_call(&meters).await, expected, "{status}");
    }
}

/// What nobody can read is no error that nobody saw.
#[tokio::test]
async fn a_body_that_is_compressed_on_the_way_tells_no_status() {
    for coding in ["gzip", "GZIP", "br", "identity, gzip", "gzip,identity"] {
        let meters = ServerMeters::new();
        let headers = [WEB, ("content-encoding", coding)];
        answer(meters.layer(), web_request(), head(200, &headers).body(body(9)).unwrap()).await;
        assert_eq!(the_call(&meters).await, call("_OTHER", None, None, None), "{coding}");
    }
    for coding in ["identity", "Identity", "identity, identity", "", " , "] {
        let meters = ServerMeters::new();
        let headers = [WEB, ("content-encoding", coding)];
        answer(meters.layer(), web_request(), head(200, &headers).body(body(9)).unwrap()).await;
        assert_eq!(the_call(&meters).await.1.as_deref(), Some("INTERNAL"), "{coding:?}");
    }
    // Its trailers can be, too, and only they.
    let meters = ServerMeters::new();
    let trailers = [&message("Dune")[..], &[0x81, 0, 0, 0, 2, 0x1f, 0x8b]].concat();
    answer(meters.layer(), web_request(), head(200, &[WEB]).body(trailers.into()).unwrap()).await;
    assert_eq!(the_call(&meters).await, call("_OTHER", None, None, None));
}

/// Browsers do not miss the last padding.
#[tokio::test]
async fn text_may_lack_its_last_padding() {
    let meters = ServerMeters::new();
    let text = [&message("Dune")[..], b"\x80\0\0\0\x0dgrpc-status:0"].concat();
    let text = STANDARD.encode(text);
    assert!(text.ends_with('='));
    let headers = [("content-type", "application/grpc-web-text")];
    let response = head(200, &headers).body(Body::from(text.trim_end_matches('=').to_owned()));
    answer(meters.layer(), web_request(), response.unwrap()).await;
    assert_eq!(the_call(&meters).await, call(METHOD, Some("OK"), None, None));
}

/// tower-http compresses gRPC-web, unless it is told otherwise, and leaves gRPC alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_compression_of_whole_bodies_hides_the_status_inside_the_layer_and_not_outside_of_it() {
    let unavailable = Some("UNAVAILABLE");
    for (is_inside, method, status) in [(true, "_OTHER", None), (false, SERVER_STREAM, unavailable)]
    {
        let meters = ServerMeters::new();
        let (layer, compression) = (meters.layer(), CompressionLayer::new());
        let server = transport::Server::builder().accept_http1(true);
        let server = if is_inside {
            let mut server = server.layer(layer).layer(compression).layer(GrpcWebLayer::new());
            let router = server.add_service(Echo);
            Server::start(|incoming| router.serve_with_incoming(incoming)).await
        } else {
            let mut server = server.layer(compression).layer(layer).layer(GrpcWebLayer::new());
            let router = server.add_service(Echo);
            Server::start(|incoming| router.serve_with_incoming(incoming)).await
        };
        let body = browse(&server, SERVER_STREAM, "fail:14", "application/grpc-web+proto").await;
        assert_eq!(body[..2], [0x1f, 0x8b], "it is gzip");
        assert_eq!(called(&settled(&meters, 1).await), [(method, status, status, 1)]);
    }
}

/// Behind the trailers, the client has all of it.
#[tokio::test]
async fn who_leaves_behind_the_trailers_has_the_status_and_who_leaves_before_has_none() {
    for (frames, status) in [(6, None), (7, Some("INTERNAL"))] {
        let meters = ServerMeters::new();
        let response = head(200, &[WEB]).body(body(8)).unwrap();
        leave(&meters.layer(), web_request(), response, frames).await;
        let error = Some(status.unwrap_or("cancelled"));
        assert_eq!(the_call(&meters).await, call(METHOD, status, error, error));
    }
}
