//! The trace behind a number: which observation leads to which, and how it is told.

use std::{
    convert::Infallible,
    future::{Future, pending, poll_fn},
    pin::{Pin, pin},
    task::{Context, Waker},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::{Path, Request},
    routing::get,
};
use futures_util::stream;
use kymo::{
    ExemplarFilter, Telemetry, TelemetryBuilder, View,
    configuration::Origin,
    opentelemetry::KeyValue,
    prometheus::{
        Bridge,
        exposition::{Family, Series, Sink, Source, Value},
    },
    testing::{TestTelemetry, Trace, laws::Traced},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tower::ServiceExt;

const VARIABLE: &str = "OTEL_METRICS_EXEMPLAR_FILTER";
const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const DURATION: &str = "http.server.request.duration";

fn sent() -> Option<Trace> {
    Trace::of_traceparent(SENT.as_bytes())
}

fn request(path: &str, headers: &[&str]) -> Request {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, header| request.header("traceparent", *header));
    request.body(Body::empty()).unwrap()
}

/// Answers a request, and reads the answer to its end.
async fn ask(app: &Router, request: Request) {
    let response = app.clone().oneshot(request).await.unwrap();
    to_bytes(response.into_body(), usize::MAX).await.unwrap();
}

/// A shop that counts what it sells, in a trace of its own in `/traced`, and in a task of its own in
/// `/spawned`.
fn shop(telemetry: &TestTelemetry) -> Router {
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let bound = sold.bind(&[]);
    let cache = telemetry.cache("books");
    let sell = {
        let (sold, bound) = (sold.clone(), bound.clone());
        async move || {
            tokio::task::yield_now().await;
            sold.add(1, &[KeyValue::new("genre", "crime")]);
            bound.add(1);
            cache.lookup(Some(()));
        }
    };
    let traced = {
        let bound = bound.clone();
        async move || Traced::new(7).run(|| bound.add(1))
    };
    let spawned = async move || {
        let sold = tokio::spawn(async move { bound.add(1) });
        sold.await.unwrap();
    };
    Router::new()
        .route("/", get(sell))
        .route("/traced", get(traced))
        .route("/spawned", get(spawned))
        .route("/slow", get(async || pending::<()>().await))
        .layer(telemetry.http())
}

fn traces(telemetry: &TestTelemetry, name: &str) -> Vec<Option<Trace>> {
    telemetry.exemplars(name).iter().map(|exemplar| exemplar.trace).collect()
}

