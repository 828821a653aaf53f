//! Clients cannot make series.

use std::{
    convert::Infallible, future, future::Future, io, panic::AssertUnwindSafe, task::Poll,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::FutureExt;
use http::{Method, StatusCode, Version};
use http_body_util::BodyExt;
use kymo_http::{HandlerLayer, MeasuredService};
use tower::{BoxError, Layer, ServiceExt, service_fn, timeout::error::Elapsed};

use crate::{
    gate::{Fate, gate},
    server_meters::{Point, ServerMeters},
};

fn folded(points: &[Point], attribute: &str) -> i64 {
    let of_requests = points.iter().filter(|point| {
        point.get("kymo.cardinality.metric") == Some("http.server.request.duration")
            && point.get("kymo.cardinality.attribute") == Some(attribute)
    });
    of_requests.map(|point| point.count).sum()
}

#[tokio::test]
async fn routes_beyond_the_budget_become_other_in_that_attribute_only_and_are_counted() {
    let meters = ServerMeters::new();
    let layer =
        meters.layer().route_budget(3).route(|head| Some(head.uri.path().to_owned().into()));
    let app = Router::new().fallback(async || StatusCode::IM_A_TEAPOT).layer(layer);
    for n in 0..10 {
        let request = Request::post(format!("/{n}")).body(Body::empty()).unwrap();
        drop(app.clone().oneshot(request).await.unwrap());
    }
    let points = meters.of("http.server.request.duration");
    let mut counts: Vec<_> =
        points.iter().map(|p| (p.get("http.route").unwrap(), p.count)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [("/0", 1), ("/1", 1), ("/2", 1), ("_OTHER", 7)]);
    assert!(points.iter().all(|p| p.get("http.response.status_code") == Some("418")));
    assert!(points.iter().all(|p| p.get("http.request.method") == Some("POST")));
    assert_eq!(folded(&meters.points(), "http.route"), 7);
}

#[tokio::test]
async fn every_status_on_every_route_stays_below_the_limit_of_the_sdk() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route(|head| Some(head.uri.path().to_owned().into()));
    let answer = async |request: Request<Body>| {
        let status = request.uri().query().unwrap().parse().unwrap();
        StatusCode::from_u16(status).unwrap()
    };
    let app = Router::new().fallback(answer).layer(layer);
    let mut sent = 0;
    for route in 0..20 {
        for status in (200..600).step_by(3) {
            let uri = format!("/{route}?{status}");
            let request = Request::get(uri).body(Body::empty()).unwrap();
            drop(app.clone().oneshot(request).await.unwrap());
            sent += 1;
        }
    }
    let points = meters.of("http.server.request.duration");
    assert!(points.len() < 1500, "{}", points.len());
    assert!(points.iter().all(|point| point.get("otel.metric.overflow").is_none()));
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), sent);
    let errors = points.iter().filter(|point| point.get("error.type").is_some());
    assert_eq!(errors.map(|point| point.count).sum::<i64>(), 20 * 34, "a folded 5xx is an error");
    assert!(folded(&meters.points(), "http.route") > 0);
}

#[tokio::test]
async fn a_hundred_thousand_strange_requests_make_a_handful_of_series() {
    let meters = ServerMeters::new();
    let app = Router::new().route("/books/{id}", get(async || ())).layer(meters.layer());
    for n in 0..100_000 {
        let method = Method::from_bytes(format!("M{n}").as_bytes()).unwrap();
        let request = Request::builder()
            .method(if n % 2 == 0 { Method::GET } else { method })
            .uri(if n % 3 == 0 { format!("/books/{n}") } else { format!("/{n}") })
            .header("host", format!("host-{n}.example"))
            .header("x-forwarded-proto", format!("proto{n}"))
            .body(Body::empty())
            .unwrap();
        drop(app.clone().oneshot(request).await.unwrap());
    }
    let points = meters.of("http.server.request.duration");
    assert_eq!(points.len(), 4, "{points:#?}");
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 100_000);
}

/// A service whose routes answer what their query asks for.
fn obedient(meters: &ServerMeters, routes: usize) -> Router {
    let answer = async |request: Request<Body>| {
        let status = request.uri().query().and_then(|query| query.parse().ok());
        StatusCode::from_u16(status.unwrap_or(200)).unwrap()
    };
    let add = |app: Router, n: usize| app.route(&format!("/r{n}"), get(answer));
    (0..routes).fold(Router::new(), add).layer(meters.layer())
}

async fn send(app: &Router, method: &str, uri: &str, version: Version) {
    let request = Request::builder().method(method).uri(uri).version(version);
    drop(app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap());
}

