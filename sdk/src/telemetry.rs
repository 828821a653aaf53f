//! The handle that hands out measured things.

use std::{fmt, sync::Arc};

use opentelemetry::{
    InstrumentationScope,
    metrics::{Meter, MeterProvider},
};

use crate::{
    InjectedBuilder, TelemetryBuilder,
    configuration::{Description, environment::Environment},
    instrumentation::kept::Kept,
    lifecycle::{ending::Ending, provider::Provider},
};

/// The telemetry of a service: measures, exports, and hands out measured things.
///
/// Cloning is cheap, and every clone is the same telemetry: hand it to whatever opens a pool or makes
/// a router. Call [`Telemetry::shutdown`] when the service ends. What was installed is kept for
/// [`Telemetry::installed`] and goes on until then; what was only built asks for a last push when its
/// last clone is dropped, waits for nothing, and ends, its endpoints excepted.
#[derive(Clone)]
pub struct Telemetry {
    pub(crate) ending: Arc<Ending>,
    pub(crate) provider: Provider,
    #[allow(dead_code, reason = "read by the features")]
    pub(crate) environment: Environment,
    #[allow(dead_code, reason = "read by the features")]
    pub(crate) kept: Kept,
    pub(crate) description: Arc<Description>,
}

impl Telemetry {
    /// Begins the telemetry of the service `name`, such as `bookshop`: the value of `service.name`
    /// unless the environment has another, in `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES`.
    pub fn for_service(name: impl Into<String>) -> TelemetryBuilder {
        TelemetryBuilder::new(name.into())
    }

    /// Begins a telemetry that measures with the meters of `provider` instead of a provider of our own.
    ///
    /// The name of the service, the resource, the readers and the views are that provider's. It must
    /// implement bound instruments, as that of `opentelemetry_sdk` does: what is recorded through any
    /// other is lost.
    pub fn with_meter_provider(
        provider: impl MeterProvider + Send + Sync + 'static,
    ) -> InjectedBuilder {
        InjectedBuilder::new(provider)
    }

    /// A meter for the service's own instruments; `name` is its instrumentation scope, such as
    /// the name of a crate.
    ///
    /// Make instruments once, and not in callbacks of observable ones, where they measure nothing.
    /// While a scrape or a push reads, whoever makes an instrument does not wait for it: what the instrument records is
    /// kept until that is over. Recording and binding do not wait either.
    ///
    /// Callbacks run on threads of their own, in the tokio runtime in which their instrument was made, if it
    /// was made in one and kymo has a feature that brings tokio: `prometheus`, `otlp` or `signal`. One that
    /// panics, or does not return in half of the time that a scrape or a push has left, costs what it would
    /// observe and nothing else: `kymo.callback.missed` counts it, and the log names it once. It is called
    /// again once it has returned.
    ///
    /// ```
    /// # let telemetry = kymo::Telemetry::for_service("bookshop").build()?;
    /// let sold = telemetry.meter("bookshop").u64_counter("books.sold").with_unit("{book}").build();
    /// sold.add(1, &[]);
    /// # Ok::<_, kymo::InstallError>(())
    /// ```
    pub fn meter(&self, name: &'static str) -> Meter {
        self.meter_with_scope(InstrumentationScope::builder(name).build())
    }

    /// A meter for instruments of `scope`.
    pub fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        self.meters().meter_with_scope(scope)
    }

    /// The provider of every meter, for instrumentation by others.
    pub fn meters(&self) -> &(dyn MeterProvider + Send + Sync) {
        self.provider.meters()
    }

    /// The settings that are in force, and who decided each: log them at start-up.
    ///
    /// ```
    /// # let telemetry = kymo::Telemetry::for_service("bookshop").build()?;
    /// println!("{}", telemetry.describe());
    /// # Ok::<_, kymo::InstallError>(())
    /// ```
    pub fn describe(&self) -> &Description {
        &self.description
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("provider", &self.provider).finish_non_exhaustive()
    }
}
