//! The OTLP exporters.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    layer::Layer,
    part::{Mistake, Part},
    reader::milliseconds,
};
use crate::configuration::environment::{HEADERS, headers};

/// Reads the options of `otlp_http` or `otlp_grpc`; says whether this program has that exporter.
pub(super) fn read(options: &Part<'_>, layer: &mut Layer) -> Result<bool, Mistake> {
    let is_grpc = options.key.ends_with(".otlp_grpc");
    if is_grpc && !crate::HAS_GRPC {
        layer.report(options, "build the program with kymo's feature `otlp-grpc`");
        return Ok(false);
    }
    let [key, protocol] = if is_grpc {
        ["meter_provider.readers[].periodic.exporter.otlp_grpc", "grpc"]
    } else {
        ["meter_provider.readers[].periodic.exporter.otlp_http", "http/protobuf"]
    };
    layer.say("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", key, options, protocol);
    let mut headers = Headers::default();
    for (name, part) in options.entries()? {
        let key = |http, grpc| if is_grpc { grpc } else { http };
        match name {
            "endpoint" => {
                if let Some(url) = part.text()? {
                    let key = key(ENDPOINT_HTTP, ENDPOINT_GRPC);
                    layer.say("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", key, &part, url);
                }
            }
            "tls" => tls(&part, is_grpc, layer)?,
            "headers" => headers.list(&part)?,
            "headers_list" => headers.text(&part)?,
            "compression" => match part.text()? {
                Some(compression @ ("gzip" | "none" | "zstd")) => {
                    let key = key(COMPRESSION_HTTP, COMPRESSION_GRPC);
                    layer.say("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", key, &part, compression);
                }
                _ => layer.ignore(&part, "kymo compresses with gzip, with zstd, or not at all"),
            },
            "timeout" => {
                if let Some(timeout) = milliseconds(&part, layer)? {
                    let key = key(TIMEOUT_HTTP, TIMEOUT_GRPC);
                    let timeout = timeout.to_string();
                    layer.say("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", key, &part, timeout);
                }
            }
            "temporality_preference" => {
                let preference = part.one_of(&["cumulative", "delta", "low_memory"])?;
                if let Some(preference) = preference {
                    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
                    let key = key(TEMPORALITY_HTTP, TEMPORALITY_GRPC);
                    layer.say(VARIABLE, key, &part, preference.replace('_', ""));
                }
            }
            "default_histogram_aggregation" => {
                if let Some(aggregation) = part.one_of(&HISTOGRAMS)? {
                    const VARIABLE: &str =
                        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
                    let key = key(HISTOGRAMS_HTTP, HISTOGRAMS_GRPC);
                    layer.say(VARIABLE, key, &part, aggregation);
                }
            }
            "encoding" if !is_grpc => {
                if part.one_of(&["protobuf", "json"])? == Some("json") {
                    layer.ignore(&part, "kymo encodes with protobuf");
                }
            }
            "max_request_size" => size(&part, 0, 64 << 20, layer)?,
            "max_response_size" => size(&part, 1, 4 << 20, layer)?,
            _ => layer.unknown(&part)?,
        }
    }
    if let Some((part, list)) = headers.joined() {
        let key = if is_grpc { HEADERS_GRPC } else { HEADERS_HTTP };
        layer.say("OTEL_EXPORTER_OTLP_METRICS_HEADERS", key, &part, list);
    }
    Ok(true)
}

/// Reads `default_histogram_aggregation` of the console.
pub(super) fn histogram(part: &Part<'_>, layer: &mut Layer) -> Result<(), Mistake> {
    if part.one_of(&HISTOGRAMS)? == Some("base2_exponential_bucket_histogram") {
        layer.ignore(part, "the console has no default of its own; use `views`");
    }
    Ok(())
}