/// A body that never ends, and one that fails.
fn stalled() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<&str, Infallible>>())
}

fn broken() -> Body {
    Body::from_stream(futures_util::stream::iter([Err::<&str, _>(io::Error::other("broken"))]))
}

/// A service of many routes, each of which does what the query asks for.
fn fateful(meters: &ServerMeters, routes: usize) -> MeasuredService<BoxCloneService> {
    let layer = meters.layer().route(move |head| {
        let number: usize = head.uri.path().strip_prefix("/r")?.parse().ok()?;
        (number < routes).then(|| head.uri.path().to_owned().into())
    });
    layer.layer(whatever_is_asked_for())
}

/// Does what the query asks for.
fn whatever_is_asked_for() -> BoxCloneService {
    let answer = async |request: Request<Body>| -> Result<Response, BoxError> {
        let fate = request.uri().query().unwrap_or("200");
        match fate {
            "panic" => std::panic::resume_unwind(Box::new("on purpose")),
            "timeout" => Err(Elapsed::new().into()),
            "failure" => Err("on purpose".into()),
            "hang" => future::pending().await,
            "stalled" => Ok(Response::new(stalled())),
            "broken" => Ok(Response::new(broken())),
            status => Ok(StatusCode::from_u16(status.parse()?)?.into_response()),
        }
    };
    BoxCloneService::new(service_fn(answer))
}

type BoxCloneService = tower::util::BoxCloneService<Request<Body>, Response, BoxError>;

/// Sends a request and lets it end as it will; hangs up on what never ends.
async fn suffer(
    service: &MeasuredService<BoxCloneService>,
    method: &str,
    uri: &str,
    version: Version,
) {
    let request = Request::builder().method(method).uri(uri).version(version);
    let request = request.body(Body::empty()).unwrap();
    let mut exchange = Box::pin(async {
        let response = service.clone().oneshot(request).await;
        if let Ok(response) = response {
            drop(response.into_body().collect().await);
        }
    });
    let once = future::poll_fn(|cx| Poll::Ready(exchange.as_mut().poll(cx)));
    drop(AssertUnwindSafe(once).catch_unwind().await);
}

/// Each route fails in each of these ways for the first time, after all that clients can do.
const FAILURES: [(&str, &str); 4] =
    [("500", "500"), ("panic", "panic"), ("timeout", "timeout"), ("failure", "_OTHER")];

async fn first_failures_keep_their_route(routes: usize, failures: &[(&str, &str)]) {
    let meters = ServerMeters::new();
    let service = fateful(&meters, routes);
    let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "FOO"];
    let versions = [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2];
    let mut sent = 0;
    for route in 0..routes {
        for (method, version) in methods.iter().flat_map(|m| versions.map(|v| (m, v))) {
            for fate in ["200", "304", "400", "401", "404", "405", "hang", "stalled", "broken"] {
                suffer(&service, method, &format!("http://x/r{route}?{fate}"), version).await;
                sent += 1;
            }
        }
    }
    for route in 0..routes {
        for (fate, _) in failures {
            suffer(&service, "GET", &format!("/r{route}?{fate}"), Version::HTTP_11).await;
            sent += 1;
        }
    }
    let points = meters.of("http.server.request.duration");
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), sent);
    for route in 0..routes {
        let route = format!("/r{route}");
        for (_, error) in failures {
            let failure = points.iter().find(|point| {
                point.get("error.type") == Some(error) && point.get("http.route") == Some(&route)
            });
            assert_eq!(failure.map(|point| point.count), Some(1), "{route} {error}");
        }
    }
    assert!(points.len() < 1791, "{}", points.len());
    assert!(points.iter().all(|point| point.get("otel.metric.overflow").is_none()));
}

#[tokio::test]
async fn a_client_cannot_blind_the_service_to_its_first_failures() {
    first_failures_keep_their_route(60, &FAILURES).await;
}

#[tokio::test]
async fn each_route_of_the_budget_keeps_three_kinds_of_first_failures() {
    first_failures_keep_their_route(300, &FAILURES[..3]).await;
}

#[tokio::test]
async fn a_failure_that_clients_repeat_in_each_version_leaves_the_others_their_room() {
    let meters = ServerMeters::new();
    let service = fateful(&meters, 60);
    for route in 0..60 {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE"] {
            for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2, Version::HTTP_3] {
                for fate in ["500", "503"] {
                    suffer(&service, method, &format!("/r{route}?{fate}"), version).await;
                }
            }
        }
    }
    for route in 0..60 {
        suffer(&service, "GET", &format!("/r{route}?panic"), Version::HTTP_11).await;
    }
    let points = meters.of("http.server.request.duration");
    let panics = points.iter().filter(|point| point.get("error.type") == Some("panic"));
    let mut routes: Vec<_> = panics.filter_map(|point| point.get("http.route")).collect();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!(routes.len(), 60, "{routes:?}");
    assert!(!routes.contains(&"_OTHER"));
}

