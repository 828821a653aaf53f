//! The buckets of histograms.

use std::sync::Arc;

/// Observations in classic buckets, since the start or in some time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Buckets {
    /// The inclusive upper bounds, ascending.
    bounds: Arc<[f64]>,
    /// The observations in each bucket alone, the last one being for all above the last bound; nothing if there
    /// are no buckets.
    counts: Vec<u64>,
}

/// Buckets that are kept at most of one histogram: of one with more, neighbours are added up.
const MOST: usize = 64;

impl Buckets {
    /// Forgets all observations.
    pub(crate) fn clear(&mut self) {
        self.counts.clear();
    }

    /// Whether there are no buckets.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Adds a series of a histogram. Where it has other bounds than those before it, there are the bounds of both
    /// afterwards, as far as so many are kept; what is in a bucket of one is counted at its end.
    ///
    /// `known` are bounds that others share, and become those of this.
    pub(crate) fn add(&mut self, bounds: &[f64], counts: &[u64], known: &mut Arc<[f64]>) {
        if counts.len() != bounds.len() + 1 {
            return;
        }
        if self.counts.is_empty() {
            self.bounds = shared(bounds, known);
            self.counts.resize(self.bounds.len() + 1, 0);
        } else {
            self.widen(bounds, known);
        }
        self.pour(bounds, counts);
    }

    /// Has these bounds too from now on.
    fn widen(&mut self, bounds: &[f64], known: &mut Arc<[f64]>) {
        let has = |bound: &f64| self.bounds.binary_search_by(|own| own.total_cmp(bound)).is_ok();
        if bounds.iter().all(has) {
            return;
        }
        let mut both = [&*self.bounds, bounds].concat();
        both.sort_by(f64::total_cmp);
        both.dedup();
        let wider = shared(&both, known);
        let narrow =
            std::mem::replace(self, Self { counts: vec![0; wider.len() + 1], bounds: wider });
        self.pour(&narrow.bounds, &narrow.counts);
    }

    /// The same, of another time or row.
    pub(crate) fn absorb(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.clone_from(other);
        } else if !other.counts.is_empty() {
            self.widen(&other.bounds, &mut Arc::clone(&other.bounds));
            self.pour(&other.bounds, &other.counts);
        }
    }

    fn pour(&mut self, bounds: &[f64], counts: &[u64]) {
        if *self.bounds == *bounds {
            for (sum, count) in self.counts.iter_mut().zip(counts) {
                *sum = sum.saturating_add(*count);
            }
            return;
        }
        let ends = bounds.iter().copied().chain([f64::INFINITY]);
        for (end, count) in ends.zip(counts) {
            let place = self.bounds.partition_point(|bound| *bound < end);
            if let Some(sum) = self.counts.get_mut(place) {
                *sum = sum.saturating_add(*count);
            }
        }
    }

    /// What was observed since `earlier`; all of it where that is none of the same, since a count has fallen.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let mut before =
            Self { bounds: Arc::clone(&self.bounds), counts: vec![0; self.counts.len()] };
        if !self.counts.is_empty() && !earlier.counts.is_empty() {
            before.pour(&earlier.bounds, &earlier.counts);
        }
        let mut pairs = self.counts.iter().zip(&before.counts);
        let counts = pairs.clone().map(|(now, before)| now.saturating_sub(*before));
        if *self.bounds == *earlier.bounds && pairs.any(|(now, before)| now < before) {
            return self.clone();
        }
        Self { bounds: Arc::clone(&self.bounds), counts: counts.collect() }
    }

    /// The value that the share `q` of the observations does not exceed, as `histogram_quantile` of Prometheus
    /// reads it: as if they were spread evenly in their bucket. The last bound stands for all above it.
    ///
    /// Not a number where there is no observation.
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let total: f64 = self.counts.iter().map(|count| *count as f64).sum();
        let rank = q * total;
        let mut below = 0.0;
        for (place, count) in self.counts.iter().enumerate() {
            let count = *count as f64;
            if count > 0.0 && below + count >= rank {
                let Some(end) = self.bounds.get(place).copied() else {
                    return self.bounds.last().copied().unwrap_or(f64::NAN);
                };
                let start = match place.checked_sub(1) {
                    Some(before) => self.bounds[before],
                    None if end > 0.0 => 0.0,
                    None => return end,
                };
                return start + (end - start) * ((rank - below) / count).clamp(0.0, 1.0);
            }
            below += count;
        }
        f64::NAN
    }
}

