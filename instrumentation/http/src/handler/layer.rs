//! The layer that measures handlers.

use std::sync::{Arc, OnceLock};

use kymo_core::{KNOWN_METHODS, KnownValues};
use opentelemetry::metrics::{Meter, MeterProvider};
use tower_layer::Layer;

use super::{instruments::HandlerInstruments, service::MeasuredHandler};
use crate::scope;

/// Measures the time inside the handler in `kymo.http.server.handler.duration`.
///
/// Add it first, innermost, and [`ServerLayer`](crate::ServerLayer) last, outermost: the
/// difference between the two is what the middleware between them costs. The time ends at the
/// response's head; a handler that panics or is dropped is counted all the same. A request that
/// passes two of these layers is measured by the outer one. The route is axum's matched path.
///
/// A wait for a handler that is not ready is part of its time, as it is part of the
/// [request's](crate#waiting-for-the-service); who gives up there is counted as method `_OTHER`,
/// without a route.
#[derive(Debug, Clone)]
pub struct HandlerLayer {
    meter: Meter,
    methods: KnownValues,
    instruments: Arc<OnceLock<Arc<HandlerInstruments>>>,
}

impl HandlerLayer {
    /// Measures with instruments of `meters`.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = meters.meter_with_scope(scope::unnamed());
        Self { meter, methods: KNOWN_METHODS, instruments: Arc::default() }
    }

    /// Keeps the names of exactly these methods, as
    /// [`ServerLayer::known_methods`](crate::ServerLayer::known_methods) does.
    pub fn known_methods(self, methods: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let methods = methods.into_iter().collect();
        Self { methods, instruments: Arc::default(), ..self }
    }
}

impl<S> Layer<S> for HandlerLayer {
    type Service = MeasuredHandler<S>;

    fn layer(&self, inner: S) -> MeasuredHandler<S> {
        let make = || Arc::new(HandlerInstruments::new(&self.meter, self.methods.clone()));
        let instruments = Arc::clone(self.instruments.get_or_init(make));
        MeasuredHandler::new(inner, instruments)
    }
}