#[tokio::test]
async fn what_becomes_of_the_body_of_a_server_error_makes_no_series_of_its_own() {
    let meters = ServerMeters::new();
    let endings = [|| Body::from("sorry"), stalled, broken];
    for body in endings {
        let answer = async move || (StatusCode::BAD_GATEWAY, body());
        let app = Router::new().route("/", get(answer)).layer(meters.layer());
        let response = app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        let body = response.into_body().collect();
        drop(tokio::time::timeout(Duration::from_millis(5), body).await);
    }
    assert_eq!(meters.only("http.server.request.duration").count, 3);
}

/// Fills the room, and the quarter more, with what clients can make.
async fn flood(service: &MeasuredService<BoxCloneService>, routes: usize) {
    for route in 0..routes {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "FOO"] {
            for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2, Version::HTTP_3] {
                for fate in ["200", "404", "hang", "500"] {
                    suffer(service, method, &format!("/r{route}?{fate}"), version).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_lost_in_a_queue_has_no_version_even_after_a_flood() {
    for (shut_for, fate, error) in [
        (usize::MAX, Fate::Answer, "cancelled"),
        (0, Fate::Refuse, "_OTHER"),
        (0, Fate::TimeOut, "timeout"),
        (0, Fate::Panic, "panic"),
    ] {
        let meters = ServerMeters::new();
        let layer = meters.layer().route(|head| Some(head.uri.path().to_owned().into()));
        flood(&layer.layer(whatever_is_asked_for()), 60).await;
        let shut = layer.layer(gate(shut_for, fate));
        let mut waiting = Box::pin(shut.oneshot(Request::new(Body::empty())));
        let once = future::poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_ready()));
        drop(AssertUnwindSafe(once).catch_unwind().await);
        drop(waiting);
        let points = meters.of("http.server.request.duration");
        let lost: Vec<_> =
            points.iter().filter(|point| point.get("network.protocol.version").is_none()).collect();
        assert_eq!(lost.len(), 1, "{error}: {lost:#?}");
        assert_eq!((lost[0].count, lost[0].get("error.type")), (1, Some(error)));
        assert!(points.len() < 1791, "{}", points.len());
    }
}

#[tokio::test]
async fn a_success_keeps_its_route_whatever_versions_and_heads_clients_ask_for() {
    for routes in [120, 200] {
        let meters = ServerMeters::new();
        let app = obedient(&meters, routes);
        for route in 0..routes {
            for method in ["GET", "HEAD"] {
                for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
                    send(&app, method, &format!("/r{route}"), version).await;
                }
            }
        }
        let points = meters.of("http.server.request.duration");
        for route in 0..routes {
            let route = format!("/r{route}");
            let of_route = points.iter().filter(|point| {
                point.get("http.route") == Some(&route)
                    && point.get("http.request.method") == Some("GET")
            });
            assert_eq!(of_route.map(|point| point.count).sum::<i64>(), 3, "{routes}: {route}");
        }
    }
}

#[tokio::test]
async fn what_clients_make_takes_half_of_the_room_and_no_more() {
    let meters = ServerMeters::new();
    let app = obedient(&meters, 300);
    // Ordinary keys in the first half leave clients their own.
    for route in 0..300 {
        send(&app, "GET", &format!("/r{route}"), Version::HTTP_11).await;
    }
    for route in 0..300 {
        send(&app, "GET", &format!("/r{route}?404"), Version::HTTP_11).await;
    }
    let points = meters.of("http.server.request.duration");
    assert!(points.iter().all(|point| point.get("http.route") != Some("_OTHER")));
    assert_eq!(points.len(), 600);
}

