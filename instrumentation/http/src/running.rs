//! Foreign code that runs in an exchange.

use std::time::Instant;

use kymo_core::{Account, Attempt, Entered, Lending, Serving};

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
    entered: Entered,
    // Those that follow are dropped in the order opposite to that in which they were made.
    lending: Option<Lending<'e>>,
    serving: Serving,
    _inside: Inside,
}

impl<'e> Running<'e> {
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn enter(
        attempt: &'e mut Attempt<Recording>,
        is_sent: &'e mut bool,
        account: Option<&'e mut Account>,
        is_timed: bool,
        left: &'e mut Option<Instant>,
    ) -> Self {
        let inside = Inside::enter(Kind::Server);
        // Where it unwinds, nobody says when.
        *left = None;
        let trace = attempt.trace();
        let serving = if *is_sent { Serving::sent(trace) } else { Serving::enter(trace) };
        let lend = |account: &'e mut Account| {
            if is_timed { account.lend(Instant::now()) } else { account.lend_untimed() }
        };
        let lending = account.map(lend);
        let entered = attempt.enter();
        Self { attempt, is_sent, left, entered, lending, serving, _inside: inside }
    }

    /// The foreign code came back, of which nobody looks how long it took: the call that made a future, or a body in
    /// memory.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn leave_untimed(self) {
        let Self { attempt, is_sent, entered, lending, serving, .. } = self;
        if let Some(lending) = lending {
            lending.end_untimed();
        }
        attempt.leave(entered);
        *is_sent = serving.is_sent();
        attempt.belong_to(serving.leave());
    }

    /// The foreign code came back; the exchange belongs to the trace that was found meanwhile.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn leave(self) {
        let Self { attempt, is_sent, left, entered, lending, serving, _inside } = self;
        if let Some(lending) = lending {
            let now = Instant::now();
            lending.end(now);
            *left = Some(now);
        }
        attempt.leave(entered);
        *is_sent = serving.is_sent();
        attempt.belong_to(serving.leave());
    }
}
