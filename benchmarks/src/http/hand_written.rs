//! A layer as a careful service would write it, on the `prometheus` crate.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::extract::MatchedPath;
use axum::http::{Method, Request, Response};
use pin_project_lite::pin_project;
use prometheus::{HistogramVec, IntGauge, Registry, histogram_opts};
use tower::Service;
use tower::layer::layer_fn;

use super::{Measured, Variant, provider};

pub const VARIANT: Variant = Variant {
    name: "hand-written",
    title: "written by hand on prometheus 0.14",
    measures: "duration, active",
    build: |workload| {
        let registry = Registry::new();
        let options = histogram_opts!("http_duration_seconds", "Time to the response head.");
        let duration = HistogramVec::new(options, &["method", "route", "status"])?;
        let active = IntGauge::new("http_active", "Requests in flight.")?;
        registry.register(Box::new(duration.clone()))?;
        registry.register(Box::new(active.clone()))?;
        let layer = layer_fn(move |inner| HandWritten {
            inner,
            duration: duration.clone(),
            active: active.clone(),
        });
        let record = provider::record(registry, "http_duration_seconds_count", ());
        Ok(Measured { router: workload.router().layer(layer), record: Some(record) })
    },
};

#[derive(Clone)]
struct HandWritten<S> {
    inner: S,
    duration: HistogramVec,
    active: IntGauge,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for HandWritten<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Timed<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        Timed {
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
            start: Instant::now(),
            duration: self.duration.clone(),
            _active: InFlight::enter(&self.active),
            inner: self.inner.call(request),
        }
    }
}

pin_project! {
    struct Timed<F> {
        #[pin]
        inner: F,
        method: Method,
        route: Option<MatchedPath>,
        start: Instant,
        duration: HistogramVec,
        _active: InFlight,
    }
}

impl<F, E, B> Future for Timed<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(context));
        if let Ok(response) = &result {
            let route = this.route.as_ref().map_or("", MatchedPath::as_str);
            this.duration
                .with_label_values(&[this.method.as_str(), route, response.status().as_str()])
                .observe(this.start.elapsed().as_secs_f64());
        }
        Poll::Ready(result)
    }
}

/// One request in flight, until it is dropped.
struct InFlight(IntGauge);

impl InFlight {
    fn enter(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
