//! Answers to a call that no server of gRPC gives.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::client::legacy::Error;
use tonic::{Code, body::Body};
use tower_service::Service;

use crate::{
    answer::{shown, wait},
    failure::{Failure, Kind, Retry, Status},
    grpc::name,
    heard::{Heard, Overheard},
    session::HttpClient,
};

/// Connections whose answers are read no further than their heads, unless they are of gRPC.
#[derive(Clone)]
pub(crate) struct Checked {
    pub(crate) http: HttpClient<Body>,
    /// How far the answer came.
    pub(crate) heard: Arc<Heard>,
}

/// The head of an answer that is not of gRPC: from a proxy, or from another server at that address.
#[derive(Debug)]
pub(crate) struct Foreign {
    status: u16,
    kind: String,
    wait: Option<Duration>,
}

/// The header in which a head, or trailers, have the status of the call.
const STATUS: &str = "grpc-status";

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Answering = Pin<Box<dyn Future<Output = Result<Response<Overheard>, BoxError>> + Send>>;

impl Service<Request<Body>> for Checked {
    type Response = Response<Overheard>;
    type Error = BoxError;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.http.poll_ready(cx).map_err(|error: Error| error.into())
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (answering, heard) = (self.http.call(request), Arc::clone(&self.heard));
        Box::pin(async {
            let answer = answering.await?;
            if let Some(foreign) = Foreign::of(&answer) {
                return Err(foreign.into());
            }
            if !answer.headers().contains_key(STATUS) {
                heard.begin();
            }
            Ok(answer.map(|body| Overheard { body, heard }))
        })
    }
}

impl Foreign {
    /// The head of `answer`, unless it is of gRPC.
    fn of(answer: &Response<Incoming>) -> Option<Self> {
        let headers = answer.headers();
        let kind = headers.get(http::header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        let is_grpc = kind.starts_with(b"application/grpc") && answer.status().is_success();
        if is_grpc || headers.contains_key(STATUS) {
            return None;
        }
        Some(Self { status: answer.status().as_u16(), kind: shown(headers), wait: wait(headers) })
    }

    /// The failure of the call, by "HTTP to gRPC Status Code Mapping" of gRPC.
    pub(crate) fn failure(&self) -> Failure {
        let (code, retry) = match self.status {
            400 => (Code::Internal, Retry::Never),
            401 => (Code::Unauthenticated, Retry::Never),
            403 => (Code::PermissionDenied, Retry::Never),
            404 => (Code::Unimplemented, Retry::Never),
            429 | 502..=504 => (Code::Unavailable, self.wait.map_or(Retry::Soon, Retry::After)),
            200..=299 => return Failure::new(Kind::Foreign, self.to_string()),
            _ => (Code::Unknown, Retry::Never),
        };
        let status = Status::Grpc(name(code));
        Failure {
            status: Some(status),
            retry,
            ..Failure::new(Kind::Status(status), self.to_string())
        }
    }
}

impl std::error::Error for Foreign {}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, kind, .. } = self;
        write!(f, "what answered is no server of gRPC: HTTP status {status}, and {kind}")
    }
}
