//! Bounds of buckets, put together.

/// The bounds of both, ascending, and none of them twice.
pub(super) fn merged(bounds: &[f64], more: &[f64]) -> Vec<f64> {
    let mut all: Vec<_> = bounds.iter().chain(more).copied().collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_are_put_together_ascend_and_none_is_there_twice() {
        assert_eq!(merged(&[0.1, 0.25, 1.0], &[0.3, 0.25, 20.0, 0.3]), [0.1, 0.25, 0.3, 1.0, 20.0]);
        assert_eq!(merged(&[], &[0.3]), [0.3]);
        assert_eq!(merged(&[0.1], &[]), [0.1]);
    }
}
