//! The warning that routes are not read, because they are those of another axum.
//!
//! The route is an extension of the request whose type is axum's own, and another version of axum has
//! another type of that name: everything compiles and is served, and no request ever has its route.
//! Extensions cannot be listed, but the body of such a request tells: it is called as ours is, and is
//! another type.

use std::{
    any::{TypeId, type_name},
    io::{self, Write},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
};

/// The axum whose matched path is read.
const OURS: &str = "0.8";

/// Warns once if a request with a body of type `B` comes from another axum, unless it `has_route`.
pub(crate) fn warn_of<B: 'static>(has_route: impl FnOnce() -> bool) {
    static TOLD: AtomicBool = AtomicBool::new(false);

    // Both types are known to the compiler, so under our axum nothing is left of this.
    if TypeId::of::<B>() != TypeId::of::<axum::body::Body>()
        && is_called_as_ours::<B>()
        && !has_route()
    {
        once(&TOLD, || tell(tracing::dispatcher::has_been_set(), &mut io::stderr()));
    }
}

/// Runs `tell`, unless that was `told` before.
///
/// Who listens to a log is foreign code: no request waits until it has heard, one that the log makes
/// itself tells nothing, and what it panics with is not the request's.
fn once(told: &AtomicBool, tell: impl FnOnce()) {
    if !told.load(Ordering::Relaxed)
        && !told.swap(true, Ordering::Relaxed)
        && let Err(panic) = catch_unwind(AssertUnwindSafe(tell))
    {
        // It may panic again when it is dropped.
        mem::forget(panic);
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
    use std::{
        panic::resume_unwind,
        sync::{Barrier, atomic::AtomicUsize},
        thread,
    };

    use super::*;

    #[test]
    fn whoever_is_told_holds_up_no_other_request_and_hurts_none() {
        let (told, times) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (start, heard) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                once(&told, || {
                    times.fetch_add(1, Ordering::Relaxed);
                    once(&told, || panic!("a log that is measured comes back here"));
                    start.wait();
                    // It is still being told when the next request comes.
                    heard.wait();
                    resume_unwind(Box::new("the subscriber, on purpose"));
                });
            });
            start.wait();
            once(&told, || panic!("told twice"));
            heard.wait();
        });
        once(&told, || panic!("told twice"));
        assert_eq!(times.into_inner(), 1);
    }

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
