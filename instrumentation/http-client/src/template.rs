//! The template of a request's path.

use std::borrow::Cow;

/// The template of a request's path, such as `/users/{id}`, given to the request as an extension.
///
/// It becomes the attribute `url.template`, which no request has without one: the path itself is never
/// recorded. Give a template, never a path: distinct values that exceed the budget of the attribute become
/// `_OTHER`, and are counted in `kymo.cardinality.folded`. An empty one is none.
///
/// ```
/// use http::Request;
/// use kymo_http_client::UrlTemplate;
///
/// let id = 7;
/// let request = Request::get(format!("http://users.internal/users/{id}"))
///     .extension(UrlTemplate::new("/users/{id}"))
///     .body(())?;
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate(Cow<'static, str>);

impl UrlTemplate {
    /// The template that reads `template`.
    pub fn new(template: impl Into<Cow<'static, str>>) -> Self {
        Self(template.into())
    }

    /// The template as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
