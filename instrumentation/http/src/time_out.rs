//! The errors that say that time ran out.
//!
//! An error is a time-out if it, or one that it was caused by, is one of hyper or `std::io` that says
//! so, one of tower or tokio, or of a type that is called `Elapsed`, `TimedOut`, `Timeout`,
//! `TimeoutError`, `TimeoutExpired` or `DeadlineExceeded`, as those of tower-http and tonic are. An
//! `enum` is what its variant is called.
//!
//! Causes are followed where they can be: from a standard error that is boxed, as `tower::BoxError`
//! is and what is in axum's, and from those named above. Of another type nothing is known but its
//! name: a generic error promises nothing but being `'static`. So a `TimeoutError` is believed only
//! if it holds nothing: one that does is likely to be an `enum` of more than that.

use std::{
    any::{Any, type_name},
    error::Error,
    fmt::{self, Write},
    io, mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The names of types that say nothing but that time ran out.
const NAMES: [&str; 6] =
    ["DeadlineExceeded", "Elapsed", "TimedOut", "Timeout", "TimeoutError", "TimeoutExpired"];

/// The one of these names that an `enum` may have which knows other errors, too.
const AMBIGUOUS: &str = "TimeoutError";

/// More causes than this have a loop in them.
const MOST_CAUSES: usize = 32;

/// Whether `error`, or an error it was caused by, is a time-out.
pub(crate) fn is_time_out<E: 'static>(error: &E) -> bool {
    let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
    if NAMES.contains(&name) && (name != AMBIGUOUS || size_of::<E>() == 0) {
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
    .unwrap_or_else(|panic| {
        // It may panic again when it is dropped.
        mem::forget(panic);
        false
    })
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
/// A derived `Debug` is the name of the type, or of the variant of an `enum`, and then nothing, or
/// what is in it in parentheses or braces. Any other text only begins with a word.
fn is_called_so(error: &dyn Error) -> bool {
    let mut start = Start::default();
    // What is written is never refused, or a `Debug` that relies on it would panic.
    let _ = write!(start, "{error:?}");
    start.name().is_some_and(|name| NAMES.contains(&name))
}

/// The start of what is written, longer than any of [`NAMES`] and what may follow it.
#[derive(Default)]
struct Start {
    bytes: [u8; 24],
    len: usize,
}

impl Start {
    /// The name that a derived `Debug` would have begun with.
    fn name(&self) -> Option<&str> {
        let text = &self.bytes[..self.len];
        let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric());
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let is_derived = rest.is_empty() || rest.starts_with(b"(") || rest.starts_with(b" {");
        str::from_utf8(name).ok().filter(|_| is_derived)
    }
}

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let free = &mut self.bytes[self.len..];
        let taken = text.len().min(free.len());
        free[..taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.len += taken;
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
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::Duration,
    };

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

    /// An error that needs the whole of its text to be taken.
    struct Demanding;

    impl fmt::Debug for Demanding {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            writeln!(f, "Demanding {{ and long: {} }}", "x".repeat(100)).unwrap();
            write!(f, "of more than one line").unwrap();
            Ok(())
        }
    }

    impl fmt::Display for Demanding {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("demanding")
        }
    }

    impl Error for Demanding {}

    #[test]
    fn what_an_error_says_of_itself_is_never_refused() {
        // No panic, caught or not: a hook would be told of it, and may end the process.
        let text = format!("{Demanding:?}");
        let mut name = Start::default();
        assert_eq!(write!(name, "{Demanding:?}"), Ok(()), "{text}");
        let unwound = Arc::new(AtomicBool::new(false));
        let (thread, told) = (std::thread::current().id(), Arc::clone(&unwound));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == thread {
                told.store(true, Ordering::Relaxed);
            }
            hook(panic);
        }));
        let demanding: BoxError = Box::new(Demanding);
        assert!(!is_time_out(&demanding));
        assert!(!unwound.load(Ordering::Relaxed));
    }

    /// As `anyhow`'s: shown for debugging as it is shown to people.
    struct Plain(&'static str);

    impl fmt::Debug for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl fmt::Display for Plain {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Plain {}

    #[test]
    fn a_name_is_followed_by_nothing_or_by_what_is_in_it() {
        for text in [
            "Timeout",
            "Timeout(())",
            "Timeout(\"éééééééééé\")",
            "Elapsed { after: 3s }",
            "TimedOut {\n    at: 7,\n}",
        ] {
            let error: BoxError = Box::new(Plain(text));
            assert!(is_time_out(&error), "{text}");
        }
        for text in [
            "Timeout must be a number",
            "Timeout: 7",
            "Timeout\n\nCaused by:\n    nothing",
            "Timeout-free",
            "Timeouts",
            "timeout",
            " Timeout",
            "DeadlineExceededDeadlineExceeded",
            "",
        ] {
            let error: BoxError = Box::new(Plain(text));
            assert!(!is_time_out(&error), "{text}");
        }
    }

    #[test]
    fn an_error_that_may_be_another_is_asked_which_it_is() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "it is shown")]
        enum TimeoutError {
            Elapsed,
            Inner(String),
        }
        impl fmt::Display for TimeoutError {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("slow, or wrong")
            }
        }
        impl Error for TimeoutError {}

        let inner = || TimeoutError::Inner("disk 7 full".to_owned());
        assert!(!is_time_out(&inner()), "of this type nothing but its name is known");
        let boxed: [BoxError; 2] = [Box::new(TimeoutError::Elapsed), Box::new(inner())];
        assert_eq!(boxed.map(|error| is_time_out(&error)), [true, false]);
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
