//! One attempt at anything that is measured.

use std::{
    future::Future,
    mem,
    time::{Duration, Instant},
};

use crate::{
    Outcome, Part, Trace,
    account::{self, Serial},
    here::{self, Working},
    moment::Moment,
    watched::Watched,
};

/// Takes the reading of an [`Attempt`] that is over, such as into a histogram.
pub trait Record {
    /// The part of a request's time that such attempts are, if they are one: those of a clock.
    const PART: Option<Part> = None;

    /// Takes the one reading of an attempt that lasted `elapsed` and ended in `outcome`.
    fn record(&mut self, elapsed: Duration, outcome: Outcome);
}

/// Times one attempt and records it exactly once: when it is finished, or else when it is dropped.
///
/// A request, a query, a command, a load, a call and a migration are attempts. An attempt that is
/// dropped without an outcome is [`Outcome::Cancelled`]. One whose own code unwound, also while that
/// code was dropped, is [`Outcome::Panic`]: all of it runs inside [`run`](Self::run),
/// [`watch`](Self::watch) or [`around`](Self::around), and unwinding is the one way to leave these
/// without coming back. An attempt that is dropped because something else unwinds is cancelled.
///
/// An attempt that never started records nothing. The time is that of the clock `M`; an attempt that is
/// only counted has the clock `()`, which costs nothing.
///
/// A timed attempt belongs to the [`Trace`] that is current when it starts, or else when it is recorded; its
/// record observes as part of that, wherever it is dropped. One that starts in a span that is not sampled belongs to
/// none.
///
/// ```
/// use std::time::Duration;
/// use kymo_core::{Attempt, Outcome, Record};
///
/// struct Print;
///
/// impl Record for Print {
///     fn record(&mut self, elapsed: Duration, outcome: Outcome) {
///         println!("{outcome:?} after {elapsed:?}");
///     }
/// }
///
/// let mut attempt = Attempt::started(Print);
/// let answer = attempt.run(|| 6 * 7);
/// attempt.finish(Outcome::Success);
/// # assert_eq!(answer, 42);
/// ```
#[derive(Debug)]
pub struct Attempt<R: Record, M: Moment = Instant> {
    started: Option<M>,
    decided: Outcome,
    /// The measured code runs, or it ran and never came back.
    is_inside: bool,
    is_over: bool,
    trace: Option<Trace>,
    /// Whether its trace is known, be it that it has none.
    knows_trace: bool,
    /// The account that it is under way in, and the part of it that its time is.
    account: Option<(Serial, Part)>,
    record: R,
}

impl<R: Record> Attempt<R> {
    /// An attempt that starts with its first poll, or with [`start`](Self::start).
    pub fn new(record: R) -> Self {
        Self::from(None, record)
    }

    /// An attempt that starts now.
    pub fn started(record: R) -> Self {
        Self::started_at(Instant::now(), record)
    }

    /// An attempt that started at `moment`.
    #[inline]
    pub fn started_at(moment: Instant, record: R) -> Self {
        Self::from(Some(moment), record)
    }

    /// An attempt that started at `moment` and belongs to `trace`.
    #[inline]
    pub fn started_in(trace: Option<Trace>, moment: Instant, record: R) -> Self {
        Self::of((trace, trace.is_some()), Some(moment), record)
    }

    /// An attempt that started at `moment` and belongs to the trace of another, or to none if that is known to have none.
    #[inline]
    pub fn started_beside<S: Record>(other: &Attempt<S>, moment: Instant, record: R) -> Self {
        Self::of((other.trace, other.knows_trace), Some(moment), record)
    }

    /// An attempt that started at `moment`, and counts in no account until it [goes on](Self::go_on): nobody waits
    /// for it yet.
    pub fn resting_since(moment: Instant, record: R) -> Self {
        let mut attempt = Self::of(trace_of::<Instant>(), None, record);
        attempt.started = Some(moment);
        attempt
    }

