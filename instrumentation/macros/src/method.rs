//! One method, observed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, ImplItemFn, LitStr, Type, parse_quote_spanned, spanned::Spanned};

use crate::{
    answer::{Answer, nameable, written},
    arguments::Arguments,
    options::Options,
};

/// The name of an observed method, and whether every build has it.
pub(crate) struct Observed {
    pub(crate) name: LitStr,
    /// The errors that are expected of it.
    pub(crate) errors: Vec<LitStr>,
    /// Whether it is there in every build.
    pub(crate) is_always: bool,
}

/// Has `method` be observed, unless it takes no `self` or is skipped.
pub(crate) fn observe(
    method: &mut ImplItemFn,
    arguments: &Arguments,
) -> syn::Result<Option<Observed>> {
    let Options { skip, name, errors, attribute } = Options::take_from(&mut method.attrs)?;
    let Some(FnArg::Receiver(receiver)) = method.sig.inputs.first() else {
        return match attribute {
            Some(attribute) => Err(syn::Error::new_spanned(attribute, NOT_A_METHOD)),
            None => Ok(None),
        };
    };
    if skip {
        return Ok(None);
    }
    if let Some(constness) = &method.sig.constness {
        return Err(syn::Error::new_spanned(constness, CONST));
    }
    let this = Ident::new("self", receiver.self_token.span);
    let name = name.unwrap_or_else(|| {
        let ident = method.sig.ident.to_string();
        LitStr::new(ident.strip_prefix("r#").unwrap_or(&ident), Span::call_site())
    });
    let (library, handle) = (arguments.library(), arguments.handle(&this));
    let called = local("method");
    let call = call(method, &called, arguments);
    method.block = parse_quote_spanned! {method.block.span()=> {
        // Before anything is moved out of `self`.
        let #called = {
            static __KYMO_METHOD: #library::probe::KnownMethod = #library::probe::KnownMethod::new();
            #library::probe::method(&#handle, #name, &__KYMO_METHOD)
        };
        #call
    }};
    let is_always = !method.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
    Ok(Some(Observed { name, errors, is_always }))
}

/// The body of `method`, called through `called`.
fn call(method: &ImplItemFn, called: &Ident, arguments: &Arguments) -> TokenStream {
    let library = arguments.library();
    let answer = written(&method.sig.output);
    let (body, span) = (&method.block, method.block.span());
    if method.sig.asyncness.is_some() {
        let (statements, hint) = (&body.stmts, hint(&answer));
        let error_type = error_type(&answer, arguments);
        return quote_spanned! {span=>
            #library::Method::observe(#called, async move { #hint #(#statements)* }, #error_type).await
        };
    }
    match Answer::of(&method.sig.output) {
        Answer::Value => {
            let error_type = error_type(&answer, arguments);
            quote_spanned! {span=>
                #library::Method::observe_sync(#called, move || -> #answer #body, #error_type)
            }
        }
        Answer::Future { output, is_boxed } => {
            let error_type = error_type(&nameable(*output), arguments);
            let observed = quote_spanned! {span=>
                #library::Method::observe(
                    #called,
                    #library::probe::call(move || -> #answer #body),
                    #error_type,
                )
            };
            if is_boxed { quote!(::std::boxed::Box::pin(#observed)) } else { observed }
        }
    }
}

/// The closure that names the error in an answer of this type, if it is one.
fn error_type(answer: &Type, arguments: &Arguments) -> TokenStream {
    if matches!(answer, Type::Never(_)) {
        return quote!(|_| ::core::option::Option::None);
    }
    let library = arguments.library();
    let errors = arguments.errors().map_or_else(|| quote!(()), |errors| quote!(#errors));
    let given = local("answer");
    // Where the compiler may have something to say of it.
    let name = Ident::new("error_type", answer.span());
    quote! {
        |#given: &#answer| {
            use #library::probe::{Infallible as _, Named as _, Postponed as _, Unnamed as _};
            (&&&&#library::probe::Probe(#given, #errors)).#name()
        }
    }
}

/// Tells the compiler what a block of an `async fn` returns, which it would not take from its
/// signature: that `?` converts an error into the one that is said there.
fn hint(answer: &Type) -> TokenStream {
    let needs_none = match answer {
        Type::Never(_) => true,
        Type::Tuple(answer) => answer.elems.is_empty(),
        _ => false,
    };
    if needs_none {
        return TokenStream::new();
    }
    let returned = local("answer");
    quote! {
        #[allow(unknown_lints, unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop)]
        #[allow(clippy::let_with_type_underscore, clippy::needless_return)]
        if false {
            let #returned: #answer = loop {};
            return #returned;
        }
    }
}

/// A name that the method's own code cannot mean.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

const NOT_A_METHOD: &str = "a function without `self` is not observed; take the attribute away";
const CONST: &str = "a `const fn` cannot be observed; say `#[kymo(skip)]` above it";
