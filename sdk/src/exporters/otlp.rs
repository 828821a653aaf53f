//! The push exporters: see [`TelemetryBuilder::otlp`].

mod beginning;
mod headers;
mod plan;
mod resolve;
mod variables;

use std::{fmt, path::PathBuf, time::Duration};

pub use kymo_push::{Compression, Error as PushError, Protocol, TemporalityPreference};

pub(crate) use self::plan::PushPlan;
use crate::TelemetryBuilder;

/// The receiver of pushes over OTLP, and the way to talk to it.
///
/// Settings that are not made here are taken from the environment, and from the defaults of the OTLP
/// exporter specification after that.
///
/// ```
/// use std::time::Duration;
///
/// use kymo::otlp::{Compression, Otlp};
///
/// let otlp = Otlp::new()
///     .endpoint("https://collector.example:4318")
///     .header("authorization", "Bearer …")
///     .compression(Compression::Gzip)
///     .interval(Duration::from_secs(15));
/// let builder = kymo::Telemetry::for_service("bookshop").prometheus().otlp_with(otlp);
/// # drop(builder);
/// ```
#[derive(Clone, Default)]
#[must_use = "give it to `otlp_with`"]
pub struct Otlp {
    endpoint: Option<String>,
    protocol: Option<Protocol>,
    headers: Vec<(String, String)>,
    timeout: Option<Duration>,
    compression: Option<Compression>,
    ca_certificate: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
    client_key: Option<PathBuf>,
    insecure: Option<bool>,
    temporality: Option<TemporalityPreference>,
    interval: Option<Duration>,
    export_timeout: Option<Duration>,
}

impl Otlp {
    /// As the environment says.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL of the receiver, `http://localhost:4318` or, over gRPC, `http://localhost:4317`
    /// unless the environment has another.
    ///
    /// Over HTTP, a URL without a path gets `/v1/metrics`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// HTTP with protobuf, unless the environment has another.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// A header of every request, such as `authorization`; it replaces one of the same name of
    /// the environment. Its value is never logged or described.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long sending one push may take, all tries and the waits between them together; 10 s
    /// unless the environment has another.
    ///
    /// Zero is refused by [`TelemetryBuilder::install`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How requests are compressed: not at all unless the environment says so.
    ///
    /// A receiver may refuse [`Compression::Zstd`], which OTLP does not know; the log says so then.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = Some(compression);
        self
    }

    /// A file with the certificates, in PEM, that the receiver's certificate is checked against;
    /// otherwise those the system trusts.
    pub fn ca_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_certificate = Some(file.into());
        self
    }

    /// Files with the certificates and the key, in PEM, that show the receiver who we are.
    pub fn client_certificate(
        mut self,
        certificates: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.client_certificate = Some(certificates.into());
        self.client_key = Some(key.into());
        self
    }

    /// Whether gRPC goes without TLS to an endpoint that has no scheme; `https://` always has TLS,
    /// and `http://` never.
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = Some(insecure);
        self
    }

    /// Whether sums and histograms are pushed since the start, or since the last push; since the
    /// start unless the environment says otherwise.
    ///
    /// Only what is pushed since the start is complete again after the receiver was away: of
    /// the other, what could not be pushed is lost.
    pub fn temporality(mut self, preference: TemporalityPreference) -> Self {
        self.temporality = Some(preference);
        self
    }

    /// The time between two pushes, 60 s unless the environment has another; zero is refused.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// How long one push may take, collecting and sending together, but never longer than the
    /// interval; 30 s unless the environment has another. Zero is refused.
    pub fn export_timeout(mut self, timeout: Duration) -> Self {
        self.export_timeout = Some(timeout);
        self
    }

    /// The method that got no time at all, if there is one.
    fn zero(&self) -> Option<&'static str> {
        let times = [
            ("timeout", self.timeout),
            ("interval", self.interval),
            ("export_timeout", self.export_timeout),
        ];
        times
            .into_iter()
            .find_map(|(method, time)| (time == Some(Duration::ZERO)).then_some(method))
    }
}

impl TelemetryBuilder {
    /// Pushes the metrics over OTLP, to where the environment says: to
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`, or
    /// `http://localhost:4318`.
    ///
    /// Pushing runs on a thread of its own and is no part of the program's runtime. A receiver
    /// that is away costs nothing but that thread, shows in `otel.sdk.exporter.*`, and finds
    /// everything when it is back.
    ///
    /// Without this call, metrics are pushed if `OTEL_METRICS_EXPORTER` lists `otlp`, or if it is
    /// not set and one of the two variables above is.
    pub fn otlp(self) -> Self {
        self.otlp_with(Otlp::new())
    }

    /// As [`TelemetryBuilder::otlp`], to where `otlp` says; of two calls, the last one counts.
    pub fn otlp_with(mut self, otlp: Otlp) -> Self {
        self.plans.change(|plan: &mut PushPlan| plan.otlp = Some(otlp));
        self
    }

    /// Prints the metrics to standard output at every interval, for a look while developing.
    ///
    /// Without this call, they are printed if `OTEL_METRICS_EXPORTER` lists `console`.
    pub fn console(mut self) -> Self {
        self.plans.change(|plan: &mut PushPlan| plan.console = true);
        self
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}
