//! What an alert is tried with.

use crate::{Context, Series, series::Part};

/// Series of a job `shop` and of its instance `one`, minute by minute, and what becomes of them.
#[derive(Clone, Debug, Default)]
pub struct Case {
    series: Vec<(Input, &'static str)>,
    labels: Vec<(&'static str, &'static str)>,
    /// The value of the alert, as it is written.
    pub(crate) value: &'static str,
}

#[derive(Clone, Debug)]
enum Input {
    Metric(Series, Part, Vec<String>),
    Up,
}

/// The minute at which it is looked at.
pub(crate) const MINUTE: u32 = 60;

/// Adds the same each minute: so much that it is one a second.
pub(crate) const EACH_SECOND: &str = "0+60x120";

impl Case {
    /// A level, or a counter, in the notation of promtool.
    pub(crate) fn with(mut self, series: impl Into<Series>, values: &'static str) -> Self {
        self.series.push((Input::Metric(series.into(), Part::Whole, Vec::new()), values));
        self
    }

    /// The count of a histogram.
    pub(crate) fn count(mut self, series: impl Into<Series>, values: &'static str) -> Self {
        self.series.push((Input::Metric(series.into(), Part::Count, Vec::new()), values));
        self
    }

    /// A bucket of a histogram.
    pub(crate) fn bucket(
        mut self,
        series: impl Into<Series>,
        bound: &str,
        values: &'static str,
    ) -> Self {
        let bound = vec![format!("le=\"{bound}\"")];
        self.series.push((Input::Metric(series.into(), Part::Bucket, bound), values));
        self
    }

    /// Whether the target answers.
    pub(crate) fn up(mut self, values: &'static str) -> Self {
        self.series.push((Input::Up, values));
        self
    }

    /// The alert's value, as it is written, and its labels beside the job.
    pub(crate) fn reads(
        mut self,
        value: &'static str,
        labels: &[(&'static str, &'static str)],
    ) -> Self {
        self.value = value;
        self.labels = labels.to_vec();
        self
    }

    /// A label that the alert has.
    pub(crate) fn label(&self, key: &str) -> &'static str {
        let own = [("job", "shop")];
        let mut labels = self.labels.iter().chain(&own);
        labels.find(|(known, _)| *known == key).map_or("", |(_, value)| value)
    }

    /// The labels that the alert has beside its severity.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.labels.iter().copied().chain([("job", "shop")])
    }

    /// Each series, and its values, as promtool reads them.
    pub(crate) fn inputs(&self, context: &Context<'_>) -> Vec<(String, &'static str)> {
        let target = ["instance=\"one\"".to_owned(), "job=\"shop\"".to_owned()];
        let context = Context { matchers: target.to_vec(), ..context.clone() };
        let input = |input: &Input| match input {
            Input::Metric(series, part, more) => series.selector(&context, *part, more),
            Input::Up => format!("up{{{}}}", target.join(",")),
        };
        self.series.iter().map(|(series, values)| (input(series), *values)).collect()
    }
}
