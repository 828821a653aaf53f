//! Finds out for the attribute's code, which knows only the name of an answer's type, whether the answer
//! is a `Result` and who names its error.
//!
//! Of the four traits, the compiler takes the first whose type fits: it looks for a method behind as
//! few references as it can.

use std::future::Future;

use kymo_core::OTHER;

use crate::{error_types::ErrorTypes, method::Method, repository::Repository};

pub use crate::known_method::KnownMethod;

/// An answer, and the names of errors that its method was given, or `()`.
#[derive(Debug)]
pub struct Probe<'a, T, N>(pub &'a T, pub N);

/// A result whose errors have names.
pub trait Named {
    /// The name of the error, if it is one.
    fn error_type(&self) -> Option<&'static str>;
}

impl<T, E> Named for &&&Probe<'_, Result<T, E>, ErrorTypes<E>> {
    fn error_type(&self) -> Option<&'static str> {
        self.1.of_result(self.0)
    }
}

/// Any other result.
pub trait Unnamed {
    /// `_OTHER`, if it is an error.
    fn error_type(&self) -> Option<&'static str>;
}

impl<T, E, N> Unnamed for &&Probe<'_, Result<T, E>, N> {
    fn error_type(&self) -> Option<&'static str> {
        self.0.is_err().then_some(OTHER)
    }
}

/// A future, which the attribute did not know for one.
pub trait Postponed {
    /// The call is over before anything was done.
    #[deprecated = "this makes a future whose run is not observed: call its type `impl Future`, \
                    `Pin<Box<dyn Future>>`, `BoxFuture` or `LocalBoxFuture`, or have the method \
                    skipped with `#[kymo(skip)]`"]
    fn error_type(&self) -> Option<&'static str>;
}

impl<T: Future, N> Postponed for &Probe<'_, T, N> {
    fn error_type(&self) -> Option<&'static str> {
        None
    }
}

/// Anything else.
pub trait Infallible {
    /// It is an answer.
    fn error_type(&self) -> Option<&'static str>;
}

impl<T, N> Infallible for Probe<'_, T, N> {
    fn error_type(&self) -> Option<&'static str> {
        None
    }
}

/// The method called `name`, whose body has a place in which to remember it.
#[inline]
pub fn method(repository: &Repository, name: &'static str, known: &'static KnownMethod) -> Method {
    repository.known_method(name, known)
}

/// Calls `make`, which the compiler takes for what it is: something that is called once, and may move
/// what it holds.
pub fn call<T>(make: impl FnOnce() -> T) -> T {
    make()
}
