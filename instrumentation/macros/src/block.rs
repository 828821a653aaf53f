//! One block of methods, observed.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, ImplItem, Item, ItemImpl, LitStr};

use crate::{
    arguments::Arguments,
    method::{Observed, observe},
    options::Options,
};

/// The block that `item` is, with each of its methods observed; and what the attribute knows of it.
pub(crate) fn expand(arguments: &Arguments, item: &TokenStream) -> syn::Result<TokenStream> {
    let mut block = match syn::parse2(item.clone())? {
        Item::Impl(block) => block,
        Item::Trait(found) => return Err(syn::Error::new_spanned(found.trait_token, TRAIT)),
        Item::Fn(found) => return Err(syn::Error::new_spanned(found.sig.fn_token, FUNCTION)),
        _ => return Err(syn::Error::new_spanned(item, ELSEWHERE)),
    };
    let mut observed = Vec::new();
    let mut wrong: Option<syn::Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        match observe(method, arguments) {
            Ok(found) => observed.extend(found),
            Err(error) => match &mut wrong {
                Some(wrong) => wrong.combine(error),
                None => wrong = Some(error),
            },
        }
    }
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    let described =
        arguments.name.as_ref().map(|name| described(&block, name, &observed, arguments));
    Ok(quote!(#block #described))
}

/// Gives the block back as it was written, with its error: nothing is missing but what is wrong.
pub(crate) fn unobserved(item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    let Ok(Item::Impl(mut block)) = syn::parse2(item.clone()) else { return quote!(#item #error) };
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            // Their mistakes are told already.
            let _ = Options::take_from(&mut method.attrs);
        }
    }
    quote!(#block #error)
}

/// Describes the block as far as it is known before anything happens: its names and methods.
fn described(
    block: &ItemImpl,
    name: &LitStr,
    observed: &[Observed],
    arguments: &Arguments,
) -> TokenStream {
    let library = arguments.library();
    let (generics, this) =
        (of_type(&block.generics, &block.self_ty.to_token_stream()), &block.self_ty);
    let (parameters, _, conditions) = generics.split_for_impl();
    let always = || observed.iter().filter(|method| method.is_always);
    let methods = always().map(|method| &method.name);
    let errors = always().filter(|method| !method.errors.is_empty()).map(|method| {
        let Observed { name, errors, .. } = method;
        quote!((#name, &[#(#errors),*]))
    });
    quote! {
        #[automatically_derived]
        impl #parameters #library::Described for #this #conditions {
            const NAME: &'static str = #name;
            const METHODS: &'static [&'static str] = &[#(#methods),*];
            const ERRORS: &'static [(&'static str, &'static [&'static str])] = &[#(#errors),*];
        }
    }
}

/// Those of `generics` that the type `this` has, and not only the trait that it implements.
fn of_type(generics: &Generics, this: &TokenStream) -> Generics {
    let named = identifiers(this.clone());
    let mut generics = generics.clone();
    let (kept, gone): (Vec<_>, Vec<_>) = generics
        .params
        .into_iter()
        .partition(|parameter| named.contains(&ident(parameter).to_string()));
    let gone: HashSet<_> = gone.iter().map(|parameter| ident(parameter).to_string()).collect();
    generics.params = kept.into_iter().collect();
    if let Some(conditions) = &mut generics.where_clause {
        conditions.predicates = std::mem::take(&mut conditions.predicates)
            .into_iter()
            .filter(|predicate| identifiers(predicate.to_token_stream()).is_disjoint(&gone))
            .collect();
    }
    generics
}

fn ident(parameter: &GenericParam) -> &Ident {
    match parameter {
        GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
        GenericParam::Type(parameter) => &parameter.ident,
        GenericParam::Const(parameter) => &parameter.ident,
    }
}

fn identifiers(tokens: TokenStream) -> HashSet<String> {
    let mut found = HashSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => found.extend(identifiers(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

const TRAIT: &str =
    "a trait has no repository to be observed through; put the attribute on an `impl` of it";
const FUNCTION: &str = "the attribute goes on an `impl` block; a function calls \
                        `repository.observe(\"name\", async { … }).await` itself";
const ELSEWHERE: &str = "the attribute goes on the `impl` block whose methods are to be observed";
