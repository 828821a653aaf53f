//! A snapshot as text.

use std::fmt;

use opentelemetry::Value;
use uuid::Uuid;

use crate::{
    attributes::Shown,
    metric::{Metric, Scope},
    series::{Reading, Series},
    snapshot::Snapshot,
};

/// The text of a [`Snapshot`], for a person or for a file of expected text: sorted, one series a
/// line.
///
/// ```
/// use kymo_testing::TestMeters;
///
/// let meters = TestMeters::new();
/// let meter = meters.meter("bookshop");
/// meter.u64_counter("books.sold").with_unit("{book}").build().add(2, &[]);
/// let wait = meter.f64_histogram("queue.wait").with_unit("s").with_description("Time in line.");
/// wait.build().record(0.017, &[]);
///
/// let text = meters.snapshot().masked().without_resource().to_string();
/// assert_eq!(text, "\
/// books.sold: counter in {book} of bookshop
///   {} 2
/// queue.wait: histogram in s of bookshop
///   Time in line.
///   {} count 1, sum …
/// ");
/// ```
#[derive(Debug, Clone)]
pub struct Rendering<'a> {
    snapshot: &'a Snapshot,
    resource: bool,
    masks: Vec<Mask>,
}

#[derive(Debug, Clone, PartialEq)]
enum Mask {
    Durations,
    Versions,
    Uuids,
    ValuesOf(String),
}

/// Stands for a masked value.
const MASK: &str = "…";

/// Units of time, in UCUM.
const OF_TIME: [&str; 7] = ["ns", "us", "ms", "s", "min", "h", "d"];

impl Snapshot {
    /// The text of this snapshot, from which more can be left out.
    pub fn rendering(&self) -> Rendering<'_> {
        Rendering { snapshot: self, resource: true, masks: Vec::new() }
    }

    /// The text of this snapshot without what differs from run to run or with every release:
    /// durations, versions and UUIDs.
    pub fn masked(&self) -> Rendering<'_> {
        self.rendering().mask_durations().mask_versions().mask_uuids()
    }
}

impl Rendering<'_> {
    /// Leaves out the resource.
    pub fn without_resource(mut self) -> Self {
        self.resource = false;
        self
    }

    /// Hides values in a unit of time; of a histogram, all but the count.
    pub fn mask_durations(self) -> Self {
        self.mask(Mask::Durations)
    }

    /// Hides the versions of scopes, and the attributes of the resource whose key ends in
    /// `.version`.
    pub fn mask_versions(self) -> Self {
        self.mask(Mask::Versions)
    }

    /// Hides attributes that are a UUID, such as `service.instance.id`.
    pub fn mask_uuids(self) -> Self {
        self.mask(Mask::Uuids)
    }

    /// Hides the values of the metric `name`, or of all whose name begins so if `name` ends in
    /// `*`.
    pub fn mask_values_of(self, name: impl Into<String>) -> Self {
        self.mask(Mask::ValuesOf(name.into()))
    }

    fn mask(mut self, mask: Mask) -> Self {
        self.masks.push(mask);
        self
    }

    fn write_metric(&self, f: &mut fmt::Formatter<'_>, metric: &Metric) -> fmt::Result {
        write!(f, "{}: {}", metric.name, metric.kind)?;
        if !metric.unit.is_empty() {
            write!(f, " in {}", metric.unit)?;
        }
        writeln!(f, " of {}", self.scope(&metric.scope))?;
        if !metric.description.is_empty() {
            writeln!(f, "  {}", metric.description)?;
        }
        metric.series.iter().try_for_each(|series| self.write_series(f, metric, series))
    }

    fn write_series(
        &self,
        f: &mut fmt::Formatter<'_>,
        metric: &Metric,
        series: &Series,
    ) -> fmt::Result {
        f.write_str("  {")?;
        for (n, (key, value)) in series.attributes.iter().enumerate() {
            f.write_str(if n == 0 { "" } else { ", " })?;
            self.write_attribute(f, key, value)?;
        }
        f.write_str("} ")?;
        let is_duration =
            self.masks.contains(&Mask::Durations) && OF_TIME.contains(&metric.unit.as_str());
        match &series.reading {
            _ if self.masks.iter().any(|mask| mask.hides_values_of(&metric.name)) => {
                f.write_str(MASK)?;
            }
            Reading::Histogram(histogram) if is_duration => {
                write!(f, "count {}, sum {MASK}", histogram.count)?;
            }
            Reading::Number(_) if is_duration => f.write_str(MASK)?,
            reading => write!(f, "{reading}")?,
        }
        f.write_str("\n")
    }

    fn write_attribute(&self, f: &mut fmt::Formatter<'_>, key: &str, value: &Value) -> fmt::Result {
        let is_uuid = self.masks.contains(&Mask::Uuids) && Uuid::try_parse(&value.as_str()).is_ok();
        if is_uuid { write!(f, "{key}={MASK}") } else { write!(f, "{key}={}", Shown(value)) }
    }

    fn scope(&self, scope: &Scope) -> String {
        let mut scope = scope.clone();
        if self.masks.contains(&Mask::Versions) && scope.version.is_some() {
            scope.version = Some(MASK.to_owned());
        }
        scope.to_string()
    }
}

impl fmt::Display for Rendering<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.resource && !self.snapshot.resource.is_empty() {
            f.write_str("resource:\n")?;
            for (key, value) in self.snapshot.resource.iter() {
                f.write_str("  ")?;
                if self.masks.contains(&Mask::Versions) && key.ends_with(".version") {
                    write!(f, "{key}={MASK}")?;
                } else {
                    self.write_attribute(f, key, value)?;
                }
                f.write_str("\n")?;
            }
        }
        self.snapshot.metrics.iter().try_for_each(|metric| self.write_metric(f, metric))
    }
}

/// As [`Snapshot::rendering`], with nothing left out.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rendering().fmt(f)
    }
}

impl Mask {
    fn hides_values_of(&self, metric: &str) -> bool {
        let Self::ValuesOf(name) = self else { return false };
        match name.strip_suffix('*') {
            Some(beginning) => metric.starts_with(beginning),
            None => metric == name,
        }
    }
}
