//! The layers around the code that a thread runs.

use std::marker::PhantomData;

use crate::{here, work::Work};

/// A kind of layer around a service, which is entered on the thread that runs its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Around the server: it measures requests.
    Server,
    /// Around one handler: it measures the time inside.
    Handler,
}

/// A thread runs what a [`Layer`] measures, until this is dropped, be it by unwinding.
///
/// Those of one thread are dropped in the order opposite to that in which they were made.
#[derive(Debug)]
#[must_use = "a thread that is told so and left at once is not inside"]
pub struct Inside {
    layer: Layer,
    /// When it was entered.
    before: Work,
    /// It stays on its thread.
    thread: PhantomData<*const ()>,
}

impl Layer {
    /// Notes that this thread is about to run code that such a layer measures.
    ///
    /// ```
    /// use kymo_core::Layer;
    ///
    /// let inside = Layer::Server.enter();
    /// assert!(Layer::Server.is_around() && !Layer::Handler.is_around());
    /// assert!(inside.is_outermost() && !Layer::Server.enter().is_outermost());
    /// ```
    #[inline]
    pub fn enter(self) -> Inside {
        let before = here::work();
        here::set_work(before.inside(self.number()));
        Inside { layer: self, before, thread: PhantomData }
    }

    /// Whether this thread runs what such a layer measures.
    #[inline]
    pub fn is_around(self) -> bool {
        here::work().is_inside(self.number())
    }

    #[inline]
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }
}

impl Inside {
    /// Whether no layer of this kind is around this one on this thread.
    #[inline]
    pub fn is_outermost(&self) -> bool {
        !self.before.is_inside(self.layer.number())
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        here::set_work(here::work().inside_as(self.before));
    }
}
