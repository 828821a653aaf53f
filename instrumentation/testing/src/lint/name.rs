//! Names of metrics.

use super::{Definition, Finding, Rule};
use crate::metric::Kind;

/// The longest name that the specification allows.
const LONGEST: usize = 255;

/// Endings that no name should have: the unit is a field of its own, and Prometheus' name gets it
/// from there.
const UNITS: &[&str] = &[
    "seconds",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "ms",
    "bytes",
    "kilobytes",
    "megabytes",
    "percent",
    "ratio",
];

pub(super) fn findings(metric: &Definition<'_>) -> Vec<Finding> {
    let name = metric.name;
    let mut findings = Vec::new();
    if name.len() > LONGEST {
        let remedy = format!("it has {} letters; the SDK takes at most {LONGEST}", name.len());
        findings.push(Finding::new(name, Rule::Name, remedy));
    }
    if !is_name(name) {
        let remedy = format!(
            "a name is lower-case words joined by dots and underscores and begins with a letter; \
             call it `{}`",
            conventional(name)
        );
        findings.push(Finding::new(name, Rule::Name, remedy));
    }
    let (rest, last) = name.rsplit_once(['.', '_']).unwrap_or(("", name));
    let is_sum = matches!(metric.kind, Kind::Counter | Kind::UpDownCounter);
    if !rest.is_empty() && last == "total" && is_sum {
        let remedy = format!("Prometheus' name gets `_total` by itself; call it `{rest}`");
        findings.push(Finding::new(name, Rule::Suffix, remedy));
    }
    if !rest.is_empty() && UNITS.contains(&last) {
        let remedy = format!("the unit is no part of the name; call it `{rest}` and give the unit");
        findings.push(Finding::new(name, Rule::Suffix, remedy));
    }
    findings
}

/// Whether `name` is one as the conventions have it: of a metric or of an attribute.
pub(super) fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split(['.', '_']).all(is_word)
}

/// `HTTP-Requests` as `http_requests`.
pub(super) fn conventional(name: &str) -> String {
    let mut conventional = String::new();
    for c in name.chars() {
        match c {
            '.' | '_' | 'a'..='z' | '0'..='9' => conventional.push(c),
            'A'..='Z' => {
                // A capital after a small letter begins a word.
                if conventional.ends_with(|c: char| c.is_ascii_lowercase()) {
                    conventional.push('_');
                }
                conventional.push(c.to_ascii_lowercase());
            }
            _ => conventional.push('_'),
        }
    }
    let begins = |c: char| c.is_ascii_lowercase();
    let conventional = conventional.trim_start_matches(|c| !begins(c));
    let mut words = Vec::new();
    for part in conventional.split('.') {
        let part: Vec<_> = part.split('_').filter(|word| !word.is_empty()).collect();
        words.extend((!part.is_empty()).then(|| part.join("_")));
    }
    words.join(".")
}
