//! The receivers that other tests rely on understand one and the same request.

use std::time::Duration;

use integration_tests::{
    Client, Receiver, Rotel, VictoriaMetrics, eventually,
    otlp::{Point, PointValue},
};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    },
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
        ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
};
use prost::Message;

const ARRIVED: Duration = Duration::from_secs(20);

#[tokio::test]
async fn rotel_writes_down_what_the_receiver_in_this_process_reads() {
    let (receiver, rotel) = (Receiver::start(), Rotel::start());
    let request = request();
    over_grpc(&receiver.url(), &request).await;
    over_grpc(&rotel.grpc(), &request).await;
    over_http(&receiver.url(), &request).await;
    over_http(&rotel.http(), &request).await;
    let all = |points: &Vec<Point>| points.len() == 8;
    eventually(ARRIVED, async || rotel.points(), all).await;
    assert_eq!(receiver.points(), [Point::of(&request), Point::of(&request)].concat());
    // Which of the two requests it writes down first is its own affair.
    assert_eq!(rotel.stop(), receiver.points());
}

#[tokio::test]
async fn a_killed_rotel_refuses_and_comes_back_on_its_ports() {
    let mut rotel = Rotel::start();
    let arrived = |points: &Vec<Point>| points.len() == 4;
    over_http(&rotel.http(), &request()).await;
    eventually(ARRIVED, async || rotel.points(), arrived).await;
    let client = MetricsServiceClient::connect(rotel.grpc()).await.unwrap();
    rotel.kill();
    let body = request().encode_to_vec();
    let refused = Client::new(rotel.http()).try_post("/v1/metrics", PROTOBUF, &body).await;
    assert!(refused.unwrap_err().contains("ConnectionRefused"));
    assert!(client.clone().export(request()).await.is_err());
    rotel.restart();
    assert_eq!(rotel.points().len(), 4, "what came before is not forgotten");
    client.clone().export(request()).await.unwrap();
    eventually(ARRIVED, async || rotel.points(), |points| points.len() == 8).await;
}

#[tokio::test]
async fn victoria_metrics_answers_promql_about_what_came_directly_and_through_rotel() {
    let victoria = VictoriaMetrics::start();
    let rotel = Rotel::forwarding_to(&victoria.otlp());
    over_http(&victoria.otlp(), &named("direct")).await;
    over_grpc(&rotel.grpc(), &named("passed_on")).await;
    for name in ["direct", "passed_on"] {
        let look = async || victoria.query(&format!("{name}_sold_total")).await;
        let sold = eventually(ARRIVED, look, |sold| !sold.is_empty()).await;
        assert_eq!(sold.len(), 1);
        assert!((sold[0].value - 7.0).abs() < 0.5);
        let label = |key: &str| sold[0].labels.get(key).map(String::as_str);
        assert_eq!(label("odd"), Some(ODD));
        // It writes lists in a notation of its own.
        assert!(label("list").is_some_and(|list| list.contains("\"b, c\"")));
        assert_eq!(
            (label("yes"), label("int"), label("half")),
            (Some("true"), Some("42"), Some("0.5"))
        );
        assert_eq!(label("service_name"), Some("harness"));
        let buckets = victoria.export(&format!("{name}_took_seconds_bucket")).await;
        let at = |le: &str| buckets.iter().find(|it| it.labels["le"] == le).map(|it| it.values[0]);
        assert_eq!((at("0.5"), at("5"), at("+Inf")), (Some(1.0), Some(3.0), Some(6.0)));
    }
}

#[test]
fn a_histogram_of_the_request_is_what_it_was_made_of() {
    let points = Point::of(&request());
    let took = points.iter().find(|point| point.name == "took").unwrap();
    let (bounds, counts) = (vec![0.5, 5.0], vec![1, 2, 3]);
    assert_eq!(took.value, PointValue::Buckets { count: 6, sum: 12.5, bounds, counts });
    assert!(took.has(&[("odd", ODD), ("list", "[\"a\",\"b, c\"]")]));
}

