//! The work of this thread, and whose trace it is.

use std::{
    cell::Cell,
    mem::ManuallyDrop,
    panic::catch_unwind,
    sync::atomic::{AtomicUsize, Ordering},
};

use opentelemetry::{Context, trace::TraceContextExt};

use crate::{Trace, work::Work};

/// How many keep traces beside what is measured.
static WANTED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static HERE: Here = const {
        Here { work: Cell::new(Work::NEW), trace: Cell::new(None), is_over: Cell::new(false) }
    };
    /// It is dropped before the context of OpenTelemetry is, which was there before it.
    static LOOKOUT: Lookout = const { Lookout };
}

/// The state of a thread.
struct Here {
    work: Cell<Work>,
    /// That of the request or of the attempt. What it is where the work has none means nothing.
    trace: Cell<Option<Trace>>,
    /// The thread ends, and its context of OpenTelemetry has ended.
    is_over: Cell<bool>,
}

/// The span of OpenTelemetry's current context.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Span {
    /// There is none.
    Absent,
    /// Nobody keeps its trace.
    Dropped,
    Sampled(Trace),
}

/// Somebody keeps traces from now on.
pub(crate) fn want() {
    WANTED.fetch_add(1, Ordering::Relaxed);
}

/// One of those who keep traces does so no more.
pub(crate) fn want_no_more() {
    WANTED.fetch_sub(1, Ordering::Relaxed);
}

/// The work that this thread does.
#[inline]
pub(crate) fn work() -> Work {
    HERE.with(|here| here.work.get())
}

/// This thread does some `work` from now on.
#[inline]
pub(crate) fn set_work(work: Work) {
    HERE.with(|here| here.work.set(work));
}

#[inline]
pub(crate) fn is_wanted() -> bool {
    WANTED.load(Ordering::Relaxed) > 0
}

/// The trace of what this thread does.
#[inline]
pub(crate) fn trace() -> Option<Trace> {
    if may_be_traced() { trace_now() } else { None }
}

/// Whether what this thread observes may have a trace: most has none, and pays for this alone.
#[inline]
pub(crate) fn may_be_traced() -> bool {
    let work = work();
    if work.has_a_span_or_nothing() {
        return Context::map_current(Context::has_active_span);
    }
    work.may_be_traced()
}

#[cold]
fn trace_now() -> Option<Trace> {
    HERE.with(Here::trace_now)
}

/// The trace of what this thread does, and whether that is known: where it has none, a tracer or whoever records may
/// have said so.
#[inline]
pub(crate) fn found() -> (Option<Trace>, bool) {
    if may_be_traced() {
        found_now()
    } else {
        (None, HERE.with(|here| here.work.get().is_record()))
    }
}

#[cold]
fn found_now() -> (Option<Trace>, bool) {
    HERE.with(|here| {
        if here.work.get().is_record() {
            return (here.trace(), true);
        }
        match here.span() {
            Span::Absent => (here.trace(), here.trace().is_some()),
            Span::Dropped => (None, true),
            Span::Sampled(trace) => (Some(trace), true),
        }
    })
}

/// Whether OpenTelemetry has a span here.
pub(crate) fn has_span() -> bool {
    HERE.with(|here| here.span() != Span::Absent)
}

impl Here {
    fn trace_now(&self) -> Option<Trace> {
        if self.work.get().is_record() {
            return self.trace();
        }
        match self.span() {
            Span::Absent => self.trace(),
            Span::Dropped => None,
            Span::Sampled(trace) => Some(trace),
        }
    }

    /// That of the work.
    #[inline]
    fn trace(&self) -> Option<Trace> {
        if self.work.get().is_traced() { self.trace.get() } else { None }
    }

    /// From now on this thread does some `work`, which belongs to `trace`.
    #[inline]
    fn put(&self, work: Work, trace: Option<Trace>) {
        if trace.is_some() {
            self.trace.set(trace);
        }
        self.work.set(work.put(trace.is_some(), self.work.get()));
    }