    /// It does not count in its account from `moment` on, until it [goes on](Self::go_on): nobody waits for it.
    /// What is recorded of it does not change.
    pub fn rest_at(&mut self, moment: Instant) {
        if let Some(started) = self.started {
            self.end(moment, moment.saturating_duration_since(started));
        }
    }

    /// It counts in the account that this thread is lent, be it another than before: `since` is asked for if there is
    /// one.
    pub fn go_on(&mut self, since: impl FnOnce() -> Instant) {
        if let Some(part) = R::PART
            && self.account.is_none()
            && !self.is_over
        {
            self.account = account::go_on(part, since).map(|account| (account, part));
        }
    }
}

impl<R: Record> Attempt<R, ()> {
    /// An attempt that starts now and is counted, but not timed: it lasts no time at all.
    pub fn untimed(record: R) -> Self {
        Self::from(Some(()), record)
    }
}

impl<R: Record, M: Moment> Attempt<R, M> {
    #[inline]
    fn from(started: Option<M>, record: R) -> Self {
        let (trace, knows_trace) = started.map_or((None, false), |_| trace_of::<M>());
        Self::of((trace, knows_trace), started, record)
    }

    #[inline]
    fn of((trace, knows_trace): (Option<Trace>, bool), started: Option<M>, record: R) -> Self {
        Self {
            started,
            decided: Outcome::default(),
            is_inside: false,
            is_over: false,
            trace,
            knows_trace,
            account: started.and_then(|moment| Self::begin(R::PART, moment)),
            record,
        }
    }

    /// Its time counts in the account that this thread is lent.
    #[inline]
    fn begin(part: Option<Part>, moment: M) -> Option<(Serial, Part)> {
        let part = part?;
        account::begin(part, moment.instant()?).map(|account| (account, part))
    }

    /// Its time, which was so much, does not count any more.
    #[inline]
    fn end(&mut self, moment: M, elapsed: Duration) {
        if R::PART.is_some()
            && let Some((account, part)) = self.account.take()
            && let Some(now) = moment.instant()
        {
            account::end(part, account, now, elapsed);
        }
    }

    /// Starts now, unless it has started, and says when it started.
    #[inline]
    pub fn start(&mut self) -> M {
        match self.started {
            Some(started) => started,
            None => self.start_as(R::PART),
        }
    }

    /// As [`start`](Self::start), of one that waits for a connection, until it is [restarted](Self::restart_at).
    pub fn start_waiting(&mut self) -> M {
        match self.started {
            Some(started) => started,
            None => self.start_as(R::PART.and(Some(Part::PoolWait))),
        }
    }

    #[inline]
    fn start_as(&mut self, part: Option<Part>) -> M {
        (self.trace, self.knows_trace) = trace_of::<M>();
        let now = M::now();
        self.started = Some(now);
        self.account = Self::begin(part, now);
        now
    }

    /// Whether it has started.
    #[inline]
    pub fn has_started(&self) -> bool {
        self.started.is_some()
    }

    /// The trace that it belongs to, as far as that is known.
    pub fn trace(&self) -> Option<Trace> {
        self.trace
    }

    /// It belongs to `trace`, or to none: for who knows better than the thread that starts it, or the one that
    /// records it.
    pub fn belong_to(&mut self, trace: Option<Trace>) {
        (self.trace, self.knows_trace) = (trace, true);
    }

    /// Counts the time from `moment`, even if it had started: until then it waited for a connection.
    pub fn restart_at(&mut self, moment: M) {
        self.started = Some(moment);
        if let Some(part) = R::PART
            && let Some((account, begun)) = &mut self.account
            && let Some(now) = moment.instant()
        {
            account::waited(*begun, part, *account, now);
            *begun = part;
        }
    }

    /// Whether it is recorded, or forgotten.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The record that takes its reading.
    pub fn record(&self) -> &R {
        &self.record
    }

    /// The record that takes its reading, to be told more before the end.
    pub fn record_mut(&mut self) -> &mut R {
        &mut self.record
    }

    /// Runs a piece of the measured code; if it unwinds, the attempt is a panic.
    #[inline]
    pub fn run<T>(&mut self, piece: impl FnOnce() -> T) -> T {
        let entered = self.enter();
        let answer = piece();
        self.leave(entered);
        answer
    }

