//! Strangers cannot make series.

use axum::{Router, body::Body, http::Request, routing::get};
use http::{Method, StatusCode};
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
