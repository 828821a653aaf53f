//! Views of what the HTTP layer measures.

use std::{
    convert::Infallible,
    future::{Future, pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Waker},
};

use axum::{
    body::Body,
    extract::Request,
    http::{Method, Response, StatusCode, Version, header::CONTENT_TYPE},
};
use kymo::{TelemetryBuilder, View, http::ServerLayer};
use tower::{Layer, Service};

use super::page::{Shown, shaped};

/// Asks for `uri` once; its query says what becomes of it.
fn ask(layer: &ServerLayer, method: &str, version: Version, uri: &str) {
    type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;
    let mut service = layer.layer(tower::service_fn(|request: Request| -> Answer {
        let ok = |response: Response<Body>| -> Answer { Box::pin(ready(Ok(response))) };
        match request.uri().query().unwrap() {
            "never" => Box::pin(pending()),
            "panic" => std::panic::resume_unwind(Box::new("no luck")),
            "sse" => ok(Response::builder()
                .header(CONTENT_TYPE, "text/event-stream")
                .body(Body::from("data: 1\n\n"))
                .unwrap()),
            status => {
                let status = StatusCode::from_bytes(status.as_bytes()).unwrap();
                ok(Response::builder().status(status).body(Body::empty()).unwrap())
            }
        }
    }));
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = Request::new(Body::empty());
    (*request.method_mut(), *request.version_mut()) = (method, version);
    *request.uri_mut() = uri.parse().unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _ = pin!(service.call(request)).as_mut().poll(&mut context);
    }));
}

fn layer(shown: &Shown) -> ServerLayer {
    shown.0.http().route(|head| {
        let path = head.uri.path();
        (path != "/").then(|| path.to_owned().into())
    })
}

#[test]
fn views_shape_what_the_layer_measures() {
    let shown = shaped(|shop| {
        shop.prometheus().view("http.server.request.body.size", View::off()).view(
            "http.server.*",
            View::new()
                .buckets([0.1])
                .without_attribute("url.scheme")
                .without_attribute("network.protocol.version")
                .rename_attribute("http.route", "route")
                .attribute_budget("http.route", 2),
        )
    });
    let layer = layer(&shown);
    for route in ["/a", "/b", "/c", "/d", "/a"] {
        ask(&layer, "GET", Version::HTTP_11, &format!("{route}?200"));
    }
    let labels = |route: &str| {
        format!(r#"http_request_method="GET",http_response_status_code="200",route="{route}""#)
    };
    let [a, b, other] = ["/a", "/b", "_OTHER"].map(labels);
    shown.shows(
        "http_server_request_duration_seconds_count",
        &[(&a, 2.0), (&b, 1.0), (&other, 2.0)],
    );
    shown.shows("http_server_active_requests", &[(r#"http_request_method="GET""#, 0.0)]);
    let folds = r#"kymo_cardinality_attribute="http.route",kymo_cardinality_metric="http.server.request.duration""#;
    let folded = shown.series("kymo_cardinality_folded_total");
    assert!(folded.contains(&(folds.to_owned(), 2.0)), "{folded:?}");
    let page = shown.page();
    assert!(!page.keys().any(|series| series.starts_with("http_server_request_body")), "{page:#?}");
    let buckets = shown.series("http_server_request_duration_seconds_bucket");
    assert_eq!(buckets.len(), 2 * 3, "{buckets:?}");
}

#[test]
fn buckets_of_a_view_are_stronger_than_those_of_the_layer_which_remain_without_one() {
    use kymo::http::ServerMetric::{RequestDuration, ResponseBodySize};

    let view = View::new().buckets([7.0]);
    let shown = shaped(|shop| shop.view("http.server.request.duration", view));
    let layer = layer(&shown).buckets(RequestDuration, [1.0]).unwrap();
    let layer = layer.buckets(ResponseBodySize, [2.0]).unwrap();
    ask(&layer, "GET", Version::HTTP_11, "/?200");
    let page = shown.page();
    let bounds = |name: &str| {
        let of = |series: &String| {
            let (_, bound) = series.strip_prefix(name)?.split_once("le=\"")?;
            Some(bound.split_once('"')?.0.to_owned())
        };
        page.keys().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(bounds("http_server_request_duration_seconds_bucket"), ["+Inf", "7"]);
    assert_eq!(bounds("http_server_response_body_size_bytes_bucket"), ["+Inf", "2"]);
}

/// Every combination of what a layer tells apart, those first that take most of the room.
#[test]
fn no_flood_makes_a_metric_of_ours_overflow_within_the_default_limits() {
    use kymo::http::ServerMetric;

    let shown = shaped(TelemetryBuilder::prometheus);
    let layer = layer(&shown).with(ServerMetric::FirstByteDuration).route_budget(1000);
    let versions =
        [Version::HTTP_09, Version::HTTP_10, Version::HTTP_11, Version::HTTP_2, Version::HTTP_3];
    for route in 0..1100 {
        ask(&layer, "GET", Version::HTTP_11, &format!("/{route}?200"));
        ask(&layer, "GET", Version::HTTP_11, &format!("/{route}?sse"));
        ask(&layer, "GET", Version::HTTP_11, &format!("/{route}?500"));
        ask(&layer, "GET", Version::HTTP_11, &format!("/{route}?panic"));
    }
    for status in 100..600 {
        ask(&layer, "POST", Version::HTTP_2, &format!("/1?{status}"));
    }
    for method in ["GET", "PUT", "QUERY", "FOO"] {
        for version in versions {
            for scheme in ["http", "https", "gopher"] {
                for route in ["", "2", "new"] {
                    for fate in ["200", "204", "404", "405", "500", "503", "never", "panic"] {
                        ask(&layer, method, version, &format!("{scheme}://shop/{route}?{fate}"));
                    }
                }
            }
        }
    }
    let page = shown.page();
    let overflow = |series: &&String| series.contains("otel_metric_overflow");
    assert_eq!(page.keys().find(overflow), None);
    // The flood came close to the limit.
    let series = shown.series("http_server_request_duration_seconds_count").len();
    assert!((1700..1791).contains(&series), "{series} series");
}
