//! kymo's bridge and text writer.

use ::kymo::prometheus::Bridge;
use ::kymo::prometheus::exposition::{Source as _, text::TextWriter};

use super::{Peer, otel};

/// kymo's own.
pub const KYMO: Peer = Peer {
    name: "kymo",
    title: "kymo",
    record: |workload| {
        let bridge = Bridge::builder().build()?;
        let provider = otel::record(workload, bridge.reader());
        Ok(Box::new(move |text| {
            let _provider = &provider; // its last clone shuts the reader down
            let mut writer = TextWriter::new(text);
            bridge.collect(&mut writer);
            writer.finish();
            Ok(())
        }))
    },
};
