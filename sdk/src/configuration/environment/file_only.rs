//! The settings of a configuration file that no variable has.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    path::PathBuf,
};

use opentelemetry::KeyValue;

use super::Said;
use crate::{
    Selector, View,
    configuration::{meters::Meters, wildcard},
    error::ConfigFileError,
};

/// The settings of a configuration file that no variable has; without a file, none.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileOnly {
    pub(crate) file: PathBuf,
    /// Attributes of the resource, with types.
    pub(crate) attributes: Vec<KeyValue>,
    /// Attributes of the resource that were detected.
    pub(crate) detected: Vec<KeyValue>,
    #[allow(dead_code, reason = "read by the feature `prometheus`")]
    pub(crate) page: Page,
    /// Weaker than those of the program.
    pub(crate) views: Vec<FileView>,
    /// Which meters measure.
    pub(crate) meters: Meters,
    /// How many series a metric may have unless a view says otherwise, by the type of the
    /// instrument and by `default`.
    pub(crate) limits: BTreeMap<&'static str, usize>,
    /// The readers that push beside the first of their kind.
    pub(crate) further: Vec<Further>,
    /// The whole key, and the line, where a key with `[]` in it was found.
    pub(crate) places: BTreeMap<&'static str, (String, usize)>,
}

/// What a file says of a reader that pushes beside the first of its kind.
#[derive(Debug, Clone)]
pub(crate) struct Further {
    /// Whether it is the console, and not OTLP.
    pub(crate) is_console: bool,
    /// As of [`FileOnly`]: the variables that would say so.
    pub(crate) variables: BTreeMap<&'static str, Said>,
    pub(crate) places: BTreeMap<&'static str, (String, usize)>,
}

/// A view, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct FileView {
    pub(crate) selector: Selector,
    pub(crate) view: View,
    pub(crate) key: String,
    pub(crate) line: usize,
}

/// How the page of metrics differs from a whole one, each by the key that says so.
#[derive(Debug, Clone, Default)]
#[allow(dead_code, reason = "read by the feature `prometheus`")]
pub(crate) struct Page {
    pub(crate) without_scope_info: Option<&'static str>,
    pub(crate) without_target_info: Option<&'static str>,
    /// With some attributes of the resource on every series.
    pub(crate) resource_labels: Option<(Names, &'static str)>,
}

/// Some names: those that match a pattern of the first list, if there is one, and none of the
/// second. Case counts, `*` stands for any number of characters, and `?` for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) included: Option<Vec<String>>,
    pub(crate) excluded: Vec<String>,
}

impl FileOnly {
    pub(crate) const ATTRIBUTES: &'static str = "resource.attributes[]";
    pub(crate) const LIMITS: &'static str = "meter_provider.readers[].cardinality_limits";
    pub(crate) const VIEWS: &'static str = "meter_provider.views[]";
    pub(crate) const METERS: &'static str = "meter_provider.meter_configurator/development";
    pub(crate) const DETECTED: &'static str = "resource.detection/development.detectors[].service";

    /// The parts that are about a meter provider and a bridge, which the program may have made itself.
    pub(crate) fn parts_of_provider(&self) -> Vec<&'static str> {
        let has_resource = !self.attributes.is_empty() || !self.detected.is_empty();
        let parts = [
            ("the resource", has_resource),
            ("its views", !self.views.is_empty()),
            ("its meters", !self.meters.is_all()),
            ("its limits", !self.limits.is_empty()),
            ("the page", !self.page.is_whole()),
        ];
        parts.into_iter().filter_map(|(part, is_said)| is_said.then_some(part)).collect()
    }

    /// The error that what `key` says cannot be.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn mistake(&self, key: &'static str, remedy: impl Display) -> ConfigFileError {
        let (key, line) = self.places.get(key).cloned().unwrap_or_else(|| (key.to_owned(), 1));
        self.mistake_at(&key, line, remedy)
    }

    /// The error that what the whole `key` says cannot be.
    pub(crate) fn mistake_at(
        &self,
        key: &str,
        line: usize,
        remedy: impl Display,
    ) -> ConfigFileError {
        let (file, key) = (self.file.clone(), key.to_owned());
        ConfigFileError::Mistake { file, line, key, remedy: remedy.to_string() }
    }
}

impl Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let included = self.included.as_ref().map(|names| format!("only {}", names.join("+")));
        let excluded = self.excluded.iter().map(|name| format!("without {name}"));
        f.write_str(&included.into_iter().chain(excluded).collect::<Vec<_>>().join(", "))
    }
}

impl Names {
    /// Whether `name` is one of them.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn contain(&self, name: &str) -> bool {
        let any = |patterns: &[String]| {
            patterns.iter().any(|pattern| wildcard::matches(pattern, name, |a, b| a == b))
        };
        self.included.as_deref().is_none_or(any) && !any(&self.excluded)
    }
}

impl Page {
    /// Whether nothing is left out, and nothing added.
    pub(crate) fn is_whole(&self) -> bool {
        let left_out = [self.without_scope_info, self.without_target_info];
        left_out.iter().all(Option::is_none) && self.resource_labels.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(included: Option<&[&str]>, excluded: &[&str]) -> Names {
        let owned = |patterns: &[&str]| patterns.iter().map(|it| (*it).to_owned()).collect();
        Names { included: included.map(owned), excluded: owned(excluded) }
    }

    #[test]
    fn names_are_included_and_then_excluded_by_patterns() {
        let some = names(Some(&["service.*", "host.?d"]), &["service.secret*", "*.tmp"]);
        for (name, expected) in [
            ("service.name", true),
            ("service.", true),
            ("Service.name", false),
            ("service.secret", false),
            ("service.x.tmp", false),
            ("host.id", true),
            ("host.éd", true),
            ("host.d", false),
            ("region", false),
        ] {
            assert_eq!(some.contain(name), expected, "{name}");
        }
        assert!(names(None, &["a*"]).contain("b") && !names(None, &["a*"]).contain("a"));
        assert!(!names(Some(&[]), &[]).contain("a"));
    }
}
