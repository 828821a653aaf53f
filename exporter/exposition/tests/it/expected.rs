//! The part of any families that a document of text can hold, said a second time in other words.

use std::collections::{BTreeMap, BTreeSet};

use kymo_exposition::{Kind, Number, Scheme};

use super::{
    any::{AnyFamily, AnyHistogram, AnySeries, AnyValue},
    parser::{Labels, ReadFamily, ReadSample},
};

/// The content of a document, and how much of the rest it lacks.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) families: Vec<ReadFamily>,
    pub(crate) dropped: u64,
    pub(crate) unsupported: u64,
}

/// Why a series is not there.
pub(crate) enum Lost {
    Dropped,
    Unsupported,
}

pub(crate) fn of(families: &[AnyFamily], scheme: Scheme) -> Expected {
    let mut expected = Expected::default();
    let mut taken: Vec<(String, Kind)> = Vec::new();
    for any in families {
        let name = escaped(&any.name, scheme, true);
        let free = is_readable(&name)
            && taken.iter().all(|other| !share(&samples(&name, any.kind), other));
        let kind = match any.kind {
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
            Kind::Summary => "summary",
            Kind::Unknown => "untyped",
            _ => "gauge",
        };
        let mut read = ReadFamily::new(&name, kind);
        read.help = (!any.help.is_empty()).then(|| any.help.clone());
        let mut shapes = Shapes::default();
        for series in &any.series {
            let labels = free.then(|| shapes.labels(series, any.kind, scheme)).flatten();
            let labels = labels.ok_or(Lost::Dropped).and_then(|labels| {
                // Servers read no minus there.
                let is_before = series.timestamp.is_some_and(|time| time < 0);
                if is_before { Err(Lost::Unsupported) } else { Ok(labels) }
            });
            expected.add(labels.and_then(|it| lines(&name, any.kind, series, &it)), &mut read);
        }
        if free {
            taken.push((name, any.kind));
        }
        expected.families.extend(Some(read).filter(|read| !read.samples.is_empty()));
    }
    expected
}

impl Expected {
    /// The samples of a series, or that it is lost.
    pub(crate) fn add(&mut self, lines: Result<Vec<ReadSample>, Lost>, family: &mut ReadFamily) {
        match lines {
            Ok(lines) => family.samples.extend(lines),
            Err(Lost::Dropped) => self.dropped += 1,
            Err(Lost::Unsupported) => self.unsupported += 1,
        }
    }
}

/// The names of labels in a family: which plain ones are behind the escaped ones.
#[derive(Default)]
pub(crate) struct Shapes(BTreeMap<BTreeSet<String>, BTreeSet<String>>);

impl Shapes {
    /// The labels of a series, unless they cannot be written.
    pub(crate) fn labels(
        &mut self,
        series: &AnySeries,
        kind: Kind,
        scheme: Scheme,
    ) -> Option<Labels> {
        let reserved = match kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            _ => "",
        };
        let mut names = BTreeSet::new();
        let mut labels = Vec::new();
        for (plain, value) in &series.labels {
            let name = escaped(plain, scheme, false);
            let is_taken = !names.insert(name.clone());
            if !is_readable(&name) || ["__name__", reserved].contains(&&*name) || is_taken {
                return None;
            }
            labels.push((name, value.clone()));
        }
        let plain: BTreeSet<_> = series.labels.iter().map(|(name, _)| name.clone()).collect();
        (self.0.entry(names).or_insert_with(|| plain.clone()) == &plain).then_some(labels)
    }
}

/// By the descriptions of the schemes, one character after the other.
pub(crate) fn escaped(name: &str, scheme: Scheme, colons: bool) -> String {
    let legal = |(index, char): (usize, char)| match char {
        'a'..='z' | 'A'..='Z' | '_' => true,
        '0'..='9' => index > 0,
        _ => char == ':' && colons,
    };
    if scheme == Scheme::AllowUtf8 {
        return name.to_owned();
    }
    if name.chars().enumerate().all(legal) && scheme != Scheme::Dots {
        return name.to_owned();
    }
    let chars = name.chars().enumerate().map(|(index, char)| match (scheme, char) {
        (Scheme::Dots, '.') => "_dot_".to_owned(),
        (Scheme::Dots | Scheme::Values, '_') => "__".to_owned(),
        _ if legal((index, char)) => char.to_string(),
        (Scheme::Values, _) => format!("_{:x}_", u32::from(char)),
        _ => "_".to_owned(),
    });
    let prefix = if scheme == Scheme::Values { "U__" } else { "" };
    prefix.to_owned() + &chars.collect::<String>()
}

