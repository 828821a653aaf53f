//! Whether a thread runs what a layer measures.

use std::{cell::Cell, thread::LocalKey};

/// A thread runs what a layer measures, until this is dropped, be it by unwinding.
#[derive(Debug)]
pub(crate) struct Inside {
    mark: &'static LocalKey<Cell<bool>>,
    was_inside: bool,
}

impl Inside {
    /// Sets the `mark` of this thread, of which each kind of layer has its own.
    pub(crate) fn enter(mark: &'static LocalKey<Cell<bool>>) -> Self {
        Self { mark, was_inside: mark.replace(true) }
    }

    /// Whether no layer of this kind is around this one on this thread.
    pub(crate) fn is_outermost(&self) -> bool {
        !self.was_inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.mark.set(self.was_inside);
    }
}
