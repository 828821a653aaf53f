//! The recorders that have taken the event that is being written.

use std::{cell::RefCell, sync::Arc};

use crate::recorder::Recorder;

/// Has each event recorded once by each telemetry, however many layers of it a subscriber has, and wherever
/// they are in it: a subscriber asks all of its layers whether they want an event, and then gives it to
/// each of them, on one thread.
#[derive(Debug, Default)]
struct Taken {
    /// Somebody was asked: a layer around ours may not hand the question on.
    is_asked: bool,
    recorders: Vec<usize>,
}

thread_local! {
    static TAKEN: RefCell<Taken> = RefCell::default();
}

/// Notes that a new event is being written.
pub(crate) fn begin() {
    let _ = TAKEN.try_with(|taken| {
        if let Ok(mut taken) = taken.try_borrow_mut() {
            taken.is_asked = true;
            taken.recorders.clear();
        }
    });
}

/// Takes the event for `recorder`, unless another layer of its has taken it.
pub(crate) fn take(recorder: &Arc<Recorder>) -> bool {
    let address = Arc::as_ptr(recorder).addr();
    let is_first = TAKEN.try_with(|taken| {
        let Ok(mut taken) = taken.try_borrow_mut() else { return true };
        let is_first = !taken.is_asked || !taken.recorders.contains(&address);
        if is_first && taken.is_asked {
            taken.recorders.push(address);
        }
        is_first
    });
    is_first.unwrap_or(true)
}
