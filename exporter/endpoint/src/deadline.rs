//! How long a scraper waits.

use std::time::{Duration, Instant};

use http::HeaderMap;

/// Where Prometheus says how long it waits, in seconds such as `10` or `2.5`.
const HEADER: &str = "x-prometheus-scrape-timeout-seconds";
/// How long Prometheus waits unless it is told otherwise.
const USUAL: f64 = 10.0;
/// Nobody waits for longer, so that a client cannot make it as long as it likes. Those who wait for less
/// share a document with others, and must not cost them what takes a moment to collect.
const LIMITS: (f64, f64) = (1.0, 30.0);
/// The part of the time that is kept for writing and sending, and seconds of it at most.
const MARGIN: (f64, f64) = (0.1, 1.0);

/// How long a scraper waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    /// Families that were not collected by then are left out.
    pub(crate) collect: Instant,
    /// Without a document by then, there is none.
    pub(crate) answer: Instant,
}

impl Deadline {
    /// The deadline in the headers of a request that came `now`, or else the usual.
    pub(crate) fn of(headers: &HeaderMap, now: Instant) -> Self {
        let seconds =
            headers.get(HEADER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let patience = patience(seconds);
        let margin = (patience * MARGIN.0).min(MARGIN.1);
        let after = |seconds| now + Duration::from_secs_f64(seconds);
        Self { collect: after(patience - margin), answer: after(patience - margin / 2.0) }
    }
}

/// The seconds that a scraper waits who says `seconds`.
fn patience(seconds: Option<f64>) -> f64 {
    let said = seconds.filter(|seconds| *seconds > 0.0).unwrap_or(USUAL);
    said.clamp(LIMITS.0, LIMITS.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When collecting ends and when waiting ends, in milliseconds from now.
    fn of(value: Option<&'static str>) -> (u128, u128) {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert("X-Prometheus-Scrape-Timeout-Seconds", value.parse().unwrap());
        }
        let now = Instant::now();
        let deadline = Deadline::of(&headers, now);
        let after = |at: Instant| at.duration_since(now).as_millis();
        (after(deadline.collect), after(deadline.answer))
    }

    #[test]
    fn a_tenth_of_what_the_scraper_waits_is_kept_for_sending_and_a_second_at_most() {
        for (said, collect, answer) in [
            (None, 9_000, 9_500),
            (Some("10"), 9_000, 9_500),
            (Some(" 2.5 "), 2_250, 2_375),
            (Some("1"), 900, 950),
            (Some("30"), 29_000, 29_500),
        ] {
            assert_eq!(of(said), (collect, answer), "{said:?}");
        }
    }

    #[test]
    fn what_no_scraper_says_changes_little() {
        for nonsense in ["", "soon", "-1", "0", "NaN", "-inf", "10s"] {
            assert_eq!(of(Some(nonsense)), of(None), "{nonsense}");
        }
        for (said, meant) in [("0.001", "1"), ("1e-300", "1"), ("inf", "30"), ("1e300", "30")] {
            assert_eq!(of(Some(said)), of(Some(meant)), "{said}");
        }
    }
}
