//! The count of redirects.

use std::sync::Arc;

use kymo_core::PlaceKey;
use opentelemetry::metrics::BoundCounter;
use redis::{RedisError, ServerError, ServerErrorKind, Value};

use crate::{key, recorder::Recorder};

/// Counts the redirects of one cluster; a clone is the same.
#[derive(Debug, Clone)]
pub(crate) struct Redirects(Arc<Kinds>);

/// From the start, at zero, so that the first one is a rate.
#[derive(Debug)]
struct Kinds {
    moved: BoundCounter<u64>,
    ask: BoundCounter<u64>,
}

impl Redirects {
    pub(crate) fn new(recorder: &Recorder, place: PlaceKey) -> Self {
        let of = |kind| {
            let mut attributes = recorder.vocabulary.places.attributes(place);
            attributes.push(key::REDIS_REDIRECT.of(kind));
            attributes.sort_by(|one, other| one.key.cmp(&other.key));
            recorder.instruments.redirects.bind(&attributes)
        };
        Self(Arc::new(Kinds { moved: of("moved"), ask: of("ask") }))
    }

    /// Counts the first redirect among the answers to a command or a pipeline: all of a pipeline's
    /// commands go where the first is sent.
    pub(crate) fn count_among(&self, answers: &[Value]) {
        self.count_first(answers.iter().filter_map(|answer| match answer {
            Value::ServerError(error) => Some(error),
            _ => None,
        }));
    }

    /// As [`Redirects::count_among`], of an atomic pipeline.
    pub(crate) fn count_in(&self, error: &RedisError) {
        let errors = error.clone().into_server_errors();
        self.count_first(errors.iter().flat_map(|errors| errors.iter()).map(|(_, error)| error));
    }

    fn count_first<'a>(&self, errors: impl Iterator<Item = &'a ServerError>) {
        let mut counters = errors.filter_map(|error| match error.kind() {
            Some(ServerErrorKind::Moved) => Some(&self.0.moved),
            Some(ServerErrorKind::Ask) => Some(&self.0.ask),
            _ => None,
        });
        if let Some(counter) = counters.next() {
            counter.add(1);
        }
    }
}
