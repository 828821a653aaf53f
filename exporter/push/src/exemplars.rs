//! The exemplars of a message.

use std::ops::RangeInclusive;

use kymo_core::{Exemplar, MetricExemplars, Trace};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{
        AggregationTemporality, Exemplar as Message, Metric as MetricMessage, exemplar::Value,
        metric::Data,
    },
};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use prost::Message as _;

use crate::escort::{BYTES, Escort, nanoseconds};

/// Puts the exemplars of `escort` into the `request` that was made of `metrics`, those alone that were observed in the
/// time of what they stand for: neither before a delta, nor after the collection. Those that have arrived with an
/// earlier push stay here, and so do those for which there is no room.
pub(crate) fn add(
    request: &mut ExportMetricsServiceRequest,
    metrics: &ResourceMetrics,
    escort: &Escort,
) {
    let mut room = Room { since: escort.new_since(), bytes: BYTES, left_out: 0, found: Vec::new() };
    let messages = request.resource_metrics.iter_mut();
    let messages = messages.flat_map(|message| message.scope_metrics.iter_mut());
    for (message, scoped) in messages.zip(metrics.scope_metrics()) {
        for (message, metric) in message.metrics.iter_mut().zip(scoped.metrics()) {
            let is_histogram =
                matches!(message.data, Some(Data::Histogram(_) | Data::ExponentialHistogram(_)));
            let found = escort.kept.of(scoped.scope(), metric.name(), metric.unit(), is_histogram);
            let Some(exemplars) = found else { continue };
            match metric.data() {
                AggregatedMetrics::F64(data) => {
                    add_to(message, data, &exemplars, &mut room, Value::AsDouble);
                }
                AggregatedMetrics::U64(data) => add_to(message, data, &exemplars, &mut room, whole),
                AggregatedMetrics::I64(data) => add_to(message, data, &exemplars, &mut room, whole),
            }
        }
    }
    escort.leave_out(room.left_out);
}

/// The room that a message has for exemplars.
struct Room {
    /// Nanoseconds since 1970 from which on exemplars are new.
    since: u64,
    /// Those that are left.
    bytes: usize,
    left_out: usize,
    /// Those of one series.
    found: Vec<Exemplar>,
}

impl Room {
    /// Messages of the new ones of the series with `attributes` that belong to a point of this `time`, as far as they
    /// fit.
    fn fill<'a, I: IntoIterator<Item = &'a KeyValue>>(
        &mut self,
        exemplars: &MetricExemplars,
        attributes: impl Fn() -> I,
        time: RangeInclusive<u64>,
        value: fn(f64) -> Value,
    ) -> Vec<Message> {
        self.found.clear();
        exemplars.find(attributes, &mut self.found);
        let mut messages = Vec::new();
        for one in &self.found {
            let observed = nanoseconds(one.time);
            if observed < self.since || !time.contains(&observed) {
                continue;
            }
            let message = to_message(one, value);
            match self.bytes.checked_sub(message.encoded_len() + AROUND) {
                Some(left) => {
                    self.bytes = left;
                    messages.push(message);
                }
                None => self.left_out += 1,
            }
        }
        messages
    }
}

/// Bytes around an exemplar: its tag and its length.
const AROUND: usize = 4;

/// Puts `exemplars` into the `message` that was made of `data`.
///
/// Those of deltas give way to whatever comes from now on, for the next delta has them no more.
fn add_to<T>(
    message: &mut MetricMessage,
    data: &MetricData<T>,
    exemplars: &MetricExemplars,
    room: &mut Room,
    value: fn(f64) -> Value,
) {
    let (temporality, time) = match (data, &mut message.data) {
        (MetricData::Sum(sum), Some(Data::Sum(message))) if sum.is_monotonic() => {
            for (point, message) in sum.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = room.fill(exemplars, || point.attributes(), time, value);
            }
            (message.aggregation_temporality, sum.time())
        }
        (MetricData::Histogram(histogram), Some(Data::Histogram(message))) => {
            for (point, message) in histogram.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = room.fill(exemplars, || point.attributes(), time, value);
            }
            (message.aggregation_temporality, histogram.time())
        }
        (
            MetricData::ExponentialHistogram(histogram),
            Some(Data::ExponentialHistogram(message)),
        ) => {
            for (point, message) in histogram.data_points().zip(&mut message.data_points) {
                let time = message.start_time_unix_nano..=message.time_unix_nano;
                message.exemplars = room.fill(exemplars, || point.attributes(), time, value);
            }
            (message.aggregation_temporality, histogram.time())
        }
        _ => return,
    };
    if temporality == i32::from(AggregationTemporality::Delta) {
        exemplars.tell(time);
    }
}

fn to_message(exemplar: &Exemplar, value: fn(f64) -> Value) -> Message {
    let filtered = exemplar.filtered.iter().flat_map(|attributes| attributes.iter());
    let bytes = |bytes: fn(Trace) -> Vec<u8>| exemplar.trace.map(bytes).unwrap_or_default();
    Message {
        filtered_attributes: filtered.map(Into::into).collect(),
        time_unix_nano: nanoseconds(exemplar.time),
        span_id: bytes(|trace| trace.span_id().into()),
        trace_id: bytes(|trace| trace.trace_id().into()),
        value: Some(value(exemplar.value)),
    }
}

/// A value that was observed as a whole number: one that is so large that a float may not have kept it is none.
fn whole(value: f64) -> Value {
    if value.abs() >= EXACT {
        return Value::AsDouble(value);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it was an integer when it was observed")]
    Value::AsInt(value as i64)
}

/// The first float that stands for two whole numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests;
