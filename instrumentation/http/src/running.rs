//! Foreign code that runs in an exchange.

use std::time::Instant;

use kymo_core::{Attempt, Entered, Layer, Served, Turn};

use crate::recording::Recording;

/// Foreign code runs in an exchange until it [leaves](Self::leave): if it never does, it unwound, and the exchange
/// is a panic.
///
/// What it measures belongs to the trace of the exchange, which is that of the code if it had none, and is entered
/// into its account.
pub(crate) struct Running<'e> {
    attempt: &'e mut Attempt<Recording>,
    left: &'e mut Option<Instant>,
    entered: Entered,
    turn: Turn<'e>,
}

impl<'e> Running<'e> {
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn enter(
        attempt: &'e mut Attempt<Recording>,
        served: &'e mut Served,
        is_timed: bool,
        left: &'e mut Option<Instant>,
    ) -> Self {
        // Where it unwinds, nobody says when.
        *left = None;
        let turn = if is_timed && served.has_account() {
            served.turn_at(Layer::Server, Instant::now())
        } else {
            served.turn(Layer::Server)
        };
        let entered = attempt.enter();
        Self { attempt, left, entered, turn }
    }

    /// The foreign code came back, of which nobody looks how long it took: the call that made a future, or a body in
    /// memory.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn leave_untimed(self) {
        let Self { attempt, entered, turn, .. } = self;
        turn.end();
        attempt.leave(entered);
    }

    /// The foreign code came back; the exchange belongs to the trace that was found meanwhile.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub(crate) fn leave(self) {
        let Self { attempt, left, entered, turn } = self;
        if turn.is_timed() {
            let now = Instant::now();
            turn.end_at(now);
            *left = Some(now);
        } else {
            turn.end();
        }
        attempt.leave(entered);
    }
}
