//! The options of a bridge.

use std::{collections::HashMap, fmt, sync::Arc};

use prometheus::{
    Registry,
    core::{Collector, Desc},
    proto::MetricFamily,
};

use crate::{
    Bridge, Error, Translation, Translator,
    apart::Apart,
    collector::OtelCollector,
    marker::Marker,
    name::{NameRules, is_legal},
    naming::TARGET_INFO,
    otel::{Choice, Otel},
    reader::Reader,
};

/// The options of a [`Bridge`]. Without any, it does what the OpenTelemetry specification says.
#[expect(clippy::struct_excessive_bools, reason = "each is one option that is on or off")]
pub struct BridgeBuilder {
    registry: Option<Registry>,
    namespace: String,
    target_info: bool,
    scope_info: bool,
    translation: Translation,
    units: bool,
    counter_suffixes: bool,
    resource_labels: Option<Choice>,
    longest: usize,
}

impl BridgeBuilder {
    /// The options of the specification: everything is shown, and units and `_total` are part of names.
    pub(crate) fn new() -> Self {
        BridgeBuilder {
            registry: None,
            namespace: String::new(),
            target_info: true,
            scope_info: true,
            translation: Translation::default(),
            units: true,
            counter_suffixes: true,
            resource_labels: None,
            longest: 1024,
        }
    }

    /// Joins a registry that the application already has, instead of a new one.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Begins the name of every family from OpenTelemetry with this and a `_`.
    ///
    /// `target_info` keeps its name, which has a meaning of its own.
    pub fn namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// Leaves out `target_info`, the family that describes the resource.
    pub fn without_target_info(mut self) -> Self {
        self.target_info = false;
        self
    }

    /// Leaves out the labels `otel_scope_*`, which say which library a series comes from.
    ///
    /// Series of two libraries may then have the same labels: sums and histograms are added, and of
    /// gauges one is kept.
    pub fn without_scope_info(mut self) -> Self {
        self.scope_info = false;
        self
    }

    /// Makes names of Prometheus of those of instruments and attributes by this strategy; of two calls,
    /// the last one counts.
    pub fn translation(mut self, translation: Translation) -> Self {
        self.translation = translation;
        self
    }

    /// Adds no unit to names: `latency`, not `latency_seconds`.
    ///
    /// Two metrics that differ in their unit alone are then one family.
    pub fn without_units(mut self) -> Self {
        self.units = false;
        self
    }

    /// Adds no `_total` to the names of counters.
    ///
    /// `OpenMetrics` has no counters without it: in that format they are of unknown type.
    pub fn without_counter_suffixes(mut self) -> Self {
        self.counter_suffixes = false;
        self
    }

    /// Puts those resource attributes on every series whose keys are chosen. None are by default.
    ///
    /// For example, `|key| key == "service.name"` gives every series the label `service_name`. The
    /// attributes stay in `target_info`.
    pub fn resource_labels(
        mut self,
        choose: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.resource_labels = Some(Box::new(choose));
        self
    }

    /// Cuts the values of attributes to so many bytes, at the end of a character, and counts that among
    /// the losses; 1,024 unless this says otherwise, and never less than 32, which every number has.
    ///
    /// Series that become equal are added, as others are. Attributes of scopes and of the resource, and
    /// labels of other collectors, stay as they are: the program has only a few.
    pub fn attribute_value_limit(mut self, bytes: usize) -> Self {
        self.longest = bytes.max(32);
        self
    }

    /// Builds the bridge and registers its metrics.
    ///
    /// # Errors
    ///
    /// When the namespace is not the beginning of a metric name, or the registry already has a
    /// bridge or a `target_info`.
    pub fn build(self) -> Result<Bridge, Error> {
        let has_suffixes = self.translation.has_suffixes();
        let rules = NameRules {
            namespace: with_separator(self.namespace)?,
            units: has_suffixes && self.units,
            counter_suffixes: has_suffixes && self.counter_suffixes,
            spelling: self.translation.spelling(),
        };
        let translator = Translator::of(self.translation, rules.clone(), self.target_info);
        let marker = Arc::new(Marker::new());
        if self.registry.is_some() {
            marker.share();
        }
        let registry = self.registry.unwrap_or_default();
        let otel = Arc::new(Otel::new(
            rules,
            self.scope_info,
            self.target_info,
            self.resource_labels,
            self.longest,
        ));
        let collector = OtelCollector {
            otel: Arc::clone(&otel),
            marker: Arc::clone(&marker),
            descriptions: descriptions(self.target_info),
        };
        let registered = registry.register(Box::new(collector));
        registered.map_err(|source| refusal(&registry, source))?;
        Ok(Bridge {
            reader: Reader(Arc::clone(&otel.reader) as _),
            losses: Arc::clone(&otel.losses),
            is_measured: Arc::default(),
            apart: Apart::default(),
            registry,
            translator: Some(translator),
            otel: Some((otel, marker)),
        })
    }
}

impl fmt::Debug for BridgeBuilder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BridgeBuilder")
            .field("namespace", &self.namespace)
            .field("target_info", &self.target_info)
            .field("scope_info", &self.scope_info)
            .field("translation", &self.translation)
            .field("units", &self.units)
            .field("counter_suffixes", &self.counter_suffixes)
            .finish_non_exhaustive()
    }
}

/// Ends a namespace with `_`, or says that no metric name can begin so.
fn with_separator(mut namespace: String) -> Result<String, Error> {
    if namespace.is_empty() {
        return Ok(namespace);
    }
    if !is_legal(&namespace) {
        return Err(Error::Namespace { namespace });
    }
    if !namespace.ends_with('_') {
        namespace.push('_');
    }
    Ok(namespace)
}

/// Descriptions that make a second bridge, or another `target_info`, impossible to register.
fn descriptions(target_info: bool) -> Vec<Desc> {
    let names = [Some(BRIDGE), target_info.then_some(TARGET_INFO)];
    let description = |name: &str| {
        let help = "Registered by the OpenTelemetry bridge.".to_owned();
        Desc::new(name.to_owned(), help, Vec::new(), HashMap::new()).ok()
    };
    names.into_iter().flatten().filter_map(description).collect()
}

/// Says which of the descriptions was refused: the bridge's own, or that of `target_info`.
fn refusal(registry: &Registry, source: prometheus::Error) -> Error {
    let probe = || Box::new(Probe(descriptions(false)));
    if registry.register(probe()).is_err() {
        return Error::SecondBridge;
    }
    // It was only a question.
    let _ = registry.unregister(probe());
    Error::TargetInfo { source }
}

/// A collector without families, to ask a registry whether it has these descriptions.
struct Probe(Vec<Desc>);

impl Collector for Probe {
    fn desc(&self) -> Vec<&Desc> {
        self.0.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        Vec::new()
    }
}

/// The metric that a bridge describes and never has: a registry refuses it a second time.
const BRIDGE: &str = "kymo_bridge";
