//! A service that lets requests queue.

use std::{
    future,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{body::Body, http::Request, response::Response};
use tower::{BoxError, Service, timeout::error::Elapsed};

pub(crate) fn request() -> Request<Body> {
    Request::get("/books/7").body(Body::empty()).unwrap()
}

/// A service that answers when its gate is open, and lets requests queue until then.
#[derive(Clone)]
pub(crate) struct Gate(Arc<AtomicUsize>, Fate);

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Answer,
    Refuse,
    TimeOut,
    Panic,
}

/// A gate that is shut for so many questions.
pub(crate) fn gate(shut_for: usize, fate: Fate) -> Gate {
    Gate(Arc::new(AtomicUsize::new(shut_for)), fate)
}

impl<B> Service<Request<B>> for Gate {
    type Response = Response;
    type Error = BoxError;
    type Future = future::Ready<Result<Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if self.0.load(Ordering::Relaxed) > 0 {
            self.0.fetch_sub(1, Ordering::Relaxed);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.1 {
            Fate::Answer => Poll::Ready(Ok(())),
            Fate::Refuse => Poll::Ready(Err("closed".into())),
            Fate::TimeOut => Poll::Ready(Err(Elapsed::new().into())),
            Fate::Panic => resume_unwind(Box::new("on purpose")),
        }
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        future::ready(Ok(Response::new(Body::empty())))
    }
}
