//! How a layer reads a request.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{RequestHead, scheme::SchemeSource};

type Judge = dyn Fn(&RequestHead<'_>) -> bool + Send + Sync;
type Route = dyn for<'a> Fn(&RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync;

/// How a layer reads a request: whether to measure it, and what is said of its route and scheme.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) skip: Vec<Arc<Judge>>,
    pub(crate) route: Option<Arc<Route>>,
    pub(crate) scheme: SchemeSource,
    pub(crate) streams_unknown_lengths: bool,
    /// Whether a client may say which trace its request belongs to.
    pub(crate) takes_sent_traces: bool,
    /// Which clients are told where the time went; none without it.
    pub(crate) tells_timing: Option<Arc<Judge>>,
}

impl Reading {
    pub(crate) fn skips(&self, head: &RequestHead<'_>) -> bool {
        self.skip.iter().any(|skip| skip(head))
    }

    /// Whether the program tells the route itself.
    pub(crate) fn tells_route(&self) -> bool {
        self.route.is_some()
    }

    pub(crate) fn route<'a>(&self, head: &RequestHead<'a>) -> Option<Cow<'a, str>> {
        match &self.route {
            None => head.matched_path().map(Cow::Borrowed),
            Some(route) => route(head),
        }
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            skip: Vec::new(),
            route: None,
            scheme: SchemeSource::plain(),
            streams_unknown_lengths: false,
            takes_sent_traces: true,
            tells_timing: None,
        }
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
