//! A request that is served, between its turns on a thread.

use std::{
    marker::PhantomData,
    mem::ManuallyDrop,
    time::{Duration, Instant},
};

use crate::{
    Account, Layer, Trace,
    account::Lent,
    here::{self, Working},
    work::Work,
};

/// What threads have to know of a request while they work for it, and what they find out: its trace, and its account.
///
/// ```
/// use std::time::{Duration, Instant};
/// use kymo_core::{Account, Layer, Part, Served};
///
/// let start = Instant::now();
/// let mut served = Served::new(None, Some(Account::new(start, 10, Duration::from_millis(10))));
/// let turn = served.turn_at(Layer::Server, start);
/// // A poll of the request goes here.
/// turn.end_at(start + Duration::from_secs(1));
/// let bill = served.account().unwrap().close(Duration::from_secs(3));
/// assert_eq!(bill.time(Part::Handler), Duration::from_secs(1));
/// ```
#[derive(Debug)]
pub struct Served {
    trace: Option<Trace>,
    /// Whether the trace is the word of its client.
    is_sent: bool,
    account: Option<Account>,
}

/// A thread works for a request, until this [ends](Self::end) or is dropped, be it by unwinding: what is observed
/// belongs to the trace of the request, unless a span of OpenTelemetry is current, and operations are entered into its
/// account.
///
/// Make one for each poll, and for each drop, of what serves the request. Those of one thread end in the order opposite
/// to that in which they were made. What is spawned meanwhile belongs to no request.
#[derive(Debug)]
#[must_use = "a turn that is dropped at once is over"]
pub struct Turn<'s> {
    served: &'s mut Served,
    /// When it began, if it is timed.
    at: Option<Instant>,
    /// What the thread did before.
    before: Work,
    /// What it does as long as nothing happens.
    entered: Work,
    /// What the thread was lent before, and the trace of that, if there was anything.
    around: Option<Box<Around>>,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

/// What a thread that worked for another request, or for another unit of work, knew of that.
#[derive(Debug)]
struct Around {
    trace: Option<Trace>,
    lent: Lent,
}

impl Served {
    /// A request of this `trace`, which is entered into this `account`; without a trace, it is part of whatever is
    /// served around it, and without an account, what it asks for is entered into the one around it.
    #[inline]
    pub const fn new(trace: Option<Trace>, account: Option<Account>) -> Self {
        Self { trace, is_sent: false, account }
    }

    /// Its client said that it is of this `trace`: the first span of OpenTelemetry that anything is measured in takes
    /// its place, and leaves none if it is not sampled.
    #[inline]
    pub fn be_sent(&mut self, trace: Option<Trace>) {
        self.trace = trace;
        self.is_sent = true;
    }

    /// The trace that it has by now.
    ///
    /// If it was made without one, that is the trace of what it was served within, or else of the first span that was
    /// sampled in a turn of it and that anything was measured in; such a span takes the place of a trace that was
    /// [sent](Self::be_sent), too, which leaves none if it is not sampled.
    #[inline]
    pub fn trace(&self) -> Option<Trace> {
        self.trace
    }

    /// The account, unless it has none or it was forgotten.
    #[inline]
    pub fn account(&mut self) -> Option<&mut Account> {
        self.account.as_mut()
    }

    /// Whether it has an account.
    #[inline]
    pub fn has_account(&self) -> bool {
        self.account.is_some()
    }

    /// It has no account any more.
    #[inline]
    pub fn forget_account(&mut self) {
        self.account = None;
    }

