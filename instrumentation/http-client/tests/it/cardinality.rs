//! Whoever is called, and whatever they answer, makes a bounded number of series.

use std::{convert::Infallible, future};

use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use kymo_http_client::{ClientLayer, UrlTemplate};
use kymo_testing::Snapshot;
use tower::{Layer, ServiceExt, service_fn};

use crate::client_meters::ClientMeters;

/// Sends `request` through `layer`, and has it answered with `status`.
async fn send(layer: &ClientLayer, request: Request<()>, status: u16) {
    let client = service_fn(move |_: Request<()>| {
        let mut response = Response::new(Empty::<&[u8]>::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        future::ready(Ok::<_, Infallible>(response))
    });
    layer.layer(client).oneshot(request).await.unwrap();
}

fn to(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

fn folded(snapshot: &Snapshot, attribute: &str) -> i64 {
    let name = "http.client.request.duration";
    let folds = snapshot.points().of("kymo.cardinality.folded");
    let is_it = |of: &&crate::client_meters::Point| {
        of.get("kymo.cardinality.attribute") == Some(attribute)
            && of.get("kymo.cardinality.metric") == Some(name)
    };
    folds.iter().filter(is_it).map(|fold| fold.count).sum()
}

#[tokio::test]
async fn a_hundred_thousand_hosts_make_a_hundred_series_and_one_and_each_is_counted() {
    let meters = ClientMeters::new();
    let layer = meters.layer();
    for n in 0..100_000 {
        send(&layer, to(&format!("https://hook-{n}.example/")), 200).await;
    }
    let snapshot = meters.snapshot();
    let requests = snapshot.histogram("http.client.request.duration");
    requests.assert_series(101);
    requests.assert_count(100_000);
    requests.with("server.address", "_OTHER").with("server.port", 443).assert_count(99_900);
    assert_eq!(folded(&snapshot, "server.address"), 99_900);
    assert_eq!(folded(&snapshot, "server.port"), 0);
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn every_port_every_template_every_method_and_every_status_make_a_bounded_number_of_series() {
    let meters = ClientMeters::new();
    let layer = meters.layer().url_scheme();
    for n in 0..40_000_u32 {
        let scheme = ["http", "https", "gopher"][n as usize % 3];
        let uri = format!("{scheme}://h{}.example:{}/", n % 211, n % 65_521);
        let request = Request::builder().method(format!("M{}", n % 7).as_str()).uri(uri);
        let template = UrlTemplate::new(format!("/{}", n % 307));
        let status = u16::try_from(100 + n % 900).unwrap();
        send(&layer, request.extension(template).body(()).unwrap(), status).await;
    }
    let snapshot = meters.snapshot();
    let requests = snapshot.histogram("http.client.request.duration");
    requests.assert_count(40_000);
    let series = requests.series().len();
    assert!(series <= 1790, "{series}");
    let active = snapshot.named("http.client.active_requests").map(|metric| metric.series.len());
    assert!(active.sum::<usize>() <= 680 * 5 / 4 + 40);
    for attribute in ["server.address", "server.port", "url.template", "http.response.status_code"]
    {
        assert!(folded(&snapshot, attribute) > 0, "{attribute}");
    }
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn the_first_failure_of_each_server_keeps_its_name_whatever_others_answered_before() {
    let meters = ClientMeters::new();
    let layer = meters.layer();
    // A server that answers with any status there is, on any port and by any template.
    for n in 0..20_000_u32 {
        let request = Request::get(format!("http://odd.example:{}/", 9000 + n % 25));
        let template = UrlTemplate::new(format!("/{}", n % 150));
        let status = u16::try_from(100 + n % 900).unwrap();
        send(&layer, request.extension(template).body(()).unwrap(), status).await;
    }
    for n in 0..90 {
        send(&layer, to(&format!("http://ours-{n}.internal/")), 503).await;
    }
    let snapshot = meters.snapshot();
    let requests = snapshot.histogram("http.client.request.duration");
    let failed = requests.with("error.type", "503");
    let ours = failed.series().into_iter().filter(|series| {
        let address = series.attributes.get("server.address").map(ToString::to_string);
        address.is_some_and(|address| address.starts_with("ours-"))
    });
    assert_eq!(ours.count(), 90);
}

#[tokio::test]
async fn hosts_of_a_named_client_and_a_smaller_budget_take_no_place_of_others() {
    let meters = ClientMeters::new();
    let hooks = meters.named("hooks").address_budget(2);
    for n in 0..500 {
        send(&hooks, to(&format!("https://hook-{n}.example/")), 200).await;
    }
    let layer = meters.layer();
    for n in 0..100 {
        send(&layer, to(&format!("http://ours-{n}.internal/")), 200).await;
    }
    let snapshot = meters.snapshot();
    let metrics: Vec<_> = snapshot.named("http.client.request.duration").collect();
    let mut series: Vec<_> = metrics.iter().map(|metric| metric.series.len()).collect();
    series.sort_unstable();
    assert_eq!(series, [3, 100]);
}
