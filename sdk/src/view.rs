//! Views: the shape that a program gives to its metrics.

mod bounds;
mod callbacks;
mod error;
mod instrument;
mod kind;
mod known;
mod late;
mod lengths;
mod limit;
mod made;
mod meter;
mod meters;
mod misses;
mod nowhere;
mod number;
mod observable;
mod pattern;
mod plan;
mod queue;
mod readings;
mod renaming;
mod rules;
mod run;
mod selector;
mod shape;
mod shapes;
mod sight;
mod twin;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use opentelemetry::{Key, KeyValue, Value};

pub use opentelemetry_sdk::metrics::InstrumentKind;

#[allow(unused_imports, reason = "used by the feature `config-file`")]
pub(crate) use self::kind::KINDS;
#[allow(unused_imports, reason = "used by the feature `http`")]
pub(crate) use self::twin::{Twin, TwinLabel};
pub(crate) use self::{
    callbacks::{Callbacks, is_running as is_in_callback},
    meters::ShapedMeters,
    plan::ShapePlan,
    shapes::Shapes,
};
pub use self::{error::ViewError, selector::Selector};
#[allow(unused_imports, reason = "used by the features")]
pub(crate) use self::{
    made::{Distribution, Made},
    sight::Sight,
};
use crate::{TelemetryBuilder, configuration::environment::Names};

/// The shape of some metrics: whether they exist, their buckets, attributes and limits.
///
/// Give it to [`TelemetryBuilder::view`], with the name of a metric, a pattern of names, or a [`Selector`].
/// What a view does not mention stays as it is, and attributes are always named by the keys that the
/// instrumentation gives them:
///
/// ```
/// use kymo::{Telemetry, View};
///
/// let telemetry = Telemetry::for_service("bookshop")
///     .view("http.server.request.body.size", View::off())
///     .view(
///         "http.server.*",
///         View::new()
///             .buckets([0.01, 0.1, 1.0])
///             .without_attribute("url.scheme")
///             .rename_attribute("http.route", "route")
///             .attribute_budget("http.route", 50)
///             .limit(500),
///     )
///     .common_attribute("region", "eu")
///     .build()?;
/// # Ok::<_, kymo::InstallError>(())
/// ```
///
/// One measurement goes through these steps: common attributes are added where it has no such key; values
/// that are too long are cut; attributes are dropped; values that exceed a budget become `_OTHER`;
/// attributes are renamed, and a renamed one replaces another of that key. Measurements that end up with
/// one set of attributes are one series, so that sums stay what they were: of observable counters and
/// up-down counters too. Of a gauge, the last reading stays.
///
/// An instrument that is bound to its attributes goes through them once, when it is bound; any
/// other goes through them with every measurement, and allocates.
///
/// # Limits
///
/// Each series costs memory, and the SDK sets aside room for all that a metric may have, for each
/// reader, when its instrument is made: that is when it is used first, or at once beside a reader or a meter provider
/// of the application's own. So the limits of our own metrics are less than the SDK's:
///
/// | metric | series | heap of an instrument that is used |
/// | --- | --- | --- |
/// | of the application, or of instrumentation by others | 2,000 | 135 KB |
/// | of the application, through the facade `metrics` | 1,791 | 68 KB |
/// | of kymo, each attribute a closed set | 447 | 17 KB |
/// | of kymo, with an attribute that has a budget | 1,791 | 68 KB |
///
/// A metric that exceeds its limit counts on, in one series with `otel.metric.overflow` and no other
/// attribute: `{otel_metric_overflow="true"}` asks Prometheus for all of them. A scrape that meets one
/// logs that once, with the name of the metric, and counts it among the losses of the bridge; a push logs
/// it too. Metrics of kymo keep within their limits by themselves. An observable counter or up-down
/// counter gives the room back when it is first read.
#[derive(Debug, Clone, Default)]
pub struct View {
    is_on: Option<bool>,
    name: Option<String>,
    description: Option<String>,
    buckets: Option<BucketKind>,
    limit: Option<usize>,
    kept: Option<Kept>,
    fates: BTreeMap<Key, Fate>,
    budgets: BTreeMap<Key, u16>,
}

