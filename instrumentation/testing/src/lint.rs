//! Finds faults in names, units and values before anybody depends on them.
//!
//! The rules are those of the OpenTelemetry specification and of its naming conventions that a
//! program can decide; each [`Finding`] says what to do. [`Snapshot::lint`] looks at what was
//! recorded, and [`declarations`] at constants.

mod attribute;
mod conflict;
mod finding;
mod name;
mod unit;
mod value;

pub use self::finding::{Finding, Rule};
use crate::{metric::Kind, snapshot::Snapshot};
use kymo_core::MetricSpec;

impl Snapshot {
    /// Everything that breaks a rule, by metric.
    ///
    /// Names that the specification forbids are not among it: the SDK warns about them and records
    /// nothing, so they never get here. [`declarations`] finds them.
    pub fn lint(&self) -> Vec<Finding> {
        let mut findings = conflict::findings(&self.metrics);
        for metric in &self.metrics {
            findings.extend(of(&Definition {
                name: &metric.name,
                kind: metric.kind,
                unit: &metric.unit,
                description: &metric.description,
            }));
            findings.extend(attribute::findings(metric));
            findings.extend(value::findings(metric));
        }
        sorted(findings)
    }

    /// Nothing breaks a rule of [`Snapshot::lint`].
    ///
    /// # Panics
    ///
    /// When something does; the message says what to do.
    #[track_caller]
    pub fn assert_conventional(&self) {
        let findings = self.lint();
        let lines: Vec<_> = findings.iter().map(|finding| format!("\n  {finding}")).collect();
        assert!(findings.is_empty(), "{} findings:{}", findings.len(), lines.concat());
    }
}

/// Everything about `metrics` that breaks a rule, without anything being recorded.
///
/// ```
/// use kymo_core::{MetricKind, MetricSpec};
/// use kymo_testing::lint;
///
/// const SOLD: MetricSpec = MetricSpec::new(
///     "books.sold",
///     MetricKind::Counter,
///     "{book}",
///     "Books that left the shop.",
/// );
/// assert_eq!(lint::declarations([&SOLD]), []);
/// ```
pub fn declarations<'a>(metrics: impl IntoIterator<Item = &'a MetricSpec>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for metric in metrics {
        let kind = Kind::from(metric.kind);
        let MetricSpec { name, unit, description, attributes, .. } = *metric;
        findings.extend(of(&Definition { name, kind, unit, description }));
        let keys: Vec<_> = attributes.iter().map(|key| key.name).collect();
        findings.extend(attribute::of_keys(name, kind, &keys));
    }
    sorted(findings)
}

/// The name, kind and unit of a metric, whatever was recorded of it.
struct Definition<'a> {
    name: &'a str,
    kind: Kind,
    unit: &'a str,
    description: &'a str,
}

fn of(definition: &Definition<'_>) -> Vec<Finding> {
    let mut findings = name::findings(definition);
    findings.extend(unit::findings(definition));
    if definition.description.trim().is_empty() {
        let remedy = "it has no description; say in one sentence what an operator sees in it";
        findings.push(Finding::new(definition.name, Rule::Description, remedy));
    }
    findings
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|one, other| {
        (&one.metric, one.rule, &one.message).cmp(&(&other.metric, other.rule, &other.message))
    });
    findings.dedup();
    findings
}
