//! The word of whoever made the meters.

use std::fmt;

use opentelemetry::KeyValue;

use crate::FacadeKind;

/// The word of whoever made the meters, on what can be made with them.
pub trait Host: Send + Sync + 'static {
    /// How many series the metric `name` of this kind and unit may have.
    fn series(&self, name: &str, kind: FacadeKind, unit: &str) -> usize;

    /// The attributes of the series that is shown where the metric `name` has `attributes`, which are in the order
    /// of their keys: views leave some out, rename others, and fold values. The same ones, unless a host says so.
    fn shown(
        &self,
        name: &str,
        kind: FacadeKind,
        unit: &str,
        attributes: &[KeyValue],
    ) -> Vec<KeyValue> {
        let _ = (name, kind, unit);
        attributes.to_vec()
    }

    /// Whether an instrument can be made now, and measures something.
    fn makes_instruments(&self) -> bool;
}

/// The host that a provider of the OpenTelemetry SDK is.
pub(crate) struct Sdk;

impl Host for Sdk {
    /// The limit of the SDK.
    fn series(&self, _name: &str, _kind: FacadeKind, _unit: &str) -> usize {
        2000
    }

    fn makes_instruments(&self) -> bool {
        true
    }
}

impl fmt::Debug for dyn Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}
