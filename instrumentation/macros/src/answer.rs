//! The answer of a method, by its type.

use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Type, TypeParamBound, parse_quote,
    visit_mut::{VisitMut, visit_type_mut},
};

/// The way in which a method's body comes to its answer.
pub(crate) enum Answer {
    /// It runs, and has come to an end.
    Value,
    /// It makes a future, which runs later.
    Future {
        /// The output of the future; `_` if it is not said.
        output: Box<Type>,
        /// Whether the method says that it is in a box.
        is_boxed: bool,
    },
}

impl Answer {
    pub(crate) fn of(output: &ReturnType) -> Self {
        let ReturnType::Type(_, output) = output else { return Self::Value };
        match &**output {
            Type::ImplTrait(opaque) => match future_among(opaque.bounds.iter()) {
                Some(output) => Self::Future { output: output.into(), is_boxed: false },
                None => Self::Value,
            },
            Type::Path(path) => match path.path.segments.last().and_then(boxed_future) {
                Some(output) => Self::Future { output: output.into(), is_boxed: true },
                None => Self::Value,
            },
            _ => Self::Value,
        }
    }
}

/// The output of `Pin<Box<dyn Future>>`, under this or another of its names.
fn boxed_future(segment: &PathSegment) -> Option<Type> {
    match segment.ident.to_string().as_str() {
        "BoxFuture" | "LocalBoxFuture" => last_type(segment).cloned(),
        "Pin" => {
            let Type::Path(boxed) = last_type(segment)? else { return None };
            let boxed = boxed.path.segments.last().filter(|segment| segment.ident == "Box")?;
            let Type::TraitObject(object) = last_type(boxed)? else { return None };
            future_among(object.bounds.iter())
        }
        _ => None,
    }
}

fn last_type(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(found) => Some(found),
        _ => None,
    })
}

/// The output of the future that is one of `bounds`.
fn future_among<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> Option<Type> {
    bounds.find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let future = bound.path.segments.last().filter(|segment| segment.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &future.arguments else {
            return Some(parse_quote!(_));
        };
        let output = arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        });
        Some(output.cloned().unwrap_or_else(|| parse_quote!(_)))
    })
}

/// The type that `output` says, where it says one.
pub(crate) fn written(output: &ReturnType) -> Type {
    match output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, written) => nameable((**written).clone()),
    }
}

/// `written`, with `_` for what has no name: each `impl Trait` in it.
pub(crate) fn nameable(mut written: Type) -> Type {
    struct Nameable;

    impl VisitMut for Nameable {
        fn visit_type_mut(&mut self, written: &mut Type) {
            if matches!(written, Type::ImplTrait(_)) {
                *written = parse_quote!(_);
            } else {
                visit_type_mut(self, written);
            }
        }
    }

    Nameable.visit_type_mut(&mut written);
    written
}
