//! The causes of an error.

use std::{
    any::Any,
    error::Error,
    io, mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// More causes than this have a loop in them.
const MOST_CAUSES: usize = 32;

/// `error` as a standard error, if it is one that is boxed, or of `std::io`.
///
/// Of a generic error nothing is known but that it is `'static`: whoever knows further types asks for them.
pub fn standard(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error>>() {
        return Some(&**boxed);
    }
    error.downcast_ref::<io::Error>().map(|error| error as _)
}

/// Whether `holds` for `error`, or for an error that it was caused by.
///
/// It does not where an error, asked about itself, panics: what an error says is foreign code, and its
/// panic would be ours.
pub fn any_cause(
    error: &(dyn Error + 'static),
    holds: impl Fn(&(dyn Error + 'static)) -> bool,
) -> bool {
    let search = || {
        let mut cause = Some(error);
        for _ in 0..MOST_CAUSES {
            let Some(error) = cause else { return false };
            if holds(error) {
                return true;
            }
            cause = within(error).or_else(|| error.source());
        }
        false
    };
    catch_unwind(AssertUnwindSafe(search)).unwrap_or_else(|panic| {
        // It may panic again when it is dropped.
        mem::forget(panic);
        false
    })
}

/// The error that one of `std::io` was made of, which names its causes but not that one.
fn within<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    error.downcast_ref::<io::Error>()?.get_ref().map(|error| error as _)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_io_error_was_made_of_is_a_cause() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refused));
        for (kind, expected) in [
            (io::ErrorKind::Other, true),
            (io::ErrorKind::InvalidData, true),
            (io::ErrorKind::ConnectionRefused, true),
            (io::ErrorKind::TimedOut, false),
        ] {
            let is_it = |error: &(dyn Error + 'static)| {
                error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == kind)
            };
            assert_eq!(any_cause(&wrapped, is_it), expected, "{kind}");
        }
    }
}
