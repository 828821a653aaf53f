//! Names that other crates gave: see [`TelemetryBuilder::also_named`].

use kymo_core::{MetricKind, MetricSpec, key::AttributeKey};
use kymo_http::{key, metrics};

use crate::{
    TelemetryBuilder,
    view::{Twin, TwinLabel},
};

/// The crate that gave names to what kymo measures too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// axum-prometheus: `axum_http_requests_total`, `axum_http_requests_duration_seconds`,
    /// `axum_http_requests_pending` and `axum_http_response_body_size`.
    AxumPrometheus,
}

impl TelemetryBuilder {
    /// Records HTTP requests by the names of another crate too, beside those of the conventions, for as long as
    /// dashboards and alerts ask for them; the last call counts.
    ///
    /// Each is an instrument of its own, which costs a request as much as one more metric does, is on the page
    /// and in every push, and goes through the views by its name. A view that switches off the metric beside
    /// which it is switches it off, too. `docs/coming-from.md` of the repository says which name is which, and
    /// where the numbers differ.
    ///
    /// ```
    /// # fn main() -> Result<(), kymo::InstallError> {
    /// let telemetry = kymo::Telemetry::for_service("bookshop")
    ///     .prometheus()
    ///     .also_named(kymo::Profile::AxumPrometheus)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn also_named(mut self, profile: Profile) -> Self {
        let (whom, twins) = match profile {
            Profile::AxumPrometheus => ("axum-prometheus", AXUM_PROMETHEUS),
        };
        self.shape.also_record(whom, twins);
        self
    }
}

const METHOD: AttributeKey = AttributeKey::new("method", "The method, or `_OTHER`.");
const STATUS: AttributeKey = AttributeKey::new("status", "The status that was sent.");
const ENDPOINT: AttributeKey =
    AttributeKey::new("endpoint", "The route template, or `_OTHER` where none matched.");

const OF_METHOD: TwinLabel =
    TwinLabel { from: key::HTTP_REQUEST_METHOD, to: Some(METHOD), otherwise: Some("_OTHER") };
/// A request without a response was not counted.
const OF_STATUS: TwinLabel =
    TwinLabel { from: key::HTTP_RESPONSE_STATUS_CODE, to: Some(STATUS), otherwise: None };
/// As [`OF_STATUS`], where the status is no label.
const WITH_A_STATUS: TwinLabel =
    TwinLabel { from: key::HTTP_RESPONSE_STATUS_CODE, to: None, otherwise: None };
const OF_ROUTE: TwinLabel =
    TwinLabel { from: key::HTTP_ROUTE.key, to: Some(ENDPOINT), otherwise: Some("_OTHER") };

const AXUM_PROMETHEUS: &[Twin] = &[
    Twin {
        of: metrics::REQUEST_DURATION,
        spec: MetricSpec::new(
            "axum_http_requests_total",
            MetricKind::Counter,
            "{request}",
            "HTTP requests, as axum-prometheus called them.",
        )
        .with_attributes(&[METHOD, STATUS, ENDPOINT]),
        labels: &[OF_METHOD, OF_STATUS, OF_ROUTE],
    },
    Twin {
        of: metrics::REQUEST_DURATION,
        spec: MetricSpec::new(
            "axum_http_requests_duration_seconds",
            MetricKind::Histogram {
                buckets: &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
            },
            "s",
            "Duration of HTTP requests, as axum-prometheus called it.",
        )
        .with_attributes(&[METHOD, STATUS, ENDPOINT]),
        labels: &[OF_METHOD, OF_STATUS, OF_ROUTE],
    },
    Twin {
        of: metrics::ACTIVE_REQUESTS,
        spec: MetricSpec::new(
            "axum_http_requests_pending",
            MetricKind::UpDownCounter,
            "{request}",
            "HTTP requests under way, as axum-prometheus called them.",
        )
        .with_attributes(&[METHOD]),
        labels: &[OF_METHOD],
    },
    Twin {
        of: metrics::RESPONSE_BODY_SIZE,
        spec: MetricSpec::new(
            "axum_http_response_body_size",
            MetricKind::Histogram { buckets: SIZES },
            "",
            "Size of HTTP response bodies, as axum-prometheus called it.",
        )
        .with_attributes(&[METHOD, ENDPOINT]),
        labels: &[OF_METHOD, OF_ROUTE, WITH_A_STATUS],
    },
];

/// Where theirs has quantiles.
const SIZES: &[f64] = metrics::RESPONSE_BODY_SIZE.buckets();
