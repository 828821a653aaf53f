//! Drops a future that has begun.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// Polls `future` once, which is not to be ready, and drops it.
pub(crate) async fn give_up(future: impl Future) {
    let mut future = pin!(future);
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// Runs `future`, which never ends, for long enough to be where it waits for ever.
pub(crate) async fn under_way(future: impl Future + Unpin) {
    let waited = tokio::time::timeout(Duration::from_millis(300), future).await;
    assert!(waited.is_err(), "it was never to end");
}
