//! The thread, and how it begins and ends.

use std::{
    io,
    sync::{Arc, Mutex, atomic::AtomicBool, mpsc},
    thread,
};

use opentelemetry::Context;
use tokio::runtime::{Builder, Runtime};

use crate::{
    Error, FlushError, Schedule, cycle::Cycle, export::Export, health::Health, mailbox::Mailbox,
    observer::Observer, source::Source, worker::Worker,
};

/// The name of the thread, and of those it looks up names and collects on.
const NAME: &str = "kymo-push";

/// Starts the thread that pushes.
///
/// # Errors
///
/// The system has no thread left, or nothing for its runtime to wait with.
pub(crate) fn spawn(
    exporter: impl Export,
    schedule: Schedule,
    source: Arc<Source>,
    mailbox: Arc<Mailbox>,
    observer: Arc<Observer>,
    to_stderr: Arc<AtomicBool>,
) -> Result<(), Error> {
    let health = Health::new(exporter.target(), to_stderr);
    let collecting = Mutex::default();
    let cycle = Arc::new(Cycle { exporter, source, observer, collecting });
    let end = End { mailbox: Arc::clone(&mailbox), outcome: Err(FlushError::Stopped) };
    let worker = Worker { cycle, schedule, mailbox, health, silence: None };

    // The runtime is made and dropped over there: in the caller's runtime it must not be dropped.
    let (sender, started) = mpsc::sync_channel(1);
    let body = move || match runtime() {
        Ok(runtime) => {
            drop(sender.send(Ok(())));
            work(runtime, worker, end);
        }
        Err(error) => drop(sender.send(Err(error))),
    };
    let thread = |source| Error::Thread { source };
    thread::Builder::new().name(NAME.to_owned()).spawn(body).map_err(thread)?;
    started.recv().unwrap_or_else(|_| Err(io::Error::other("it ended at once"))).map_err(thread)
}

/// A runtime with a clock and without sockets; what blocks has eight threads at most.
fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_time().thread_name(NAME).max_blocking_threads(8).build()
}

/// Works until the stop, and answers everybody who waits when the thread ends.
fn work(runtime: Runtime, worker: Worker<impl Export>, mut end: End) {
    let _suppressed = Context::enter_telemetry_suppressed_scope();
    let mailbox = Arc::clone(&end.mailbox);
    end.outcome = runtime.block_on(async move {
        tokio::select! {
            outcome = worker.run() => outcome,
            () = mailbox.keep_time() => Err(FlushError::Stopped),
        }
    });
    // A callback or a look-up that never returns is not waited for.
    runtime.shutdown_background();
}

/// Answers everybody who still waits when the thread ends, however it ends.
struct End {
    mailbox: Arc<Mailbox>,
    outcome: Result<(), FlushError>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.mailbox.close(&self.outcome);
    }
}
