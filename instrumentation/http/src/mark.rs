//! How a layer knows that an outer one already measures a request.
//!
//! The obvious mark is an extension of the request, and it makes the map of extensions grow: a
//! fifth of all that the layer costs. So the mark is the measured body itself, which answers when
//! it is asked whether it has ended. A body that is not axum's, and whose type has to stay, cannot be
//! the mark; a layer that gets one marks its own requests by the extension, and others look for it.
//!
//! Middleware between two layers could put another body in its place. That matters only where there
//! are two layers, so as soon as one sees reason to think that there are, all of them mark requests
//! by the extension too.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
};

use http::Request;
use http_body::Body;
use kymo_core::Layer;

/// The mark in the extensions of a request.
#[derive(Debug, Clone, Copy)]
struct Measured;

/// Whether a request of this process may be marked by the extension.
static SOME_BY_EXTENSION: AtomicBool = AtomicBool::new(false);

/// Whether every request of this process is marked by the extension.
static ALL_BY_EXTENSION: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether a measured body was asked since this was reset.
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
}

/// Whether an outer layer already measures `request`.
#[inline]
pub(crate) fn is_marked<B: Body>(request: &Request<B>) -> bool {
    if is_body_marked(request.body()) {
        set(&ALL_BY_EXTENSION);
        return true;
    }
    if SOME_BY_EXTENSION.load(Ordering::Relaxed) && request.extensions().get::<Measured>().is_some()
    {
        return true;
    }
    if Layer::Server.is_around() {
        // Another request that the measured code makes, or this one with another body.
        set(&ALL_BY_EXTENSION);
    }
    false
}

/// Marks a request whose body may be marked already.
#[inline]
pub(crate) fn mark<B>(request: &mut Request<B>, is_body_marked: bool) {
    if is_body_marked && !ALL_BY_EXTENSION.load(Ordering::Relaxed) {
        return;
    }
    set(&SOME_BY_EXTENSION);
    request.extensions_mut().insert(Measured);
}

/// Sets what stays set, and writes to what all threads read only once.
fn set(flag: &AtomicBool) {
    if !flag.load(Ordering::Relaxed) {
        flag.store(true, Ordering::Relaxed);
    }
}

/// A measured body says so when it is asked whether it has ended.
pub(crate) fn answer() {
    ANSWERED.set(true);
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
    use http_body_util::Full;
    use opentelemetry::metrics::noop::NoopMeterProvider;
    use tower::{Layer as _, ServiceExt};

    use super::*;
    use crate::{ServerLayer, ServerMetric};

    /// Answers, and says by a status whether the request has the mark in its extensions.
    async fn answer_of<B>(request: Request<B>) -> Result<Response<AxumBody>, Infallible> {
        let is_marked = request.extensions().get::<Measured>().is_some();
        let mut response = Response::new(AxumBody::empty());
        *response.status_mut() = if is_marked { StatusCode::IM_USED } else { StatusCode::OK };
        Ok(response)
    }

    /// Whether `layer` marks `request` by the extension.
    fn marks<B: Body + 'static>(layer: &ServerLayer, request: Request<B>) -> bool {
        let answer = layer.layer(tower::service_fn(answer_of)).oneshot(request);
        futures_executor::block_on(answer).unwrap().status() == StatusCode::IM_USED
    }

    /// The only test of this process that sends requests.
    #[test]
    fn one_layer_marks_by_the_body_alone_and_a_second_one_is_noticed() {
        let layer = ServerLayer::new(&NoopMeterProvider::new());
        let fewer = layer.clone().without(ServerMetric::RequestBodySize);
        for layer in [&layer, &fewer] {
            assert!(!marks(layer, Request::new(AxumBody::empty())), "{layer:?}");
            assert!(!marks(layer, Request::new(AxumBody::from("Dune"))), "{layer:?}");
        }
        assert!(!SOME_BY_EXTENSION.load(Ordering::Relaxed), "nobody has to look for it");

        assert!(marks(&layer, Request::new(Full::<&[u8]>::default())), "its type has to stay");
        assert!(!marks(&layer, Request::new(AxumBody::empty())), "which is nobody else's concern");

        for (outer, inner) in [(&layer, &fewer), (&fewer, &layer)] {
            ALL_BY_EXTENSION.store(false, Ordering::Relaxed);
            let twice = outer.layer(inner.layer(tower::service_fn(answer_of)));
            let response = twice.oneshot(Request::new(AxumBody::from("Dune")));
            assert!(futures_executor::block_on(response).is_ok());
            assert!(
                ALL_BY_EXTENSION.load(Ordering::Relaxed),
                "the inner layer has met the outer one"
            );
            assert!(marks(&layer, Request::new(AxumBody::empty())));
        }
    }
}
