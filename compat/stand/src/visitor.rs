//! Whoever asks a service.

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{Failure, Page};

/// Asks a service, and insists on an answer.
#[derive(Debug)]
pub struct Visitor(Router);

impl Visitor {
    /// Of this service.
    pub fn of(service: Router) -> Self {
        Self(service)
    }

    /// The body of the answer.
    ///
    /// # Errors
    ///
    /// When the status is not one of success.
    pub async fn ask(&self, method: Method, path: &str) -> Result<String, Failure> {
        let request = Request::builder().method(method.clone()).uri(path).body(Body::empty())?;
        let answer = self.0.clone().oneshot(request).await?;
        let status = answer.status();
        let body = String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(format!("{method} {path}: {status}, {body}").into())
        }
    }

    /// The page of metrics.
    ///
    /// # Errors
    ///
    /// As [`Visitor::ask`].
    pub async fn scrape(&self) -> Result<Page, Failure> {
        Ok(Page::new(self.ask(Method::GET, "/metrics").await?))
    }
}
