//! The scheme a client used.

use http::{HeaderMap, header::FORWARDED, uri};
use kymo_core::{Bounded, KnownValues};

use crate::RequestHead;

/// The schemes that keep their name; any other becomes `_OTHER`.
pub(crate) const SCHEMES: KnownValues = KnownValues::of(&["http", "https"]);

/// Where to learn the scheme from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SchemeSource {
    /// What to report of a request that does not say, which is every HTTP/1.1 request.
    pub(crate) unsaid: Bounded,
    /// Whether a proxy in front is known to set, or remove, the forwarding headers.
    pub(crate) trust_forwarded: bool,
}

impl SchemeSource {
    pub(crate) fn plain() -> Self {
        Self { unsaid: SCHEMES.bound("http"), trust_forwarded: false }
    }

    /// The original client's scheme if a trusted header tells it, else the immediate peer's.
    pub(crate) fn scheme(self, head: &RequestHead<'_>) -> Bounded {
        let forwarded = if self.trust_forwarded { forwarded(head.headers) } else { None };
        forwarded.or_else(|| head.uri.scheme().map(of_uri)).unwrap_or(self.unsaid)
    }
}

fn of_uri(scheme: &uri::Scheme) -> Bounded {
    SCHEMES.bound(scheme.as_str())
}

/// The scheme the first proxy saw: `proto` of `Forwarded` (RFC 7239), or `X-Forwarded-Proto`.
fn forwarded(headers: &HeaderMap) -> Option<Bounded> {
    let standard = headers.get(FORWARDED).and_then(|value| value.to_str().ok());
    if let Some(proto) = standard.and_then(proto_of_first_element) {
        return Some(bound(proto));
    }
    let customary = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok())?;
    customary.split(',').next().map(bound)
}

/// `https` of `for=192.0.2.60;proto=https;by=203.0.113.43, for=198.51.100.17`.
fn proto_of_first_element(forwarded: &str) -> Option<&str> {
    let first = forwarded.split(',').next()?;
    first.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("proto").then(|| value.trim().trim_matches('"'))
    })
}

fn bound(proto: &str) -> Bounded {
    // Schemes are case-insensitive (RFC 3986, section 3.1).
    SCHEMES.bound(&proto.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn scheme(trust_forwarded: bool, uri: &str, headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let source = SchemeSource { trust_forwarded, ..SchemeSource::plain() };
        SCHEMES.value(source.scheme(&RequestHead::of(&request))).to_owned()
    }

    #[test]
    fn a_request_that_does_not_say_is_plain_http() {
        assert_eq!(scheme(true, "/books", &[]), "http");
    }

    #[test]
    fn the_target_tells_the_scheme_and_a_strange_one_becomes_other() {
        assert_eq!(scheme(false, "https://example.org/books", &[]), "https");
        assert_eq!(scheme(false, "gopher://example.org/books", &[]), "_OTHER");
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
