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
    /// Whether a layer on this thread is asking what it measures for its readiness.
    static ASKING: Cell<bool> = const { Cell::new(false) };
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

/// Notes whether a layer on this thread is asking for readiness; whether one was before.
pub(crate) fn set_asking(asking: bool) -> bool {
    ASKING.replace(asking)
}

fn is_body_marked(body: &impl Body) -> bool {
    ANSWERED.set(false);
    let _ = body.is_end_stream();
    ANSWERED.get()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body as AxumBody;
    use http::{Response, StatusCode};
    use opentelemetry::metrics::noop::NoopMeterProvider;
    use tower::{Layer, Service};

    use super::*;
    use crate::ServerLayer;

    /// The only test of this process that sends requests.
    #[test]
    fn one_layer_marks_by_the_body_alone_and_a_second_one_is_noticed() {
        let layer = ServerLayer::new(&NoopMeterProvider::new());
        let no_content = tower::service_fn(|request: Request<AxumBody>| {
            assert!(request.body().is_end_stream());
            let mut response = Response::new(AxumBody::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            std::future::ready(Ok::<_, Infallible>(response))
        });
        let mut once = layer.layer(no_content);
        for _ in 0..3 {
            let response = once.call(Request::new(AxumBody::empty()));
            drop(futures_executor::block_on(response));
        }
        assert!(!BY_EXTENSION.load(Ordering::Relaxed), "no reason to think of a second layer");

        let response = layer.layer(once).call(Request::new(AxumBody::empty()));
        assert!(futures_executor::block_on(response).is_ok());
        assert!(BY_EXTENSION.load(Ordering::Relaxed), "the inner layer has met the outer one");
    }
}
