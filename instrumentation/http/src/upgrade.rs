//! Connections that were handed to another protocol, measured until they end.
//!
//! A server hands over an upgraded connection through the `OnUpgrade` it left in the request, and
//! a layer sees nothing of it afterwards: the response is complete as soon as its head is sent.
//! hyper has no way to wrap what `OnUpgrade` yields. So an upgrade request gets an `OnUpgrade` of
//! our own making: hyper's server run on a connection in memory, which reads one canned upgrade
//! request, answers it when the real upgrade has happened, and then hands over its connection,
//! which from there on *is* the real one. Nothing is copied, and a dropped connection is seen.

use std::{
    convert::Infallible,
    fmt,
    future::{self, Future},
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use http::{Request, Response, StatusCode, header};
use hyper::{
    rt::{Read, ReadBufCursor, Write},
    server::conn::http1,
    service::service_fn,
    upgrade::{self, OnUpgrade, Upgraded},
};
use tokio::runtime::Handle;

use crate::{exchange::Exchange, series::StreamKind, stream::OpenStream};

/// An upgrade a client asked for, until the service has answered.
pub(crate) struct PendingUpgrade {
    kind: StreamKind,
    server: OnUpgrade,
    runtime: Handle,
    handover: Handover,
}

impl PendingUpgrade {
    /// Steps between the server and the service if `request` asks for an upgrade.
    ///
    /// An offer of `h2c`, which many clients send with every request, is left alone: no server here
    /// accepts it. Outside a tokio runtime nobody could wait for the upgrade; there the request is left alone,
    /// and what becomes of its connection is not measured.
    pub(crate) fn of<B>(request: &mut Request<B>) -> Option<Box<Self>> {
        request.extensions().get::<OnUpgrade>()?;
        if upgrade_token(request).is_some_and(|token| token.eq_ignore_ascii_case(b"h2c")) {
            return None;
        }
        let runtime = Handle::try_current().ok()?;
        let (handover, for_service) = Handover::prepare()?;
        let server = request.extensions_mut().insert(for_service)?;
        Some(Box::new(Self { kind: kind(request), server, runtime, handover }))
    }

    /// The service agreed: once the server has handed the connection over, it counts as a stream,
    /// until it is dropped.
    pub(crate) fn accept(self, exchange: &Exchange) {
        let stream = exchange.stream(self.kind);
        let Self { server, handover, runtime, .. } = self;
        runtime.spawn(async move {
            // When the upgrade fails, because the client has gone or the server refuses it, dropping
            // the handover tells the service the same.
            if let Ok(connection) = server.await {
                let stream = stream.open();
                handover.complete(MeasuredConnection { connection, _stream: stream }).await;
            }
        });
    }
}

impl fmt::Debug for PendingUpgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingUpgrade").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn kind<B>(request: &Request<B>) -> StreamKind {
    let is_websocket = match upgrade_token(request) {
        Some(token) => token.eq_ignore_ascii_case(b"websocket"),
        // Over HTTP/2 there is no `Upgrade` (RFC 8441, section 5).
        None => request.headers().contains_key(header::SEC_WEBSOCKET_VERSION),
    };
    if is_websocket { StreamKind::WebSocket } else { StreamKind::Upgrade }
}

fn upgrade_token<B>(request: &Request<B>) -> Option<&[u8]> {
    request.headers().get(header::UPGRADE).map(header::HeaderValue::as_bytes)
}

/// hyper's server on a connection in memory, waiting to answer its one upgrade request.
struct Handover {
    server: Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>,
    connection: Slot,
}

type Slot = Arc<Mutex<Option<MeasuredConnection>>>;

impl Handover {
    /// A handover, and the `OnUpgrade` it will fulfil.
    fn prepare() -> Option<(Self, OnUpgrade)> {
        let connection = Slot::default();
        let on_upgrade = Arc::new(Mutex::new(None));
        let answer = {
            let (connection, on_upgrade) = (Arc::clone(&connection), Arc::clone(&on_upgrade));
            service_fn(move |request| {
                *lock(&on_upgrade) = Some(upgrade::on(request));
                let connection = Arc::clone(&connection);
                future::poll_fn(move |_| {
                    if lock(&connection).is_none() {
                        return Poll::Pending;
                    }
                    let mut response = Response::new(String::new());
                    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                    Poll::Ready(Ok::<_, Infallible>(response))
                })
            })
        };
        let io =
            HandoverIo::Handshake { request: CANNED_REQUEST, connection: Arc::clone(&connection) };
        let mut server = Box::pin(
            http1::Builder::new()
                .header_read_timeout(None)
                .serve_connection(io, answer)
                .with_upgrades(),
        );
        // The request is there already, so one poll brings the server to its answer.
        let _ = server.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let on_upgrade = lock(&on_upgrade).take()?;
        Some((Self { server, connection }, on_upgrade))
    }

    /// Answers, and hands over `connection`.
    async fn complete(self, connection: MeasuredConnection) {
        *lock(&self.connection) = Some(connection);
        // It can only fail as the real connection does, which the service then sees for itself.
        let _ = self.server.await;
    }
}

const CANNED_REQUEST: &[u8] =
    b"GET / HTTP/1.1\r\nHost: kymo\r\nConnection: upgrade\r\nUpgrade: kymo\r\n\r\n";

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// The connection a [`Handover`] hands over.
enum HandoverIo {
    /// The rest of the canned request, which is not read yet, and where the real connection will be.
    Handshake { request: &'static [u8], connection: Slot },
    /// The canned request is answered: this is the real connection.
    Live(MeasuredConnection),
}

/// An upgraded connection, and the stream it counts as.
struct MeasuredConnection {
    connection: Upgraded,
    _stream: OpenStream,
}

impl HandoverIo {
    fn live(&mut self) -> Option<Pin<&mut Upgraded>> {
        match self {
            Self::Handshake { .. } => None,
            Self::Live(live) => Some(Pin::new(&mut live.connection)),
        }
    }
}

impl Read for HandoverIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Live(live) => Pin::new(&mut live.connection).poll_read(cx, buf),
            // Nothing will come: the server is polled again when there is an answer to write.
            Self::Handshake { request: [], .. } => Poll::Pending,
            Self::Handshake { request, .. } => {
                let (now, later) = request.split_at(request.len().min(buf.remaining()));
                buf.put_slice(now);
                *request = later;
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl Write for HandoverIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(live) = self.live() {
            return live.poll_write(cx, buf);
        }
        // The answer to the canned request goes nowhere; behind it the connection is the real one.
        if let Self::Handshake { connection, .. } = &*self
            && buf.ends_with(END_OF_HEAD)
        {
            let connection = lock(connection).take();
            if let Some(connection) = connection {
                *self = Self::Live(connection);
            }
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(live) = self.live() {
            return live.poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.poll_write(cx, first.map_or(&[], |buf| &**buf))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Handshake { .. } => false,
            Self::Live(live) => live.connection.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.live().map_or(Poll::Ready(Ok(())), |live| live.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.live().map_or(Poll::Ready(Ok(())), |live| live.poll_shutdown(cx))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
