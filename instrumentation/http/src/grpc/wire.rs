//! How the messages of a call are carried.

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::field;

/// How the messages of a call are carried, as its content type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// Messages as they are, and the status in the trailers: `application/grpc`.
    Plain,
    /// The trailers are the last frame of the body: `application/grpc-web`.
    Web,
    /// As that, in base64: `application/grpc-web-text`.
    WebText,
}

/// The longest first.
const TYPES: [(&[u8], Wire); 3] = [
    (b"application/grpc-web-text", Wire::WebText),
    (b"application/grpc-web", Wire::Web),
    (b"application/grpc", Wire::Plain),
];

impl Wire {
    /// As the content type among `headers` says; `None` if it is not gRPC's.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = field::find(headers, &CONTENT_TYPE)?.as_bytes();
        // One letter tells most others apart.
        if !value.get("application/".len())?.eq_ignore_ascii_case(&b'g') {
            return None;
        }
        let is_essence = |essence: &[u8]| {
            value.get(..essence.len()).is_some_and(|start| start.eq_ignore_ascii_case(essence))
                && matches!(value.get(essence.len()), None | Some(b'+' | b';' | b' ' | b'\t'))
        };
        TYPES.iter().find(|(essence, _)| is_essence(essence)).map(|(_, wire)| *wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_tells_what_is_grpc() {
        for (value, expected) in [
            ("application/grpc", Some(Wire::Plain)),
            ("application/grpc+proto", Some(Wire::Plain)),
            ("application/grpc+json", Some(Wire::Plain)),
            ("application/grpc; charset=utf-8", Some(Wire::Plain)),
            ("Application/gRPC", Some(Wire::Plain)),
            ("application/grpc-web", Some(Wire::Web)),
            ("application/grpc-web+proto", Some(Wire::Web)),
            ("application/grpc-web-text", Some(Wire::WebText)),
            ("application/grpc-web-text+proto", Some(Wire::WebText)),
            ("application/grpcs", None),
            ("application/grpc-webs", None),
            ("application/grpc-web-texts", None),
            ("application/grp", None),
            ("application/json", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
            assert_eq!(Wire::of(&headers), expected, "{value}");
        }
        assert_eq!(Wire::of(&HeaderMap::new()), None);
    }
}
