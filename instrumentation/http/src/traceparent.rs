//! The trace that a client says its request is part of.

use http::{HeaderMap, HeaderName};
use kymo_core::Trace;

use crate::field;

/// The header of W3C Trace Context.
static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Whether a client says anything of a trace.
#[inline]
pub(crate) fn is_sent(headers: &HeaderMap) -> bool {
    field::is_there(headers, &TRACEPARENT)
}

/// The trace that a client says its request is part of, if it is sampled.
///
/// By W3C Trace Context, section 3.2.1, there is one header or none: who sends several says nothing.
pub(crate) fn read(headers: &HeaderMap) -> Option<Trace> {
    let mut sent = headers.get_all(&TRACEPARENT).iter();
    let (first, second) = (sent.next()?, sent.next());
    if second.is_some() { None } else { Trace::of_traceparent(first.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// Headers with `others` more.
    fn headers(sent: &[&'static str], others: usize) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for other in 0..others {
            let name = HeaderName::try_from(format!("x-forwarded-{other}")).unwrap();
            headers.append(name, HeaderValue::from_static(SENT));
        }
        for value in sent {
            headers.append("Traceparent", HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_trace_is_found_among_few_headers_and_among_many() {
        let trace = Trace::of_traceparent(SENT.as_bytes());
        assert!(trace.is_some());
        for others in (0..16).chain([1_000]) {
            let (none, one) = (headers(&[], others), headers(&[SENT], others));
            assert_eq!((is_sent(&none), read(&none)), (false, None), "{others}");
            assert_eq!((is_sent(&one), read(&one)), (true, trace), "{others}");
            let two = headers(&[SENT, SENT], others);
            assert_eq!((is_sent(&two), read(&two)), (true, None), "{others}");
            let broken = headers(&["00-"], others);
            assert_eq!((is_sent(&broken), read(&broken)), (true, None), "{others}");
        }
    }
}
