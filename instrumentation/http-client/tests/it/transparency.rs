//! Whoever uses a measured client sees what it would see without.

use std::{
    convert::Infallible,
    future::{self, Future},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use http::{HeaderMap, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, StreamBody};
use tower::{Layer, Service, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};

use crate::client_meters::ClientMeters;

/// Answers once it was asked three times whether it is ready; a clone of it was asked as often.
#[derive(Debug, Clone, Default)]
struct Slow {
    asked: usize,
    calls: Arc<AtomicUsize>,
}

impl Service<Request<()>> for Slow {
    type Response = Response<Full<&'static [u8]>>;
    type Error = &'static str;
    type Future = future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.asked += 1;
        cx.waker().wake_by_ref();
        match self.asked {
            ..3 => Poll::Pending,
            3 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err("asked too often")),
        }
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::Relaxed);
        assert_eq!(self.asked, 3, "called before it was ready");
        future::ready(Ok(Response::new(Full::from(&b"Dune"[..]))))
    }
}

#[test]
fn readiness_refusals_and_clones_are_those_of_the_client() {
    let meters = ClientMeters::new();
    let slow = Slow::default();
    let mut client = meters.layer().layer(slow.clone());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(client.poll_ready(cx).is_pending());
    let mut clone = client.clone();
    for client in [&mut client, &mut clone] {
        assert!(client.poll_ready(cx).is_pending());
        assert_eq!(client.poll_ready(cx), Poll::Ready(Ok(())));
        assert!(pin!(client.call(Request::new(()))).poll(cx).is_ready());
        assert_eq!(client.poll_ready(cx), Poll::Ready(Err("asked too often")));
    }
    assert_eq!(slow.calls.load(Ordering::Relaxed), 2);
    let counted = meters.requests().iter().map(|point| point.count).sum::<i64>();
    assert_eq!(counted, 2, "a wait and a refusal are no requests");
}

#[tokio::test]
async fn a_limit_inside_holds_back_as_without() {
    let meters = ClientMeters::new();
    let pending =
        service_fn(|_: Request<()>| future::pending::<Result<Response<Full<&[u8]>>, Infallible>>());
    let limited = ConcurrencyLimitLayer::new(1).layer(pending);
    let mut client = meters.layer().layer(limited);
    let first = client.ready().await.unwrap().call(Request::new(()));
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(client.poll_ready(cx).is_pending());
    drop(first);
    assert!(client.poll_ready(cx).is_ready());
}

/// A body that says of itself what it is told to.
#[derive(Debug, Clone)]
struct Told {
    frames: Vec<&'static str>,
    trailers: Option<HeaderMap>,
    hint: SizeHint,
}

impl Body for Told {
    type Data = &'static [u8];
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'static [u8]>, Infallible>>> {
        let frame = if self.frames.is_empty() {
            self.trailers.take().map(Frame::trailers)
        } else {
            Some(Frame::data(self.frames.remove(0).as_bytes()))
        };
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

#[tokio::test]
async fn a_body_hints_ends_and_trails_as_without() {
    let mut hint = SizeHint::new();
    hint.set_lower(3);
    hint.set_upper(700);
    let trailers = HeaderMap::from_iter([(header::ETAG, "\"dune\"".parse().unwrap())]);
    let told = Told { frames: vec!["Du", "ne"], trailers: Some(trailers.clone()), hint };
    let meters = ClientMeters::new();
    let answer = {
        let told = told.clone();
        service_fn(move |_: Request<()>| {
            let response = Response::builder().header("x-shelf", "7").extension("dusty");
            future::ready(response.body(told.clone()))
        })
    };
    let response = meters.layer().layer(answer).oneshot(Request::new(())).await.unwrap();
    assert_eq!(response.headers()["x-shelf"], "7");
    assert_eq!(response.extensions().get(), Some(&"dusty"));
    let mut body = response.into_body();
    let mut bare = told;
    loop {
        let says = |body: &dyn Body<Data = &'static [u8], Error = Infallible>| {
            let hint = body.size_hint();
            (body.is_end_stream(), hint.lower(), hint.upper())
        };
        assert_eq!(says(&body), says(&bare));
        let (measured, bare) = (body.frame().await, bare.frame().await);
        let shown = |frame: Option<Result<Frame<&'static [u8]>, Infallible>>| format!("{frame:?}");
        let is_last = bare.is_none();
        assert_eq!(shown(measured), shown(bare));
        if is_last {
            break;
        }
    }
    meters.the_request();
}

#[tokio::test]
async fn a_body_is_done_with_its_trailers_though_nobody_asks_for_more() {
    let meters = ClientMeters::new();
    let answer = service_fn(|_: Request<()>| {
        let frames =
            [Ok::<_, Infallible>(Frame::data(&b"Dune"[..])), Ok(Frame::trailers(HeaderMap::new()))];
        let body = StreamBody::new(futures_util::stream::iter(frames));
        future::ready(Ok::<_, Infallible>(Response::new(body)))
    });
    let response = meters.layer().layer(answer).oneshot(Request::new(())).await.unwrap();
    let mut body = response.into_body();
    for _ in 0..2 {
        body.frame().await.unwrap().unwrap();
    }
    assert_eq!(meters.the_request().get("error.type"), None);
}
