//! Every view a program asks for, before anybody has looked at it.

use std::collections::BTreeMap;

use kymo_core::{Buckets, MetricKind};
use opentelemetry::{Key, KeyValue};

use super::{
    BucketKind, Fate, Kept, Selector, Shapes, View, ViewError, lengths, limit, renaming,
    selector::Selection, twin::Twin,
};
use crate::{
    InstallError,
    configuration::{Description, Origin, environment::FileOnly},
    declared_metrics,
};

/// The views and the common attributes that a program asks for.
#[derive(Debug, Default)]
pub(crate) struct ShapePlan {
    views: Vec<(Selector, View, Origin)>,
    common: BTreeMap<Key, KeyValue>,
    /// The bytes of an attribute's value at most.
    longest: Option<usize>,
    /// The metrics that are recorded beside others, and whose names those are.
    twins: (&'static str, &'static [Twin]),
    /// Bounds that a histogram has beside its own, by its name.
    bounds: BTreeMap<&'static str, Vec<f64>>,
}

impl ShapePlan {
    pub(super) fn add(&mut self, selector: Selector, view: View) {
        self.views.push((selector, view, Origin::Code));
    }

    pub(super) fn add_common(&mut self, attribute: KeyValue) {
        self.common.insert(attribute.key.clone(), attribute);
    }

    pub(super) fn limit_values(&mut self, bytes: usize) {
        self.longest = Some(bytes);
    }

    /// Records `twins` too, which have the names of `whom`.
    #[allow(dead_code, reason = "used by the feature `http`")]
    pub(crate) fn also_record(&mut self, whom: &'static str, twins: &'static [Twin]) {
        self.twins = (whom, twins);
    }

    /// The bytes of an attribute's value at most.
    pub(crate) fn longest_value(&self) -> usize {
        self.longest.unwrap_or(lengths::LONGEST)
    }

    /// The histogram `metric` has these bounds beside its own.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn add_bounds(&mut self, metric: &'static str, bounds: Vec<f64>) {
        self.bounds.entry(metric).or_default().extend(bounds);
    }

    /// A view of everything that is weaker than all others, because `origin` is.
    #[allow(dead_code, reason = "used by the features")]
    pub(crate) fn add_weakest(&mut self, view: View, origin: Origin) {
        self.views.insert(0, (Selector::any(), view, origin));
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
        let mut add = |(selection, view): (Selection, View), origin| {
            description.add(format!("view.{selection}"), &view, origin);
            views.push((selection, view));
        };
        let is_weakest = |(_, _, origin): &(_, _, Origin)| *origin != Origin::Code;
        let (weakest, own): (Vec<_>, Vec<_>) = self.views.into_iter().partition(is_weakest);
        for (selector, view, origin) in weakest {
            add(check(selector, view)?, origin);
        }
        for known in &file.views {
            let checked = check(known.selector.clone(), known.view.clone());
            let checked =
                checked.map_err(|error| file.mistake_at(&known.key, known.line, error))?;
            add(checked, Origin::File(FileOnly::VIEWS));
        }
        for (selector, view, origin) in own {
            add(check(selector, view)?, origin);
        }
        renaming::check(&views)?;
        let meters = &file.meters;
        let shown = |measures: bool| if measures { "on" } else { "off" };
        for (pattern, measures) in &meters.named {
            let name = format!("meter.{pattern}");
            description.add(name, shown(*measures), Origin::File(FileOnly::METERS));
        }
        if !meters.others {
            description.add("meter.*", "off", Origin::File(FileOnly::METERS));
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
        let (whom, twins) = self.twins;
        if !twins.is_empty() {
            description.add("also.named", whom, Origin::Code);
        }
        let common = self.common.into_values().collect();
        let (limits, meters) = (file.limits.clone(), meters.clone());
        let shapes = Shapes::new(views, meters, common, limits, longest, twins);
        Ok(shapes.with_bounds(self.bounds))
    }
}

fn check(selector: Selector, view: View) -> Result<(Selection, View), ViewError> {
    let shown = selector.to_string();
    let Some(known) = selector.compile() else {
        return Err(ViewError::Pattern { pattern: shown });
    };
    check_view(&known, &view)?;
    Ok((known, view))
}

fn check_view(selection: &Selection, view: &View) -> Result<(), ViewError> {
    let name = || selection.to_string();
    if let Some(new) = &view.name {
        if new.is_empty() {
            return Err(ViewError::EmptyName { pattern: name() });
        }
        if selection.exact().is_none() {
            return Err(ViewError::NameOfSeveral { pattern: name(), name: new.clone() });
        }
    }
    if let Some(buckets) = &view.buckets {
        if let BucketKind::Explicit(bounds) = buckets {
            Buckets::new(bounds.as_slice())
                .map_err(|source| ViewError::Buckets { pattern: name(), source })?;
        }
        // To sum up what is a sum already changes nothing.
        let is_excluded =
            || selection.excludes_histograms() || selection.exact().is_some_and(is_no_histogram);
        if *buckets != BucketKind::Sum && is_excluded() {
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
