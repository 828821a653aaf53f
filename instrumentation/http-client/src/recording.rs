//! The record of a request.

use std::time::Duration;

use kymo_core::{InFlight, Outcome, Part, Record};

use crate::{
    failure,
    measure::Measure,
    series::{ActiveKey, ExchangeKey},
};

/// Holds all that is known of a request so far, and records it.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) measure: Measure,
    pub(crate) key: ExchangeKey,
    pub(crate) received_bytes: u64,
    /// The length of the response's body, as its head or the body itself promised.
    pub(crate) promised_bytes: Option<u64>,
    in_flight: Option<InFlight>,
}

impl Recording {
    /// Nothing is known yet but what `active` says; the request counts as active from now on.
    pub(crate) fn new(measure: Measure, active: ActiveKey) -> Self {
        let in_flight = measure.instruments.enter(active);
        let key = ExchangeKey::new(active);
        Self { measure, key, received_bytes: 0, promised_bytes: None, in_flight }
    }

    /// The outcome of a response whose body has no more: one that promised more is a broken message (RFC
    /// 9112, section 8).
    pub(crate) fn completed(&self) -> Outcome {
        match self.promised_bytes {
            Some(promised) if self.received_bytes < promised => failure::of_short_body(),
            _ => Outcome::Success,
        }
    }

    /// Whether a body was dropped because the program had all of it: not everybody asks for the end.
    fn is_whole(&self) -> bool {
        self.promised_bytes.is_some_and(|promised| self.received_bytes >= promised)
    }
}

impl Record for Recording {
    const PART: Option<Part> = Some(Part::HttpClient);

    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        self.key.end(match outcome {
            Outcome::Cancelled if self.is_whole() => Outcome::Success,
            outcome => outcome,
        });
        self.measure.instruments.record(self.key, elapsed.as_secs_f64());
        self.in_flight = None;
    }
}
