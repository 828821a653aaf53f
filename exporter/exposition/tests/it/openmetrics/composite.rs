//! The part of any families that a document of OpenMetrics 2.0.0 can hold, said a second time in other words.

use kymo_exposition::{Kind, Number, Scheme};

use super::{
    super::{
        any::{AnyFamily, AnyHistogram, AnyNative, AnySeries, AnyValue},
        expected::{Expected, Lost, Shapes, are_quantiles, escaped, is_readable, text},
        parser::{Labels, ReadFamily, ReadSample},
    },
    expected::{Sets, canonical, exemplar, is_possible, milliseconds},
};

pub(crate) fn of(families: &[AnyFamily], scheme: Scheme) -> Expected {
    let mut expected = Expected::default();
    let mut taken = Vec::new();
    for any in families {
        let name = escaped(&any.name, scheme, true);
        let kind = match any.kind {
            Kind::Info if !name.ends_with("_info") => "gauge",
            Kind::Info => "info",
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
            Kind::Summary => "summary",
            Kind::StateSet => "stateset",
            _ => "unknown",
        };
        let owned = super::super::expected::samples(&name, any.kind);
        let free = is_readable(&name) && owned.iter().all(|name| !taken.contains(name));
        let mut read = ReadFamily::new(&name, kind);
        read.help = (!any.help.is_empty()).then(|| any.help.clone());
        let legal = any.unit.chars().all(|char| char.is_ascii_alphanumeric());
        let has_unit = legal && !any.unit.is_empty() && !["info", "stateset"].contains(&kind);
        read.unit = has_unit.then(|| any.unit.clone());
        let mut shapes = Shapes::default();
        let mut sets = Sets::default();
        for series in &any.series {
            let labels = free.then(|| shapes.labels(series, any.kind, scheme)).flatten();
            let line = labels.ok_or(Lost::Dropped).and_then(|labels| {
                let line = line(&name, kind, series, &labels, scheme)?;
                sets.take(&name, kind, &labels)?;
                Ok(vec![line])
            });
            expected.add(line, &mut read);
        }
        taken.extend(owned.into_iter().filter(|_| free));
        expected.families.extend(Some(read).filter(|read| !read.samples.is_empty()));
    }
    expected
}

fn line(
    name: &str,
    kind: &str,
    series: &AnySeries,
    labels: &Labels,
    scheme: Scheme,
) -> Result<ReadSample, Lost> {
    let value = match (kind, &series.value) {
        ("histogram", AnyValue::Histogram(it)) => {
            let buckets = bucket_list(it).ok_or(Lost::Dropped)?;
            let sum = it.sum.map_or("NaN".to_owned(), text);
            format!("{{count:{},sum:{sum},{buckets}}}", total(it))
        }
        ("histogram", AnyValue::Native(it)) if it.is_whole() => {
            let mut fields =
                format!("count:{},sum:{},{}", it.count, text(it.sum), native_fields(it));
            if let Some(classic) = &it.classic {
                let buckets = bucket_list(classic).ok_or(Lost::Dropped)?;
                if total(classic) == it.count {
                    fields = format!("{fields},{buckets}");
                }
            }
            format!("{{{fields}}}")
        }
        ("summary", AnyValue::Summary(quantiles, sum, count)) => {
            if !are_quantiles(quantiles) {
                return Err(Lost::Dropped);
            }
            let falls = quantiles.iter().any(|(_, value)| *value < 0.0);
            let sum = sum.filter(|sum| sum.as_f64() >= 0.0 && !falls).ok_or(Lost::Unsupported)?;
            let quantiles = quantiles.iter().map(|(quantile, value)| {
                format!("{}:{}", canonical(*quantile), text(Number::F64(*value)))
            });
            let quantiles = quantiles.collect::<Vec<_>>().join(",");
            format!("{{count:{count},sum:{},quantile:[{quantiles}]}}", text(sum))
        }
        ("histogram" | "summary", _) => return Err(Lost::Dropped),
        (_, AnyValue::Number(number)) => {
            if !is_possible(kind, *number, name, labels) {
                return Err(Lost::Unsupported);
            }
            text(*number)
        }
        _ => return Err(Lost::Dropped),
    };
    let most = match kind {
        "counter" => 1,
        "histogram" => usize::MAX,
        _ => 0,
    };
    let exemplars = series.exemplars.iter().flatten().take(most);
    let exemplars = exemplars.filter(|it| it.time.is_some()).filter_map(|it| exemplar(it, scheme));
    let mut sample = ReadSample::new(name, labels, value);
    sample.timestamp = series.timestamp;
    let may_start = ["counter", "histogram", "summary"].contains(&kind);
    sample.start = series.start.filter(|_| may_start).map(milliseconds);
    sample.exemplars = exemplars.collect();
    Ok(sample)
}

fn total(it: &AnyHistogram) -> u64 {
    it.counts.iter().fold(0, |sum, count| sum.wrapping_add(*count))
}

fn bucket_list(it: &AnyHistogram) -> Option<String> {
    let buckets = it.cumulative()?.into_iter();
    let buckets = buckets.map(|(bound, below)| format!("{}:{below}", canonical(bound)));
    Some(format!("bucket:[{}]", buckets.collect::<Vec<_>>().join(",")))
}

fn native_fields(it: &AnyNative) -> String {
    let (threshold, count) = it.zero;
    let zero = text(Number::F64(threshold));
    let mut fields = format!("schema:{},zero_threshold:{zero},zero_count:{count}", it.schema);
    for (side, name) in [(&it.negative, "negative"), (&it.positive, "positive")] {
        let (spans, counts) = sparse(side);
        if counts.is_empty() {
            continue;
        }
        let spans = spans.iter().map(|(offset, len)| format!("{offset}:{len}"));
        let spans = spans.collect::<Vec<_>>().join(",");
        let counts = counts.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        fields = format!("{fields},{name}_spans:[{spans}],{name}_buckets:[{counts}]");
    }
    fields
}

/// The runs of buckets that are not empty, by the distance from the one before, and their counts.
pub(crate) fn sparse((offset, counts): &(i32, Vec<u64>)) -> (Vec<(i64, u32)>, Vec<u64>) {
    let mut spans: Vec<(i64, u32)> = Vec::new();
    let mut next = None;
    for (index, _) in (i64::from(*offset)..).zip(counts).filter(|(_, count)| **count > 0) {
        match spans.last_mut().filter(|_| next == Some(index)) {
            Some(last) => last.1 += 1,
            None => spans.push((index - next.unwrap_or(0), 1)),
        }
        next = Some(index + 1);
    }
    (spans, counts.iter().copied().filter(|count| *count > 0).collect())
}

impl AnyNative {
    /// Whether it is a histogram at all.
    pub(crate) fn is_whole(&self) -> bool {
        let total = self.positive.1.iter().chain(&self.negative.1).sum::<u64>() + self.zero.1;
        let adds_up = total == self.count || text(self.sum) == "NaN";
        let fits = |side: &(i32, Vec<u64>)| {
            i64::from(side.0) + i64::try_from(side.1.len()).unwrap() <= i64::from(i32::MAX)
        };
        (-4..=8).contains(&self.schema)
            && self.zero.0 >= 0.0
            && adds_up
            && fits(&self.positive)
            && fits(&self.negative)
    }
}
