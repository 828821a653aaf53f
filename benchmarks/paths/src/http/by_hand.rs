//! A layer as an expert would write it for one route, where the last instruction counts.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundHistogram, BoundUpDownCounter, Meter};
use pin_project_lite::pin_project;
use tower::Service;

/// The series of one route, bound.
pub(super) struct Series {
    active: BoundUpDownCounter<i64>,
    /// In the order of [`STATUSES`].
    of_status: [SeriesOfStatus; STATUSES.len()],
}

struct SeriesOfStatus {
    duration: BoundHistogram<f64>,
    /// Of the request and of the response.
    sizes: Option<[BoundHistogram<u64>; 2]>,
}

/// The statuses of the route; 0 is that of a request that got none.
const STATUSES: [i64; 7] = [0, 200, 201, 400, 404, 409, 500];
/// As the conventions advise them.
const SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
const BYTES: [f64; 10] = [0.0, 64.0, 256.0, 1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 16e6];

impl Series {
    pub(super) fn new(meter: &Meter, route: &str, with_sizes: bool) -> Self {
        let duration = meter.f64_histogram("http.server.request.duration").with_unit("s");
        let duration = duration.with_boundaries(SECONDS.to_vec()).build();
        let sizes = ["http.server.request.body.size", "http.server.response.body.size"];
        let sizes = sizes.map(|name| {
            let size = meter.u64_histogram(name).with_unit("By");
            size.with_boundaries(BYTES.to_vec()).build()
        });
        let active = meter.i64_up_down_counter("http.server.active_requests").build();
        let usual = [
            KeyValue::new("http.request.method", "GET"),
            KeyValue::new("network.protocol.version", "1.1"),
            KeyValue::new("url.scheme", "http"),
        ];
        let of_status = STATUSES.map(|status| {
            let mut attributes = usual.to_vec();
            attributes.push(KeyValue::new("http.route", route.to_owned()));
            attributes.push(KeyValue::new("http.response.status_code", status));
            SeriesOfStatus {
                duration: duration.bind(&attributes),
                sizes: with_sizes.then(|| sizes.each_ref().map(|size| size.bind(&attributes))),
            }
        });
        Self { active: active.bind(&usual), of_status }
    }

    fn of(&self, status: Option<StatusCode>) -> &SeriesOfStatus {
        let index = match status.map_or(0, |status| status.as_u16()) {
            200 => 1,
            201 => 2,
            400 => 3,
            404 => 4,
            409 => 5,
            500 => 6,
            _ => 0,
        };
        &self.of_status[index]
    }
}

#[derive(Clone)]
pub(super) struct ByHand<S> {
    pub(super) inner: S,
    pub(super) series: Arc<Series>,
}

impl<S> Service<Request> for ByHand<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Timed<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.series.active.add(1);
        let exchange = InFlight {
            series: Arc::clone(&self.series),
            start: Instant::now(),
            status: None,
            received: request.body().size_hint().exact().unwrap_or_default(),
            sent: 0,
        };
        Timed { inner: self.inner.call(request), exchange: Some(exchange) }
    }
}

/// One request in flight, recorded when it is dropped.
struct InFlight {
    series: Arc<Series>,
    start: Instant,
    status: Option<StatusCode>,
    received: u64,
    sent: u64,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let series = self.series.of(self.status);
        series.duration.record(self.start.elapsed().as_secs_f64());
        if let Some([received, sent]) = &series.sizes {
            received.record(self.received);
            sent.record(self.sent);
        }
        self.series.active.add(-1);
    }
}

pin_project! {
    pub(super) struct Timed<F> {
        #[pin]
        inner: F,
        exchange: Option<InFlight>,
    }
}

impl<F, E> Future for Timed<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(context))?;
        let Some(mut exchange) = this.exchange.take() else { return Poll::Ready(Ok(response)) };
        exchange.status = Some(response.status());
        Poll::Ready(Ok(response.map(|body| Body::new(Counted { body, exchange }))))
    }
}

pin_project! {
    struct Counted {
        #[pin]
        body: Body,
        exchange: InFlight,
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.project();
        let frame = ready!(this.body.poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            this.exchange.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
