//! What a configuration file says and no variable can.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    path::PathBuf,
};

use opentelemetry::KeyValue;

use crate::{View, configuration::wildcard, error::ConfigFileError};

/// What a configuration file says and no variable can; without a file, nothing.
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
    /// How many series a metric may have unless a view says otherwise, by the type of the
    /// instrument and by `default`.
    pub(crate) limits: BTreeMap<&'static str, usize>,
    /// The whole key, and the line, where a key with `[]` in it was found.
    pub(crate) places: BTreeMap<&'static str, (String, usize)>,
}

/// A view, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct FileView {
    pub(crate) pattern: String,
    pub(crate) view: View,
    pub(crate) key: String,
    pub(crate) line: usize,
}

/// How the page of metrics looks.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "read by the feature `prometheus`")]
pub(crate) struct Page {
    pub(crate) scope_info: bool,
    pub(crate) target_info: bool,
    /// Units and `_total` at the end of names.
    pub(crate) suffixes: bool,
    /// The attributes of the resource that every series has.
    pub(crate) resource_labels: Option<Names>,
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
    pub(crate) const DETECTED: &'static str = "resource.detection/development.detectors[].service";

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
    #[allow(dead_code, reason = "used by the feature `prometheus`")]
    pub(crate) fn is_whole(&self) -> bool {
        self.scope_info && self.target_info && self.suffixes && self.resource_labels.is_none()
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { scope_info: true, target_info: true, suffixes: true, resource_labels: None }
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
