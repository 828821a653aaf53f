//! The headers of families.

/// The header of a metric family: everything its series have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family<'a> {
    /// The name of the family as a Prometheus server stores it.
    ///
    /// It carries its type suffix (`_total`, `_info`) where it has one, and lacks the suffixes that
    /// a histogram or summary gives to its samples (`_bucket`, `_sum`, `_count`). Any UTF-8 is
    /// allowed; a format that cannot write it escapes it.
    pub name: &'a str,
    /// One sentence for the reader of a dashboard, or `""` when nobody wrote one.
    pub help: &'a str,
    /// The unit as a Prometheus word (`seconds`, `bytes`), or `""` when there is none.
    ///
    /// It is metadata: where the name should end in it, the name already does.
    pub unit: &'a str,
    /// The meaning of the family's values.
    pub kind: Kind,
}

/// The meaning of a family's values.
///
/// The kinds are those of the Prometheus data model and of OpenMetrics. Each accepts one form of
/// [`Value`](crate::Value): histograms and summaries their own, all others a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A number that only grows until its process ends.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Observations in buckets, classic or native.
    Histogram,
    /// Observations as quantiles that their maker has already computed.
    Summary,
    /// Labels that describe something, with the value 1; the name ends in `_info`.
    Info,
    /// One series per state, 1 for the states that hold and 0 for the others.
    ///
    /// The label of the family's name says which state, and those with the same other labels are one set. The
    /// states of a set come one behind the other.
    StateSet,
    /// A number whose meaning nobody declared.
    Unknown,
}

impl Kind {
    /// The suffixes that samples of this kind add to the name of their family.
    ///
    /// No other family of the same document may own a name that ends up equal to one of them.
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Kind::Histogram => &["_bucket", "_sum", "_count"],
            Kind::Summary => &["_sum", "_count"],
            _ => &[],
        }
    }
}