    /// This thread works for the request from now on, inside a `layer`; it takes no time that counts, as the call that
    /// makes a future does not.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub fn turn(&mut self, layer: Layer) -> Turn<'_> {
        self.begin(layer, None)
    }

    /// As [`turn`](Self::turn), of a poll or a drop, whose time counts from now on, which is `at`.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub fn turn_at(&mut self, layer: Layer, at: Instant) -> Turn<'_> {
        self.begin(layer, Some(at))
    }

    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    fn begin(&mut self, layer: Layer, at: Option<Instant>) -> Turn<'_> {
        let before = here::work();
        let (entered, around) = if before.is_none() && self.is_plain() {
            let mut work = before.request_within().inside(layer.number());
            if let Some(account) = &self.account {
                account.open_here(at);
                work = work.open();
            }
            here::set_work(work);
            (work, None)
        } else {
            self.begin_within(before, layer, at)
        };
        Turn { served: self, at, before, entered, around, thread: PhantomData }
    }

    /// Whether there is nothing to tell a thread but that it serves.
    #[inline]
    fn is_plain(&self) -> bool {
        self.trace.is_none() && self.account.as_ref().is_none_or(Account::is_empty)
    }

    /// Begins a turn in a thread that works for something else, or of a request that has a trace, or entries.
    #[inline(never)]
    fn begin_within(
        &mut self,
        before: Work,
        layer: Layer,
        at: Option<Instant>,
    ) -> (Work, Option<Box<Around>>) {
        let trace = here::serve(self.trace, self.is_sent);
        let lent = match &mut self.account {
            Some(account) => account.give(at).replace(),
            None => Lent::Nobody,
        };
        here::set_work(here::work().inside(layer.number()));
        let around = (!before.is_none()).then(|| Box::new(Around { trace, lent }));
        (Work::CHANGED, around)
    }

    /// Ends a turn in which something happened, or which was within other work; it lasted until `at`, if that is timed.
    #[inline(never)]
    fn end_within(&mut self, before: Work, around: Option<Box<Around>>, at: Option<Instant>) {
        (self.trace, self.is_sent) = Working::trace();
        let Around { trace, lent } = around.map_or_else(Around::nothing, |around| *around);
        if let Some(account) = &mut self.account {
            account.hold(lent.replace(), || at.unwrap_or_else(Instant::now));
        }
        here::put_back(before, trace);
    }
}

impl Served {
    /// A turn that began at `begun`, if it is timed, unwinds.
    #[cold]
    #[inline(never)]
    fn unwind(&mut self, begun: Option<Instant>, before: Work, around: Option<Box<Around>>) {
        let now = Instant::now();
        self.end_within(before, around, Some(now));
        let poll = begun.map_or(Duration::ZERO, |begun| now.saturating_duration_since(begun));
        if let Some(account) = &mut self.account {
            account.was_polled(poll);
        }
    }
}

impl Around {
    fn nothing() -> Self {
        Self { trace: None, lent: Lent::Nobody }
    }
}

impl Turn<'_> {
    /// Whether anybody looks how long it takes.
    #[inline]
    pub fn is_timed(&self) -> bool {
        self.at.is_some()
    }

    /// The thread has worked for the request; nobody looks how long that took, unless the turn is timed.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub fn end(self) {
        if self.is_timed() {
            return self.end_at(Instant::now());
        }
        // There is nothing left in it to be dropped.
        ManuallyDrop::new(self).put_back(None);
    }

    /// The thread has worked for the request until `at`.
    #[expect(clippy::inline_always, reason = "a struct of this size is best never made")]
    #[inline(always)]
    pub fn end_at(self, at: Instant) {
        let mut this = ManuallyDrop::new(self);
        this.put_back(Some(at));
        if let (Some(begun), Some(account)) = (this.at, &mut this.served.account) {
            account.was_polled(at.saturating_duration_since(begun));
        }
    }

    #[expect(clippy::inline_always, reason = "it is one comparison")]
    #[inline(always)]
    fn put_back(&mut self, at: Option<Instant>) {
        if here::work() == self.entered {
            here::set_work(self.before);
        } else {
            self.served.end_within(self.before, self.around.take(), at);
        }
    }
}

impl Drop for Turn<'_> {
    /// It unwinds.
    #[expect(clippy::inline_always, reason = "so that all that it needs may stay in registers")]
    #[inline(always)]
    fn drop(&mut self) {
        self.served.unwind(self.at, self.before, self.around.take());
    }
}

#[cfg(test)]
mod tests;
