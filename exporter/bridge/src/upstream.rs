//! A bridge over another exporter.

use std::sync::Arc;

use opentelemetry_sdk::{error::OTelSdkError, metrics::reader::MetricReader};
use prometheus::Registry;

use crate::{Bridge, Error, apart::Apart, loss::Losses, reader::Reader};

impl Bridge {
    /// A bridge on which another exporter names and translates the metrics.
    ///
    /// It is for dashboards that already rely on the names of `opentelemetry-prometheus`:
    ///
    /// ```
    /// use kymo_bridge::Bridge;
    /// use prometheus::Registry;
    ///
    /// let bridge = Bridge::upstream(Registry::new(), |registry| {
    ///     opentelemetry_prometheus::exporter().with_registry(registry).build()
    /// })?;
    /// # Ok::<_, kymo_bridge::Error>(())
    /// ```
    ///
    /// The families are what that exporter puts into the registry that it is given, with everything
    /// that other collectors put there.
    ///
    /// # Errors
    ///
    /// When the exporter cannot be built, for instance because the registry has one already.
    pub fn upstream<R: MetricReader>(
        registry: Registry,
        exporter: impl FnOnce(Registry) -> Result<R, OTelSdkError>,
    ) -> Result<Bridge, Error> {
        let reader = exporter(registry.clone()).map_err(|source| Error::Upstream { source })?;
        Ok(Bridge {
            reader: Reader(Arc::new(reader)),
            registry,
            losses: Arc::new(Losses::default()),
            is_measured: Arc::default(),
            apart: Apart::default(),
            translator: None,
            otel: None,
        })
    }
}
