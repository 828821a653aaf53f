//! The metrics of the push itself.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use kymo_push::{Push, metrics};
use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Temporality,
        data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics},
        reader::MetricReader,
    },
};
use opentelemetry_semantic_conventions::metric;

use crate::{
    LONG, NEVER, Service, grpc, http,
    receiver::{Answer, Receiver},
};

/// One reader, and who reads it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Eye(Arc<ManualReader>);

impl MetricReader for Eye {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self, _: InstrumentKind) -> Temporality {
        Temporality::Cumulative
    }
}

/// A series: its name, its attributes but those of the component and the server, and its value, or
/// how often it was observed.
pub(crate) type Series = (String, Vec<String>, i64);

impl Eye {
    /// Watches the metrics of a push by a provider of its own.
    pub(crate) fn watch(push: &Push) -> (Self, SdkMeterProvider) {
        let eye = Self::default();
        let provider = SdkMeterProvider::builder().with_reader(eye.clone()).build();
        push.measure(&provider);
        (eye, provider)
    }

    pub(crate) fn series(&self) -> Vec<Series> {
        let mut metrics = ResourceMetrics::default();
        self.collect(&mut metrics).unwrap();
        let mut series = Vec::new();
        for metric in metrics.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let mut add = |attributes: Vec<&KeyValue>, value| {
                series.push((metric.name().to_owned(), shown(attributes), value));
            };
            match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.data_points().for_each(|it| {
                    add(it.attributes().collect(), it.value().try_into().unwrap());
                }),
                AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                    sum.data_points().for_each(|it| add(it.attributes().collect(), it.value()));
                }
                AggregatedMetrics::F64(MetricData::Histogram(it)) => {
                    it.data_points().for_each(|it| {
                        assert_eq!(it.bounds().count(), 0);
                        add(it.attributes().collect(), it.count().try_into().unwrap());
                    });
                }
                other => panic!("{}: {other:?}", metric.name()),
            }
        }
        series.sort();
        series
    }
}

fn shown(attributes: Vec<&KeyValue>) -> Vec<String> {
    let told = |it: &&KeyValue| {
        let key = it.key.as_str();
        !key.starts_with("otel.component.") && !key.starts_with("server.")
    };
    let mut shown: Vec<_> =
        attributes.into_iter().filter(told).map(|it| format!("{}={}", it.key, it.value)).collect();
    shown.sort();
    shown
}

fn series(name: &str, attributes: &[&str], value: i64) -> Series {
    (name.to_owned(), attributes.iter().map(|&it| it.to_owned()).collect(), value)
}

const EXPORTED: &str = metrics::DATA_POINT_EXPORTED.name;
const INFLIGHT: &str = metrics::DATA_POINT_INFLIGHT.name;
const OPERATION: &str = metrics::OPERATION_DURATION.name;
const COLLECTION: &str = metrics::COLLECTION_DURATION.name;

#[test]
fn names_are_those_of_the_conventions() {
    let names: Vec<_> = metrics::ALL.iter().map(|spec| spec.name).collect();
    assert_eq!(
        names,
        [
            metric::OTEL_SDK_EXPORTER_OPERATION_DURATION,
            metric::OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
            metric::OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
            metric::OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
        ],
    );
}

