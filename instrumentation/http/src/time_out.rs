//! Which errors say that time ran out.
//!
//! An error is a time-out if it, or one that it was caused by, is one of hyper or `std::io` that says
//! so, one of tower or tokio, or of a type that is called `Elapsed`, `TimedOut`, `Timeout`,
//! `TimeoutError`, `TimeoutExpired` or `DeadlineExceeded`, as those of tower-http and tonic are.
//!
//! Causes are followed where they can be: from a standard error that is boxed, as `tower::BoxError`
//! is and what is in axum's, and from those named above. Of another type nothing is known but its
//! name: a generic error promises nothing but being `'static`.

use std::{
    any::{Any, type_name},
    error::Error,
    fmt::{self, Write},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What a type that says nothing but that time ran out is called.
const NAMES: [&str; 6] =
    ["DeadlineExceeded", "Elapsed", "TimedOut", "Timeout", "TimeoutError", "TimeoutExpired"];

/// More causes than this have a loop in them.
const MOST_CAUSES: usize = 32;

/// Whether `error`, or an error it was caused by, is a time-out.
pub(crate) fn is_time_out<E: 'static>(error: &E) -> bool {
    let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
    if NAMES.contains(&name) {
        return true;
    }
    // What an error says of itself is foreign code, and its panic would be ours.
    catch_unwind(AssertUnwindSafe(|| {
        let mut cause = as_error(error);
        for _ in 0..MOST_CAUSES {
            let Some(error) = cause else { return false };
            if says_so(error) {
                return true;
            }
            cause = error.source();
        }
        false
    }))
    .unwrap_or(false)
}

fn says_so(error: &(dyn Error + 'static)) -> bool {
    error.is::<tower::timeout::error::Elapsed>()
        || error.is::<tokio::time::error::Elapsed>()
        || error.downcast_ref().is_some_and(hyper::Error::is_timeout)
        || error.downcast_ref().is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::TimedOut)
        || is_called_so(error)
}

/// Whether the name with which an error shows itself for debugging is one of [`NAMES`].
///
/// A derived `Debug` begins with the name of the type, or of the variant of an `enum`.
fn is_called_so(error: &dyn Error) -> bool {
    let mut name = FirstWord::default();
    // It fails as soon as the word is over, which keeps long errors cheap.
    let _ = write!(name, "{error:?}");
    NAMES.contains(&name.word())
}

/// The first word of what is written, as far as it may be one of [`NAMES`].
#[derive(Default)]
struct FirstWord {
    bytes: [u8; 24],
    len: usize,
}

impl FirstWord {
    fn word(&self) -> &str {
        str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for FirstWord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if !byte.is_ascii_alphanumeric() {
                return Err(fmt::Error);
            }
            let Some(free) = self.bytes.get_mut(self.len) else { return Err(fmt::Error) };
            *free = byte;
            self.len += 1;
        }
        Ok(())
    }
}

/// `error` as a standard error, if it is of a type that services and bodies of this field have.
fn as_error(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error>>() {
        return Some(&**boxed);
    }
    if let Some(error) = error.downcast_ref::<axum::Error>() {
        return Some(error);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return Some(error);
    }
    error.downcast_ref::<io::Error>().map(|error| error as _)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tower::BoxError;

    use super::*;

    /// An error of one's own around another.
    #[derive(Debug)]
    struct Wrapped(BoxError);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("wrapped")
        }
    }

    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }

    /// As tonic's and tower-http's are: nothing but a name.
    #[derive(Debug)]
    struct TimeoutExpired(());

    impl fmt::Display for TimeoutExpired {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Timeout expired")
        }
    }

    impl Error for TimeoutExpired {}

    /// An error that is its own cause.
    #[derive(Debug)]
    struct Loop;

    impl fmt::Display for Loop {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("loop")
        }
    }

    impl Error for Loop {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    struct Explosive;

    impl fmt::Debug for Explosive {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::resume_unwind(Box::new("on purpose"))
        }
    }

    impl fmt::Display for Explosive {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("explosive")
        }
    }

    impl Error for Explosive {}

    fn elapsed() -> tokio::time::error::Elapsed {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let never =
            async { tokio::time::timeout(Duration::ZERO, std::future::pending::<()>()).await };
        runtime.block_on(never).unwrap_err()
    }

    #[test]
    fn time_outs_are_known_by_their_type_through_what_is_around_them() {
        let errors: [fn() -> BoxError; 4] = [
            || Box::new(tower::timeout::error::Elapsed::new()),
            || Box::new(elapsed()),
            || Box::new(io::Error::from(io::ErrorKind::TimedOut)),
            || Box::new(TimeoutExpired(())),
        ];
        for error in errors {
            assert!(is_time_out(&error()), "{:?}", error());
            assert!(is_time_out(&axum::Error::new(error())), "{:?}", error());
            assert!(is_time_out(&io::Error::other(Wrapped(error()))), "{:?}", error());
            let boxed: BoxError = Box::new(Wrapped(Box::new(Wrapped(error()))));
            assert!(is_time_out(&boxed), "{boxed:?}");
        }
        assert!(is_time_out(&elapsed()));
        assert!(is_time_out(&tower::timeout::error::Elapsed::new()));
        assert!(is_time_out(&TimeoutExpired(())));
    }

    #[test]
    fn what_only_speaks_of_time_is_no_time_out() {
        let errors: [BoxError; 5] = [
            "Timeout".into(),
            "the request timed out".into(),
            Box::new(io::Error::other("Elapsed")),
            Box::new(Wrapped("TimedOut(())".into())),
            Box::new(Loop),
        ];
        for error in errors {
            assert!(!is_time_out(&error), "{error:?}");
        }
        assert!(!is_time_out(&"Timeout"));
        let explosive: BoxError = Box::new(Explosive);
        assert!(!is_time_out(&explosive), "and nobody else is hurt");
    }
}
