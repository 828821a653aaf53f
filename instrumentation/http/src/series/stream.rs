//! The series of an open stream.

use kymo_core::{Bounded, SeriesKey, key::AttributeKey};
use opentelemetry::{
    KeyValue,
    metrics::{BoundHistogram, BoundUpDownCounter},
};

use crate::{key, vocabulary::Vocabulary};

/// Everything an open stream is described by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StreamKey {
    pub(crate) route: Option<Bounded>,
    pub(crate) kind: StreamKind,
}

/// The kinds of streams, which outlive their request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StreamKind {
    ServerSentEvents,
    WebSocket,
    Upgrade,
    Body,
}

/// The instruments of one kind of stream on one route.
#[derive(Debug)]
pub(crate) struct StreamSeries {
    pub(crate) active: Option<BoundUpDownCounter<i64>>,
    pub(crate) duration: Option<BoundHistogram<f64>>,
}

impl StreamKey {
    pub(crate) fn attributes(self, vocabulary: &Vocabulary) -> Vec<KeyValue> {
        let kind = match self.kind {
            StreamKind::ServerSentEvents => "sse",
            StreamKind::WebSocket => "websocket",
            StreamKind::Upgrade => "upgrade",
            StreamKind::Body => "body",
        };
        let route = self.route.map(|route| vocabulary.route(route));
        route.into_iter().chain([key::STREAM_KIND.of(kind)]).collect()
    }
}

impl SeriesKey for StreamKey {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        self.route.filter(|route| *route != Bounded::OTHER)?;
        Some((Self { route: Some(Bounded::OTHER), ..self }, key::HTTP_ROUTE.key))
    }
}
