//! Units.

use super::{Definition, Finding, Rule};
use crate::metric::Kind;

/// The longest unit that the specification allows.
const LONGEST: usize = 63;

const SECONDS: &[&str] = &[
    "ns",
    "us",
    "µs",
    "ms",
    "min",
    "h",
    "sec",
    "second",
    "seconds",
    "millisecond",
    "milliseconds",
];
const BYTES: &[&str] = &[
    "b", "B", "byte", "bytes", "kb", "kB", "KB", "MB", "GB", "kBy", "KBy", "KiBy", "MBy", "MiBy",
    "GBy", "GiBy",
];
const RATIOS: &[&str] = &["%", "percent", "ratio"];

pub(super) fn findings(metric: &Definition<'_>) -> Vec<Finding> {
    let unit = metric.unit;
    let remedy = if unit.is_empty() {
        Some(
            "it has no unit: `s`, `By`, `1` for a ratio, or `{request}` for what is counted".into(),
        )
    } else if unit.len() > LONGEST || !unit.is_ascii() {
        Some(format!("the unit `{unit}` is not at most {LONGEST} letters of ASCII"))
    } else if unit == "1" && matches!(metric.kind, Kind::Counter | Kind::UpDownCounter) {
        Some("the unit `1` is for ratios; say what is counted, such as `{request}`".to_owned())
    } else if is_duration(metric.name) && !SECONDS.contains(&unit) && unit != "s" {
        Some(format!("the unit `{unit}` is not of a duration; record seconds, in `s`"))
    } else {
        unit.split('/').find_map(|part| remedy(part, unit))
    };
    remedy.map(|remedy| Finding::new(metric.name, Rule::Unit, remedy)).into_iter().collect()
}

fn is_duration(name: &str) -> bool {
    name.rsplit(['.', '_']).next().is_some_and(|last| ["duration", "latency"].contains(&last))
}

/// Says what to do about `part` of `unit`, such as the `By` in `By/s`, if anything.
fn remedy(part: &str, unit: &str) -> Option<String> {
    if let Some(annotation) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        return singular(annotation)
            .map(|one| format!("the unit `{unit}` is plural; write `{{{one}}}`"));
    }
    if part.is_empty() || part.contains(['{', '}', ' ']) {
        Some(format!("the unit `{unit}` is not UCUM; write one such as `s`, `By` or `{{request}}`"))
    } else if SECONDS.contains(&part) && part == unit {
        Some(format!("the unit `{unit}` is not that of durations; record seconds, in `s`"))
    } else if BYTES.contains(&part) {
        Some(format!("the unit `{unit}` is not that of sizes; record bytes, in `By`"))
    } else if RATIOS.contains(&part) {
        Some(format!("the unit `{unit}` is not that of ratios; record 0 to 1, in `1`"))
    } else if part.len() > 3 && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        let one = singular(part).unwrap_or_else(|| part.to_owned());
        Some(format!("the unit `{unit}` is a word; put it in braces: `{{{one}}}`"))
    } else {
        None
    }
}

/// The singular of `word`, if that looks like a plural.
fn singular(word: &str) -> Option<String> {
    let endings = ["ss", "us", "is", "series"];
    if !word.ends_with('s') || word.len() < 3 || endings.iter().any(|one| word.ends_with(one)) {
        return None;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return Some(format!("{stem}y"));
    }
    let in_es = ["sses", "shes", "tches", "xes"].iter().any(|ending| word.ends_with(ending));
    Some(word[..word.len() - if in_es { 2 } else { 1 }].to_owned())
}
