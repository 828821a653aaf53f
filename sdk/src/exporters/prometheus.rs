//! The pull exporter: see [`TelemetryBuilder::prometheus`].

mod admission;
mod listening;
mod overview;
mod pull;

use std::{sync::Arc, time::Instant};

#[allow(unreachable_pub, unused_imports, reason = "the feature `upstream` adds to it")]
pub use crate::beside::prometheus::*;
pub use kymo_bridge::{
    Bridge, BridgeBuilder, Cause, Error as BridgeError, Loss, Reader, Translation,
};
pub use kymo_endpoint::{
    Access, AccessError, Address, DEFAULT_ADDRESS, Endpoint, Gate, ListenError, Listener, Place,
    ScrapeBody, ScrapeFuture, Server, Table, Withdrawn,
};
pub use kymo_exposition as exposition;
use kymo_exposition::{Sink, Source};
pub use prometheus::{Registry, core::Collector};

pub use self::listening::ServeError;
use self::pull::Said;
pub(crate) use self::pull::{Pull, PullPlan};
use crate::{InjectedBuilder, Telemetry, TelemetryBuilder, beside, lifecycle::provider::Provider};

impl TelemetryBuilder {
    /// Lets a Prometheus server pull the metrics, from [`Telemetry::endpoint`].
    pub fn prometheus(mut self) -> Self {
        self.plans.change(PullPlan::want);
        self
    }

    /// Lets a Prometheus server pull the metrics, together with those that the application
    /// already has in `registry`.
    ///
    /// A program that gathers `registry` sees the OpenTelemetry metrics too.
    pub fn registry(self, registry: Registry) -> Self {
        self.with_bridge("registry", None, |bridge| bridge.registry(registry))
    }

    /// Puts `namespace` and `_` before the name of every metric but `target_info`.
    pub fn namespace(self, namespace: &str) -> Self {
        let setting = (!namespace.is_empty()).then(|| ("namespace", namespace.to_owned()));
        self.with_bridge("namespace", setting, |bridge| bridge.namespace(namespace))
    }

    /// Leaves out `target_info`, the metric that shows the resource.
    pub fn without_target_info(self) -> Self {
        let setting = ("target_info", "off".to_owned());
        let change = BridgeBuilder::without_target_info;
        self.with_bridge("without_target_info", Some(setting), change)
    }

    /// Leaves out the labels `otel_scope_name`, `otel_scope_version` and the like.
    pub fn without_scope_info(self) -> Self {
        let setting = ("scope_info", "off".to_owned());
        let change = BridgeBuilder::without_scope_info;
        self.with_bridge("without_scope_info", Some(setting), change)
    }

    /// Makes names of Prometheus of those of instruments and attributes by this strategy; of two calls, the
    /// last one counts.
    ///
    /// For example, [`Translation::NoTranslation`] keeps `http.server.request.duration` as it is for servers
    /// that ask for such names, as Prometheus 3 does. All others get `http_server_request_duration` then,
    /// without the unit that the default adds.
    ///
    /// It is stronger than `KYMO_EXPORTER_PROMETHEUS_TRANSLATION_STRATEGY`, which has the name of a strategy
    /// as the specification of the exporter writes it, and than the configuration file.
    pub fn translation(self, translation: Translation) -> Self {
        let setting = ("translation", translation.to_string());
        let change = |bridge: BridgeBuilder| bridge.translation(translation);
        self.with_bridge("translation", Some(setting), change)
    }

    /// Lets a Prometheus server pull from `bridge`, instead of one that the methods above describe:
    /// for options that only [`Bridge::builder`] has.
    ///
    /// Of two bridges, the last one counts. The options above are refused beside it, by
    /// [`TelemetryBuilder::install`]: give them to [`Bridge::builder`].
    pub fn bridge(mut self, bridge: Bridge) -> Self {
        self.plans.change(|plan: &mut PullPlan| plan.give(bridge));
        self
    }

