//! A strict reader of Prometheus's text, written from the format's description alone.
//!
//! It refuses what a lenient reader forgives: unknown escapes, groups that are not contiguous,
//! comments after samples, names outside the alphabet that are not in quotes, buckets that do not add up.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) type Labels = Vec<(String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadFamily {
    pub(crate) name: String,
    pub(crate) help: Option<String>,
    pub(crate) unit: Option<String>,
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
    /// When counting began, in milliseconds too.
    pub(crate) start: Option<i64>,
    /// The labels, the value and the time of each.
    pub(crate) exemplars: Vec<(Labels, String, Option<i64>)>,
}

impl ReadFamily {
    pub(crate) fn new(name: &str, kind: &str) -> Self {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        ReadFamily { name, help: None, unit: None, kind, samples: Vec::new() }
    }
}

impl ReadSample {
    pub(crate) fn new(name: &str, labels: &Labels, value: String) -> Self {
        let (name, labels) = (name.to_owned(), labels.clone());
        ReadSample { name, labels, value, timestamp: None, start: None, exemplars: Vec::new() }
    }
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
            let (name, text) = comment(rest).ok_or(fault("no help text"))?;
            help = Some((name, unescape(text, false).ok_or(fault("bad escape"))?));
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = comment(rest).ok_or(fault("no type"))?;
            if !["counter", "gauge", "histogram", "summary", "untyped"].contains(&kind) {
                return Err(fault("unknown type"));
            }
            if !seen.insert(name.clone()) {
                return Err(fault("repeated family"));
            }
            let mut family = ReadFamily::new(&name, kind);
            let text = help.take().map(|(of, text)| (of == name).then_some(text));
            family.help = text.map(|text| text.ok_or(fault("help of another"))).transpose()?;
            families.push(family);
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

/// The name of a comment, and the rest.
pub(crate) fn comment(rest: &str) -> Option<(String, &str)> {
    if let Some(rest) = rest.strip_prefix('"') {
        let (name, rest) = quoted_name(rest)?;
        return Some((name, rest.strip_prefix(' ')?));
    }
    let (name, rest) = rest.split_once(' ')?;
    is_name(name, true).then(|| (name.to_owned(), rest))
}

fn sample(line: &str) -> Option<ReadSample> {
    let (name, labels, value) = named(line)?;
    let (value, timestamp) = match value.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp)),
        None => (value, None),
    };
    value.parse::<f64>().ok()?;
    let mut sample = ReadSample::new(&name, &labels, value.to_owned());
    sample.timestamp = timestamp.map(str::parse).transpose().ok()?;
    // By its page it may be negative, but no server reads that.
    sample.timestamp.is_none_or(|time| time >= 0).then_some(sample)
}

/// The name, the labels, and what comes behind the space after them.
pub(crate) fn named(line: &str) -> Option<(String, Labels, &str)> {
    if let Some(rest) = line.strip_prefix("{\"") {
        let (name, rest) = quoted_name(rest)?;
        let (labels, rest) = match rest.strip_prefix(',') {
            Some(rest) => labels(rest)?,
            None => (Vec::new(), rest.strip_prefix('}')?),
        };
        return Some((name, labels, rest.strip_prefix(' ')?));
    }
    let (name, rest) = line.split_at(line.find(['{', ' '])?);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    is_name(name, true).then_some((name.to_owned(), labels, rest.strip_prefix(' ')?))
}

/// The labels up to the brace that closes them, and what comes behind it.
pub(crate) fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels: Labels = Vec::new();
    loop {
        let (name, after) = if let Some(rest) = rest.strip_prefix('"') {
            let (name, after) = quoted_name(rest)?;
            (name, after.strip_prefix("=\"")?)
        } else {
            let (name, after) = rest.split_once("=\"")?;
            is_name(name, false).then(|| (name.to_owned(), after))?
        };
        let (value, after) = quoted(after)?;
        if name.is_empty() || labels.iter().any(|(taken, _)| *taken == name) {
            return None;
        }
        labels.push((name, value));
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Some((labels, after.strip_prefix('}')?)),
        }
    }
}

/// A name in quotes, in which servers read no NUL, and what comes behind it.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    quoted(text).filter(|(name, _)| !name.contains('\0'))
}

/// The text up to the quote that ends it, and what comes behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    let (end, _) = text.char_indices().find(|&(_, char)| {
        let ends = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        ends
    })?;
    Some((unescape(&text[..end], true)?, &text[end + 1..]))
}

pub(crate) fn unescape(text: &str, quoted: bool) -> Option<String> {
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

/// Every histogram ends in an `+Inf` bucket that equals its count.
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
