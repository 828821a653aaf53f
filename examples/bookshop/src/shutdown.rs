//! The wish to stop: Ctrl-C or SIGTERM.

use std::io;

use tokio::sync::watch;

/// Tells every holder that the process was asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Listens for the signals from now on, instead of being killed by them.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let asked = kymo::shutdown_signal()?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            asked.await;
            sender.send_replace(true);
        });
        Ok(Self(receiver))
    }

    /// Completes when the stop is asked for, and at once ever after.
    pub(crate) async fn requested(mut self) {
        // A lost sender means that the runtime is going away: also a stop.
        let _ = self.0.wait_for(|asked| *asked).await;
    }
}
