//! The thread of a listener.

use std::{io, net, sync::mpsc, thread, time::Duration};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    sync::oneshot,
};

use crate::{Endpoint, server::accept};

/// A thread of its own, with a runtime of its own, so that scrapes are answered however busy the
/// program's are.
#[derive(Debug)]
pub(crate) struct ListenerThread {
    stop: oneshot::Sender<Duration>,
    /// Nothing is ever sent: it closes when the thread is done.
    done: oneshot::Receiver<()>,
}

impl ListenerThread {
    /// Starts to accept connections, until it is stopped or the runtime that this is called in ends.
    ///
    /// # Errors
    ///
    /// The system has no thread left, or nothing for its runtime to wait with.
    pub(crate) fn start(listener: TcpListener, endpoint: Endpoint) -> io::Result<Self> {
        let listener = listener.into_std()?;
        let (stop, stopped) = oneshot::channel();
        let (running, done) = oneshot::channel::<()>();
        let (mut alive, ended) = oneshot::channel::<()>();
        // It is dropped with the program's runtime.
        tokio::spawn(async move { alive.closed().await });
        let (sender, started) = mpsc::sync_channel(1);
        // The runtime is made and dropped over there: in the caller's runtime it must not be dropped.
        let body = move || match runtime(listener) {
            Ok((runtime, listener)) => {
                drop(sender.send(Ok(())));
                runtime.block_on(accept(listener, endpoint, told_to_stop(stopped, ended)));
                drop(runtime);
                drop(running);
            }
            Err(error) => drop(sender.send(Err(error))),
        };
        thread::Builder::new().name("kymo-listener".to_owned()).spawn(body)?;
        started.recv().unwrap_or_else(|_| Err(io::Error::other("it ended at once")))?;
        Ok(Self { stop, done })
    }

    /// Ends the thread within `timeout`.
    pub(crate) async fn stop(self, timeout: Duration) {
        // The thread may have ended already, with the program's runtime.
        let _ = self.stop.send(timeout);
        let _ = self.done.await;
    }
}

/// A runtime, and the listener in it.
fn runtime(listener: net::TcpListener) -> io::Result<(Runtime, TcpListener)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    drop(entered);
    Ok((runtime, listener))
}

/// Waits until somebody wants a stop, and says within what time.
async fn told_to_stop(stop: oneshot::Receiver<Duration>, ended: oneshot::Receiver<()>) -> Duration {
    tokio::select! {
        // An error is that the handle was dropped: nobody will ask to stop any more.
        Ok(timeout) = stop => timeout,
        _ = ended => Duration::ZERO,
    }
}
