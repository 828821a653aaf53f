//! Strangers cannot make series.

use axum::{Router, body::Body, http::Request, routing::get};
use http::{Method, StatusCode, Version};
use tower::ServiceExt;

use crate::meters::{Meters, Point};

fn folded(points: &[Point], attribute: &str) -> i64 {
    let of_requests = points.iter().filter(|point| {
        point.get("kymo.cardinality.metric") == Some("http.server.request.duration")
            && point.get("kymo.cardinality.attribute") == Some(attribute)
    });
    of_requests.map(|point| point.count).sum()
}

#[tokio::test]
async fn routes_beyond_the_budget_become_other_in_that_attribute_only_and_are_counted() {
    let meters = Meters::new();
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
    let meters = Meters::new();
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
    let meters = Meters::new();
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
fn obedient(meters: &Meters, routes: usize) -> Router {
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

#[tokio::test]
async fn a_stranger_cannot_blind_the_service_to_its_first_failures() {
    let meters = Meters::new();
    let app = obedient(&meters, 20);
    let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "FOO"];
    for route in 0..20 {
        for method in methods {
            for origin in ["", "http://x", "https://x", "gopher://x"] {
                for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
                    send(&app, method, &format!("{origin}/r{route}"), version).await;
                }
            }
        }
    }
    for route in 0..20 {
        send(&app, "GET", &format!("/r{route}?500"), Version::HTTP_11).await;
    }
    let points = meters.of("http.server.request.duration");
    for route in 0..20 {
        let route = format!("/r{route}");
        let failure = points.iter().find(|point| {
            point.get("error.type") == Some("500") && point.get("http.route") == Some(&route)
        });
        assert_eq!(failure.map(|point| point.count), Some(1), "{route}");
    }
    assert!(points.len() < 1300, "{}", points.len());
}

#[tokio::test]
async fn when_series_run_out_the_route_is_lost_before_the_method_and_the_status() {
    let meters = Meters::new();
    let app = obedient(&meters, 250);
    for route in 0..250 {
        for status in [200, 404, 422, 500] {
            send(&app, "GET", &format!("/r{route}?{status}"), Version::HTTP_11).await;
        }
    }
    send(&app, "GET", "/r0?503", Version::HTTP_11).await;
    let points = meters.of("http.server.request.duration");
    let folded = points.iter().find(|point| point.get("http.route") == Some("_OTHER")).unwrap();
    assert_eq!(folded.get("http.request.method"), Some("GET"));
    assert_eq!(folded.get("http.response.status_code"), Some("503"));
    assert_eq!(folded.get("error.type"), Some("503"));
    assert_eq!(folded_total(&meters), 1);
}

fn folded_total(meters: &Meters) -> i64 {
    meters.of("kymo.cardinality.folded").iter().map(|point| point.count).sum()
}

#[tokio::test]
async fn clones_of_a_layer_share_their_series() {
    let meters = Meters::new();
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
    let meters = Meters::new();
    let layer = meters.layer().route_budget(0);
    let events = async || ([("content-type", "text/event-stream")], "data: tick\n\n");
    let app = Router::new().route("/events", get(events)).layer(layer);
    send(&app, "GET", "/events", Version::HTTP_11).await;
    assert_eq!(folded(&meters.points(), "http.route"), 1);
}
