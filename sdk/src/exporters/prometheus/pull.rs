//! The pull exporter that a telemetry will have, and the one that it has.

use kymo_core::Exemplars;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::MeterProviderBuilder;

use super::{
    Access, Bridge, BridgeBuilder, Gate, Translation,
    admission::gate,
    listening::{host, port},
};
use crate::{
    InstallError,
    configuration::{
        Description, Exporters, Origin,
        environment::{Environment, Found, Page, one_of},
    },
    exporters::{
        exporter::{Exporter, Reads},
        plan::{Plan, Start},
    },
    view::Callbacks,
};

/// The pull exporter a telemetry will have.
#[derive(Default)]
pub(crate) struct PullPlan {
    /// One like this, with what the program said of it.
    wanted: Option<(BridgeBuilder, Vec<Said>)>,
    /// This one.
    given: Option<Bridge>,
    /// Who may scrape.
    access: Option<Access>,
    gate: Option<Gate>,
    /// Where the program listens.
    listening: Option<(String, u16)>,
}

/// An option of the page: the method that sets it, and what it sets to what, where that can be shown.
pub(super) struct Said {
    pub(super) method: &'static str,
    pub(super) setting: Option<(&'static str, String)>,
}

/// The pull exporter a telemetry has, if any.
#[derive(Default)]
pub(crate) struct Pull {
    pub(crate) bridge: Option<Bridge>,
    /// Who may scrape, if not everybody.
    pub(crate) gate: Option<Gate>,
    /// Where the program wants to listen, if it says so.
    pub(crate) listening: Option<(String, u16)>,
}

impl PullPlan {
    /// Asks for an exporter.
    pub(super) fn want(&mut self) {
        self.wanted.get_or_insert_with(|| (Bridge::builder(), Vec::new()));
    }

    /// Changes the exporter that is asked for, as is `said`.
    pub(super) fn change(
        &mut self,
        said: Said,
        change: impl FnOnce(BridgeBuilder) -> BridgeBuilder,
    ) {
        let (bridge, mut all) =
            self.wanted.take().unwrap_or_else(|| (Bridge::builder(), Vec::new()));
        // The last word counts.
        all.retain(|before| before.method != said.method);
        all.push(said);
        self.wanted = Some((change(bridge), all));
    }

    /// Takes `bridge` as it is.
    pub(super) fn give(&mut self, bridge: Bridge) {
        self.given = Some(bridge);
    }

    /// Lets in whom `access` lets in.
    pub(super) fn guard(&mut self, access: Access) {
        self.access = Some(access);
    }

    /// Listens at `host` and `port`, when it does.
    pub(super) fn listen(&mut self, host: String, port: u16) {
        self.listening = Some((host, port));
    }

    /// The exporter that the program asks for, or else the environment, and who does; and how its page
    /// differs from a whole one, as far as that is known.
    fn bridge(&mut self, start: &Start<'_>) -> Result<Pulled, InstallError> {
        let asked = start.asked.is_some_and(|exporters| exporters.prometheus);
        let page = &start.environment.file_only().page;
        let build = |bridge, translation: Option<&Found<Translation>>| {
            let bridge = with_page(bridge, page).attribute_value_limit(start.shape.longest_value());
            let bridge = match translation {
                Some(found) => bridge.translation(found.value),
                None => bridge,
            };
            bridge.build().map_err(|error| InstallError::Prometheus(error.into()))
        };
        match (self.given.take(), self.wanted.take()) {
            (Some(_), Some((_, said))) if !said.is_empty() => {
                Err(InstallError::IgnoredBesideBridge { method: said[0].method })
            }
            (Some(bridge), _) => {
                // Beside an injected provider it is said with what else is ignored.
                if !page.is_whole() && !start.is_injected {
                    let message = "what the configuration file says of the page is ignored: the \
                                   program brings a bridge of its own, which must be told";
                    start.environment.warn("bridge", message);
                }
                if translation(start.environment).is_some() {
                    let message = format!(
                        "{} is ignored: the program brings a bridge of its own, which must be told",
                        start.environment.origin(TRANSLATION)
                    );
                    start.environment.warn(TRANSLATION, &message);
                }
                Ok((Some(bridge), Origin::Code, Vec::new()))
            }
            (None, Some((bridge, said))) => {
                let is_said = said.iter().any(|said| said.method == "translation");
                let found = translation(start.environment).filter(|_| !is_said);
                let bridge = build(bridge, found.as_ref())?;
                Ok((Some(bridge), Origin::Code, differences(said, found, page)))
            }
            (None, None) if asked => {
                let origin = start.environment.origin(Exporters::VARIABLE);
                let found = translation(start.environment);
                let bridge = build(Bridge::builder(), found.as_ref())?;
                Ok((Some(bridge), origin, differences(Vec::new(), found, page)))
            }
            (None, None) => Ok((None, Origin::Default, Vec::new())),
        }
    }
}

impl Plan for PullPlan {
    fn known(&self) -> Exporters {
        Exporters { prometheus: true, ..Exporters::default() }
    }

