//! The layer changes nothing a client or a service can see.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use axum::{body::Bytes, http::Request, response::Response};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use proptest::prelude::*;
use tower::{Layer, Service};

use crate::server_meters::ServerMeters;

/// The answer of a body that is polled.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Pending,
    Data(Vec<u8>),
    Trailers,
    Error,
}

#[derive(Debug, Clone)]
struct Script {
    steps: Vec<Step>,
    hint: (u64, Option<u64>),
    ends_early: bool,
}

impl Body for Script {
    type Data = Bytes;
    type Error = String;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, String>>> {
        if self.steps.is_empty() {
            return Poll::Ready(None);
        }
        match self.steps.remove(0) {
            Step::Pending => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Data(data) => Poll::Ready(Some(Ok(Frame::data(data.into())))),
            Step::Trailers => Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::new())))),
            Step::Error => Poll::Ready(Some(Err("on purpose".to_owned()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ends_early && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.hint.0);
        if let Some(upper) = self.hint.1 {
            hint.set_upper(upper.max(self.hint.0));
        }
        hint
    }
}

/// Everything that can be seen of a body, from now to its end.
fn observe(body: &mut (impl Body<Data = Bytes, Error = String> + Unpin)) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..20 {
        seen.push(format!("{} {:?}", body.is_end_stream(), body.size_hint()));
        let frame = Pin::new(&mut *body).poll_frame(&mut cx);
        seen.push(format!("{frame:?}"));
    }
    seen
}

fn script() -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        2 => Just(Step::Pending),
        4 => proptest::collection::vec(any::<u8>(), 0..9).prop_map(Step::Data),
        1 => Just(Step::Trailers),
        1 => Just(Step::Error),
    ];
    let hint = (0_u64..20, proptest::option::of(0_u64..20));
    (proptest::collection::vec(step, 0..6), hint, any::<bool>())
        .prop_map(|(steps, hint, ends_early)| Script { steps, hint, ends_early })
}

proptest! {
    #[test]
    fn bodies_pass_frame_by_frame_and_every_exchange_is_recorded_once(
        request_script in script(),
        response_script in script(),
        status in 200_u16..600,
        method in prop_oneof![Just("GET"), Just("HEAD"), Just("POST")],
        read in any::<bool>(),
        drop_after in 0_usize..20,
    ) {
        let meters = ServerMeters::new();
        let expected = request_script.clone();
        let response = response_script.clone();
        let inner = tower::service_fn(move |mut request: Request<_>| {
            if read {
                assert_eq!(observe(request.body_mut()), observe(&mut expected.clone()));
            }
            let response = Response::builder().status(status).body(response.clone());
            std::future::ready(Ok::<_, Infallible>(response.unwrap()))
        });
        let request = Request::builder().method(method).body(request_script).unwrap();
        let mut service = meters.layer().any_body().layer(inner);
        let response = futures_executor::block_on(async {
            poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
            service.call(request).await.unwrap()
        });
        prop_assert_eq!(response.status().as_u16(), status);
        let mut body = response.into_body();
        if drop_after < 10 {
            let mut cx = Context::from_waker(Waker::noop());
            for _ in 0..drop_after {
                let _ = Pin::new(&mut body).poll_frame(&mut cx);
            }
        } else {
            prop_assert_eq!(observe(&mut body), observe(&mut response_script.clone()));
        }
        drop(body);
        meters.the_request();
        prop_assert_eq!(meters.active(), 0);
        for size in ["http.server.request.body.size", "http.server.response.body.size"] {
            prop_assert_eq!(meters.only(size).count, 1);
        }
    }
}

#[test]
fn readiness_is_that_of_the_service() {
    struct Busy;
    impl<B> Service<Request<B>> for Busy {
        type Response = Response;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response, Infallible>>;
        fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }
        fn call(&mut self, _request: Request<B>) -> Self::Future {
            unreachable!("never ready")
        }
    }
    let mut service = ServerMeters::new().layer().layer(Busy);
    let mut cx = Context::from_waker(Waker::noop());
    let ready = Service::<Request<axum::body::Body>>::poll_ready(&mut service, &mut cx);
    assert!(ready.is_pending());
}
