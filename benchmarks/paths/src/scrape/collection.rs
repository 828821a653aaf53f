//! The floor of whoever reads from the SDK: its collection, of which nothing is written.

use std::sync::Arc;

use ::kymo::prometheus::Bridge;
use ::kymo::prometheus::exposition::{Source as _, text::TextWriter};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader as _;

use super::{Peer, otel};

/// The SDK's collection alone.
pub const COLLECTION: Peer = Peer {
    name: "collection",
    title: "floor: the SDK's collection alone",
    record: |workload| {
        let bridge = Bridge::builder().build()?;
        let reader = bridge.reader();
        let provider = otel::record(workload, reader.clone());
        let mut metrics = ResourceMetrics::default();
        let mut written = Arc::<[u8]>::default();
        Ok(Box::new(move |text| {
            let _provider = &provider; // its last clone shuts the reader down
            if written.is_empty() {
                // What is verified afterwards.
                let mut first = Vec::new();
                let mut writer = TextWriter::new(&mut first);
                bridge.collect(&mut writer);
                writer.finish();
                written = first.into();
            }
            reader.collect(&mut metrics)?;
            text.extend_from_slice(&written);
            Ok(())
        }))
    },
};
