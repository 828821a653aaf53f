//! The attribute of kymo that observes every method of an `impl` block: [`macro@repository`].
//!
//! Depend on `kymo`, with its feature `repository`, or on `kymo-repository`, which hand it on.

mod answer;
mod arguments;
mod block;
mod method;
mod options;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

/// Observes every method of an `impl` block, of a type's own or of a trait, in
/// `kymo.repository.operation.duration`.
///
/// Each method with `self` becomes one call of `observe` around what it was: an `async fn`; a function
/// that returns a future, as `async-trait` has it whichever attribute comes first; or one that blocks.
/// A future is known by what it is called: `impl Future`, `Pin<Box<dyn Future>>`, `BoxFuture` or
/// `LocalBoxFuture`; of one that goes by a name of the program's own, only the making is timed, and the
/// compiler warns. The method's signature, its documentation and its other attributes stay. Functions
/// without `self` are left alone, and so is what a macro in the block makes.
///
/// An answer that is a `Result`, by whatever name, and an error fails the call; anything else is a
/// success. A future that is dropped is `cancelled`, and what unwinds is `panic`.
///
/// # In the attribute
///
/// The name of the repository comes first: `telemetry.repository_of::<Books>()` makes the handle of that
/// name, with each method there from the start, at zero. A further block of the same type has no name:
/// `#[kymo::repository]`. Behind the name there may be
///
/// - `handle = self.inner.repository`: where the handle is, if it is no field called `repository`;
/// - `errors = CONSTANT`: what errors are called, an `ErrorTypes<E>`, for the methods that return a
///   `Result<_, E>`; other errors are `_OTHER`;
/// - `crate = path`: where the module `kymo::repository` is, if it goes by another name.
///
/// # At a method
///
/// - `#[kymo(skip)]`: it is not observed; a `const fn` cannot be.
/// - `#[kymo(name = "…")]`: it is observed under this name.
/// - `#[kymo(errors("sold_out", "no_book"))]`: what its errors may be called. These are there from the
///   start, at zero, so that the first of them is a rate; any other is there once it has happened.
#[proc_macro_attribute]
pub fn repository(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = Tokens::from(item);
    let expanded = syn::parse(arguments).and_then(|arguments| block::expand(&arguments, &item));
    expanded.unwrap_or_else(|error| block::unobserved(&item, &error)).into()
}
