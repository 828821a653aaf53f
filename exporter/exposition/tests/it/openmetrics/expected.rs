//! The part of any families that a document of OpenMetrics 1.0.0 can hold, said a second time in other words.

use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

use kymo_exposition::{Kind, Number, Scheme};

use super::super::{
    any::{AnyExemplar, AnyFamily, AnyHistogram, AnySeries, AnyValue},
    expected::{Expected, Lost, Shapes, are_quantiles, escaped, is_readable, text},
    parser::{Labels, ReadFamily, ReadSample},
};

pub(crate) fn of(families: &[AnyFamily], scheme: Scheme, created: bool) -> Expected {
    let mut expected = Expected::default();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for any in families {
        let full = escaped(&any.name, scheme, true);
        let placed = place(&full, any.kind, &taken);
        let (name, kind) = placed.clone().unwrap_or_default();
        let mut read = ReadFamily::new(&name, kind);
        read.help = (!any.help.is_empty()).then(|| any.help.clone());
        let legal = any.unit.chars().all(|char| char.is_ascii_alphanumeric());
        let ends = name.ends_with(&format!("_{}", any.unit)) && !any.unit.is_empty();
        read.unit =
            (legal && ends && !["info", "stateset"].contains(&kind)).then(|| any.unit.clone());
        taken.extend(samples(&name, kind).into_iter().filter(|_| placed.is_some()));
        let mut shapes = Shapes::default();
        let mut sets = Sets::default();
        for series in &any.series {
            let labels = placed.as_ref().and_then(|_| shapes.labels(series, any.kind, scheme));
            let lines = labels.ok_or(Lost::Dropped).and_then(|labels| {
                let mut lines = lines(&name, kind, series, &labels, scheme)?;
                sets.take(&name, kind, &labels)?;
                let start = series.start.filter(|_| created && has_start(kind));
                lines.extend(
                    start.map(|start| line(&name, "_created", &labels, seconds(start), series)),
                );
                Ok(lines)
            });
            expected.add(lines, &mut read);
        }
        expected.families.extend(Some(read).filter(|read| !read.samples.is_empty()));
    }
    expected
}

/// Under which name and as which kind a family is written.
fn place(full: &str, kind: Kind, taken: &BTreeSet<String>) -> Option<(String, &'static str)> {
    let (word, suffix, fallback) = match kind {
        Kind::Counter => ("counter", "_total", Some("unknown")),
        Kind::Info => ("info", "_info", Some("gauge")),
        Kind::Gauge => ("gauge", "", None),
        Kind::Histogram => ("histogram", "", None),
        Kind::Summary => ("summary", "", None),
        Kind::StateSet => ("stateset", "", None),
        _ => ("unknown", "", None),
    };
    let base = full.strip_suffix(suffix).map(|base| (base.to_owned(), word));
    let whole = fallback.map(|word| (full.to_owned(), word));
    base.into_iter().chain(whole).find(|(name, word)| {
        is_readable(name) && samples(name, word).iter().all(|name| !taken.contains(name))
    })
}