/// A gateway passes on what a client chooses behind it.
#[tokio::test]
async fn a_status_that_nobody_assigned_takes_no_place_in_the_reserve() {
    let meters = ServerMeters::new();
    let service = fateful(&meters, 61);
    for route in 0..60 {
        for status in 500..600 {
            suffer(&service, "GET", &format!("/r{route}?{status}"), Version::HTTP_11).await;
        }
    }
    for (fate, _) in FAILURES {
        suffer(&service, "GET", &format!("/r60?{fate}"), Version::HTTP_11).await;
    }
    let points = meters.of("http.server.request.duration");
    for (_, error) in FAILURES {
        let is_it = |point: &&Point| {
            point.get("http.route") == Some("/r60") && point.get("error.type") == Some(error)
        };
        assert_eq!(points.iter().filter(is_it).count(), 1, "{error}");
    }
    // What it is called otherwise is still a failure of its route.
    let of_last = points.iter().filter(|point| point.get("http.route") == Some("/r59"));
    assert_eq!(of_last.clone().map(|point| point.count).sum::<i64>(), 100);
    assert!(of_last.clone().all(|point| point.get("error.type").is_some()));
    let folded = of_last.filter(|point| point.get("http.response.status_code") == Some("_OTHER"));
    assert_eq!(folded.map(|point| point.count).collect::<Vec<_>>(), [89]);
}

#[tokio::test]
async fn when_series_run_out_the_version_is_lost_then_the_route_and_the_status_last() {
    let meters = ServerMeters::new();
    let app = obedient(&meters, 250);
    for route in 0..250 {
        for status in [200, 201, 202, 404, 422] {
            send(&app, "GET", &format!("/r{route}?{status}"), Version::HTTP_11).await;
        }
    }
    let before = folded_total(&meters);
    send(&app, "PUT", "/r0?203", Version::HTTP_11).await;
    send(&app, "GET", "/r0?203", Version::HTTP_11).await;
    let points = meters.of("http.server.request.duration");
    let folded =
        points.iter().find(|point| point.get("http.response.status_code") == Some("203")).unwrap();
    assert_eq!(folded.get("http.request.method"), Some("GET"));
    assert_eq!(folded.get("http.route"), Some("_OTHER"));
    assert_eq!(folded.get("error.type"), None);
    // Of each the version, the scheme and the route, and before these the method that the route lacks.
    assert_eq!(folded_total(&meters), before + 2 * 3 + 1);
}

#[tokio::test]
async fn each_route_keeps_its_handlers_time_whatever_methods_clients_send() {
    let meters = ServerMeters::new();
    let add = |app: Router, n: usize| app.route(&format!("/r{n}"), get(async || ()));
    let app = (0..300).fold(Router::new(), add).layer(HandlerLayer::new(&meters.provider));
    for route in 0..300 {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY", "FOO"] {
            send(&app, method, &format!("/r{route}"), Version::HTTP_11).await;
        }
    }
    for route in 0..300 {
        send(&app, "GET", &format!("/r{route}"), Version::HTTP_11).await;
    }
    let points = meters.of("kymo.http.server.handler.duration");
    let lost = points.iter().filter(|point| point.get("http.route") == Some("_OTHER"));
    assert_eq!(lost.count(), 0);
    for route in 0..300 {
        let route = format!("/r{route}");
        let of_route = points.iter().filter(|point| point.get("http.route") == Some(&route));
        assert_eq!(of_route.map(|point| point.count).sum::<i64>(), 9, "{route}");
    }
    assert!(points.len() < 1791, "{}", points.len());
}

fn folded_total(meters: &ServerMeters) -> i64 {
    meters.of("kymo.cardinality.folded").iter().map(|point| point.count).sum()
}

#[tokio::test]
async fn clones_of_a_layer_share_their_series() {
    let meters = ServerMeters::new();
    let layer = meters.layer();
    for n in 0..3 {
        let skip = format!("/skipped/{n}");
        let layer = layer.clone().skip(move |head| head.uri.path() == skip);
        let layer = layer.route(|head| Some(head.uri.path().to_owned().into()));
        let app = Router::new().fallback(async || ()).layer(layer.clone().over_tls());
        for route in 0..290 {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                send(&app, method, &format!("/{n}/{route}"), Version::HTTP_11).await;
            }
        }
    }
    let points = meters.of("http.server.request.duration");
    assert!(points.len() <= 1300, "{}", points.len());
    assert!(points.iter().all(|point| point.get("otel.metric.overflow").is_none()));
    assert_eq!(points.iter().map(|point| point.count).sum::<i64>(), 3 * 290 * 4);
}

#[tokio::test]
async fn an_event_stream_that_is_folded_is_folded_once() {
    let meters = ServerMeters::new();
    let layer = meters.layer().route_budget(0);
    let events = async || ([("content-type", "text/event-stream")], "data: tick\n\n");
    let app = Router::new().route("/events", get(events)).layer(layer);
    send(&app, "GET", "/events", Version::HTTP_11).await;
    assert_eq!(folded(&meters.points(), "http.route"), 1);
}
