//! One connection, from its first byte to its last.

use std::{convert::Infallible, future::pending, net::IpAddr, sync::Arc, time::Duration};

use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::Watcher,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Notify,
};

use crate::{
    Endpoint,
    access::{Client, Guard, Refusal, Verdict},
    activity::Activity,
    body::ScrapeBody,
    endpoint::answer_method,
    future::{ScrapeFuture, text},
    last_scrape::LastScrape,
    timed_stream::TimedStream,
};

/// How long an exchange may take; Prometheus waits 10 s for a scrape unless told otherwise.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
/// How long a connection may be idle; longer than the usual scrape interval.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes that are held of a request's head, and for a client that does not read. A head may have twice as
/// many, as the last reading ends. Prometheus sends a few hundred.
pub(crate) const HELD: u32 = 32 * 1024;

/// Who converses.
pub(crate) struct Parties {
    pub(crate) endpoint: Endpoint,
    /// Where the client is.
    pub(crate) address: IpAddr,
    pub(crate) activity: Arc<Activity>,
    pub(crate) last: Arc<LastScrape>,
}

/// Converses on `stream`, until one of both ends it, or the rules no longer know the client.
pub(crate) async fn converse<S>(stream: S, parties: Parties, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Parties { endpoint, address, activity, last } = parties;
    let guard = endpoint.guard().cloned();
    if let Some(guard) = guard.as_ref().filter(|guard| !guard.lets_connect(address)) {
        guard.refused(Refusal::Network);
        return;
    }
    let tls = guard.as_ref().and_then(|guard| guard.rules().demands.tls().cloned());
    let certified = tls.as_ref().map(|tls| tls.clients.clone());
    let client = Client { address: Some(address), certified };
    let over = Notify::new();
    let conversation = Conversation { endpoint, client, guard, activity, last, over };
    match tls {
        None => conversation.serve(stream, watcher).await,
        Some(tls) => tls.converse(conversation, stream, watcher).await,
    }
}

/// A connection that has begun.
pub(crate) struct Conversation {
    pub(crate) endpoint: Endpoint,
    pub(crate) client: Client,
    pub(crate) guard: Option<Arc<Guard>>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) last: Arc<LastScrape>,
    /// Whether there is nothing more to say to this client.
    pub(crate) over: Notify,
}

impl Conversation {
    pub(crate) async fn serve<S>(self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let conversation = Arc::new(self);
        let served = Arc::clone(&conversation);
        let service = service_fn(move |request| Arc::clone(&served).answer(request));
        let activity = Arc::clone(&conversation.activity);
        let stream = TokioIo::new(TimedStream::new(stream, activity, Some(LIMIT)));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(HELD as usize)
            .serve_connection(stream, service);
        // A scraper that goes away is no failure of ours.
        tokio::select! {
            _ = watcher.watch(connection) => {}
            () = conversation.over.notified() => {}
        }
    }

    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<ScrapeBody>, Infallible> {
        let answering = self.activity.answering();
        let is_http1 = request.version() < Version::HTTP_2;
        let mut response = self.judge(request).await?;
        if is_http1 && response.body().is_end_stream() {
            // hyper holds back the next response until this one's body is written. Without a body,
            // the responses to a client that only asks would pile up.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response.map(|body| body.held(answering)))
    }

    async fn judge(&self, request: Request<Incoming>) -> Result<Response<ScrapeBody>, Infallible> {
        let Some(guard) = &self.guard else { return self.route(request).await };
        let rules = guard.rules();
        if !self.client.is_known_to(&rules) {
            // Without a word: a scraper takes it for a connection that was idle for too long, and comes
            // again with what it must have now.
            self.over.notify_one();
            return pending().await;
        }
        let judged = match guard.judge(&rules, &self.client, request.headers()) {
            Verdict::Admitted => Ok(()),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Waiting(answer) => guard.conclude(answer.await.ok()),
        };
        let mut response = match judged {
            Ok(()) => self.route(request).await?,
            Err(refusal) => guard.refuse(refusal),
        };
        guard.dress(&mut response);
        Ok(response)
    }

    async fn route(&self, request: Request<Incoming>) -> Result<Response<ScrapeBody>, Infallible> {
        let path = request.uri().path();
        let beside = self.endpoint.scraper().and_then(|scraper| scraper.beside.at(path));
        if let Some(site) = beside.cloned() {
            return ScrapeFuture::of(site.asked(request.into_parts().0)).await;
        }
        // `OPTIONS *` asks about all of the server (RFC 9110, section 9.3.7), and nothing else asks so.
        let is_known = matches!(path, "/" | "/metrics");
        if !is_known && (path != "*" || request.method() != Method::OPTIONS) {
            let sentence = "Not found; the metrics are at /metrics, and what there is is at /.\n";
            return Ok(headed(text(StatusCode::NOT_FOUND, sentence), request.method()));
        }
        if let Some(answer) = answer_method(request.method()) {
            return Ok(answer);
        }
        if path == "/" {
            return Ok(self.endpoint.overview(&request).await);
        }
        let asked = self.endpoint.asked(&request);
        let Some(since) = self.last.wanted().filter(|_| asked.is_whole()) else {
            return ScrapeFuture::of(asked).await;
        };
        let response = ScrapeFuture::of(asked.collected_since(since)).await?;
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let (last, is_http2) = (Arc::clone(&self.last), request.version() == Version::HTTP_2);
        Ok(response.map(|body| body.told(last, is_http2)))
    }
}

/// The response, or its head alone where the method wants no more.
fn headed(response: Response<ScrapeBody>, method: &Method) -> Response<ScrapeBody> {
    if method != Method::HEAD {
        return response;
    }
    let length = HeaderValue::from(response.body().size_hint().lower());
    let mut response = response.map(|_| ScrapeBody::empty());
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    response
}
