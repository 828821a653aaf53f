//! Time inside the handler, apart from the middleware around it.

mod future;
mod instruments;
mod layer;
mod series;
mod service;

use std::cell::Cell;

pub use future::HandlerFuture;
pub use layer::HandlerLayer;
pub use service::MeasuredHandler;

use crate::inside::Inside;

thread_local! {
    /// Whether this thread runs a handler that a layer measures.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A handler is about to run on this thread, or to be asked, until what is returned is dropped.
fn enter() -> Inside {
    Inside::enter(&INSIDE)
}
