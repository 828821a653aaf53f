//! A scrape of kymo in each format, beside text 0.0.4.

use ::kymo::prometheus::Bridge;
use ::kymo::prometheus::exposition::{Format, Scheme, Source as _, Writer};
use paths::callgrind::{self, Cost};
use paths::scrape::{Scraper, Series, Workload, otel, verify_text};
use paths::{BoxError, Subject};

use super::messages;
use crate::promise::Promise;
use crate::table;

const LINES: usize = 10_000;
const SCRAPES_UNDER_CALLGRIND: u64 = 2;
/// The formats, the first of which the others are compared with, as Prometheus 3 asks for them.
const FORMATS: [(&str, Format, Scheme); 5] = [
    ("text-0.0.4", Format::Text004, Scheme::Underscores),
    ("text-1.0.0", Format::Text100, Scheme::AllowUtf8),
    ("openmetrics-1.0.0", Format::OpenMetrics100, Scheme::AllowUtf8),
    ("openmetrics-2.0.0", Format::OpenMetrics200, Scheme::AllowUtf8),
    ("protobuf", Format::Protobuf, Scheme::AllowUtf8),
];

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for series in [Series::Counters, Series::Histograms] {
        let lines = Workload::new(series, LINES).lines();
        let cost = |name| {
            let subject = format!("format/{}/{name}", series.name());
            callgrind::cost(&subject, SCRAPES_UNDER_CALLGRIND)
        };
        let text = cost(FORMATS[0].0)?;
        for (name, format, _) in FORMATS {
            let Cost { instructions, allocations, .. } = cost(name)?;
            let ratio = instructions / text.instructions;
            rows.push(vec![
                format.to_string(),
                series.name().to_owned(),
                format!("{:.0}", instructions / lines as f64),
                format!("{:.2}", allocations / lines as f64),
                format!("{ratio:.2}"),
            ]);
            if matches!(format, Format::OpenMetrics100 | Format::Protobuf) {
                let what = format!(
                    "scrape in {format}, {}: times the instructions of text 0.0.4",
                    series.name()
                );
                promises.push(Promise::at_most(1.2, what, ratio));
            }
        }
    }
    let columns = ["format", "series", "instructions/line", "allocations/line", "times text 0.0.4"];
    table::print("Scrape: each format of kymo, by lines of text 0.0.4", 2, &columns, &rows);
    Ok(promises)
}

/// The subject called `format/SERIES/NAME`.
pub fn subject(series: &str, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let series =
        Series::from_name(series).ok_or_else(|| format!("there are no series {series:?}"))?;
    let known = FORMATS.into_iter().find(|(known, ..)| *known == name);
    let (name, format, scheme) = known.ok_or_else(|| format!("there is no format {name:?}"))?;
    let workload = Workload::new(series, LINES);
    let bridge = Bridge::builder().build()?;
    let provider = otel::record(&workload, bridge.reader());
    let expose = Box::new(move |document: &mut Vec<u8>| {
        let _provider = &provider; // its last clone shuts the reader down
        let mut writer = Writer::new(document, format, scheme);
        bridge.collect(&mut writer);
        writer.finish();
        Ok(())
    });
    let verify = if format == Format::Protobuf { messages::verify } else { verify_text };
    Ok(Box::new(Scraper::new(name, workload, expose, verify)))
}
