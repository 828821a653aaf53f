//! The work that a thread does.

/// The work that a thread does, in one byte: it is put back after each poll of something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Work(u8);

impl Work {
    /// It serves a request: what has no span is part of the request.
    const REQUEST: u8 = 1 << 0;
    /// It records an attempt, whose trace is known.
    const RECORD: u8 = 1 << 1;
    /// It has a trace.
    const TRACED: u8 = 1 << 2;
    /// A client said so: a tracer of this program knows better.
    const SENT: u8 = 1 << 3;
    /// Nobody has looked yet whether OpenTelemetry's current context is there, or it has ended.
    const BLIND: u8 = 1 << 4;

    /// That of a thread in which nobody has looked for a context yet.
    pub(crate) const NEW: Self = Self(Self::BLIND);

    /// That of a thread that records an attempt.
    pub(crate) const RECORDING: Self = Self(Self::RECORD);

    /// It serves a request, whose trace may be `sent` by its client.
    #[inline]
    pub(crate) const fn request(is_sent: bool) -> Self {
        Self(Self::REQUEST | if is_sent { Self::SENT } else { 0 })
    }

    /// It serves a request that is part of this work, and has its trace.
    #[inline]
    pub(crate) const fn request_within(self) -> Self {
        Self(Self::REQUEST | self.0 & (Self::TRACED | Self::SENT | Self::BLIND))
    }

    /// The same work, with a trace or without one, in a thread that sees as much as `now`.
    #[inline]
    pub(crate) const fn put(self, has_trace: bool, now: Self) -> Self {
        let trace = if has_trace { Self::TRACED } else { 0 };
        Self(self.0 & !(Self::TRACED | Self::BLIND) | trace | now.0 & Self::BLIND)
    }

    /// The same work, whose trace a tracer of this program knows.
    pub(crate) const fn told(self) -> Self {
        Self(self.0 & !Self::SENT)
    }

    /// The same work, in a thread that sees OpenTelemetry's context, or does not.
    pub(crate) const fn seeing(self, is_clear: bool) -> Self {
        Self(self.0 & !Self::BLIND | if is_clear { 0 } else { Self::BLIND })
    }

    /// Whether a span of OpenTelemetry's current context, which is there, is all that may give a trace to it.
    #[inline]
    pub(crate) const fn has_a_span_or_nothing(self) -> bool {
        !self.has(Self::TRACED | Self::RECORD | Self::BLIND)
    }

    /// Whether it may have a trace without a look at OpenTelemetry's context.
    #[inline]
    pub(crate) const fn may_be_traced(self) -> bool {
        self.is_traced() || !self.is_record()
    }

    #[inline]
    pub(crate) const fn is_traced(self) -> bool {
        self.has(Self::TRACED)
    }

    pub(crate) const fn is_record(self) -> bool {
        self.has(Self::RECORD)
    }

    #[inline]
    pub(crate) const fn is_sent(self) -> bool {
        self.has(Self::SENT)
    }

    pub(crate) const fn is_blind(self) -> bool {
        self.has(Self::BLIND)
    }

    /// Whether the first span of its work gives its trace to it.
    pub(crate) const fn takes_a_trace(self) -> bool {
        self.has(Self::REQUEST) && (self.is_sent() || !self.is_traced())
    }

    /// Whether any of these is so.
    const fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}
