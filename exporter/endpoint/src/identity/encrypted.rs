//! A connection over TLS, from its first byte.

use std::{io, sync::Arc, time::Duration};

use hyper_util::server::graceful::Watcher;
use rustls::server::Acceptor;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time,
};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use super::tls::Tls;
use crate::{access::Refusal, activity::Activity, conversation::Conversation};

/// How long a handshake may take; as long as Prometheus waits for all of a scrape.
const HANDSHAKE: Duration = Duration::from_secs(10);

impl Tls {
    /// Converses on `stream` once both are agreed on how, by HTTP/2 with those who speak it.
    pub(crate) async fn converse<S>(&self, conversation: Conversation, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // A scanner that fails here is no failure of ours.
        if let Ok(stream) = self.handshake(stream, &conversation.activity).await {
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                conversation.serve_http2(stream, watcher).await;
            } else {
                conversation.serve(stream, watcher).await;
            }
        } else if let Some(guard) = &conversation.guard {
            guard.refused(Refusal::Handshake);
        }
    }

    async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        activity: &Activity,
    ) -> io::Result<TlsStream<S>> {
        let accepting = async {
            let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            activity.greeted();
            begun.into_stream(Arc::clone(&self.config)).await
        };
        time::timeout(HANDSHAKE, accepting).await?
    }
}
