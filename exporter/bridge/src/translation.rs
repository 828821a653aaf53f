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
/// scraper asks for, no two series are the same. The name is the one with underscores as soon as there are
/// two, and remains so until the process ends.
///
/// Where the specification and the translator of Prometheus (`otlptranslator`) differ, the name is that of the
/// specification: a gauge `memory_bytes_used` of `By` is `memory_bytes_used_bytes`, and there has no suffix; a
/// counter `total.requests` is `total_requests_total`, and there `requests_total`; `a.` is `a_`, and there `a`;
/// `By/min` is `bytes_per_minute`, and there `bytes_per_min`; `megabytes` of `By` is `megabytes_bytes` with
/// UTF-8, too; and the label of a key `1st` is `_1st`, and there `key_1st`.
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
    /// `OpenMetrics` has no counters without `_total`: they are of unknown type there. Two metrics that
    /// differ in their unit alone are then one family.
    UnderscoreEscapingWithoutSuffixes,
    /// Names stay as they are, and end in their unit and in `_total`: a counter's `jobs.total` is `jobs_total`.
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