/// Reads the files of certificates, and whether gRPC goes without TLS.
fn tls(part: &Part<'_>, is_grpc: bool, layer: &mut Layer) -> Result<(), Mistake> {
    for (key, part) in part.entries()? {
        let [variable, http, grpc] = match key {
            "ca_file" => ["OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", CA_HTTP, CA_GRPC],
            "cert_file" => ["OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", CERT_HTTP, CERT_GRPC],
            "key_file" => ["OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", KEY_HTTP, KEY_GRPC],
            "insecure" if is_grpc => {
                if let Some(insecure) = part.boolean()? {
                    let insecure = insecure.to_string();
                    layer.say(
                        "OTEL_EXPORTER_OTLP_METRICS_INSECURE",
                        INSECURE_GRPC,
                        &part,
                        insecure,
                    );
                }
                continue;
            }
            _ => {
                layer.unknown(&part)?;
                continue;
            }
        };
        if let Some(path) = part.text()? {
            layer.say(variable, if is_grpc { grpc } else { http }, &part, path);
        }
    }
    Ok(())
}

/// A limit that is fixed here; to ask for what everybody has by default is no mistake.
fn size(part: &Part<'_>, least: i64, default: i64, layer: &mut Layer) -> Result<(), Mistake> {
    if part.integer(least, i64::MAX)?.is_some_and(|size| size != default) {
        layer.ignore(part, "kymo has no such limit to set");
    }
    Ok(())
}

/// The headers of both keys.
#[derive(Default)]
struct Headers<'a> {
    part: Option<Part<'a>>,
    listed: Vec<(String, String)>,
    weaker: Vec<(String, String)>,
}

impl<'a> Headers<'a> {
    /// Reads `headers`, which are stronger than those of `headers_list`.
    fn list(&mut self, part: &Part<'a>) -> Result<(), Mistake> {
        for header in part.items()? {
            let (mut name, mut value) = (None, None);
            for (key, part) in header.entries()? {
                match key {
                    "name" => name = part.text()?.map(|text| (part, text)),
                    "value" => value = Some(part),
                    _ => return Err(part.mistake("a header has a name and a value; leave it out")),
                }
            }
            let (part, name) = header.required(name, "name")?;
            let value = header.required(value, "value")?;
            // As in RFC 9110, section 5.6.2.
            let is_token =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(part.mistake("this is no name of a header; write one such as api-key"));
            }
            // Without a value, it is as if it were not there.
            if let Some(value) = value.text()? {
                self.listed.push((name.to_owned(), value.to_owned()));
            }
        }
        self.part = Some(part.clone());
        Ok(())
    }

    /// Reads `headers_list`, where one malformed pair is a mistake.
    fn text(&mut self, part: &Part<'a>) -> Result<(), Mistake> {
        if let Some(text) = part.text()? {
            let (found, mistakes) = headers(text);
            if !mistakes.is_empty() {
                return Err(part.mistake(HEADERS));
            }
            self.weaker = found;
            self.part.get_or_insert_with(|| part.clone());
        }
        Ok(())
    }

    /// All headers as the variable has them, the stronger ones last.
    fn joined(self) -> Option<(Part<'a>, String)> {
        let all = self.weaker.into_iter().chain(self.listed);
        let encode = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<_> = all.map(|(name, value)| format!("{name}={}", encode(&value))).collect();
        Some((self.part?, pairs.join(",")))
    }
}

const ENDPOINT_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.endpoint";
const ENDPOINT_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.endpoint";
const HEADERS_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.headers";
const HEADERS_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.headers";
const COMPRESSION_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.compression";
const COMPRESSION_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.compression";
const TIMEOUT_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.timeout";
const TIMEOUT_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.timeout";
const TEMPORALITY_HTTP: &str =
    "meter_provider.readers[].periodic.exporter.otlp_http.temporality_preference";
const TEMPORALITY_GRPC: &str =
    "meter_provider.readers[].periodic.exporter.otlp_grpc.temporality_preference";
const CA_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.tls.ca_file";
const CA_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.ca_file";
const CERT_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.tls.cert_file";
const CERT_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.cert_file";
const KEY_HTTP: &str = "meter_provider.readers[].periodic.exporter.otlp_http.tls.key_file";
const KEY_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.key_file";
const INSECURE_GRPC: &str = "meter_provider.readers[].periodic.exporter.otlp_grpc.tls.insecure";
const HISTOGRAMS_HTTP: &str =
    "meter_provider.readers[].periodic.exporter.otlp_http.default_histogram_aggregation";
const HISTOGRAMS_GRPC: &str =
    "meter_provider.readers[].periodic.exporter.otlp_grpc.default_histogram_aggregation";
const HISTOGRAMS: [&str; 2] = ["explicit_bucket_histogram", "base2_exponential_bucket_histogram"];
