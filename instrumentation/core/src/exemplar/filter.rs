//! The observations that may become exemplars.

use std::fmt;

/// The observations that may become exemplars, by their names in the OpenTelemetry specification "Metrics
/// SDK", section Exemplar filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExemplarFilter {
    /// Those in a sampled span: `trace_based`.
    #[default]
    TraceBased,
    /// All of them, so that each costs as much as one in a span does: `always_on`.
    AlwaysOn,
    /// None: `always_off`.
    AlwaysOff,
}

impl fmt::Display for ExemplarFilter {
    /// Writes the name that the specification has for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceBased => "trace_based",
            Self::AlwaysOn => "always_on",
            Self::AlwaysOff => "always_off",
        })
    }
}
