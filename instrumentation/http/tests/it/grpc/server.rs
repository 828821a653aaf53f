//! A server of tonic on a free port.

use std::{future::Future, net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    body::Body,
    transport::{self, Channel, Endpoint},
};
use tower::util::MapRequestLayer;

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

    /// The same, and tells when a `slow` call has begun.
    pub(crate) async fn saying_what_begins(meters: &ServerMeters) -> (Self, Arc<Notify>) {
        Self::saying_what_begins_in(transport::Server::builder(), meters).await
    }

    /// The same, of a server with such settings.
    pub(crate) async fn saying_what_begins_in(
        server: transport::Server,
        meters: &ServerMeters,
    ) -> (Self, Arc<Notify>) {
        let begun = Arc::new(Notify::new());
        let told = Arc::clone(&begun);
        let tell = MapRequestLayer::new(move |mut request: http::Request<Body>| {
            request.extensions_mut().insert(Arc::clone(&told));
            request
        });
        let router = server.layer(meters.layer()).layer(tell).add_service(Echo);
        (Self::start(|incoming| router.serve_with_incoming(incoming)).await, begun)
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
