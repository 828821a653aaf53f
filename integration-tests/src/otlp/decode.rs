//! From the messages of the protocol to points.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    metrics::v1::{
        ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, metric,
        number_data_point,
    },
};

use super::{Attribute, Attributes, Point, PointKind, PointValue, Scope};

/// As the protocol numbers it.
const CUMULATIVE: i32 = 2;

impl Point {
    /// Every point of a request, in its order.
    ///
    /// # Panics
    ///
    /// On what the SDK never sends: summaries, points without a value, byte and map attributes.
    pub fn of(request: &ExportMetricsServiceRequest) -> Vec<Self> {
        let mut points = Vec::new();
        for resource_metrics in &request.resource_metrics {
            let resource = resource_metrics.resource.as_ref();
            let resource = resource.map(|it| attributes(&it.attributes)).unwrap_or_default();
            for scope_metrics in &resource_metrics.scope_metrics {
                let scope = scope_metrics.scope.as_ref().map(scope).unwrap_or_default();
                let scope = Scope { schema_url: scope_metrics.schema_url.clone(), ..scope };
                for metric in &scope_metrics.metrics {
                    points.extend(points_of(&resource, &scope, metric));
                }
            }
        }
        points
    }
}

fn points_of(resource: &Attributes, scope: &Scope, metric: &Metric) -> Vec<Point> {
    let (kind, cumulative, bodies) = read(metric);
    let whole = |body: Body| Point {
        resource: resource.clone(),
        scope: scope.clone(),
        name: metric.name.clone(),
        unit: metric.unit.clone(),
        description: metric.description.clone(),
        kind,
        cumulative,
        attributes: body.attributes,
        start: body.start,
        time: body.time,
        value: body.value,
    };
    bodies.into_iter().map(whole).collect()
}

/// The parts of a point that differ within a metric.
struct Body {
    attributes: Attributes,
    start: u64,
    time: u64,
    value: PointValue,
}

fn read(metric: &Metric) -> (PointKind, bool, Vec<Body>) {
    match metric.data.as_ref().expect("a metric has data") {
        metric::Data::Gauge(gauge) => (PointKind::Gauge, true, bodies(&gauge.data_points)),
        metric::Data::Sum(sum) => {
            let kind = if sum.is_monotonic { PointKind::Counter } else { PointKind::UpDownCounter };
            (kind, sum.aggregation_temporality == CUMULATIVE, bodies(&sum.data_points))
        }
        metric::Data::Histogram(data) => {
            let cumulative = data.aggregation_temporality == CUMULATIVE;
            (PointKind::Histogram, cumulative, bodies(&data.data_points))
        }
        metric::Data::ExponentialHistogram(data) => {
            let cumulative = data.aggregation_temporality == CUMULATIVE;
            (PointKind::ExponentialHistogram, cumulative, bodies(&data.data_points))
        }
        metric::Data::Summary(_) => panic!("{}: the SDK has no summaries", metric.name),
    }
}

fn bodies<'a, P: 'a>(points: &'a [P]) -> Vec<Body>
where
    Body: From<&'a P>,
{
    points.iter().map(Body::from).collect()
}

impl From<&NumberDataPoint> for Body {
    fn from(point: &NumberDataPoint) -> Self {
        let number = match point.value.expect("a point has a value") {
            number_data_point::Value::AsDouble(double) => double,
            number_data_point::Value::AsInt(int) => int as f64,
        };
        Self {
            attributes: attributes(&point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            value: PointValue::Number(number),
        }
    }
}

impl From<&HistogramDataPoint> for Body {
    fn from(point: &HistogramDataPoint) -> Self {
        Self {
            attributes: attributes(&point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            value: PointValue::Buckets {
                count: point.count,
                sum: point.sum.unwrap_or_default(),
                bounds: point.explicit_bounds.clone(),
                counts: point.bucket_counts.clone(),
            },
        }
    }
}

impl From<&ExponentialHistogramDataPoint> for Body {
    fn from(point: &ExponentialHistogramDataPoint) -> Self {
        Self {
            attributes: attributes(&point.attributes),
            start: point.start_time_unix_nano,
            time: point.time_unix_nano,
            value: PointValue::Buckets {
                count: point.count,
                sum: point.sum.unwrap_or_default(),
                bounds: Vec::new(),
                counts: vec![point.count],
            },
        }
    }
}

fn scope(scope: &InstrumentationScope) -> Scope {
    Scope {
        name: scope.name.clone(),
        version: scope.version.clone(),
        schema_url: String::new(),
        attributes: attributes(&scope.attributes),
    }
}

fn attributes(pairs: &[KeyValue]) -> Attributes {
    pairs.iter().map(|pair| (pair.key.clone(), attribute(pair.value.as_ref()))).collect()
}

fn attribute(value: Option<&AnyValue>) -> Attribute {
    use any_value::Value;
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => Attribute::Text(text.clone()),
        Some(Value::BoolValue(bool)) => Attribute::Bool(*bool),
        Some(Value::IntValue(int)) => Attribute::Int(*int),
        Some(Value::DoubleValue(double)) => Attribute::Double(*double),
        Some(Value::ArrayValue(list)) => {
            Attribute::List(list.values.iter().map(|item| attribute(Some(item))).collect())
        }
        other => panic!("the SDK sends no {other:?}"),
    }
}
