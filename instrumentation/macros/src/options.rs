//! The options of a single method.

use syn::{Attribute, LitStr, Token, parenthesized, punctuated::Punctuated};

/// `#[kymo(skip)]`, `#[kymo(name = "…")]` and `#[kymo(errors("…"))]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) skip: bool,
    pub(crate) name: Option<LitStr>,
    /// The errors that are expected of it.
    pub(crate) errors: Vec<LitStr>,
    /// The first of them, if there is one.
    pub(crate) attribute: Option<Attribute>,
}

impl Options {
    /// Takes them out of `attributes`.
    pub(crate) fn take_from(attributes: &mut Vec<Attribute>) -> syn::Result<Self> {
        let mut options = Self::default();
        let (own, others) =
            std::mem::take(attributes).into_iter().partition(|attr| attr.path().is_ident("kymo"));
        *attributes = others;
        let own: Vec<Attribute> = own;
        for attribute in own {
            let mut is_empty = true;
            attribute
                .meta
                .require_list()
                .map_err(|error| syn::Error::new(error.span(), UNKNOWN))?;
            attribute.parse_nested_meta(|meta| {
                is_empty = false;
                if meta.path.is_ident("skip") {
                    options.skip = true;
                } else if meta.path.is_ident("name") {
                    let name: LitStr = meta.value()?.parse()?;
                    if name.value().trim().is_empty() {
                        return Err(syn::Error::new(name.span(), UNNAMED));
                    }
                    options.name = Some(name);
                } else if meta.path.is_ident("errors") {
                    let content;
                    parenthesized!(content in meta.input);
                    let errors = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
                    if let Some(empty) = errors.iter().find(|error| error.value().trim().is_empty())
                    {
                        return Err(syn::Error::new(empty.span(), NAMELESS));
                    }
                    options.errors.extend(errors);
                } else {
                    return Err(meta.error(UNKNOWN));
                }
                Ok(())
            })?;
            if is_empty {
                return Err(syn::Error::new_spanned(&attribute, UNKNOWN));
            }
            options.attribute.get_or_insert(attribute);
        }
        let says_more = options.name.is_some() || !options.errors.is_empty();
        match &options.attribute {
            Some(attribute) if options.skip && says_more => {
                Err(syn::Error::new_spanned(attribute, BOTH))
            }
            _ => Ok(options),
        }
    }
}

const UNKNOWN: &str = "expected `skip`, so that the method is not observed, `name = \"…\"`, so that it is \
                       observed under another name, or `errors(\"…\", \"…\")`, which it may give";
const UNNAMED: &str = "the method has no name; take `name` away, and it is observed under its own";
const NAMELESS: &str = "the error has no name; take it away";
const BOTH: &str =
    "a method that is skipped is not observed; take `skip` away, or what is said beside it";
