//! How a document is encoded on its way.

use http::{HeaderMap, HeaderValue, header};

use crate::{
    list::{items, parameter, split, weight},
    zstandard,
};

/// A content coding that a scraper may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Zstd];

    /// The one that `Accept-Encoding` gives the most weight (RFC 9110, section 12.5.3); of equals, the one
    /// that makes the shortest document.
    ///
    /// A header that allows nothing we have, or that nobody can read, gets the document as it is.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        Self::of(headers, zstandard::IS_SPOKEN)
    }

    fn of(headers: &HeaderMap, speaks_zstd: bool) -> Self {
        let mut weights = Weights::default();
        items(headers, header::ACCEPT_ENCODING).for_each(|item| weights.hear(item));
        if !speaks_zstd {
            weights.zstd = None;
        }
        weights.best()
    }

    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// As `Content-Encoding` names it; nothing for a document as it is.
    pub(crate) fn name(self) -> Option<HeaderValue> {
        (self != Self::Identity).then(|| HeaderValue::from_static(self.as_str()))
    }
}

/// The weight that the header gives each coding, in thousandths.
#[derive(Default)]
struct Weights {
    identity: Option<u16>,
    gzip: Option<u16>,
    zstd: Option<u16>,
    any_other: Option<u16>,
}

impl Weights {
    fn hear(&mut self, item: &str) {
        let mut parts = split(item, b';');
        let coding = parts.next().unwrap_or_default();
        let weight = match (parts.next(), parts.next()) {
            (None, _) => Some(1000),
            (Some(part), None) => parameter(part)
                .filter(|(name, _)| name.eq_ignore_ascii_case("q"))
                .and_then(|(_, value)| weight(value)),
            _ => None,
        };
        let Some(weight) = weight else { return };
        let is = |name: &str| coding.eq_ignore_ascii_case(name);
        let said = match coding {
            "*" => &mut self.any_other,
            _ if is("identity") => &mut self.identity,
            _ if is("gzip") || is("x-gzip") => &mut self.gzip,
            _ if is("zstd") => &mut self.zstd,
            _ => return,
        };
        *said = Some(weight);
    }

    fn best(&self) -> Encoding {
        // Who names no coding gets the one that everybody knows.
        let gzip = self.gzip.or(self.any_other).unwrap_or(0);
        let zstd = self.zstd.unwrap_or(0);
        // Without a word of it, it is allowed, and wanted less than what is named.
        let identity = self.identity.unwrap_or(0);
        match gzip.max(zstd).max(identity) {
            0 => Encoding::Identity,
            best if best == zstd => Encoding::Zstd,
            best if best == gzip => Encoding::Gzip,
            _ => Encoding::Identity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding::*, *};

    #[test]
    fn the_weightiest_coding_is_chosen() {
        for (header, expected) in [
            ("", Identity),
            ("gzip", Gzip),
            ("GZip", Gzip),
            ("x-gzip", Gzip),
            ("zstd", Zstd),
            ("gzip, zstd", Zstd),
            ("zstd, gzip", Zstd),
            ("deflate, gzip, br, zstd", Zstd),
            ("gzip;q=1.0, zstd;q=0.9", Gzip),
            ("gzip ; q=0.5 , zstd;Q=0.501", Zstd),
            ("gzip;q=0.1, identity", Identity),
            ("gzip;q=0.5, identity;q=0.5", Gzip),
            ("identity;q=0.1, gzip;q=0.001", Identity),
            ("gzip;q=0", Identity),
            ("gzip;q=0, *", Identity),
            ("*", Gzip),
            ("*;q=0", Identity),
            ("identity;q=0, gzip;q=0", Identity),
            ("identity;q=0", Identity),
            ("br", Identity),
            ("gzip;q=2, zstd;q=0.1", Zstd),
            ("gzip;q=1.5", Identity),
            ("gzip;q=0.1234", Identity),
            ("gzip;q=", Identity),
            ("gzip;q=-1", Identity),
            ("gzip;level=9", Identity),
            ("gzip;q=1;q=0", Identity),
            ("gzip;q=1.000", Gzip),
            ("gzip;q=0.", Identity),
            (",, ,gzip,", Gzip),
            ("gzip zstd", Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(Encoding::of(&headers, true), expected, "{header}");
        }
        assert_eq!(Encoding::of(&HeaderMap::new(), true), Identity);
        let mut several = HeaderMap::new();
        several.append(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        several.append(header::ACCEPT_ENCODING, HeaderValue::from_static("zstd;q=0.1"));
        assert_eq!(Encoding::of(&several, true), Gzip);
        several.append(header::ACCEPT_ENCODING, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(Encoding::of(&several, true), Gzip);
    }

    #[test]
    fn zstd_is_a_coding_like_any_unknown_one_where_it_is_not_spoken() {
        for (header, expected) in [
            ("zstd", Identity),
            ("zstd, identity;q=0", Identity),
            ("gzip;q=0.1, zstd", Gzip),
            ("deflate, gzip, br, zstd", Gzip),
            ("zstd;q=0, *", Gzip),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(Encoding::of(&headers, false), expected, "{header}");
        }
    }
}
