//! The URL of a receiver, and the headers of each request to it.

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, uri::Scheme};

use crate::{Destination, Error, Protocol, shown::shown};

/// The parsed URL of a receiver.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) uri: Uri,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encrypted: bool,
}

impl Endpoint {
    /// The endpoint of a destination, or an error with the URL as it may be shown.
    pub(crate) fn of(destination: &Destination) -> Result<Self, Error> {
        let given = destination.endpoint.trim();
        Self::parse(given, destination)
            .map_err(|problem| Error::Endpoint { endpoint: shown(given), problem })
    }

    /// Parses a URL; the error says what is wrong with it, and repeats nothing of it.
    fn parse(given: &str, destination: &Destination) -> Result<Self, String> {
        let scheme = match destination.protocol {
            Protocol::Grpc if !given.contains("://") && destination.insecure => "http://",
            Protocol::Grpc if !given.contains("://") => "https://",
            _ => "",
        };
        let uri: Uri = format!("{scheme}{given}").parse().map_err(|_| "it is not a URL")?;
        let encrypted = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) => return Err(format!("its scheme is {scheme}, not http or https")),
            None => return Err("it has no scheme".into()),
        };
        let authority = uri.authority().ok_or("it has no host")?;
        if authority.as_str().contains('@') {
            return Err("it has a user or a password, which belong into a header".into());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err("it has no host".into());
        }
        let written = authority.as_str().rsplit_once(':').filter(|(_, port)| !port.contains(']'));
        let port = match (authority.port_u16(), written) {
            (Some(port), _) => port,
            (None, Some(_)) => return Err("its port is none".into()),
            (None, None) => {
                if encrypted {
                    443
                } else {
                    80
                }
            }
        };
        Ok(Self { uri, host, port, encrypted })
    }
}

/// The headers of every request: who we are, and those of the destination, which are stronger.
pub(crate) fn headers(destination: &Destination) -> Result<HeaderMap, Error> {
    const AGENT: &str = concat!("kymo-otlp-exporter-rust/", env!("CARGO_PKG_VERSION"));

    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
    for (name, value) in &destination.headers {
        let (name, value) = header(name, value)?;
        headers.insert(name, value);
    }
    Ok(headers)
}

/// The header of this name and value, if it may be sent.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let refused = |problem| Error::Header { name: name.to_owned(), problem };
    let key: HeaderName =
        name.trim().parse().map_err(|_| refused("its name has a character no name may have"))?;
    if OURS.contains(&key) || key.as_str().starts_with("grpc-") {
        return Err(refused("it says how the request is sent, which is not up to a setting"));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| refused("its value has a character no value may have"))?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// Headers that must fit the body and the connection.
const OURS: [HeaderName; 11] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(protocol: Protocol, given: &str) -> Result<Endpoint, Error> {
        Endpoint::of(&Destination::new(protocol).endpoint(given))
    }

    #[test]
    fn an_endpoint_is_used_as_it_is() {
        let it = endpoint(Protocol::HttpProtobuf, "https://[::1]/otlp/v1/metrics").unwrap();
        assert_eq!(it.uri, "https://[::1]/otlp/v1/metrics");
        assert_eq!((it.host.as_str(), it.port, it.encrypted), ("::1", 443, true));
    }

    #[test]
    fn only_grpc_may_leave_the_scheme_out() {
        assert!(endpoint(Protocol::Grpc, "collector:4317").unwrap().encrypted);
        let insecure = Destination::new(Protocol::Grpc).endpoint("collector:4317").insecure(true);
        assert!(!Endpoint::of(&insecure).unwrap().encrypted);
        endpoint(Protocol::HttpProtobuf, "collector:4318").unwrap_err();
    }

    #[test]
    fn a_useless_endpoint_is_refused_and_never_repeated_with_its_password() {
        for given in [
            "",
            "/v1/metrics",
            "ftp://host/",
            "http://",
            "http://host:port/",
            "http://u:hush@host/",
            "http://u:hu/hush@host",
            "http://u:hush?hush@host",
        ] {
            let error = endpoint(Protocol::HttpProtobuf, given).unwrap_err();
            assert!(matches!(error, Error::Endpoint { .. }), "{given}: {error}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_named_without_its_value() {
        let destination = Destination::default().header("authorization", "hush\n");
        let error = headers(&destination).unwrap_err().to_string();
        assert!(error.contains("authorization") && !error.contains("hush"), "{error}");
        headers(&Destination::default().header("no name", "")).unwrap_err();
        for ours in ["Content-Length", "content-type", "grpc-timeout", "Keep-Alive", "te"] {
            Destination::check_header(ours, "5").unwrap_err();
            headers(&Destination::default().header(ours, "5")).unwrap_err();
        }
    }
}
