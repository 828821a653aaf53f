//! Whether events reach a layer.

use std::{cell::Cell, fmt, thread};

use tracing::{
    Dispatch, Level, Metadata, dispatcher, field::FieldSet, level_filters::STATIC_MAX_LEVEL,
    metadata::Kind, subscriber::Interest,
};
use tracing_core::{Callsite, identify_callsite};

/// Whether the events of sqlx reach a layer, as filters are now.
///
/// Printed, it is a sentence that says what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reception {
    /// They do, at the level that sqlx writes them at unless it is told otherwise.
    Heard,
    /// A feature of `tracing` has removed them from the program.
    CompiledOut,
    /// A filter keeps them away, or the layer is in no subscriber.
    KeptAway,
}

/// The level of sqlx's events about statements, unless they are slow or
/// `ConnectOptions::log_statements` says otherwise.
const USUAL: Level = Level::DEBUG;

impl Reception {
    /// That of the default subscriber of this thread.
    pub fn now() -> Self {
        let subscriber = dispatcher::get_default(Dispatch::clone);
        // What is asked leaves its mark on a thread: on one of its own, it harms no event.
        let asked = thread::scope(|scope| {
            let asking = thread::Builder::new().spawn_scoped(scope, || Self::of(&subscriber));
            asking.ok().and_then(|asking| asking.join().ok())
        });
        asked.unwrap_or(Self::Heard)
    }

    /// That of `subscriber`, on a thread that writes no events afterwards.
    pub(crate) fn of(subscriber: &Dispatch) -> Self {
        if STATIC_MAX_LEVEL < USUAL {
            return Self::CompiledOut;
        }
        REACHED.set(false);
        let interest = subscriber.register_callsite(&QUESTION);
        let is_enabled = !interest.is_never() && subscriber.enabled(&QUESTION);
        if is_enabled && REACHED.get() { Self::Heard } else { Self::KeptAway }
    }
}

impl fmt::Display for Reception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heard => f.write_str("the events of sqlx are heard"),
            Self::CompiledOut => write!(
                f,
                "no statement is counted by the events of sqlx: a feature of `tracing` removes the level \
                 {USUAL} from the program, which has {STATIC_MAX_LEVEL} at most; take out \
                 `max_level_{STATIC_MAX_LEVEL}` and `release_max_level_{STATIC_MAX_LEVEL}`"
            ),
            Self::KeptAway => write!(
                f,
                "no statement is counted by the events of sqlx: a filter keeps `sqlx::query` at the level \
                 {USUAL} away from the layer of `sqlx_events()`; give that filter to the layer that logs, by \
                 `.with_filter(…)`, instead of the whole subscriber, or add `sqlx::query=debug` to it"
            ),
        }
    }
}

thread_local! {
    /// The question came to a filter of ours.
    static REACHED: Cell<bool> = const { Cell::new(false) };
}

/// Notes it, if `metadata` is that of the question whether events come.
pub(crate) fn note(metadata: &Metadata<'_>) {
    if metadata.name() == QUESTION.name() {
        REACHED.set(true);
    }
}

/// What an event of sqlx about a statement looks like, which is never written.
static QUESTION: Metadata<'static> = Metadata::new(
    "are statements heard",
    "sqlx::query",
    USUAL,
    None,
    None,
    None,
    FieldSet::new(&[], identify_callsite!(&CALLSITE)),
    Kind::EVENT,
);

static CALLSITE: Question = Question;

struct Question;

impl Callsite for Question {
    fn set_interest(&self, _interest: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &QUESTION
    }
}
