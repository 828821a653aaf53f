//! A page beside the metrics.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use tower_service::Service;

use crate::{
    access::{Gate, Guard},
    body::ScrapeBody,
    endpoint::answer_method,
    future::{Asked, ScrapeFuture},
};

/// A page beside the metrics, by the same rules of who may see it: a tower service, as the endpoint is.
///
/// It answers `GET` and `HEAD` with what its maker says, and looks at no path: the router in front of it does.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use kymo_endpoint::Site;
/// use tower::ServiceExt;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let site = Site::new(|_| Response::new(Bytes::from("All is well.")));
/// let response = site.oneshot(Request::new(())).await?;
/// assert_eq!(response.status(), 200);
/// # Ok::<_, std::convert::Infallible>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Site {
    answer: Arc<Answer>,
    guard: Option<Arc<Guard>>,
}

type Answer = dyn Fn(&Parts) -> Response<Bytes> + Send + Sync;

impl Site {
    /// Answers with what `answer` says to a request that is let in.
    ///
    /// It must wait for nothing: it runs where the request is served.
    pub fn new(answer: impl Fn(&Parts) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), guard: None }
    }

    /// Shows nothing: every request is answered 404, with a `sentence` on how to change that.
    pub fn disabled(sentence: &'static str) -> Self {
        Self::new(move |_| {
            let mut response = Response::new(Bytes::from_static(sentence.as_bytes()));
            *response.status_mut() = StatusCode::NOT_FOUND;
            let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
            response
        })
    }

    /// Answers those alone whom the rules of `gate` let in.
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.guard = Some(Arc::clone(&gate.0));
        self
    }

    /// Decides how a request is to be answered, once it is let in.
    pub(crate) fn asked(&self, request: Parts) -> Asked {
        match answer_method(&request.method) {
            Some(answer) => Asked::sentence(answer),
            None => Asked::Site(self.clone(), Box::new(request)),
        }
    }

    /// The answer to a request that is let in.
    pub(crate) fn answer(&self, request: &Parts) -> Response<ScrapeBody> {
        let response = (self.answer)(request);
        // The head says how long it would be.
        let is_head = request.method == Method::HEAD;
        response.map(|body| if is_head { ScrapeBody::empty() } else { ScrapeBody::bytes(body) })
    }
}

impl<B> Service<Request<B>> for Site {
    type Response = Response<ScrapeBody>;
    type Error = Infallible;
    type Future = ScrapeFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ScrapeFuture {
        let (request, _) = request.into_parts();
        match &self.guard {
            None => ScrapeFuture::of(self.asked(request)),
            Some(guard) => {
                let (client, headers) =
                    (guard.client(&request.extensions), request.headers.clone());
                ScrapeFuture::guarded(guard, &client, &headers, self.asked(request))
            }
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// The page beside the metrics of an endpoint, if there is one, and its path on the listeners.
#[derive(Debug, Default)]
pub(crate) struct Beside(OnceLock<(&'static str, Site)>);

impl Beside {
    /// Only the first one is there.
    pub(crate) fn set(&self, path: &'static str, site: Site) {
        let _ = self.0.set((path, site));
    }

    /// The path of the page.
    pub(crate) fn path(&self) -> Option<&'static str> {
        self.0.get().map(|(path, _)| *path)
    }

    /// The page at `path`.
    pub(crate) fn at(&self, path: &str) -> Option<&Site> {
        self.0.get().filter(|(known, _)| *known == path).map(|(_, site)| site)
    }
}