/// Whether a server reads this name, in quotes if need be.
pub(crate) fn is_readable(name: &str) -> bool {
    !name.is_empty() && !name.contains('\0')
}

pub(crate) fn samples(name: &str, kind: Kind) -> Vec<String> {
    let suffixes: &[&str] = match kind {
        Kind::Histogram => &["", "_bucket", "_sum", "_count"],
        Kind::Summary => &["", "_sum", "_count"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{name}{suffix}")).collect()
}

/// Whether one is the name of the other, or of one of its samples.
fn share(mine: &[String], (name, kind): &(String, Kind)) -> bool {
    mine.contains(name) || samples(name, *kind).contains(&mine[0])
}

fn lines(
    name: &str,
    kind: Kind,
    series: &AnySeries,
    labels: &Labels,
) -> Result<Vec<ReadSample>, Lost> {
    let line = |suffix: &str, extra: Option<(&str, f64)>, value: String| {
        let extra = extra.map(|(label, number)| (label.to_owned(), text(Number::F64(number))));
        let mut sample = ReadSample::new(&format!("{name}{suffix}"), labels, value);
        sample.labels.extend(extra);
        sample.timestamp = series.timestamp;
        sample
    };
    let tail = |sum: Option<Number>, count: u64| {
        let sum = sum.map(|sum| line("_sum", None, text(sum)));
        sum.into_iter().chain([line("_count", None, count.to_string())])
    };
    match (kind, &series.value) {
        (Kind::Histogram, AnyValue::Histogram(it)) => {
            let buckets = it.cumulative().ok_or(Lost::Dropped)?;
            let total = buckets.last().map_or(0, |last| last.1);
            let buckets = buckets
                .into_iter()
                .map(|(bound, below)| line("_bucket", Some(("le", bound)), below.to_string()));
            Ok(buckets.chain(tail(it.sum.filter(|_| !it.can_fall), total)).collect())
        }
        (Kind::Histogram, AnyValue::Native(it)) => {
            let classic = it.classic.clone().ok_or(Lost::Unsupported)?;
            let value = AnyValue::Histogram(classic);
            lines(name, kind, &AnySeries { value, ..series.clone() }, labels)
        }
        (Kind::Summary, AnyValue::Summary(quantiles, sum, count)) => {
            if !are_quantiles(quantiles) {
                return Err(Lost::Dropped);
            }
            let line = |&(q, value)| line("", Some(("quantile", q)), text(Number::F64(value)));
            Ok(quantiles.iter().map(line).chain(tail(*sum, *count)).collect())
        }
        (Kind::Histogram | Kind::Summary, _) => Err(Lost::Dropped),
        (_, AnyValue::Number(number)) => Ok(vec![line("", None, text(*number))]),
        _ => Err(Lost::Dropped),
    }
}

impl AnyHistogram {
    /// Each bound with the observations below it, `+Inf` being the last, unless they make no histogram.
    pub(crate) fn cumulative(&self) -> Option<Vec<(f64, u64)>> {
        let finite = self.bounds.iter().all(|bound| bound.is_finite());
        let ascending = self.bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let total = self.counts.iter().map(|&count| u128::from(count)).sum::<u128>();
        if !finite || !ascending || self.counts.len() != self.bounds.len() + 1 {
            return None;
        }
        u64::try_from(total).ok()?;
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]).enumerate();
        Some(bounds.map(|(index, bound)| (bound, self.counts[..=index].iter().sum())).collect())
    }
}

pub(crate) fn are_quantiles(quantiles: &[(f64, f64)]) -> bool {
    quantiles.windows(2).all(|pair| pair[0].0 < pair[1].0)
        && quantiles.iter().all(|(q, _)| *q >= 0.0 && *q <= 1.0)
}

/// The digits: Rust's own float formatting is the shortest that reads back, too.
pub(crate) fn text(number: Number) -> String {
    match number {
        Number::U64(number) => number.to_string(),
        Number::I64(number) => number.to_string(),
        Number::F64(number) if number.is_nan() => "NaN".into(),
        Number::F64(f64::INFINITY) => "+Inf".into(),
        Number::F64(f64::NEG_INFINITY) => "-Inf".into(),
        Number::F64(number) => digits(number),
    }
}

fn digits(number: f64) -> String {
    // Below 1e-5 and from 1e16 the writer changes to an exponent, whose sign it always shows.
    if number == 0.0 || (1e-5..1e16).contains(&number.abs()) {
        return number.to_string();
    }
    let digits = format!("{number:e}");
    if digits.contains("e-") { digits } else { digits.replace('e', "e+") }
}
