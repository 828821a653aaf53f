//! A client sends a trace, and the program has a tracer, whose layer is inside that of the telemetry.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{self, Next},
    routing::get,
};
use kymo::{
    Telemetry, TelemetryBuilder, View,
    configuration::Origin,
    opentelemetry::{
        Context, KeyValue,
        context::FutureExt,
        trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
    },
    testing::{TestTelemetry, Trace},
};
use tower::ServiceExt;

const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OF_THE_REQUEST: [&str; 2] =
    ["http.server.request.duration", "http.server.response.body.size"];

/// The trace and the span `number` of the program's own tracer.
fn own(number: u8) -> Option<Trace> {
    Trace::new([number; 16], [number; 8])
}

/// The context of the span `number`.
fn span(number: u8, is_sampled: bool) -> Context {
    let (trace_id, span_id) = (TraceId::from_bytes([number; 16]), SpanId::from_bytes([number; 8]));
    let flags = if is_sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let span = SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE);
    Context::new().with_remote_span_context(span)
}

/// Answers a request with a trace by a handler that sells something twice, inside the layer of a tracer with
/// this span, if any, and reads the answer.
async fn ask(telemetry: &TestTelemetry, span: Option<Context>) {
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let sell = async move || {
        tokio::task::yield_now().await;
        sold.add(1, &[]);
        tokio::task::yield_now().await;
        sold.bind(&[]).add(1);
        "sold"
    };
    let tracer = middleware::from_fn(move |request: Request, next: Next| {
        let span = span.clone();
        async move {
            match span {
                Some(span) => next.run(request).with_context(span).await,
                None => next.run(request).await,
            }
        }
    });
    let app = Router::new().route("/", get(sell)).layer(tracer).layer(telemetry.http());
    let request = Request::get("/").header("traceparent", SENT).body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    to_bytes(response.into_body(), usize::MAX).await.unwrap();
}

fn traces(telemetry: &TestTelemetry, name: &str) -> Vec<Option<Trace>> {
    telemetry.exemplars(name).iter().map(|exemplar| exemplar.trace).collect()
}

#[tokio::test]
async fn a_tracer_inside_goes_before_what_a_client_sent() {
    let telemetry = TestTelemetry::new();
    ask(&telemetry, Some(span(9, true))).await;
    for name in OF_THE_REQUEST.into_iter().chain(["sold"]) {
        assert_eq!(traces(&telemetry, name), [own(9)], "{name}");
    }
}

#[tokio::test]
async fn a_tracer_inside_that_keeps_no_trace_leaves_none() {
    let telemetry = TestTelemetry::new();
    ask(&telemetry, Some(span(9, false))).await;
    for name in OF_THE_REQUEST.into_iter().chain(["sold"]) {
        assert_eq!(traces(&telemetry, name), [], "{name}");
    }
    // Without a tracer the header is all there is.
    ask(&telemetry, None).await;
    let sent = Trace::of_traceparent(SENT.as_bytes());
    for name in OF_THE_REQUEST.into_iter().chain(["sold"]) {
        assert_eq!(traces(&telemetry, name), [sent], "{name}");
    }
}

#[tokio::test]
async fn what_a_view_dropped_is_cut_to_the_limit_of_values() {
    let view = || View::new().without_attribute("user_agent");
    let builder = Telemetry::for_service("shop").view("waited", view()).view("sold", view());
    let telemetry = TestTelemetry::of(builder.attribute_value_limit(100));
    let waited = telemetry.meter("shop").f64_histogram("waited").build();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let long = [KeyValue::new("user_agent", "x".repeat(1 << 20))];
    let _attached = span(9, true).attach();
    waited.record(0.5, &long);
    sold.bind(&long).add(1);
    for name in ["waited", "sold"] {
        let kept = telemetry.exemplars(name);
        let filtered = kept[0].filtered.as_deref().unwrap();
        assert_eq!((kept.len(), filtered.len()), (1, 1));
        assert_eq!(filtered[0].value.as_str().len(), 100, "{name}");
    }
}

#[test]
fn what_a_view_dropped_can_be_left_out() {
    const VARIABLE: &str = "KYMO_EXEMPLAR_DROPPED_ATTRIBUTES";
    let builder = || {
        let view = View::new().without_attribute("user_agent").without_attribute("error.type");
        Telemetry::for_service("shop").view("sold", view)
    };
    let kept = |builder: TelemetryBuilder| {
        let telemetry = TestTelemetry::of(builder);
        let sold = telemetry.meter("shop").u64_counter("sold").build();
        let _attached = span(9, true).attach();
        sold.add(1, &[KeyValue::new("user_agent", "curl"), KeyValue::new("error.type", "500")]);
        let kept = telemetry.exemplars("sold");
        assert_eq!((kept.len(), kept[0].trace), (1, own(9)));
        let setting = telemetry.describe().get("exemplar.dropped_attributes").unwrap();
        let keys = kept[0].filtered.iter().flat_map(|all| all.iter());
        let keys = keys.map(|one| one.key.to_string()).collect::<Vec<_>>();
        (keys, setting.value.clone(), setting.origin)
    };
    let all = vec!["user_agent".to_owned(), "error.type".to_owned()];
    let of = |value| builder().environment([(VARIABLE, value)]);
    let variable = Origin::Environment(VARIABLE);
    assert_eq!(kept(builder()), (all.clone(), "true".to_owned(), Origin::Default));
    assert_eq!(kept(of("true")), (all, "true".to_owned(), variable));
    assert_eq!(kept(of("False")), (vec![], "false".to_owned(), variable));
    let code = (vec![], "false".to_owned(), Origin::Code);
    assert_eq!(kept(of("true").without_dropped_attributes()), code);
}

#[test]
fn no_metric_has_the_exemplars_of_more_series_than_it_has_series() {
    let builder = Telemetry::for_service("shop").view("found", View::new().limit(3));
    let telemetry = TestTelemetry::of(builder);
    let found = telemetry.meter("shop").u64_counter("found").build();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let _attached = span(9, true).attach();
    for query in 0..3000 {
        found.add(1, &[KeyValue::new("query", query)]);
        sold.add(1, &[KeyValue::new("query", query)]);
    }
    assert_eq!(telemetry.exemplars("found").len(), 3);
    assert_eq!(telemetry.exemplars("sold").len(), 2000);
}
