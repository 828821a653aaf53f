//! The span that is current where none is.

use tracing::{Metadata, field::FieldSet, metadata::Kind, span::Id, subscriber::Interest};
use tracing_core::{Callsite, identify_callsite, span::Current};

const ID: u64 = u64::MAX;

/// A span that no subscriber has, for a driver to take along.
pub(crate) fn current() -> Current {
    Current::new(id(), &METADATA)
}

pub(crate) fn id() -> Id {
    Id::from_u64(ID)
}

/// Whether `span` is this one.
pub(crate) fn is(span: &Id) -> bool {
    span.into_u64() == ID
}

struct NoSpan;

static CALLSITE: NoSpan = NoSpan;
static METADATA: Metadata<'static> = Metadata::new(
    "claim",
    env!("CARGO_CRATE_NAME"),
    tracing::Level::TRACE,
    None,
    None,
    None,
    FieldSet::new(&[], identify_callsite!(&CALLSITE)),
    Kind::SPAN,
);

impl Callsite for NoSpan {
    fn set_interest(&self, _interest: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &METADATA
    }
}
