//! The time of something that migrates.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    time::{Duration, Instant},
};

use sqlx::migrate::MigrateError;

use crate::failure::error_type;

/// Runs `running`, and has `record` take once how long it took and its `error.type`: when it has ended,
/// or when it is dropped. What is never polled is not recorded.
pub(crate) async fn timed<T>(
    running: impl Future<Output = Result<T, MigrateError>>,
    record: impl FnOnce(Duration, Option<&'static str>),
) -> Result<T, MigrateError> {
    let mut timing =
        Timing { started: Instant::now(), error: Some(CANCELLED), record: Some(record) };
    let mut running = pin!(running);
    let result = poll_fn(|context| {
        timing.error = Some(PANIC);
        let polled = running.as_mut().poll(context);
        timing.error = Some(CANCELLED);
        polled
    })
    .await;
    timing.error = result.as_ref().err().map(error_type);
    result
}

struct Timing<R: FnOnce(Duration, Option<&'static str>)> {
    started: Instant,
    error: Option<&'static str>,
    record: Option<R>,
}

impl<R: FnOnce(Duration, Option<&'static str>)> Drop for Timing<R> {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            record(self.started.elapsed(), self.error);
        }
    }
}

const CANCELLED: &str = "cancelled";
const PANIC: &str = "panic";
