//! Futures that unwind, and futures that are dropped while something else does.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

/// Panics when it is dropped.
#[derive(Debug)]
pub struct Trap;

impl Drop for Trap {
    fn drop(&mut self) {
        panic!("a trap was dropped, as the law wants");
    }
}

/// Runs `future` until it unwinds, and drops it then.
///
/// # Panics
///
/// When it ends well.
pub async fn unwind<F: Future + Send>(future: F) {
    let mut future = Box::pin(future);
    let unwound = poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context).is_pending())) {
            Ok(true) => Poll::Pending,
            Ok(false) => Poll::Ready(false),
            Err(_) => Poll::Ready(true),
        }
    })
    .await;
    assert!(unwound, "the operation was to unwind, and ended well");
}

/// Polls `future` once, and drops it, which is to unwind.
///
/// # Panics
///
/// When it is ready at once, since it is to be under way, and when it can be dropped in peace.
pub async fn unwind_in_drop<F: Future + Send>(future: F) {
    let mut future = Box::pin(future);
    let is_pending = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending()));
    assert!(is_pending.await, "the operation was to be under way, and was over at once");
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
    assert!(dropped.is_err(), "the operation was to unwind while it is dropped, and did not");
}

/// Polls `future` once, and has it dropped by a panic that is none of its own.
///
/// # Panics
///
/// When it is ready at once: it is to be under way.
pub async fn drop_while_unwinding<F: Future + Send>(future: F) {
    let mut future = Box::pin(future);
    let is_pending = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending()));
    assert!(is_pending.await, "the operation was to be under way, and was over at once");
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _dropped_on_the_way_out = future;
        panic!("something else unwinds, as the law wants");
    }));
    debug_assert!(unwound.is_err());
}
