//! The pull exporter, if there is one.

#[cfg(not(feature = "prometheus"))]
pub(crate) use absent::{Pull, PullError, PullPlan};

#[cfg(feature = "prometheus")]
pub(crate) use crate::exporters::prometheus::{Pull, PullError, PullPlan};

#[cfg(not(feature = "prometheus"))]
mod absent {
    use opentelemetry_sdk::metrics::MeterProviderBuilder;

    use crate::{
        InstallError,
        configuration::{Description, Exporters, environment::Environment},
    };

    /// No pull exporter, without the feature `prometheus`.
    #[derive(Default)]
    pub(crate) struct PullPlan {}

    /// No pull exporter, without the feature `prometheus`.
    #[derive(Clone)]
    pub(crate) struct Pull;

    /// What cannot happen without a pull exporter.
    #[derive(Debug, thiserror::Error)]
    #[error("{}", match *self {})]
    pub enum PullError {}

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as with the feature")]
    impl PullPlan {
        pub(crate) fn carry_out(
            self,
            exporters: Option<Exporters>,
            _: usize,
            environment: &Environment,
            _: &mut Description,
        ) -> Result<Pull, PullError> {
            if exporters.is_some_and(|exporters| exporters.prometheus) {
                environment.lacks_feature(Exporters::VARIABLE, "prometheus");
            }
            Ok(Pull)
        }

        pub(crate) fn carry_out_beside_injected(self) -> Result<Pull, InstallError> {
            Ok(Pull)
        }
    }

    #[expect(clippy::unused_self, reason = "as with the feature")]
    impl Pull {
        pub(crate) fn is_on(&self) -> bool {
            false
        }

        pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
            provider
        }
    }
}
