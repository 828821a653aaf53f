//! Warnings about what pages lack.

use std::sync::atomic::{AtomicBool, Ordering};

use kymo_exposition::Format;

use crate::contents::Contents;

/// Warnings about what pages lack: one of each sort for each format, since each lacks other things.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    series: PerFormat,
    losses: PerFormat,
    /// A page that is too long is so for all formats, which have the same series then.
    length: AtomicBool,
}

/// Whether a warning was given, for each format.
#[derive(Debug, Default)]
struct PerFormat([AtomicBool; Format::ALL.len()]);

impl Warnings {
    /// Warns of what a page in this format lacks, of whose kind there was no warning yet; it has `longest` bytes at
    /// most.
    pub(crate) fn of(&self, contents: &Contents, format: Format, longest: usize) -> Vec<String> {
        let report = &contents.report;
        let mut warnings = Vec::new();
        if let Some((family, refusal)) = &report.first_refused
            && self.series.is_first(format)
        {
            let count = report.dropped + report.unsupported;
            warnings.push(format!(
                "{count} series are not on the page in {format}, the first of them of {family:?}: {refusal}"
            ));
        }
        if let Some((family, loss)) = &report.first_lost
            && self.losses.is_first(format)
        {
            let all = report.losses;
            warnings.push(format!(
                "series are on the page in {format} without parts of them ({all}), the first of them of \
                 {family:?} without its {loss}: the format cannot say it"
            ));
        }
        if contents.left_out > 0 && !self.length.swap(true, Ordering::Relaxed) {
            warnings.push(format!(
                "{} series are not on the page: it has {longest} bytes without them; record fewer attributes, \
                 or switch metrics off with a view",
                contents.left_out
            ));
        }
        warnings
    }
}

impl PerFormat {
    fn is_first(&self, format: Format) -> bool {
        let mut flags = Format::ALL.into_iter().zip(&self.0);
        flags.any(|(known, flag)| known == format && !flag.swap(true, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use kymo_exposition::{
        Family, Histogram, Kind, Label, Number, Scheme, Series, Sink, Value, Writer,
    };

    use super::*;

    /// A page in this format of a series that no format can have, and one whose sum not all have.
    fn page(format: Format) -> Contents {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, format, Scheme::Underscores);
        let mut push = |name, kind, labels: &[Label<'_>], value| {
            writer.family(&Family { name, help: "", unit: "", kind });
            writer.series(&Series { labels, start_time: None, timestamp: None, value });
        };
        let one = Value::Number(Number::U64(1), None);
        push("fine", Kind::Gauge, &[], one);
        push("odd", Kind::Gauge, &[Label::new("", "")], one);
        push("fine", Kind::Gauge, &[], one);
        let change = Histogram {
            bounds: &[],
            counts: &[1],
            sum: Some(Number::I64(-1)),
            can_fall: true,
            exemplars: &[],
        };
        push("change", Kind::Histogram, &[], Value::Histogram(change));
        Contents { report: writer.finish(), left_out: 7, ..Contents::default() }
    }

    #[test]
    fn each_format_has_warnings_of_its_own_which_name_the_first_family() {
        let warnings = Warnings::default();
        let length = "7 series are not on the page: it has 99 bytes without them; record fewer attributes, \
                      or switch metrics off with a view";
        let series = |format| {
            format!(
                "2 series are not on the page in {format}, the first of them of \"odd\": labels are \
                 malformed, or have one name when it is escaped"
            )
        };
        let losses = |format, losses| {
            format!(
                "series are on the page in {format} without parts of them ({losses}), the first of them of \
                 \"change\" without its sum: the format cannot say it"
            )
        };
        for (format, expected) in [
            (Format::Protobuf, vec![series("protobuf"), length.to_owned()]),
            (Format::Text004, vec![series("text/0.0.4"), losses("text/0.0.4", "sum: 1")]),
            (
                Format::OpenMetrics100,
                vec![series("openmetrics/1.0.0"), losses("openmetrics/1.0.0", "sum: 1, count: 1")],
            ),
            (Format::OpenMetrics200, vec![series("openmetrics/2.0.0")]),
        ] {
            let page = page(format);
            assert_eq!(warnings.of(&page, format, 99), expected);
            assert!(warnings.of(&page, format, 99).is_empty(), "once");
        }
    }
}
