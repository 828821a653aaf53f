//! OTLP/HTTP in protobuf.
//!
//! The requests are made here and not by `opentelemetry-otlp`, whose exporter merges headers from
//! the environment into the given ones, and keeps to itself the status and the refused points of an
//! answer, which have to be counted.

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Collected, Full, LengthLimitError, Limited};
use opentelemetry_sdk::metrics::data::ResourceMetrics;

use crate::{
    Compression, Destination, Error, answer,
    client::{Client, causes},
    component::Component,
    endpoint::{Endpoint, headers},
    escort::Escort,
    export::{Export, Receipt},
    failure::{Failure, Kind, Status},
    message::encode,
    session::Session,
};

/// The longest answer that is read, in bytes.
pub(crate) const LONGEST_ANSWER: usize = 4 * 1024 * 1024;
/// As much as is read of an answer that refuses, in bytes.
const LONGEST_REFUSAL: usize = 64 * 1024;
/// How long the rest of a refusal is awaited, whose head has said all that matters.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sends protobuf over HTTP, as OTLP/HTTP has it.
pub(crate) struct HttpExporter {
    client: Client<Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    compression: Compression,
    timeout: Duration,
    target: String,
    component: Component,
}

impl HttpExporter {
    /// The exporter to `destination`, numbered in the order of making; no connection is made yet.
    pub(crate) fn new(destination: &Destination) -> Result<Self, Error> {
        static MADE: AtomicUsize = AtomicUsize::new(0);

        let endpoint = Endpoint::of(destination)?;
        let mut headers = headers(destination)?;
        let kind = HeaderValue::from_static("application/x-protobuf");
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(encoding) = destination.compression.encoding() {
            headers.insert(header::CONTENT_ENCODING, encoding);
        }
        Ok(Self {
            client: Client::new(destination, &endpoint, false)?,
            headers,
            compression: destination.compression,
            timeout: destination.timeout,
            target: destination.shown_endpoint(),
            component: Component::new("otlp_http_metric_exporter", &MADE)
                .server(&endpoint.host, endpoint.port),
            uri: endpoint.uri,
        })
    }

    /// One request, and its answer.
    async fn try_once(
        &self,
        session: Arc<Session<Full<Bytes>>>,
        batch: Bytes,
        deadline: Instant,
    ) -> Result<Receipt, Failure> {
        let mut request = Request::new(Full::new(batch));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();

        let answer = self.client.run(session.http.request(request), deadline).await?;
        let answer = answer.map_err(|error| Failure::connection(causes(&error)))?;
        let (head, body) = answer.into_parts();
        let status = Status::Http(head.status.as_u16());
        if !head.status.is_success() {
            let now = Instant::now();
            let half = deadline.saturating_duration_since(now) / 2;
            let body = Limited::new(body, LONGEST_REFUSAL).collect();
            let body = self.client.run(body, now + half.min(PATIENCE)).await;
            let body = body.ok().and_then(Result::ok).map(Collected::to_bytes);
            return Err(answer::refusal(&head, &body.unwrap_or_default()));
        }
        let told = |failure| Failure { status: Some(status), ..failure };
        let body = Limited::new(body, LONGEST_ANSWER).collect();
        let body = self.client.run(body, deadline).await.map_err(told)?;
        let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
            Ok(_) => told(Failure::new(Kind::TooLarge, "the answer was longer than 4 MiB")),
            // It was accepted: sending it again might count it twice.
            Err(error) => told(Failure::new(Kind::Connection, causes(&*error))),
        })?;
        answer::receipt(status, &head.headers, body.to_bytes())
    }
}

impl Export for HttpExporter {
    fn component(&self) -> Component {
        self.component.clone()
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn prepare(
        &self,
        metrics: &ResourceMetrics,
        escort: Option<&Escort>,
    ) -> Result<Bytes, Failure> {
        let compressed = self.compression.compress(encode(metrics, escort));
        compressed.map_err(|error| Failure::new(Kind::Output, error.to_string()))
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn send(&self, batch: Bytes, deadline: Instant) -> Result<Receipt, Failure> {
        let answer = self.client.try_with(|session| self.try_once(session, batch, deadline)).await;
        answer.map_err(|failure| failure.compressed(self.compression))
    }
}