/// How a histogram counts.
#[derive(Debug, Clone, PartialEq)]
enum BucketKind {
    /// In buckets with these upper bounds.
    Explicit(Vec<f64>),
    /// In buckets that grow by one factor, which follows the values: so many on each side of zero at most,
    /// and no finer than this scale.
    Exponential { size: u32, scale: i8 },
    /// In none: it is a counter of its sum.
    Sum,
}

/// The attributes that are not lost.
#[derive(Debug, Clone)]
enum Kept {
    Keys(BTreeSet<Key>),
    /// As a configuration file lists them.
    Names(Names),
}

/// The fate of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Dropped,
    Renamed(Key),
}

impl View {
    /// A view that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The metric is not measured at all: what is recorded goes nowhere, and callbacks are never
    /// called.
    pub fn off() -> Self {
        Self { is_on: Some(false), ..Self::default() }
    }

    /// The metric is measured, though an earlier view said [`View::off`].
    ///
    /// It does not switch on what an instrumentation leaves off by itself.
    pub fn on() -> Self {
        Self { is_on: Some(true), ..Self::default() }
    }

    /// Histograms count in buckets with these upper bounds, in the metric's unit; stronger than
    /// bounds that the instrument brings along. Metrics of other kinds stay as they are.
    pub fn buckets(self, bounds: impl Into<Vec<f64>>) -> Self {
        Self { buckets: Some(BucketKind::Explicit(bounds.into())), ..self }
    }

    /// Histograms count in at most 160 buckets that grow by one factor and follow the values: the
    /// base-2 exponential histograms of OpenTelemetry. Metrics of other kinds stay as they are.
    ///
    /// Push carries them, and so does a scrape in a format that has native histograms, as protobuf does. All
    /// others get classic buckets of the same instrument, whose bounds are the powers of two; see
    /// `kymo_bridge` for what is exact.
    pub fn exponential_buckets(self) -> Self {
        // The defaults of the specification.
        self.exponential(160, 20)
    }

    /// The same with at most `size` buckets, and none finer than those of `scale`.
    pub(crate) fn exponential(self, size: u32, scale: i8) -> Self {
        Self { buckets: Some(BucketKind::Exponential { size, scale }), ..self }
    }

    /// Histograms become counters of their sums; other kinds stay as they are.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn summed(self) -> Self {
        Self { buckets: Some(BucketKind::Sum), ..self }
    }

    /// The metric has this name instead of that of its instrument.
    ///
    /// The view must be of one metric: [`TelemetryBuilder::install`] refuses a pattern beside it, and two views
    /// that give one name to two metrics of a meter, whose numbers would be added up. If another metric of the
    /// meter is called so by itself, that is logged when the second of both is made. Other
    /// views, and what kymo says of the metric, go on by the old name.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The metric has this description instead of that of its instrument.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// At most `limit` sets of attributes are kept apart, instead of what the
    /// [table](Self#limits) says; 1,000,000 at most.
    ///
    /// An instrument that is used takes 33 bytes for each of 8/7 · (`limit` + 1), rounded up to a power of
    /// two, for each reader.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Measurements lose every attribute but those with `keys`; common attributes too. Exemplars keep them as
    /// those of [`without_attribute`](Self::without_attribute).
    pub fn only_attributes<K: Into<Key>>(self, keys: impl IntoIterator<Item = K>) -> Self {
        let keys = keys.into_iter().map(Into::into).collect();
        Self { kept: Some(Kept::Keys(keys)), ..self }
    }

    /// The same by patterns.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn only_names(self, names: Names) -> Self {
        Self { kept: Some(Kept::Names(names)), ..self }
    }

    /// [`View::off`], beside what was said before.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn and_off(self) -> Self {
        Self { is_on: Some(false), ..self }
    }

    /// Measurements lose the attribute `key`.
    ///
    /// An exemplar keeps it beside its trace, unless
    /// [`without_dropped_attributes`](crate::TelemetryBuilder::without_dropped_attributes) says otherwise.
    pub fn without_attribute(self, key: impl Into<Key>) -> Self {
        self.with_fate(key.into(), Fate::Dropped)
    }

    /// The attribute `key` is called `new` instead.
    pub fn rename_attribute(self, key: impl Into<Key>, new: impl Into<Key>) -> Self {
        self.with_fate(key.into(), Fate::Renamed(new.into()))
    }

    /// The first `limit` values of the attribute `key` stay, and later ones become `_OTHER` and
    /// are counted in `kymo.cardinality.folded`.
    ///
    /// Each metric of each scope has a budget of its own. What an observable instrument folds is
    /// counted with every reading.
    pub fn attribute_budget(mut self, key: impl Into<Key>, limit: u16) -> Self {
        self.budgets.insert(key.into(), limit);
        self
    }

    fn with_fate(mut self, key: Key, fate: Fate) -> Self {
        self.fates.insert(key, fate);
        self
    }
}

