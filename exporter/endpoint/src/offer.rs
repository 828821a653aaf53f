//! The formats that clients can have.

use kymo_exposition::Format;

/// The formats that clients can have, and the one of those who ask for none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    /// In the order of [`Offer::FORMATS`].
    has: [bool; Self::FORMATS.len()],
    pub(crate) fallback: Format,
    /// Whether OpenMetrics 1 says when counting began, by samples of their own.
    pub(crate) has_created: bool,
}

impl Offer {
    /// All formats that there are, in the order in which those who do not mind get them.
    pub(crate) const FORMATS: [Format; Format::ALL.len()] = [
        Format::Text004,
        Format::OpenMetrics100,
        Format::Text100,
        Format::OpenMetrics001,
        Format::Protobuf,
        Format::OpenMetrics200,
    ];

    /// These formats, and text 0.0.4, which every client reads.
    pub(crate) fn of(formats: impl IntoIterator<Item = Format>) -> Self {
        let has = [false; Self::FORMATS.len()];
        let mut offer = Self { has, fallback: Format::Text004, has_created: false };
        formats.into_iter().chain([Format::Text004]).for_each(|format| offer.add(format));
        offer
    }

    /// These formats instead, and those that cannot be taken away.
    pub(crate) fn with(self, formats: impl IntoIterator<Item = Format>) -> Self {
        Self { has_created: self.has_created, ..Self::of(formats).or(self.fallback) }
    }

    /// The same, with `format` for those who ask for none of them, which is one of them then.
    pub(crate) fn or(self, format: Format) -> Self {
        let mut offer = Self { fallback: format, ..self };
        offer.add(format);
        offer
    }

    /// The same, where OpenMetrics 1 says when counting began.
    pub(crate) fn with_created(self) -> Self {
        Self { has_created: true, ..self }
    }

    fn add(&mut self, format: Format) {
        for (known, has) in Self::FORMATS.into_iter().zip(&mut self.has) {
            *has |= known == format;
        }
    }

    /// Whether clients can have it.
    pub(crate) fn has(self, format: Format) -> bool {
        Self::FORMATS.into_iter().zip(self.has).any(|(known, has)| has && known == format)
    }

    /// All of them.
    pub(crate) fn formats(self) -> impl Iterator<Item = Format> {
        Self::FORMATS.into_iter().filter(move |format| self.has(*format))
    }
}

impl Default for Offer {
    /// All but OpenMetrics 2.0, which is not finished.
    fn default() -> Self {
        Self::of(Self::FORMATS.into_iter().filter(|format| *format != Format::OpenMetrics200))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_can_be_offered() {
        for format in Format::ALL {
            assert!(Offer::of([format]).has(format), "{format}");
        }
    }
}
