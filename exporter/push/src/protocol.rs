//! Choices of OTLP: the protocol, the compression, the temporality.

use std::fmt;

use opentelemetry_sdk::metrics::{InstrumentKind, Temporality};

/// The protocol of a push.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Protobuf in the body of an HTTP request, `http/protobuf`.
    #[default]
    HttpProtobuf,
    /// A unary call over HTTP/2, `grpc`.
    Grpc,
}

impl Protocol {
    /// The URL of a collector with its defaults, on this machine, with the path of the metrics.
    pub const fn default_endpoint(self) -> &'static str {
        match self {
            Self::HttpProtobuf => "http://localhost:4318/v1/metrics",
            Self::Grpc => "http://localhost:4317",
        }
    }
}

/// How requests are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// With gzip.
    Gzip,
    /// With zstd (RFC 8878), which is shorter and cheaper.
    ///
    /// It is an extension: the specification of OTLP knows gzip alone, and a receiver may refuse it.
    Zstd,
}

/// The beginning of what pushed values count, by kind of instrument.
///
/// A delta that could not be exported is lost, and counted as such: the next one starts where it
/// ended. A cumulative value is complete again as soon as an export succeeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemporalityPreference {
    /// Since the start, for every kind.
    #[default]
    Cumulative,
    /// Since the last collection, for counters and histograms; up-down counters stay cumulative.
    Delta,
    /// Since the last collection for synchronous counters and histograms, which then forget what
    /// was not measured lately; all else stays cumulative.
    LowMemory,
}

impl TemporalityPreference {
    /// The temporality of an instrument of `kind`, by the table of the OTLP metrics exporter's
    /// specification.
    pub(crate) fn of(self, kind: InstrumentKind) -> Temporality {
        use InstrumentKind::{Counter, Gauge, Histogram, ObservableCounter, ObservableGauge};
        match (self, kind) {
            (Self::Delta | Self::LowMemory, Counter | Histogram)
            | (Self::Delta, ObservableCounter | Gauge | ObservableGauge) => Temporality::Delta,
            _ => Temporality::Cumulative,
        }
    }
}

/// As the variables of OTLP have it, such as `http/protobuf`.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HttpProtobuf => "http/protobuf",
            Self::Grpc => "grpc",
        })
    }
}

/// As the variables of OTLP have it, such as `gzip`.
impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// As the variables of OTLP have it, such as `lowmemory`.
impl fmt::Display for TemporalityPreference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cumulative => "cumulative",
            Self::Delta => "delta",
            Self::LowMemory => "lowmemory",
        })
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::metrics::{ManualReader, reader::MetricReader};

    use super::*;

    #[test]
    fn kinds_are_divided_as_the_sdk_divides_them() {
        for (preference, temporality) in [
            (TemporalityPreference::Cumulative, Temporality::Cumulative),
            (TemporalityPreference::Delta, Temporality::Delta),
            (TemporalityPreference::LowMemory, Temporality::LowMemory),
        ] {
            let reader = ManualReader::builder().with_temporality(temporality).build();
            for kind in [
                InstrumentKind::Counter,
                InstrumentKind::UpDownCounter,
                InstrumentKind::Histogram,
                InstrumentKind::Gauge,
                InstrumentKind::ObservableCounter,
                InstrumentKind::ObservableUpDownCounter,
                InstrumentKind::ObservableGauge,
            ] {
                assert_eq!(
                    preference.of(kind),
                    reader.temporality(kind),
                    "{preference:?} {kind:?}"
                );
            }
        }
    }
}
