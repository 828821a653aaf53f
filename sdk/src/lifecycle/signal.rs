//! The wish of the operating system that the process ends.

use std::{future::Future, io};

/// Completes when the process is asked to stop: on Ctrl-C, and on Unix on SIGTERM too.
///
/// It listens from this call on, not from the first poll, and the process is no longer killed by
/// these signals: end it when the future completes.
///
/// ```no_run
/// # async fn serve(listener: tokio::net::TcpListener, app: axum::Router, telemetry: kymo::Telemetry)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// axum::serve(listener, app).with_graceful_shutdown(kymo::shutdown_signal()?).await?;
/// telemetry.shutdown(std::time::Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When there is no tokio runtime, or the operating system gives no handler.
///
/// # Panics
///
/// In a tokio runtime whose I/O driver is not enabled, as every tokio signal does.
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(io::Error::other("there is no tokio runtime; call it inside of one"));
    }
    listen()
}

#[cfg(unix)]
fn listen() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use std::{future::poll_fn, task::Poll};

    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    Ok(poll_fn(move |cx| {
        // Both are polled, so that either wakes.
        let asked = signals.each_mut().map(|signal| signal.poll_recv(cx).is_ready());
        if asked.contains(&true) { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn listen() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
