//! Who measures scrapes.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use opentelemetry::metrics::{Histogram, Meter};

use crate::{
    encoding::Encoding,
    end::End,
    key,
    medium::Medium,
    metrics,
    tally::{Tally, attributes},
};

/// Measures scrapes: it counts them from the beginning, and times them as soon as there is a meter.
#[derive(Debug, Default)]
pub(crate) struct Observer {
    pub(crate) tally: Tally,
    is_attached: AtomicBool,
    instruments: OnceLock<Instruments>,
}

#[derive(Debug)]
struct Instruments {
    duration: Histogram<f64>,
    response_size: Histogram<u64>,
}

impl Observer {
    /// Measures with instruments of `meter` from now on; whether nobody did before.
    pub(crate) fn attach(self: &Arc<Self>, meter: &Meter) -> bool {
        if self.is_attached.swap(true, Ordering::Relaxed) {
            return false;
        }
        let duration = metrics::SCRAPE_DURATION.histogram(meter);
        let response_size = metrics::SCRAPE_RESPONSE_SIZE.integer_histogram(meter);
        let _ = self.instruments.set(Instruments { duration, response_size });
        let observer = Arc::downgrade(self);
        metrics::SCRAPE_REQUESTS.observable_counter(meter, move |to| {
            let Some(observer) = observer.upgrade() else { return };
            observer.tally.ends().for_each(|(attributes, count)| to.observe(count, &attributes));
        });
        let observer = Arc::downgrade(self);
        metrics::SCRAPE_SERIES_LEFT_OUT.observable_counter(meter, move |to| {
            let Some(observer) = observer.upgrade() else { return };
            observer.tally.left_out().for_each(|(cause, count)| to.observe(count, &[cause]));
        });
        let observer = Arc::downgrade(self);
        metrics::SCRAPE_LOSSES.observable_counter(meter, move |to| {
            let Some(observer) = observer.upgrade() else { return };
            observer.tally.losses().for_each(|(loss, count)| to.observe(count, &[loss]));
        });
        true
    }

    /// A scrape is over.
    pub(crate) fn scraped(&self, medium: Medium, took: Duration, end: End) {
        self.tally.ended(medium, end);
        let Some(instruments) = self.instruments.get() else { return };
        instruments.duration.record(took.as_secs_f64(), &attributes(medium, end));
    }

    /// So many bytes of a page were sent.
    pub(crate) fn sent(&self, medium: Medium, bytes: u64, encoding: Encoding) {
        let Some(instruments) = self.instruments.get() else { return };
        let format = key::SCRAPE_FORMAT.of(medium.name());
        let encoding = key::SCRAPE_ENCODING.of(encoding.as_str());
        instruments.response_size.record(bytes, &[format, encoding]);
    }
}
