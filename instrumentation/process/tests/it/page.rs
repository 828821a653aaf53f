//! A provider with a bridge, and what a Prometheus server would read of it.

use std::collections::BTreeMap;

use kymo_bridge::Bridge;
use kymo_exposition::{Source, text::TextWriter};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};

pub(crate) struct Page {
    bridge: Bridge,
    pub(crate) meters: SdkMeterProvider,
}

/// Samples by series, such as `process_open_fds` or `process_cpu_time_seconds_total{cpu_mode="user"}`.
pub(crate) type Samples = BTreeMap<String, f64>;

impl Page {
    pub(crate) fn new() -> Self {
        let bridge = Bridge::builder().without_target_info().without_scope_info().build().unwrap();
        let meters = SdkMeterProvider::builder()
            .with_resource(Resource::builder_empty().build())
            .with_reader(bridge.reader())
            .build();
        Self { bridge, meters }
    }

    pub(crate) fn text(&self) -> String {
        let mut out = Vec::new();
        let mut writer = TextWriter::new(&mut out);
        self.bridge.collect(&mut writer);
        writer.finish();
        assert_eq!(self.bridge.losses(), []);
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn samples(&self) -> Samples {
        let text = self.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.map(|line| line.rsplit_once(' ').unwrap());
        samples.map(|(series, value)| (series.to_owned(), value.parse().unwrap())).collect()
    }

    /// The types of the families, by name.
    pub(crate) fn types(&self) -> BTreeMap<String, String> {
        let text = self.text();
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        let types = types.map(|line| line.split_once(' ').unwrap());
        types.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
    }
}
