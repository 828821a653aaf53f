//! What a layer was told to do.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use kymo_core::{Buckets, KnownValues, MetricKind, MetricSpec, key};

use crate::{RequestHead, method::KNOWN_METHODS, metrics, scheme::SchemeSource};

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

pub(crate) type Skip = dyn Fn(&RequestHead<'_>) -> bool + Send + Sync;
pub(crate) type Route = dyn for<'a> Fn(&RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) disabled: Vec<ServerMetric>,
    pub(crate) buckets: BTreeMap<ServerMetric, Buckets>,
    pub(crate) skip: Option<Arc<Skip>>,
    pub(crate) route: Option<Arc<Route>>,
    pub(crate) scheme: SchemeSource,
    pub(crate) methods: KnownValues,
    pub(crate) route_budget: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: vec![ServerMetric::FirstByteDuration],
            buckets: BTreeMap::new(),
            skip: None,
            route: None,
            scheme: SchemeSource::plain(),
            methods: KNOWN_METHODS,
            route_budget: key::HTTP_ROUTE.limit().unwrap_or(u16::MAX),
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
        let default: &[f64] = match spec.kind {
            MetricKind::Histogram { buckets } => buckets,
            _ => &[],
        };
        Some((spec, own.unwrap_or(default)))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("disabled", &self.disabled)
            .field("buckets", &self.buckets)
            .field("scheme", &self.scheme)
            .field("route_budget", &self.route_budget)
            .finish_non_exhaustive()
    }
}
