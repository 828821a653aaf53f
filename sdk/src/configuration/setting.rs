//! A value that is in force, and who said it.

use std::fmt;

use kymo_core::ExemplarFilter;

use super::environment::{self, Environment, Found};

/// The origin of a setting: code is stronger than the environment, or than the configuration file that
/// takes its place, and both are stronger than the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The program, through the builder.
    Code,
    /// The variable of this name.
    Environment(&'static str),
    /// The machine, on which it was found.
    Detected,
    /// The configuration file, with this key; `[]` stands for the number of an element.
    File(&'static str),
    /// Nobody.
    Default,
}

/// A value that is in force.
#[derive(Debug, Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl<T> Setting<T> {
    /// Takes the value of `code`, or else the one that was `found`, or else `default`.
    pub(crate) fn choose(code: Option<T>, found: Option<Found<T>>, default: T) -> Self {
        if let Some(value) = code {
            return Self { value, origin: Origin::Code };
        }
        match found {
            Some(found) => Self { value: found.value, origin: found.origin },
            None => Self { value: default, origin: Origin::Default },
        }
    }
}

/// `OTEL_SDK_DISABLED`.
pub(crate) fn disabled(environment: &Environment) -> Setting<bool> {
    let found = environment.find(&["OTEL_SDK_DISABLED"], environment::boolean);
    Setting::choose(None, found, false)
}

/// `OTEL_METRICS_EXEMPLAR_FILTER`, unless the program says something of its own.
pub(crate) fn exemplar_filter(
    code: Option<ExemplarFilter>,
    environment: &Environment,
) -> Setting<ExemplarFilter> {
    let filters = [ExemplarFilter::AlwaysOn, ExemplarFilter::AlwaysOff, ExemplarFilter::TraceBased];
    let found = environment.find(&["OTEL_METRICS_EXEMPLAR_FILTER"], |text| {
        let names = filters.map(|filter| filter.to_string());
        let known = [0, 1, 2].map(|at| (names[at].as_str(), filters[at]));
        environment::one_of(text, &known)
    });
    Setting::choose(code, found, ExemplarFilter::default())
}

/// `KYMO_EXEMPLAR_DROPPED_ATTRIBUTES`, unless the program says something of its own.
pub(crate) fn dropped_attributes(code: Option<bool>, environment: &Environment) -> Setting<bool> {
    let found = environment.find(&["KYMO_EXEMPLAR_DROPPED_ATTRIBUTES"], environment::boolean);
    Setting::choose(code, found, true)
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("code"),
            Self::Environment(name) | Self::File(name) => f.write_str(name),
            Self::Detected => f.write_str("detected"),
            Self::Default => f.write_str("default"),
        }
    }
}
