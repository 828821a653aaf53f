//! A server of tonic on a free port.

use std::{future::Future, net::SocketAddr};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{self, Channel, Endpoint};

use super::echo::{Client, Echo};
use crate::server_meters::ServerMeters;

/// A server of tonic, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<Result<(), transport::Error>>,
}

impl Server {
    /// Starts what `serve` makes of the connections.
    pub(crate) async fn start<F>(serve: impl FnOnce(TcpListenerStream) -> F) -> Self
    where
        F: Future<Output = Result<(), transport::Error>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, serving: tokio::spawn(serve(TcpListenerStream::new(listener))) }
    }

    /// Serves [`Echo`], measured by `meters`.
    pub(crate) async fn echo(meters: &ServerMeters) -> Self {
        let router = transport::Server::builder().layer(meters.layer()).add_service(Echo);
        Self::start(|incoming| router.serve_with_incoming(incoming)).await
    }

    pub(crate) async fn channel(&self) -> Channel {
        Endpoint::new(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn client(&self) -> Client {
        Client::new(self.channel().await)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
