//! The recorders that have taken the event that is being written.

use std::{cell::RefCell, ptr, sync::Arc};

use tracing::Event;
use tracing_core::callsite::Identifier;

use crate::{layer::EventLayer, recorder::Recorder};

/// Has each event recorded once by each telemetry, however many layers of it a subscriber has, and wherever
/// they are in it: a subscriber gives an event to each of its layers, on one thread, one after the other.
#[derive(Debug, Default)]
struct Taken {
    /// Where it is in memory, and who writes it.
    event: Option<(usize, Identifier)>,
    /// The layers that it was given to, each with where it records.
    layers: Vec<(usize, usize)>,
}

thread_local! {
    static TAKEN: RefCell<Taken> = RefCell::default();
}

/// Notes that a new event is being written: a subscriber asks its layers whether they want it. A layer around ours
/// may not hand the question on.
pub(crate) fn begin() {
    let _ = TAKEN.try_with(|taken| {
        if let Ok(mut taken) = taken.try_borrow_mut() {
            taken.event = None;
        }
    });
}

/// Takes the event, unless another layer of the same recorder has taken it.
pub(crate) fn take(event: &Event<'_>, layer: &EventLayer, recorder: &Arc<Recorder>) -> bool {
    let event = (ptr::from_ref(event).addr(), event.metadata().callsite());
    let (layer, recorder) = (ptr::from_ref(layer).addr(), Arc::as_ptr(recorder).addr());
    let is_first = TAKEN.try_with(|taken| {
        let Ok(mut taken) = taken.try_borrow_mut() else { return true };
        let Taken { event: last, layers } = &mut *taken;
        // No layer is given an event twice: it is another one at the same place.
        if last.as_ref() != Some(&event) || layers.iter().any(|(known, _)| *known == layer) {
            *last = Some(event);
            layers.clear();
        }
        let is_first = layers.iter().all(|(_, known)| *known != recorder);
        layers.push((layer, recorder));
        is_first
    });
    is_first.unwrap_or(true)
}
