//! Waiting for what another task or thread records.

use std::{
    future::{Future, poll_fn},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use crate::{reader::SnapshotReader, snapshot::Snapshot};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

impl SnapshotReader {
    /// The first snapshot that is as `wanted`, looking again and again for at most `limit`: for
    /// what a server records in a task of its own, a moment after its client has the answer.
    ///
    /// It needs no timer of a runtime, and works in any.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use kymo_testing::TestMeters;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let meters = TestMeters::new();
    /// # let sold = meters.meter("bookshop").u64_counter("books.sold").build();
    /// let sale = tokio::spawn(async move { sold.add(1, &[]) });
    /// let soon = Duration::from_secs(5);
    /// let is_sold = |metrics: &kymo_testing::Snapshot| {
    ///     metrics.counter("books.sold").try_value() == Some(1.into())
    /// };
    /// let metrics = meters.eventually(soon, is_sold).await;
    /// metrics.assert_absent("books.stolen");
    /// # sale.await.unwrap();
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When it is not so within `limit`; the message shows the last snapshot.
    pub async fn eventually(
        &self,
        limit: Duration,
        wanted: impl Fn(&Snapshot) -> bool,
    ) -> Snapshot {
        let start = Instant::now();
        loop {
            let snapshot = self.snapshot();
            if wanted(&snapshot) {
                return snapshot;
            }
            let text = snapshot.rendering().without_resource();
            assert!(start.elapsed() < limit, "still not so after {limit:?}; there is:\n{text}");
            pause().await;
        }
    }
}

/// Comes back after [`PAUSE`], or earlier when the task is woken for another reason.
fn pause() -> impl Future<Output = ()> {
    let mut is_over = false;
    poll_fn(move |context| {
        if is_over {
            return Poll::Ready(());
        }
        is_over = true;
        let waker = context.waker().clone();
        thread::spawn(move || {
            thread::sleep(PAUSE);
            waker.wake();
        });
        Poll::Pending
    })
}
