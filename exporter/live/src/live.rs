//! The page, for whoever routes requests to it.

use std::{
    fmt, process,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{Method, Response, StatusCode, request::Parts};
use kymo_exposition::Source;

use crate::{
    Metric,
    assets::ASSETS,
    index::Index,
    json::Json,
    pace::Pace,
    rendered::Packed,
    response::{Medium, passing, respond},
    sampler::{Look, Sampler},
};

/// Shows the families of a source in a browser.
///
/// It looks at no path: the page, what it needs and its numbers are at one address, and the query says which of them
/// is wanted. So it can be mounted anywhere, also behind a proxy that changes paths.
///
/// Clones are the same page: all who look share one reading, and one document of it.
#[derive(Clone)]
pub struct Live(Arc<Sampler>);

impl Live {
    /// Shows the families of `source`, in which a metric is the family that `name` says.
    ///
    /// Nothing is read until somebody looks.
    pub fn new(source: impl Source + 'static, name: impl Fn(&Metric) -> String) -> Self {
        Self::with_pace(source, name, Pace::default())
    }

    pub(crate) fn with_pace(
        source: impl Source + 'static,
        name: impl Fn(&Metric) -> String,
        pace: Pace,
    ) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let instance = format!("{:x}-{:x}", started.as_nanos(), process::id());
        Self(Arc::new(Sampler::new(Box::new(source), Index::new(name), pace, instance)))
    }

    /// Answers a `GET` or `HEAD` of the page, of what it needs, or of its numbers; it waits for nothing.
    ///
    /// Whoever asks for the page or its numbers looks. `?since=` asks for numbers; it names what the client has
    /// already, as a document says it, or is empty.
    pub fn answer(&self, request: &Parts) -> Response<Bytes> {
        let headers = &request.headers;
        let query = request.uri.query().unwrap_or_default();
        let (name, value) = query.split_once('=').unwrap_or((query, ""));
        match name {
            // Another release has another one: nobody is to keep this for it.
            "script" if value != ASSETS.script_mark => {
                passing(respond(headers, Medium::Script, &ASSETS.script))
            }
            "style" if value != ASSETS.style_mark => {
                passing(respond(headers, Medium::Style, &ASSETS.style))
            }
            "script" => respond(headers, Medium::Script, &ASSETS.script),
            "style" => respond(headers, Medium::Style, &ASSETS.style),
            "since" => {
                let (run, seq) = self.read_mark(value).unwrap_or_default();
                match self.0.look() {
                    Look::Document(rendered) => {
                        respond(headers, Medium::Document, rendered.since(run, seq))
                    }
                    Look::Soon(run) => respond(headers, Medium::Document, &self.nothing_yet(run)),
                    Look::NoThread => {
                        let mut response = respond(headers, Medium::Document, &self.nothing_yet(0));
                        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                        response
                    }
                }
            }
            _ => {
                // The first numbers are there when the page asks for them; whoever only probes does not look.
                if request.method != Method::HEAD {
                    self.0.look();
                }
                respond(headers, Medium::Page, &ASSETS.page)
            }
        }
    }

    /// The run and the reading that a client has, such as `18a…-1f.1.30`, if it is of this program.
    fn read_mark(&self, mark: &str) -> Option<(u64, usize)> {
        let rest = mark.strip_prefix(self.0.instance.as_str())?.strip_prefix('.')?;
        let (run, seq) = rest.split_once('.')?;
        Some((run.parse().ok()?, seq.parse().ok()?))
    }

    fn nothing_yet(&self, run: u64) -> Packed {
        let mut json = Json::default();
        json.raw("{\"instance\":").text(&self.0.instance);
        json.raw(",\"run\":").number(run as f64).raw(",\"seq\":0}");
        Packed { plain: Bytes::from(json.finish()), gzip: None }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("instance", &self.0.instance).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
