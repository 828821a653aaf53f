//! What becomes of routes under an axum that is not ours.
//!
//! The route is an extension of the request whose type is axum's own, and another version of axum has
//! another type of that name: everything compiles and is served, and no request ever has its route.
//! Extensions cannot be listed, but the body of such a request tells: it is called as ours is, and is
//! another type.

use std::{
    any::{TypeId, type_name},
    io::{self, Write},
    sync::Once,
};

/// The axum whose matched path is read.
const OURS: &str = "0.8";

/// Warns once if a request with a body of type `B`, which has no route, comes from another axum.
pub(crate) fn warn_of<B: 'static>() {
    static TOLD: Once = Once::new();

    // Both types are known to the compiler, so under our axum nothing is left of this.
    if TypeId::of::<B>() != TypeId::of::<axum::body::Body>() && is_called_as_ours::<B>() {
        TOLD.call_once(|| tell(tracing::dispatcher::has_been_set(), &mut io::stderr()));
    }
}

/// Warns through `tracing`; where nobody was ever set to listen there, on `standard_error`.
fn tell(is_heard: bool, standard_error: &mut impl Write) {
    let told = format!(
        "requests are counted without http.route: they come from another version of axum than {OURS}, \
         such as 0.7, whose matched path cannot be read; depend on axum {OURS}, or tell the route by \
         ServerLayer::route"
    );
    tracing::warn!("{told}");
    if !is_heard {
        // Where it is closed, nobody can be told.
        let _ = writeln!(standard_error, "kymo: {told}");
    }
}

fn is_called_as_ours<B>() -> bool {
    type_name::<B>() == type_name::<axum::body::Body>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_subscriber_standard_error_is_told() {
        let [mut heard, mut unheard] = [Vec::new(), Vec::new()];
        tell(true, &mut heard);
        tell(false, &mut unheard);
        assert_eq!(heard, b"");
        assert!(unheard.starts_with(b"kymo: requests are counted without http.route"));
    }

    #[test]
    fn the_version_in_the_warning_is_that_of_the_manifest() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("\naxum = {{ version = \"{OURS}\"")));
    }
}
