//! How long the values of attributes may be.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry::{Array, KeyValue, Value, metrics::Meter};

use crate::{key, metrics::CARDINALITY_CUT};

/// How many bytes the value of an attribute may have, and how often one had more.
#[derive(Debug, Clone)]
pub(super) struct Lengths {
    longest: usize,
    cuts: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Lengths {
    pub(super) fn new(longest: usize) -> Self {
        Self { longest, cuts: Arc::default() }
    }

    /// Shows with `meter` how often values were cut, once any was.
    pub(super) fn show(&self, meter: &Meter) {
        let cuts = Arc::clone(&self.cuts);
        CARDINALITY_CUT.observable_counter(meter, move |counter| {
            // A copy: a recording does not wait for a reading.
            let cuts = cuts.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (metric, times) in cuts {
                counter.observe(times, &[key::FOLDED_METRIC.of(metric)]);
            }
        });
    }

    /// How many bytes a value may have.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether no value is too long.
    pub(super) fn allow(&self, attributes: &[KeyValue]) -> bool {
        attributes.iter().all(|attribute| self.is_short(&attribute.value))
    }

    /// Cuts what is too long, and says whether there was any.
    pub(super) fn cut(&self, attributes: &mut [KeyValue]) -> bool {
        if self.allow(attributes) {
            return false;
        }
        for attribute in attributes {
            if !self.is_short(&attribute.value) {
                let text = attribute.value.as_str();
                let end = (0..=self.longest).rev().find(|end| text.is_char_boundary(*end));
                attribute.value = Value::from(text[..end.unwrap_or_default()].to_owned());
            }
        }
        true
    }

    /// Counts one cut of an attribute of `metric`.
    pub(super) fn count_cut(&self, metric: &str) {
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        let times = cuts.entry(metric.to_owned()).or_default();
        *times += 1;
        let is_first = *times == 1;
        // A log that is itself measured may come back here.
        drop(cuts);
        if is_first {
            let longest = self.longest;
            tracing::warn!(
                "an attribute of the metric {metric} has a value of more than {longest} bytes, which \
                 is cut; record a shorter one, or allow more with attribute_value_limit()"
            );
        }
    }

    fn is_short(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => text.as_str().len() <= self.longest,
            Value::Array(array) => len(array) <= self.longest,
            _ => true,
        }
    }
}

/// About how many bytes the text of an array has; it is no less than that of its strings.
fn len(array: &Array) -> usize {
    match array {
        Array::Bool(all) => all.len() * 5,
        Array::I64(all) => all.len() * 8,
        Array::F64(all) => all.len() * 8,
        Array::String(all) => all.iter().map(|text| text.as_str().len() + 3).sum(),
        _ => 0,
    }
}

/// So many bytes, unless the program says otherwise: more than any name or path of a template has,
/// and 2,000 series of them are 2 MB.
pub(super) const LONGEST: usize = 1024;
