//! How a layer knows that an outer one already measures a request.
//!
//! The obvious mark is an extension of the request, and it makes the map of extensions grow: a
//! fifth of all that the layer costs. So the mark is the measured body itself, which answers when
//! it is asked whether it has ended. Middleware between two layers could put another body in its
//! place. That matters only where there are two layers, so as soon as one sees reason to think that
//! there are, requests are marked by the extension too.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
};

use http::Request;
use http_body::Body;

/// The mark in the extensions of a request.
#[derive(Debug, Clone, Copy)]
struct Measured;

/// Whether requests of this process are marked by the extension.
static BY_EXTENSION: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether a measured body was asked since this was reset.
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread is within the code that a layer measures.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether an outer layer already measures `request`.
pub(crate) fn is_marked<B: Body>(request: &Request<B>) -> bool {
    if is_body_marked(request.body()) {
        BY_EXTENSION.store(true, Ordering::Relaxed);
        return true;
    }
    if BY_EXTENSION.load(Ordering::Relaxed) {
        return request.extensions().get::<Measured>().is_some();
    }
    if INSIDE.get() {
        // Another request that the measured code makes, or this one with another body.
        BY_EXTENSION.store(true, Ordering::Relaxed);
    }
    false
}

/// Marks a request whose body may be marked already.
pub(crate) fn mark<B>(request: &mut Request<B>, is_body_marked: bool) {
    if !is_body_marked || BY_EXTENSION.load(Ordering::Relaxed) {
        BY_EXTENSION.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(Measured);
    }
}

/// A measured body says so when it is asked whether it has ended.
pub(crate) fn answer() {
    ANSWERED.set(true);
}

/// Notes that foreign code is about to run on this thread, or has returned.
pub(crate) fn set_inside(inside: bool) {
    INSIDE.set(inside);
}

fn is_body_marked(body: &impl Body) -> bool {
    ANSWERED.set(false);
    let _ = body.is_end_stream();
    ANSWERED.get()
}
