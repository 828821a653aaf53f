//! A request that is served.

use crate::{
    Trace,
    here::{Work, Working},
};

/// A thread serves a request, until this is dropped, be it by unwinding: what it observes belongs to the
/// trace of that request, unless a span of OpenTelemetry is current.
///
/// Make one for each poll, and for each drop, of what serves the request. Those of one thread are dropped in
/// the order opposite to that in which they were made. What is spawned meanwhile does not belong to the
/// request. Where nobody [wants](Trace::is_wanted) a trace it does nothing.
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
    trace: Option<Trace>,
    working: Option<Working>,
}

impl Serving {
    /// From now on this thread serves a request of this `trace`; one without a trace is part of whatever is
    /// served around it.
    #[inline]
    pub fn enter(trace: Option<Trace>) -> Self {
        let enter = || Working::enter(Work::Request, trace.or_else(Working::trace), false);
        Self { trace, working: Trace::is_wanted().then(enter) }
    }

    /// Leaves it, and gives the trace that the request has by now.
    ///
    /// If it had none, that is the first one that was sampled meanwhile and that anything was measured in.
    pub fn leave(self) -> Option<Trace> {
        self.trace.or_else(|| self.working.as_ref().and_then(|_| Working::trace()))
    }
}
