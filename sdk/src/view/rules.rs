//! The rules by which the attributes of one metric change.

use std::sync::Arc;

use kymo_core::{Bounded, Fold, OTHER, ValueBudget, metrics::CARDINALITY_FOLDED};
use opentelemetry::{Key, KeyValue, Value, metrics::Meter};

use super::{Fate, Kept, View, lengths::Lengths};

/// The rules by which the attributes of one metric of one scope change.
#[derive(Debug)]
pub(super) struct Rules {
    metric: String,
    lengths: Lengths,
    /// Added where a measurement has no such key; in the order of their keys.
    common: Vec<KeyValue>,
    /// All others are dropped.
    kept: Option<Kept>,
    fates: Vec<(Key, Fate)>,
    budgets: Vec<Budget>,
}

/// The values that an attribute may have, which counts those that it may not.
#[derive(Debug)]
struct Budget {
    key: Key,
    values: Arc<ValueBudget>,
}

impl Rules {
    /// The rules of the metric `name`, whose folds are counted with `meter`.
    pub(super) fn new(
        name: &str,
        lengths: &Lengths,
        common: &[KeyValue],
        view: View,
        meter: &Meter,
    ) -> Self {
        let counts_itself = name.eq_ignore_ascii_case(CARDINALITY_FOLDED.name);
        let budget = |(key, limit): (Key, u16)| {
            let values = if counts_itself {
                ValueBudget::uncounted(limit)
            } else {
                let fold = Fold::named(meter, name.to_owned(), key.to_string());
                ValueBudget::new(limit, fold)
            };
            Budget { key, values: Arc::new(values) }
        };
        Self {
            metric: name.to_owned(),
            lengths: lengths.clone(),
            common: common.to_vec(),
            budgets: view.budgets.into_iter().map(budget).collect(),
            kept: view.kept,
            fates: view.fates.into_iter().collect(),
        }
    }

    /// Whether `attributes` stay as they are: nothing is said but how long values may be.
    pub(super) fn let_pass(&self, attributes: &[KeyValue]) -> bool {
        self.common.is_empty()
            && self.kept.is_none()
            && self.fates.is_empty()
            && self.budgets.is_empty()
            && self.lengths.allow(attributes)
    }

    /// Applies the rules to `attributes`, and puts them in the order of their keys: the SDK stores any
    /// other order twice. For each attribute that is folded, `folds` gets the budget that counts it.
    pub(super) fn apply(
        &self,
        attributes: &[KeyValue],
        folds: impl FnMut(&Arc<ValueBudget>),
    ) -> Vec<KeyValue> {
        let (changed, is_cut) = self.change(attributes, folds);
        if is_cut {
            self.lengths.count_cut(&self.metric);
        }
        changed
    }

    /// What [`Rules::apply`] makes of `attributes`, of which nothing is counted.
    #[allow(dead_code, reason = "used by the feature `metrics`")]
    pub(super) fn preview(&self, attributes: &[KeyValue]) -> Vec<KeyValue> {
        self.change(attributes, |_| {}).0
    }

    /// The attributes, and whether any was cut.
    fn change(
        &self,
        attributes: &[KeyValue],
        mut folds: impl FnMut(&Arc<ValueBudget>),
    ) -> (Vec<KeyValue>, bool) {
        let mut kept = Vec::with_capacity(attributes.len() + self.common.len());
        // Of two with one key the first stays, so what is stronger goes first.
        kept.extend_from_slice(attributes);
        kept.extend_from_slice(&self.common);
        sort(&mut kept);
        let is_cut = self.lengths.cut(&mut kept);

        let mut renamed = Vec::new();
        kept.retain_mut(|attribute| {
            if self.drop(&attribute.key) {
                return false;
            }
            let fate = self.fate(&attribute.key);
            if let Some(budget) = self.budgets.iter().find(|budget| budget.key == attribute.key)
                && !budget.admits(&attribute.value)
            {
                attribute.value = Value::from(OTHER);
                folds(&budget.values);
            }
            if let Some(Fate::Renamed(new)) = fate {
                renamed.push(KeyValue::new(new.clone(), attribute.value.clone()));
                return false;
            }
            true
        });
        if !renamed.is_empty() {
            // A renamed attribute is stronger, and of two the one whose old key is less.
            renamed.append(&mut kept);
            kept = renamed;
            sort(&mut kept);
        }
        (kept, is_cut)
    }
}

impl Rules {
    /// Whether they leave out an attribute with this key.
    pub(super) fn drop(&self, key: &Key) -> bool {
        let is_kept = self.kept.as_ref().is_none_or(|kept| kept.contain(key));
        !is_kept || matches!(self.fate(key), Some(Fate::Dropped))
    }

    fn fate(&self, key: &Key) -> Option<&Fate> {
        self.fates.iter().find(|(known, _)| known == key).map(|(_, fate)| fate)
    }
}

impl Budget {
    fn admits(&self, value: &Value) -> bool {
        match value {
            // Somebody folded it before, and counted that.
            Value::String(text) if text.as_str() == OTHER => true,
            Value::String(text) => self.values.admit(text.as_str()) != Bounded::OTHER,
            // The number 1 and the text "1" are two values.
            other => self.values.admit(&format!("\0{other:?}")) != Bounded::OTHER,
        }
    }
}

/// Counts one measurement in which `budget` folded its attribute.
pub(super) fn count_fold(budget: &Arc<ValueBudget>) {
    budget.counted(Bounded::OTHER);
}

/// Puts `attributes` in the order of their keys; of several with one key, the first stays.
pub(super) fn sort(attributes: &mut Vec<KeyValue>) {
    attributes.sort_by(|a, b| a.key.cmp(&b.key));
    attributes.dedup_by(|later, first| later.key == first.key);
}
