//! The page of a telemetry, and of a peer.

use std::collections::BTreeMap;

use integration_tests::Scrape;
use kymo::{
    Telemetry,
    prometheus::exposition::{Source, text::TextWriter},
};

/// The page of a telemetry, as text 0.0.4.
pub(crate) fn of(telemetry: &Telemetry) -> String {
    let mut page = Vec::new();
    let mut writer = TextWriter::new(&mut page);
    telemetry.bridge().unwrap().collect(&mut writer);
    writer.finish();
    String::from_utf8(page).unwrap()
}

/// The values of a page, by the names and labels of their samples, as far as `wanted` wants them.
pub(crate) fn values(
    page: &str,
    wanted: impl Fn(&str) -> bool,
) -> BTreeMap<(String, BTreeMap<String, String>), f64> {
    let scrape = Scrape::parse(page).unwrap();
    let samples = scrape.families().iter().flat_map(|family| &family.samples);
    let samples = samples.filter(|sample| wanted(&sample.name));
    samples.map(|sample| ((sample.name.clone(), sample.labels.clone()), sample.value)).collect()
}
