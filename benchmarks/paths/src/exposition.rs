//! Reading back what a subject exposes.

use kymo::prometheus::exposition::{Source, text::TextWriter};

/// The text that a source of kymo exposes.
pub fn text(source: &impl Source) -> String {
    let mut text = Vec::new();
    let mut writer = TextWriter::new(&mut text);
    source.collect(&mut writer);
    writer.finish();
    String::from_utf8_lossy(&text).into_owned()
}

/// The values of all samples called exactly `name` whose labels contain `label`.
pub fn values<'a>(text: &'a str, name: &'a str, label: &'a str) -> impl Iterator<Item = f64> + 'a {
    text.lines().filter_map(move |line| {
        // Version 2.0 of OpenMetrics says last when a series began.
        let sample = line.split_once(" st@").map_or(line, |(sample, _)| sample);
        let labels = sample.strip_prefix(name)?;
        let (labels, value) = labels.rsplit_once(' ')?;
        let named_so = labels.is_empty() || labels.starts_with('{');
        (named_so && labels.contains(label)).then(|| value.parse().ok()).flatten()
    })
}

/// The same text with a line for each sample, where version 2.0 of OpenMetrics has one for a whole histogram.
pub fn in_samples(text: &str) -> String {
    let mut samples = String::with_capacity(text.len());
    for line in text.lines() {
        match of_histogram(line) {
            Some(lines) => lines.iter().for_each(|line| push(&mut samples, line)),
            None => push(&mut samples, line),
        }
    }
    samples
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// The samples of a line such as `name{labels} {count:2,sum:3,bucket:[1:1,+Inf:2]}`.
fn of_histogram(line: &str) -> Option<Vec<String>> {
    let (series, value) = line.split_once(" {count:")?;
    let (name, labels) = series.split_once('{')?;
    let (count, rest) = value.split_once(",sum:")?;
    let (sum, rest) = rest.split_once(",bucket:[")?;
    let (buckets, _) = rest.split_once(']')?;
    let buckets = buckets.split(',').filter_map(|bucket| bucket.rsplit_once(':'));
    let mut samples: Vec<_> =
        buckets.map(|(_, counted)| format!("{name}_bucket{{{labels} {counted}")).collect();
    samples.push(format!("{name}_sum{{{labels} {sum}"));
    samples.push(format!("{name}_count{{{labels} {count}"));
    Some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_in_one_line_is_as_many_samples_as_in_several() {
        let text = "# TYPE a histogram\na{x=\"1\"} {count:6,sum:1.5,bucket:[0.5:1,+Inf:6]} st@1.0\nb{} 1\n";
        let samples = in_samples(text);
        assert_eq!(samples.lines().count(), 1 + 4 + 1, "{samples}");
        assert_eq!(values(&samples, "a_count", "x=\"1\"").sum::<f64>(), 6.0);
        assert_eq!(values(&samples, "a_bucket", "").sum::<f64>(), 7.0);
        assert_eq!(values(&samples, "b", "").sum::<f64>(), 1.0);
    }

    #[test]
    fn only_the_exact_name_and_the_label_count() {
        let text = "# HELP a help\na{x=\"1\"} 2\na{x=\"2\"} 4\na_b{x=\"1\"} 8\na 16\n";
        assert_eq!(values(text, "a", "").sum::<f64>(), 22.0);
        assert_eq!(values(text, "a", "x=\"1\"").sum::<f64>(), 2.0);
    }
}
