//! The metrics that a view is about.

use std::fmt;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::metrics::InstrumentKind;

use super::{kind, pattern::Pattern};

/// The metrics that a view is about: those of whom all is true that it says.
///
/// ```
/// use kymo::{InstrumentKind, Selector, Telemetry, View};
///
/// let telemetry = Telemetry::for_service("bookshop")
///     // Each histogram in seconds of one library.
///     .view(
///         Selector::any().kind(InstrumentKind::Histogram).unit("s").meter("billing"),
///         View::new().exponential_buckets(),
///     )
///     .view("billing.dur", View::new().name("billing.duration").description("Time to bill."))
///     .build()?;
/// # Ok::<_, kymo::InstallError>(())
/// ```
///
/// It is about instruments as they are made: a view that gives a metric another name changes nothing of
/// what other views select.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "give it to `view`"]
pub struct Selector {
    name: String,
    kind: Option<InstrumentKind>,
    unit: Option<String>,
    meter: Option<String>,
    meter_version: Option<String>,
    meter_schema_url: Option<String>,
}

impl Selector {
    /// Whether it may select instruments of one of these kinds.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn may_select(&self, kinds: &[InstrumentKind]) -> bool {
        self.kind.is_none_or(|kind| kinds.contains(&kind))
    }

    /// Selects every metric.
    pub fn any() -> Self {
        Self::named("*")
    }

    /// Selects the metrics whose name matches `pattern`: letter for letter, where case does not count,
    /// `*` stands for any number of characters and `?` for exactly one.
    pub fn named(pattern: impl Into<String>) -> Self {
        Selector {
            name: pattern.into(),
            kind: None,
            unit: None,
            meter: None,
            meter_version: None,
            meter_schema_url: None,
        }
    }

    /// The same, with another pattern.
    #[allow(dead_code, reason = "used by the feature `config-file`")]
    pub(crate) fn with_name(self, pattern: String) -> Self {
        Self { name: pattern, ..self }
    }

    /// Of these, selects instruments of this kind.
    pub fn kind(self, kind: InstrumentKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Of these, selects instruments with exactly this unit, such as `s`.
    pub fn unit(self, unit: impl Into<String>) -> Self {
        Self { unit: Some(unit.into()), ..self }
    }

    /// Of these, selects instruments of meters with exactly this name.
    pub fn meter(self, name: impl Into<String>) -> Self {
        Self { meter: Some(name.into()), ..self }
    }

    /// Of these, selects instruments of meters with exactly this version.
    pub fn meter_version(self, version: impl Into<String>) -> Self {
        Self { meter_version: Some(version.into()), ..self }
    }

    /// Of these, selects instruments of meters with exactly this schema.
    pub fn meter_schema_url(self, url: impl Into<String>) -> Self {
        Self { meter_schema_url: Some(url.into()), ..self }
    }

    /// The selector with its name read as a pattern; `None` if no instrument can have such a name.
    pub(super) fn compile(self) -> Option<Selection> {
        Pattern::new(&self.name).map(|pattern| Selection { pattern, selector: self })
    }
}

impl From<&str> for Selector {
    fn from(pattern: &str) -> Self {
        Self::named(pattern)
    }
}

impl From<String> for Selector {
    fn from(pattern: String) -> Self {
        Self::named(pattern)
    }
}

/// Writes the pattern, and what else is asked for in braces: `http.*{kind=counter, unit=s}`.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.map(kind::word);
        let more = [
            ("kind", kind),
            ("unit", self.unit.as_deref()),
            ("meter", self.meter.as_deref()),
            ("meter_version", self.meter_version.as_deref()),
            ("meter_schema_url", self.meter_schema_url.as_deref()),
        ];
        let more = more.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
        let more: Vec<_> = more.collect();
        f.write_str(&self.name)?;
        if more.is_empty() { Ok(()) } else { write!(f, "{{{}}}", more.join(", ")) }
    }
}

/// A selector that instruments can be compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    pattern: Pattern,
    selector: Selector,
}

/// An instrument, as far as views select it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) kind: InstrumentKind,
    pub(super) unit: &'a str,
    pub(super) scope: &'a InstrumentationScope,
}

impl Selection {
    /// Whether the view is about `subject`.
    pub(super) fn matches(&self, subject: Subject<'_>) -> bool {
        let Selector { kind, unit, meter, meter_version, meter_schema_url, .. } = &self.selector;
        let Subject { scope, .. } = subject;
        let is = |asked: &Option<String>, found: Option<&str>| {
            asked.as_deref().is_none_or(|asked| found.unwrap_or("") == asked)
        };
        self.pattern.matches(subject.name)
            && kind.is_none_or(|kind| kind == subject.kind)
            && is(unit, Some(subject.unit))
            && is(meter, Some(scope.name()))
            && is(meter_version, scope.version())
            && is(meter_schema_url, scope.schema_url())
    }

    /// Whether a meter can be meant by both.
    pub(super) fn shares_meter(&self, other: &Self) -> bool {
        let may_be = |one: &Option<String>, other: &Option<String>| {
            one.as_ref().zip(other.as_ref()).is_none_or(|(one, other)| one == other)
        };
        let (one, other) = (&self.selector, &other.selector);
        may_be(&one.meter, &other.meter)
            && may_be(&one.meter_version, &other.meter_version)
            && may_be(&one.meter_schema_url, &other.meter_schema_url)
    }

    /// The name, if it is that of one metric of a meter.
    pub(super) fn exact(&self) -> Option<&str> {
        self.pattern.exact()
    }

    /// Whether it asks for another kind than histograms.
    pub(super) fn excludes_histograms(&self) -> bool {
        self.selector.kind.is_some_and(|kind| kind != InstrumentKind::Histogram)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.selector.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_asked_for_must_be_so() {
        let scope = InstrumentationScope::builder("shop").with_version("1").build();
        let sold =
            Subject { name: "sold", kind: InstrumentKind::Counter, unit: "{book}", scope: &scope };
        let all = || {
            Selector::named("SO*").kind(sold.kind).unit(sold.unit).meter("shop").meter_version("1")
        };
        let matches = |selector: Selector| selector.compile().unwrap().matches(sold);
        assert!(matches(all()) && matches(Selector::any()) && matches("sol?".into()));
        for other in [
            Selector { name: "bought".into(), ..all() },
            all().kind(InstrumentKind::ObservableCounter),
            all().unit(""),
            all().meter("sho*"),
            all().meter_version("2"),
            all().meter_schema_url("https://example.com/1"),
        ] {
            assert!(!matches(other.clone()), "{other}");
        }
    }

    #[test]
    fn a_selector_says_what_it_selects() {
        let selector = Selector::named("http.*").kind(InstrumentKind::UpDownCounter).unit("s");
        let selector = selector.meter("shop");
        assert_eq!(selector.to_string(), "http.*{kind=up_down_counter, unit=s, meter=shop}");
        assert_eq!(Selector::any().to_string(), "*");
    }
}
