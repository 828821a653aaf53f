//! One of the formats that a client accepts.

use kymo_exposition::{Format, Scheme};

use crate::list::{parameter, split, weight};

/// An item of `Accept`: one format or more, and how much the client wants them (RFC 9110, section 12.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MediaRange<'a> {
    kind: &'a str,
    subtype: &'a str,
    version: Option<&'a str>,
    proto: Option<&'a str>,
    encoding: Option<&'a str>,
    /// How names are escaped, if the client says something that there is.
    pub(crate) scheme: Option<Scheme>,
    /// In thousandths.
    pub(crate) weight: u16,
}

/// How exactly a format is named; the most exact range decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Anything,
    AnyOfType,
    AnyVersion,
    Version,
}

impl<'a> MediaRange<'a> {
    /// What an item says; nothing if it is malformed.
    ///
    /// Parameters that no format has mean nothing. The documentation of Prometheus writes `/` for `*/*`, and
    /// old clients `*`.
    pub(crate) fn parse(item: &'a str) -> Option<Self> {
        let mut parts = split(item, b';');
        let (kind, subtype) = match parts.next()? {
            "*" | "/" => ("*", "*"),
            name => name.split_once('/')?,
        };
        let (mut version, mut proto, mut encoding) = (None, None, None);
        let (mut escaping, mut quality) = (None, None);
        for (name, value) in parts.filter_map(parameter) {
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            let said = match () {
                () if is("q") => &mut quality,
                () if is("version") => &mut version,
                () if is("escaping") => &mut escaping,
                () if is("proto") => &mut proto,
                () if is("encoding") => &mut encoding,
                () => continue,
            };
            if said.replace(value).is_some() {
                return None;
            }
        }
        let weight = quality.map_or(Some(1000), weight)?;
        let scheme = escaping.and_then(scheme);
        Some(Self { kind, subtype, version, proto, encoding, scheme, weight })
    }

    /// How exactly it names `format`; nothing if it means others.
    pub(crate) fn names(&self, format: Format) -> Option<Precision> {
        let (kind, subtype) = format.media_type();
        if (self.kind, self.subtype) == ("*", "*") {
            return Some(Precision::Anything);
        }
        if !self.kind.eq_ignore_ascii_case(kind) {
            return None;
        }
        if self.subtype == "*" {
            return Some(Precision::AnyOfType);
        }
        if !self.subtype.eq_ignore_ascii_case(subtype) {
            return None;
        }
        let Some(known) = format.version() else {
            return self.is_delimited().then_some(Precision::Version);
        };
        match self.version {
            Some(wanted) => (wanted == known).then_some(Precision::Version),
            // Who names none wants the one that every client knows.
            None => is_oldest(format).then_some(Precision::AnyVersion),
        }
    }

    /// Whether it is the message of Prometheus, one after the other, each behind its length.
    fn is_delimited(&self) -> bool {
        let is = |said: Option<&str>, known| said.is_some_and(|it| it.eq_ignore_ascii_case(known));
        is(self.proto, "io.prometheus.client.MetricFamily") && is(self.encoding, "delimited")
    }
}

/// Whether it is what a media type means without a version.
fn is_oldest(format: Format) -> bool {
    matches!(format, Format::Text004 | Format::OpenMetrics100)
}

/// The scheme of that name, or of the one that the documentation of Prometheus has for it.
fn scheme(name: &str) -> Option<Scheme> {
    let name = if name.eq_ignore_ascii_case("allow-utf8") { "allow-utf-8" } else { name };
    Scheme::ALL.into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(item: &str) -> Vec<Format> {
        let range = MediaRange::parse(item).unwrap();
        Format::ALL.into_iter().filter(|format| range.names(*format).is_some()).collect()
    }

    #[test]
    fn a_range_names_the_formats_that_it_means_and_no_others() {
        for (item, expected) in [
            ("*/*", &Format::ALL[..]),
            ("/", &Format::ALL),
            ("*", &Format::ALL),
            ("text/*", &Format::ALL[..2]),
            ("application/*", &Format::ALL[2..]),
            ("text/plain", &[Format::Text004]),
            ("TEXT/Plain; Version = \"0.0.4\"", &[Format::Text004]),
            ("text/plain;version=1.0.0;escaping=dots", &[Format::Text100]),
            ("text/plain;version=2.0.0", &[]),
            ("text/plain;version=", &[]),
            ("application/openmetrics-text", &[Format::OpenMetrics100]),
            (
                "application/openmetrics-text; version=0.0.1; charset=utf-8",
                &[Format::OpenMetrics001],
            ),
            ("application/openmetrics-text;version=2.0.0", &[Format::OpenMetrics200]),
            ("application/openmetrics-text;version=1", &[]),
            (DELIMITED, &[Format::Protobuf]),
            ("application/vnd.google.protobuf", &[]),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", &[]),
            ("application/vnd.google.protobuf;proto=other.Message;encoding=delimited", &[]),
            ("text/html", &[]),
            ("*/plain", &[]),
            ("application/json", &[]),
        ] {
            assert_eq!(named(item), expected, "{item}");
        }
    }

    const DELIMITED: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

    #[test]
    fn what_is_malformed_says_nothing() {
        for item in
            ["", " ", "text", ";q=1", "text/plain;q=2", "text/plain;q=", "text/plain;q=0.5;q=0.6"]
        {
            assert_eq!(MediaRange::parse(item), None, "{item}");
        }
        let lenient = MediaRange::parse("text/plain;;nothing; =;x=y;q=0.5;version=0.0.4;").unwrap();
        assert_eq!((lenient.weight, lenient.version), (500, Some("0.0.4")));
    }

    #[test]
    fn a_scheme_is_one_that_there_is() {
        for (item, expected) in [
            ("text/plain", None),
            ("text/plain;escaping=allow-utf-8", Some(Scheme::AllowUtf8)),
            ("text/plain;escaping=allow-utf8", Some(Scheme::AllowUtf8)),
            ("text/plain;escaping=\"Dots\"", Some(Scheme::Dots)),
            ("text/plain;escaping=values", Some(Scheme::Values)),
            ("text/plain;escaping=underscores", Some(Scheme::Underscores)),
            ("text/plain;escaping=\r\nSet-Cookie:", None),
        ] {
            assert_eq!(MediaRange::parse(item).unwrap().scheme, expected, "{item}");
        }
    }
}
