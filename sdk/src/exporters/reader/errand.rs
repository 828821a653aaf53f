//! Work that may block for longer than anybody wants to wait.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use futures_channel::oneshot;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};

/// The work of an errand, given the time there is for it.
type Work = Box<dyn FnOnce(Duration) -> OTelSdkResult + Send>;

/// Work that runs on a thread of its own, which is left alone when the time is over.
pub(crate) struct Errand(Option<Work>);

impl Errand {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn new(work: impl FnOnce(Duration) -> OTelSdkResult + Send + 'static) -> Self {
        Self(Some(Box::new(work)))
    }

    /// Begins it, and gives the function that waits for it until `timeout` is over.
    pub(crate) fn begin(self, timeout: Duration) -> impl FnOnce() -> OTelSdkResult {
        let deadline = Instant::now().checked_add(timeout);
        let (done, outcome) = mpsc::sync_channel(1);
        let begun = match self.0 {
            None => {
                drop(done.try_send(Ok(())));
                Ok(())
            }
            Some(work) => spawn(move || drop(done.try_send(work(timeout)))),
        };
        move || {
            begun?;
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            match outcome.recv_timeout(left.unwrap_or(timeout)) {
                Ok(outcome) => outcome,
                Err(mpsc::RecvTimeoutError::Timeout) => Err(OTelSdkError::Timeout(timeout)),
                Err(mpsc::RecvTimeoutError::Disconnected) => Err(OTelSdkError::InternalFailure(
                    "a reader of the application panicked".into(),
                )),
            }
        }
    }

    /// As [`Errand::begin`], without blocking, on any executor.
    pub(crate) fn run(self, timeout: Duration) -> impl Future<Output = OTelSdkResult> + Send {
        let (done, outcome) = oneshot::channel();
        let begun = match self.0 {
            None => {
                drop(done.send(Ok(())));
                Ok(())
            }
            // A second thread keeps the time.
            work => spawn(move || drop(done.send(Self(work).begin(timeout)()))),
        };
        async move {
            begun?;
            outcome.await.unwrap_or(Err(OTelSdkError::Timeout(timeout)))
        }
    }
}

/// Runs `work` on a thread of its own.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) -> OTelSdkResult {
    let spawned = thread::Builder::new().name("kymo-readers".to_owned()).spawn(work);
    spawned.map(drop).map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
}