    /// Enters a piece of the measured code, which ends where it [leaves](Self::leave); if it never does, it
    /// unwound, and the attempt is a panic.
    ///
    /// [`run`](Self::run) sees to both. It may move what the piece answers, which costs where that is large.
    #[inline]
    pub fn enter(&mut self) -> Entered {
        // A piece that unwinds leaves it inside, and so do those that run afterwards.
        Entered { was_inside: mem::replace(&mut self.is_inside, true) }
    }

    /// The piece that was [entered](Self::enter) came back.
    #[inline]
    pub fn leave(&mut self, Entered { was_inside }: Entered) {
        self.is_inside = was_inside;
    }

    /// Runs the measured future, which is also dropped inside the attempt.
    pub fn watch<F: Future>(&mut self, future: F) -> Watched<F, &mut Self> {
        Watched::new(future, self)
    }

    /// Runs the measured future as [`watch`](Self::watch) does, and goes with it.
    pub fn around<F: Future>(self, future: F) -> Watched<F, Self> {
        Watched::new(future, self)
    }

    /// Decides the outcome that will be recorded; one that is decided later replaces it.
    ///
    /// A panic after this is recorded as a panic all the same.
    pub fn decide(&mut self, outcome: Outcome) {
        self.decided = outcome;
    }

    /// The outcome that would be recorded now.
    fn outcome(&self) -> Outcome {
        if self.is_inside { Outcome::Panic } else { self.decided }
    }

    /// Records now, unless it has been recorded; whatever follows, the drop included, is nothing.
    ///
    /// It is recorded as `outcome`, unless the measured code unwound before: then it is a panic, be
    /// it that somebody caught it and went on.
    pub fn finish(&mut self, outcome: Outcome) {
        self.finish_at(M::now(), outcome);
    }

    /// Records it as it was [decided](Self::decide), of an attempt that ended at `moment`.
    #[inline]
    pub fn end_at(&mut self, moment: M) {
        self.finish_at(moment, self.decided);
    }

    /// As [`finish`](Self::finish), of an attempt that ended at `moment`.
    #[inline]
    pub fn finish_at(&mut self, moment: M, outcome: Outcome) {
        if let Some(started) = self.started.filter(|_| !self.is_over) {
            self.is_over = true;
            let outcome = if self.is_inside { Outcome::Panic } else { outcome };
            // Where its trace is not known, it is that which is current, and whoever observes finds it.
            let is_traced = M::IS_TIMED && self.knows_trace && Trace::is_wanted();
            let _working = is_traced.then(|| Working::record(self.trace));
            let elapsed = moment.since(started);
            self.end(moment, elapsed);
            self.record.record(elapsed, outcome);
        }
    }

    /// It is dropped before its end.
    #[inline(never)]
    fn leave_off(&mut self) {
        self.finish(self.outcome());
    }

    /// Records nothing, now or later: another takes its place, or its end will not be seen.
    pub fn forget(&mut self) {
        self.is_over = true;
        if let Some(started) = self.started.filter(|_| self.account.is_some()) {
            let now = M::now();
            self.end(now, now.since(started));
        }
    }
}

/// A piece of the measured code that an [`Attempt`] has [entered](Attempt::enter).
#[derive(Debug)]
#[must_use = "an attempt that does not leave it is a panic"]
pub struct Entered {
    was_inside: bool,
}

impl<R: Record, M: Moment> Drop for Attempt<R, M> {
    fn drop(&mut self) {
        // Most are over by now, and a look at the clock is a good part of what an attempt costs.
        if !self.is_over {
            self.leave_off();
        }
    }
}

/// The trace that this thread works for, and whether it is known, if anybody wants it of an attempt with such a
/// clock.
#[inline]
fn trace_of<M: Moment>() -> (Option<Trace>, bool) {
    if M::IS_TIMED && Trace::is_wanted() { here::found() } else { (None, false) }
}

#[cfg(test)]
mod tests;
