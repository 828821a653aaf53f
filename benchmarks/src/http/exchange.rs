//! One request through a router, and its response to the end of the body.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use tokio::runtime::{Builder, Runtime};
use tower::Service as _;

use super::{Measured, Record};
use crate::exposition;
use crate::subject::{BoxError, Subject};

pub const ROUTE: &str = "/books/{id}";

/// A router in this process: no socket, no scheduler, no other thread.
pub struct Exchange {
    variant: &'static str,
    runtime: Runtime,
    router: Router,
    record: Option<Record>,
    requests: u64,
    bytes: usize,
}

impl Exchange {
    /// Builds the router inside the runtime, because some layers spawn a task.
    pub fn new(
        variant: &'static str,
        build: impl FnOnce() -> Result<Measured, BoxError>,
    ) -> Result<Self, BoxError> {
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let Measured { router, record } = {
            let _entered = runtime.enter();
            build()?
        };
        Ok(Self {
            variant,
            runtime,
            // As a server does; or axum would put the layer round the handler at each request.
            router: router.with_state(()),
            record,
            requests: 0,
            bytes: 0,
        })
    }
}

impl Subject for Exchange {
    fn run(&mut self, times: u64) {
        let Self { runtime, router, requests, bytes, .. } = self;
        runtime.block_on(async {
            for _ in 0..times {
                *bytes += exchange(router).await;
                *requests += 1;
            }
        });
    }

    fn verify(&self) -> Result<(), BoxError> {
        if self.bytes as u64 != self.requests * "Dune".len() as u64 {
            return Err(format!("{}: not every response was whole", self.variant).into());
        }
        let Some(Record { expose, count }) = &self.record else {
            return Ok(());
        };
        let text = expose();
        let recorded: f64 = exposition::values(&text, count, ROUTE).sum();
        if recorded != self.requests as f64 {
            let Self { variant, requests, .. } = self;
            return Err(format!("{variant}: {recorded} of {requests} requests in:\n{text}").into());
        }
        Ok(())
    }
}

/// The length of the response body, 0 unless the status was 200.
async fn exchange(router: &mut Router) -> usize {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static("/books/42");
    request.headers_mut().insert(header::HOST, header::HeaderValue::from_static("localhost:8080"));
    let Ok(response) = router.call(request).await;
    if response.status() != 200 {
        return 0;
    }
    let mut body = response.into_body();
    let mut bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        bytes += frame.data_ref().map_or(0, axum::body::Bytes::len);
    }
    bytes
}
