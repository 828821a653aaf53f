//! What a page is written in.

/// What a page is written in: for scrapers, or for humans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Html,
}

impl Format {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 2] = [Self::Text, Self::Html];

    /// As metrics call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text/0.0.4",
            Self::Html => "html",
        }
    }
}
