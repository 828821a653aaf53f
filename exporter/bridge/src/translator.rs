//! The names that a scraper sees, for whoever writes queries.

use kymo_core::MetricKind;
use kymo_exposition::Kind;

use crate::{Translation, name::NameRules, naming::TARGET_INFO};

/// Tells what metrics and attributes are called where they are scraped, for whoever writes queries.
///
/// ```
/// use kymo_bridge::{Translation, Translator};
/// use kymo_core::MetricKind;
///
/// let names = Translator::new(Translation::default());
/// assert_eq!(names.family("books.sold", "{book}", MetricKind::Counter), "books_sold_total");
/// assert_eq!(names.label("http.route"), "http_route");
/// ```
///
/// They are the names of a page where no other metric has the same one in another spelling.
#[derive(Debug, Clone)]
pub struct Translator {
    translation: Translation,
    rules: NameRules,
    target_info: bool,
}

impl Translator {
    /// The names by a strategy, without a namespace, as a bridge with no other option has them.
    pub fn new(translation: Translation) -> Self {
        let has_suffixes = translation.has_suffixes();
        let rules = NameRules {
            namespace: String::new(),
            units: has_suffixes,
            counter_suffixes: has_suffixes,
            spelling: translation.spelling(),
        };
        Self::of(translation, rules, true)
    }

    pub(crate) fn of(translation: Translation, rules: NameRules, target_info: bool) -> Self {
        Self { translation, rules, target_info }
    }

    /// The strategy of names.
    pub fn translation(&self) -> Translation {
        self.translation
    }

    /// The name of the family that the metric `name` becomes; the series of a histogram have `_bucket`,
    /// `_count` and `_sum` behind it.
    pub fn family(&self, name: &str, unit: &str, kind: MetricKind) -> String {
        let (kind, is_ratio) = match kind {
            MetricKind::Counter => (Kind::Counter, false),
            MetricKind::UpDownCounter => (Kind::Gauge, false),
            MetricKind::Gauge => (Kind::Gauge, unit == "1"),
            MetricKind::Histogram { .. } => (Kind::Histogram, false),
        };
        self.rules.translate(name, unit, kind, is_ratio).name
    }

    /// The name of the label that the attribute `key` becomes.
    pub fn label(&self, key: &str) -> String {
        self.rules.spelling.label(key)
    }

    /// The family that has the attributes of the resource as labels, unless it is left out.
    pub fn target_info(&self) -> Option<&'static str> {
        self.target_info.then_some(TARGET_INFO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_strategy() {
        let names = Translation::ALL.map(|translation| {
            let names = Translator::new(translation);
            (names.family("foo.bar", "By", MetricKind::Counter), names.label("http.route"))
        });
        let expected = [
            ("foo_bar_bytes_total", "http_route"),
            ("foo_bar", "http_route"),
            ("foo.bar_bytes_total", "http.route"),
            ("foo.bar", "http.route"),
        ];
        assert_eq!(names, expected.map(|(family, label)| (family.to_owned(), label.to_owned())));
    }

    #[test]
    fn only_a_gauge_is_a_ratio() {
        let names = Translator::new(Translation::default());
        assert_eq!(names.family("hits", "1", MetricKind::Gauge), "hits_ratio");
        assert_eq!(names.family("hits", "1", MetricKind::UpDownCounter), "hits");
        assert_eq!(names.family("hits", "1", MetricKind::Histogram { buckets: &[] }), "hits");
    }
}
