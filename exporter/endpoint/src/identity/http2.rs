//! A connection of HTTP/2, which clients ask for in a handshake.

use std::{sync::Arc, time::Duration};

use hyper::{server::conn::http2, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::Watcher,
};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{
    conversation::{Conversation, HELD, LIMIT, PATIENCE},
    timed_stream::TimedStream,
};

/// Streams that one connection may have at once; Prometheus has one.
const STREAMS: u32 = 8;
const BUFFER: usize = 16 * 1024;
/// How often a client must say that it is there.
const PING: Duration = Duration::from_secs(20);

impl Conversation {
    pub(super) async fn serve_http2<S>(self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let conversation = Arc::new(self);
        let served = Arc::clone(&conversation);
        let service = service_fn(move |request| Arc::clone(&served).answer(request));
        let activity = Arc::clone(&conversation.activity);
        let stream = TokioIo::new(TimedStream::new(stream, Arc::clone(&activity), None));
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(2 * HELD)
            .max_send_buf_size(BUFFER)
            .keep_alive_interval(PING)
            .serve_connection(stream, service);
        // A scraper that goes away is no failure of ours.
        tokio::select! {
            _ = watcher.watch(connection) => {}
            () = conversation.over.notified() => {}
            () = activity.overdue(LIMIT, PATIENCE) => {}
        }
    }
}

#[cfg(test)]
mod tests;