    fn span(&self) -> Span {
        if !self.can_see() {
            return Span::Absent;
        }
        let span = Context::map_current(|context| {
            let span = context.span();
            let span = span.span_context();
            match Trace::new(span.trace_id().to_bytes(), span.span_id().to_bytes()) {
                None => Span::Absent,
                Some(trace) if span.is_sampled() => Span::Sampled(trace),
                Some(_) => Span::Dropped,
            }
        });
        // A request is part of the first trace that its work has, whatever its client said.
        let work = self.work.get();
        if span != Span::Absent && work.takes_a_trace() {
            let trace = if let Span::Sampled(trace) = span { Some(trace) } else { None };
            self.put(work.told(), trace);
        }
        span
    }

    /// Whether the context can be seen: OpenTelemetry panics where a thread ends and its context has ended.
    fn can_see(&self) -> bool {
        if self.work.get().is_blind() && !self.is_over.get() {
            let is_there = catch_unwind(|| Context::map_current(|_| ())).is_ok();
            let is_clear = is_there && LOOKOUT.try_with(|_| ()).is_ok();
            self.see(is_clear);
        }
        !self.is_over.get()
    }

    /// The context is there from now on, or it has ended.
    fn see(&self, is_clear: bool) {
        self.is_over.set(!is_clear);
        self.work.set(self.work.get().seeing(is_clear));
    }
}

/// From now on this thread serves a request of this `trace`, which may be `sent` by its client, until what it did
/// before is [put back](put_back): gives the trace of that.
pub(crate) fn serve(trace: Option<Trace>, is_sent: bool) -> Option<Trace> {
    ManuallyDrop::new(Working::serve(trace, is_sent)).trace
}

/// From now on this thread does what it did `before`, which was of this `trace`; it is still lent what it is lent.
pub(crate) fn put_back(before: Work, trace: Option<Trace>) {
    HERE.with(|here| {
        here.put(before, trace);
        here.work.set(here.work.get().inside_as(before));
    });
}

/// A thread does some work, until this is dropped, be it by unwinding.
///
/// Those of one thread are dropped in the order opposite to that in which they were made.
#[derive(Debug)]
pub(crate) struct Working {
    /// What it did before.
    work: Work,
    trace: Option<Trace>,
}

impl Working {
    /// From now on this thread records an attempt of this `trace`.
    #[inline]
    pub(crate) fn record(trace: Option<Trace>) -> Self {
        HERE.with(|here| {
            let before = Self::of(here);
            here.put(Work::RECORDING, trace);
            before
        })
    }

    /// From now on this thread serves a request of this `trace`, which may be `sent` by its client; one without
    /// a trace is part of whatever is served around it.
    #[inline]
    pub(crate) fn serve(trace: Option<Trace>, is_sent: bool) -> Self {
        HERE.with(|here| {
            let before = Self::of(here);
            match trace {
                Some(_) => here.put(Work::request(is_sent), trace),
                None => here.work.set(here.work.get().request_within()),
            }
            before
        })
    }

    #[inline]
    fn of(here: &Here) -> Self {
        Self { work: here.work.get(), trace: here.trace() }
    }

    /// The trace of the work that this thread does, and whether it was sent.
    #[inline]
    pub(crate) fn trace() -> (Option<Trace>, bool) {
        HERE.with(|here| (here.trace(), here.work.get().is_sent()))
    }
}

impl Drop for Working {
    #[inline]
    fn drop(&mut self) {
        HERE.with(|here| here.put(self.work, self.trace));
    }
}

/// Sees that the thread ends.
struct Lookout;

impl Drop for Lookout {
    fn drop(&mut self) {
        HERE.with(|here| here.see(false));
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, thread};

    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

    use super::*;
    use crate::Serving;

    fn number(number: u8) -> Option<Trace> {
        Trace::new([number; 16], [number; 8])
    }

