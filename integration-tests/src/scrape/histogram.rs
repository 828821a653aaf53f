//! Checks that a histogram is whole.

use std::collections::BTreeMap;

use super::family::{Family, Sample};

type Labels = BTreeMap<String, String>;

/// The samples of one histogram series.
#[derive(Default)]
struct Parts<'a> {
    /// Upper bound and cumulative count.
    buckets: Vec<(f64, f64)>,
    count: Option<&'a Sample>,
}

/// Each series has rising buckets up to `+Inf`, and a count equal to the last bucket. It has a sum, unless
/// that may fall: then a page must have none.
pub(super) fn check(family: &Family) -> Result<(), String> {
    let mut series: BTreeMap<Labels, Parts<'_>> = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le");
        let parts = series.entry(labels).or_default();
        match (&sample.name[family.name.len()..], bound) {
            ("_bucket", Some(bound)) => parts.buckets.push((upper(&bound)?, sample.value)),
            ("_bucket", None) => return Err(format!("{sample} has no le")),
            (_, Some(_)) => return Err(format!("{sample} has an le")),
            ("_sum", None) => {}
            (_, None) => parts.count = Some(sample),
        }
    }
    series.iter().try_for_each(|(labels, parts)| {
        parts.check().map_err(|reason| format!("{}{labels:?} {reason}", family.name))
    })
}

impl Parts<'_> {
    fn check(&self) -> Result<(), &'static str> {
        let rising = |pair: &[(f64, f64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
        if !self.buckets.windows(2).all(rising) {
            return Err("has buckets that do not rise");
        }
        let Some(&(f64::INFINITY, all)) = self.buckets.last() else {
            return Err("has no +Inf bucket");
        };
        match self.count {
            Some(count) if count.value.to_bits() == all.to_bits() => Ok(()),
            Some(_) => Err("has a count other than its +Inf bucket"),
            None => Err("has no count"),
        }
    }
}

fn upper(bound: &str) -> Result<f64, String> {
    match bound.parse() {
        Ok(bound) if !f64::is_nan(bound) => Ok(bound),
        _ => Err(format!("{bound:?} is no bucket bound")),
    }
}
