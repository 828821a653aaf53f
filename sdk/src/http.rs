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
        self.handouts.of(|| {
            let layer = ServerLayer::new(self.meters());
            self.known_methods().into_iter().fold(layer, ServerLayer::known_methods)
        })
    }

    /// As [`Telemetry::http`], with series of its own under the scope attribute `kymo.layer`: for
    /// a second server in the process, or for a layer with buckets of its own.
    pub fn http_named(&self, name: &str) -> ServerLayer {
        let layer = ServerLayer::named(self.meters(), name);
        self.known_methods().into_iter().fold(layer, ServerLayer::known_methods)
    }

    /// A tower layer that measures the time inside handlers, apart from middleware; add it first.
    pub fn http_handler(&self) -> HandlerLayer {
        self.handouts.of(|| {
            let layer = HandlerLayer::new(self.meters());
            self.known_methods().into_iter().fold(layer, HandlerLayer::known_methods)
        })
    }

    fn known_methods(&self) -> Option<Vec<String>> {
        self.environment.parse("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", known_methods)
    }
}

/// Parses `GET,POST`; letters count, and one mistake spoils all of it.
fn known_methods(list: &str) -> Result<Vec<String>, String> {
    let methods = list.split(',').map(str::trim).filter(|method| !method.is_empty());
    methods
        .map(|method| {
            // A method is a token (RFC 9110, section 5.6.2).
            let is_token = method
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
            let remedy = || format!("`{method}` is no method; write a list such as GET,POST");
            is_token.then(|| method.to_owned()).ok_or_else(remedy)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_methods_keep_their_letters() {
        assert_eq!(known_methods("GET, brew ,").unwrap(), ["GET", "brew"]);
    }

    #[test]
    fn a_list_with_something_that_is_no_method_is_refused_with_a_good_one() {
        let remedy = known_methods("GET,PO ST").unwrap_err();
        assert!(remedy.contains("`PO ST`") && remedy.contains("GET,POST"), "{remedy}");
    }
}
