//! The provider of meters whose instruments have the shape that views give them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use kymo_core::{Exemplars, Scope};
use opentelemetry::{
    InstrumentationScope, KeyValue,
    metrics::{Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{
    Shapes, callbacks::Callbacks, made::Instruments, meter::ShapedMeter, selector::Subject,
};

/// A provider of meters whose instruments have the shape that views give them, and whose callbacks
/// may panic, or never return.
#[derive(Clone)]
pub(crate) struct ShapedMeters {
    provider: Arc<dyn MeterProvider + Send + Sync>,
    shapes: Shapes,
    callbacks: Callbacks,
    /// Those of all instruments, if any are kept.
    exemplars: Option<Exemplars>,
    made: Instruments,
    /// One for each scope: its instruments share their budgets.
    meters: Arc<Mutex<HashMap<InstrumentationScope, ShapedMeter>>>,
}

impl ShapedMeters {
    /// Those of `provider`; all of its readers `are_known` if they come by [`Callbacks::read`].
    pub(crate) fn new(
        provider: Arc<dyn MeterProvider + Send + Sync>,
        shapes: Shapes,
        exemplars: Option<Exemplars>,
        are_known: bool,
    ) -> Self {
        let (callbacks, made, meters) =
            (Callbacks::new(are_known), Instruments::default(), Arc::default());
        let meters = Self { provider, shapes, callbacks, exemplars, made, meters };
        let meter = Scope::CORE.meter(&meters);
        meters.shapes.lengths().show(&meter);
        meters.callbacks.misses().show(&meter);
        meters
    }

    /// The instruments that were made.
    #[allow(dead_code, reason = "read by the feature `testing`")]
    pub(crate) fn made(&self) -> &Instruments {
        &self.made
    }

    /// The callbacks of its instruments, which run before they are read.
    pub(crate) fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    /// The shape that its instruments have.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The attributes of the series into which this instrument records, where it has `attributes`.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(crate) fn shown(
        &self,
        name: &str,
        kind: InstrumentKind,
        unit: &str,
        scope: &InstrumentationScope,
        attributes: &[KeyValue],
    ) -> Vec<KeyValue> {
        let meter = self.shaped(scope);
        meter.shown(Subject { name, kind, unit, scope }, attributes)
    }

    /// The exemplars of its instruments, if any are kept.
    pub(crate) fn exemplars(&self) -> Option<&Exemplars> {
        self.exemplars.as_ref()
    }
}

impl MeterProvider for ShapedMeters {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        self.shaped(&scope).to_meter()
    }
}

impl ShapedMeters {
    /// The meter of `scope`, of which there is one.
    fn shaped(&self, scope: &InstrumentationScope) -> ShapedMeter {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let meter = self.provider.meter_with_scope(scope.clone());
            let exemplars = self.exemplars.as_ref();
            ShapedMeter::new(
                meter,
                scope.clone(),
                &self.shapes,
                &self.callbacks,
                exemplars,
                &self.made,
            )
        };
        meters.entry(scope.clone()).or_insert_with(make).clone()
    }
}

impl fmt::Debug for ShapedMeters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShapedMeters").field("shapes", &self.shapes).finish_non_exhaustive()
    }
}
