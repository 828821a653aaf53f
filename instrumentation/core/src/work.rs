//! The work that a thread does.

/// The work that a thread does, in one word: it is put back after each poll of something that is measured.
///
/// Each bit says one thing, and some go together: those of the trace, those of the account that the thread is lent, and
/// those of the layers around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Work(u16);

impl Work {
    /// It serves a request: what has no span is part of the request.
    const REQUEST: u16 = 1 << 0;
    /// It records an attempt, whose trace is known.
    const RECORD: u16 = 1 << 1;
    /// It has a trace.
    const TRACED: u16 = 1 << 2;
    /// A client said so: a tracer of this program knows better.
    const SENT: u16 = 1 << 3;
    /// All that is said of its trace.
    const TRACE: u16 = Self::REQUEST | Self::RECORD | Self::TRACED | Self::SENT;
    /// Nobody has looked yet whether OpenTelemetry's current context is there, or it has ended.
    const BLIND: u16 = 1 << 4;
    /// It is lent an account without entries.
    const OPEN: u16 = 1 << 5;
    /// It is lent an account that has entries.
    const ENTERED: u16 = 1 << 6;
    const LENT: u16 = Self::OPEN | Self::ENTERED;
    /// The layers around the code that it runs: the bit of the first kind, and that of the last.
    const LAYERS: u16 = 0b11 << 7;

    /// That of a thread in which nobody has looked for a context yet.
    pub(crate) const NEW: Self = Self(Self::BLIND);

    /// That of no thread.
    pub(crate) const CHANGED: Self = Self(u16::MAX);

    /// That of a thread that records an attempt.
    pub(crate) const RECORDING: Self = Self(Self::RECORD);

    /// It serves a request, whose trace may be `sent` by its client.
    #[inline]
    pub(crate) const fn request(is_sent: bool) -> Self {
        Self(Self::REQUEST | if is_sent { Self::SENT } else { 0 })
    }

    /// The same work, which serves a request that is part of it, and has its trace.
    #[inline]
    pub(crate) const fn request_within(self) -> Self {
        Self(Self::REQUEST | self.0 & !Self::RECORD)
    }

    /// What `self` says of a trace, with one or without, and what the thread does `now` besides.
    #[inline]
    pub(crate) const fn put(self, has_trace: bool, now: Self) -> Self {
        let trace = if has_trace { Self::TRACED } else { 0 };
        Self(self.0 & (Self::TRACE & !Self::TRACED) | trace | now.0 & !Self::TRACE)
    }

    /// The same work, whose trace a tracer of this program knows.
    pub(crate) const fn told(self) -> Self {
        Self(self.0 & !Self::SENT)
    }

    /// The same work, in a thread that sees OpenTelemetry's context, or does not.
    pub(crate) const fn seeing(self, is_clear: bool) -> Self {
        Self(self.0 & !Self::BLIND | if is_clear { 0 } else { Self::BLIND })
    }

    /// The same work, lent an account without entries.
    #[inline]
    pub(crate) const fn open(self) -> Self {
        Self(self.0 & !Self::LENT | Self::OPEN)
    }

    /// The same work, lent an account that has entries.
    pub(crate) const fn entered(self) -> Self {
        Self(self.0 & !Self::LENT | Self::ENTERED)
    }

    /// The same work, lent no account.
    pub(crate) const fn lent_none(self) -> Self {
        Self(self.0 & !Self::LENT)
    }

    /// The same work, inside the `layer` of this number.
    #[inline]
    pub(crate) const fn inside(self, layer: u8) -> Self {
        Self(self.0 | (0b1 << 7) << layer)
    }

    /// The same work, inside the layers that were around `before`.
    #[inline]
    pub(crate) const fn inside_as(self, before: Self) -> Self {
        Self(self.0 & !Self::LAYERS | before.0 & Self::LAYERS)
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

    /// Whether it is none: neither a request nor a record, without an account, and inside no layer.
    #[inline]
    pub(crate) const fn is_none(self) -> bool {
        !self.has(!Self::BLIND)
    }

    /// Whether it is lent an account.
    #[inline]
    pub(crate) const fn is_lent(self) -> bool {
        self.has(Self::LENT)
    }

    /// Whether the account that it is lent has no entries.
    #[inline]
    pub(crate) const fn is_open(self) -> bool {
        self.has(Self::OPEN)
    }

    /// Whether it is inside the `layer` of this number.
    #[inline]
    pub(crate) const fn is_inside(self, layer: u8) -> bool {
        self.has((0b1 << 7) << layer)
    }

    /// Whether any of these is so.
    const fn has(self, any: u16) -> bool {
        self.0 & any != 0
    }
}
