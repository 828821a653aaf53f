//! The scheme a client used.

use http::{HeaderMap, Version, header::FORWARDED};
use kymo_core::{Bounded, KnownValues};
use opentelemetry::KeyValue;

use crate::{RequestHead, key};

/// The schemes that keep their name; any other becomes `_OTHER`.
pub(crate) const SCHEMES: KnownValues = KnownValues::of(&["http", "https"]);

/// The attribute of a scheme.
pub(crate) fn attribute(scheme: Bounded) -> KeyValue {
    key::URL_SCHEME.of(SCHEMES.text(scheme))
}

/// The sources of a scheme, in the order in which they are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemeSource {
    /// The scheme where no trusted header tells it.
    ///
    /// The target of a request may name a scheme (RFC 9112, section 3.2.2; RFC 9113, section 8.3.1),
    /// but that is the client's word: whether the connection has TLS is known to whoever set up the
    /// server.
    pub(crate) unsaid: Bounded,
    /// Whether a proxy in front is known to set, or remove, the forwarding headers.
    pub(crate) trust_forwarded: bool,
}

impl SchemeSource {
    pub(crate) fn plain() -> Self {
        Self { unsaid: SCHEMES.bound("http"), trust_forwarded: false }
    }

    /// The original client's scheme if a trusted header tells it, else that of the connection.
    pub(crate) fn scheme(self, head: &RequestHead<'_>) -> Bounded {
        let forwarded = if self.trust_forwarded { forwarded(head.headers) } else { None };
        forwarded.unwrap_or_else(|| self.of_connection(head.version))
    }

    fn of_connection(self, version: Version) -> Bounded {
        // HTTP/3 has no form without TLS (RFC 9114, section 3).
        if version == Version::HTTP_3 { SCHEMES.bound("https") } else { self.unsaid }
    }
}

/// The scheme the first proxy saw: `proto` of `Forwarded` (RFC 7239), or `X-Forwarded-Proto`.
fn forwarded(headers: &HeaderMap) -> Option<Bounded> {
    let standard = headers.get(FORWARDED).and_then(|value| value.to_str().ok());
    let customary = || headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    standard
        .and_then(proto_of_first_element)
        .and_then(bound)
        .or_else(|| customary()?.split(',').next().and_then(bound))
}

/// `https` of `for=192.0.2.60;proto=https;by=203.0.113.43, for=198.51.100.17`.
fn proto_of_first_element(forwarded: &str) -> Option<&str> {
    let mut quoted = false;
    // A quoted string may have separators in it (RFC 7239, section 4).
    let mut separates = |char| {
        quoted ^= char == '"';
        !quoted && matches!(char, ',' | ';')
    };
    let mut rest = forwarded;
    loop {
        let end = rest.find(&mut separates);
        let pair = &rest[..end.unwrap_or(rest.len())];
        if let Some((name, value)) = pair.split_once('=')
            && name.trim().eq_ignore_ascii_case("proto")
        {
            return Some(value.trim().trim_matches('"'));
        }
        let end = end.filter(|end| rest.as_bytes()[*end] == b';')?;
        rest = &rest[end + 1..];
    }
}

/// The scheme that `proto` names; `None` if it is empty, which says nothing.
fn bound(proto: &str) -> Option<Bounded> {
    // Schemes are case-insensitive (RFC 3986, section 3.1).
    let proto = proto.trim().to_ascii_lowercase();
    let scheme = match proto.as_str() {
        "" => return None,
        // Some proxies name the protocol that an upgrade will lead to.
        "ws" => "http",
        "wss" => "https",
        other => other,
    };
    Some(SCHEMES.bound(scheme))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn scheme(trust_forwarded: bool, uri: &str, headers: &[(&str, &str)]) -> String {
        scheme_over(Version::HTTP_2, trust_forwarded, uri, headers)
    }

    fn scheme_over(
        version: Version,
        trust_forwarded: bool,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> String {
        let mut request = Request::builder().uri(uri).version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let source = SchemeSource { trust_forwarded, ..SchemeSource::plain() };
        SCHEMES.value(source.scheme(&RequestHead::of(&request))).to_owned()
    }

    #[test]
    fn the_scheme_a_client_names_is_not_believed() {
        for version in [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2] {
            for target in ["https://example.org/books", "gopher://example.org/books"] {
                assert_eq!(
                    scheme_over(version, false, target, &[]),
                    "http",
                    "{version:?} {target}"
                );
            }
        }
        assert_eq!(scheme_over(Version::HTTP_3, false, "http://example.org/", &[]), "https");
    }

    #[test]
    fn a_forwarded_scheme_is_read_as_proxies_write_it() {
        for (header, value, expected) in [
            ("x-forwarded-proto", "wss", "https"),
            ("x-forwarded-proto", "", "http"),
            ("x-forwarded-proto", ",https", "http"),
            ("forwarded", "proto=", "http"),
            ("forwarded", "for=\"a,b;proto=gopher\";proto=https", "https"),
            ("forwarded", "for=a, proto=https", "http"),
        ] {
            assert_eq!(scheme(true, "/", &[(header, value)]), expected, "{header}: {value}");
        }
    }

    #[test]
    fn a_request_that_does_not_say_is_plain_http() {
        assert_eq!(scheme(true, "/books", &[]), "http");
    }

    #[test]
    fn forwarding_headers_are_heard_only_when_trusted() {
        let header = [("x-forwarded-proto", "https")];
        assert_eq!(scheme(false, "/books", &header), "http");
        assert_eq!(scheme(true, "/books", &header), "https");
    }

    #[test]
    fn the_first_proxy_is_the_one_that_saw_the_client() {
        assert_eq!(scheme(true, "/", &[("x-forwarded-proto", "HTTPS, http")]), "https");
        let chain = "for=192.0.2.60;Proto=\"https\";by=203.0.113.43, for=198.51.100.17;proto=http";
        assert_eq!(scheme(true, "/", &[("forwarded", chain)]), "https");
    }

    #[test]
    fn an_invented_forwarded_scheme_becomes_other() {
        assert_eq!(scheme(true, "/", &[("x-forwarded-proto", "x".repeat(500).as_str())]), "_OTHER");
    }
}
