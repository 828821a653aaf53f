use std::sync::Arc;

use opentelemetry_prometheus::ExporterBuilder;
use prometheus::Registry;

use crate::loss::Losses;
use crate::reader::Reader;
use crate::{Bridge, Error};

impl Bridge {
    /// A bridge on which `opentelemetry-prometheus` names and translates the metrics.
    ///
    /// It is for dashboards that already rely on that crate's names. The families are what that crate
    /// puts into the registry, with everything that other collectors put there. The registry is the
    /// given one, whichever the exporter was told before.
    ///
    /// # Errors
    ///
    /// When the exporter cannot be built, for instance because the registry has one already.
    pub fn upstream(registry: Registry, exporter: ExporterBuilder) -> Result<Bridge, Error> {
        let exporter = exporter
            .with_registry(registry.clone())
            .build()
            .map_err(|source| Error::Upstream { source })?;
        Ok(Bridge {
            reader: Reader(Arc::new(exporter)),
            registry,
            losses: Arc::new(Losses::default()),
            otel: None,
        })
    }
}
