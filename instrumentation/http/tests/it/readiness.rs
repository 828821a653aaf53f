//! Who waits because the service is not ready is counted.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{Router, body::Body, http::Request, response::Response, routing::get};
use http_body_util::BodyExt;
use kymo_http::HandlerLayer;
use tokio::{sync::Semaphore, time};
use tower::{
    BoxError, Layer, Service, ServiceBuilder, ServiceExt, buffer::Buffer,
    limit::GlobalConcurrencyLimitLayer, spawn_ready::SpawnReadyLayer,
};

use crate::{
    gate::{Fate, Gate, gate, request},
    server_meters::{Point, ServerMeters},
    sockets::Listening,
};

const HANDLER: &str = "kymo.http.server.handler.duration";
const WORK: Duration = Duration::from_millis(150);

/// Asks once whether `service` is ready.
fn ask<S: Service<Request<Body>>>(service: &mut S) -> Poll<Result<(), S::Error>> {
    service.poll_ready(&mut Context::from_waker(Waker::noop()))
}

/// Waits until `service` is ready.
async fn become_ready<S: Service<Request<Body>, Error = BoxError>>(service: &mut S) {
    service.ready().await.unwrap();
}

fn sum(points: &[Point]) -> f64 {
    points.iter().map(|point| point.sum).sum()
}

fn count(points: &[Point]) -> i64 {
    points.iter().map(|point| point.count).sum()
}

