//! What sea-orm tells its metric callback.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;
use sea_orm::metric::Info;

use kymo_sqlx::told::Onlooker;

thread_local! {
    /// Whether this thread runs a measured statement now, and what was told of it.
    static RUNNING: Cell<Running> = const { Cell::new(Running::Nothing) };
}

#[derive(Debug, Clone, Copy)]
enum Running {
    Nothing,
    Measured { told: Option<Duration> },
}

/// Takes what sea-orm tells: what runs inside a measured statement is that statement, anything else went
/// round it.
pub(crate) fn tell(onlooker: &Onlooker, info: &Info<'_>) {
    match RUNNING.get() {
        Running::Measured { .. } => RUNNING.set(Running::Measured { told: Some(info.elapsed) }),
        Running::Nothing => onlooker.seen(&info.statement.sql, info.elapsed, info.failed),
    }
}

/// Runs a piece of a measured statement, and says how long sea-orm found that it took, if it told.
pub(crate) fn inside<T>(piece: impl FnOnce() -> T) -> (T, Option<Duration>) {
    let around = Restore(RUNNING.replace(Running::Measured { told: None }));
    let answer = piece();
    let Running::Measured { told } = RUNNING.get() else { return (answer, None) };
    drop(around);
    (answer, told)
}

/// Sets back what ran before, also when the piece unwinds.
struct Restore(Running);

impl Drop for Restore {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

pin_project! {
    /// Polls and drops a future [inside] a measured statement.
    pub(crate) struct Inside<F> {
        #[pin]
        future: Option<F>,
        told: Option<Duration>,
    }

    impl<F> PinnedDrop for Inside<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            inside(|| this.future.set(None));
        }
    }
}

impl<F> Inside<F> {
    pub(crate) fn new(future: F) -> Self {
        Self { future: Some(future), told: None }
    }
}

impl<F: Future> Future for Inside<F> {
    type Output = (F::Output, Option<Duration>);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // It is there until this is dropped.
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        let (poll, told) = inside(|| future.poll(context));
        *this.told = told.or(*this.told);
        poll.map(|output| (output, *this.told))
    }
}
