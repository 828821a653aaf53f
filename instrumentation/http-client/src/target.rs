//! The server that a request is for.

use std::borrow::Cow;

use http::{HeaderMap, Uri, header::HOST, uri::Authority};

/// The server that a request is for, by the target of the request: its scheme, host and port.
///
/// `HTTP://User:Secret@Example.ORG/books` is for `example.org`, port 80, over `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    pub(crate) scheme: Option<Cow<'a, str>>,
    pub(crate) address: Option<Cow<'a, str>>,
    pub(crate) port: Option<u16>,
}

impl<'a> Target<'a> {
    /// The server of a target that is written with this scheme, host and port.
    ///
    /// Capital letters become small ones, an IPv6 address loses its brackets, an empty host is none, and a
    /// port that is not written is the usual one of `http` or `https`, or unknown.
    pub fn new(scheme: Option<&'a str>, host: Option<&'a str>, port: Option<u16>) -> Self {
        let scheme = scheme.map(lower_case);
        let host = host.map(without_brackets).filter(|host| !host.is_empty());
        let port = port.or_else(|| usual_port(scheme.as_deref()?));
        Self { scheme, address: host.map(lower_case), port: host.and(port) }
    }

    /// The server of a request: as its target says, or else its `Host` header.
    pub fn of(uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        let authority =
            uri.authority().map(Cow::Borrowed).or_else(|| host(headers).map(Cow::Owned));
        match authority {
            Some(Cow::Borrowed(at)) => Self::new(uri.scheme_str(), Some(at.host()), at.port_u16()),
            Some(Cow::Owned(at)) => {
                let of_host = Target::new(uri.scheme_str(), Some(at.host()), at.port_u16());
                let address = of_host.address.map(|address| Cow::Owned(address.into_owned()));
                let scheme = uri.scheme_str().map(lower_case);
                Self { scheme, address, port: of_host.port }
            }
            None => Self::new(uri.scheme_str(), None, None),
        }
    }

    /// The same server, or the one given if this one is not known.
    pub(crate) fn or<'b>(self, server: Option<&'b (String, Option<u16>)>) -> Target<'b>
    where
        'a: 'b,
    {
        match (&self.address, server) {
            (None, Some((address, port))) => {
                let port = port.or_else(|| usual_port(self.scheme.as_deref()?));
                Target { address: Some(Cow::Borrowed(address)), port, ..self }
            }
            _ => self,
        }
    }
}

/// The authority that the `Host` header names.
fn host(headers: &HeaderMap) -> Option<Authority> {
    Authority::try_from(headers.get(HOST)?.as_bytes()).ok()
}

fn lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The port that a target of this scheme leaves unsaid.
fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}
