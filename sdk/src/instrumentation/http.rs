//! HTTP servers: see [`Telemetry::http`].

pub use kymo_http::{
    AnyBodyLayer, BucketsError, HandlerFuture, HandlerLayer, KNOWN_METHODS, MeasuredAnyBody,
    MeasuredHandler, MeasuredRequestBody, MeasuredResponseBody, MeasuredService, OperationKind,
    Part, RequestHead, ResponseFuture, ServerLayer, ServerMetric,
};

use crate::Telemetry;

impl Telemetry {
    /// A tower layer that measures every request of a server exactly once.
    ///
    /// With axum, add it last with `Router::layer`, and mount the metrics endpoint after it.
    ///
    /// Every call returns a clone of one layer, so all of them share their series.
    pub fn http(&self) -> ServerLayer {
        self.kept.of(|| self.told(ServerLayer::new(self.meters()), ServerLayer::known_methods))
    }

    /// As [`Telemetry::http`], with series of its own under the scope attribute `kymo.layer`: for
    /// a second server in the process, or for a layer with buckets of its own.
    ///
    /// The name is said before the layer is made, because it tells the scope of its instruments: a method
    /// of the layer would come too late.
    pub fn http_named(&self, name: &str) -> ServerLayer {
        self.told(ServerLayer::named(self.meters(), name), ServerLayer::known_methods)
    }

    /// A tower layer that measures the time inside handlers, apart from middleware; add it first.
    pub fn http_handler(&self) -> HandlerLayer {
        self.kept.of(|| self.told(HandlerLayer::new(self.meters()), HandlerLayer::known_methods))
    }

    /// `layer`, told the known methods if the environment lists them.
    fn told<L>(&self, layer: L, known_methods: fn(L, Vec<String>) -> L) -> L {
        self.environment.known_methods().into_iter().fold(layer, known_methods)
    }
}
