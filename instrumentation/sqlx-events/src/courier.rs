//! The way of a claim to the thread of a driver.

use std::any::Any;

use kymo_core::Claim;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    dispatcher::{self, WeakDispatch},
    field::FieldSet,
    level_filters::LevelFilter,
    metadata::Kind,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_core::{Callsite, identify_callsite, span::Current};

use crate::layer::EventLayer;

/// Stands in for the subscriber of a thread while a claimed statement runs, and takes the claim along.
///
/// SQLite's driver works on a thread of its own, where it enters the span that was the current one when it was
/// given a statement. Spans that were current here are entered through this, which makes the claim there.
/// Nobody sees it: it makes no span, and hands everything on to the subscriber that it stands for.
#[derive(Debug)]
pub(crate) struct Courier {
    claim: Claim,
    /// Weak, since the layer that keeps the courier belongs to it.
    subscriber: WeakDispatch,
}

/// Has the default subscriber of this thread, if our layer is in it, stood in for until the answer is dropped.
pub(crate) fn carry(claim: Claim) -> Option<Box<dyn Any>> {
    let courier =
        dispatcher::get_default(|subscriber| match subscriber.downcast_ref::<Courier>() {
            // Inside of another claim: the courier of that stands for the same subscriber.
            Some(around) => courier(&around.subscriber.upgrade()?, claim),
            None => courier(subscriber, claim),
        });
    Some(Box::new(dispatcher::set_default(&courier?)))
}

fn courier(subscriber: &Dispatch, claim: Claim) -> Option<Dispatch> {
    let layer = subscriber.downcast_ref::<EventLayer>()?;
    let make = || Dispatch::new(Courier { claim, subscriber: subscriber.downgrade() });
    Some(layer.courier(claim, make))
}

impl Courier {
    /// Whether the subscriber that it stands for is still there.
    pub(crate) fn is_of_use(&self) -> bool {
        self.subscriber.upgrade().is_some()
    }
}

/// The span that is current where none is.
const NO_SPAN: u64 = u64::MAX;

struct NoSpan;

static NO_SPAN_CALLSITE: NoSpan = NoSpan;
static NO_SPAN_METADATA: Metadata<'static> = Metadata::new(
    "claim",
    env!("CARGO_CRATE_NAME"),
    tracing::Level::TRACE,
    None,
    None,
    None,
    FieldSet::new(&[], identify_callsite!(&NO_SPAN_CALLSITE)),
    Kind::SPAN,
);

impl Callsite for NoSpan {
    fn set_interest(&self, _interest: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &NO_SPAN_METADATA
    }
}

fn is_none(span: &Id) -> bool {
    span.into_u64() == NO_SPAN
}

impl Subscriber for Courier {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let subscriber = self.subscriber.upgrade();
        subscriber.map_or_else(Interest::never, |it| it.register_callsite(metadata))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // Whoever it stands for says so.
        Some(LevelFilter::OFF)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.subscriber.upgrade().is_some_and(|it| it.enabled(metadata))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let Some(subscriber) = self.subscriber.upgrade() else { return Id::from_u64(NO_SPAN) };
        if span.parent().is_some_and(is_none) {
            // The current span, where none is.
            return subscriber.new_span(&Attributes::new_root(span.metadata(), span.values()));
        }
        subscriber.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some(subscriber) = self.subscriber.upgrade().filter(|_| !is_none(span)) {
            subscriber.record(span, values);
        }
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        let is_known = !is_none(span) && !is_none(follows);
        if let Some(subscriber) = self.subscriber.upgrade().filter(|_| is_known) {
            subscriber.record_follows_from(span, follows);
        }
    }

    fn event(&self, event: &Event<'_>) {
        if let Some(subscriber) = self.subscriber.upgrade() {
            subscriber.event(event);
        }
    }

    fn enter(&self, span: &Id) {
        self.claim.begin();
        if let Some(subscriber) = self.subscriber.upgrade().filter(|_| !is_none(span)) {
            subscriber.enter(span);
        }
    }

    fn exit(&self, span: &Id) {
        if let Some(subscriber) = self.subscriber.upgrade().filter(|_| !is_none(span)) {
            subscriber.exit(span);
        }
        self.claim.end();
    }

    fn clone_span(&self, span: &Id) -> Id {
        let subscriber = self.subscriber.upgrade().filter(|_| !is_none(span));
        subscriber.map_or_else(|| span.clone(), |it| it.clone_span(span))
    }

    fn try_close(&self, span: Id) -> bool {
        let subscriber = self.subscriber.upgrade().filter(|_| !is_none(&span));
        subscriber.is_some_and(|it| it.try_close(span))
    }

    fn current_span(&self) -> Current {
        let current = self.subscriber.upgrade().map(|it| it.current_span());
        current
            .filter(|current| current.id().is_some())
            .unwrap_or_else(|| Current::new(Id::from_u64(NO_SPAN), &NO_SPAN_METADATA))
    }
}
