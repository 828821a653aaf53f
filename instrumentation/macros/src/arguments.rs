//! The arguments of the attribute.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

/// `"name"`, and options behind it.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) name: Option<LitStr>,
    handle: Option<Expr>,
    errors: Option<Expr>,
    path: Option<Path>,
}

impl Arguments {
    /// Where the library is.
    pub(crate) fn library(&self) -> TokenStream {
        let Some(path) = &self.path else { return quote!(::kymo::repository) };
        // As if the attribute had written it: where it is used, it is not the program's own path.
        let unwritten = |mut token: TokenTree| {
            token.set_span(Span::call_site());
            token
        };
        path.to_token_stream().into_iter().map(unwritten).collect()
    }

    /// The expression of the handle that observes, for the receiver `this`.
    pub(crate) fn handle(&self, this: &Ident) -> TokenStream {
        if let Some(handle) = &self.handle {
            return quote!(#handle);
        }
        let field = Ident::new("repository", Span::call_site());
        quote!(#this.#field)
    }

    /// The names of errors, if they have any.
    pub(crate) fn errors(&self) -> Option<&Expr> {
        self.errors.as_ref()
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            if name.value().trim().is_empty() {
                return Err(syn::Error::new(name.span(), UNNAMED));
            }
            arguments.name = Some(name);
            comma(input)?;
        }
        while !input.is_empty() {
            let option = input.call(Ident::parse_any).map_err(|error| unknown(error.span()))?;
            if !input.peek(Token![=]) {
                return Err(unknown(option.span()));
            }
            input.parse::<Token![=]>()?;
            let is_twice = match option.to_string().as_str() {
                "handle" => arguments.handle.replace(input.parse()?).is_some(),
                "errors" => arguments.errors.replace(input.parse()?).is_some(),
                "crate" => arguments.path.replace(input.call(Path::parse_mod_style)?).is_some(),
                _ => return Err(unknown(option.span())),
            };
            if is_twice {
                let twice = format!("`{option}` is there twice; take one away");
                return Err(syn::Error::new(option.span(), twice));
            }
            comma(input)?;
        }
        Ok(arguments)
    }
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() { Ok(()) } else { input.parse::<Token![,]>().map(|_| ()) }
}

fn unknown(at: Span) -> syn::Error {
    syn::Error::new(at, UNKNOWN)
}

const UNNAMED: &str =
    "the repository has no name; give it one, such as `#[kymo::repository(\"books\")]`";
const UNKNOWN: &str = "expected the repository's name, such as \"books\", and behind it any of \
                       `handle = self.field`, `errors = CONSTANT` and `crate = path::to::repository`";
