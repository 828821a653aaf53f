//! Values of attributes.

use std::collections::BTreeMap;

use opentelemetry::Value;
use uuid::Uuid;

use super::{Finding, Rule};
use crate::{attributes::Shown, metric::Metric};

/// The longest text that is not suspect.
const LONGEST: usize = 120;

/// The greatest integer that is not suspect: there are that many ports.
const GREATEST: u64 = 65_535;

/// Keys whose values are of a set with an end, although they look like moments: kymo keeps a budget.
const KNOWN: &[&str] = &["kymo.migration.version"];

/// One finding for each attribute that looks like it takes any value whatever.
pub(super) fn findings(metric: &Metric) -> Vec<Finding> {
    let mut suspects: BTreeMap<&str, String> = BTreeMap::new();
    let attributes = metric.series.iter().flat_map(|series| series.attributes.iter());
    for (key, value) in attributes.filter(|(key, _)| !KNOWN.contains(key)) {
        if let Some(what) = unbounded(value) {
            suspects.entry(key).or_insert_with(|| {
                format!(
                    "`{key}` is {what}, {}: every one makes a series that is never freed; use a \
                     template or a closed set",
                    Shown(value)
                )
            });
        }
    }
    let finding = |message| Finding::new(&metric.name, Rule::Unbounded, message);
    suspects.into_values().map(finding).collect()
}

/// Says why `value` looks like one of endlessly many, if it does.
pub(super) fn unbounded(value: &Value) -> Option<&'static str> {
    match value {
        Value::I64(integer) if integer.unsigned_abs() > GREATEST => Some("a great number"),
        Value::F64(_) => Some("a measured number"),
        Value::String(text) => unbounded_text(text.as_str()),
        _ => None,
    }
}

fn unbounded_text(text: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut segments = text.split(['/', '?']);
    if Uuid::try_parse(text).is_ok() {
        Some("a UUID")
    } else if is_hexadecimal(text) {
        Some("a hexadecimal id")
    } else if digits(text) && text.len() > 5 {
        Some("a great number")
    } else if text.contains('/') && text.contains('?') {
        Some("a URL with its query")
    } else if text.contains('/')
        && segments
            .any(|part| digits(part) || is_hexadecimal(part) || Uuid::try_parse(part).is_ok())
    {
        Some("a path with an id in it")
    } else if is_moment(text) {
        Some("a moment in time")
    } else if text.split_once('@').is_some_and(|(_, domain)| domain.contains('.')) {
        Some("an e-mail address")
    } else if text.len() > LONGEST {
        Some("a long text")
    } else {
        None
    }
}

/// Whether `text` is a hash, a trace or the address of an object.
fn is_hexadecimal(text: &str) -> bool {
    let address = text.strip_prefix("0x");
    let digits = address.unwrap_or(text);
    digits.bytes().all(|b| b.is_ascii_hexdigit())
        && digits.len() >= if address.is_some() { 6 } else { 12 }
        && digits.bytes().any(|b| b.is_ascii_digit())
}

/// Whether `text` begins like RFC 3339: `2024-02-30T`.
fn is_moment(text: &str) -> bool {
    let pattern = b"0000-00-00";
    text.len() > pattern.len()
        && text
            .bytes()
            .zip(pattern)
            .all(|(b, p)| if *p == b'0' { b.is_ascii_digit() } else { b == *p })
}
