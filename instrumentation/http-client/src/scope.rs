//! The instrumentation scope of this crate.

use kymo_core::Scope;
use opentelemetry::InstrumentationScope;

use crate::key;

const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

pub(crate) fn unnamed() -> InstrumentationScope {
    SCOPE.with([])
}

/// The scope of a client whose series stand apart.
pub(crate) fn named(client: &str) -> InstrumentationScope {
    SCOPE.with([key::CLIENT.of(client.to_owned())])
}
