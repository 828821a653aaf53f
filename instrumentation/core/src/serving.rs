//! A request that is served.

use crate::{Trace, here::Working};

/// A thread serves a request, until this is dropped, be it by unwinding: what it observes belongs to the
/// trace of that request, unless a span of OpenTelemetry is current.
///
/// Make one for each poll, and for each drop, of what serves the request. Those of one thread are dropped in
/// the order opposite to that in which they were made. What is spawned meanwhile does not belong to the
/// request.
///
/// ```
/// use kymo_core::{Serving, Trace};
///
/// let sent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let serving = Serving::enter(Trace::of_traceparent(sent));
/// // The work goes here.
/// let trace = serving.leave();
/// assert_eq!(trace, Trace::of_traceparent(sent));
/// ```
#[derive(Debug)]
pub struct Serving {
    _working: Working,
}

impl Serving {
    /// From now on this thread serves a request of this `trace`; one without a trace is part of whatever is
    /// served around it.
    #[inline]
    pub fn enter(trace: Option<Trace>) -> Self {
        Self { _working: Working::serve(trace, false) }
    }

    /// As [`enter`](Self::enter), of a request whose client said that it is of this `trace`: the first span of
    /// OpenTelemetry that anything is measured in takes its place, and leaves none if it is not sampled.
    #[inline]
    pub fn sent(trace: Option<Trace>) -> Self {
        Self { _working: Working::serve(trace, true) }
    }

    /// From now on this thread records a part of a request of this `trace`, whatever is current here.
    #[inline]
    pub fn record(trace: Option<Trace>) -> Self {
        Self { _working: Working::record(trace) }
    }

    /// Whether the trace that the request has by now is still the word of its client.
    #[inline]
    pub fn is_sent(&self) -> bool {
        Working::trace().1
    }

    /// Leaves it, and gives the trace that the request has by now.
    ///
    /// If it had none, or one that was [sent](Self::sent), that is the first one that was sampled meanwhile and
    /// that anything was measured in.
    #[inline]
    pub fn leave(self) -> Option<Trace> {
        Working::trace().0
    }
}
