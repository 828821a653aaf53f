//! Something that breaks a rule.

use std::fmt;

/// Something that breaks a rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The metric, by its OpenTelemetry name.
    pub metric: String,
    /// Which rule it breaks.
    pub rule: Rule,
    /// Says what is wrong, and what to do.
    pub message: String,
}

/// The rule that a [`Finding`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A name is lower-case words, joined by dots and underscores, and begins with a letter.
    Name,
    /// A name does not repeat what the exporter adds: the type and the unit.
    Suffix,
    /// A unit is in UCUM and unprefixed: `s`, `By`, `1` for a ratio, `{request}` for what is counted.
    Unit,
    /// A metric has a description.
    Description,
    /// One name is one kind, one unit and one description.
    Conflict,
    /// An attribute key is lower-case words, joined by dots and underscores, and distinct in
    /// Prometheus too.
    AttributeKey,
    /// An attribute takes a bounded number of values.
    Unbounded,
}

impl Finding {
    pub(super) fn new(metric: &str, rule: Rule, message: impl Into<String>) -> Self {
        Self { metric: metric.to_owned(), rule, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.metric, self.message)
    }
}
