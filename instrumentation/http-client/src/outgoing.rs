//! A request as it is known before it is sent.

use http::{Method, Request};

use crate::{Target, UrlTemplate};

/// A request as it is known before it is sent: everything that is recorded of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outgoing<'a> {
    /// The method as it is sent.
    pub method: &'a Method,
    /// The server that it is for.
    pub target: Target<'a>,
    /// The template that the program gave it.
    pub template: Option<&'a UrlTemplate>,
}

impl<'a> Outgoing<'a> {
    /// A request of this method for that server, without a template.
    pub fn new(method: &'a Method, target: Target<'a>) -> Self {
        Self { method, target, template: None }
    }

    /// The same request, with the template that the program gave it, if it did.
    pub fn with_template(self, template: Option<&'a UrlTemplate>) -> Self {
        Self { template, ..self }
    }

    /// A request of the `http` crate, whose template is among its extensions.
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self::new(request.method(), Target::of(request.uri(), request.headers()))
            .with_template(request.extensions().get())
    }
}
