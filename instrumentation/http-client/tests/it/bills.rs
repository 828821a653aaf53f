//! Whatever becomes of a call, it is on the bill of one unit of work, or outside, once.

use std::{convert::Infallible, future::pending, io, thread, time::Duration};

use futures_util::{StreamExt, stream};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use kymo_core::{OperationKind, Part};
use kymo_http_client::{MeasuredClient, Outgoing, Target, redirected};
use kymo_testing::UnitOfWork;
use proptest::prelude::*;
use tokio::{task::yield_now, time::sleep};
use tower::{Layer, Service, service_fn};

use crate::{
    client_meters::ClientMeters,
    places::{Works, entered, places},
};

const DURATION: &str = "http.client.request.duration";

type Body = BoxBody<&'static [u8], io::Error>;

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// A body of two frames, or none at all, is read, or dropped after so many frames.
    Body(usize, usize),
    /// So many redirects, and then an empty body.
    Redirected(usize),
    Refused,
    Never,
    Panic,
    /// The body fails.
    Broken,
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        (0_usize..3, 0_usize..4).prop_map(|(frames, read)| Fate::Body(frames, read)),
        (0_usize..3).prop_map(Fate::Redirected),
        Just(Fate::Refused),
        Just(Fate::Never),
        Just(Fate::Panic),
        Just(Fate::Broken),
    ]
}

fn body(frames: usize, is_broken: bool) -> Body {
    let frames = stream::iter(0..frames).then(|_| async {
        yield_now().await;
        Ok(Frame::data(&b"Dune"[..]))
    });
    let error = is_broken.then(|| Err(io::Error::from(io::ErrorKind::BrokenPipe)));
    BodyExt::boxed(StreamBody::new(Box::pin(frames.chain(stream::iter(error))) as StreamOf))
}

type StreamOf = std::pin::Pin<
    Box<dyn stream::Stream<Item = Result<Frame<&'static [u8]>, io::Error>> + Send + Sync>,
>;

async fn answer(fate: Fate) -> Result<Response<Body>, io::Error> {
    yield_now().await;
    match fate {
        Fate::Body(frames, _) => Ok(Response::new(body(frames, false))),
        Fate::Redirected(times) => {
            for _ in 0..times {
                let target = Target::new(Some("http"), Some("elsewhere"), None);
                redirected(StatusCode::FOUND, &target);
                yield_now().await;
            }
            Ok(Response::new(body(0, false)))
        }
        Fate::Refused => Err(io::ErrorKind::ConnectionRefused.into()),
        Fate::Never => pending().await,
        Fate::Panic => panic!("the client unwinds"),
        Fate::Broken => Ok(Response::new(body(1, true))),
    }
}

async fn call(meters: &ClientMeters, fate: Fate) {
    let client = service_fn(move |_: Request<()>| answer(fate));
    let mut client: MeasuredClient<_> = meters.layer().layer(client);
    let Ok(response) = client.call(Request::new(())).await else { return };
    let frames = if let Fate::Body(_, read) = fate { read } else { 9 };
    let mut body = response.into_body();
    for _ in 0..frames {
        yield_now().await;
        drop(body.frame().await);
    }
}

proptest! {
    #[test]
    fn all_bills_and_what_is_outside_are_what_is_recorded(
        calls in proptest::collection::vec((fates(), places()), 1..12),
    ) {
        let meters = ClientMeters::new();
        let mut works = Works::default();
        for (fate, places) in calls {
            works.scatter(call(&meters, fate), &places);
        }
        let bills = works.end();
        let points = meters.snapshot().points();
        prop_assert_eq!(
            entered(&bills, &points, OperationKind::HttpClient),
            points.count(DURATION, &[])
        );
    }
}

/// A client whose head and whose body each take a while.
async fn slow(_: Request<()>) -> Result<Response<Body>, io::Error> {
    sleep(PAUSE).await;
    let frame = stream::once(async {
        sleep(PAUSE).await;
        Ok(Frame::data(&b"Dune"[..]))
    });
    Ok(Response::new(BodyExt::boxed(StreamBody::new(Box::pin(frame) as StreamOf))))
}

const PAUSE: Duration = Duration::from_millis(30);

#[tokio::test]
async fn a_call_is_time_until_its_head_and_while_its_body_is_read() {
    let meters = ClientMeters::new();
    let mut client = meters.layer().layer(service_fn(slow));
    let mut work = UnitOfWork::new();
    let called = work.around(async {
        let response = client.call(Request::new(())).await.unwrap();
        thread::sleep(PAUSE * 4);
        response.into_body().collect().await.unwrap();
        thread::sleep(PAUSE * 4);
    });
    called.await;
    let bill = work.end();
    let (call, handler) = (bill.time(Part::HttpClient), bill.time(Part::Handler));
    assert!(call >= PAUSE * 2 && handler >= PAUSE * 8, "{bill:?}");
    let recorded = meters.the_request().sum;
    assert!(recorded >= call.as_secs_f64() + 0.1, "{recorded} has the time between, {bill:?}");
}

#[tokio::test]
async fn a_response_that_is_held_and_never_read_is_no_time() {
    let meters = ClientMeters::new();
    let mut client = meters.layer().layer(service_fn(slow));
    let mut work = UnitOfWork::new();
    let called = work.around(async {
        let response = client.call(Request::new(())).await.unwrap();
        sleep(PAUSE * 4).await;
        assert_eq!(response.status(), 200);
    });
    called.await;
    let bill = work.end();
    assert_eq!(bill.operations(OperationKind::HttpClient), 1);
    assert!(bill.time(Part::HttpClient) >= PAUSE, "{bill:?}");
    assert!(bill.time(Part::Waiting) >= PAUSE * 4, "{bill:?}");
}

#[tokio::test]
async fn a_call_that_is_made_here_and_waited_for_elsewhere_is_no_time_here() {
    let meters = ClientMeters::new();
    let mut client = meters.layer().layer(service_fn(slow));
    let (mut work, mut other) = (UnitOfWork::new(), UnitOfWork::new());
    let called = work.run(|| client.call(Request::new(())));
    let spawned = other.around(called).await.unwrap();
    work.around(sleep(PAUSE)).await;
    assert_eq!(work.end().time(Part::HttpClient), Duration::ZERO);
    let (mut third, mut body) = (UnitOfWork::new(), spawned.into_body());
    third.around(async { body.frame().await.unwrap().unwrap() }).await;
    third.around(async { assert!(body.frame().await.is_none()) }).await;
    let (head, body) = (other.end(), third.end());
    let calls = [&head, &body].map(|bill| bill.operations(OperationKind::HttpClient));
    assert_eq!(calls, [0, 1], "it is over with its body");
    for bill in [head, body] {
        assert!(bill.time(Part::HttpClient) >= PAUSE, "{bill:?}");
    }
}

#[tokio::test]
async fn each_hop_of_a_call_that_is_redirected_is_one() {
    let meters = ClientMeters::new();
    let mut work = UnitOfWork::new();
    work.around(call(&meters, Fate::Redirected(3))).await;
    assert_eq!(work.end().operations(OperationKind::HttpClient), 4);
    let mut work = UnitOfWork::new();
    let method = Method::GET;
    let outgoing = Outgoing::new(&method, Target::new(None, Some("users"), None));
    let request = meters.layer().begin(&outgoing);
    work.around(async {
        let answer = async { Ok::<_, Infallible>(Response::new(String::new())) };
        request.answered_by(answer).await.unwrap();
    })
    .await;
    assert_eq!(work.end().operations(OperationKind::HttpClient), 1);
}