/// As many of these bounds as are kept, in `known` if they are the same.
fn shared(bounds: &[f64], known: &mut Arc<[f64]>) -> Arc<[f64]> {
    let step = bounds.len().div_ceil(MOST - 1).max(1);
    // The last bound is always one.
    let chosen = || bounds.iter().rev().step_by(step).rev().copied();
    if !chosen().eq(known.iter().copied()) {
        *known = chosen().collect();
    }
    Arc::clone(known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn buckets(bounds: &[f64], counts: &[u64]) -> Buckets {
        let mut buckets = Buckets::default();
        buckets.add(bounds, counts, &mut Arc::default());
        buckets
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn a_quantile_is_where_prometheus_has_it() {
        let found = buckets(&[1.0, 2.0, 4.0], &[2, 2, 4, 0]);
        assert!(close(found.quantile(0.5), 2.0), "{}", found.quantile(0.5));
        assert!(close(found.quantile(0.25), 1.0));
        assert!(close(found.quantile(0.125), 0.5));
        assert!(close(found.quantile(0.75), 3.0));
        assert!(close(found.quantile(1.0), 4.0));
        assert!(close(buckets(&[1.0], &[0, 3]).quantile(0.5), 1.0));
        assert!(close(buckets(&[-1.0, 1.0], &[3, 0, 0]).quantile(0.5), -1.0));
        assert!(buckets(&[1.0], &[0, 0]).quantile(0.5).is_nan());
        assert!(Buckets::default().quantile(0.5).is_nan());
    }

    #[test]
    fn what_was_observed_since_is_the_difference() {
        let (before, now) = (buckets(&[1.0], &[3, 1]), buckets(&[1.0], &[5, 1]));
        assert_eq!(now.since(&before), buckets(&[1.0], &[2, 0]));
        assert_eq!(now.since(&Buckets::default()), now);
        // It began anew: a difference would be wrong.
        assert_eq!(buckets(&[1.0], &[2, 7]).since(&before), buckets(&[1.0], &[2, 7]));
    }

    #[test]
    fn two_series_with_different_bounds_have_those_of_both() {
        let mut sum = buckets(&[1.0, 2.0], &[1, 0, 0]);
        sum.add(&[0.5, 1.5, 9.0], &[1, 1, 1, 1], &mut Arc::default());
        assert_eq!(sum, buckets(&[0.5, 1.0, 1.5, 2.0, 9.0], &[1, 1, 1, 0, 1, 1]));
        // As an exponential histogram has them: powers of two up to the largest that was observed.
        let mut all = buckets(&[0.001, 0.002], &[50, 50, 0]);
        all.add(&[0.5, 1.0, 2.0], &[0, 50, 50, 0], &mut Arc::default());
        assert!((1.0..=2.0).contains(&all.quantile(0.99)), "{}", all.quantile(0.99));
        let mut rise = buckets(&[0.001, 0.002], &[9, 0, 0]);
        rise.absorb(&buckets(&[0.001, 0.002, 8.0, 16.0], &[0, 0, 0, 90, 0]));
        assert!((8.0..=16.0).contains(&rise.quantile(0.9)), "{}", rise.quantile(0.9));
    }

    #[test]
    fn a_histogram_without_as_many_counts_as_it_needs_is_none() {
        assert_eq!(buckets(&[1.0], &[1]), Buckets::default());
    }

    proptest! {
        #[test]
        fn no_observation_is_lost_and_no_histogram_has_more_buckets_than_are_kept(
            counts in proptest::collection::vec(0_u64..1_000, 1..400),
        ) {
            let bounds: Vec<f64> = (1..counts.len()).map(|bound| bound as f64).collect();
            let kept = buckets(&bounds, &counts);
            prop_assert!(kept.counts.len() <= MOST, "{}", kept.counts.len());
            prop_assert_eq!(kept.counts.iter().sum::<u64>(), counts.iter().sum::<u64>());
            if counts.len() <= MOST {
                prop_assert_eq!(&kept.counts, &counts);
            }
        }

        #[test]
        fn a_quantile_is_within_the_bounds(
            counts in proptest::collection::vec(0_u64..50, 5),
            q in 0.0_f64..=1.0,
        ) {
            let found = buckets(&[0.1, 0.2, 0.4, 0.8], &counts).quantile(q);
            let is_empty = counts.iter().all(|count| *count == 0);
            let is_right = if is_empty { found.is_nan() } else { (0.0..=0.8).contains(&found) };
            prop_assert!(is_right, "{}", found);
        }
    }
}
