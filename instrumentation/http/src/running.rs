//! Foreign code that runs in an exchange.

use std::time::Instant;

use kymo_core::{Attempt, Entered, Lending, Serving};

use crate::{
    inside::{Inside, Kind},
    recording::Recording,
};

/// Foreign code runs in an exchange until it [leaves](Self::leave): if it never does, it unwound, and the exchange
/// is a panic.
///
/// What it measures belongs to the trace of the exchange, which is that of the code if it had none, and is entered
/// into its account.
pub(crate) struct Running<'e> {
    attempt: &'e mut Attempt<Recording>,
    is_sent: &'e mut bool,
    left: &'e mut Option<Instant>,
    entered: Option<Entered>,
    lending: Option<Lending>,
    // It goes first: they are dropped in the order opposite to that in which they were made.
    serving: Serving,
    _inside: Inside,
}

impl<'e> Running<'e> {
    #[inline]
    pub(crate) fn enter(
        attempt: &'e mut Attempt<Recording>,
        is_sent: &'e mut bool,
        left: &'e mut Option<Instant>,
    ) -> Self {
        let inside = Inside::enter(Kind::Server);
        let trace = attempt.trace();
        let serving = if *is_sent { Serving::sent(trace) } else { Serving::enter(trace) };
        let account = attempt.record_mut().account.as_mut();
        let lending = account.map(|account| account.lend(Instant::now()));
        let entered = Some(attempt.enter());
        Self { attempt, is_sent, left, entered, lending, serving, _inside: inside }
    }

    /// The foreign code came back; the exchange belongs to the trace that was found meanwhile.
    #[inline]
    pub(crate) fn leave(mut self) {
        self.take_back();
        if let Some(entered) = self.entered.take() {
            self.attempt.leave(entered);
        }
        *self.is_sent = self.serving.is_sent();
        self.attempt.belong_to(self.serving.trace());
    }

    #[inline]
    fn take_back(&mut self) {
        if let Some(lending) = self.lending.take()
            && let Some(account) = &mut self.attempt.record_mut().account
        {
            let now = Instant::now();
            account.take_back(lending, now);
            *self.left = Some(now);
        }
    }
}

impl Drop for Running<'_> {
    /// Also where it unwinds.
    #[inline]
    fn drop(&mut self) {
        self.take_back();
    }
}
