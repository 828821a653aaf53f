//! Programs that end by themselves.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::Telemetry;

impl Telemetry {
    /// Runs `job`, ends the telemetry as [`Telemetry::shutdown`] does, and gives back what the job
    /// gave: for a batch job, a migration, a command-line tool.
    ///
    /// The last numbers are pushed also when the job fails or panics; the panic goes on then. That
    /// they could not be pushed within `timeout` is reported and changes nothing for the job.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// let telemetry = kymo::Telemetry::for_service("nightly-report").install()?;
    /// let pages = telemetry.run_job(Duration::from_secs(10), async { 42 }).await;
    /// assert_eq!(pages, 42);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the job does.
    pub async fn run_job<T>(&self, timeout: Duration, job: impl Future<Output = T>) -> T {
        let mut job = pin!(Some(job));
        let ended = poll_fn(|cx| {
            let Some(job) = job.as_mut().as_pin_mut() else { return Poll::Pending };
            match catch_unwind(AssertUnwindSafe(|| job.poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        })
        .await;
        // What it measures when it is dropped counts too.
        let dropped = catch_unwind(AssertUnwindSafe(|| job.set(None)));
        report(self.shutdown(timeout).await);
        let ended = ended.and_then(|output| dropped.map(|()| output));
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// As [`Telemetry::run_job`], for programs without an async runtime.
    ///
    /// # Panics
    ///
    /// When the job does.
    pub fn run_job_blocking<T>(&self, timeout: Duration, job: impl FnOnce() -> T) -> T {
        let ended = catch_unwind(AssertUnwindSafe(job));
        report(self.shutdown_blocking(timeout));
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

fn report(shutdown: Result<(), crate::FlushError>) {
    if let Err(error) = shutdown {
        tracing::warn!(target: "kymo", "the job has ended, and its last metrics may be lost: {error}");
    }
}
