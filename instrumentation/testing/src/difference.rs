//! Subtracts one snapshot from a later one.

use std::collections::BTreeMap;

use crate::{
    histogram::{Bucket, Buckets, Histogram},
    metric::{Kind, Metric},
    series::{Reading, Series},
    snapshot::Snapshot,
};

impl Snapshot {
    /// Subtracts `before`, an earlier snapshot of the same telemetry: for a telemetry that
    /// several parts of a test share.
    ///
    /// A counter, an up-down counter and a histogram say by how much they moved, 0 included; a
    /// series that was not there before moved from nothing. A gauge says what it reads: readings do
    /// not add up. The least and the greatest value of a histogram are unknown.
    ///
    /// ```
    /// # use kymo_testing::TestMeters;
    /// # let meters = TestMeters::new();
    /// # let sold = meters.meter("bookshop").u64_counter("books.sold").build();
    /// sold.add(5, &[]);
    /// let before = meters.snapshot();
    /// sold.add(1, &[]);
    /// meters.snapshot().since(&before).counter("books.sold").assert(1);
    /// ```
    ///
    /// # Panics
    ///
    /// When a histogram had more values in `before`: the two are the wrong way round.
    #[track_caller]
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut metrics = Vec::new();
        for (n, metric) in self.metrics.iter().enumerate() {
            // Two instruments of one name that record numbers of two types are two metrics that
            // nothing tells apart but their order.
            let twins = self.metrics[..n].iter().filter(|twin| twin.is_same(metric)).count();
            let earlier = before.metrics.iter().filter(|twin| twin.is_same(metric)).nth(twins);
            metrics.push(moved(metric, earlier));
        }
        Self { resource: self.resource.clone(), metrics }
    }
}

#[track_caller]
fn moved(metric: &Metric, before: Option<&Metric>) -> Metric {
    let mut difference = metric.clone();
    let Some(before) = before.filter(|_| metric.kind != Kind::Gauge) else {
        difference.series.iter_mut().for_each(|series| forget_extremes(&mut series.reading));
        return difference;
    };
    for series in &mut difference.series {
        forget_extremes(&mut series.reading);
        let same = |earlier: &&Series| earlier.attributes == series.attributes;
        match (&mut series.reading, before.series.iter().find(same).map(|series| &series.reading)) {
            (Reading::Number(now), Some(Reading::Number(earlier))) => *now = now.minus(*earlier),
            (Reading::Histogram(now), Some(Reading::Histogram(earlier))) => {
                assert!(
                    now.count >= earlier.count,
                    "`{}` had {} values before and {} after: ask the later snapshot for what \
                     happened since the earlier one",
                    metric.name,
                    earlier.count,
                    now.count
                );
                subtract(now, earlier);
            }
            _ => {}
        }
    }
    difference
}

fn forget_extremes(reading: &mut Reading) {
    if let Reading::Histogram(histogram) = reading {
        (histogram.min, histogram.max) = (None, None);
    }
}

fn subtract(now: &mut Histogram, earlier: &Histogram) {
    now.count -= earlier.count;
    now.sum = now.sum.minus(earlier.sum);
    match (&mut now.buckets, &earlier.buckets) {
        (Buckets::Explicit(now), Buckets::Explicit(earlier)) => {
            now.iter_mut().zip(earlier).for_each(|(Bucket { count, .. }, earlier)| {
                *count = count.saturating_sub(earlier.count);
            });
        }
        (
            Buckets::Exponential { scale, zero_count, positive, negative },
            Buckets::Exponential {
                scale: finer,
                zero_count: zero_before,
                positive: positive_before,
                negative: negative_before,
            },
        ) => {
            *zero_count = zero_count.saturating_sub(*zero_before);
            // The scale of an exponential histogram only ever falls, and each step joins two
            // neighbours into one bucket.
            let steps = u32::from(finer.saturating_sub(*scale).unsigned_abs());
            take_away(positive, positive_before, steps);
            take_away(negative, negative_before, steps);
        }
        _ => {}
    }
}

fn take_away(now: &mut BTreeMap<i32, u64>, earlier: &BTreeMap<i32, u64>, steps: u32) {
    for (index, count) in earlier {
        let coarser = index.checked_shr(steps).unwrap_or(if *index < 0 { -1 } else { 0 });
        if let Some(now) = now.get_mut(&coarser) {
            *now = now.saturating_sub(*count);
        }
    }
    now.retain(|_, count| *count > 0);
}
