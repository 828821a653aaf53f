//! What a layer was told to measure.

use std::collections::BTreeMap;

use kymo_core::{Buckets, KnownValues, MetricSpec};

use crate::{key, method::KNOWN_METHODS, metrics};

/// A metric of the server layer that can be switched on and off and given its own buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ServerMetric {
    /// `http.server.request.duration`; on.
    RequestDuration,
    /// `http.server.active_requests`; on.
    ActiveRequests,
    /// `http.server.request.body.size`; on.
    RequestBodySize,
    /// `http.server.response.body.size`; on.
    ResponseBodySize,
    /// `kymo.http.server.first_byte.duration`; off.
    FirstByteDuration,
    /// `kymo.http.server.active_streams`; on.
    ActiveStreams,
    /// `kymo.http.server.stream.duration`; on.
    StreamDuration,
}

impl ServerMetric {
    pub(crate) const fn spec(self) -> &'static MetricSpec {
        match self {
            Self::RequestDuration => &metrics::REQUEST_DURATION,
            Self::ActiveRequests => &metrics::ACTIVE_REQUESTS,
            Self::RequestBodySize => &metrics::REQUEST_BODY_SIZE,
            Self::ResponseBodySize => &metrics::RESPONSE_BODY_SIZE,
            Self::FirstByteDuration => &metrics::FIRST_BYTE_DURATION,
            Self::ActiveStreams => &metrics::ACTIVE_STREAMS,
            Self::StreamDuration => &metrics::STREAM_DURATION,
        }
    }
}

/// What the instruments are made with; layers that share it share their series.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) disabled: Vec<ServerMetric>,
    pub(crate) buckets: BTreeMap<ServerMetric, Buckets>,
    pub(crate) methods: KnownValues,
    pub(crate) route_budget: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: vec![ServerMetric::FirstByteDuration],
            buckets: BTreeMap::new(),
            methods: KNOWN_METHODS,
            route_budget: key::HTTP_ROUTE.limit(),
        }
    }
}

impl Settings {
    /// What to measure, and with which buckets; `None` if it is switched off.
    pub(crate) fn metric(&self, metric: ServerMetric) -> Option<(&'static MetricSpec, &[f64])> {
        if self.disabled.contains(&metric) {
            return None;
        }
        let spec = metric.spec();
        let own = self.buckets.get(&metric).map(Buckets::bounds);
        Some((spec, own.unwrap_or(spec.buckets())))
    }
}
