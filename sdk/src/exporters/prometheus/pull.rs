//! The pull exporter that a telemetry will have, and the one that it has.

use opentelemetry_sdk::metrics::MeterProviderBuilder;

use super::{
    Bridge, BridgeBuilder,
    listening::{host, port},
};
use crate::{
    InstallError,
    configuration::{Exporters, Origin, environment::Page},
    exporters::{
        exporter::Exporter,
        plan::{Plan, Start},
    },
};

/// The pull exporter a telemetry will have.
#[derive(Default)]
pub(crate) struct PullPlan {
    /// One like this, whose options were set by these methods.
    wanted: Option<(BridgeBuilder, Vec<&'static str>)>,
    /// This one.
    given: Option<Bridge>,
}

/// The pull exporter a telemetry has, if any.
pub(crate) struct Pull(pub(crate) Option<Bridge>);

impl PullPlan {
    /// Asks for an exporter.
    pub(super) fn want(&mut self) {
        self.wanted.get_or_insert_with(|| (Bridge::builder(), Vec::new()));
    }

    /// Changes the exporter that is asked for, as `method` says.
    pub(super) fn change(
        &mut self,
        method: &'static str,
        change: impl FnOnce(BridgeBuilder) -> BridgeBuilder,
    ) {
        let (bridge, mut methods) =
            self.wanted.take().unwrap_or_else(|| (Bridge::builder(), Vec::new()));
        methods.push(method);
        self.wanted = Some((change(bridge), methods));
    }

    /// Takes `bridge` as it is.
    pub(super) fn give(&mut self, bridge: Bridge) {
        self.given = Some(bridge);
    }

    /// The exporter that the program asks for, or else the environment, and who does.
    fn bridge(&mut self, start: &Start<'_>) -> Result<(Option<Bridge>, Origin), InstallError> {
        let asked = start.asked.is_some_and(|exporters| exporters.prometheus);
        let page = &start.environment.file_only().page;
        let build = |bridge| {
            let bridge = with_page(bridge, page).attribute_value_limit(start.shape.longest_value());
            bridge.build().map_err(|error| InstallError::Prometheus(error.into()))
        };
        match (self.given.take(), self.wanted.take()) {
            (Some(_), Some((_, methods))) if !methods.is_empty() => {
                Err(InstallError::IgnoredBesideBridge { method: methods[0] })
            }
            (Some(bridge), _) => {
                if !page.is_whole() {
                    let message = "what the configuration file says of the page is ignored: the \
                                   program brings a bridge of its own, which must be told";
                    start.environment.warn("bridge", message);
                }
                Ok((Some(bridge), Origin::Code))
            }
            (None, Some((bridge, _))) => Ok((Some(build(bridge)?), Origin::Code)),
            (None, None) if asked => {
                let origin = start.environment.origin(Exporters::VARIABLE);
                Ok((Some(build(Bridge::builder())?), origin))
            }
            (None, None) => Ok((None, Origin::Default)),
        }
    }
}

impl Plan for PullPlan {
    fn known(&self) -> Exporters {
        Exporters { prometheus: true, ..Exporters::default() }
    }

    fn prepare(&mut self, start: &mut Start<'_>) -> Result<(), InstallError> {
        let (bridge, origin) = self.bridge(start)?;
        start.is_pulled = bridge.is_some();
        let shown = if start.is_pulled { "on" } else { "off" };
        start.description.add("prometheus", shown, origin);
        if start.is_pulled {
            start.description.note("prometheus.host", host(start.environment), Clone::clone);
            start.description.note("prometheus.port", port(start.environment), u16::to_string);
        }
        self.given = bridge;
        Ok(())
    }

    fn start(self: Box<Self>, _: &mut Start<'_>) -> Result<Box<dyn Exporter>, InstallError> {
        Ok(Box::new(Pull(self.given)))
    }
}

impl Exporter for Pull {
    fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
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
