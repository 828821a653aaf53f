//! The same within a request.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::FutureExt;
use kymo::Telemetry;
use tower::{Layer, Service, service_fn};

use crate::{BoxError, Subject};

/// Another subject, all of whose work is that of one request: what it asks for is on its bill.
///
/// The cost of the request itself is that of one, however many times.
pub(crate) struct Billed {
    inner: Box<dyn Subject>,
    requests: Telemetry,
    times: u64,
}

impl Billed {
    pub(crate) fn new(inner: Box<dyn Subject>) -> Result<Self, BoxError> {
        let requests = Telemetry::for_service("bench").prometheus().build()?;
        Ok(Self { inner, requests, times: 0 })
    }
}

impl Subject for Billed {
    fn run(&mut self, times: u64) {
        let mut work = Some(|| self.inner.run(times));
        let handler = service_fn(|_: Request<Body>| {
            let work = work.take();
            async {
                if let Some(mut work) = work {
                    work();
                }
                Ok::<_, Infallible>(Response::new(Body::empty()))
            }
        });
        let mut service = self.requests.http().layer(handler);
        let answered = service.call(Request::new(Body::empty())).now_or_never();
        self.times += if answered.is_some() { times } else { 0 };
    }

    fn verify(&self) -> Result<(), BoxError> {
        if self.times == 0 {
            return Err("the request was never answered".into());
        }
        self.inner.verify()
    }
}
