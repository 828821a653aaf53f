//! A strict reader of OpenMetrics 1.0.0 and 2.0.0, written from their specifications alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::parser::{Labels, ReadFamily, ReadSample, comment, labels, named, unescape};

/// Reads a document of this version, or says which line is at fault.
pub(crate) fn read(document: &str, version: u8) -> Result<Vec<ReadFamily>, String> {
    let document = document.strip_suffix("# EOF\n").ok_or("no end")?;
    if !document.is_empty() && !document.ends_with('\n') {
        return Err("the last line does not end".into());
    }
    let mut families: Vec<ReadFamily> = Vec::new();
    let mut taken = BTreeSet::new();
    for line in document.split_terminator('\n') {
        let fault = |what: &str| format!("{what}: {line}");
        if let Some(rest) = line.strip_prefix("# ") {
            let (about, rest) = rest.split_once(' ').ok_or(fault("no comment"))?;
            let (name, text) = comment(rest).ok_or(fault("no name"))?;
            if about == "TYPE" {
                let suffixes = suffixes(text, version).ok_or(fault("unknown type"))?;
                let names: Vec<_> =
                    suffixes.iter().map(|suffix| format!("{name}{suffix}")).collect();
                if names.iter().chain([&name]).any(|name| taken.contains(name)) {
                    return Err(fault("clash"));
                }
                taken.extend(names.into_iter().chain([name.clone()]));
                families.push(ReadFamily::new(&name, text));
                continue;
            }
            let family = families.last_mut().filter(|family| family.name == name);
            let family = family.ok_or(fault("comment of another"))?;
            let is_next = family.samples.is_empty() && family.help.is_none();
            match about {
                "UNIT" if is_next && family.unit.is_none() => {
                    let base = name.trim_end_matches(text).ends_with('_');
                    if version == 1 && !(base && name.ends_with(text)) {
                        return Err(fault("not the unit of the name"));
                    }
                    if ["info", "stateset"].contains(&&*family.kind) || text.is_empty() {
                        return Err(fault("no unit"));
                    }
                    family.unit = Some(text.to_owned());
                }
                "HELP" if is_next => {
                    family.help = Some(unescape(text, true).ok_or(fault("escape"))?);
                }
                _ => return Err(fault("comment in the wrong place")),
            }
        } else {
            let family = families.last_mut().ok_or(fault("sample without family"))?;
            let sample = sample(line, version).ok_or(fault("not a sample"))?;
            check(&sample, family, version).ok_or(fault("not a sample of its family"))?;
            family.samples.push(sample);
        }
    }
    if version == 1 {
        families.iter().try_for_each(histograms)?;
    }
    families.iter().filter(|family| family.kind == "stateset").try_for_each(sets)?;
    Ok(families)
}

fn suffixes(kind: &str, version: u8) -> Option<&'static [&'static str]> {
    Some(match (kind, version) {
        ("counter", 1) => &["_total", "_created"],
        ("histogram", 1) => &["_bucket", "_sum", "_count", "_created"],
        ("histogram", _) => &["_bucket", "_sum", "_count"],
        ("summary", 1) => &["_sum", "_count", "_created"],
        ("summary", _) => &["_sum", "_count"],
        ("info", 1) => &["_info"],
        ("counter" | "info" | "gauge" | "stateset" | "unknown", _) => &[],
        _ => return None,
    })
}

fn sample(line: &str, version: u8) -> Option<ReadSample> {
    let (name, labels, rest) = named(line)?;
    let mut parts = rest.split(" # ");
    let mut numbers = parts.next()?.split(' ');
    let value = numbers.next()?;
    let is_composite = version == 2 && value.starts_with("{count:") && value.ends_with('}');
    if !is_composite {
        value.parse::<f64>().ok()?;
    }
    let mut sample = ReadSample::new(&name, &labels, value.to_owned());
    for number in numbers {
        match number.strip_prefix("st@") {
            Some(start) if version == 2 && sample.start.is_none() => {
                sample.start = Some(milliseconds(start)?);
            }
            None if sample.timestamp.is_none() && sample.start.is_none() => {
                sample.timestamp = Some(milliseconds(number)?);
            }
            _ => return None,
        }
    }
    // A label of an exemplar may contain what is between two of them.
    let mut rest = rest.split_once(" # ").map(|(_, rest)| rest);
    while let Some(text) = rest {
        let text = text.strip_prefix('{')?;
        let (labels, after) = match text.strip_prefix('}') {
            Some(after) => (Labels::new(), after),
            None => labels_of(text)?,
        };
        let (this, more) = match after.split_once(" # ") {
            Some((this, more)) => (this, Some(more)),
            None => (after, None),
        };
        rest = more;
        let mut numbers = this.strip_prefix(' ')?.split(' ');
        let value = numbers.next()?;
        value.parse::<f64>().ok()?;
        let time = numbers.next().map(milliseconds);
        if numbers.next().is_some() || time == Some(None) || (version == 2 && time.is_none()) {
            return None;
        }
        sample.exemplars.push((labels, value.to_owned(), time.flatten()));
    }
    Some(sample)
}

