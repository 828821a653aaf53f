//! The page for people: see [`Telemetry::live`].

pub use kymo_endpoint::Site;
use kymo_live::Live;
pub use kymo_live::{Metric, attributes, metrics};

use super::prometheus::Endpoint;
use crate::Telemetry;

/// Where the page is on listeners of the endpoint's own.
pub const PATH: &str = "/live";

impl Telemetry {
    /// A tower service with a page that shows the program as it runs: requests, queries, pools, caches and more, by
    /// the numbers that a scrape has.
    ///
    /// Mount it after `.layer(telemetry.http())`, as `.route_service("/live", telemetry.live())`; the own listener of
    /// the endpoint has it at [`PATH`]. Those see it who [may scrape](crate::TelemetryBuilder::access). Metrics are
    /// read every two seconds while somebody looks, and never while nobody does.
    ///
    /// Without [`TelemetryBuilder::prometheus`](crate::TelemetryBuilder::prometheus) it answers 404 and says so, and
    /// a warning says it at once. What a view renames is not found.
    pub fn live(&self) -> Site {
        let Some(source) = self.source() else {
            let message = "the live page has no metrics and answers everybody with 404: call \
                           `.prometheus()` before `.install()`, or set \
                           OTEL_METRICS_EXPORTER=prometheus";
            self.environment.warn("live", message);
            return Site::disabled(DISABLED);
        };
        // One for all: they share what is read.
        self.kept.of(|| {
            let bridge = source.bridge.clone();
            let name = |it: &Metric| bridge.family_name(it.name, it.unit, it.kind);
            let live = Live::new(source, name);
            let site = Site::new(move |request| live.answer(request));
            match self.gate() {
                Some(gate) => site.behind(gate),
                None => site,
            }
        })
    }
}

/// `endpoint`, with the page beside it.
pub(crate) fn beside(endpoint: Endpoint, telemetry: &Telemetry) -> Endpoint {
    endpoint.beside(PATH, telemetry.live())
}

const DISABLED: &str = "There are no metrics to look at: telemetry was installed without \
    `.prometheus()`. Call it before `.install()`, or set OTEL_METRICS_EXPORTER=prometheus.\n";
