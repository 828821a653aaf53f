//! Streams, which outlive their request: server-sent events, upgraded connections and, on request, bodies
//! without a length.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, header::CONTENT_TYPE};
use kymo_core::{Attempt, InFlight, Outcome, Record, Serving, Trace};
use opentelemetry::metrics::BoundHistogram;

use crate::{
    instruments::Instruments,
    series::{StreamKey, StreamSeries},
};

/// One open stream: in `kymo.http.server.active_streams`, and then in
/// `kymo.http.server.stream.duration` when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    _lifetime: Option<Attempt<Lifetime>>,
    _active: Option<InFlight>,
}

impl OpenStream {
    pub(crate) fn new(series: &StreamSeries) -> Self {
        Self {
            _lifetime: series.duration.clone().map(|duration| Attempt::started(Lifetime(duration))),
            _active: series.active.as_ref().map(InFlight::enter),
        }
    }
}

/// How a stream is counted once it is open.
#[derive(Debug)]
pub(crate) struct StreamOpening {
    instruments: Arc<Instruments>,
    key: StreamKey,
    trace: Option<Trace>,
}

impl StreamOpening {
    /// A stream of a request that belongs to `trace`.
    pub(crate) fn new(instruments: Arc<Instruments>, key: StreamKey, trace: Option<Trace>) -> Self {
        Self { instruments, key, trace }
    }

    /// The stream is open, until what is returned is dropped.
    pub(crate) fn open(self) -> OpenStream {
        let _serving = Serving::record(self.trace);
        self.instruments.open_stream(self.key)
    }
}

/// Whether a response with these headers is a stream of server-sent events.
pub(crate) fn is_server_sent_events(headers: &HeaderMap) -> bool {
    let essence = b"text/event-stream";
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let value = value.as_bytes();
        value.get(..essence.len()).is_some_and(|start| start.eq_ignore_ascii_case(essence))
            && matches!(value.get(essence.len()), None | Some(b';' | b' ' | b'\t'))
    })
}

#[derive(Debug)]
struct Lifetime(BoundHistogram<f64>);

impl Record for Lifetime {
    /// However a stream ends, it ended: a client that closes one does nothing wrong.
    fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
        self.0.record(elapsed.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_sent_events_are_told_by_their_media_type_alone() {
        for (value, expected) in [
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-streams", false),
            ("text/plain", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
            assert_eq!(is_server_sent_events(&headers), expected, "{value}");
        }
    }
}
