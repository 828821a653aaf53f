//! The destination, resolved from the program and the environment.

use std::{path::PathBuf, time::Duration};

use kymo_push::{Compression, Destination, Error, Protocol, Schedule, TemporalityPreference};

use super::{Otlp, headers, variables};
use crate::configuration::{
    Description, Origin, Setting,
    environment::{Environment, Found, boolean, duration, one_of},
};

/// Everything about one destination, and who said it.
pub(super) struct Resolved {
    endpoint: Setting<String>,
    protocol: Setting<Protocol>,
    headers: Vec<(String, Setting<String>)>,
    timeout: Setting<Duration>,
    compression: Setting<Compression>,
    ca_certificate: Setting<Option<PathBuf>>,
    client_certificate: Setting<Option<PathBuf>>,
    client_key: Setting<Option<PathBuf>>,
    insecure: Setting<bool>,
    temporality: Setting<TemporalityPreference>,
    interval: Setting<Duration>,
    export_timeout: Setting<Duration>,
}

impl Otlp {
    /// Takes from `environment` what the program does not say.
    pub(super) fn resolve(&self, environment: &Environment) -> Resolved {
        let protocol = Setting::choose(
            self.protocol,
            environment.find(&variables::PROTOCOL, protocol),
            Protocol::HttpProtobuf,
        );
        let file = |code: &Option<PathBuf>, names: &[&'static str]| {
            let found = environment.find(names, |path| Ok::<_, &str>(Some(path.into())));
            Setting::choose(code.clone().map(Some), found, None)
        };
        let time = |code, names: &[&'static str], default| {
            let found = environment.find(names, duration);
            Setting::choose(code, found, Duration::from_secs(default))
        };
        Resolved {
            endpoint: self.resolve_endpoint(protocol.value, environment),
            headers: self.resolve_headers(environment),
            timeout: time(self.timeout, &variables::TIMEOUT, 10),
            compression: Setting::choose(
                self.compression,
                environment.find(&variables::COMPRESSION, compression),
                Compression::None,
            ),
            ca_certificate: file(&self.ca_certificate, &variables::CERTIFICATE),
            client_certificate: file(&self.client_certificate, &variables::CLIENT_CERTIFICATE),
            client_key: file(&self.client_key, &variables::CLIENT_KEY),
            insecure: Setting::choose(
                self.insecure,
                environment.find(&variables::INSECURE, boolean),
                false,
            ),
            temporality: Setting::choose(
                self.temporality,
                environment.find(&variables::TEMPORALITY, temporality),
                TemporalityPreference::Cumulative,
            ),
            interval: time(self.interval, &variables::INTERVAL, 60),
            export_timeout: time(self.export_timeout, &variables::EXPORT_TIMEOUT, 30),
            protocol,
        }
    }

    /// The same for the console, whose schedule a file gives apart.
    pub(super) fn resolve_console(&self, environment: &Environment) -> Resolved {
        let time = |names: &[&'static str], otherwise| {
            let found = environment.find(names, duration);
            found.map_or(otherwise, |found| Setting::choose(None, Some(found), Duration::ZERO))
        };
        let resolved = self.resolve(environment);
        Resolved {
            interval: time(&[variables::CONSOLE_INTERVAL], resolved.interval),
            export_timeout: time(&[variables::CONSOLE_TIMEOUT], resolved.export_timeout),
            ..resolved
        }
    }

    /// The endpoint of all signals and that of the program are a base, to which HTTP adds the path
    /// of the metrics; that of the metrics alone is taken as it is.
    fn resolve_endpoint(&self, protocol: Protocol, environment: &Environment) -> Setting<String> {
        let over_http = protocol == Protocol::HttpProtobuf;
        let find = |variable: &'static str| {
            let value = environment.text(variable)?.to_owned();
            Some(Found { value, origin: environment.origin(variable) })
        };
        let all_signals = || {
            let found = find(variables::ENDPOINT)?;
            let value = if over_http { with_path(&found.value) } else { found.value };
            Some(Found { value, origin: found.origin })
        };
        let code = self
            .endpoint
            .as_ref()
            .map(|url| if over_http && has_no_path(url) { with_path(url) } else { url.clone() });
        let found = find(variables::METRICS_ENDPOINT).or_else(all_signals);
        Setting::choose(code, found, protocol.default_endpoint().to_owned())
    }

    /// The headers of the environment and then of the program; of one name, the last counts.
    fn resolve_headers(&self, environment: &Environment) -> Vec<(String, Setting<String>)> {
        let mut all: Vec<(String, Setting<String>)> = Vec::new();
        let found = headers::of(environment);
        let code = self.headers.iter().cloned();
        let code = code.map(|(name, value)| (name, Setting { value, origin: Origin::Code }));
        for (name, value) in found.into_iter().chain(code) {
            all.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            all.push((name, value));
        }
        all
    }
}

