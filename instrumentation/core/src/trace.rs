//! Spans of traces, by their numbers.

use std::num::NonZeroU64;

use crate::{here, traceparent};

/// A span of a sampled trace, by its numbers: it leads from an observation to what happened meanwhile.
///
/// ```
/// use kymo_core::Trace;
///
/// let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let trace = Trace::of_traceparent(sent.as_bytes()).unwrap();
/// assert_eq!(trace.span_id(), [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]);
/// // Its last number says that nobody keeps this trace.
/// assert_eq!(Trace::of_traceparent(sent.replace("-01", "-00").as_bytes()), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    high: u64,
    low: u64,
    // Never zero, so that no trace takes no more room than one.
    span: NonZeroU64,
}

impl Trace {
    /// The span `span_id` of the trace `trace_id`; `None` where either is all zeros, which is no number
    /// (W3C Trace Context, section 3.2.2).
    pub fn new(trace_id: [u8; 16], span_id: [u8; 8]) -> Option<Self> {
        let trace_id = u128::from_be_bytes(trace_id);
        let span = NonZeroU64::new(u64::from_be_bytes(span_id))?;
        #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
        let (high, low) = ((trace_id >> 64) as u64, trace_id as u64);
        (trace_id != 0).then_some(Self { high, low, span })
    }

    /// The span that the header `traceparent` of a request names, if its trace is sampled.
    ///
    /// A header that does not keep to W3C Trace Context, section 3.2, names none.
    pub fn of_traceparent(header: &[u8]) -> Option<Self> {
        traceparent::parse(header)
    }

    /// The span that this thread works for: the sampled one of OpenTelemetry's current context, or else that
    /// of the request that it [serves](crate::Serving).
    ///
    /// Where OpenTelemetry has a span that is not sampled, there is none, whatever the request says.
    #[inline]
    pub fn current() -> Option<Self> {
        here::trace()
    }

    /// Whether there may be a [current](Self::current) one: most often there is none, and this look for one is all
    /// that it costs.
    #[inline]
    pub fn may_be_current() -> bool {
        here::may_be_traced()
    }

    /// Whether OpenTelemetry has a span on this thread, be it sampled or not: a tracer of this program
    /// decides then, and no header.
    pub fn is_decided() -> bool {
        here::has_span()
    }

    /// Whether anybody keeps traces beside what is measured; otherwise nobody need look for one.
    #[inline]
    pub fn is_wanted() -> bool {
        here::is_wanted()
    }

    /// The number of the trace, the most significant byte first.
    pub fn trace_id(self) -> [u8; 16] {
        ((u128::from(self.high) << 64) | u128::from(self.low)).to_be_bytes()
    }

    /// The number of the span, the most significant byte first.
    pub fn span_id(self) -> [u8; 8] {
        self.span.get().to_be_bytes()
    }
}
