//! The middleware that measures reqwest.

use http::Extensions;
use kymo_http_client::{ClientLayer, Outgoing, Target, UrlTemplate, redirected};
use reqwest::{
    Body, Request, Response, ResponseBuilderExt, Url,
    redirect::{Action, Policy},
};
use reqwest_middleware::{Middleware, Next, Result};

use crate::mark::Mark;

/// Measures every request of a client of reqwest exactly once, whatever happens to it.
///
/// The [crate documentation](crate) says what counts as one. A [`UrlTemplate`] is given to a request by
/// `with_extension`. A request that passes two of these is measured by the outer one.
#[derive(Debug, Clone)]
pub struct ReqwestMiddleware(ClientLayer);

impl ReqwestMiddleware {
    /// Measures as `layer` does, and shares its series.
    pub fn new(layer: ClientLayer) -> Self {
        Self(layer.reads_errors::<reqwest_middleware::Error>().reads_errors::<reqwest::Error>())
    }

    /// `policy`, and each redirect that it follows is a request of its own: give it to the builder of a
    /// client that this measures, by `redirect`.
    ///
    /// Of a hop the version of the protocol is not known. With any other policy, a call that is redirected
    /// is one request.
    pub fn redirects(&self, policy: Policy) -> Policy {
        Policy::custom(move |attempt| {
            let (status, next) = (attempt.status(), attempt.url().clone());
            let action = policy.redirect(attempt);
            if follows(&action) {
                redirected(status, &target(&next));
            }
            action
        })
    }
}

#[async_trait::async_trait]
impl Middleware for ReqwestMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let Some(_mark) = Mark::leave(extensions) else {
            return next.run(request, extensions).await;
        };
        let outgoing = Outgoing::new(request.method(), target(request.url()));
        let template = extensions.get::<UrlTemplate>();
        let measured = self.0.begin(&outgoing.with_template(template));
        let mut url = None;
        let answer = async {
            let response = next.run(request, extensions).await?;
            url = Some(response.url().clone());
            Ok::<_, reqwest_middleware::Error>(http::Response::<Body>::from(response))
        };
        let response = measured.answered_by(answer).await?;
        Ok(at(url, response.map(Body::wrap)))
    }
}

/// The server of a URL.
fn target(url: &Url) -> Target<'_> {
    Target::new(Some(url.scheme()), url.host_str(), url.port())
}

/// The response of reqwest that came from `url`, which no other response can keep.
fn at(url: Option<Url>, response: http::Response<Body>) -> Response {
    let (mut parts, body) = response.into_parts();
    let kept = url.and_then(|url| http::Response::builder().url(url).body(()).ok());
    parts.extensions.extend(kept.map(|kept| kept.into_parts().0.extensions).unwrap_or_default());
    Response::from(http::Response::from_parts(parts, body))
}

/// Whether a policy follows, which it says only to reqwest, and shows for debugging.
fn follows(action: &Action) -> bool {
    format!("{action:?}") == "Action { inner: Follow }"
}
