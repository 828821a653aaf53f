//! Readers of the application's own.

use std::{sync::Weak, time::Duration};

use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, MeterProviderBuilder, Pipeline, Temporality, data::ResourceMetrics,
        reader::MetricReader,
    },
};

use crate::InstallError;

/// The readers that were given to a builder.
#[derive(Debug, Default)]
pub(crate) struct Readers(Vec<Attached>);

impl Readers {
    pub(crate) fn add(&mut self, reader: impl MetricReader) {
        self.0.push(Attached(Box::new(reader)));
    }

    /// Lets all of them read from `provider`.
    pub(crate) fn attach(self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        self.0.into_iter().fold(provider, MeterProviderBuilder::with_reader)
    }

    /// A provider of somebody else cannot be given a reader any more.
    pub(crate) fn none_beside_injected(&self) -> Result<(), InstallError> {
        match self.0.as_slice() {
            [] => Ok(()),
            _ => Err(InstallError::ReaderBesideInjectedProvider),
        }
    }
}

/// A reader of whatever type: the provider asks for a type it knows.
#[derive(Debug)]
struct Attached(Box<dyn MetricReader>);

impl MetricReader for Attached {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}
