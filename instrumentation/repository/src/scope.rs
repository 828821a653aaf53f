//! The instrumentation scope of this crate.

use opentelemetry::{
    InstrumentationScope,
    metrics::{Meter, MeterProvider},
};

pub(crate) fn meter(meters: &dyn MeterProvider) -> Meter {
    let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"));
    meters.meter_with_scope(scope.with_version(env!("CARGO_PKG_VERSION")).build())
}
