//! How fast an error budget may burn.

/// A window in which a budget burns, and the short one that tells when it has stopped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Burn {
    /// How many times as fast as the budget would last for 30 days.
    pub(super) factor: f64,
    pub(super) long: &'static str,
    pub(super) short: &'static str,
}

/// The alerts of one severity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Urgency {
    pub(super) severity: &'static str,
    pub(super) burns: [Burn; 2],
    /// What becomes of the budget at the slower of both.
    pub(super) meaning: &'static str,
}

/// The windows and factors of "The Site Reliability Workbook", chapter "Alerting on SLOs", section 6:
/// 2 % of the budget of 30 days in an hour, 5 % in six; 10 % in a day, and in three.
pub(super) const URGENCIES: [Urgency; 2] = [
    Urgency {
        severity: "page",
        burns: [
            Burn { factor: 14.4, long: "1h", short: "5m" },
            Burn { factor: 6.0, long: "6h", short: "30m" },
        ],
        meaning: "At this rate the error budget of 30 days is gone in 5 days or less.",
    },
    Urgency {
        severity: "ticket",
        burns: [
            Burn { factor: 3.0, long: "1d", short: "2h" },
            Burn { factor: 1.0, long: "3d", short: "6h" },
        ],
        meaning: "At this rate the error budget is gone before its 30 days are over.",
    },
];

/// Every window that a burn looks at, the shortest first.
pub(super) const WINDOWS: [&str; 7] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

impl Burn {
    /// The share of failures from which it burns so fast; `None` where not even all requests would be enough.
    pub(super) fn threshold(self, budget: f64) -> Option<f64> {
        let threshold = self.factor * budget;
        (threshold < 1.0).then_some(threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burn_that_no_failure_could_reach_has_no_threshold() {
        let reached = |budget| {
            let burns = URGENCIES.iter().flat_map(|urgency| urgency.burns);
            burns.filter(|burn| burn.threshold(budget).is_some()).count()
        };
        assert_eq!([0.001, 0.069, 0.07, 0.2, 0.5, 0.999].map(reached), [4, 4, 3, 2, 1, 1]);
    }

    #[test]
    fn every_window_of_a_burn_is_recorded() {
        for burn in URGENCIES.iter().flat_map(|urgency| urgency.burns) {
            assert!(WINDOWS.contains(&burn.long) && WINDOWS.contains(&burn.short), "{burn:?}");
        }
    }
}
