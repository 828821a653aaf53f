//! What is asked of the server.

use crate::{Context, Figure, Series};

/// A PromQL expression over declared metrics, whatever they are called.
#[derive(Clone, Debug)]
pub enum Query {
    /// A figure of some series, in groups.
    Figure {
        /// Which.
        figure: Figure,
        /// Of what.
        series: Series,
        /// The attributes of a group.
        by: Vec<&'static str>,
        /// Minutes to look back for, if it is not up to the context.
        minutes: Option<u32>,
    },
    /// Two of them.
    Both(Box<Query>, &'static str, Box<Query>),
    /// What a rule has recorded.
    Recorded(&'static str),
    /// A number.
    Number(f64),
    /// Now, in seconds since 1970.
    Now,
    /// 1 for each target of a scrape that answers, and 0 for one that does not.
    Up,
}

impl Query {
    pub(crate) fn new(figure: Figure, series: impl Into<Series>) -> Self {
        Self::Figure { figure, series: series.into(), by: Vec::new(), minutes: None }
    }

    /// Groups by these attributes.
    pub(crate) fn by(mut self, keys: &[&'static str]) -> Self {
        self.each_figure(&mut |by, _| by.extend(keys));
        self
    }

    /// Looks back for so long.
    pub(crate) fn during(mut self, minutes: u32) -> Self {
        self.each_figure(&mut |_, window| *window = Some(minutes));
        self
    }

    fn each_figure(&mut self, change: &mut impl FnMut(&mut Vec<&'static str>, &mut Option<u32>)) {
        match self {
            Self::Figure { by, minutes, .. } => change(by, minutes),
            Self::Both(left, _, right) => {
                left.each_figure(change);
                right.each_figure(change);
            }
            _ => {}
        }
    }

    fn and_then(self, operator: &'static str, other: impl Into<Self>) -> Self {
        Self::Both(Box::new(self), operator, Box::new(other.into()))
    }

    /// The ratio of both.
    pub(crate) fn over(self, other: impl Into<Self>) -> Self {
        self.and_then("/", other)
    }

    /// The part of all that is so: 0 where there are some, and none of it.
    pub(crate) fn part_of(self, all: Self) -> Self {
        let none = Self::Number(0.0).and_then("*", all.clone());
        self.and_then("or", none).over(all)
    }

    /// The difference of both.
    pub(crate) fn minus(self, other: impl Into<Self>) -> Self {
        self.and_then("-", other)
    }

    /// The product of both.
    pub(crate) fn times(self, other: impl Into<Self>) -> Self {
        self.and_then("*", other)
    }

    /// Those above.
    pub(crate) fn above(self, other: impl Into<Self>) -> Self {
        self.and_then(">", other)
    }

    /// Those below.
    pub(crate) fn below(self, other: impl Into<Self>) -> Self {
        self.and_then("<", other)
    }

    /// Those that are as much.
    pub(crate) fn equals(self, other: impl Into<Self>) -> Self {
        self.and_then("==", other)
    }

    /// Those that the other has, too.
    pub(crate) fn and(self, other: impl Into<Self>) -> Self {
        self.and_then("and", other)
    }

    /// The `PromQL` of it.
    pub fn text(&self, context: &Context<'_>) -> String {
        match self {
            Self::Figure { figure, series, by, minutes } => {
                let window =
                    minutes.map_or_else(|| context.window.clone(), |it| context.pace.minutes(it));
                figure.text(context, series, by, &window)
            }
            Self::Both(left, operator, right) => {
                let (left, right) = (left.operand(context), right.operand(context));
                format!("{left} {operator} {right}")
            }
            Self::Recorded(name) => (*name).to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Now => "time()".to_owned(),
            Self::Up => "up".to_owned(),
        }
    }

    fn operand(&self, context: &Context<'_>) -> String {
        let text = self.text(context);
        let is_whole = match self {
            Self::Both(..) => false,
            Self::Figure { figure, .. } => {
                !matches!(figure, Figure::Mean | Figure::Average | Figure::Within(_))
            }
            _ => true,
        };
        if is_whole { text } else { format!("({text})") }
    }

    /// Calls `see` with each series of it, and the attributes that it is grouped by.
    pub fn each_series<'a>(&'a self, see: &mut impl FnMut(&'a Series, &'a [&'static str])) {
        match self {
            Self::Figure { series, by, .. } => see(series, by),
            Self::Both(left, _, right) => {
                left.each_series(see);
                right.each_series(see);
            }
            _ => {}
        }
    }
}

/// Events per second of a counter, or observations of a histogram.
pub(crate) fn rate(series: impl Into<Series>) -> Query {
    Query::new(Figure::Rate, series)
}

/// Events of the window.
pub(crate) fn increase(series: impl Into<Series>) -> Query {
    Query::new(Figure::Increase, series)
}

/// What a histogram has observed, per second.
pub(crate) fn total(series: impl Into<Series>) -> Query {
    Query::new(Figure::Total, series)
}

/// The mean of what a histogram has observed.
pub(crate) fn mean(series: impl Into<Series>) -> Query {
    Query::new(Figure::Mean, series)
}

/// The mean of all that a histogram has observed, which also those have that observe seldom.
pub(crate) fn average(series: impl Into<Series>) -> Query {
    Query::new(Figure::Average, series)
}

/// A quantile of what a histogram has observed.
pub(crate) fn quantile(quantile: f64, series: impl Into<Series>) -> Query {
    Query::new(Figure::Quantile(quantile), series)
}

/// The part of it that is no greater than a bound of its buckets, which is no whole number: servers do not
/// agree on how one is written.
pub(crate) fn within(bound: &'static str, series: impl Into<Series>) -> Query {
    Query::new(Figure::Within(bound), series)
}

/// Levels, added up.
pub(crate) fn sum(series: impl Into<Series>) -> Query {
    Query::new(Figure::Sum, series)
}

/// The greatest level.
pub(crate) fn max(series: impl Into<Series>) -> Query {
    Query::new(Figure::Max, series)
}

/// The least level.
pub(crate) fn min(series: impl Into<Series>) -> Query {
    Query::new(Figure::Min, series)
}

/// How often a gauge fell.
pub(crate) fn falls(series: impl Into<Series>) -> Query {
    Query::new(Figure::Falls, series)
}

/// All series of a metric.
pub(crate) fn of(metric: &'static str) -> Series {
    Series::of(metric)
}

/// Those that failed.
pub(crate) fn failed(metric: &'static str) -> Series {
    of(metric).is_not(crate::label::ERROR, "")
}

impl From<f64> for Query {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&'static str> for Series {
    fn from(metric: &'static str) -> Self {
        Self::of(metric)
    }
}
