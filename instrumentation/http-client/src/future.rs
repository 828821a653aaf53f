//! The future of a measured response.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::{body::MeasuredClientBody, exchange::Exchange, redirect::Following};

pin_project! {
    /// The future of a measured client: carries the exchange from the request to the response's body.
    #[derive(Debug)]
    pub struct ClientFuture<F> {
        // Always there, until it is dropped.
        #[pin]
        inner: Option<F>,
        exchange: Option<Box<Exchange>>,
    }

    impl<F> PinnedDrop for ClientFuture<F> {
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

impl<F> ClientFuture<F> {
    /// The future of a request with this exchange, or of one that is not measured here.
    pub(crate) fn new(inner: F, exchange: Option<Box<Exchange>>) -> Self {
        Self { inner: Some(inner), exchange }
    }
}

impl<F, B, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: 'static,
{
    type Output = Result<Response<MeasuredClientBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else { return Poll::Pending };
        let polled = match this.exchange {
            Some(exchange) => {
                exchange.wait();
                let following = Following::begin();
                let polled = exchange.run(|| inner.poll(cx));
                for redirect in following.end() {
                    exchange.redirect(&redirect);
                }
                polled
            }
            None => inner.poll(cx),
        };
        let result = ready!(polled);
        let exchange = this.exchange.take();
        Poll::Ready(match result {
            Ok(response) => {
                let exchange = exchange.and_then(|exchange| exchange.respond(&response));
                Ok(response.map(|body| MeasuredClientBody::new(body, exchange)))
            }
            Err(error) => {
                if let Some(mut exchange) = exchange {
                    exchange.fail(&error);
                }
                Err(error)
            }
        })
    }
}
