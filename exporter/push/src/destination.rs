//! The receiver of pushes, and the way to talk to it.

use std::{fmt, path::PathBuf, time::Duration};

use crate::{Compression, Error, Protocol, TemporalityPreference, endpoint, shown::shown};

/// The receiver of pushes, and the way to talk to it: everything about one OTLP destination.
///
/// Nothing is read from the environment. What is wrong in here is said by
/// [`Push::otlp`](crate::Push::otlp), before anything is sent.
///
/// `Debug` shows the names of the headers and not their values, which are often credentials.
///
/// ```
/// use std::time::Duration;
///
/// use kymo_push::{Compression, Destination, Protocol};
///
/// let destination = Destination::new(Protocol::HttpProtobuf)
///     .endpoint("https://collector.example/v1/metrics")
///     .header("authorization", "Bearer 1234")
///     .compression(Compression::Gzip)
///     .timeout(Duration::from_secs(5));
/// assert!(!format!("{destination:?}").contains("1234"));
/// ```
#[derive(Clone)]
pub struct Destination {
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) timeout: Duration,
    pub(crate) compression: Compression,
    pub(crate) ca_certificate: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
    pub(crate) client_certificate: Option<PathBuf>,
    pub(crate) insecure: bool,
    pub(crate) temporality: TemporalityPreference,
}

impl Destination {
    /// The collector the OTLP exporter specification has as its default: on this machine, without
    /// TLS, headers or compression, ten seconds for an export, cumulative.
    pub fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            endpoint: protocol.default_endpoint().to_owned(),
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            compression: Compression::default(),
            ca_certificate: None,
            client_key: None,
            client_certificate: None,
            insecure: false,
            temporality: TemporalityPreference::default(),
        }
    }

    /// The whole URL: over HTTP with its path, usually `/v1/metrics`, to which nothing is added.
    ///
    /// Over gRPC a scheme may be missing; then [`Destination::insecure`] says which one is meant.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = endpoint.into();
        self
    }

    /// One more header of each request, or entry of its gRPC metadata, as it is: nothing is
    /// decoded. The last value of a name wins.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// More headers, each as by [`Destination::header`].
    pub fn headers<N, V>(self, headers: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        headers.into_iter().fold(self, |it, (name, value)| it.header(name, value))
    }

    /// How long one export may take, tries and the waits between them together.
    ///
    /// [`Schedule::timeout`](crate::Schedule::timeout) and the interval end it earlier if they are
    /// shorter. A time-out of zero leaves it as it is.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        if !timeout.is_zero() {
            self.timeout = timeout;
        }
        self
    }

    /// How requests are compressed; not at all unless this says otherwise.
    ///
    /// Nothing is tried by another compression when a receiver refuses one: the log says so, and what to do.
    /// Answers are taken as they come: a push asks for no compressed ones.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// A PEM file of the authorities that are trusted, instead of those of the system.
    ///
    /// It is read once, when the push starts: a certificate that is renewed later needs a new push.
    /// [`Push::otlp`](crate::Push::otlp) fails with [`Error::File`] if it cannot be used.
    pub fn ca_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_certificate = Some(path.into());
        self
    }

    /// A PEM file of the key of the client's certificate, which is needed too; read once, as
    /// [`ca_certificate`](Self::ca_certificate) is.
    pub fn client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_key = Some(path.into());
        self
    }

    /// A PEM file of the certificate the client shows, and of the chain to its authority; its key
    /// is needed too.
    pub fn client_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_certificate = Some(path.into());
        self
    }

    /// Whether a gRPC endpoint without a scheme is reached without TLS; an endpoint with a scheme
    /// says so itself, and HTTP always has one.
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// The beginning of what values count: the start of the program, or the export before.
    ///
    /// Only values since the start are complete again after the receiver was away.
    pub fn temporality(mut self, temporality: TemporalityPreference) -> Self {
        self.temporality = temporality;
        self
    }
}

impl Destination {
    /// The endpoint as it may be shown: without user, password and query, and without parts of the path
    /// that may be a secret, for which `***` stands.
    pub fn shown_endpoint(&self) -> String {
        shown(self.endpoint.trim())
    }

    /// Whether a header of this name and value can be sent, by any protocol.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] when one of the two has a character that it may not have, or when the header
    /// says how a request is sent, such as `content-type`.
    pub fn check_header(name: &str, value: &str) -> Result<(), Error> {
        endpoint::header(name, value).map(drop)
    }
}

impl Default for Destination {
    /// OTLP over HTTP to the collector on this machine.
    fn default() -> Self {
        Self::new(Protocol::default())
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Destination")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.shown_endpoint())
            .field("headers", &names)
            .field("timeout", &self.timeout)
            .field("compression", &self.compression)
            .field("ca_certificate", &self.ca_certificate)
            .field("client_key", &self.client_key)
            .field("client_certificate", &self.client_certificate)
            .field("insecure", &self.insecure)
            .field("temporality", &self.temporality)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let destination = Destination::default()
            .endpoint("https://host:1/hush/v1/metrics?token=hush")
            .header("authorization", "hush");
        let shown = format!("{destination:?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("https://host:1/***/v1/metrics"), "{shown}");
        assert!(shown.contains("authorization"), "{shown}");
    }
}
