//! The strategies by which names become those of Prometheus.

use std::fmt;

use crate::spelling::Spelling;

/// How the names of instruments and attributes become those of families and labels.
///
/// For a counter `foo.bar` of bytes:
///
/// | strategy | name |
/// |---|---|
/// | [`UnderscoreEscapingWithSuffixes`](Self::UnderscoreEscapingWithSuffixes) | `foo_bar_bytes_total` |
/// | [`UnderscoreEscapingWithoutSuffixes`](Self::UnderscoreEscapingWithoutSuffixes) | `foo_bar` |
/// | [`NoUtf8EscapingWithSuffixes`](Self::NoUtf8EscapingWithSuffixes) | `foo.bar_bytes_total` |
/// | [`NoTranslation`](Self::NoTranslation) | `foo.bar` |
///
/// A format that cannot write the name escapes it once more: text 0.0.4 has `foo_bar` for `foo.bar`. A
/// `prometheus::Registry` knows the names with underscores only, whatever the strategy is.
///
/// Names that are one with underscores are one family, or one label, in every strategy: whichever a
/// scraper asks for, no two series are the same.
///
/// These are the strategies of the OpenTelemetry specification, "Metrics Exporter - Prometheus", section
/// Translation Strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Translation {
    /// Discouraged characters become `_`, and names end in their unit and in `_total`.
    #[default]
    UnderscoreEscapingWithSuffixes,
    /// Discouraged characters become `_`, and nothing is added.
    ///
    /// `OpenMetrics` has no counters without `_total`: they are of unknown type there. Two metrics that differ in their unit alone are then one family.
    UnderscoreEscapingWithoutSuffixes,
    /// Names stay as they are, and end in their unit and in `_total`.
    NoUtf8EscapingWithSuffixes,
    /// Names stay as they are.
    ///
    /// `OpenMetrics` has no counters without `_total`: they are of unknown type there. Two metrics that
    /// differ in their unit alone are then one family.
    NoTranslation,
}

impl Translation {
    /// All strategies, the default first.
    pub const ALL: [Self; 4] = [
        Self::UnderscoreEscapingWithSuffixes,
        Self::UnderscoreEscapingWithoutSuffixes,
        Self::NoUtf8EscapingWithSuffixes,
        Self::NoTranslation,
    ];

    /// The name that the specification has for it, such as `NoUTF8EscapingWithSuffixes`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnderscoreEscapingWithSuffixes => "UnderscoreEscapingWithSuffixes",
            Self::UnderscoreEscapingWithoutSuffixes => "UnderscoreEscapingWithoutSuffixes",
            Self::NoUtf8EscapingWithSuffixes => "NoUTF8EscapingWithSuffixes",
            Self::NoTranslation => "NoTranslation",
        }
    }

    /// Whether names end in their unit and in `_total`.
    pub(crate) const fn has_suffixes(self) -> bool {
        matches!(self, Self::UnderscoreEscapingWithSuffixes | Self::NoUtf8EscapingWithSuffixes)
    }

    pub(crate) const fn spelling(self) -> Spelling {
        match self {
            Self::UnderscoreEscapingWithSuffixes | Self::UnderscoreEscapingWithoutSuffixes => {
                Spelling::Underscores
            }
            Self::NoUtf8EscapingWithSuffixes | Self::NoTranslation => Spelling::Utf8,
        }
    }
}

impl fmt::Display for Translation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
