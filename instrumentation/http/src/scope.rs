//! The instrumentation scope of this crate.

use kymo_core::key;
use opentelemetry::InstrumentationScope;

const NAME: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn unnamed() -> InstrumentationScope {
    InstrumentationScope::builder(NAME).with_version(VERSION).build()
}

/// The scope of a layer whose series stand apart.
pub(crate) fn named(layer: &str) -> InstrumentationScope {
    InstrumentationScope::builder(NAME)
        .with_version(VERSION)
        .with_attributes([key::LAYER.of(layer.to_owned())])
        .build()
}
