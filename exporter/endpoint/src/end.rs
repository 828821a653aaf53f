//! How a scrape ends.

/// How a scrape ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Its client has all of the page.
    Complete,
    /// A source of metrics panicked.
    Panicked,
    /// Nothing was there in time.
    Late,
    /// Too many wait.
    Busy,
    /// The system has no thread left.
    NoThread,
    /// The page was taken away before it was sent.
    Withdrawn,
    /// The client left.
    Cancelled,
}

impl End {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 7] = [
        Self::Complete,
        Self::Panicked,
        Self::Late,
        Self::Busy,
        Self::NoThread,
        Self::Withdrawn,
        Self::Cancelled,
    ];

    /// As metrics call it; nothing on success.
    pub(crate) fn error(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::Panicked => Some("panic"),
            Self::Late => Some("timeout"),
            Self::Busy => Some("busy"),
            Self::NoThread => Some("thread"),
            Self::Withdrawn => Some("withdrawn"),
            Self::Cancelled => Some("cancelled"),
        }
    }
}
