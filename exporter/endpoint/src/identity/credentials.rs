//! Reads the credentials of a client.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};

/// The credentials in the header `Authorization`.
#[derive(PartialEq, Eq)]
pub(super) enum Credentials {
    Basic { user: String, password: Vec<u8> },
    Bearer(Vec<u8>),
}

impl Credentials {
    /// Reads the only header `Authorization` (RFC 7617, RFC 6750); nothing if there are several, or it is
    /// of another kind, or malformed.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (value, None) = (values.next()?.as_bytes(), values.next()) else { return None };
        let at = value.iter().position(|byte| *byte == b' ')?;
        let (scheme, rest) = value.split_at(at);
        let rest = rest.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"bearer") {
            return Some(Self::Bearer(rest.to_vec()));
        }
        if !scheme.eq_ignore_ascii_case(b"basic") {
            return None;
        }
        let pair = STANDARD.decode(rest).ok()?;
        let colon = pair.iter().position(|byte| *byte == b':')?;
        let user = String::from_utf8(pair[..colon].to_vec()).ok()?;
        Some(Self::Basic { user, password: pair[colon + 1..].to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&str]) -> Option<Credentials> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        Credentials::of(&headers)
    }

    #[test]
    fn one_header_of_two_kinds_is_read() {
        let basic = |user: &str, password: &str| {
            Some(Credentials::Basic { user: user.to_owned(), password: password.into() })
        };
        assert!(of(&["Basic dTpw"]) == basic("u", "p"));
        assert!(of(&["basic  dTpw"]) == basic("u", "p"));
        assert!(of(&["BASIC dTpwOnE="]) == basic("u", "p:q"), "a password may have a colon");
        assert!(of(&["Basic Og=="]) == basic("", ""));
        assert!(of(&["Bearer abc"]) == Some(Credentials::Bearer(b"abc".to_vec())));
        for refused in [
            &[][..],
            &["Basic"],
            &["Basic dTp"],
            &["Basic dXA="],
            &["Digest a"],
            &["Basic dTpw"; 2],
        ] {
            assert!(of(refused).is_none(), "{refused:?}");
        }
    }
}
