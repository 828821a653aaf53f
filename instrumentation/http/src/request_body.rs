//! The body of a measured request.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{frame::data_len, mark};

pin_project! {
    /// A request's body that counts the bytes the service reads from it, and changes nothing.
    #[derive(Debug)]
    pub struct MeasuredRequestBody<B> {
        #[pin]
        inner: B,
        bytes: Option<Arc<AtomicU64>>,
        // Whether its request is measured; one that is skipped has this type, too.
        is_measured: bool,
    }
}

impl<B> MeasuredRequestBody<B> {
    /// The body of a measured request, which counts its bytes if there are any to count.
    pub(crate) fn measured(inner: B, bytes: Option<Arc<AtomicU64>>) -> Self {
        Self { inner, bytes, is_measured: true }
    }

    /// The body of a request that this layer does not measure.
    pub(crate) fn unmeasured(inner: B) -> Self {
        Self { inner, bytes: None, is_measured: false }
    }
}

impl<B: Body> Body for MeasuredRequestBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        if let (Some(bytes), Some(Ok(frame))) = (this.bytes, &frame) {
            bytes.fetch_add(data_len(frame) as u64, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        if self.is_measured {
            mark::answer();
        }
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Default> Default for MeasuredRequestBody<B> {
    /// A body of no request: it counts nothing.
    fn default() -> Self {
        Self::unmeasured(B::default())
    }
}

/// The body of a measured request that has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeasuredEmptyBody;

impl Body for MeasuredEmptyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        mark::answer();
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}