/// The observation of a request of which nothing was seen but that it waited.
fn unseen(meters: &ServerMeters, error: &str) {
    let point = meters.the_request();
    assert_eq!(point.get("error.type"), Some(error));
    assert_eq!(point.get("http.request.method"), Some("_OTHER"));
    assert_eq!(point.get("url.scheme"), Some("http"));
    assert_eq!(point.attributes.len(), 3, "neither a version nor a route: {point:?}");
    assert_eq!(meters.active(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_queue_in_a_limit_are_active_and_their_wait_is_in_their_duration() {
    let meters = ServerMeters::new();
    let layers = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(HandlerLayer::new(&meters.provider))
        .layer(GlobalConcurrencyLimitLayer::new(1));
    let begin = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&begin);
    let work = move || {
        let gate = Arc::clone(&gate);
        async move {
            drop(gate.acquire().await);
            time::sleep(WORK).await;
        }
    };
    let app = Router::new().route("/books/{id}", get(work));
    let server = Listening::start(app.layer(layers)).await;
    let url = format!("http://{}/books/7", server.address);
    let send = || {
        let (url, client) = (url.clone(), crate::sockets::clients().into_iter().next().unwrap().0);
        async move {
            let request = Request::get(url).body(http_body_util::Full::default()).unwrap();
            client.request(request).await.unwrap().into_body().collect().await.unwrap();
        }
    };
    let three: Vec<_> = (0..3).map(|_| tokio::spawn(send())).collect();
    server.until(|| meters.active() == 3).await;
    // A fourth client gives up while it queues.
    let fourth = tokio::spawn(send());
    server.until(|| meters.active() == 4).await;
    time::sleep(WORK / 3).await;
    fourth.abort();
    server.until(|| meters.active() == 3).await;
    begin.add_permits(1);
    for request in three {
        request.await.unwrap();
    }
    server.until(|| meters.active() == 0).await;

    let points = meters.of("http.server.request.duration");
    assert_eq!(count(&points), 4, "{points:#?}");
    let (seen, given_up): (Vec<_>, Vec<_>) =
        points.into_iter().partition(|point| point.get("error.type").is_none());
    let work = WORK.as_secs_f64();
    assert!(sum(&seen) > 5.7 * work, "one, two and three turns: {seen:#?}");
    assert!(seen.iter().all(|point| point.get("http.route") == Some("/books/{id}")));
    assert_eq!((given_up.len(), given_up[0].count), (1, 1));
    assert_eq!(given_up[0].get("error.type"), Some("cancelled"));
    assert_eq!(given_up[0].get("http.request.method"), Some("_OTHER"));
    assert!(given_up[0].sum > 0.2 * work, "{given_up:#?}");

    let handlers = meters.of(HANDLER);
    assert_eq!(count(&handlers), 4);
    assert!(sum(&handlers) > 5.7 * work, "{handlers:#?}");
}

/// Sends a request that gives up after a while; whether the service unwound.
async fn unwinds<S>(service: S) -> bool
where
    S: Service<Request<Body>, Future: Send> + Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    let answer = async { drop(service.oneshot(request()).await) };
    tokio::spawn(time::timeout(Duration::from_millis(20), answer)).await.is_err()
}

#[tokio::test]
async fn who_goes_while_it_waits_is_a_cancellation_and_who_is_refused_has_the_error() {
    for (shut_for, fate, error) in [
        (usize::MAX, Fate::Answer, "cancelled"),
        (0, Fate::Refuse, "_OTHER"),
        (3, Fate::Refuse, "_OTHER"),
        (3, Fate::TimeOut, "timeout"),
        (0, Fate::Panic, "panic"),
        (3, Fate::Panic, "panic"),
    ] {
        let meters = ServerMeters::new();
        let service = meters.layer().layer(gate(shut_for, fate));
        assert_eq!(unwinds(service).await, fate == Fate::Panic);
        unseen(&meters, error);
        let meters = ServerMeters::new();
        let service = meters.layer().any_body().layer(gate(shut_for, fate));
        assert_eq!(unwinds(service).await, fate == Fate::Panic);
        unseen(&meters, error);
        let meters = ServerMeters::new();
        let service = HandlerLayer::new(&meters.provider).layer(gate(shut_for, fate));
        assert_eq!(unwinds(service).await, fate == Fate::Panic);
        let handler = meters.only(HANDLER);
        assert_eq!(handler.count, 1);
        assert_eq!(handler.get("http.request.method"), Some("_OTHER"));
    }
}

#[tokio::test]
async fn a_request_that_two_layers_let_wait_is_counted_by_the_outer_one() {
    for (shut_for, fate, error) in [
        (usize::MAX, Fate::Answer, "cancelled"),
        (1, Fate::Refuse, "_OTHER"),
        (1, Fate::Panic, "panic"),
    ] {
        let meters = ServerMeters::new();
        let handlers = HandlerLayer::new(&meters.provider);
        let layers = ServiceBuilder::new()
            .layer(meters.layer())
            .layer(handlers.clone())
            .layer(meters.layer())
            .layer(handlers);
        unwinds(layers.service(gate(shut_for, fate))).await;
        unseen(&meters, error);
        assert_eq!(meters.only(HANDLER).count, 1);
    }
    // What the outer one skips, the inner one measures, with its wait.
    let meters = ServerMeters::new();
    let layers = ServiceBuilder::new().layer(meters.layer().skip(|_| true)).layer(meters.layer());
    let mut service = layers.service(gate(1, Fate::Answer));
    assert!(ask(&mut service).is_pending());
    time::sleep(Duration::from_millis(30)).await;
    drop(service.oneshot(request()).await.unwrap());
    assert!(meters.the_request().sum > 0.03);
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_service_that_is_ready_and_never_called_had_no_request() {
    let meters = ServerMeters::new();
    let mut service = meters.layer().layer(gate(2, Fate::Answer));
    assert!(ask(&mut service).is_pending());
    assert_eq!(meters.active(), 1);
    become_ready(&mut service).await;
    assert_eq!(meters.active(), 0);
    drop(service);
    assert_eq!(meters.of("http.server.request.duration"), []);
}

#[tokio::test]
async fn the_time_between_readiness_and_the_call_is_nobodys() {
    let meters = ServerMeters::new();
    let mut service = meters.layer().layer(gate(1, Fate::Answer));
    become_ready(&mut service).await;
    time::sleep(Duration::from_millis(50)).await;
    drop(service.call(request()).await.unwrap());
    assert!(meters.the_request().sum < 0.04);
}

#[tokio::test]
async fn a_clone_of_a_service_that_is_waited_for_waits_for_itself() {
    let meters = ServerMeters::new();
    let mut service = meters.layer().layer(gate(1, Fate::Answer));
    assert!(ask(&mut service).is_pending());
    time::sleep(Duration::from_millis(50)).await;
    drop(service.clone());
    assert_eq!(meters.active(), 1);
    drop(service.clone().oneshot(request()).await.unwrap());
    assert!(meters.the_request().sum < 0.04);
    drop(service.oneshot(request()).await.unwrap());
    let points = meters.of("http.server.request.duration");
    assert_eq!(count(&points), 2);
    assert!(sum(&points) > 0.05);
}

#[tokio::test]
async fn whatever_makes_a_request_wait_inside_the_layer_is_in_its_time() {
    let work = async |_: Request<Body>| Ok::<_, BoxError>(Response::new(Body::empty()));
    let open_later = |semaphore: &Arc<Semaphore>| {
        let semaphore = Arc::clone(semaphore);
        tokio::spawn(async move {
            time::sleep(Duration::from_millis(60)).await;
            semaphore.add_permits(3);
        })
    };

    let (meters, semaphore) = (ServerMeters::new(), Arc::new(Semaphore::new(0)));
    let service = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(SpawnReadyLayer::new())
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&semaphore)))
        .service_fn(work);
    let opening = open_later(&semaphore);
    drop(service.oneshot(request()).await.unwrap());
    opening.await.unwrap();
    assert!(meters.the_request().sum > 0.055);

    // One request is with the worker, one in the buffer, and the third waits for a place.
    let (meters, semaphore) = (ServerMeters::new(), Arc::new(Semaphore::new(0)));
    let service = ServiceBuilder::new()
        .layer(meters.layer())
        .buffer(1)
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&semaphore)))
        .service_fn(work);
    let opening = open_later(&semaphore);
    let three = (0..3).map(|_| service.clone().oneshot(request()));
    for answer in futures_util::future::join_all(three).await {
        drop(answer.unwrap());
    }
    opening.await.unwrap();
    let points = meters.of("http.server.request.duration");
    assert_eq!(count(&points), 3);
    assert!(sum(&points) > 3.0 * 0.055, "{points:#?}");
    assert_eq!(meters.active(), 0);
}

