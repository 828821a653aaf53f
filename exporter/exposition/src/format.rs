//! The formats of documents.

use std::fmt;

use crate::{Scheme, content_type};

/// A format that a document can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus's text 0.0.4, which every scraper reads.
    Text004,
    /// Prometheus's text 1.0.0: 0.0.4, with names of any characters in quotes.
    Text100,
    /// OpenMetrics 0.0.1: the document of 1.0.0 under its older name, without names in quotes.
    OpenMetrics001,
    /// OpenMetrics 1.0.0.
    OpenMetrics100,
    /// OpenMetrics 2.0.0, as its release candidate stands.
    OpenMetrics200,
    /// Messages `io.prometheus.client.MetricFamily`, each behind its length.
    Protobuf,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Text004,
        Self::Text100,
        Self::OpenMetrics001,
        Self::OpenMetrics100,
        Self::OpenMetrics200,
        Self::Protobuf,
    ];

    /// A short name for people and for metrics, such as `openmetrics/1.0.0`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text004 => "text/0.0.4",
            Self::Text100 => "text/1.0.0",
            Self::OpenMetrics001 => "openmetrics/0.0.1",
            Self::OpenMetrics100 => "openmetrics/1.0.0",
            Self::OpenMetrics200 => "openmetrics/2.0.0",
            Self::Protobuf => "protobuf",
        }
    }

    /// The scheme that escapes the names of a document in this format when `asked` is asked for.
    ///
    /// It is another one only where the format has no quotes for [`Scheme::AllowUtf8`]: then it is
    /// [`Scheme::Underscores`].
    pub const fn applied(self, asked: Scheme) -> Scheme {
        match (self, asked) {
            (Self::Text004 | Self::OpenMetrics001, Scheme::AllowUtf8) => Scheme::Underscores,
            _ => asked,
        }
    }

    /// The type and the subtype of documents in this format, such as `text` and `plain`.
    pub const fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Text004 | Self::Text100 => ("text", "plain"),
            Self::OpenMetrics001 | Self::OpenMetrics100 | Self::OpenMetrics200 => {
                ("application", "openmetrics-text")
            }
            Self::Protobuf => ("application", "vnd.google.protobuf"),
        }
    }

    /// The version that tells it from others of its [media type](Self::media_type); `None` where there are no others.
    pub const fn version(self) -> Option<&'static str> {
        match self {
            Self::Text004 => Some("0.0.4"),
            Self::Text100 | Self::OpenMetrics100 => Some("1.0.0"),
            Self::OpenMetrics001 => Some("0.0.1"),
            Self::OpenMetrics200 => Some("2.0.0"),
            Self::Protobuf => None,
        }
    }

    /// The last line of each document; empty where a document ends with its last family.
    pub const fn last_line(self) -> &'static str {
        match self {
            Self::OpenMetrics001 | Self::OpenMetrics100 | Self::OpenMetrics200 => "# EOF\n",
            Self::Text004 | Self::Text100 | Self::Protobuf => "",
        }
    }

    /// The `Content-Type` of a document in this format when this scheme is asked for: it says which one was
    /// [applied](Self::applied), unless every reader of the format expects just that.
    pub const fn content_type(self, asked: Scheme) -> &'static str {
        content_type::of(self, self.applied(asked))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_says_which_scheme_was_applied() {
        let of = |format: Format, scheme| format.content_type(scheme);
        assert_eq!(
            of(Format::Text004, Scheme::AllowUtf8),
            "text/plain; version=0.0.4; charset=utf-8",
        );
        assert_eq!(
            of(Format::Text004, Scheme::Values),
            "text/plain; version=0.0.4; charset=utf-8; escaping=values",
        );
        assert_eq!(
            of(Format::Text100, Scheme::AllowUtf8),
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
        );
        assert_eq!(
            of(Format::OpenMetrics001, Scheme::AllowUtf8),
            "application/openmetrics-text; version=0.0.1; charset=utf-8",
        );
        assert_eq!(
            of(Format::OpenMetrics100, Scheme::Underscores),
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        );
        assert_eq!(
            of(Format::OpenMetrics200, Scheme::Dots),
            "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=dots",
        );
        assert_eq!(
            of(Format::Protobuf, Scheme::AllowUtf8),
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; \
             encoding=delimited; escaping=allow-utf-8",
        );
    }

    #[test]
    fn the_content_type_is_the_media_type_the_version_and_the_scheme() {
        for format in Format::ALL {
            for scheme in Scheme::ALL {
                let (kind, subtype) = format.media_type();
                let version = match format.version() {
                    Some(version) => format!("version={version}; charset=utf-8"),
                    None => {
                        "proto=io.prometheus.client.MetricFamily; encoding=delimited".to_owned()
                    }
                };
                // Readers of these know no schemes.
                let is_old = matches!(format, Format::Text004 | Format::OpenMetrics001);
                let escaping = match (is_old, scheme) {
                    (true, Scheme::Underscores | Scheme::AllowUtf8) => String::new(),
                    _ => format!("; escaping={scheme}"),
                };
                let expected = format!("{kind}/{subtype}; {version}{escaping}");
                assert_eq!(format.content_type(scheme), expected);
            }
        }
    }

    #[test]
    fn a_document_ends_with_the_last_line_of_its_format() {
        for format in Format::ALL {
            let mut empty = Vec::new();
            crate::Writer::new(&mut empty, format, Scheme::Underscores).finish();
            assert_eq!(empty, format.last_line().as_bytes(), "{format}");
        }
    }

    #[test]
    fn no_two_formats_have_one_name_or_content_type() {
        for (index, format) in Format::ALL.into_iter().enumerate() {
            for other in &Format::ALL[..index] {
                assert_ne!(format.name(), other.name());
                let scheme = Scheme::Underscores;
                assert_ne!(format.content_type(scheme), other.content_type(scheme));
            }
        }
    }
}
