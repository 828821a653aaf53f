//! The work of this thread, and whose trace it is.

use std::{
    cell::Cell,
    panic::catch_unwind,
    sync::atomic::{AtomicUsize, Ordering},
};

use opentelemetry::{Context, trace::TraceContextExt};

use crate::Trace;

/// How many keep traces beside what is measured.
static WANTED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static HERE: Here = const {
        Here {
            trace: Cell::new(None),
            is_sent: Cell::new(false),
            work: Cell::new(Work::Any),
            sight: Cell::new(Sight::Untried),
            gate: Cell::new(Gate::Wide),
        }
    };
    /// It is dropped before the context of OpenTelemetry is, which was there before it.
    static LOOKOUT: Lookout = const { Lookout };
}

/// The state of a thread.
struct Here {
    /// That of the request or of the attempt, if it has one.
    trace: Cell<Option<Trace>>,
    /// Whether a client said so: a tracer of this program knows better.
    is_sent: Cell<bool>,
    work: Cell<Work>,
    sight: Cell<Sight>,
    /// What follows from the others.
    gate: Cell<Gate>,
}

/// The work that a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Any,
    /// It serves a request: what has no span is part of the request.
    Request,
    /// It records an attempt, whose trace is known.
    Record,
}

/// Whether OpenTelemetry's current context can be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    Untried,
    Clear,
    /// The thread ends, and its context has ended.
    Gone,
}

/// What may give a trace to what a thread observes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Nothing.
    Shut,
    /// A span of OpenTelemetry's current context, and nothing else.
    Span,
    /// Anything.
    Wide,
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

#[inline]
pub(crate) fn is_wanted() -> bool {
    WANTED.load(Ordering::Relaxed) > 0
}

/// The trace of what this thread does.
#[inline]
pub(crate) fn trace() -> Option<Trace> {
    HERE.with(Here::trace_now)
}

/// Whether what this thread observes may have a trace: most has none, and pays for this alone.
#[inline]
pub(crate) fn may_be_traced() -> bool {
    let gate = HERE.with(|here| here.gate.get());
    // What is so most often is asked first.
    if gate == Gate::Span {
        return Context::map_current(Context::has_active_span);
    }
    gate == Gate::Wide
}

/// Whether OpenTelemetry has a span here.
pub(crate) fn has_span() -> bool {
    HERE.with(|here| here.span() != Span::Absent)
}

impl Here {
    #[inline]
    fn trace_now(&self) -> Option<Trace> {
        if self.work.get() == Work::Record {
            return self.trace.get();
        }
        match self.span() {
            Span::Absent => self.trace.get(),
            Span::Dropped => None,
            Span::Sampled(trace) => Some(trace),
        }
    }

    #[inline]
    fn span(&self) -> Span {
        if self.sight.get() != Sight::Clear && !self.try_sight() {
            return Span::Absent;
        }
        if Context::map_current(Context::has_active_span) { self.read_span() } else { Span::Absent }
    }

    #[cold]
    fn read_span(&self) -> Span {
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
        if span != Span::Absent
            && self.work.get() == Work::Request
            && (self.is_sent.get() || self.trace.get().is_none())
        {
            self.trace.set(if let Span::Sampled(trace) = span { Some(trace) } else { None });
            self.is_sent.set(false);
            self.settle();
        }
        span
    }

    /// Sees to the gate after anything else has changed.
    #[inline]
    fn settle(&self) {
        let has_trace = self.trace.get().is_some();
        self.gate.set(match (self.work.get(), self.sight.get()) {
            _ if has_trace => Gate::Wide,
            (Work::Record, _) => Gate::Shut,
            (_, Sight::Clear) => Gate::Span,
            _ => Gate::Wide,
        });
    }

    /// Looks for the first time; OpenTelemetry panics where a thread ends and its context has ended.
    #[cold]
    fn try_sight(&self) -> bool {
        if self.sight.get() == Sight::Untried {
            let is_there = catch_unwind(|| Context::map_current(|_| ())).is_ok();
            let is_clear = is_there && LOOKOUT.try_with(|_| ()).is_ok();
            self.sight.set(if is_clear { Sight::Clear } else { Sight::Gone });
            self.settle();
        }
        self.sight.get() == Sight::Clear
    }
}

/// A thread does some work, until this is dropped, be it by unwinding.
///
/// Those of one thread are dropped in the order opposite to that in which they were made.
#[derive(Debug)]
pub(crate) struct Working {
    trace: Option<Trace>,
    is_sent: bool,
    work: Work,
}

impl Working {
    /// From now on this thread records an attempt of this `trace`.
    pub(crate) fn record(trace: Option<Trace>) -> Self {
        Self::enter(Work::Record, trace, false)
    }

    /// From now on this thread serves a request of this `trace`, which may be `sent` by its client; one without
    /// a trace is part of whatever is served around it.
    pub(crate) fn serve(trace: Option<Trace>, is_sent: bool) -> Self {
        let (trace, is_sent) = trace.map_or_else(Self::trace, |trace| (Some(trace), is_sent));
        Self::enter(Work::Request, trace, is_sent)
    }

    fn enter(work: Work, trace: Option<Trace>, is_sent: bool) -> Self {
        HERE.with(|here| {
            let before = Self {
                trace: here.trace.replace(trace),
                is_sent: here.is_sent.replace(is_sent),
                work: here.work.replace(work),
            };
            here.settle();
            before
        })
    }

    /// The trace of the work that this thread does, and whether it was sent.
    pub(crate) fn trace() -> (Option<Trace>, bool) {
        HERE.with(|here| (here.trace.get(), here.is_sent.get()))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        HERE.with(|here| {
            here.trace.set(self.trace);
            here.is_sent.set(self.is_sent);
            here.work.set(self.work);
            here.settle();
        });
    }
}

/// Sees that the thread ends.
struct Lookout;

impl Drop for Lookout {
    fn drop(&mut self) {
        HERE.with(|here| {
            here.sight.set(Sight::Gone);
            here.settle();
        });
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
