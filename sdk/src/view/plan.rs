//! Every view a program asks for, before anybody has looked at it.

use std::collections::BTreeMap;

use kymo_core::{Buckets, MetricKind};
use opentelemetry::{Key, KeyValue};

use super::{BucketKind, Fate, Kept, Shapes, View, ViewError, lengths, limit, pattern::Pattern};
use crate::{
    InstallError,
    configuration::{Description, Origin, environment::FileOnly},
    declared_metrics,
};

/// The views and the common attributes that a program asks for.
#[derive(Debug, Default)]
pub(crate) struct ShapePlan {
    views: Vec<(String, View, Origin)>,
    common: BTreeMap<Key, KeyValue>,
    /// The bytes of an attribute's value at most.
    longest: Option<usize>,
}

impl ShapePlan {
    pub(super) fn add(&mut self, pattern: String, view: View) {
        self.views.push((pattern, view, Origin::Code));
    }

    pub(super) fn add_common(&mut self, attribute: KeyValue) {
        self.common.insert(attribute.key.clone(), attribute);
    }

    pub(super) fn limit_values(&mut self, bytes: usize) {
        self.longest = Some(bytes);
    }

    /// The bytes of an attribute's value at most.
    pub(crate) fn longest_value(&self) -> usize {
        self.longest.unwrap_or(lengths::LONGEST)
    }

    /// A view that is weaker than all others, because `origin` is.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn add_weakest(&mut self, pattern: &str, view: View, origin: Origin) {
        self.views.insert(0, (pattern.to_owned(), view, origin));
    }

    /// Checks every view, and tells what is asked for.
    ///
    /// The program has the last word, after what the configuration file says.
    pub(crate) fn carry_out(
        self,
        file: &FileOnly,
        description: &mut Description,
    ) -> Result<Shapes, InstallError> {
        let longest = self.longest_value();
        if self.common.keys().any(|key| key.as_str().is_empty()) {
            return Err(ViewError::EmptyCommonKey.into());
        }
        let mut views = Vec::new();
        let mut add = |(pattern, view): (Pattern, View), origin| {
            description.add(format!("view.{}", pattern.as_str()), &view, origin);
            views.push((pattern, view));
        };
        let is_weakest = |(_, _, origin): &(_, _, Origin)| *origin != Origin::Code;
        let (weakest, own): (Vec<_>, Vec<_>) = self.views.into_iter().partition(is_weakest);
        for (pattern, view, origin) in weakest {
            add(check(pattern, view)?, origin);
        }
        for known in &file.views {
            let checked = check(known.pattern.clone(), known.view.clone());
            let checked =
                checked.map_err(|error| file.mistake_at(&known.key, known.line, error))?;
            add(checked, Origin::File(FileOnly::VIEWS));
        }
        for (pattern, view, origin) in own {
            add(check(pattern, view)?, origin);
        }
        for (kind, limit) in &file.limits {
            description.add(format!("limit.{kind}"), limit, Origin::File(FileOnly::LIMITS));
        }
        for KeyValue { key, value, .. } in self.common.values() {
            description.add(format!("common.attribute.{key}"), value, Origin::Code);
        }
        if self.longest.is_some() {
            description.add("attribute.value.limit", longest, Origin::Code);
        }
        let common = self.common.into_values().collect();
        Ok(Shapes::new(views, common, file.limits.clone(), longest))
    }
}

fn check(pattern: String, view: View) -> Result<(Pattern, View), ViewError> {
    let Some(known) = Pattern::new(&pattern) else {
        return Err(ViewError::Pattern { pattern });
    };
    check_view(&known, &view)?;
    Ok((known, view))
}

fn check_view(pattern: &Pattern, view: &View) -> Result<(), ViewError> {
    let name = || pattern.as_str().to_owned();
    if let Some(buckets) = &view.buckets {
        if let BucketKind::Explicit(bounds) = buckets {
            Buckets::new(bounds.as_slice())
                .map_err(|source| ViewError::Buckets { pattern: name(), source })?;
        }
        if pattern.exact().is_some_and(is_no_histogram) {
            return Err(ViewError::NoHistogram { metric: name() });
        }
    }
    if let Some(limit) = view.limit.filter(|limit| !(1..=limit::GREATEST).contains(limit)) {
        return Err(ViewError::Limit { pattern: name(), limit });
    }
    let new = view.fates.values().filter_map(|fate| match fate {
        Fate::Dropped => None,
        Fate::Renamed(new) => Some(new),
    });
    let kept = view.kept.iter().filter_map(|kept| match kept {
        Kept::Keys(keys) => Some(keys),
        Kept::Names(_) => None,
    });
    let kept = kept.flatten();
    let mut keys = view.fates.keys().chain(view.budgets.keys()).chain(new).chain(kept);
    if keys.any(|key| key.as_str().is_empty()) {
        return Err(ViewError::EmptyKey { pattern: name() });
    }
    let mut renamed = BTreeMap::new();
    for (key, fate) in &view.fates {
        let Fate::Renamed(new) = fate else { continue };
        if let Some(first) = renamed.insert(new, key) {
            let (first, second) = (first.to_string(), key.to_string());
            let new = new.to_string();
            return Err(ViewError::RenamedToOneKey { pattern: name(), first, second, new });
        }
    }
    Ok(())
}

/// Whether `name` is one of our metrics and no histogram.
fn is_no_histogram(name: &str) -> bool {
    declared_metrics().any(|metric| {
        let is_histogram = matches!(metric.kind, MetricKind::Histogram { .. });
        metric.name.eq_ignore_ascii_case(name) && !is_histogram
    })
}
