//! The thread that talks to the receiver.

use std::{
    convert::Infallible,
    future::Future,
    io,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use opentelemetry::Context;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
    task::{AbortHandle, JoinError},
    time,
};

use crate::Error;

/// The name of the thread, and of those it looks up names on.
const NAME: &str = "kymo-push-wire";

/// A thread with the connections, and nothing else.
///
/// The receiver decides how busy that thread is, so nobody's clock runs there: who waits for what
/// happens on it keeps the time elsewhere.
#[derive(Debug)]
pub(crate) struct Wire {
    runtime: Handle,
    /// With it goes the thread.
    _alive: oneshot::Sender<Infallible>,
}

/// Why nothing came of what ran on the wire.
#[derive(Debug)]
pub(crate) enum Cut {
    Late,
    Panicked,
}

impl Wire {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system has no thread left, or nothing for its runtime to wait with.
    pub(crate) fn start() -> Result<Self, Error> {
        let (sender, started) = mpsc::sync_channel(1);
        let (alive, ended) = oneshot::channel();
        // The runtime is made and dropped over there: in the caller's runtime it must not be dropped.
        let body = move || match runtime() {
            Ok(runtime) => {
                let _suppressed = Context::enter_telemetry_suppressed_scope();
                drop(sender.send(Ok(runtime.handle().clone())));
                drop(runtime.block_on(ended));
                // A look-up that never returns is not waited for.
                runtime.shutdown_background();
            }
            Err(error) => drop(sender.send(Err(error))),
        };
        let thread = |source| Error::Thread { source };
        thread::Builder::new().name(NAME.to_owned()).spawn(body).map_err(thread)?;
        let started = started.recv().unwrap_or_else(|_| Err(io::Error::other("it ended at once")));
        Ok(Self { runtime: started.map_err(thread)?, _alive: alive })
    }

    /// Runs `work` over there and waits for it here, until `deadline`; it is dropped then, as soon as
    /// that thread comes to it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        deadline: Instant,
    ) -> Result<T, Cut> {
        let work = self.runtime.spawn(work);
        let _abort = Abort(work.abort_handle());
        let panicked = |_: JoinError| Cut::Panicked;
        time::timeout_at(deadline.into(), work).await.map_err(|_| Cut::Late)?.map_err(panicked)
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .thread_name(NAME)
        .thread_keep_alive(Duration::from_secs(1))
        .max_blocking_threads(8)
        .build()
}

/// Ends work that nobody waits for any longer.
struct Abort(AbortHandle);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_is_kept_busy_stops_no_clock() {
        let wire = Wire::start().unwrap();
        let started = Instant::now();
        let busy = async { thread::sleep(Duration::from_secs(5)) };
        let late = wire.run(busy, started + Duration::from_millis(50)).await;
        assert!(matches!(late, Err(Cut::Late)), "{late:?}");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn a_panic_over_there_is_told() {
        let wire = Wire::start().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let panicked = wire.run(async { panic!("no") }, deadline).await;
        assert!(matches!(panicked, Err::<(), _>(Cut::Panicked)), "{panicked:?}");
        assert_eq!(wire.run(async { 7 }, deadline).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_dropped() {
        let wire = Wire::start().unwrap();
        let (held, mut dropped) = oneshot::channel::<()>();
        let never = async move {
            let _held = held;
            std::future::pending::<()>().await;
        };
        wire.run(never, Instant::now()).await.unwrap_err();
        let dropped = time::timeout(Duration::from_secs(10), &mut dropped).await;
        dropped.unwrap().unwrap_err();
    }
}
