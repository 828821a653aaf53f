//! The media of responses.

use kymo_exposition::Format;

/// The medium of a response: a page for scrapers in a format, or the one for humans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Page(Format),
    Html,
}

impl Medium {
    /// All of them, those first that somebody reads wherever there is an endpoint.
    pub(crate) const ALL: [Self; Format::ALL.len() + 1] = [
        Self::Page(Format::Text004),
        Self::Html,
        Self::Page(Format::Text100),
        Self::Page(Format::OpenMetrics001),
        Self::Page(Format::OpenMetrics100),
        Self::Page(Format::OpenMetrics200),
        Self::Page(Format::Protobuf),
    ];

    /// Its place among them.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_one_of_them() {
        let all = Format::ALL.into_iter().map(Medium::Page).chain([Medium::Html]);
        let mut places: Vec<_> = all
            .map(|medium| {
                assert_eq!(Medium::ALL[medium.index()], medium);
                medium.index()
            })
            .collect();
        places.sort_unstable();
        assert_eq!(places, (0..Medium::ALL.len()).collect::<Vec<_>>());
    }
}