impl Kept {
    fn contain(&self, key: &Key) -> bool {
        match self {
            Self::Keys(keys) => keys.contains(key),
            Self::Names(names) => names.contain(key.as_str()),
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(keys) => {
                let keys: Vec<_> = keys.iter().map(Key::as_str).collect();
                write!(f, "only {}", keys.join("+"))
            }
            Self::Names(names) => names.fmt(f),
        }
    }
}

impl fmt::Display for View {
    /// Writes the view, such as `without url.scheme, 500 series at most`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = [
            self.is_on.map(|is_on| if is_on { "on" } else { "off" }.to_owned()),
            self.name.as_ref().map(|name| format!("as {name}")),
            self.description.as_ref().map(|description| format!("described as {description:?}")),
            self.buckets.as_ref().map(|buckets| match buckets {
                BucketKind::Explicit(bounds) => format!("buckets {bounds:?}"),
                BucketKind::Sum => "sum".to_owned(),
                BucketKind::Exponential { size: 160, scale: 20 } => {
                    "exponential buckets".to_owned()
                }
                BucketKind::Exponential { size, scale } => {
                    format!("{size} exponential buckets of scale {scale} at most")
                }
            }),
            self.kept.as_ref().map(Kept::to_string),
        ];
        let fates = self.fates.iter().map(|(key, fate)| match fate {
            Fate::Dropped => format!("without {key}"),
            Fate::Renamed(new) => format!("{key} as {new}"),
        });
        let budgets =
            self.budgets.iter().map(|(key, limit)| format!("{key} of {limit} values at most"));
        let limit = self.limit.map(|limit| format!("{limit} series at most"));
        let says = says.into_iter().flatten().chain(fates).chain(budgets).chain(limit);
        f.write_str(&says.collect::<Vec<_>>().join(", "))
    }
}

impl TelemetryBuilder {
    /// Gives a shape to the metrics that `selector` selects: a [`Selector`], or the pattern of a name, letter
    /// for letter, where case does not count, `*` stands for any number of characters and `?` for exactly
    /// one.
    ///
    /// Where several views match, all of them apply, and of what they say about one thing the last
    /// word counts. A metric never becomes two. If two views rename two attributes to one key, the
    /// one whose old key sorts first stays.
    pub fn view(mut self, selector: impl Into<Selector>, view: View) -> Self {
        self.shape.add(selector.into(), view);
        self
    }

    /// Every measurement of every OpenTelemetry instrument has this attribute, unless it brings one
    /// of the same key along.
    ///
    /// For what tells series of one process apart in no other way; what is true of the process is
    /// an attribute of the resource: [`TelemetryBuilder::attribute`].
    pub fn common_attribute(mut self, key: impl Into<Key>, value: impl Into<Value>) -> Self {
        self.shape.add_common(KeyValue::new(key, value));
        self
    }

    /// The values of attributes have at most so many bytes, and are cut at the end of a character where
    /// they have more: 1,024 unless this says otherwise, and never less than 32. What is cut is counted in
    /// `kymo.cardinality.cut`, and logged once for each metric.
    ///
    /// Series whose values become equal are one: sums are added, and of gauges the last reading stays.
    /// An instrument that is bound is cut, and counted, when it is bound. Names that instrumentation of
    /// ours would have to cut are `_OTHER` instead. Attributes of the resource stay as they are.
    pub fn attribute_value_limit(mut self, bytes: usize) -> Self {
        self.shape.limit_values(bytes.max(32));
        self
    }
}
