//! A provider with a bridge, and what a scrape of it says.

use std::collections::BTreeMap;

use kymo_bridge::{Bridge, BridgeBuilder, Loss};
use kymo_exposition::{Report, Source, text::TextWriter};
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::{Encoder, Registry, TextEncoder};

use super::parser::{self, Labels, ReadFamily};

pub(crate) struct Rig {
    pub(crate) bridge: Bridge,
    pub(crate) provider: SdkMeterProvider,
}

impl Rig {
    /// The most frequent case: no `target_info` and no scope labels in the way.
    pub(crate) fn bare() -> Self {
        Rig::of(Bridge::builder().without_target_info().without_scope_info())
    }

    pub(crate) fn of(options: BridgeBuilder) -> Self {
        let bridge = options.build().unwrap();
        let resource = Resource::builder_empty().build();
        let provider = SdkMeterProvider::builder()
            .with_resource(resource)
            .with_reader(bridge.reader())
            .build();
        Rig { bridge, provider }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.provider.meter("test")
    }

    /// The document of the bridge itself.
    pub(crate) fn text(&self) -> String {
        text(&self.bridge).0
    }

    /// The families of the bridge itself, by name.
    pub(crate) fn families(&self) -> BTreeMap<String, ReadFamily> {
        families(&self.text())
    }

    /// The document that somebody else makes of the registry.
    pub(crate) fn registry_text(&self) -> String {
        registry_text(self.bridge.registry())
    }

    /// The losses without their counts.
    pub(crate) fn losses(&self) -> Vec<(String, String)> {
        let told = |loss: Loss| (loss.family, format!("{:?}", loss.cause));
        self.bridge.losses().into_iter().map(told).collect()
    }
}

pub(crate) fn text(source: &dyn Source) -> (String, Report) {
    let mut out = Vec::new();
    let mut writer = TextWriter::new(&mut out);
    source.collect(&mut writer);
    let report = writer.finish();
    (String::from_utf8(out).unwrap(), report)
}

pub(crate) fn registry_text(registry: &Registry) -> String {
    let mut out = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn families(document: &str) -> BTreeMap<String, ReadFamily> {
    let read = parser::read(document).unwrap_or_else(|fault| panic!("{fault}\n{document}"));
    read.into_iter().map(|family| (family.name.clone(), family)).collect()
}

/// The same family with everything sorted, and with numbers as floats, to compare two documents.
pub(crate) fn normal(mut family: ReadFamily) -> ReadFamily {
    for sample in &mut family.samples {
        sample.value = float(&sample.value);
        for (name, value) in &mut sample.labels {
            if name == "le" && family.kind == "histogram" {
                *value = float(value);
            }
        }
        sample.labels.sort();
    }
    let key = |sample: &parser::ReadSample| (sample.name.clone(), sample.labels.clone());
    family.samples.sort_by_key(key);
    family
}

fn float(text: &str) -> String {
    text.parse::<f64>().unwrap().to_string()
}

/// All samples of a family as `name{labels} value`, sorted, the way an operator would type them.
pub(crate) fn lines(family: &ReadFamily) -> Vec<String> {
    let mut lines: Vec<_> = family.samples.iter().map(line).collect();
    lines.sort();
    lines
}

fn line(sample: &parser::ReadSample) -> String {
    let parser::ReadSample { name, labels, value, .. } = sample;
    format!("{name}{{{}}} {value}", joined(labels))
}

fn joined(labels: &Labels) -> String {
    let mut pairs: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    pairs.join(",")
}
