//! The listener, and a stop that waits for requests but not for ever.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, time::sleep};

use crate::shutdown::Shutdown;

/// How long requests under way may take once the stop is asked for.
const GRACE: Duration = Duration::from_secs(5);

/// A bound address, not yet serving.
#[derive(Debug)]
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error("cannot listen on {0}, it is in use; stop the other program or choose with --listen")]
    InUse(SocketAddr),
    #[error("cannot listen on {address}; choose another address with --listen")]
    Other { address: SocketAddr, source: io::Error },
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        bound.await.map_err(|source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::InUse(address),
            _ => ListenError::Other { address, source },
        })
    }

    /// The real address, also when port 0 was asked for.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the stop, then lets requests under way finish for at most [`GRACE`].
    pub(crate) async fn run(self, app: Router, shutdown: Shutdown) -> io::Result<()> {
        let asked = shutdown.clone();
        let server = axum::serve(self.listener, app)
            .with_graceful_shutdown(async move { asked.requested().await });
        let overdue = async {
            shutdown.requested().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            end = server => end,
            () = overdue => Ok(()),
        }
    }
}
