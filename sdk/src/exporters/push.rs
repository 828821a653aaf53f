//! The push exporters, if there are any.

#[cfg(not(feature = "otlp"))]
pub(crate) use absent::{Push, PushError, PushPlan};

#[cfg(feature = "otlp")]
pub(crate) use crate::exporters::otlp::{Push, PushError, PushPlan};

#[cfg(not(feature = "otlp"))]
mod absent {
    use std::time::Duration;

    use opentelemetry::metrics::MeterProvider;
    use opentelemetry_sdk::metrics::MeterProviderBuilder;

    use crate::{
        FlushError, InstallError,
        configuration::{Description, Exporters, environment::Environment},
        view::ShapePlan,
    };

    /// No push exporter, without the feature `otlp`.
    #[derive(Default)]
    pub(crate) struct PushPlan {}

    /// No push exporter, without the feature `otlp`.
    pub(crate) struct Push;

    /// What cannot happen without a push exporter.
    #[derive(Debug, thiserror::Error)]
    #[error("{}", match *self {})]
    pub enum PushError {}

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as with the feature")]
    impl PushPlan {
        pub(crate) fn carry_out(
            self,
            exporters: Option<Exporters>,
            _disabled: bool,
            environment: &Environment,
            _: &mut Description,
        ) -> Result<Push, InstallError> {
            if exporters.is_some_and(|exporters| exporters.otlp || exporters.console) {
                environment.lacks_feature(Exporters::VARIABLE, "otlp");
            }
            Ok(Push)
        }

        pub(crate) fn shape(_: &Environment, _: bool, _: &mut ShapePlan) {}

        pub(crate) fn carry_out_beside_injected(self) -> Result<Push, InstallError> {
            Ok(Push)
        }
    }

    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_async,
        clippy::unused_self,
        reason = "as with the feature"
    )]
    impl Push {
        pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
            provider
        }

        pub(crate) fn measure(&self, _: &dyn MeterProvider) {}

        pub(crate) async fn flush(&self, _: Duration) -> Result<(), FlushError> {
            Ok(())
        }

        pub(crate) fn flush_blocking(&self, _: Duration) -> Result<(), FlushError> {
            Ok(())
        }

        pub(crate) async fn stop(&self, _: Duration) -> Result<(), FlushError> {
            Ok(())
        }

        pub(crate) fn stop_blocking(&self, _: Duration) -> Result<(), FlushError> {
            Ok(())
        }

        pub(crate) fn report_to_stderr(&self) {}

        pub(crate) fn nudge(&self) {}
    }
}