#[test]
fn each_point_is_counted_once_however_it_ended() {
    let receiver = Receiver::start([
        Answer::Accept,
        Answer::Partial(2),
        Answer::Status(503, Some("0")),
        Answer::Accept,
        Answer::Status(400, None),
    ]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let (eye, _provider) = Eye::watch(&service.push);
    for kind in ["a", "b", "c"] {
        service.jobs.add(1, &[KeyValue::new("kind", kind)]);
    }
    service.push.flush(LONG).unwrap();
    service.push.flush(LONG).unwrap_err();
    service.push.flush(LONG).unwrap();
    service.push.flush(LONG).unwrap_err();

    assert_eq!(receiver.arrived().len(), 5);
    assert!(receiver.arrived().iter().all(|arrived| arrived.points() == 3));
    assert_eq!(
        eye.series(),
        [
            series(EXPORTED, &[], 3 + 1 + 3),
            series(EXPORTED, &["error.type=400"], 3),
            series(EXPORTED, &["error.type=rejected"], 2),
            series(INFLIGHT, &[], 0),
            series(OPERATION, &["error.type=400", "http.response.status_code=400"], 1),
            series(OPERATION, &["error.type=rejected", "http.response.status_code=200"], 1),
            series(OPERATION, &["http.response.status_code=200"], 2),
            series(COLLECTION, &[], 4),
        ],
    );
}

#[test]
fn a_call_is_described_by_its_status() {
    let denied = tonic::Status::permission_denied("no");
    let receiver = Receiver::start([Answer::Accept, Answer::Grpc(denied)]);
    let service = Service::new(&grpc(receiver.grpc()), NEVER);
    let (eye, _provider) = Eye::watch(&service.push);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    service.push.flush(LONG).unwrap_err();
    let denied = ["error.type=PERMISSION_DENIED", "rpc.response.status_code=PERMISSION_DENIED"];
    assert_eq!(
        eye.series(),
        [
            series(EXPORTED, &[], 1),
            series(EXPORTED, &["error.type=PERMISSION_DENIED"], 1),
            series(INFLIGHT, &[], 0),
            series(OPERATION, &denied, 1),
            series(OPERATION, &["rpc.response.status_code=OK"], 1),
            series(COLLECTION, &[], 2),
        ],
    );
}

#[test]
fn an_export_under_way_is_in_flight_and_a_cancelled_one_is_counted() {
    let receiver = Receiver::start([Answer::Hang, Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let (eye, _provider) = Eye::watch(&service.push);
    service.jobs.add(1, &[]);
    service.push.nudge();
    receiver.wait_for(1);
    assert!(eye.series().contains(&series(INFLIGHT, &[], 1)));

    service.push.stop(Duration::from_secs(2)).unwrap();
    assert_eq!(
        eye.series(),
        [
            series(EXPORTED, &[], 1),
            series(EXPORTED, &["error.type=cancelled"], 1),
            series(INFLIGHT, &[], 0),
            series(OPERATION, &["error.type=cancelled"], 1),
            series(OPERATION, &["http.response.status_code=200"], 1),
            series(COLLECTION, &[], 2),
        ],
    );
}

#[test]
fn the_numbers_of_an_export_are_part_of_the_next_one() {
    let receiver = Receiver::start([Answer::Accept]);
    let service = Service::new(&http(receiver.http()), NEVER);
    service.push.measure(&service.provider);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap();
    service.push.flush(LONG).unwrap();
    let arrived = receiver.arrived();
    assert_eq!(arrived[1].sum(EXPORTED), i64::try_from(arrived[0].points()).ok());
}

#[test]
fn only_declared_attributes_appear() {
    let receiver = Receiver::start([Answer::Status(400, None)]);
    let service = Service::new(&http(receiver.http()), NEVER);
    let eye = Eye::default();
    let provider = SdkMeterProvider::builder().with_reader(eye.clone()).build();
    service.push.measure(&provider);
    service.jobs.add(1, &[]);
    service.push.flush(LONG).unwrap_err();

    let mut collected = ResourceMetrics::default();
    eye.collect(&mut collected).unwrap();
    let shown = format!("{collected:?}");
    assert!(shown.contains("otlp_http_metric_exporter/"), "{shown}");
    assert!(shown.contains("periodic_metric_reader/"), "{shown}");
    assert!(shown.contains("127.0.0.1"), "{shown}");
    assert!(shown.contains(&receiver.address.port().to_string()), "{shown}");
    for (name, attributes, _) in eye.series() {
        let spec = metrics::ALL.iter().find(|spec| spec.name == name).unwrap();
        for attribute in attributes {
            let key = attribute.split('=').next().unwrap();
            assert!(spec.attributes.iter().any(|it| it.name == key), "{name}: {key}");
        }
    }
}

#[test]
fn the_console_counts_too() {
    let service = Service::of(Push::console(NEVER).unwrap());
    let (eye, _provider) = Eye::watch(&service.push);
    service.jobs.add(1, &[]);
    service.push.stop(LONG).unwrap();
    assert!(eye.series().contains(&series(EXPORTED, &[], 1)));
}