impl Resolved {
    /// The receiver, as a push takes it.
    pub(super) fn destination(&self) -> Destination {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.value.clone()));
        let destination = Destination::new(self.protocol.value)
            .endpoint(self.endpoint.value.clone())
            .headers(headers)
            .timeout(self.timeout.value)
            .compression(self.compression.value)
            .insecure(self.insecure.value)
            .temporality(self.temporality.value);
        let file = |destination, file: &Setting<Option<PathBuf>>, set: fn(_, PathBuf) -> _| {
            file.value.clone().into_iter().fold(destination, set)
        };
        let destination = file(destination, &self.ca_certificate, Destination::ca_certificate);
        let destination =
            file(destination, &self.client_certificate, Destination::client_certificate);
        file(destination, &self.client_key, Destination::client_key)
    }

    /// The times, as a push takes them.
    pub(super) fn schedule(&self) -> Schedule {
        Schedule::new().interval(self.interval.value).timeout(self.export_timeout.value)
    }

    /// The origin to blame for `error`, unless it is the program.
    pub(super) fn blame(&self, error: &Error) -> Option<Origin> {
        let files = [&self.client_certificate, &self.client_key, &self.ca_certificate];
        let origins: Vec<Origin> = match error {
            Error::Endpoint { .. } => vec![self.endpoint.origin],
            Error::Header { name, .. } => {
                let blamed = self.headers.iter().filter(|(known, _)| known == name);
                blamed.map(|(_, value)| value.origin).collect()
            }
            Error::File { path, .. } => {
                let blamed = files.iter().filter(|file| file.value.as_ref() == Some(path));
                blamed.map(|file| file.origin).collect()
            }
            Error::Tls { .. } => files.iter().map(|file| file.origin).collect(),
            // Nothing but the endpoint asks for them. A variable is not wrong for that.
            Error::NoAuthorities if matches!(self.endpoint.origin, Origin::File(_)) => {
                vec![self.endpoint.origin]
            }
            _ => Vec::new(),
        };
        origins
            .into_iter()
            .find(|origin| matches!(origin, Origin::Environment(_) | Origin::File(_)))
    }

    /// The variable that asks for what cannot be had, unless the program does: for OTLP at all, which
    /// `asked` did, or for the endpoint that the `error` is about.
    pub(super) fn asks_in_vain(&self, error: &Error, asked: Origin) -> Option<&'static str> {
        let endpoint = matches!(error, Error::NoAuthorities).then_some(self.endpoint.origin);
        endpoint.into_iter().chain([asked]).find_map(|origin| match origin {
            Origin::Environment(variable) => Some(variable),
            _ => None,
        })
    }

    /// Describes every setting below `name`; headers by their names alone.
    pub(super) fn describe(self, name: &str, description: &mut Description) {
        let named = |setting: &str| format!("{name}.{setting}");
        let endpoint = self.destination().shown_endpoint();
        let schedule = self.schedule_settings();
        let duration = |duration: &Duration| format!("{duration:?}");
        let file = |file: &Option<PathBuf>| {
            file.as_ref().map_or_else(|| "none".to_owned(), |path| path.display().to_string())
        };
        description.add(named("endpoint"), endpoint, self.endpoint.origin);
        description.note(&named("protocol"), self.protocol, Protocol::to_string);
        for (header, value) in self.headers {
            description.note(&named(&format!("header.{header}")), value, |_| "***");
        }
        description.note(&named("timeout"), self.timeout, duration);
        description.note(&named("compression"), self.compression, Compression::to_string);
        description.note(&named("certificate"), self.ca_certificate, file);
        description.note(&named("client_certificate"), self.client_certificate, file);
        description.note(&named("client_key"), self.client_key, file);
        description.note(&named("insecure"), self.insecure, bool::to_string);
        description.note(&named("temporality"), self.temporality, TemporalityPreference::to_string);
        for (time, setting) in schedule {
            description.note(&named(time), setting, duration);
        }
    }

    /// When this pushes, and for how long.
    pub(super) fn schedule_settings(&self) -> [(&'static str, Setting<Duration>); 2] {
        [("interval", self.interval.clone()), ("export_timeout", self.export_timeout.clone())]
    }
}

fn protocol(name: &str) -> Result<Protocol, String> {
    let known = [("http/protobuf", Protocol::HttpProtobuf), ("grpc", Protocol::Grpc)];
    match one_of(name, &known)? {
        Protocol::Grpc if !crate::HAS_GRPC => {
            Err("build the program with kymo's feature `otlp-grpc`".to_owned())
        }
        protocol => Ok(protocol),
    }
}

fn compression(name: &str) -> Result<Compression, String> {
    use Compression::{Gzip, None, Zstd};
    // The specification of the variables knows no zstd.
    one_of(name, &[("gzip", Gzip), ("zstd", Zstd), ("none", None)])
}

fn temporality(name: &str) -> Result<TemporalityPreference, String> {
    use TemporalityPreference::{Cumulative, Delta, LowMemory};
    one_of(name, &[("cumulative", Cumulative), ("delta", Delta), ("lowmemory", LowMemory)])
}

/// Whether nothing, or only a slash, follows the authority.
fn has_no_path(url: &str) -> bool {
    let (url, _) = before_query(url);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').is_none_or(|(_, path)| path.is_empty())
}

/// The base `url` with the path of the metrics, which goes before a query.
fn with_path(url: &str) -> String {
    let (base, query) = before_query(url);
    format!("{}{PATH}{query}", base.trim_end_matches('/'))
}

/// Splits a URL before its query or its fragment.
fn before_query(url: &str) -> (&str, &str) {
    url.split_at(url.find(['?', '#']).unwrap_or(url.len()))
}

const PATH: &str = "/v1/metrics";
