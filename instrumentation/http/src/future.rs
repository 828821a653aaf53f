//! The future of a measured response.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::{exchange::Exchange, response_body::MeasuredResponseBody, upgrade::PendingUpgrade};

pin_project! {
    /// The future of [`MeasuredService`](crate::MeasuredService): carries the exchange from the
    /// request to the response's body.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        pub(crate) inner: Option<F>,
        pub(crate) exchange: Option<Box<Exchange>>,
        pub(crate) upgrade: Option<Box<PendingUpgrade>>,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // What it unwinds with while it is dropped is a panic, too; once it has answered, its
            // exchange is with the body, and goes on.
            if let Some(exchange) = this.exchange {
                exchange.run(|| this.inner.set(None));
            }
        }
    }
}

impl<F> ResponseFuture<F> {
    /// The future of a request that this layer does not measure.
    pub(crate) fn unmeasured(inner: F) -> Self {
        Self { inner: Some(inner), exchange: None, upgrade: None }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: 'static,
{
    type Output = Result<Response<MeasuredResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // It is there until this is dropped: polled after its end, it does what it does alone.
        let Some(inner) = this.inner.as_pin_mut() else { return Poll::Pending };
        let Some(exchange) = this.exchange.as_mut() else {
            return inner
                .poll(cx)
                .map_ok(|response| response.map(MeasuredResponseBody::unmeasured));
        };
        let running = exchange.enter();
        let polled = inner.poll(cx);
        running.leave();
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(mut response)) => {
                let exchange = this.exchange.take().and_then(|mut exchange| {
                    if exchange.tells_timing() {
                        exchange.tell_timing(response.headers_mut());
                    }
                    if let Some(upgrade) = this.upgrade.take()
                        && exchange.is_upgrade(response.status())
                    {
                        upgrade.accept(&exchange);
                    }
                    exchange.respond(&response)
                });
                Poll::Ready(Ok(response.map(|body| MeasuredResponseBody::new(body, exchange))))
            }
            Poll::Ready(Err(error)) => {
                if let Some(mut exchange) = this.exchange.take() {
                    exchange.fail(&error);
                }
                Poll::Ready(Err(error))
            }
        }
    }
}
