//! Which name may have been meant.

use std::collections::BTreeSet;

/// How many names a message lists.
const LISTED: usize = 40;

/// Suggests a recorded name that is like `name`, of which nothing was recorded, or lists them all.
pub(crate) fn of<'a>(name: &str, recorded: impl Iterator<Item = &'a str>) -> String {
    let recorded: BTreeSet<_> = recorded.collect();
    if recorded.is_empty() {
        return ": nothing was recorded at all; is this the telemetry that the code under test has?"
            .to_owned();
    }
    let in_prometheus = recorded.iter().filter(|known| is_in_prometheus(name, known));
    if let Some(known) = in_prometheus.max_by_key(|known| known.len()) {
        return format!("; that is what Prometheus calls it, here it is `{known}`");
    }
    if let Some(known) = nearest(name, recorded.iter().copied()) {
        return format!("; did you mean `{known}`?");
    }
    let listed: Vec<_> = recorded.iter().take(LISTED).map(|known| format!("\n  {known}")).collect();
    let more = if recorded.len() > LISTED { "\n  …" } else { "" };
    format!("; there are:{}{more}", listed.concat())
}

/// The one of the names that are `known` for which `name` may have been meant, if it is like one.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.filter_map(|known| Some((likeness(name, known)?, known))).min().map(|(_, known)| known)
}

/// How far `name` is from `known`, if it could be that with a typing error or half of it left out.
fn likeness(name: &str, known: &str) -> Option<usize> {
    let distance = distance(name, known);
    let is_part = name.len() > 3 && known.contains(name);
    (is_part || distance <= name.len().max(6) / 3).then_some(distance)
}

/// Whether `name` could be what Prometheus calls the metric `known`: underscores for dots, with
/// the suffixes of units and types.
fn is_in_prometheus(name: &str, known: &str) -> bool {
    let words = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let Some(rest) = words(name).strip_prefix(&words(known)).map(str::to_owned) else {
        return false;
    };
    let mut suffixes = rest.split('_');
    suffixes.next() == Some("") && suffixes.all(|suffix| SUFFIXES.contains(&suffix))
}

const SUFFIXES: &[&str] = &[
    "bucket",
    "bytes",
    "count",
    "max",
    "min",
    "per",
    "percent",
    "ratio",
    "second",
    "seconds",
    "milliseconds",
    "sum",
    "total",
];

/// How many letters must be put in, taken out or replaced to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = n + 1;
        for (m, another) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *another);
            diagonal = row[m + 1];
            row[m + 1] = replaced.min(row[m] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: [&str; 3] =
        ["http.server.active_requests", "http.server.request.duration", "kymo.cache.requests"];

    fn hint(name: &str) -> String {
        of(name, RECORDED.into_iter())
    }

    #[test]
    fn a_name_of_prometheus_leads_to_that_of_opentelemetry() {
        for name in [
            "http_server_request_duration_seconds_count",
            "http_server_request_duration_seconds",
            "http_server_request_duration",
            "http.server.request.duration.sum",
        ] {
            let there =
                "; that is what Prometheus calls it, here it is `http.server.request.duration`";
            assert_eq!(hint(name), there, "{name}");
        }
        assert!(hint("kymo_cache_requests_total").ends_with("`kymo.cache.requests`"));
        assert!(hint("http_server_active_requests").ends_with("`http.server.active_requests`"));
    }

    #[test]
    fn a_typing_error_leads_to_the_nearest_name() {
        let there = "; did you mean `kymo.cache.requests`?";
        for name in ["kymo.cache.request", "kymo.cahce.requests", "cache.requests"] {
            assert_eq!(hint(name), there, "{name}");
        }
    }

    #[test]
    fn a_name_like_no_other_leads_to_the_list() {
        let there = "; there are:\n  http.server.active_requests\n  http.server.request.duration\n  kymo.cache.requests";
        assert_eq!(hint("db.client.connection.count"), there);
        assert!(of("books.sold", [].into_iter()).contains("is this the telemetry"));
    }

    #[test]
    fn the_distance_is_that_of_levenshtein() {
        let known = [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("flaw", "lawn", 2)];
        for (one, other, expected) in known {
            assert_eq!(distance(one, other), expected);
            assert_eq!(distance(other, one), expected);
        }
    }
}
