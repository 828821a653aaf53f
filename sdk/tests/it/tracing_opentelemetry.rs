//! A program with the real `tracing-opentelemetry`: its spans are the traces of exemplars.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    routing::get,
};
use kymo::{
    opentelemetry::trace::{TraceContextExt, TracerProvider},
    testing::{TestTelemetry, Trace},
};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tower::ServiceExt;
use tracing::{Instrument, Span, info_span, instrument::WithSubscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const DURATION: &str = "http.server.request.duration";

/// The span of `tracing` that is entered, as OpenTelemetry numbers it.
fn here() -> Option<Trace> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    Trace::new(span.trace_id().to_bytes(), span.span_id().to_bytes())
}

/// Where the span is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Around the layer, as a middleware outside makes it.
    Outside,
    /// In the handler, which waits in it.
    Inside,
    /// In neither.
    Nowhere,
}

/// What the request, and what its handler measured, lead to, and the trace of the span.
struct Led {
    request: Vec<Option<Trace>>,
    sold: Vec<Option<Trace>>,
    span: Option<Trace>,
}

/// Answers a request that comes with a trace of its client, in a span that this sampler judges, by a layer that
/// makes it OpenTelemetry's current one or does not.
async fn led(place: Place, sampler: Sampler, activates: bool) -> Led {
    let tracers = SdkTracerProvider::builder().with_sampler(sampler).build();
    let layer = tracing_opentelemetry::layer().with_tracer(tracers.tracer("shop"));
    let layer = layer.with_context_activation(activates);
    let subscriber = tracing_subscriber::registry().with(layer);

    let telemetry = TestTelemetry::new();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let span = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&span);
    let sell = async move || {
        let work = async {
            tokio::task::yield_now().await;
            sold.add(1, &[]);
            *seen.lock().unwrap() = here();
        };
        let is_inside = place == Place::Inside;
        work.instrument(if is_inside { info_span!("sell") } else { Span::current() }).await;
    };
    let app = Router::new().route("/", get(sell)).layer(telemetry.http());
    let ask = async {
        let request = Request::get("/").header("traceparent", SENT).body(Body::empty()).unwrap();
        let answer = app.oneshot(request).await.unwrap();
        to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    };
    let asked = async {
        let is_outside = place == Place::Outside;
        let span = if is_outside { info_span!("request") } else { Span::none() };
        ask.instrument(span).await;
    };
    asked.with_subscriber(subscriber).await;
    let found = |name| telemetry.exemplars(name).iter().map(|one| one.trace).collect();
    let span = *span.lock().unwrap();
    Led { request: found(DURATION), sold: found("sold"), span }
}

#[tokio::test]
async fn a_span_of_tracing_is_the_trace_of_what_is_measured_in_it() {
    for place in [Place::Outside, Place::Inside] {
        let Led { request, sold, span } = led(place, Sampler::AlwaysOn, true).await;
        assert!(span.is_some());
        assert_eq!((request, sold), (vec![span], vec![span]));
    }
}

#[tokio::test]
async fn a_span_of_tracing_that_is_not_sampled_leaves_no_trace() {
    for place in [Place::Outside, Place::Inside] {
        let Led { request, sold, .. } = led(place, Sampler::AlwaysOff, true).await;
        assert_eq!((request, sold), (vec![], vec![]));
    }
}

#[tokio::test]
async fn a_layer_of_tracing_that_makes_no_context_current_leaves_the_header() {
    let sent = Trace::of_traceparent(SENT.as_bytes());
    for (place, activates) in [(Place::Inside, false), (Place::Nowhere, true)] {
        let Led { request, sold, .. } = led(place, Sampler::AlwaysOn, activates).await;
        assert_eq!((request, sold), (vec![sent], vec![sent]));
    }
}
