//! HTTP servers: see [`Telemetry::http`].

pub use kymo_http::{
    AnyBodyLayer, BucketsError, HandlerFuture, HandlerLayer, KNOWN_METHODS, MeasuredAnyBody,
    MeasuredHandler, MeasuredRequestBody, MeasuredResponseBody, MeasuredService, RequestHead,
    ResponseFuture, ServerLayer, ServerMetric,
};

use crate::Telemetry;

impl Telemetry {
    /// A tower layer that measures every request of a server exactly once.
    ///
    /// With axum, add it last with `Router::layer`, and mount the metrics endpoint after it.
    ///
    /// Every call returns a clone of one layer, so all of them share their series.
    pub fn http(&self) -> ServerLayer {
        self.kept.of(|| {
            let layer = ServerLayer::new(self.meters());
            self.environment.known_methods().into_iter().fold(layer, ServerLayer::known_methods)
        })
    }

    /// As [`Telemetry::http`], with series of its own under the scope attribute `kymo.layer`: for
    /// a second server in the process, or for a layer with buckets of its own.
    pub fn http_named(&self, name: &str) -> ServerLayer {
        let layer = ServerLayer::named(self.meters(), name);
        self.environment.known_methods().into_iter().fold(layer, ServerLayer::known_methods)
    }

    /// A tower layer that measures the time inside handlers, apart from middleware; add it first.
    pub fn http_handler(&self) -> HandlerLayer {
        self.kept.of(|| {
            let layer = HandlerLayer::new(self.meters());
            self.environment.known_methods().into_iter().fold(layer, HandlerLayer::known_methods)
        })
    }
}
