//! The way of a claim to the thread of a driver.

use std::cell::{Cell, RefCell};

use kymo_core::Claim;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    dispatcher::WeakDispatch,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_core::span::Current;

use crate::no_span;

/// Stands in for the subscriber of a thread while a claimed statement runs, and takes the claim along.
///
/// SQLite's driver works on a thread of its own, where it enters the span that was the current one when it was
/// given a statement. Spans that were current here are entered through this, which makes the claim there.
/// It makes no span, and hands everything on to the subscriber that it stands for.
///
/// What runs below it, which is a driver and, beneath sea-orm, the hooks of a pool, can see it: a subscriber is
/// asked for its type by an `unsafe` method that cannot be handed on, so that nothing is found here that is
/// asked for by type, such as the context of a trace.
#[derive(Debug)]
pub(crate) struct Courier {
    claim: Claim,
    /// Weak: whoever has the span of a task keeps this.
    subscriber: WeakDispatch,
}

thread_local! {
    /// The thread runs claimed statements itself, so that it is no driver's.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
    /// What was claimed here by entering spans.
    static ENTERED: RefCell<Vec<Claim>> = const { RefCell::new(Vec::new()) };
}

/// Notes that this thread is none of a driver's. A span that was current inside a claim, and was then given to a
/// task that runs here, claims nothing of that.
pub(crate) fn note_own_thread() {
    if !IS_OWN.replace(true) {
        let entered = ENTERED.try_with(RefCell::take).unwrap_or_default();
        entered.into_iter().for_each(Claim::end);
    }
}

/// Makes `claim` here, unless the thread is none of a driver's.
fn claim_here(claim: Claim) {
    if !IS_OWN.get() && ENTERED.try_with(|entered| entered.borrow_mut().push(claim)).is_ok() {
        claim.begin();
    }
}

/// Ends what was claimed so.
fn end_here(claim: Claim) {
    let ended = ENTERED.try_with(|entered| {
        let mut entered = entered.borrow_mut();
        let last = entered.iter().rposition(|it| *it == claim)?;
        Some(entered.swap_remove(last))
    });
    if let Ok(Some(claim)) = ended {
        claim.end();
    }
}

impl Courier {
    pub(crate) fn new(claim: Claim, subscriber: &Dispatch) -> Self {
        Self { claim, subscriber: subscriber.downgrade() }
    }

    pub(crate) fn claim(&self) -> Claim {
        self.claim
    }

    /// Whom it stands for, if that is still there.
    pub(crate) fn subscriber(&self) -> Option<Dispatch> {
        self.subscriber.upgrade()
    }

    /// The same, if it knows `span`.
    fn subscriber_of(&self, span: &Id) -> Option<Dispatch> {
        if no_span::is(span) { None } else { self.subscriber() }
    }
}

impl Subscriber for Courier {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.subscriber().map_or_else(Interest::never, |it| it.register_callsite(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // Whoever it stands for says so.
        Some(LevelFilter::OFF)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.subscriber().is_some_and(|it| it.enabled(metadata))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let Some(subscriber) = self.subscriber() else { return no_span::id() };
        if span.parent().is_some_and(no_span::is) {
            // The current span, where none is.
            return subscriber.new_span(&Attributes::new_root(span.metadata(), span.values()));
        }
        subscriber.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some(subscriber) = self.subscriber_of(span) {
            subscriber.record(span, values);
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        if let Some(subscriber) = self.subscriber_of(span).filter(|_| !no_span::is(follows)) {
            subscriber.record_follows_from(span, follows);
        }
    }

    fn event(&self, event: &Event<'_>) {
        if let Some(subscriber) = self.subscriber() {
            subscriber.event(event);
        }
    }

    fn enter(&self, span: &Id) {
        claim_here(self.claim);
        if let Some(subscriber) = self.subscriber_of(span) {
            subscriber.enter(span);
        }
    }

    fn exit(&self, span: &Id) {
        if let Some(subscriber) = self.subscriber_of(span) {
            subscriber.exit(span);
        }
        end_here(self.claim);
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.subscriber_of(span).map_or_else(|| span.clone(), |it| it.clone_span(span))
    }

    fn try_close(&self, span: Id) -> bool {
        self.subscriber_of(&span).is_some_and(|it| it.try_close(span))
    }

    fn current_span(&self) -> Current {
        let current = self.subscriber().map(|it| it.current_span());
        current.filter(|current| current.id().is_some()).unwrap_or_else(no_span::current)
    }
}
