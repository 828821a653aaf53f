//! Any header.

use http::{HeaderMap, HeaderValue, header};
use kymo_exposition::Format;

use crate::{negotiation::negotiate, offer::Offer};

/// Reads these lines as what a client accepts, and sees that it gets something of each offer, and is told what.
pub(crate) fn assert_answered(lines: &[u8]) {
    let mut headers = HeaderMap::new();
    let lines = lines.split(|byte| *byte == b'\n').map(HeaderValue::from_bytes);
    headers.extend(lines.flatten().map(|line| (header::ACCEPT, line)));
    let offers = [Offer::default(), Offer::of([]), Offer::of(Format::ALL)];
    let with_fallbacks = Format::ALL.map(|format| Offer::of([]).or(format));
    for offer in offers.into_iter().chain(with_fallbacks) {
        let dialect = negotiate(&headers, offer);
        assert!(offer.has(dialect.format), "{dialect:?}");
        assert_eq!(dialect.scheme, dialect.format.applied(dialect.scheme), "{dialect:?}");
        let said = dialect.content_type();
        assert!(
            said.as_bytes().starts_with(b"text/plain")
                || said.as_bytes().starts_with(b"application/")
        );
        assert!(said.to_str().is_ok_and(|said| said.contains("; ")), "{said:?}");
    }
}
