//! Who measures scrapes.

use std::{sync::OnceLock, time::Duration};

use kymo_exposition::Report;
use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter},
};

use crate::{encoding::Encoding, key, metrics};

/// Measures scrapes, as soon as there is a meter.
#[derive(Debug, Default)]
pub(crate) struct Observer(OnceLock<Instruments>);

#[derive(Debug)]
struct Instruments {
    requests: Counter<u64>,
    duration: Histogram<f64>,
    response_size: Histogram<u64>,
    left_out: Counter<u64>,
}

impl Observer {
    /// Measures with instruments of `meter` from now on; whether nobody did before.
    pub(crate) fn attach(&self, meter: &Meter) -> bool {
        self.0
            .set(Instruments {
                requests: metrics::SCRAPE_REQUESTS.counter(meter),
                duration: metrics::SCRAPE_DURATION.histogram(meter),
                response_size: metrics::SCRAPE_RESPONSE_SIZE.integer_histogram(meter),
                left_out: metrics::SCRAPE_SERIES_LEFT_OUT.counter(meter),
            })
            .is_ok()
    }

    /// A scrape is over.
    pub(crate) fn scraped(&self, took: Duration, error: Option<&'static str>) {
        let Some(instruments) = self.0.get() else { return };
        let mut attributes = vec![format()];
        attributes.extend(error.map(|error| key::ERROR_TYPE.of(error)));
        instruments.requests.add(1, &attributes);
        instruments.duration.record(took.as_secs_f64(), &attributes);
    }

    /// So many bytes of a page were sent.
    pub(crate) fn sent(&self, bytes: u64, encoding: Encoding) {
        let Some(instruments) = self.0.get() else { return };
        let encoding = key::SCRAPE_ENCODING.of(encoding.as_str());
        instruments.response_size.record(bytes, &[format(), encoding]);
    }

    /// A page was written, and lacks what `report` says, and what it had no room for.
    pub(crate) fn written(&self, report: Report, full: u64) {
        let Some(instruments) = self.0.get() else { return };
        let lacks =
            [("malformed", report.dropped), ("unsupported", report.unsupported), ("full", full)];
        for (cause, series) in lacks.into_iter().filter(|(_, series)| *series > 0) {
            instruments.left_out.add(series, &[key::ERROR_TYPE.of(cause)]);
        }
    }
}

fn format() -> KeyValue {
    key::SCRAPE_FORMAT.of("text/0.0.4")
}