    fn prepare(&mut self, start: &mut Start<'_>) -> Result<(), InstallError> {
        let (bridge, origin, differences) = self.bridge(start)?;
        start.is_pulled = bridge.is_some();
        if start.is_pulled {
            describe(origin, self.listening.as_ref(), start.environment, start.description);
        } else {
            start.description.add("prometheus", "off", origin);
        }
        for (name, value, origin) in differences {
            start.description.add(format!("prometheus.{name}"), value, origin);
        }
        if start.is_pulled {
            self.gate = gate(self.access.take(), start.environment, start.description)?;
        }
        self.given = bridge;
        Ok(())
    }

    fn start(self: Box<Self>, _: &mut Start<'_>) -> Result<Box<dyn Exporter>, InstallError> {
        let Self { given: bridge, gate, listening, .. } = *self;
        Ok(Box::new(Pull { bridge, gate, listening }))
    }
}

impl Exporter for Pull {
    fn attach(&self, provider: MeterProviderBuilder) -> MeterProviderBuilder {
        match &self.bridge {
            Some(bridge) => provider.with_reader(bridge.reader()),
            None => provider,
        }
    }

    fn measure(&self, meters: &dyn MeterProvider) {
        if let Some(bridge) = &self.bridge {
            bridge.measure(meters);
        }
        if let Some(gate) = &self.gate {
            gate.measure(meters);
        }
    }

    fn prepare(&self, callbacks: &Callbacks) {
        if let Some(bridge) = &self.bridge {
            let callbacks = callbacks.clone();
            bridge.read_within(move |deadline, read| callbacks.read(deadline, read));
        }
    }

    fn reads(&self) -> Reads {
        match &self.bridge {
            None => Reads::Never,
            // Where another exporter reads, there are no exemplars.
            Some(bridge) if bridge.shows_exemplars() => Reads::AfterCallbacks,
            Some(_) => Reads::Alone,
        }
    }

    fn shows_exemplars(&self) -> bool {
        self.bridge.as_ref().is_some_and(Bridge::shows_exemplars)
    }

    fn show(&self, exemplars: &Exemplars) {
        if let Some(bridge) = &self.bridge {
            bridge.show_exemplars(exemplars.clone());
        }
    }
}

/// A bridge, who asks for it, and the settings of its page with who decided them.
type Pulled = (Option<Bridge>, Origin, Vec<Difference>);
type Difference = (&'static str, String, Origin);

/// Describes the exporter, and where it listens.
fn describe(
    origin: Origin,
    listening: Option<&(String, u16)>,
    environment: &Environment,
    description: &mut Description,
) {
    description.add("prometheus", "on", origin);
    description.note("prometheus.host", host(listening, environment), Clone::clone);
    description.note("prometheus.port", port(listening, environment), u16::to_string);
}

/// The strategy that the environment, or the file, has for names.
fn translation(environment: &Environment) -> Option<Found<Translation>> {
    let known = Translation::ALL.map(|translation| (translation.name(), translation));
    environment.find(&[TRANSLATION], |name| one_of(name, &known))
}

const TRANSLATION: &str = "KYMO_EXPORTER_PROMETHEUS_TRANSLATION_STRATEGY";

/// The settings of the page that the program has `said`, the strategy that was `found`, and then those of
/// the file.
fn differences(said: Vec<Said>, found: Option<Found<Translation>>, page: &Page) -> Vec<Difference> {
    let said = said.into_iter().filter_map(|said| said.setting);
    let mut all: Vec<_> = said.map(|(name, value)| (name, value, Origin::Code)).collect();
    all.extend(found.map(|found| ("translation", found.value.to_string(), found.origin)));
    let off = [("scope_info", page.without_scope_info), ("target_info", page.without_target_info)];
    let off = off.into_iter().filter_map(|(name, key)| Some((name, "off".to_owned(), key?)));
    let labels = page.resource_labels.iter();
    let labels = labels.map(|(names, key)| ("resource_labels", names.to_string(), *key));
    for (name, value, key) in off.chain(labels) {
        if all.iter().all(|(known, ..)| *known != name) {
            all.push((name, value, Origin::File(key)));
        }
    }
    all
}

/// `bridge`, without what `page` leaves out; a program leaves out no less than it says.
fn with_page(bridge: BridgeBuilder, page: &Page) -> BridgeBuilder {
    let with = |bridge, key: Option<_>, leave_out: fn(_) -> BridgeBuilder| {
        if key.is_some() { leave_out(bridge) } else { bridge }
    };
    let bridge = with(bridge, page.without_scope_info, BridgeBuilder::without_scope_info);
    let bridge = with(bridge, page.without_target_info, BridgeBuilder::without_target_info);
    match page.resource_labels.clone() {
        Some((labels, _)) => bridge.resource_labels(move |key| labels.contain(key)),
        None => bridge,
    }
}
