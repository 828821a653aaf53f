//! The instrumentation scope of this crate.

use kymo_core::Scope;
use opentelemetry::metrics::{Meter, MeterProvider};

pub(crate) fn meter(meters: &dyn MeterProvider) -> Meter {
    Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).meter(meters)
}
