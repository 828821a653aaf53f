//! The status code of an exchange.

/// The status code of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    /// The exchange ended before there was one.
    NotSent,
    Sent(u16),
    /// There was one, but no room for another series.
    Folded {
        server_error: bool,
    },
}

impl Status {
    pub(crate) fn is_server_error(self) -> bool {
        match self {
            Self::NotSent => false,
            Self::Sent(code) => (500..600).contains(&code),
            Self::Folded { server_error } => server_error,
        }
    }
}
