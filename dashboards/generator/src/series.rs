//! The series of a metric that a query is about.

use crate::{Context, Names, selector};

/// A metric, or the part of it that has these attributes.
#[derive(Clone, Debug)]
pub struct Series {
    pub(crate) metric: &'static str,
    matchers: Vec<(&'static str, &'static str, &'static str)>,
}

/// The part of a histogram that a server stores under a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Bucket,
    Count,
    Sum,
}

impl Series {
    /// All series of a metric.
    pub const fn of(metric: &'static str) -> Self {
        Self { metric, matchers: Vec::new() }
    }

    /// Those with this value; an empty one is that of an absent attribute.
    pub fn is(self, key: &'static str, value: &'static str) -> Self {
        self.matching(key, "=", value)
    }

    /// Those without it.
    pub fn is_not(self, key: &'static str, value: &'static str) -> Self {
        self.matching(key, "!=", value)
    }

    /// Those with a value that the regular expression matches as a whole.
    pub fn matches(self, key: &'static str, pattern: &'static str) -> Self {
        self.matching(key, "=~", pattern)
    }

    /// Those with another value.
    pub fn matches_not(self, key: &'static str, pattern: &'static str) -> Self {
        self.matching(key, "!~", pattern)
    }

    fn matching(mut self, key: &'static str, how: &'static str, value: &'static str) -> Self {
        self.matchers.push((key, how, value));
        self
    }

    /// The selector of a part, with further matchers.
    pub(crate) fn selector(&self, context: &Context<'_>, part: Part, more: &[String]) -> String {
        let family = context.names.family(self.metric);
        let suffix = match part {
            Part::Whole => "",
            Part::Bucket => "_bucket",
            Part::Count => "_count",
            Part::Sum => "_sum",
        };
        let own = self.matchers.iter().map(|matcher| matcher_text(context.names, matcher));
        let matchers: Vec<_> =
            context.matchers.iter().cloned().chain(own).chain(more.iter().cloned()).collect();
        selector::selector(&format!("{family}{suffix}"), &matchers)
    }

    /// Whether its metric is a histogram.
    pub(crate) fn is_histogram(&self) -> bool {
        let mut declared = kymo::declared_metrics().filter(|metric| metric.name == self.metric);
        declared.any(|metric| matches!(metric.kind, kymo::MetricKind::Histogram { .. }))
    }

    /// The name of its metric, as its constant has it.
    pub fn metric(&self) -> &'static str {
        self.metric
    }

    /// The attributes that it is narrowed by.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.matchers.iter().map(|(key, _, _)| *key)
    }
}

fn matcher_text(names: &Names, (key, how, value): &(&str, &str, &str)) -> String {
    format!("{}{how}\"{value}\"", selector::label(names, key))
}