/// In a buffer one service serves all requests, and is asked with none in hand.
#[tokio::test]
async fn no_request_has_the_wait_of_one_that_went_before_it() {
    let meters = ServerMeters::new();
    let semaphore = Arc::new(Semaphore::new(1));
    let limited = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&semaphore)))
        .service_fn(async |_: Request<Body>| Ok::<_, BoxError>(Response::new(Body::empty())));
    let buffer = Buffer::new(limited, 4);
    drop(buffer.clone().oneshot(request()).await.unwrap());

    let all = semaphore.acquire().await.unwrap();
    let impatient = buffer.clone().oneshot(request());
    time::timeout(Duration::from_millis(20), impatient).await.unwrap_err();
    drop(all);
    time::sleep(Duration::from_millis(100)).await;
    drop(buffer.oneshot(request()).await.unwrap());
    let point = meters.only("http.server.request.duration");
    assert!(point.count == 2 && point.sum < 0.09, "{point:?}");
    assert_eq!(meters.active(), 0);
}

/// A buffer does not ask again for a request that was given up, and nor does whoever keeps a service.
#[tokio::test]
async fn a_wait_lasts_until_the_service_is_asked_again_or_dropped() {
    let meters = ServerMeters::new();
    let semaphore = Arc::new(Semaphore::new(0));
    let mut limited = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&semaphore)))
        .service_fn(async |_: Request<Body>| Ok::<_, BoxError>(Response::new(Body::empty())));
    let kept = limited.clone();
    time::timeout(Duration::from_millis(5), limited.ready()).await.unwrap_err();
    assert_eq!(meters.active(), 1, "nobody says that it was given up");
    drop(limited);
    assert_eq!(meters.the_request().get("error.type"), Some("cancelled"));

    let buffer = Buffer::new(kept, 4);
    let impatient = buffer.clone().oneshot(request());
    time::timeout(Duration::from_millis(5), impatient).await.unwrap_err();
    time::sleep(Duration::from_millis(30)).await;
    assert_eq!(meters.active(), 1);
    semaphore.add_permits(1);
    drop(buffer.oneshot(request()).await.unwrap());
    let points = meters.of("http.server.request.duration");
    assert_eq!(count(&points), 2, "the first is not told from the second: {points:#?}");
    let seen = points.iter().find(|point| point.get("error.type").is_none());
    assert!(seen.is_some_and(|point| point.sum > 0.03), "{points:#?}");
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn a_load_shedder_outside_sheds_what_it_sheds_without_the_layer() {
    async fn shed(
        layer: impl Layer<Gate, Service: Service<Request<Body>, Error = BoxError>>,
    ) -> bool {
        let service = ServiceBuilder::new().load_shed().layer(layer);
        service.service(gate(1, Fate::Answer)).oneshot(request()).await.is_err()
    }
    let meters = ServerMeters::new();
    assert!(shed(tower::layer::util::Identity::new()).await);
    assert!(shed(meters.layer()).await);
    assert!(shed(meters.layer().any_body()).await);
    assert!(shed(HandlerLayer::new(&meters.provider)).await);
    // What was given up before the layer saw it is told apart.
    let point = meters.only("http.server.request.duration");
    assert_eq!((point.count, point.get("network.protocol.version")), (2, None));
    assert_eq!(meters.active(), 0);
}

#[tokio::test]
async fn whoever_waits_is_woken_as_without_the_layer() {
    let meters = ServerMeters::new();
    let semaphore = Arc::new(Semaphore::new(0));
    let mut limited = ServiceBuilder::new()
        .layer(meters.layer())
        .layer(HandlerLayer::new(&meters.provider))
        .layer(GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(&semaphore)))
        .service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    let mut ready = pin!(limited.ready());
    let once = poll_fn(|cx| Poll::Ready(ready.as_mut().poll(cx).is_pending()));
    assert!(once.await);
    semaphore.add_permits(1);
    time::timeout(Duration::from_secs(5), ready).await.unwrap().unwrap();
}
