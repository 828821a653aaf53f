//! What is worked out once, for boards and alerts alike.

use crate::{
    Query,
    alerts::objective,
    label, metric,
    query::{of, quantile, rate, sum},
};

/// An expression whose value is stored under a name.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The name: its groups, what it is, and how it was made.
    pub name: &'static str,
    /// What is stored.
    pub query: Query,
}

/// All that is recorded.
pub fn recordings() -> Vec<Recording> {
    let mut recordings: Vec<_> = objective::WINDOWS
        .iter()
        .map(|(name, minutes)| Recording { name, query: objective::failing().during(*minutes) })
        .collect();
    let hits = || rate(of(metric::CACHE).is(label::RESULT, "hit")).part_of(rate(metric::CACHE));
    let used = sum(of(metric::POOL).is(label::POOL_STATE, "used")).over(sum(metric::POOL_MAX));
    recordings.extend([
        Recording { name: "job:http_server_requests:rate5m", query: rate(metric::HTTP) },
        Recording {
            name: "job_route:http_server_duration:p95_rate5m",
            query: quantile(0.95, metric::HTTP).by(&[label::ROUTE]),
        },
        Recording { name: "job_pool:connections_used:ratio", query: used.by(&[label::POOL]) },
        Recording { name: "job_cache:hits:ratio_rate5m", query: hits().by(&[label::CACHE]) },
        Recording {
            name: "job_cache:hits:ratio_rate6h",
            query: hits().by(&[label::CACHE]).during(360),
        },
    ]);
    recordings
}
