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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_name_and_the_label_count() {
        let text = "# HELP a help\na{x=\"1\"} 2\na{x=\"2\"} 4\na_b{x=\"1\"} 8\na 16\n";
        assert_eq!(values(text, "a", "").sum::<f64>(), 22.0);
        assert_eq!(values(text, "a", "x=\"1\"").sum::<f64>(), 2.0);
    }
}