    /// Lets only those scrape whom `access` lets in, from every [`Telemetry::endpoint`] and on the listener of
    /// [`Telemetry::serve`]; of several, the last one counts.
    ///
    /// A mistake in it is an error of [`TelemetryBuilder::install`]. It asks for no exporter:
    /// [`TelemetryBuilder::prometheus`] does.
    pub fn access(mut self, access: Access) -> Self {
        self.plans.change(|plan: &mut PullPlan| plan.guard(access));
        self
    }

    /// Listens at `host` and `port`, such as `localhost` and `9464`, once [`Telemetry::serve`] is called,
    /// whatever the environment says.
    pub fn listen(mut self, host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        self.plans.change(|plan: &mut PullPlan| plan.listen(host, port));
        self
    }

    /// Changes the bridge that is asked for, and remembers the method and its setting.
    fn with_bridge(
        mut self,
        method: &'static str,
        setting: Option<(&'static str, String)>,
        change: impl FnOnce(BridgeBuilder) -> BridgeBuilder,
    ) -> Self {
        let said = Said { method, setting };
        self.plans.change(|plan: &mut PullPlan| plan.change(said, change));
        self
    }
}

impl InjectedBuilder {
    /// Lets a Prometheus server pull from `bridge`, whose reader the provider has already.
    pub fn bridge(mut self, bridge: Bridge) -> Self {
        self.plans.change(|plan: &mut PullPlan| plan.give(bridge));
        self
    }

    /// As [`TelemetryBuilder::access`]; [`InjectedBuilder::bridge`] asks for the exporter.
    pub fn access(mut self, access: Access) -> Self {
        self.plans.change(|plan: &mut PullPlan| plan.guard(access));
        self
    }

    /// As [`TelemetryBuilder::listen`].
    pub fn listen(mut self, host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        self.plans.change(|plan: &mut PullPlan| plan.listen(host, port));
        self
    }
}

impl Telemetry {
    /// A tower service that answers the scrapes of a Prometheus server.
    ///
    /// Mount it after `.layer(telemetry.http())`, and scrapes are not counted as traffic. Without
    /// [`TelemetryBuilder::prometheus`] it answers 404 and says so, and a warning says it at once. All
    /// endpoints of one telemetry, and its listener, are one: who scrapes any of them at the same time
    /// shares one collection and one document.
    pub fn endpoint(&self) -> Endpoint {
        let Some(source) = self.source() else {
            let message = "the endpoint has no metrics and answers every scrape with 404: call \
                           `.prometheus()` before `.install()`, or set \
                           OTEL_METRICS_EXPORTER=prometheus";
            self.environment.warn("endpoint", message);
            return Endpoint::disabled();
        };
        // One for all: they share what is collected.
        self.kept.of(|| {
            let tables = overview::tables(source.bridge.clone(), Arc::clone(&self.description));
            let endpoint = Endpoint::new(source).measure(self.meters()).show(tables);
            let endpoint = beside::endpoint(endpoint, self);
            match self.gate() {
                Some(gate) => endpoint.behind(gate),
                None => endpoint,
            }
        })
    }

    /// What there is to scrape, if anything.
    pub(crate) fn source(&self) -> Option<Living> {
        let bridge = self.bridge().cloned()?;
        Some(Living { bridge, _provider: self.provider.clone() })
    }

    /// Who may scrape, if not everybody.
    pub(crate) fn gate(&self) -> Option<&Gate> {
        self.ending.exporter::<Pull>()?.gate.as_ref()
    }

    /// The bridge between OpenTelemetry and Prometheus, for metrics of the `prometheus` crate: its
    /// registry, and a way to register collectors that cannot harm a scrape.
    ///
    /// Absent without [`TelemetryBuilder::prometheus`].
    pub fn bridge(&self) -> Option<&Bridge> {
        self.ending.exporter::<Pull>()?.bridge.as_ref()
    }
}

/// A bridge, with the provider that must live for its scrapes: an endpoint may outlast the handle that
/// made it.
pub(crate) struct Living {
    pub(crate) bridge: Bridge,
    _provider: Provider,
}

impl Source for Living {
    fn collect(&self, sink: &mut dyn Sink) {
        self.bridge.collect(sink);
    }

    fn collect_by(&self, deadline: Instant, sink: &mut dyn Sink) {
        self.bridge.collect_by(deadline, sink);
    }
}
