//! The head of a request, as predicates see it.

use axum::extract::MatchedPath;
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

/// The head of a request: everything but its body.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestHead<'a> {
    /// The method as sent.
    pub method: &'a Method,
    /// The target as sent.
    pub uri: &'a Uri,
    /// The version of the protocol.
    pub version: Version,
    /// The header fields.
    pub headers: &'a HeaderMap,
    /// The values that the server and outer middleware attached.
    pub extensions: &'a Extensions,
}

impl<'a> RequestHead<'a> {
    pub(crate) fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// The route template that matched, such as `/books/{id}`.
    ///
    /// Absent for unmatched requests, and where no axum router has routed the request yet: a raw
    /// path would make one series per visitor.
    pub fn matched_path(&self) -> Option<&'a str> {
        self.extensions.get::<MatchedPath>().map(MatchedPath::as_str)
    }
}
