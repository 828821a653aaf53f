//! A telemetry and the page it shows to Prometheus.

use std::collections::BTreeMap;

use kymo::{
    Telemetry, TelemetryBuilder,
    opentelemetry::metrics::Meter,
    prometheus::exposition::{Source, text::TextWriter},
};

/// A telemetry that is built from what `shape` makes of the builder.
pub(super) fn shaped(shape: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Shown {
    let builder = Telemetry::for_service("shop").without_scope_info().without_target_info();
    Shown(shape(builder).build().unwrap())
}

/// A telemetry and the page it shows.
pub(super) struct Shown(pub(super) Telemetry);

impl Shown {
    pub(super) fn meter(&self) -> Meter {
        self.0.meter("shop")
    }

    /// Every sample, such as `sold_total{book="Dune"}`, and its value, without what a bridge says of itself.
    pub(super) fn page(&self) -> BTreeMap<String, f64> {
        let mut page = Vec::new();
        let mut writer = TextWriter::new(&mut page);
        self.0.bridge().unwrap().collect(&mut writer);
        writer.finish();
        let page = String::from_utf8(page).unwrap();
        let samples = page.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let samples = samples.filter(|line| !line.starts_with("kymo_scrape_losses"));
        samples
            .map(|line| line.rsplit_once(' ').unwrap())
            .map(|(series, value)| (series.to_owned(), value.parse().unwrap()))
            .collect()
    }

    /// The samples called `name`, by their labels, such as `book="Dune"`.
    pub(super) fn series(&self, name: &str) -> Vec<(String, f64)> {
        let of = |series: &str| {
            let labels = series.strip_prefix(name)?;
            if labels.is_empty() {
                return Some(String::new());
            }
            Some(labels.strip_prefix('{')?.strip_suffix('}')?.to_owned())
        };
        self.page().into_iter().filter_map(|(series, value)| Some((of(&series)?, value))).collect()
    }

    /// As [`Shown::series`], in the shape of an assertion.
    #[track_caller]
    pub(super) fn shows(&self, name: &str, expected: &[(&str, f64)]) {
        let series = self.series(name);
        let series: Vec<_> =
            series.iter().map(|(labels, value)| (labels.as_str(), *value)).collect();
        assert_eq!(series, expected, "{:#?}", self.page());
    }
}
