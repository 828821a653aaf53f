//! The series that queries may ask for.

use std::collections::BTreeMap;

use kymo_bridge::Translator;
use kymo_testing::Kind;

use crate::{labels::Labels, lock::Lock};

/// The series that queries may ask for, and the labels of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    series: BTreeMap<String, Labels>,
    /// The names of others, where `*` stands for any characters.
    foreign: Vec<String>,
    /// The labels that every series may have.
    everywhere: Vec<String>,
}

/// Of Prometheus itself.
const FOREIGN: [&str; 4] = ["up", "ALERTS", "ALERTS_FOR_STATE", "scrape_*"];

/// What whoever scrapes adds, and the scope.
const EVERYWHERE: [&str; 3] = ["__name__", "instance", "job"];

impl Vocabulary {
    /// The series of what a service emits; with its histograms as native ones too, if they are.
    pub(crate) fn of(lock: &Lock, is_native: bool) -> Self {
        let names = Translator::new(lock.names);
        let mut series = BTreeMap::new();
        let mut add = |name: String, labels: &Labels| {
            let known = series.remove(&name).unwrap_or_else(Labels::none);
            series.insert(name, known.and(labels.clone()));
        };
        let scope = ["name", "version", "schema_url"].map(|part| format!("otel_scope_{part}"));
        for promise in &lock.promises {
            let labels = promise.attributes.iter().map(|key| names.label(key));
            let labels = Labels::only(labels.chain(scope.clone()));
            let family = &promise.family;
            let is_exponential = promise.kind == Kind::ExponentialHistogram;
            if !matches!(promise.kind, Kind::Histogram | Kind::ExponentialHistogram) {
                add(family.clone(), &labels);
                continue;
            }
            add(format!("{family}_bucket"), &labels.clone().and(Labels::only(["le"])));
            add(format!("{family}_count"), &labels);
            add(format!("{family}_sum"), &labels);
            if is_exponential || is_native {
                add(family.clone(), &labels);
            }
        }
        // Its labels are the attributes of the resource.
        series.insert("target_info".to_owned(), Labels::Any);
        let foreign = FOREIGN.map(str::to_owned).into();
        let everywhere = EVERYWHERE.map(str::to_owned).into();
        Self { series, foreign, everywhere }
    }

    /// There are series of others, too: names in which `*` stands for any characters.
    pub(crate) fn add_foreign(&mut self, patterns: &[String]) {
        self.foreign.extend_from_slice(patterns);
    }

    /// Every series may have these labels, too.
    pub(crate) fn add_labels(&mut self, labels: &[String]) {
        self.everywhere.extend_from_slice(labels);
    }

    /// There are series by this name, which a rule records.
    pub(crate) fn add_recorded(&mut self, name: &str, labels: Labels) {
        self.series.insert(name.to_owned(), labels);
    }

    /// The labels of the series with this name, if there can be one.
    pub(crate) fn labels(&self, name: &str) -> Option<Labels> {
        let known = self.series.get(name).cloned();
        known.or_else(|| {
            self.foreign.iter().any(|pattern| matches(pattern, name)).then_some(Labels::Any)
        })
    }

    /// The labels of all series whose names are as `wanted`, if there can be one.
    pub(crate) fn labels_of_all(&self, wanted: impl Fn(&str) -> bool) -> Option<Labels> {
        let found = self.series.iter().filter(|(name, _)| wanted(name));
        found.map(|(_, labels)| labels.clone()).reduce(Labels::and)
    }

    /// Whether series with these labels can have this one.
    pub(crate) fn have(&self, labels: &Labels, label: &str) -> bool {
        labels.contain(label) || self.everywhere.iter().any(|known| known == label)
            // The attributes of a scope.
            || label.starts_with("otel_scope_")
    }

    /// The name of a series that is most like one that there is not.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        kymo_testing::nearest(name, self.series.keys().map(String::as_str))
    }
}

/// Whether a name is as a pattern says, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(begin) else { return false };
    (0..=name.len()).any(|at| name.is_char_boundary(at) && matches(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name) in [
            ("up", "up"),
            ("node_*", "node_load1"),
            ("*", ""),
            ("*_total", "a_total"),
            ("a*b*c", "abbc"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("up", "up2"), ("node_*", "anode_"), ("*_total", "a_total_"), ("a*b*c", "acb")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
