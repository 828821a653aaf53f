//! The pull exporter: see [`TelemetryBuilder::prometheus`].

mod listening;

#[cfg(feature = "upstream")]
pub use kymo_bridge::opentelemetry_prometheus;
pub use kymo_bridge::{Bridge, BridgeBuilder, Cause, Error as BridgeError, Loss, Reader};
pub use kymo_endpoint::{DEFAULT_ADDRESS, Endpoint, ListenError, ScrapeFuture, Server};
pub use kymo_exposition as exposition;
use kymo_exposition::{Sink, Source};
use opentelemetry_sdk::metrics::MeterProviderBuilder;
pub use prometheus::{Registry, core::Collector};

pub use self::listening::ServeError;
use self::listening::{host, port};
use crate::{
    InstallError, Telemetry, TelemetryBuilder,
    configuration::{
        Description, Exporters, Origin,
        environment::{Environment, Page},
    },
    lifecycle::provider::Provider,
};

pub(crate) type PullError = BridgeError;

/// The pull exporter a telemetry will have.
#[derive(Default)]
pub(crate) enum PullPlan {
    /// None.
    #[default]
    Off,
    /// One like this.
    Wanted(BridgeBuilder),
    /// This one.
    Given(Bridge),
}

/// The pull exporter a telemetry has, if any.
#[derive(Clone)]
pub(crate) struct Pull(Option<Bridge>);

impl TelemetryBuilder {
    /// Lets a Prometheus server pull the metrics, from [`Telemetry::endpoint`].
    pub fn prometheus(self) -> Self {
        self.with_bridge(|bridge| bridge)
    }

    /// Lets a Prometheus server pull the metrics, together with those that the application
    /// already has in `registry`.
    ///
    /// Whoever gathers `registry` sees the OpenTelemetry metrics too.
    pub fn registry(self, registry: Registry) -> Self {
        self.with_bridge(|bridge| bridge.registry(registry))
    }

    /// Puts `namespace` and `_` before the name of every metric but `target_info`.
    pub fn namespace(self, namespace: &str) -> Self {
        self.with_bridge(|bridge| bridge.namespace(namespace))
    }

    /// Leaves out `target_info`, the metric that shows the resource.
    pub fn without_target_info(self) -> Self {
        self.with_bridge(BridgeBuilder::without_target_info)
    }

    /// Leaves out the labels `otel_scope_name`, `otel_scope_version` and the like.
    pub fn without_scope_info(self) -> Self {
        self.with_bridge(BridgeBuilder::without_scope_info)
    }

    /// Lets a Prometheus server pull from `bridge`, instead of one that the methods above describe:
    /// for options that only [`Bridge::builder`] has.
    ///
    /// Beside [`TelemetryBuilder::meter_provider`], the reader of `bridge` must have been given to
    /// that provider.
    pub fn bridge(mut self, bridge: Bridge) -> Self {
        self.pull = PullPlan::Given(bridge);
        self
    }

    fn with_bridge(mut self, change: impl FnOnce(BridgeBuilder) -> BridgeBuilder) -> Self {
        self.pull = match self.pull {
            PullPlan::Off => PullPlan::Wanted(change(Bridge::builder())),
            PullPlan::Wanted(bridge) => PullPlan::Wanted(change(bridge)),
            given @ PullPlan::Given(_) => given,
        };
        self
    }
}

impl Telemetry {
    /// A tower service that answers the scrapes of a Prometheus server.
    ///
    /// Mount it after `.layer(telemetry.http())`, and scrapes are not counted as traffic. Without
    /// [`TelemetryBuilder::prometheus`] it answers 404 and says so, and a warning says it at once. All
    /// endpoints of one telemetry, and its listener, together allow four scrapes at the same time.
    pub fn endpoint(&self) -> Endpoint {
        let Some(bridge) = self.pull.0.clone() else {
            let message = "the endpoint has no metrics and answers every scrape with 404: call \
                           `.prometheus()` before `.install()`, or set \
                           OTEL_METRICS_EXPORTER=prometheus";
            self.environment.warn("endpoint", message);
            return Endpoint::disabled();
        };
        // One for all: what it allows at the same time is for the telemetry.
        self.kept.of(|| Endpoint::new(Living { bridge, _provider: self.provider.clone() }))
    }

    /// The bridge between OpenTelemetry and Prometheus, for metrics of the `prometheus` crate: its
    /// registry, and a way to register collectors that cannot harm a scrape.
    ///
    /// Absent without [`TelemetryBuilder::prometheus`].
    pub fn bridge(&self) -> Option<&Bridge> {
        self.pull.0.as_ref()
    }
}

impl PullPlan {
    /// The exporter for a provider of our own: the program's, or the one that the environment
    /// asks for.
    pub(crate) fn carry_out(
        self,
        exporters: Option<Exporters>,
        longest_value: usize,
        environment: &Environment,
        description: &mut Description,
    ) -> Result<Pull, PullError> {
        let asked = exporters.is_some_and(|exporters| exporters.prometheus);
        let page = &environment.file_only().page;
        let (bridge, origin) = match self {
            Self::Off if asked => (
                Some(
                    with_page(Bridge::builder(), page)
                        .attribute_value_limit(longest_value)
                        .build()?,
                ),
                environment.origin(Exporters::VARIABLE),
            ),
            Self::Off => (None, Origin::Default),
            Self::Wanted(bridge) => {
                let bridge = with_page(bridge, page).attribute_value_limit(longest_value);
                (Some(bridge.build()?), Origin::Code)
            }
            Self::Given(bridge) => (Some(bridge), Origin::Code),
        };
        description.add("prometheus", if bridge.is_some() { "on" } else { "off" }, origin);
        if bridge.is_some() {
            description.note("prometheus.host", host(environment), Clone::clone);
            description.note("prometheus.port", port(environment), u16::to_string);
        }
        Ok(Pull(bridge))
    }

    /// The exporter beside a provider of somebody else, which cannot be given a reader any more.
    pub(crate) fn carry_out_beside_injected(self) -> Result<Pull, InstallError> {
        match self {
            Self::Off => Ok(Pull(None)),
            Self::Wanted(_) => Err(InstallError::PullBesideInjectedProvider),
            Self::Given(bridge) => Ok(Pull(Some(bridge))),
        }
    }
}

impl Pull {
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Lets the exporter read from `provider`.
    pub(crate) fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        match &self.0 {
            Some(bridge) => provider.with_reader(bridge.reader()),
            None => provider,
        }
    }
}

/// `bridge`, without what `page` leaves out; a program leaves out no less than it says.
fn with_page(bridge: BridgeBuilder, page: &Page) -> BridgeBuilder {
    let unless = |bridge, keep: bool, leave_out: fn(_) -> BridgeBuilder| {
        if keep { bridge } else { leave_out(bridge) }
    };
    let bridge = unless(bridge, page.scope_info, BridgeBuilder::without_scope_info);
    let bridge = unless(bridge, page.target_info, BridgeBuilder::without_target_info);
    let bridge =
        unless(bridge, page.suffixes, |bridge| bridge.without_units().without_counter_suffixes());
    match page.resource_labels.clone() {
        Some(labels) => bridge.resource_labels(move |key| labels.contain(key)),
        None => bridge,
    }
}

/// What is scraped, with the provider that must live for it: an endpoint may outlast the handle
/// that made it.
struct Living {
    bridge: Bridge,
    _provider: Provider,
}

impl Source for Living {
    fn collect(&self, sink: &mut dyn Sink) {
        self.bridge.collect(sink);
    }
}
