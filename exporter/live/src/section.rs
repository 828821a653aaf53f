//! Sections of the page.

use kymo_exposition::Kind;

/// A section: rows by attributes, made of what several metrics say of them.
#[derive(Debug)]
pub(crate) struct Section {
    /// As the page calls it, in links and in the document.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// The features of the facade that fill it.
    pub(crate) feature: &'static str,
    /// The attributes that make a row, each with the head of its column.
    pub(crate) key: &'static [(&'static str, &'static str)],
    pub(crate) rows: Rows,
    pub(crate) feeds: &'static [Feed],
    pub(crate) columns: &'static [Column],
    /// Values of `error.type` that are no failure here: those of whom left.
    pub(crate) spared: &'static [&'static str],
    /// The column by which the rows are shown that have the most of it.
    pub(crate) order: usize,
}

/// What is a row of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Whatever has the same attributes of the key.
    Keyed,
    /// Each series whose number is not zero, by its metric and all its attributes.
    Lossy,
}

/// A metric, by its OpenTelemetry name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name, such as `http.server.request.duration`.
    pub name: &'static str,
    /// The unit in UCUM, such as `s`.
    pub unit: &'static str,
    /// The kind of its family.
    pub kind: Kind,
}

/// What a metric says of the rows.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) metric: Metric,
    /// Which of its series.
    pub(crate) of: Part,
    pub(crate) to: To,
}

/// Some series of a metric.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    All,
    /// Those with this value of this attribute.
    With(&'static str, &'static str),
    /// All but those.
    Without(&'static str, &'static str),
}

/// Where a series goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum To {
    /// Its number is added to that slot of its row.
    Slot(usize),
    /// As [`To::Slot`], of all rows together alone: it lacks an attribute of the key.
    Total(usize),
    /// Its observations are counted in [`COUNT`], those with an `error.type` in [`ERRORS`] too, and its buckets kept.
    Timed,
}

/// The slot with the observations of a histogram.
pub(crate) const COUNT: usize = 0;
/// The slot with those of them that failed.
pub(crate) const ERRORS: usize = 1;
/// Numbers that a row has at most.
pub(crate) const SLOTS: usize = 8;

/// A column of numbers.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) id: &'static str,
    pub(crate) head: &'static str,
    pub(crate) unit: Unit,
    pub(crate) value: Value,
    pub(crate) kept: Kept,
    /// Whether it is of all rows together alone, and no column of their table.
    pub(crate) is_sum: bool,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    Seconds,
    Share,
    Number,
    Bytes,
}

/// How a number comes of slots.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value {
    /// The slot as it is.
    Latest(usize),
    /// How much these slots together rise in a second.
    Rate(&'static [usize]),
    /// The share that one slot has in what these rise.
    Share(usize, &'static [usize]),
    /// The share that one slot has in another, as they are.
    Level(usize, usize),
    /// How much a slot rises in a second, for each that there is in another slot.
    RatePer(usize, usize),
    /// The observation that this share of them does not exceed.
    Quantile(f64),
}

/// Whose earlier numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    Nobody,
    /// Those of all rows together.
    Total,
    /// Those of each row, too.
    Rows,
}

impl Unit {
    /// As the document calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "rate",
            Self::Seconds => "s",
            Self::Share => "share",
            Self::Number => "n",
            Self::Bytes => "By",
        }
    }
}

impl Column {
    pub(crate) const fn new(
        id: &'static str,
        head: &'static str,
        unit: Unit,
        value: Value,
    ) -> Self {
        Self { id, head, unit, value, kept: Kept::Nobody, is_sum: false }
    }

    /// The same, with earlier numbers.
    pub(crate) const fn kept(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// The same, of all rows together alone, with earlier numbers.
    pub(crate) const fn summed(self) -> Self {
        Self { kept: Kept::Total, is_sum: true, ..self }
    }
}

impl Metric {
    pub(crate) const fn counter(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, kind: Kind::Counter }
    }

    pub(crate) const fn gauge(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, kind: Kind::Gauge }
    }

    pub(crate) const fn histogram(name: &'static str) -> Self {
        Self { name, unit: "s", kind: Kind::Histogram }
    }
}

impl Feed {
    pub(crate) const fn new(metric: Metric, to: To) -> Self {
        Self { metric, of: Part::All, to }
    }

    /// The same, of these series alone.
    pub(crate) const fn of(self, of: Part) -> Self {
        Self { of, ..self }
    }
}
