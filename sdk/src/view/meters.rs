//! The provider of meters whose instruments have the shape that views give them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use kymo_core::Scope;
use opentelemetry::{
    InstrumentationScope,
    metrics::{Meter, MeterProvider},
};

use super::{Shapes, meter::ShapedMeter};

/// A provider of meters whose instruments have the shape that views give them, and whose callbacks
/// may panic.
#[derive(Clone)]
pub(crate) struct ShapedMeters {
    provider: Arc<dyn MeterProvider + Send + Sync>,
    shapes: Shapes,
    /// One for each scope: its instruments share their budgets.
    meters: Arc<Mutex<HashMap<InstrumentationScope, ShapedMeter>>>,
}

impl ShapedMeters {
    pub(crate) fn new(provider: Arc<dyn MeterProvider + Send + Sync>, shapes: Shapes) -> Self {
        let meters = Self { provider, shapes, meters: Arc::default() };
        meters.shapes.lengths().show(&Scope::CORE.meter(&meters));
        meters
    }
}

impl MeterProvider for ShapedMeters {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let meter = self.provider.meter_with_scope(scope.clone());
            ShapedMeter::new(meter, scope.name(), &self.shapes)
        };
        meters.entry(scope.clone()).or_insert_with(make).to_meter()
    }
}

impl fmt::Debug for ShapedMeters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShapedMeters").field("shapes", &self.shapes).finish_non_exhaustive()
    }
}
