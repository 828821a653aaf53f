//! The thread of a listener.

use std::{io, sync::mpsc, thread, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::{oneshot, watch},
};

use crate::{
    Endpoint,
    server::accept,
    socket::{Accepting, Socket},
    traces::Traces,
};

/// A thread of its own, with a runtime of its own, so that scrapes are answered however busy the
/// program's are.
#[derive(Debug)]
pub(crate) struct ListenerThread {
    stop: oneshot::Sender<Stop>,
    /// Whether a scrape came that was awaited; it closes when the thread is done.
    done: oneshot::Receiver<bool>,
}

/// How a listener stops.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stop {
    /// Within what time.
    pub(crate) timeout: Duration,
    /// Whether it awaits one more scrape.
    pub(crate) is_awaited: bool,
}

impl ListenerThread {
    /// Starts to accept connections, until it is stopped or the runtime that this is called in ends.
    ///
    /// # Errors
    ///
    /// The system has no thread left, or nothing for its runtime to wait with.
    pub(crate) fn start(
        sockets: Vec<Socket>,
        traces: Traces,
        endpoint: Endpoint,
    ) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (mut running, done) = oneshot::channel();
        let (alive, ended) = watch::channel(());
        // It is dropped with the program's runtime.
        tokio::spawn(async move { alive.closed().await });
        let (sender, started) = mpsc::sync_channel(1);
        // The runtime is made and dropped over there: in the caller's runtime it must not be dropped.
        let body = move || match runtime(sockets) {
            Ok((runtime, listener)) => {
                drop(sender.send(Ok(())));
                let stop = told_to_stop(stopped, ended.clone());
                let forsaken = async {
                    tokio::select! {
                        () = end(ended) => {}
                        () = running.closed() => {}
                    }
                };
                let came = runtime.block_on(accept(listener, traces, endpoint, stop, forsaken));
                drop(runtime);
                // Whoever waited may have left.
                let _ = running.send(came);
            }
            Err(error) => {
                // Whoever tries again at once writes files of the same names.
                drop(traces);
                drop(sender.send(Err(error)));
            }
        };
        thread::Builder::new().name("kymo-listener".to_owned()).spawn(body)?;
        started.recv().unwrap_or_else(|_| Err(io::Error::other("it ended at once")))?;
        Ok(Self { stop, done })
    }

    /// Ends the thread; whether a scrape came that was awaited.
    pub(crate) async fn stop(self, stop: Stop) -> bool {
        // The thread may have ended already, with the program's runtime.
        let _ = self.stop.send(stop);
        self.done.await.unwrap_or(false)
    }
}

/// A runtime, and the sockets in it.
fn runtime(sockets: Vec<Socket>) -> io::Result<(Runtime, Accepting)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let listener = Accepting::enter(sockets)?;
    drop(entered);
    Ok((runtime, listener))
}

/// Waits until somebody wants a stop, and says how.
async fn told_to_stop(stop: oneshot::Receiver<Stop>, ended: watch::Receiver<()>) -> Stop {
    tokio::select! {
        // An error is that the handle was dropped: nobody will ask to stop any more.
        Ok(stop) = stop => stop,
        () = end(ended) => Stop::default(),
    }
}

/// Waits for the end of the program's runtime.
async fn end(mut ended: watch::Receiver<()>) {
    // Nothing is ever sent.
    let _ = ended.changed().await;
}