    fn context(number: u8, flags: TraceFlags) -> Context {
        let (trace_id, span_id) =
            (TraceId::from_bytes([number; 16]), SpanId::from_bytes([number; 8]));
        let span = SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE);
        Context::new().with_remote_span_context(span)
    }

    #[test]
    fn a_span_goes_before_the_request_even_if_it_is_not_sampled() {
        want();
        assert_eq!(trace(), None);
        let serving = Serving::enter(number(1));
        assert_eq!((trace(), has_span()), (number(1), false));
        {
            let _attached = context(2, TraceFlags::SAMPLED).attach();
            assert_eq!((trace(), has_span()), (number(2), true));
            let _inner = context(3, TraceFlags::default()).attach();
            assert_eq!((trace(), has_span()), (None, true));
            let _invalid = context(0, TraceFlags::SAMPLED).attach();
            assert_eq!((trace(), has_span()), (number(1), false), "it is no span");
        }
        assert_eq!(trace(), number(1));
        assert_eq!(serving.leave(), number(1));
        assert_eq!(trace(), None);
    }

    #[test]
    fn a_request_without_a_trace_has_that_of_the_first_span_that_measures() {
        want();
        let serving = Serving::enter(None);
        {
            let _attached = context(4, TraceFlags::default()).attach();
            assert_eq!(trace(), None);
        }
        for number in [5, 6] {
            let _attached = context(number, TraceFlags::SAMPLED).attach();
            assert!(trace().is_some());
        }
        assert_eq!(trace(), number(5));
        let inner = Serving::enter(None);
        assert_eq!(inner.leave(), number(5), "it is part of the request around it");
        assert_eq!(serving.leave(), number(5));
        assert_eq!(trace(), None);
    }

    #[test]
    fn a_span_of_the_program_takes_the_place_of_a_trace_that_was_sent() {
        want();
        let serving = Serving::sent(number(1));
        for number in [2, 3] {
            let _attached = context(number, TraceFlags::SAMPLED).attach();
            assert!(trace().is_some());
        }
        assert_eq!((trace(), serving.is_sent()), (number(2), false));
        assert_eq!(serving.leave(), number(2));

        let serving = Serving::sent(number(1));
        assert_eq!((trace(), serving.is_sent()), (number(1), true));
        {
            let inner = Serving::sent(None);
            let _attached = context(4, TraceFlags::default()).attach();
            assert_eq!((trace(), inner.leave()), (None, None));
        }
        assert_eq!(trace(), number(1), "the one around it has not seen the span");
        {
            let _attached = context(4, TraceFlags::default()).attach();
            assert_eq!(trace(), None);
        }
        assert_eq!((trace(), serving.is_sent()), (None, false), "nobody keeps it");
        assert_eq!(serving.leave(), None);
        assert_eq!(trace(), None);
    }

    #[test]
    fn what_is_recorded_belongs_to_its_attempt_whatever_is_current() {
        want();
        let _attached = context(7, TraceFlags::SAMPLED).attach();
        {
            let _working = Working::record(None);
            assert_eq!(trace(), None);
            let _inner = Working::record(number(8));
            assert_eq!(trace(), number(8));
        }
        assert_eq!(trace(), number(7));
    }

    #[test]
    fn a_thread_that_ends_has_no_span_and_does_not_panic() {
        /// Looks for a trace when its thread ends.
        struct Last;

        impl Drop for Last {
            fn drop(&mut self) {
                assert_eq!(trace(), None);
                LOOKS.fetch_add(1, Ordering::Relaxed);
            }
        }

        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static LAST: Last = const { Last };
        }

        // It is made first, and so it is dropped last.
        thread::spawn(|| {
            LAST.with(|_| ());
            assert_eq!(trace(), None);
            let _attached = context(9, TraceFlags::SAMPLED).attach();
            assert_eq!(trace(), number(9));
        })
        .join()
        .unwrap();
        // The context has ended before it was ever looked at.
        thread::spawn(|| {
            LAST.with(|_| ());
            drop(context(9, TraceFlags::SAMPLED).attach());
        })
        .join()
        .unwrap();
        assert_eq!(LOOKS.load(Ordering::Relaxed), 2);
    }
}
