//! Names for the errors of a program.

use std::fmt;

/// Names the ways in which an `E` comes about: the values of `error.type` of what fails with it.
///
/// A constant, for the attribute and for [`observe_with`](crate::Repository::observe_with):
///
/// ```
/// use kymo_repository::ErrorTypes;
///
/// enum Refusal {
///     SoldOut,
///     Store(std::io::Error),
/// }
///
/// const REFUSALS: ErrorTypes<Refusal> = ErrorTypes::new(|refusal| match refusal {
///     Refusal::SoldOut => "sold_out",
///     Refusal::Store(_) => "store",
/// });
///
/// assert_eq!(REFUSALS.of(&Refusal::SoldOut), "sold_out");
/// ```
pub struct ErrorTypes<E> {
    name: fn(&E) -> &'static str,
}

impl<E> ErrorTypes<E> {
    /// Errors are called as `name` says.
    ///
    /// Names are words of the program's, such as `sold_out`, and there are few of them: the first 32 of
    /// all repositories are kept apart, and later ones are `_OTHER`. Those that a method is said to give,
    /// by `#[kymo(errors("sold_out"))]` or [`Repository::expect`](crate::Repository::expect), are there
    /// from the start, at zero.
    pub const fn new(name: fn(&E) -> &'static str) -> Self {
        Self { name }
    }

    /// The name of `error`.
    pub fn of(&self, error: &E) -> &'static str {
        (self.name)(error)
    }

    /// The name of the error in `answer`, if it is one.
    pub fn of_result<T>(&self, answer: &Result<T, E>) -> Option<&'static str> {
        answer.as_ref().err().map(|error| self.of(error))
    }
}

impl<E> Clone for ErrorTypes<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorTypes<E> {}

impl<E> fmt::Debug for ErrorTypes<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorTypes").finish_non_exhaustive()
    }
}
