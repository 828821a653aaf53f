//! The layers around the code that a thread runs.

use std::cell::Cell;

/// A thread runs what a layer measures, until this is dropped, be it by unwinding.
///
/// Those of one thread are dropped in the order opposite to that in which they were made.
#[derive(Debug)]
pub(crate) struct Inside {
    layer: Kind,
    /// The layers that were around this one.
    around: u8,
}

/// A kind of layer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// [`ServerLayer`](crate::ServerLayer).
    Server = 0b01,
    /// [`HandlerLayer`](crate::HandlerLayer).
    Handler = 0b10,
}

thread_local! {
    /// The kinds of layers around the code that this thread runs, a bit for each.
    static AROUND: Cell<u8> = const { Cell::new(0) };
}

impl Inside {
    /// Notes that this thread is about to run code that such a layer measures.
    pub(crate) fn enter(layer: Kind) -> Self {
        let around = AROUND.get();
        AROUND.set(around | layer as u8);
        Self { layer, around }
    }

    /// Whether no layer of this kind is around this one on this thread.
    pub(crate) fn is_outermost(&self) -> bool {
        self.around & self.layer as u8 == 0
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        AROUND.set(self.around);
    }
}

/// Whether this thread runs what a layer of this kind measures.
pub(crate) fn is_inside(layer: Kind) -> bool {
    AROUND.get() & layer as u8 != 0
}