fn labels_of(text: &str) -> Option<(Labels, &str)> {
    let (labels, rest) = labels(text)?;
    let characters =
        |(name, value): &(String, String)| name.chars().count() + value.chars().count();
    // Servers read no NUL here, unlike in the labels of samples.
    let is_read = labels.iter().all(|(_, value)| !value.contains('\0'));
    let is_short = labels.iter().map(characters).sum::<usize>() <= 128;
    (is_read && is_short).then_some((labels, rest))
}

/// Seconds with at most three digits behind the point, as milliseconds.
pub(crate) fn milliseconds(seconds: &str) -> Option<i64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    if fraction.len() > 3 || fraction.ends_with('0') || seconds.ends_with('.') {
        return None;
    }
    format!("{whole}{fraction:0<3}").parse().ok()
}

fn check(sample: &ReadSample, family: &ReadFamily, version: u8) -> Option<()> {
    let suffix = sample.name.strip_prefix(&family.name)?;
    let has = |label: &str| sample.labels.iter().any(|(name, _)| name == label);
    let value = sample.value.parse::<f64>();
    let is_total = |value: &f64| *value >= 0.0;
    let kind = family.kind.as_str();
    let is_composite = sample.value.starts_with('{');
    if is_composite != (version == 2 && ["histogram", "summary"].contains(&kind)) {
        return None;
    }
    if version == 2 {
        let is_info = kind != "info" || family.name.ends_with("_info");
        let may_start = ["counter", "histogram", "summary"].contains(&kind);
        (suffix.is_empty() && is_info && (may_start || sample.start.is_none())).then_some(())?;
    }
    let takes_exemplars = match (kind, version) {
        ("counter", 2) => true,
        ("counter", _) => suffix == "_total",
        ("histogram", 1) => suffix == "_bucket" && sample.exemplars.len() < 2,
        ("histogram", _) => true,
        _ => false,
    };
    if !takes_exemplars && !sample.exemplars.is_empty() {
        return None;
    }
    let fits = match (kind, suffix, version) {
        (_, "_created", 1) => ["counter", "histogram", "summary"].contains(&kind),
        ("counter", "_total", 1) | ("counter", "", 2) => value.is_ok_and(|it| is_total(&it)),
        ("info", "_info", 1) | ("info", "", 2) => value == Ok(1.0),
        ("stateset", "", _) => has(&family.name) && (value == Ok(1.0) || value == Ok(0.0)),
        ("gauge" | "unknown", "", _) | ("histogram" | "summary", "", 2) => true,
        ("histogram", "_bucket", _) => has("le") && value.is_ok_and(|it| is_total(&it)),
        ("histogram", "_sum" | "_count", _) => !has("le") && value.is_ok_and(|it| is_total(&it)),
        ("summary", "", _) => has("quantile") && !value.is_ok_and(|it| it < 0.0),
        ("summary", "_sum" | "_count", _) => {
            !has("quantile") && value.is_ok_and(|it| is_total(&it))
        }
        _ => false,
    };
    fits.then_some(())
}

/// The states of a set are one behind the other.
fn sets(family: &ReadFamily) -> Result<(), String> {
    let set = |sample: &ReadSample| -> BTreeSet<_> {
        sample.labels.iter().filter(|(name, _)| *name != family.name).cloned().collect()
    };
    let mut sets: Vec<_> = family.samples.iter().map(set).collect();
    sets.dedup();
    let count = sets.len();
    sets.sort();
    sets.dedup();
    if sets.len() == count { Ok(()) } else { Err(format!("interleaved: {family:?}")) }
}

/// Every histogram ends in an `+Inf` bucket, and has a count just like that if it has a sum.
fn histograms(family: &ReadFamily) -> Result<(), String> {
    let mut last: BTreeMap<Labels, (f64, u64)> = BTreeMap::new();
    let mut sums = BTreeSet::new();
    for sample in family.samples.iter().filter(|_| family.kind == "histogram") {
        let fault = || format!("broken histogram: {sample:?}");
        let (bound, rest): (Vec<_>, Vec<_>) =
            sample.labels.iter().cloned().partition(|(name, _)| name == "le");
        if let [(_, bound)] = bound.as_slice() {
            let bound: f64 = bound.parse().map_err(|_| fault())?;
            let count: u64 = sample.value.parse().map_err(|_| fault())?;
            let before = last.insert(rest, (bound, count));
            if before.is_some_and(|last| last.0 >= bound && last.0 < f64::INFINITY) {
                return Err(fault());
            }
        } else if sample.name.ends_with("_sum") {
            sums.insert(rest);
        } else if sample.name.ends_with("_count") {
            let count: u64 = sample.value.parse().map_err(|_| fault())?;
            if last.get(&rest) != Some(&(f64::INFINITY, count)) || !sums.remove(&rest) {
                return Err(fault());
            }
        }
    }
    let is_whole = last.values().all(|last| last.0 == f64::INFINITY) && sums.is_empty();
    if is_whole { Ok(()) } else { Err(format!("incomplete: {family:?}")) }
}