#[tokio::test]
async fn the_trace_that_a_client_sent_is_behind_its_request_and_all_that_its_handler_measures() {
    let telemetry = TestTelemetry::new();
    let app = shop(&telemetry);
    ask(&app, request("/", &[])).await;
    ask(&app, request("/", &["00-nonsense-01"])).await;
    ask(&app, request("/", &[&SENT.replace("-01", "-00")])).await;
    ask(&app, request("/", &[SENT, SENT])).await;
    for name in [DURATION, "sold", "kymo.cache.requests"] {
        assert_eq!(traces(&telemetry, name), [], "{name}");
    }
    ask(&app, request("/", &[SENT])).await;
    assert_eq!(traces(&telemetry, DURATION), [sent()]);
    assert_eq!(traces(&telemetry, "http.server.response.body.size"), [sent()]);
    assert_eq!(traces(&telemetry, "sold"), [sent(), sent()]);
    assert_eq!(traces(&telemetry, "kymo.cache.requests"), [sent()]);
    // What is measured afterwards belongs to nobody.
    telemetry.meter("shop").u64_counter("stolen").build().add(1, &[]);
    assert_eq!(traces(&telemetry, "stolen"), []);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_traced_too() {
    let telemetry = TestTelemetry::new();
    let app = shop(&telemetry);
    {
        let mut answer = pin!(app.oneshot(request("/slow", &[SENT])));
        let mut context = Context::from_waker(Waker::noop());
        assert!(answer.as_mut().poll(&mut context).is_pending());
    }
    telemetry.snapshot().histogram(DURATION).with("error.type", "cancelled").assert_count(1);
    assert_eq!(traces(&telemetry, DURATION), [sent()]);
}

#[tokio::test]
async fn a_tracer_goes_before_what_a_client_sent() {
    let telemetry = TestTelemetry::new();
    let app = shop(&telemetry);
    let traced = Traced::new(9);
    traced.around(ask(&app, request("/", &[SENT]))).await;
    assert_eq!(traces(&telemetry, DURATION), [traced.trace()]);
    assert_eq!(traces(&telemetry, "sold"), [traced.trace(), traced.trace()]);
}

#[tokio::test]
async fn a_request_without_a_trace_has_the_one_that_its_handler_begins() {
    let telemetry = TestTelemetry::new();
    ask(&shop(&telemetry), request("/traced", &[])).await;
    assert_eq!(traces(&telemetry, "sold"), [Traced::new(7).trace()]);
    assert_eq!(traces(&telemetry, DURATION), [Traced::new(7).trace()]);
}

#[tokio::test]
async fn what_a_handler_spawns_has_no_trace() {
    let telemetry = TestTelemetry::new();
    ask(&shop(&telemetry), request("/spawned", &[SENT])).await;
    assert_eq!(traces(&telemetry, DURATION), [sent()]);
    assert_eq!(traces(&telemetry, "sold"), []);
}

#[tokio::test]
async fn a_layer_may_believe_no_client_about_its_trace() {
    let telemetry = TestTelemetry::new();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    let sell = async move || sold.add(1, &[]);
    let app = Router::new().route("/", get(sell)).layer(telemetry.http().without_sent_traces());
    ask(&app, request("/", &[SENT])).await;
    for name in [DURATION, "sold"] {
        assert_eq!(traces(&telemetry, name), [], "{name}");
    }
    let traced = Traced::new(9);
    traced.around(ask(&app, request("/", &[SENT]))).await;
    for name in [DURATION, "sold"] {
        assert_eq!(traces(&telemetry, name), [traced.trace()], "{name}");
    }
}

/// hyper drops a body once it has all that was promised, without asking for its end.
#[tokio::test]
async fn a_download_that_was_delivered_keeps_no_slower_one_out() {
    let builder = Telemetry::for_service("shop").view(DURATION, View::new().buckets([60.0]));
    let telemetry = TestTelemetry::of(builder);
    let wait = async |Path(millis): Path<u64>| {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Body::from("book")
    };
    let app = Router::new().route("/{millis}", get(wait)).layer(telemetry.http());
    let values = || telemetry.exemplars(DURATION).iter().map(|it| it.value).collect::<Vec<_>>();
    let fast = app.clone().oneshot(request("/1", &[SENT])).await.unwrap();
    let mut body = fast.into_body();
    let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.unwrap();
    assert_eq!(frame.unwrap().into_data().unwrap(), "book");
    drop(body);
    assert!(values()[0] < 0.04, "{:?}", values());
    ask(&app, request("/40", &[SENT])).await;
    telemetry.snapshot().histogram(DURATION).without("error.type").assert_count(2);
    assert!(values().len() == 1 && values()[0] >= 0.04, "{:?}", values());
}

#[tokio::test]
async fn what_a_stream_leaves_belongs_to_its_request_wherever_it_is_dropped() {
    let telemetry = TestTelemetry::new();
    let events = async || {
        let events = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        ([("content-type", "text/event-stream")], events)
    };
    let app = Router::new().route("/", get(events)).layer(telemetry.http());
    let leave = async |headers: &[&str]| {
        let answer = app.clone().oneshot(request("/", headers)).await.unwrap();
        Traced::new(9).run(|| drop(answer));
    };
    let names = ["http.server.response.body.size", "kymo.http.server.stream.duration"];
    leave(&[]).await;
    for name in names {
        assert_eq!(traces(&telemetry, name), [], "{name} came without one");
    }
    leave(&[SENT]).await;
    for name in names {
        assert_eq!(traces(&telemetry, name), [sent()], "{name}");
    }
}

/// What one bound and one unbound observation leave, each in a trace and in none.
fn left(builder: TelemetryBuilder) -> Vec<Option<Trace>> {
    let telemetry = TestTelemetry::of(builder);
    let waited = telemetry.meter("shop").f64_histogram("waited").with_boundaries(vec![1.0]).build();
    waited.record(0.5, &[]);
    waited.bind(&[]).record(1.5);
    Traced::new(1).run(|| waited.record(0.6, &[]));
    let slow = Traced::new(2);
    slow.run(|| waited.bind(&[]).record(1.6));
    traces(&telemetry, "waited")
}

#[test]
fn which_observations_become_exemplars_can_be_said() {
    let builder = || Telemetry::for_service("shop");
    let of = |filter| builder().environment([(VARIABLE, filter)]);
    let traced = [Traced::new(1).trace(), Traced::new(2).trace()];
    for filter in ["trace_based", "Trace_Based", "always_on", "ALWAYS_ON", ""] {
        assert_eq!(left(of(filter)), traced, "{filter}");
    }
    assert_eq!(left(of("always_off")), []);
    assert_eq!(left(builder().exemplar_filter(ExemplarFilter::AlwaysOff)), []);
    assert_eq!(left(of("always_off").exemplar_filter(ExemplarFilter::TraceBased)), traced);
    assert_eq!(left(of("always_on").environment([("OTEL_SDK_DISABLED", "true")])), []);

    let telemetry = TestTelemetry::of(of("always_on"));
    telemetry.meter("shop").u64_counter("sold").build().add(3, &[]);
    assert_eq!(traces(&telemetry, "sold"), [None]);
    let telemetry = TestTelemetry::new();
    telemetry.meter("shop").u64_counter("sold").build().add(3, &[]);
    assert_eq!(traces(&telemetry, "sold"), []);

    let described = |builder: TelemetryBuilder| {
        let telemetry = builder.build().unwrap();
        let setting = telemetry.describe().get("exemplar.filter").unwrap();
        (setting.value.clone(), setting.origin)
    };
    let quiet = || builder().environment([("", "")]);
    assert_eq!(described(quiet()), ("trace_based".to_owned(), Origin::Default));
    let origin = Origin::Environment(VARIABLE);
    assert_eq!(described(of("Always_On")), ("always_on".to_owned(), origin));
    let code = of("always_on").exemplar_filter(ExemplarFilter::AlwaysOff);
    assert_eq!(described(code), ("always_off".to_owned(), Origin::Code));
}

#[test]
fn an_injected_provider_has_exemplars_too() {
    let bridge = Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let shown = |filter| {
        let telemetry = Telemetry::with_meter_provider(provider.clone()).bridge(bridge.clone());
        let telemetry = telemetry.exemplar_filter(filter).build().unwrap();
        Traced::new(1).run(|| telemetry.meter("shop").u64_counter("sold").build().add(1, &[]));
        let mut page = Page::default();
        bridge.collect(&mut page);
        page.exemplars.len()
    };
    assert_eq!((shown(ExemplarFilter::AlwaysOff), shown(ExemplarFilter::TraceBased)), (0, 1));
}

#[test]
fn levels_have_no_exemplars() {
    let telemetry = TestTelemetry::new();
    let meter = telemetry.meter("shop");
    Traced::new(1).run(|| {
        meter.i64_up_down_counter("room").build().add(1, &[]);
        meter.f64_gauge("heat").build().record(1.0, &[]);
        meter.f64_gauge("cold").build().bind(&[]).record(1.0);
    });
    for name in ["room", "heat", "cold"] {
        assert_eq!(telemetry.exemplars(name), [], "{name}");
    }
}

/// The buckets of a metric with their exemplars, as the writer of a format gets them.
#[derive(Default)]
struct Page {
    name: String,
    exemplars: Vec<Shown>,
}

/// The family, the bucket, the value and the labels.
type Shown = (String, usize, f64, Vec<(String, String)>);

impl Sink for Page {
    fn family(&mut self, family: &Family<'_>) {
        family.name.clone_into(&mut self.name);
    }

    fn series(&mut self, series: &Series<'_>) {
        let all: Vec<_> = match series.value {
            Value::Number(_, exemplar) => exemplar.into_iter().map(|one| (0, one)).collect(),
            Value::Histogram(it) => {
                let all = it.exemplars.iter().enumerate();
                all.filter_map(|(bucket, one)| Some((bucket, (*one)?))).collect()
            }
            Value::NativeHistogram(it) => it.exemplars.iter().map(|one| (0, *one)).collect(),
            _ => Vec::new(),
        };
        for (bucket, one) in all {
            assert!(one.timestamp.is_some());
            let labels = one.labels.iter();
            let labels = labels.map(|it| (it.name.to_owned(), it.value.to_owned())).collect();
            self.exemplars.push((self.name.clone(), bucket, one.value, labels));
        }
    }
}

#[test]
fn a_scrape_has_the_exemplar_of_each_bucket_with_what_a_view_dropped() {
    let builder = Telemetry::for_service("shop")
        .prometheus()
        .view("waited", View::new().buckets([0.1, 1.0]).without_attribute("client"))
        .view("weight", View::new().exponential_buckets())
        .environment([("", "")]);
    let telemetry = builder.build().unwrap();
    let meter = telemetry.meter("shop");
    let waited = meter.f64_histogram("waited").with_unit("s").build();
    let bound = waited.bind(&[KeyValue::new("genre", "crime"), KeyValue::new("client", "8")]);
    let weight = meter.u64_histogram("weight").build();
    Traced::new(0xabc).run(|| {
        waited.record(0.5, &[KeyValue::new("client", "7"), KeyValue::new("genre", "crime")]);
        bound.record(7.0);
        meter.u64_counter("sold").build().add(3, &[]);
        weight.record(9, &[]);
    });
    let mut page = Page::default();
    telemetry.bridge().unwrap().collect(&mut page);
    let labels = |client: Option<&str>| {
        let own = [("trace_id", format!("{:032x}", 0xabc)), ("span_id", format!("{:016x}", 0xabc))];
        let client = client.map(|client| ("client", client.to_owned()));
        let all = own.into_iter().chain(client);
        all.map(|(name, value)| (name.to_owned(), value)).collect::<Vec<_>>()
    };
    let expected = [
        ("sold_total".to_owned(), 0, 3.0, labels(None)),
        ("waited_seconds".to_owned(), 1, 0.5, labels(Some("7"))),
        ("waited_seconds".to_owned(), 2, 7.0, labels(Some("8"))),
        ("weight".to_owned(), 0, 9.0, labels(None)),
    ];
    assert_eq!(page.exemplars, expected);
}

#[test]
fn without_a_trace_recording_allocates_nothing() {
    let telemetry = TestTelemetry::new();
    let sold = telemetry.meter("shop").u64_counter("sold").build().bind(&[]);
    sold.add(1);
    let recorded = allocation_counter::measure(|| sold.add(1));
    assert_eq!(recorded.count_total, 0);
    // Once it has its slots, neither does an observation in a trace.
    let traced = Traced::sent(1);
    traced.run(|| sold.add(1));
    let recorded = allocation_counter::measure(|| traced.run(|| sold.add(1)));
    assert_eq!(recorded.count_total, 0);
}
