//! The instrumentation scope of a crate.

use opentelemetry::{
    InstrumentationScope, KeyValue,
    metrics::{Meter, MeterProvider},
};

/// The version of the semantic conventions that our metrics follow: every scope of ours says it.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.42.0";

/// Tells the instruments of one crate from those of others: by its name and version, and the conventions
/// that it follows.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    name: &'static str,
    version: &'static str,
}

impl Scope {
    /// The scope of this crate.
    pub const CORE: Self = Self::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

    /// The scope of the crate with `name` and `version`, which are `env!("CARGO_PKG_NAME")` and
    /// `env!("CARGO_PKG_VERSION")` there.
    pub const fn of_crate(name: &'static str, version: &'static str) -> Self {
        Self { name, version }
    }

    /// The meter of the crate.
    pub fn meter(self, meters: &dyn MeterProvider) -> Meter {
        meters.meter_with_scope(self.with([]))
    }

    /// The scope as OpenTelemetry has it, with `attributes` that tell parts of the crate apart.
    pub fn with(self, attributes: impl IntoIterator<Item = KeyValue>) -> InstrumentationScope {
        InstrumentationScope::builder(self.name)
            .with_version(self.version)
            .with_schema_url(SCHEMA_URL)
            .with_attributes(attributes)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_says_its_crate_the_conventions_and_what_is_added() {
        let scope = Scope::of_crate("kymo-x", "1.2.3").with([KeyValue::new("a", 1)]);
        assert_eq!((scope.name(), scope.version()), ("kymo-x", Some("1.2.3")));
        assert_eq!(scope.schema_url(), Some(SCHEMA_URL));
        assert_eq!(scope.attributes().collect::<Vec<_>>(), [&KeyValue::new("a", 1)]);
    }
}
