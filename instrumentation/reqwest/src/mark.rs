//! How a middleware knows that one further out measures a request.

use std::sync::{Arc, Weak};

use http::Extensions;

/// A request is measured, until this is dropped.
///
/// Attempts of a retry share their extensions: a mark that was left there by one that is over, or was
/// dropped, is none.
#[derive(Debug)]
pub(crate) struct Mark(#[expect(dead_code, reason = "it is alive")] Arc<()>);

#[derive(Debug, Clone)]
struct Measured(Weak<()>);

impl Mark {
    /// Marks a request with these extensions; `None` if it is marked already.
    pub(crate) fn leave(extensions: &mut Extensions) -> Option<Self> {
        let is_alive = |Measured(mark): &Measured| mark.strong_count() > 0;
        if extensions.get().is_some_and(is_alive) {
            return None;
        }
        let mark = Arc::new(());
        extensions.insert(Measured(Arc::downgrade(&mark)));
        Some(Self(mark))
    }
}
