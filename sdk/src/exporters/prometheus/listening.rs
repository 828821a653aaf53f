//! A port of its own for scrapes.

use std::fmt;

use kymo_endpoint::{ListenError, Listener, Server};

use super::Pull;
use crate::{
    Telemetry,
    configuration::{
        Origin, Setting,
        environment::{Environment, Found},
    },
};

/// Why [`Telemetry::serve`] does not listen.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// There is nothing to scrape.
    #[error(
        "`serve()` has no metrics to serve; call `.prometheus()` before `.install()`, or set \
         OTEL_METRICS_EXPORTER=prometheus"
    )]
    NothingToScrape,
    /// The address cannot be listened on.
    #[error("{source}; {host} and {port} say where, or `endpoint().serve(…)` in the program")]
    #[non_exhaustive]
    Listen {
        /// The origin of the host, or the variable that can say another.
        host: Origin,
        /// The origin of the port, or the variable that can say another.
        port: Origin,
        /// The error of the listener.
        source: ListenError,
    },
    /// What [`Telemetry::serve_on`] was given cannot be listened on.
    #[error(transparent)]
    ListenOn(ListenError),
}

impl Telemetry {
    /// Listens for scrapes on a port of its own: where
    /// [`TelemetryBuilder::listen`](crate::TelemetryBuilder::listen) says, or else on
    /// `OTEL_EXPORTER_PROMETHEUS_HOST` and `OTEL_EXPORTER_PROMETHEUS_PORT`, or on `localhost` and `9464`.
    ///
    /// An address that other machines reach needs
    /// [`TelemetryBuilder::access`](crate::TelemetryBuilder::access), which says who may scrape.
    ///
    /// # Errors
    ///
    /// [`ServeError`] when the address cannot be resolved or bound, such as when it is in use, when other
    /// machines reach it and nobody said who may scrape, and when there is nothing to scrape: neither the
    /// program nor the environment asks for the exporter.
    ///
    /// # Panics
    ///
    /// In a tokio runtime whose I/O driver is not enabled, as every tokio socket does.
    pub async fn serve(&self) -> Result<Server, ServeError> {
        if self.bridge().is_none() {
            return Err(ServeError::NothingToScrape);
        }
        let listening = self.ending.exporter::<Pull>().and_then(|pull| pull.listening.as_ref());
        let (host, port) = (host(listening, &self.environment), port(listening, &self.environment));
        // A literal IPv6 address may have brackets, which a host has only beside a port.
        let name = host.value.trim_start_matches('[').trim_end_matches(']');
        let listening = self.endpoint().serve((name, port.value)).await;
        listening.map_err(|source| ServeError::Listen {
            host: host.origin.or_variable(HOST),
            port: port.origin.or_variable(PORT),
            source,
        })
    }

    /// Listens for scrapes as `listener` says, whatever the environment does: on a port of a range, on a unix
    /// socket, or on one that systemd opened.
    ///
    /// ```no_run
    /// use kymo::prometheus::Listener;
    ///
    /// # async fn run(telemetry: &kymo::Telemetry) -> Result<(), kymo::prometheus::ServeError> {
    /// let server = telemetry.serve_on(Listener::ports("localhost", 9464..=9479)).await?;
    /// println!("metrics on {}", server.place());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServeError`], as [`Telemetry::serve`], and when no port is free, a file cannot be written, or systemd
    /// opened no such socket.
    ///
    /// # Panics
    ///
    /// As [`Telemetry::serve`].
    pub async fn serve_on(&self, listener: Listener) -> Result<Server, ServeError> {
        if self.bridge().is_none() {
            return Err(ServeError::NothingToScrape);
        }
        self.endpoint().serve_on(listener).await.map_err(ServeError::ListenOn)
    }
}

/// The host on which [`Telemetry::serve`] listens.
pub(super) fn host(code: Option<&(String, u16)>, environment: &Environment) -> Setting<String> {
    let found = environment.text(HOST);
    let found =
        found.map(|host| Found { value: host.to_owned(), origin: environment.origin(HOST) });
    Setting::choose(code.map(|(host, _)| host.clone()), found, "localhost".to_owned())
}

/// The port on which [`Telemetry::serve`] listens.
pub(super) fn port(code: Option<&(String, u16)>, environment: &Environment) -> Setting<u16> {
    let remedy = "write a port from 0 to 65535; 9464 is used";
    let parse = |port: &str| port.parse().map_err(|_| remedy);
    Setting::choose(code.map(|(_, port)| *port), environment.find(&[PORT], parse), 9464)
}

const HOST: &str = "OTEL_EXPORTER_PROMETHEUS_HOST";
const PORT: &str = "OTEL_EXPORTER_PROMETHEUS_PORT";

impl Origin {
    /// The same, or `variable` if nobody decided.
    fn or_variable(self, variable: &'static str) -> Self {
        if self == Self::Default { Self::Environment(variable) } else { self }
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        kymo_core::sentence(self, f)
    }
}
