//! A strict reader of text 0.0.4, written from the format's description alone.
//!
//! It refuses what a lenient reader forgives: unknown escapes, groups that are not contiguous,
//! comments after samples, names outside the alphabet, buckets that do not add up.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) type Labels = Vec<(String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadFamily {
    pub(crate) name: String,
    pub(crate) help: Option<String>,
    pub(crate) kind: String,
    pub(crate) samples: Vec<ReadSample>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadSample {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    /// Kept as text: the tests compare digits, not only floats.
    pub(crate) value: String,
    /// In milliseconds since the beginning of 1970.
    pub(crate) timestamp: Option<i64>,
}

/// Reads a document, or says which line is at fault.
pub(crate) fn read(document: &str) -> Result<Vec<ReadFamily>, String> {
    let mut families: Vec<ReadFamily> = Vec::new();
    let mut seen = BTreeSet::new();
    if !document.is_empty() && !document.ends_with('\n') {
        return Err("the last line does not end".into());
    }
    let mut help = None;
    for line in document.split_terminator('\n') {
        let fault = |what: &str| format!("{what}: {line}");
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').ok_or(fault("no help text"))?;
            help = Some((name.to_owned(), unescape(text, false).ok_or(fault("bad escape"))?));
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or(fault("no type"))?;
            if !["counter", "gauge", "histogram", "summary", "untyped"].contains(&kind) {
                return Err(fault("unknown type"));
            }
            if !is_name(name, true) || !seen.insert(name.to_owned()) {
                return Err(fault("bad or repeated family"));
            }
            let help = help.take().map(|(of, text)| (of == name).then_some(text));
            families.push(ReadFamily {
                name: name.to_owned(),
                help: help.map(|text| text.ok_or(fault("help of another"))).transpose()?,
                kind: kind.to_owned(),
                samples: Vec::new(),
            });
        } else {
            let family = families.last_mut().ok_or(fault("sample without family"))?;
            let sample = sample(line).ok_or(fault("not a sample"))?;
            if help.is_some() || !belongs(&sample, family) {
                return Err(fault("sample in the wrong place"));
            }
            family.samples.push(sample);
        }
    }
    families.iter().try_for_each(check)?;
    Ok(families)
}

fn sample(line: &str) -> Option<ReadSample> {
    let (name, rest) = line.split_at(line.find(['{', ' '])?);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = value.strip_prefix(' ')?;
    let (value, timestamp) = match value.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp.parse().ok()?)),
        None => (value, None),
    };
    let legal = is_name(name, true) && value.parse::<f64>().is_ok();
    legal.then(|| ReadSample { name: name.to_owned(), labels, value: value.to_owned(), timestamp })
}

fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels: Labels = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let mut escaped = false;
        let end = after.char_indices().find(|&(_, char)| {
            let ends = char == '"' && !escaped;
            escaped = char == '\\' && !escaped;
            ends
        })?;
        if !is_name(name, false) || labels.iter().any(|(taken, _)| taken == name) {
            return None;
        }
        labels.push((name.to_owned(), unescape(&after[..end.0], true)?));
        rest = &after[end.0 + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some((labels, rest.strip_prefix('}')?)),
        }
    }
}

fn unescape(text: &str, quoted: bool) -> Option<String> {
    let mut read = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => read.push(match chars.next()? {
                'n' => '\n',
                '\\' => '\\',
                '"' if quoted => '"',
                _ => return None,
            }),
            '"' if quoted => return None,
            _ => read.push(char),
        }
    }
    Some(read)
}

fn is_name(name: &str, colon: bool) -> bool {
    let letter = |char: char| char.is_ascii_alphabetic() || char == '_' || (colon && char == ':');
    name.starts_with(letter) && name.chars().all(|char| letter(char) || char.is_ascii_digit())
}

fn belongs(sample: &ReadSample, family: &ReadFamily) -> bool {
    let suffix = sample.name.strip_prefix(&family.name);
    let has = |label: &str| sample.labels.iter().any(|(name, _)| name == label);
    match (family.kind.as_str(), suffix) {
        ("histogram", Some("_bucket")) => has("le"),
        ("histogram", Some("_sum" | "_count")) => !has("le"),
        ("summary", Some("")) => has("quantile"),
        ("summary", Some("_sum" | "_count")) => !has("quantile"),
        ("histogram" | "summary", _) => false,
        (_, suffix) => suffix == Some(""),
    }
}

/// Samples are unique, and every histogram ends in an `+Inf` bucket that equals its count.
fn check(family: &ReadFamily) -> Result<(), String> {
    if family.kind != "histogram" {
        return Ok(());
    }
    let mut buckets: BTreeMap<Labels, Vec<(f64, u64)>> = BTreeMap::new();
    for sample in &family.samples {
        let (bound, rest): (Vec<_>, Vec<_>) =
            sample.labels.iter().cloned().partition(|(name, _)| name == "le");
        let fault = || format!("broken histogram: {sample:?}");
        if let [(_, bound)] = bound.as_slice() {
            let bound: f64 = bound.parse().map_err(|_| fault())?;
            let count: u64 = sample.value.parse().map_err(|_| fault())?;
            let before = buckets.entry(rest).or_default();
            if before.last().is_some_and(|last| last.0 >= bound || last.1 > count) {
                return Err(fault());
            }
            before.push((bound, count));
        } else if sample.name.ends_with("_count") {
            let last = buckets.remove(&rest).and_then(|buckets| buckets.last().copied());
            let count: u64 = sample.value.parse().map_err(|_| fault())?;
            if last != Some((f64::INFINITY, count)) {
                return Err(fault());
            }
        }
    }
    if buckets.is_empty() { Ok(()) } else { Err(format!("no count: {buckets:?}")) }
}
