//! Responses.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::rendered::Packed;

/// What a response has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Page,
    Script,
    Style,
    Document,
}

/// A response to a request with `headers`, compressed if the client reads that.
pub(crate) fn respond(headers: &HeaderMap, medium: Medium, packed: &Packed) -> Response<Bytes> {
    let gzip = packed.gzip.as_ref().filter(|_| reads_gzip(headers));
    let mut response = Response::new(gzip.unwrap_or(&packed.plain).clone());
    let to = response.headers_mut();
    if gzip.is_some() {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let length = gzip.unwrap_or(&packed.plain).len();
    to.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let (content_type, cache) = match medium {
        Medium::Page => ("text/html; charset=utf-8", FRESH),
        Medium::Script => ("text/javascript; charset=utf-8", FOR_EVER),
        Medium::Style => ("text/css; charset=utf-8", FOR_EVER),
        Medium::Document => ("application/json", FRESH),
    };
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, cache),
        (header::VARY, "accept-encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        to.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The same, for this once.
pub(crate) fn passing(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(FRESH));
    response
}

/// Whether the client reads gzip.
fn reads_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let codings = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    codings.into_iter().any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_gzip && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|it| it > 0.0))
    })
}

/// Nothing but what is beside the page: no script and no style in it, nothing of others, and no markup out of
/// strings.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";
const FRESH: &str = "no-store";
/// Its address changes with it.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_read_it() {
        for (accepted, expected) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip;q=x", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(reads_gzip(&headers), expected, "{accepted}");
        }
        assert!(!reads_gzip(&HeaderMap::new()));
    }
}