async fn over_grpc(url: &str, request: &ExportMetricsServiceRequest) {
    let mut client = MetricsServiceClient::connect(url.to_owned()).await.unwrap();
    let answer = client.export(request.clone()).await.unwrap().into_inner();
    assert!(answer.partial_success.is_none_or(|partial| partial.rejected_data_points == 0));
}

async fn over_http(url: &str, request: &ExportMetricsServiceRequest) {
    let body = request.encode_to_vec();
    let answer = Client::new(url).try_post("/v1/metrics", PROTOBUF, &body).await.unwrap();
    assert!(answer.status.is_success(), "{}", answer.text());
}

const PROTOBUF: &str = "application/x-protobuf";

/// Nothing that a label or a log may not contain.
const ODD: &str = "q\"uo\nte \\ ü -> Str(x)";

fn named(prefix: &str) -> ExportMetricsServiceRequest {
    let mut request = request();
    for metric in &mut request.resource_metrics[0].scope_metrics[0].metrics {
        metric.name = format!("{prefix}_{}", metric.name);
    }
    request
}

/// A counter, an up-down counter, a gauge and a histogram with attributes of every type.
fn request() -> ExportMetricsServiceRequest {
    let (temporality, now) = (2, nanoseconds());
    let number = |value| NumberDataPoint {
        attributes: attributes(),
        start_time_unix_nano: now - 1,
        time_unix_nano: now,
        value: Some(value),
        ..NumberDataPoint::default()
    };
    let sum = |value, is_monotonic| Sum {
        data_points: vec![number(number_data_point::Value::AsInt(value))],
        aggregation_temporality: temporality,
        is_monotonic,
    };
    let gauge = Gauge { data_points: vec![number(number_data_point::Value::AsDouble(0.1))] };
    let histogram = HistogramDataPoint {
        attributes: attributes(),
        start_time_unix_nano: now - 1,
        time_unix_nano: now,
        count: 6,
        sum: Some(12.5),
        bucket_counts: vec![1, 2, 3],
        explicit_bounds: vec![0.5, 5.0],
        ..HistogramDataPoint::default()
    };
    let histogram =
        Histogram { data_points: vec![histogram], aggregation_temporality: temporality };
    let metrics = [
        ("sold", "", Data::Sum(sum(7, true))),
        ("stock", "", Data::Sum(sum(-7, false))),
        ("level", "", Data::Gauge(gauge)),
        ("took", "s", Data::Histogram(histogram)),
    ];
    let metrics = metrics.map(|(name, unit, data)| Metric {
        name: name.into(),
        description: "Two\nlines.".into(),
        unit: unit.into(),
        data: Some(data),
        ..Metric::default()
    });
    let scope = InstrumentationScope {
        name: "har.ness".into(),
        version: "1.2".into(),
        ..InstrumentationScope::default()
    };
    let scope_metrics =
        ScopeMetrics { scope: Some(scope), metrics: metrics.to_vec(), ..ScopeMetrics::default() };
    let resource = Resource {
        attributes: vec![pair("service.name", Value::StringValue("harness".into()))],
        ..Resource::default()
    };
    let resource_metrics = ResourceMetrics {
        resource: Some(resource),
        scope_metrics: vec![scope_metrics],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![resource_metrics] }
}

fn attributes() -> Vec<KeyValue> {
    let text = |text: &str| Value::StringValue(text.to_owned());
    let items = ["a", "b, c"].map(|item| AnyValue { value: Some(text(item)) });
    vec![
        pair("odd", text(ODD)),
        pair("yes", Value::BoolValue(true)),
        pair("int", Value::IntValue(42)),
        pair("half", Value::DoubleValue(0.5)),
        pair("list", Value::ArrayValue(ArrayValue { values: items.to_vec() })),
    ]
}

fn pair(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn nanoseconds() -> u64 {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(now.as_nanos()).unwrap()
}
