//! The attribute of kymo that observes every method of an `impl` block.

mod answer;
mod arguments;
mod block;
mod method;
mod options;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

/// Observes every method of an `impl` block.
#[proc_macro_attribute]
pub fn repository(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = Tokens::from(item);
    let expanded = syn::parse(arguments).and_then(|arguments| block::expand(&arguments, &item));
    expanded.unwrap_or_else(|error| block::unobserved(&item, &error)).into()
}
