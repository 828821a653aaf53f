//! Which subscriber it is.

use std::ptr;

use tracing::{Dispatch, subscriber::NoSubscriber};
use tracing_subscriber::Registry;

/// Tells `subscriber` from all others that are there at the time: by where its spans are kept in memory. Absent for
/// one that keeps them in no registry, or does not tell.
pub(crate) fn of(subscriber: &Dispatch) -> Option<usize> {
    let registry = subscriber.downcast_ref::<Registry>();
    let place = registry.map(|registry| ptr::from_ref(registry).addr());
    place.or_else(|| subscriber.is::<NoSubscriber>().then_some(0))
}