/// All names that a family owns.
fn samples(name: &str, kind: &str) -> Vec<String> {
    let suffixes: &[&str] = match kind {
        "counter" => &["", "_total", "_created"],
        "info" => &["", "_info"],
        "histogram" => &["", "_bucket", "_sum", "_count", "_created"],
        "summary" => &["", "_sum", "_count", "_created"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{name}{suffix}")).collect()
}

fn has_start(kind: &str) -> bool {
    ["counter", "histogram", "summary"].contains(&kind)
}

fn line(
    name: &str,
    suffix: &str,
    labels: &Labels,
    value: String,
    series: &AnySeries,
) -> ReadSample {
    let mut sample = ReadSample::new(&format!("{name}{suffix}"), labels, value);
    sample.timestamp = series.timestamp;
    sample
}

fn lines(
    name: &str,
    kind: &str,
    series: &AnySeries,
    labels: &Labels,
    scheme: Scheme,
) -> Result<Vec<ReadSample>, Lost> {
    let line = |suffix: &str, value: String| line(name, suffix, labels, value, series);
    match (kind, &series.value) {
        ("histogram", AnyValue::Histogram(it)) => histogram(it, series, scheme, &line),
        ("histogram", AnyValue::Native(it)) => {
            let classic = it.classic.as_ref().ok_or(Lost::Unsupported)?;
            histogram(classic, series, scheme, &line)
        }
        ("summary", AnyValue::Summary(quantiles, sum, count)) => {
            if !are_quantiles(quantiles) {
                return Err(Lost::Dropped);
            }
            if quantiles.iter().any(|(_, value)| *value < 0.0) {
                return Err(Lost::Unsupported);
            }
            let lines = quantiles.iter().map(|(quantile, value)| {
                let mut line = line("", text(Number::F64(*value)));
                line.labels.push(("quantile".to_owned(), canonical(*quantile)));
                line
            });
            let sum = sum.filter(|sum| sum.as_f64() >= 0.0).map(|sum| line("_sum", text(sum)));
            Ok(lines.chain(sum).chain([line("_count", count.to_string())]).collect())
        }
        ("histogram" | "summary", _) => Err(Lost::Dropped),
        (_, AnyValue::Number(number)) => {
            if !is_possible(kind, *number, name, labels) {
                return Err(Lost::Unsupported);
            }
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            let mut line = line(suffix, text(*number));
            let first = series.exemplars.iter().flatten().next().filter(|_| kind == "counter");
            line.exemplars.extend(first.and_then(|first| exemplar(first, scheme)));
            Ok(vec![line])
        }
        _ => Err(Lost::Dropped),
    }
}

/// The sets of states in a family, the last of which may go on.
#[derive(Default)]
pub(crate) struct Sets(Vec<BTreeSet<(String, String)>>);

impl Sets {
    /// Drops a state of a set behind which there is another one.
    pub(crate) fn take(&mut self, name: &str, kind: &str, labels: &Labels) -> Result<(), Lost> {
        let set = labels.iter().filter(|(label, _)| label != name).cloned().collect();
        match self.0.iter().position(|known| *known == set) {
            _ if kind != "stateset" => Ok(()),
            Some(at) if at + 1 < self.0.len() => Err(Lost::Dropped),
            Some(_) => Ok(()),
            None => {
                self.0.push(set);
                Ok(())
            }
        }
    }
}

/// Whether a family of this kind can have this number.
pub(crate) fn is_possible(kind: &str, number: Number, name: &str, labels: &Labels) -> bool {
    let number = text(number);
    match kind {
        "counter" => (!number.starts_with('-') || number == "-0") && number != "NaN",
        "info" => number == "1",
        "stateset" => {
            ["0", "1"].contains(&&*number) && labels.iter().any(|(label, _)| label == name)
        }
        _ => true,
    }
}

fn histogram(
    it: &AnyHistogram,
    series: &AnySeries,
    scheme: Scheme,
    line: &impl Fn(&str, String) -> ReadSample,
) -> Result<Vec<ReadSample>, Lost> {
    let buckets = it.cumulative().ok_or(Lost::Dropped)?;
    let total = buckets.last().map_or(0, |last| last.1);
    let falls = buckets[0].0 < 0.0;
    let mut lines: Vec<_> = buckets
        .into_iter()
        .enumerate()
        .map(|(index, (bound, below))| {
            let mut line = line("_bucket", below.to_string());
            line.labels.push(("le".to_owned(), canonical(bound)));
            line.exemplars.extend(of_bucket(series, index, bound, scheme));
            line
        })
        .collect();
    if let Some(sum) = it.sum.filter(|sum| sum.as_f64() >= 0.0 && !falls && !it.can_fall) {
        lines.extend([line("_sum", text(sum)), line("_count", total.to_string())]);
    }
    Ok(lines)
}

fn of_bucket(
    series: &AnySeries,
    index: usize,
    bound: f64,
    scheme: Scheme,
) -> Option<(Labels, String, Option<i64>)> {
    let kept = series.exemplars.get(index)?.as_ref()?;
    (kept.value <= bound).then(|| exemplar(kept, scheme)).flatten()
}

/// An exemplar with the labels that fit, or `None` if it says nothing then.
pub(crate) fn exemplar(it: &AnyExemplar, scheme: Scheme) -> Option<(Labels, String, Option<i64>)> {
    let mut labels = Labels::new();
    for (name, value) in &it.labels {
        let name = escaped(name, scheme, false);
        let kept = labels.iter().flat_map(|(name, value)| [name, value]);
        let characters = kept.chain([&name, value]).map(|it| it.chars().count()).sum::<usize>();
        let is_taken = labels.iter().any(|(taken, _)| *taken == name);
        let is_read = is_readable(&name) && !value.contains('\0');
        if characters <= 128 && is_read && !is_taken {
            labels.push((name, value.clone()));
        }
    }
    let is_left_out = it.value.is_nan() || (labels.is_empty() && !it.labels.is_empty());
    (!is_left_out).then(|| (labels, text(Number::F64(it.value)), it.time.map(milliseconds)))
}

pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    let millis = |it: std::time::Duration| i64::try_from(it.as_millis()).unwrap();
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    }
}

fn seconds(time: SystemTime) -> String {
    let milliseconds = milliseconds(time);
    let (whole, rest) = (milliseconds.abs() / 1000, milliseconds.abs() % 1000);
    let sign = if milliseconds < 0 { "-" } else { "" };
    let fraction = format!("{rest:03}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// As Go's `%g` has it, with `.0` where there is no point and no exponent.
pub(crate) fn canonical(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return text(Number::F64(number));
    };
    let exponent: i32 = exponent.parse().unwrap();
    if (-4..6).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
