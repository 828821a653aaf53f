//! What a response is written in.

use kymo_exposition::Format;

/// What a response is written in: a page for scrapers, or the one for humans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Page(Format),
    Html,
}

impl Medium {
    /// All of them, those first that somebody reads wherever there is an endpoint.
    pub(crate) const ALL: [Self; 7] = [
        Self::Page(Format::Text004),
        Self::Html,
        Self::Page(Format::Text100),
        Self::Page(Format::OpenMetrics001),
        Self::Page(Format::OpenMetrics100),
        Self::Page(Format::OpenMetrics200),
        Self::Page(Format::Protobuf),
    ];

    /// Its place among them; that of the first for a format that is none of them.
    pub(crate) fn index(self) -> usize {
        Self::ALL.iter().position(|medium| *medium == self).unwrap_or(0)
    }

    /// As metrics call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page(format) => format.name(),
            Self::Html => "html",
        }
    }
}
